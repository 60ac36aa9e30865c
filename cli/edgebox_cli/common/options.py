"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

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
