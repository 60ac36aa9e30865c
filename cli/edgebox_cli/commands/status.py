"""``edgebox status``: one screen about the box as it is now."""

from __future__ import annotations

import typer

from edgebox_cli.common.configuration import settings
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson
from edgebox_cli.common.output import print_json
from edgebox_cli.status.gather import gather
from edgebox_cli.status.screen import show

NOT_RUNNING = 3
DOWN = ("down", "stalled", "another program", "another certificate")


def status(*, as_json: AsJson = False) -> None:
    """Show processes, models, memory, queue, last run and latency.

    Exit 3 when a process of the box is down or hangs; what the database knows is shown anyway.
    """
    with reported():
        state = gather(settings())
    if as_json:
        print_json(state)
    else:
        show(state)
    if any(process["state"] in DOWN for process in state["processes"].values()):
        raise typer.Exit(NOT_RUNNING)
