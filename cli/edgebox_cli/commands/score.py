"""``edgebox score``: the quality score of an analysis, without a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError
from rich.text import Text

from edgebox.consultation.prompts import example_texts
from edgebox.errors import UsageError
from edgebox.scoring.quality import score as score_of
from edgebox.scoring.types import Analysis
from edgebox.system.times import local_date
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson, CallDateOption
from edgebox_cli.common.output import FOLD, RIGHT, WHOLE, print_json, print_line, table
from edgebox_cli.common.transcripts import call_of
from edgebox_cli.common.transcripts import read as text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.reading.call import Call
    from edgebox.scoring.quality import Quality

_FIELDS = ("summary", "keywords", "titles")


def score(
    transcript: Annotated[Path, typer.Argument(help="The call, UTF-8; - is standard input.")],
    analysis: Annotated[
        Path, typer.Argument(help="A result, or its summary, keywords and titles, as JSON.")
    ],
    *,
    call_date: CallDateOption = None,
    as_json: AsJson = False,
) -> None:
    """Show the quality score of an analysis and what bears it out. Needs no running box."""
    with reported():
        if str(transcript) == str(analysis) == "-":
            raise UsageError(
                "Only one of the two can be standard input. Give a file for the other."
            )
        call = call_of(transcript)
        made = _analysis(analysis)
        day = None if call_date is None else local_date(call_date)
        if call_date is not None and day is None:
            raise UsageError("--call-date is no date. Write it as 2025-09-13.")
    quality = score_of(made, call, call_date=day, examples=example_texts())
    if as_json:
        print_json(
            {
                "quality_score": quality.score,
                "quality": quality.as_dict(),
                "evidence": quality.evidence,
            }
        )
        return
    _show(quality, call)


def _analysis(path: Path) -> Analysis:
    """Return the analysis in a file.

    Raises:
        UsageError: it cannot be read, or is no analysis.
    """
    shown = "Standard input" if str(path) == "-" else str(path)
    try:
        value = json.loads(text_of(path))
    except (ValueError, RecursionError):
        raise UsageError(
            f"{shown} is not JSON. Give the transcript first, then the analysis as JSON."
        ) from None
    if not isinstance(value, dict) or not any(name in value for name in _FIELDS):
        raise UsageError(
            f"{shown} is no analysis: it needs summary, keywords and titles, as a result has them."
        )
    try:
        return Analysis.model_validate({name: value[name] for name in _FIELDS if name in value})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(f"{shown} is no analysis: {where}: {first['msg']}.") from None


def _show(quality: Quality, call: Call) -> None:
    print_line(
        f"Quality {quality.score:.2f}: grounding {quality.grounding:.2f}, "
        f"coverage {quality.coverage:.2f}, form {quality.form:.2f}"
    )
    for flag in quality.flags:
        cap = quality.caps.get(flag)
        print_line(f"  {flag}" + ("" if cap is None else f": scales it to {cap:.2f} at most"))
    table(
        "What bears it out",
        [("", WHOLE), ("statement", FOLD), ("support", RIGHT), ("utterance", FOLD)],
        _rows(quality, call),
    )


def _rows(quality: Quality, call: Call) -> Iterator[list[str | Text]]:
    for line, statements in (
        ("customer", quality.evidence["customer"]),
        ("agent", quality.evidence["agent"]),
        ("result", quality.evidence["result"]),
    ):
        for statement in statements:
            heard = "\n".join(
                f"{number} {call.utterances[number].text}" for number in statement["utterances"]
            )
            yield [line, Text(statement["text"]), f"{statement['support']:.2f}", Text(heard or "-")]
