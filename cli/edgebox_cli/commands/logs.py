"""``edgebox logs``: the box's log records, from the journal or the file of ``edgebox up``."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from typing import Annotated, Literal

import typer
from rich.text import Text

from edgebox.errors import EdgeBoxError
from edgebox.system.log_file import Record
from edgebox.system.times import rfc3339
from edgebox_cli.common.configuration import settings, settings_as_root
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import moment
from edgebox_cli.common.output import console, json_text
from edgebox_cli.common.systemd import has_units
from edgebox_cli.logs.sources import Wanted, source_of

_STYLES = {"warning": "yellow", "error": "bold red", "critical": "bold red", "debug": "dim"}


def logs(
    *,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on showing what comes; Ctrl-C ends it.")
    ] = False,
    process: Annotated[
        Literal["engine", "api", "worker"] | None, typer.Option(help="Only this process.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help='Such as 10m, 2h, 3d, or "2026-11-22 09:30".'),
    ] = None,
    level: Annotated[
        Literal["debug", "info", "warning", "error"], typer.Option(help="This one and worse ones.")
    ] = "debug",
    lines: Annotated[
        int | None, typer.Option("--lines", "-n", min=0, help="At most so many. [default: 200]")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Show the log of the box: the journal's, or that of edgebox up.

    A record is one line, however wide. Transcripts and secrets are never in it.
    """
    with reported():
        began = 0.0 if since is None else moment(since, time.time())
        count = lines if lines is not None else (200 if since is None else 10**6)
        wanted = Wanted(process, level)
        # The journal is root's. The file of edgebox up is in the state folder.
        source = source_of(settings_as_root() if has_units() else settings())
        try:
            for record in source.records(count, since=began, wanted=wanted, follow=follow):
                _print(record, as_json=as_json)
        except KeyboardInterrupt:
            if not follow:
                raise
        except OSError as error:
            raise EdgeBoxError(f"Cannot read the log: {error.strerror}.") from None


def _print(record: Record, *, as_json: bool) -> None:
    if as_json:
        line = {**asdict(record), "at": rfc3339(record.at)}
        sys.stdout.write(json_text(line) + "\n")
        sys.stdout.flush()
        return
    # A line that is not one of our records may hold characters that move the cursor.
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(record))
    text = Text(shown, style=_STYLES.get(record.level, ""))
    console().print(text, soft_wrap=True)
