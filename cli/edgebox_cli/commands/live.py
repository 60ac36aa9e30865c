"""``edgebox live play``: a transcript, as if somebody said it now."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

from edgebox.contract.paths import Paths
from edgebox.errors import UsageError
from edgebox.reading.call import render
from edgebox_cli.common.box import opened_box
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import ClientOption
from edgebox_cli.common.output import counted, note, print_line
from edgebox_cli.common.progress import bars
from edgebox_cli.common.refused import said_of
from edgebox_cli.common.transcripts import call_of, ids_of, name_of
from edgebox_cli.live.sender import Sender, spoken

app = typer.Typer(
    help="Calls in progress: play a transcript as speech-to-text sends it.", no_args_is_help=True
)


@app.callback()
def _group() -> None:
    """Calls in progress."""


@app.command()
def play(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A transcript, as for: edgebox summarize")
    ],
    *,
    speed: Annotated[
        float, typer.Option(help="1 is as fast as people speak.", min=0.1, max=1000.0)
    ] = 1.0,
    operator: Annotated[
        str | None, typer.Option(help="The account whose screen shows the call.")
    ] = None,
    extension: Annotated[
        str | None, typer.Option(help="Instead of --operator: that account's extension.")
    ] = None,
    call_id: Annotated[
        str | None, typer.Option("--id", help="The consultation_id. Default: file and time.")
    ] = None,
    end: Annotated[
        bool, typer.Option("--end/--no-end", help="End the call, or leave it open.")
    ] = True,
    client: ClientOption = None,
) -> None:
    """Send a transcript to the running box as a speech-to-text system would.

    Partials come first, then each line. If the box is started again, the call is sent again.
    """
    with reported():
        if operator and extension:
            raise UsageError("Give --operator or --extension, not both.")
        lines = render(call_of(file).utterances).splitlines()
        if not lines:
            raise UsageError("Nothing is said in this file.")
        name = call_id or f"{ids_of([file])[0]}-{datetime.now().astimezone():%H%M%S}"
        if "/" in name:
            raise UsageError("--id cannot have / in it.")
    named = {"operator": operator} if operator else {"extension": extension} if extension else {}
    shown = bars(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    given = {
        "/consultation_id": "--id" if call_id else name_of(file),
        "/extension": "--extension",
        "/operator": "--operator",
        "/text": name_of(file),
    }
    with opened_box(client) as (box, _), said_of(given), shown:
        box.get(Paths.ALIVE)  # one that does not run is not waited for
        task = shown.add_task(name, total=len(lines))
        sender = Sender(box, name, named, away=lambda what: note(f"Waiting: {what}"))
        began = time.monotonic()
        for wait, text, whole in spoken(lines, speed):
            time.sleep(wait)
            if whole:
                sender.line(text)
                screens = counted(sender.watching, "screen")
                shown.update(task, advance=1, description=f"{name}, {screens}")
            else:
                sender.partial(text)
        batch_id = sender.end() if end else None
        seconds = time.monotonic() - began
    again = f", sent again {sender.resyncs}x" if sender.resyncs else ""
    what = f"its batch is {batch_id}" if batch_id else "it was not ended"
    print_line(f"{name}: {counted(len(lines), 'line')} in {seconds:.0f} s{again}; {what}")
    if named and not sender.seen:
        whose = operator or f"extension {extension}"
        note(
            f"No screen showed it: {whose} was not at the agent's screen of this client. "
            "See: edgebox operators list"
        )
