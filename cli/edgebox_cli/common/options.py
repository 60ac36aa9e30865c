"""Options that several commands share."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from edgebox.errors import UsageError
from edgebox.system.times import local_date

if TYPE_CHECKING:
    import datetime as dt

_AGO = re.compile(r"(\d+)\s*([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}

Limit = Annotated[int, typer.Option(min=1, max=1_000_000_000, help="At most so many.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ClientOption = Annotated[
    str | None,
    typer.Option("--client", metavar="CLIENT", help="Ask as this client; without: the first one."),
]
CallDateOption = Annotated[
    str | None,
    typer.Option(
        "--call-date",
        metavar="DATE",
        help="The day of the call, as 2025-09-13: with it 내일 becomes a date.",
    ),
]


def day_of(call_date: str | None) -> dt.date | None:
    """Return the day that ``--call-date`` names, or None where it was not given.

    Raises:
        UsageError: it is no RFC 3339 date or time.
    """
    day = None if call_date is None else local_date(call_date)
    if call_date is not None and day is None:
        raise UsageError("--call-date is no date. Write it as 2025-09-13.")
    return day


def moment(text: str, now: float) -> float:
    """Return the Unix seconds that the text of ``--since`` means.

    Raises:
        UsageError: it is neither an age nor a time.
    """
    try:
        if ago := _AGO.fullmatch(text.strip()):
            return now - int(ago[1]) * _SECONDS[ago[2]]
        return datetime.fromisoformat(text.strip()).astimezone().timestamp()
    except (ValueError, OverflowError):
        raise UsageError(
            f"--since takes an age (10m, 2h, 3d) or a time (2026-11-22 09:30), not '{text}'."
        ) from None
