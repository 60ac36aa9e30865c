"""``edgebox transcript``: how EdgeBox reads a call, without a model."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from edgebox.consultation.content import has_content
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson
from edgebox_cli.common.output import FOLD, RIGHT, WHOLE, print_json, print_line, table
from edgebox_cli.common.transcripts import call_of

if TYPE_CHECKING:
    from edgebox.reading.call import Call

_SPEAKERS = {
    "both": "both sides are named by their labels",
    "guessed": "who is the customer and who the agent was guessed from how they talk",
    "one": "only one side is known",
    "none": "no speaker is known",
}


_LEFT_OUT = {
    "hallucination": ("line that recognisers invent", "lines that recognisers invent"),
    "silence": ("mark such as [음악]", "marks such as [음악]"),
    "repetition": ("repetition", "repetitions"),
    "system": ("line of a machine", "lines of a machine"),
}


def transcript(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A transcript, UTF-8; - is standard input.")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Show how a call is read: who said what, what was left out. Needs no running box."""
    with reported():
        call = call_of(file)
    if as_json:
        print_json(
            {
                "utterances": [asdict(utterance) for utterance in call.utterances],
                "dropped": call.dropped,
                "speakers": call.speakers,
                "content": has_content(call),
            }
        )
        return
    _show(call)


def _counted(kind: str, count: int) -> str:
    one, many = _LEFT_OUT[kind]
    return f"{count} {one if count == 1 else many}"


def _show(call: Call) -> None:
    if call.utterances:
        table(
            "Utterances",
            [("", RIGHT), ("speaker", WHOLE), ("label", WHOLE), ("text", FOLD)],
            [
                [str(number), one.speaker, Text(one.label), Text(one.text)]
                for number, one in enumerate(call.utterances)
            ],
        )
    print_line(f"Speakers: {_SPEAKERS[call.speakers]}.")
    if call.dropped:
        listed = [_counted(kind, count) for kind, count in sorted(call.dropped.items())]
        print_line(f"Left out: {', '.join(listed)}.")
    if not has_content(call):
        print_line("Nothing was said: no model would be asked.")
