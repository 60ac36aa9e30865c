"""Which utterances bear out each statement of an analysis: computed from words and numbers.

A statement is a clause of a summary's line. Its items are its numbers, its content words and their
paraphrases, rare ones heavier. The utterance with most of them is chosen, one of the right speaker
and one that settles something before others, then those that hold what is still missing.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from edgebox.language.korean import numbers_in
from edgebox.language.words import content_words
from edgebox.reading.sentences import split_sentences
from edgebox.scoring.evidence import Text, telling

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from edgebox.language.number import Number
    from edgebox.scoring.spoken import Spoken
    from edgebox.scoring.types import Analysis, ClauseEvidence, Evidence

Field = Literal["customer", "agent", "result"]
FIELDS: Final[tuple[Field, ...]] = ("customer", "agent", "result")

MOST_UTTERANCES: Final = 3
"""Of one statement. A reader compares a sentence with two or three others, not with ten."""

_LEAST: Final = 0.15
"""Of a statement's weight, found in the first utterance: with less nothing bears it out. A long
statement gathers what was said in ten utterances."""

_MORE: Final = 0.16
"""Of a statement's weight, what a further utterance must add."""


class Item(NamedTuple):
    """A number or a word of a statement.

    Attributes:
        weight: how much it says.
        where: the clauses that hold it, with how surely.
        number: None of a word.
        word: empty of a number.
    """

    weight: float
    where: dict[int, float]
    number: Number | None
    word: str


@dataclass(slots=True)
class Statement:
    """A clause of a summary's line, with its items.

    Attributes:
        field: the line.
        text: the clause as it is written.
        items: its numbers and words.
        chosen: numbers of the utterances of people that bear it out, best first.
        support: 0 to 1, the share of its weight that the chosen ones hold.
    """

    field: Field
    text: str
    items: list[Item]
    chosen: list[int]
    support: float

    @property
    def numbers(self) -> list[Number]:
        """Its numbers, in order."""
        return sorted((i.number for i in self.items if i.number), key=lambda n: n.start)


def statements(analysis: Analysis, spoken: Spoken, on: dt.date | None = None) -> list[Statement]:
    """Return the statements of a summary with the utterances that bear them out."""
    made = []
    for field in FIELDS:
        line: str = getattr(analysis.summary, field)
        for a, b in clause_spans(line):
            text = line[a:b].strip()
            items = items_of(text, spoken, on)
            chosen, support = _aligned(field, items, spoken)
            made.append(Statement(field, text, items, chosen, support))
    return made


def evidence_of(made: Sequence[Statement], spoken: Spoken) -> Evidence:
    """Return the evidence as a result has it."""
    found: Evidence = {"customer": [], "agent": [], "result": []}
    for one in made:
        entry: ClauseEvidence = {
            "text": one.text,
            "utterances": [spoken.places[number] for number in one.chosen],
            "support": round(one.support, 2),
        }
        found[one.field].append(entry)
    return found


def items_of(text: str, spoken: Spoken, on: dt.date | None) -> list[Item]:
    """Return the numbers and words of a written clause, each once."""
    read = Text(unicodedata.normalize("NFKC", text), on)
    items = []
    for number in read.numbers:
        where = dict.fromkeys(spoken.with_number(number), 1.0)
        weight = (2.0 if telling(number) else 0.7) / (1 + math.log1p(len(where)) / 3)
        items.append(Item(weight, where, number, ""))
    words = (Item(spoken.rarity(word), spoken.where(word), None, word) for word in read.words)
    return [*items, *words]


def borne_out_by(
    text: str, spoken: Spoken, on: dt.date | None = None
) -> tuple[list[Item], list[int], float]:
    """Return the items of any sentence, the utterances that bear it out and its support.

    As of a summary's statements, but without a line's preference for a speaker.
    """
    items = items_of(text, spoken, on)
    chosen, support = _aligned(None, items, spoken)
    return items, chosen, support


