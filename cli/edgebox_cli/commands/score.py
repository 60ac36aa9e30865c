"""``edgebox score``: the quality score of an analysis, without a model."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError
from rich.text import Text

from edgebox.consultation.content import has_content
from edgebox.consultation.prompts import example_texts
from edgebox.errors import UsageError
from edgebox.scoring.quality import score as score_of
from edgebox.scoring.types import Analysis
from edgebox.system.times import local_date
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson, CallDateOption, day_of
from edgebox_cli.common.output import FOLD, RIGHT, WHOLE, note, print_json, print_line, table
from edgebox_cli.common.transcripts import call_of
from edgebox_cli.common.transcripts import read as text_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from edgebox.reading.call import Call
    from edgebox.scoring.quality import Quality

_FIELDS = ("summary", "keywords", "titles")
_LINE = "Write one line of text, at most 400 characters."
_WANTED = {
    "summary": "Write an object with customer, agent and result.",
    "summary.customer": _LINE,
    "summary.agent": _LINE,
    "summary.result": _LINE,
    "keywords": "Write a list of 1 to 8 words.",
    "titles": "Write an object with keyword and descriptive.",
    "titles.keyword": "Write one line of text, at most 40 characters.",
    "titles.descriptive": "Write one line of text, at most 120 characters.",
}
"""What to write in each field of an analysis."""


def score(
    transcript: Annotated[
        Path, typer.Argument(metavar="TRANSCRIPT", help="The call, UTF-8; - is standard input.")
    ],
    analysis: Annotated[
        Path,
        typer.Argument(
            metavar="ANALYSIS", help="A result, or its summary, keywords and titles, as JSON."
        ),
    ],
    *,
    call_date: CallDateOption = None,
    as_json: AsJson = False,
) -> None:
    """Show the quality score of an analysis and what bears it out. Needs no running box.

    Without --call-date, the day is metadata.call_date of the result, if it has one.
    What each flag means, and what to do, is in docs/guide/operate.md.
    """
    with reported():
        if str(transcript) == str(analysis) == "-":
            raise UsageError(
                "Only one of the two can be standard input. Give a file for the other."
            )
        day = day_of(call_date)
        call = call_of(transcript)
        made, stored_day = _analysis(analysis)
    if not has_content(call):
        note("Nothing was said in this call: the box would ask no model (no_content).")
    quality = score_of(made, call, call_date=day or stored_day, examples=example_texts())
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


def _analysis(path: Path) -> tuple[Analysis, dt.date | None]:
    """Return the analysis in a file and the day of its call, where its metadata name one.

    Raises:
        UsageError: it cannot be read, or does not hold exactly one analysis.
    """
    shown = "Standard input" if str(path) == "-" else str(path)
    try:
        value = json.loads(text_of(path))
    except (ValueError, RecursionError):
        raise UsageError(
            f"{shown} is not JSON. Give the transcript first, then the analysis as JSON."
        ) from None
    value = _only_result(value, path)
    status = value.get("status") if isinstance(value, dict) else None
    if status in ("failed", "no_content") and "summary" not in value:
        raise UsageError(f"This result has no analysis ({status}).")
    if not isinstance(value, dict) or not any(name in value for name in _FIELDS):
        raise UsageError(
            f"{shown} is no analysis: it needs summary, keywords and titles, as a result has them."
        )
    try:
        made = Analysis.model_validate({name: value[name] for name in _FIELDS if name in value})
    except ValidationError as error:
        raise UsageError(f"{shown} is no analysis: {_wanted(error)}") from None
    metadata = value.get("metadata")
    day = metadata.get("call_date") if isinstance(metadata, dict) else None
    return made, local_date(day) if isinstance(day, str) else None


def _only_result(value: Any, path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return the one result of a callback's body, of a batch or of a list; other JSON as it is.

    Raises:
        UsageError: there are several results, or none.
    """
    at, results = "", value
    if isinstance(value, dict) and not any(name in value for name in _FIELDS):
        at, results = ".results", value.get("results")
    if not isinstance(results, list) or not all(isinstance(one, dict) for one in results):
        return value
    if len(results) == 1:
        return results[0]
    if not results:
        raise UsageError("This holds no result yet. See: edgebox batches show BATCH_ID")
    file = "" if str(path) == "-" else f" {shlex.quote(str(path))}"
    raise UsageError(f"This holds {len(results)} results; give one: jq '{at or '.'}[0]'{file}")


def _wanted(error: ValidationError) -> str:
    """Return the first wrong field with what to write there."""
    wrong = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(map(str, wrong["loc"]))
    if wrong["type"] == "extra_forbidden":
        return f"{place}: There is no such key. Leave it out."
    name = ".".join(str(step) for step in wrong["loc"] if isinstance(step, str))
    if place != name:
        return f"{place}: Write a word or two, at most 40 characters."
    return f"{place}: {_WANTED[name]}"


def _show(quality: Quality, call: Call) -> None:
    print_line(
        f"Quality {quality.score:.2f}: grounding {quality.grounding:.2f}, "
        f"coverage {quality.coverage:.2f}, form {quality.form:.2f}"
    )
    for flag in quality.flags:
        cap = quality.caps.get(flag)
        print_line(f"  {flag}" + ("" if cap is None else f": limits the score to {cap:.2f}"))
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
