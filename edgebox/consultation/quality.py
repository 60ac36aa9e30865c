"""The quality score: how far an analysis can be trusted, computed from the call alone.

There is no reference summary to compare with, so the score is not an accuracy. It has three parts:

* **grounding**: is what the analysis says in the transcript, and did the right speaker say it?
* **coverage**: are the transcript's facts, its main words and its outcome in the analysis?
* **form**: would a person put it into the record as it is?

A flag caps the score if one fault spoils the whole, however good the rest is: a reader will not
notice a wrong amount in an otherwise perfect record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from edgebox.consultation.alignment import evidence_of, statements
from edgebox.consultation.binding import unbound
from edgebox.consultation.evidence import Said, Source, Text, mean, telling
from edgebox.consultation.faults import (
    copied,
    invented,
    language,
    markup,
    misnamed,
    repetition,
    ungrounded,
)
from edgebox.consultation.instructions import obeys
from edgebox.consultation.korean import numbers_in
from edgebox.consultation.leak import leaks_example
from edgebox.consultation.names import names_in
from edgebox.consultation.number import supports
from edgebox.consultation.polarity import faults
from edgebox.consultation.spoken import Spoken
from edgebox.consultation.stances import Stances
from edgebox.consultation.types import Evidence
from edgebox.consultation.words import squeeze

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from edgebox.consultation.alignment import Statement
    from edgebox.consultation.types import Analysis, QualityParts
    from edgebox.reading.call import Call

WEIGHTS: Final = {"grounding": 0.50, "coverage": 0.35, "form": 0.15}
"""An invented fact does more harm than a missing one, and a missing one more than bad style."""

CAPS: Final = {
    # It holds words of another consultation: none of it can be relied on.
    "leaked_example": 0.3,
    # The model fell into a loop: the rest of its answer is lost.
    "repetition": 0.4,
    # Another language, or none, for a Korean consultation: cannot go into the record.
    "not_korean": 0.4,
    # One number that was never said. The rest may be right, so half.
    "ungrounded_number": 0.5,
    # A true number that belongs to something else: as wrong as an invented one, but less sure.
    "unbound_number": 0.55,
    # The other way round: refused what was granted, or granted what was refused.
    "polarity": 0.55,
    # Told as settled, and only asked for, wished for, or promised under a condition.
    "conditional": 0.6,
    # A person or a company that the call does not name.
    "wrong_name": 0.55,
    # The call itself told the model what to write.
    "instruction_in_call": 0.5,
    # What the customer said is reported as the agent's, and the other way round.
    "speakers_swapped": 0.6,
    # A whole statement that has no support in the transcript.
    "invented_claim": 0.6,
    # The line that is read most does not say how this call ended.
    "no_outcome": 0.7,
    # JSON, labels or thinking left in the text: readable, but not as a record.
    "markup": 0.6,
}
"""The highest score that an analysis with the flag can have. The lowest cap counts. The weighted
parts are scaled by it, so that of two faulty analyses the better one still scores higher."""

_NO_OUTCOME: Final = 0.3
"""Results that say nothing ("통화를 종료했습니다") were at most this, the least good one above."""

_FACTS_EXPECTED: Final = 4
"""An analysis is three lines: of many numbers in a transcript, this many are enough."""

_WORDS_EXPECTED: Final = 0.5
"""The share of the main words that good summaries held. A summary is no word list."""


@dataclass(frozen=True, slots=True)
class Quality:
    """A score and its reasons.

    Attributes:
        score: 0 to 1, three digits: the weighted parts, capped.
        grounding: 0 to 1.
        coverage: 0 to 1.
        form: 0 to 1.
        flags: The faults found, in alphabetical order.
        caps: The cap of every flag that has one.
        evidence: The statements of each line with the utterances that bear them out.
    """

    score: float
    grounding: float
    coverage: float
    form: float
    flags: tuple[str, ...]
    caps: dict[str, float]
    evidence: Evidence = field(default_factory=lambda: Evidence(customer=[], agent=[], result=[]))

    def as_dict(self) -> QualityParts:
        """Return the ``quality`` object of the callback. The score is a field beside it."""
        return {
            "grounding": self.grounding,
            "coverage": self.coverage,
            "form": self.form,
            "flags": list(self.flags),
            "caps": dict(self.caps),
        }


def score(
    analysis: Analysis,
    call: Call,
    *,
    call_date: dt.date | None = None,
    examples: Sequence[str] = (),
) -> Quality:
    """Score an analysis against its call, in time that is linear in the call.

    Args:
        analysis: the model's.
        call: as it was read.
        call_date: with it 내일 and 다음 주 화요일 are dates.
        examples: of the prompt, to find them leaked into the analysis.
    """
    source, said = Source(call, call_date), Said(analysis, call_date)
    spoken = Spoken(source, call)
    made = statements(analysis, spoken, call_date)
    attribution = _attribution(said, source)
    outcome = _outcome(said, source, spoken)
    flags = {*markup(said), *repetition(said), *language(said, source)}
    flags |= _unsupported(said, source, spoken, made, call_date)
    # A character that no example holds keeps a run from crossing two fields.
    if examples and leaks_example("\0".join(said.texts), source.text, examples):
        flags.add("leaked_example")
    if attribution is not None and attribution < 0.35:
        flags.add("speakers_swapped")
    if outcome < _NO_OUTCOME:
        flags.add("no_outcome")
    if copied(said, source):
        flags.add("copied_sentences")
    grounding = _grounding(said, source, spoken, made, attribution)
    coverage = _coverage(said, source, outcome)
    form = _form(said, source, spoken, flags)
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
        evidence=evidence_of(made, spoken),
    )


def _unsupported(
    said: Said,
    source: Source,
    spoken: Spoken,
    made: Sequence[Statement],
    call_date: dt.date | None,
) -> set[str]:
    """Return the flags of what the call does not bear out."""
    stances = Stances(spoken)
    flags = {flag for _, flag in faults(made, stances, call_date)}
    checks = {
        "ungrounded_number": ungrounded(said.whole, source),
        "unbound_number": unbound(made, spoken),
        "invented_claim": invented(made, source),
        "wrong_name": misnamed(said, source),
        "instruction_in_call": obeys(made, stances),
    }
    return flags | {flag for flag, found in checks.items() if found}


def _grounding(
    said: Said,
    source: Source,
    spoken: Spoken,
    made: Sequence[Statement],
    attribution: float | None,
) -> float:
    """Return the weighted mean of words, numbers and speakers, without parts that lack evidence."""
    parts = [(0.45, _grounded_words(said, source, spoken, made))]
    claims = [number for number in said.whole.claims if not number.relative]
    if claims:
        parts.append((0.35, mean(supports(source.provides, number) for number in claims)))
    if attribution is not None:
        parts.append((0.20, attribution))
    return sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)


def _held(words: Sequence[str], source: Source, spoken: Spoken) -> tuple[float, int]:
    """Return the share of the words that the call holds, as they are or in other words."""
    held = (max(source.holds(word), *spoken.where(word).values(), 0.0) for word in words)
    return mean(held), len(words)


def _grounded_words(said: Said, source: Source, spoken: Spoken, made: Sequence[Statement]) -> float:
    """Return the mean of the average and of the worst statement: one invented claim must show."""
    claimed = [[item.word for item in one.items if item.word] for one in made]
    stated = [_held(words, source, spoken) for words in claimed if words]
    lists = [list(Text(" ".join(said.keywords)).words), list(said.descriptive.words)]
    rated = [*stated, *(_held(words, source, spoken) for words in lists if words)]
    names = names_in(said.whole.text)
    if names:
        rated.append(_held(names, source, spoken))
    if not rated:
        return 0.0
    total = sum(count for _, count in rated)
    average = sum(value * count for value, count in rated) / total
    worst = min((value for value, count in stated if count >= 2), default=average)
    return 0.5 * average + 0.5 * worst


# The verbs that a customer's line and an agent's line end with.
_ASKS: Final = re.compile(
    r"문의|요청|원[하했함]|희망|호소|불만|질문|물[었음]|묻|신고|항의|궁금|싶|바[랐라람]|부탁|요구"
    r"|제기|의뢰"
)
_SERVES: Final = re.compile(
    r"안내|확인해|접수[했함하해]|처리[했함하해]|설명|사과|답변|드[렸림]|제안|약속|조회|도왔|알려"
    r"|권[했유]|발급해|발송"
)


def _attribution(said: Said, source: Source) -> float | None:
    """Return how far each line reports its own speaker: 0 (all swapped) to 1, None if unknown.

    Evidence are the words and numbers that only one of the two said. A line whose verb is one of
    the other side counts as three such words.
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
    # A customer's line often holds what the agent named first: a third against it is ordinary.
    return min(1.0, (right + 0.5) / (right + wrong + 0.5) * 1.5)