def _aligned(field: Field | None, items: Sequence[Item], spoken: Spoken) -> tuple[list[int], float]:
    total = sum(item.weight for item in items)
    if not total:
        return [], 0.0
    by_utterance: dict[int, dict[int, float]] = {}
    for place, item in enumerate(items):
        for piece, degree in item.where.items():
            held = by_utterance.setdefault(spoken.pieces[piece].utterance, {})
            held[place] = max(degree * item.weight, held.get(place, 0.0))
    covered: dict[int, float] = {}
    chosen: list[int] = []
    while by_utterance and len(chosen) < MOST_UTTERANCES:
        gains = {
            number: sum(max(0.0, value - covered.get(place, 0.0)) for place, value in held.items())
            for number, held in by_utterance.items()
        }
        best = max(gains, key=lambda number: gains[number] * _fit(field, number, spoken))
        if gains[best] < (_MORE if chosen else _LEAST) * total:
            break
        chosen.append(best)
        for place, value in by_utterance.pop(best).items():
            covered[place] = max(value, covered.get(place, 0.0))
    return chosen, sum(covered.values()) / total


_SETTLING: Final = re.compile(
    r"(?:드렸|드릴게|드리겠|했습|했고|했어|됐|되었|할게요|하겠|걸로|갑니다|예정|됩니다|되세요|돼요)"
)
_ASKING: Final = re.compile(r"(?:나요|까요|까|죠|가요|는지|은지|지요)\s*[.?~]*$|\?\s*$")


def _fit(field: Field | None, number: int, spoken: Spoken) -> float:
    """Return how well an utterance's speaker, form and place suit a line, about 1."""
    one = spoken.utterances[number]
    fit = 1.0
    if field is None:
        return fit * (0.85 if _ASKING.search(one.text) else 1.0)
    if field == "customer":
        fit *= {"customer": 1.0, "agent": 0.75}.get(one.speaker, 0.95)
    else:
        fit *= {"agent": 1.0, "customer": 0.7 if field == "agent" else 0.85}.get(one.speaker, 0.95)
        fit *= 1.1 if _SETTLING.search(one.text) else 1.0
        fit *= 0.85 if _ASKING.search(one.text) else 1.0
    if field == "result":
        fit *= 0.9 + 0.2 * number / len(spoken.utterances)
    return fit


_JOINT: Final = re.compile(
    r"(?:(?<=[하했되됐이있없았었였받렸싶겠않말드니리내주보오가렀졌켰겼])고|며|(?<!까)지만"
    r"|(?:었|았|했|됐|겠)으?나|(?:는|은|인|던|한|운)데|므로|(?:되|하|이|지|보|내)어|(?<=[가-힣])(?<![피손오이올침방])[해돼]"
    r"|라서|어서|아서|(?<=[하되이으])면서?)(?=,?\s)(?!,?\s*(?:싶|있|계[시신]|나서|달라|주(?![소문차민말식장택인유])|드|보[이고기]))"
)


def clause_spans(line: str) -> list[tuple[int, int]]:
    """Return the spans of a written line's statements: sentences, cut where a verb joins another.

    A piece that says nothing by itself stays with the next one, or with the last.
    """
    spans: list[tuple[int, int]] = []
    for start, end in split_sentences(line):
        at = start
        first = len(spans)
        for match in _JOINT.finditer(line, start, end):
            if _says(line[at : match.end()]) and _says(line[match.end() : end]):
                spans.append((at, match.end()))
                at = match.end()
        if len(spans) > first and not _says(line[at:end]):
            at = spans.pop()[0]
        spans.append((at, end))
    return spans


def _says(text: str) -> bool:
    """Return whether a piece holds two content words or numbers at least."""
    count = 0
    for _ in numbers_in(text):
        count += 1
    for _ in content_words(text):
        count += 1
        if count > 1:
            return True
    return count > 1
