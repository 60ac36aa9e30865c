"""Whether each number of a summary stands where it stood in the call: true numbers can be exchanged.

A number is bound by the words beside it. 위약금 96,000원 is borne out by a clause with 위약금 and
96,000원, or by the answer 구만 육천 원이요 to a question with 위약금. The context of a number is
compared with every place where the call has it.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.consultation.evidence import telling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.consultation.alignment import Item, Spoken, Statement
    from edgebox.consultation.number import Number

_NEAR: Final = ((0, 1.0), (-1, 0.7), (1, 0.5), (-2, 0.4), (2, 0.3))
"""Clauses beside that of the number, in the same utterance, and what their words count."""

_QUESTION: Final = 0.6
"""What the words of the utterance before count: it is the question that the number answers."""

_AFTER: Final = 0.2
"""What the words of the utterance after count: it repeats what the number was for."""

_BETTER: Final = 1.12
"""Two numbers are exchanged if their contexts fit the other way round this much better."""

_ALONE: Final = 1.0
"""Weight of a context of which nothing is near the number anywhere: from here it is unbound."""


class _Claim(NamedTuple):
    number: Number
    statement: int
    places: tuple[int, ...]
    context: tuple[tuple[float, Item], ...]


def unbound(made: Sequence[Statement], spoken: Spoken) -> bool:
    """Return whether a number of the statements belongs to something else in the call."""
    claims = list(_claims(made))
    cache: dict[tuple[int, str], float] = {}
    for place, claim in enumerate(claims):
        weight = sum(weight for weight, _ in claim.context)
        if weight >= _ALONE and not _fit(place, claim, claim, spoken, cache):
            return True
    for (i, one), (j, other) in combinations(enumerate(claims), 2):
        if one.number.kind != other.number.kind or one.number.value == other.number.value:
            continue
        own = _fit(i, one, one, spoken, cache) + _fit(j, other, other, spoken, cache)
        exchanged = _fit(i, one, other, spoken, cache) + _fit(j, other, one, spoken, cache)
        if exchanged > own * _BETTER + 0.05:
            return True
    return False


def _claims(made: Sequence[Statement]) -> Iterator[_Claim]:
    for index, statement in enumerate(made):
        for item in statement.items:
            if item.number is None or not telling(item.number) or item.number.relative:
                continue
            context = [
                (other.weight * _near(statement.text, item.number, other.word), other)
                for other in statement.items
                if other.number is None and other.where
            ]
            yield _Claim(item.number, index, tuple(item.where), tuple(context))


def _near(text: str, number: Number, word: str) -> float:
    """Return how near a word is to a number in a statement, 1 beside it."""
    at = text.find(word)
    if at < 0:
        return 0.5
    if at < number.start:
        distance = number.start - at - len(word)
        return 1 / (1 + max(0, distance) / 6)
    return 0.8 / (1 + max(0, at - number.end) / 6)


def _fit(
    index: int, claim: _Claim, other: _Claim, spoken: Spoken, cache: dict[tuple[int, str], float]
) -> float:
    """Return how well a claim's context fits the places of another claim's number."""
    key = (index, other.number.value)
    if key not in cache:
        cache[key] = max(
            (_fit_at(claim, piece, spoken) for piece in other.places), default=0.0
        )
    return cache[key]


def _fit_at(claim: _Claim, piece: int, spoken: Spoken) -> float:
    utterance = spoken.pieces[piece].utterance
    total = 0.0
    for weight, item in claim.context:
        best = 0.0
        for step, share in _NEAR:
            beside = piece + step
            if (
                0 <= beside < len(spoken.pieces)
                and spoken.pieces[beside].utterance == utterance
                and beside in item.where
            ):
                best = max(best, share * item.where[beside])
        for step, share in ((-1, _QUESTION), (1, _AFTER)):
            if best < share:
                held = spoken.held_in(item.where, utterance + step)
                best = max(best, share * held)
        total += weight * best
    return total