def _only(word: str, one: Text, other: Text) -> bool:
    return word in one.squeezed and word not in other.squeezed


def _outcome(said: Said, source: Source, spoken: Spoken) -> float:
    """Return how far ``result`` says how this call ended: its words are in the last part."""
    last = len(source.text) - len(source.tail.text)
    numbers = [number for number in said.result.numbers if telling(number)]
    words = list(said.result.words)
    if not words and not numbers:
        return 0.0
    held = [max(source.tail.holds(word), spoken.degree(word, last)) for word in words]
    held += [float(supports(source.tail.provides, number)) for number in numbers]
    grounded = mean(held)
    substance = min(1.0, (len(words) + 2 * len(numbers)) / 4)
    customer = set(said.customer.words)
    # A result that only repeats what the customer wanted is none.
    new = [word for word in words if word not in customer]
    fresh = 1.0 if numbers or not words else min(1.0, len(new) / len(words) * 2)
    ending = numbers_in(source.key.text)
    expected = [number for number in ending if number.kind != "plain"]
    recall = mean(supports(said.prose.provides, number) for number in expected) if expected else 1.0
    return grounded * (0.5 * substance + 0.3 * fresh + 0.2 * recall)


def _coverage(said: Said, source: Source, outcome: float) -> float:
    """Return how much of the transcript's facts, main words and outcome the analysis holds."""
    facts = {
        number.value: number
        for number in source.numbers
        if number.kind in {"amount", "date", "time", "percent", "code"}
        or (number.kind == "count" and not number.value.isdigit())
    }
    found = sum(supports(said.whole.provides, number) for number in facts.values())
    # The words of the request and of the outcome, and the most repeated ones.
    often = [word for word, count in source.words.most_common(6) if count > 1]
    main = list(dict.fromkeys([*often, *source.key.words]))[:16]
    held = mean(
        said.whole.holds(word) > 0.6
        or any(form in word or word in form for form in said.other_words)
        for word in main
    )
    parts = [(0.40, outcome), (0.30, min(1.0, held / _WORDS_EXPECTED) if main else 1.0)]
    if facts:
        parts.append((0.30, min(1.0, found / min(len(facts), _FACTS_EXPECTED))))
    return sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)


_ENDS: Final = re.compile(
    r"(?:[다요죠까]|[함됨음임]|예정|완료|접수|안내|요청|문의|필요|없음|있음)[.!?]?$"
)
_KEYWORD_TITLE: Final = re.compile(r"[^\s_]+(?:_[^\s_]+){1,4}")


def _is_held(keyword: str, source: Source, spoken: Spoken) -> bool:
    """Return whether the call holds most of a keyword, as it is or in other words."""
    words = list(Text(keyword).words)
    return source.holds(squeeze(keyword)) >= 0.6 or (
        bool(words) and _held(words, source, spoken)[0] >= 0.5
    )


def _form(said: Said, source: Source, spoken: Spoken, flags: set[str]) -> float:
    """Return the share of the rules of a usable record that the analysis keeps."""
    whole_lines = [field for field in said.fields if 8 <= len(field.text) <= 200]
    ends = [field for field in said.fields if _ENDS.search(field.text.strip())]
    unique = {squeeze(word).casefold() for word in said.keywords}
    grounded = [word for word in said.keywords if _is_held(word, source, spoken)]
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
