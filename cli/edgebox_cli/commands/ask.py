"""``edgebox ask``: a question about a call from a shell, answered by both models."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from edgebox.contract.paths import Paths
from edgebox.errors import BoxNotRunning, UsageError
from edgebox.reading.call import LABELS
from edgebox_cli.common.box import Box, opened_box
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson, CallDateOption, ClientOption, day_of
from edgebox_cli.common.output import console, err_console, print_json
from edgebox_cli.common.refused import WHOLE, said_of
from edgebox_cli.common.transcripts import name_of, read

_STATUS = {
    "partial": "The time was over: the answer is cut.",
    "fallback": "The large model did not answer in time. See: edgebox status",
    "failed": "No model answered. See: edgebox status",
}


def ask(
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help="What you want to know about the call.")
    ],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A transcript, UTF-8 text; - is standard input."),
    ] = None,
    *,
    consultation: Annotated[
        str | None,
        typer.Option("--id", help="A consultation that was handed in, instead of a file."),
    ] = None,
    deadline: Annotated[
        float | None, typer.Option(min=3, max=60, help="Seconds for the whole answer.")
    ] = None,
    cache: Annotated[
        bool, typer.Option("--cache/--no-cache", help="Take a known answer, or ask anew.")
    ] = True,
    client: ClientOption = None,
    call_date: CallDateOption = None,
    as_json: AsJson = False,
) -> None:
    """Ask a question about one call: the small model acknowledges, the large one answers.

    The answer goes to standard output with the utterances that bear it out; the acknowledgement
    and how it came about go to standard error.
    """
    with reported():
        day_of(call_date)
        if (file is None) == (consultation is None):
            raise UsageError("Name a file with the call, or --id of one that was handed in.")
        body = {
            "question": question,
            "conversation_text": read(file) if file else None,
            "consultation_id": consultation,
            "call_date": call_date,
            "deadline": deadline,
            "cache": cache,
        }
        body = {name: value for name, value in body.items() if value is not None}
    given = {
        WHOLE: name_of(file) if file else "The question",
        "/question": "The question",
        "/conversation_text": name_of(file) if file else "--id",
        "/consultation_id": "--id",
        "/deadline": "--deadline",
    }
    with opened_box(client) as (box, _), said_of(given):
        answer = box.post(Paths.ASK, body) if as_json else _streamed(box, body)
    if as_json:
        print_json(answer)
    else:
        _show_origin(answer)
    if answer["status"] == "failed":
        raise typer.Exit(1)


def _streamed(box: Box, body: dict[str, Any]) -> dict[str, Any]:
    """Show the events as they come. Without a terminal only the end is printed."""
    live = console().is_terminal
    shown = ""
    for name, data in box.events(Paths.ASK, body):
        if name == "ack":
            err_console().print(data["text"], style="dim", markup=False, soft_wrap=True)
        elif name == "delta" and live:
            sys.stdout.write(data["text"])
            sys.stdout.flush()
            shown += data["text"]
        elif name == "done":
            _show_end(data, shown)
            end: dict[str, Any] = data
            return end
    raise BoxNotRunning("The connection broke during the answer. See: edgebox status")


def _show_end(answer: dict[str, Any], shown: str) -> None:
    """Print what was not shown yet, or the whole answer if the draft was not it."""
    text = answer["answer"]["markdown"] if answer["answer"] else ""
    if not text.startswith(shown):
        sys.stdout.write("\n\n")
        shown = ""
    sys.stdout.write(f"{text[len(shown) :]}\n")
    sys.stdout.flush()
    out = console()
    for one in answer["citations"]:
        line = Text(f"[{one['n']}] ", style="dim")
        line.append(LABELS.get(one["speaker"], "") + one["text"])
        out.print(line, soft_wrap=True)


def _show_origin(answer: dict[str, Any]) -> None:
    """Print how the answer came about, and what is wrong with it."""
    out = err_console()
    timing = answer["timing"]
    by = answer["answer"]["by"] if answer["answer"] else "none"
    parts = [answer["status"], by]
    if answer["cached"]:
        parts.append(f"known for {answer['age_seconds']:.0f} s")
    elif timing["first"] is not None:
        parts.append(f"first words {timing['first']:.2f} s")
    parts.append(f"all {timing['total']:.2f} s")
    if answer["cost"]:
        parts.append(f"{answer['cost']['amount']:.2f} KRW")
    out.print(" · ".join(parts), style="dim", markup=False, soft_wrap=True)
    flags = answer["grounding"]["flags"]
    warnings = [_STATUS[answer["status"]]] if answer["status"] in _STATUS else []
    if flags:
        warnings.append(f"Check it against the call: {', '.join(flags)}.")
    if answer["answer"] and answer["answer"]["source"] == "general":
        warnings.append("This is what the model knows. Nothing bears it out.")
    for warning in warnings:
        out.print(warning, style="yellow", markup=False, soft_wrap=True)
