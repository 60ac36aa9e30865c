"""How far an analysis can be trusted, computed from the transcript alone.

There is no reference summary to compare with, so this is no accuracy. It asks three things:

* **grounding**: is what the analysis says in the transcript, and from the right speaker's mouth?
* **coverage**: are the transcript's facts, its main words and its outcome in the analysis?
* **form**: would a person put it into the record as it is?

A flag caps the score where one fault spoils the whole, however good the rest is: a wrong amount
in an otherwise perfect record is what a reader will not notice.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from edgebox.consultation.evidence import Said, Source, Text, mean, telling
from edgebox.consultation.faults import copied, language, markup, repetition
from edgebox.consultation.korean import numbers_in
from edgebox.consultation.leak import leaks_example
from edgebox.consultation.names import names_in
from edgebox.consultation.number import supports
from edgebox.consultation.sentences import split_clauses
from edgebox.consultation.words import squeeze

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.consultation.types import Analysis

WEIGHTS: Final = {"grounding": 0.50, "coverage": 0.35, "form": 0.15}
"""An invented fact does more harm than a missing one, a missing one more than bad style."""

CAPS: Final = {
    # Words of another consultation: nothing in it can be relied on.
    "leaked_example": 0.3,
    # The model fell into a loop: what it meant to say is lost.
    "repetition": 0.4,
    # Another language, or none, for a Korean consultation: cannot go into the record.
    "not_korean": 0.4,
    # One number that was never said. The rest may be right, so half.
    "ungrounded_number": 0.5,
    # What the customer said is told as the agent's, and the other way round.
    "speakers_swapped": 0.6,
    # A whole statement that the transcript knows nothing of.
    "invented_claim": 0.6,
    # The line that is read most says nothing of how this call ended.
    "no_outcome": 0.7,
    # JSON, labels or thinking left in the text: readable, but not as a record.
    "markup": 0.6,
}
"""Highest score that an analysis with the flag can have. The lowest cap counts, and the weighted
parts are scaled into it, so that of two faulty analyses the better one still scores higher."""

_INVENTED: Final = 0.25
"""A statement of four content words or more with less of them in the transcript is invented.
Paraphrases kept half in every good summary looked at."""

_FACTS_EXPECTED: Final = 4
"""An analysis is three lines: of many numbers in a transcript it need hold no more than these."""

_WORDS_EXPECTED: Final = 0.5
"""Of the main words, the share that good summaries held; a summary is no word list."""


@dataclass(frozen=True, slots=True)
class Quality:
    """The score and why.

    Attributes:
        score: 0 to 1, three digits: the weighted parts, capped.
        grounding: 0 to 1.
        coverage: 0 to 1.
        form: 0 to 1.
        flags: What was found wrong, in alphabetical order.
        caps: The cap of every flag that has one.
    """

    score: float
    grounding: float
    coverage: float
    form: float
    flags: tuple[str, ...]
    caps: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """The ``quality`` object of the callback; the score stands beside it."""
        return {
            "grounding": self.grounding,
            "coverage": self.coverage,
            "form": self.form,
            "flags": list(self.flags),
            "caps": dict(self.caps),
        }


def score(analysis: Analysis, transcript: str, *, examples: Sequence[str] = ()) -> Quality:
    """Scores an analysis against its transcript.

    Args:
        analysis: What the model gave.
        transcript: The transcript as received.
        examples: The prompt's examples, to find them leaked into the analysis.

    Returns:
        The same for the same arguments, always. Time is linear in the transcript.
    """
    source = Source(unicodedata.normalize("NFKC", transcript))
    said = Said(analysis)
    flags = {*markup(said), *repetition(said), *language(said, source)}
    # A sign that no example holds keeps runs from going across two fields.
    if examples and leaks_example("\0".join(said.texts), transcript, examples):
        flags.add("leaked_example")
    if not all(supports(source.provides, number) for number in said.claims):
        flags.add("ungrounded_number")
    statements = _statements(said, source)
    if any(held < _INVENTED for held, count in statements if count >= 4):
        flags.add("invented_claim")
    attribution = _attribution(said, source)
    if attribution is not None and attribution < 0.35:
        flags.add("speakers_swapped")
    outcome = _outcome(said, source)
    if outcome < 0.35:
        flags.add("no_outcome")
    if copied(said, source):
        flags.add("copied_sentences")
    grounding = _grounding(said, source, statements, attribution)
    coverage = _coverage(said, source, outcome)
    form = _form(said, source, flags)
    total = (
        WEIGHTS["grounding"] * grounding + WEIGHTS["coverage"] * coverage + WEIGHTS["form"] * form
    )
    caps = {flag: CAPS[flag] for flag in sorted(flags) if flag in CAPS}
    return Quality(
        score=round(total * min(caps.values(), default=1.0), 3),
        grounding=round(grounding, 3),
        coverage=round(coverage, 3),
        form=round(form, 3),
        flags=tuple(sorted(flags)),
        caps=caps,
    )


def _grounding(
    said: Said,
    source: Source,
    statements: Sequence[tuple[float, int]],
    attribution: float | None,
) -> float:
    """Words, numbers and speakers. What there is nothing to judge by counts for nothing."""
    parts = [(0.45, _grounded_words(said, source, statements))]
    if said.claims:
        borne = sum(supports(source.provides, number) for number in said.claims)
        parts.append((0.35, borne / len(said.claims)))
    if attribution is not None:
        parts.append((0.20, attribution))
    return sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)


def _statements(said: Said, source: Source) -> list[tuple[float, int]]:
    """(share of its content words in the transcript, how many) of every clause of the summary."""
    texts = [Text(field.text[a:b]) for field in said.fields for a, b in split_clauses(field.text)]
    return [_held(text, source) for text in texts if text.words]


def _held(text: Text, source: Source) -> tuple[float, int]:
    return mean(source.holds(word) for word in text.words), len(text.words)


def _grounded_words(said: Said, source: Source, statements: Sequence[tuple[float, int]]) -> float:
    """Half the average over all, half the worst statement: one invented claim must show."""
    lists = [Text(" ".join(said.keywords)), said.descriptive]
    rated = [*statements, *(_held(text, source) for text in lists if text.words)]
    names = names_in(said.whole.text)
    if names:
        rated.append((mean(source.holds(name) for name in names), len(names)))
    if not rated:
        return 0.0
    total = sum(count for _, count in rated)
    average = sum(value * count for value, count in rated) / total
    worst = min((value for value, count in statements if count >= 2), default=average)
    return 0.5 * average + 0.5 * worst


# What the two fields of a summary end with: the verbs of who asks and of who serves.
_ASKS: Final = re.compile(
    r"문의|요청|원[하했함]|희망|호소|불만|질문|물[었음]|묻|신고|항의|궁금|싶|바[랐라람]|부탁|요구"
    r"|제기|의뢰"
)
_SERVES: Final = re.compile(
    r"안내|확인해|접수[했함하해]|처리[했함하해]|설명|사과|답변|드[렸림]|제안|약속|조회|도왔|알려"
    r"|권[했유]|발급해|발송"
)


def _attribution(said: Said, source: Source) -> float | None:
    """Whether the customer's line is told from the customer's words, the agent's from the agent's.

    Only words and numbers that one of the two alone said can tell; then each counts. Two lines
    whose verbs are those of the wrong side count as six such words.

    Returns:
        0 (all swapped) to 1; None where nothing can tell.
    """
    right = wrong = 0.0
    if source.attributed:
        for field, own, other in (
            (said.customer, source.customer, source.agent),
            (said.agent, source.agent, source.customer),
        ):
            mine = sum(_only(word, own, other) for word in field.words)
            theirs = sum(_only(word, other, own) for word in field.words)
            for number in field.numbers:
                mine += supports(own.provides, number) and not supports(other.provides, number)
                theirs += supports(other.provides, number) and not supports(own.provides, number)
            right, wrong = right + mine, wrong + theirs
    verbs = [
        bool(_ASKS.search(said.customer.text[-14:]))
        - bool(_SERVES.search(said.customer.text[-14:])),
        bool(_SERVES.search(said.agent.text[-14:])) - bool(_ASKS.search(said.agent.text[-14:])),
    ]
    right += 3 * sum(max(0, verb) for verb in verbs)
    wrong += 3 * sum(max(0, -verb) for verb in verbs)
    if right + wrong == 0:
        return None
    # A customer's line often holds what the agent named first: a third against is ordinary.
    return min(1.0, (right + 0.5) / (right + wrong + 0.5) * 1.5)


def _only(word: str, one: Text, other: Text) -> bool:
    return word in one.squeezed and word not in other.squeezed


def _outcome(said: Said, source: Source) -> float:
    """Whether ``result`` tells how this call ended: its words stand in the last part."""
    numbers = [number for number in said.result.numbers if telling(number)]
    words = list(said.result.words)
    if not words and not numbers:
        return 0.0
    held = [source.tail.holds(word) for word in words]
    held += [float(supports(source.tail.provides, number)) for number in numbers]
    grounded = mean(held)
    substance = min(1.0, (len(words) + 2 * len(numbers)) / 4)
    customer = set(said.customer.words)
    # A result that only says again what the customer wanted is none.
    new = [word for word in words if word not in customer]
    fresh = 1.0 if numbers or not words else min(1.0, len(new) / len(words) * 2)
    ending = numbers_in(source.key.text)
    expected = [number for number in ending if number.kind != "plain"]
    recall = mean(supports(said.prose.provides, number) for number in expected) if expected else 1.0
    return grounded * (0.5 * substance + 0.3 * fresh + 0.2 * recall)


def _coverage(said: Said, source: Source, outcome: float) -> float:
    """Facts, main words and outcome of the transcript that the analysis holds."""
    facts = {
        number.value: number
        for number in source.numbers
        if number.kind in {"amount", "date", "time", "percent", "code"}
        or (number.kind == "count" and not number.value.isdigit())
    }
    found = sum(supports(said.whole.provides, number) for number in facts.values())
    main = _main_words(source)
    held = mean(said.whole.holds(word) > 0.6 for word in main)
    parts = [(0.40, outcome), (0.30, min(1.0, held / _WORDS_EXPECTED) if main else 1.0)]
    if facts:
        parts.append((0.30, min(1.0, found / min(len(facts), _FACTS_EXPECTED))))
    return sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)


def _main_words(source: Source) -> list[str]:
    """The words of the request and of the outcome, and those said again and again."""
    often = [word for word, count in source.words.most_common(6) if count > 1]
    return list(dict.fromkeys([*often, *source.key.words]))[:16]


_ENDS: Final = re.compile(
    r"(?:[다요죠까]|[함됨음임]|예정|완료|접수|안내|요청|문의|필요|없음|있음)[.!?]?$"
)
_KEYWORD_TITLE: Final = re.compile(r"[^\s_]+(?:_[^\s_]+){1,4}")


def _form(said: Said, source: Source, flags: set[str]) -> float:
    """The share of the rules of a usable record that hold."""
    whole_lines = [field for field in said.fields if 8 <= len(field.text) <= 200]
    ends = [field for field in said.fields if _ENDS.search(field.text.strip())]
    unique = {squeeze(word).casefold() for word in said.keywords}
    grounded = [word for word in said.keywords if source.holds(squeeze(word)) >= 0.6]
    checks = [
        len(whole_lines) / 3,
        len(ends) / 3,
        float(_KEYWORD_TITLE.fullmatch(said.title) is not None),
        float(5 <= len(said.descriptive.text) <= 60),
        len(unique) / len(said.keywords) if 2 <= len(said.keywords) <= 8 else 0.0,
        len(grounded) / len(said.keywords),
        float(not flags & {"markup", "not_korean"}),
        float("copied_sentences" not in flags),
    ]
    return sum(checks) / len(checks)
