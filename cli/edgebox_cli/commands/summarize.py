"""``edgebox summarize``: one quick summary from a shell."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.live import Live
from rich.text import Text

from edgebox.contract.paths import Paths
from edgebox.errors import BoxNotRunning
from edgebox_cli.common.box import Box, opened_box
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson, CallDateOption, ClientOption, day_of
from edgebox_cli.common.output import console, err_console, print_json
from edgebox_cli.common.refused import WHOLE, said_of
from edgebox_cli.common.transcripts import ids_of, name_of, read


def summarize(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A transcript, UTF-8 text; - is standard input.")
    ],
    *,
    client: ClientOption = None,
    call_date: CallDateOption = None,
    as_json: AsJson = False,
    stream: Annotated[
        bool,
        typer.Option(
            "--stream/--no-stream", help="On a terminal: show the words as they come, or wait."
        ),
    ] = True,
) -> None:
    """Summarise one consultation through the running box.

    The summary goes to standard output, how it came about to standard error.
    """
    with reported():
        day_of(call_date)
        body = {
            "consultation_id": ids_of([file])[0],
            "conversation_text": read(file),
            "call_date": call_date,
        }
    given = dict.fromkeys((WHOLE, "/consultation_id", "/conversation_text"), name_of(file))
    with opened_box(client) as (box, _), said_of(given):
        if as_json:
            print_json(box.post(Paths.QUICK_SUMMARY, body))
            return
        if stream and console().is_terminal:
            answer = _streamed(box, body)
        else:
            answer = box.post(Paths.QUICK_SUMMARY, body)
            sys.stdout.write(f"{answer['summary']}\n")
    _show_origin(answer)


def _streamed(box: Box, body: dict[str, Any]) -> dict[str, Any]:
    """Show the draft as it arrives, then the summary in its place; return the answer."""
    draft = Text()
    with Live(draft, console=console(), auto_refresh=False) as live:
        for name, data in box.events(Paths.QUICK_SUMMARY, body):
            if name == "done":
                live.update(Text(data["summary"]), refresh=True)
                answer: dict[str, Any] = data
                return answer
            draft.append(data["text"])
            live.refresh()
    raise BoxNotRunning("The connection broke during the answer. See: edgebox status")


def _show_origin(answer: dict[str, Any]) -> None:
    """Print how the summary came about, and warn if it is not the model's or not of all text."""
    used, total = answer["input"]["characters_used"], answer["input"]["characters"]
    out = err_console()
    out.print(
        f"{answer['status']} · {answer['model_used']} · {answer['processing_time']:.2f} s · "
        f"{used:,} of {total:,} characters",
        style="dim",
        markup=False,
        soft_wrap=True,
    )
    if answer["status"] == "fallback":
        out.print(
            "The model gave nothing in time: these are the transcript's own sentences. "
            "See: edgebox status",
            style="yellow",
            markup=False,
            soft_wrap=True,
        )
    if answer["input"]["truncated"]:
        out.print(
            "The transcript was shortened (its middle left out) to keep the deadline on this "
            "machine.",
            style="yellow",
            markup=False,
            soft_wrap=True,
        )
