"""A record beside its call: the statements of its lines, and the utterances that bear them out."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgebox.reading.call import read
from edgebox.scoring.evidence import Heard, Text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from edgebox.reading.call import Utterance

FIELDS = ("customer", "agent", "result")


@dataclass(frozen=True)
class Run:
    """Some characters of a line; ``unsupported`` if they are a number that the call has not."""

    text: str
    unsupported: bool


@dataclass(frozen=True)
class Statement:
    """A statement of a line.

    Attributes:
        anchor: its place on the page.
        runs: its text.
        utterances: numbers of those that bear it out, from 0; none if nothing does.
        checked: whether evidence was looked for at all.
    """

    anchor: str
    runs: tuple[Run, ...]
    utterances: tuple[int, ...]
    checked: bool


@dataclass(frozen=True)
class Line:
    """A line of a record, by its field."""

    field: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Spoken:
    """An utterance, and the statements that it bears out: (anchor, field) of each."""

    number: int
    utterance: Utterance
    bears: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Beside:
    """A record beside its call; no utterances where the transcript is not here any more."""

    lines: tuple[Line, ...]
    utterances: tuple[Spoken, ...]


def beside(
    transcript: str | None, result: dict[str, Any] | None, on: dt.date | None = None
) -> Beside:
    """Read a call and put its record beside it, in time linear in both.

    Args:
        transcript: as received; None if it is not here any more.
        result: as the worker stored it; None without one.
        on: the day of the call, if it is known.
    """
    utterances = read(transcript).utterances if transcript else ()
    said = "\n".join(unicodedata.normalize("NFKC", one.text) for one in utterances)
    heard = Heard(said, on) if utterances else None
    summary = (result or {}).get("summary", {})
    evidence = (result or {}).get("evidence")
    lines = []
    for name in FIELDS:
        if not summary.get(name):
            continue
        clauses = evidence[name] if evidence else [{"text": summary[name], "utterances": []}]
        statements = [
            Statement(
                anchor=f"{name}-{place}",
                runs=tuple(_runs(clause["text"], heard, on)),
                utterances=tuple(n for n in clause["utterances"] if 0 <= n < len(utterances)),
                checked=evidence is not None,
            )
            for place, clause in enumerate(clauses)
        ]
        lines.append(Line(name, tuple(statements)))
    return Beside(tuple(lines), tuple(_spoken(utterances, lines)))


def _spoken(utterances: Sequence[Utterance], lines: Sequence[Line]) -> Iterator[Spoken]:
    bears: dict[int, list[tuple[str, str]]] = {}
    for line in lines:
        for statement in line.statements:
            for number in statement.utterances:
                bears.setdefault(number, []).append((statement.anchor, line.field))
    for number, utterance in enumerate(utterances):
        yield Spoken(number, utterance, tuple(bears.get(number, ())))


def _runs(text: str, heard: Heard | None, on: dt.date | None) -> Iterator[Run]:
    """Yield a statement in runs; ``heard`` is the call, if it is known."""
    plain = unicodedata.normalize("NFKC", text)
    begun = 0
    for number in Text(plain, on).claims if heard else ():
        if number.relative or heard is None or heard.bears_out(number, plain):
            continue
        if number.start > begun:
            yield Run(plain[begun : number.start], unsupported=False)
        yield Run(plain[number.start : number.end], unsupported=True)
        begun = number.end
    if begun < len(plain):
        yield Run(plain[begun:], unsupported=False)
