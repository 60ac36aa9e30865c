"""The parts of a score: grounding in the call, coverage of it, and form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.korean import numbers_in
from edgebox.language.names import names_in
from edgebox.language.number import supports
from edgebox.language.words import squeeze
from edgebox.scoring.evidence import Said, Source, Text, mean, telling

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from edgebox.language.number import Number
    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.spoken import Spoken

_FACTS_EXPECTED: Final = 4
"""An analysis is three lines: of many numbers in a transcript, this many are enough."""

_WORDS_EXPECTED: Final = 0.5
"""The share of the main words that good summaries held. A summary is no word list."""


def grounding_of(
    said: Said,
    source: Source,
    spoken: Spoken,
    made: Sequence[Statement],
    attribution: float | None,
    *,
    without: Collection[Number],
) -> float:
    """Return the weighted mean of words, numbers and speakers, without parts that lack evidence.

    The numbers ``without`` support are those that `faults.unsaid` found.
    """
    parts = [(0.45, _grounded_words(said, source, spoken, made))]
    claims = [number for number in said.whole.claims if not number.relative]
    if claims:
        parts.append((0.35, mean(one not in without for one in claims)))
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


def attribution_of(said: Said, source: Source) -> float | None:
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


def outcome_of(said: Said, source: Source, spoken: Spoken) -> float:
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


def names_figure(line: Text, source: Source) -> bool:
    """Return whether a line has a number of the call: whatever it says, it says something."""
    return any(supports(source.provides, number) for number in line.claims)


def coverage_of(said: Said, source: Source, outcome: float) -> float:
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


def form_of(said: Said, source: Source, spoken: Spoken, flags: set[str]) -> float:
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
