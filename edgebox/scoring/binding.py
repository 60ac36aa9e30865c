"""Whether each number of a summary stands where it stood in the call.

Two true numbers can be exchanged, and each of them is in the call.

A number is bound by the words beside it. 위약금 96,000원 is borne out by a clause with 위약금 and
96,000원, or by the answer 구만 육천 원이요 to a question with 위약금. The context of a number is
compared with every place where the call has it.
"""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language.agreement import counts_alike
from edgebox.language.number import same_kind, supports
from edgebox.scoring.alignment import Item
from edgebox.scoring.alone import is_bare, is_total
from edgebox.scoring.anchored import are_together, is_anchored
from edgebox.scoring.appointed import on_another_day
from edgebox.scoring.bounds import bound_of_another
from edgebox.scoring.contrasts import BELIEVED, exchanged_labels
from edgebox.scoring.evidence import is_loose, telling
from edgebox.scoring.joined import follow
from edgebox.scoring.nearness import nearness
from edgebox.scoring.paired import paired_with_another
from edgebox.scoring.relations import contradicts
from edgebox.scoring.rounded import rounds
from edgebox.scoring.ties import ON_OFFER, tied_to_another

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.language.number import Number
    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.spoken import Spoken

_NEAR: Final = ((0, 1.0), (-1, 0.7), (1, 0.5), (-2, 0.4), (2, 0.3))
"""Clauses beside that of the number, in the same utterance, and what their words count."""

_OWN_NUMBER: Final = 0.15
"""What is left of that if the clause has a number of its own of the same kind."""

_QUESTION: Final = 0.6
"""What the words of the utterance before count: it is the question that the number answers."""

_PART_OF_NAME: Final = re.compile(r"인? ?[실용승급]|호선|세대")
"""What makes a number part of a name: 2인실, 4인용."""

_OF_DAY: Final = re.compile(r"^(?:오전|오후|새벽|아침|저녁)$|요일$")
"""Words that belong to a date or a time themselves."""

_RANGE: Final = re.compile(r" ?[~–-] ?(?:오[전후] ?)?")
"""What stands between the two numbers of a range."""

_AFTER: Final = 0.2
"""What the words of the utterance after count, which repeats what the number was for, and those of
the one before the question."""

_BETTER: Final = 1.15
"""Two numbers are exchanged if their contexts fit the other way round this much better."""

_MARGIN: Final = 0.1
"""What the exchanged contexts must fit better at least."""

_ALONE_SHARE: Final = 0.2
"""Share of a context that must fit better where the other number's context fits nowhere."""

_ONE_SIDED: Final = 0.3
"""The same where the other number has no context."""

_NO_WORSE: Final = 0.2
"""What each of the two must keep of its fit if they are exchanged."""

_ALONE: Final = 1.5
"""Weight of a context of which nothing is near the number anywhere: from here it is unbound."""


_WEAK: Final = 0.3
"""Share of a context that stands with its number: with less it may belong to another number."""

_TELLING: Final = 0.4
"""Weight of a context from which it may belong to another number: one word far from its number
stands beside others by chance."""

_STRONG: Final = 0.6
"""Share of a context that must fit better with a number that the analysis does not have."""

_AS_OFTEN: Final = 0.45
"""The same of a number that the call has as often."""

_LATER: Final = 0.3
"""The same of one that it has as often and later."""

_TWO_FIGURES: Final = 2
"""두 사람, 세 곳: what is counted so is often not said as a number."""

_RARE: Final = 40
"""Clauses with a word, of which more would lead everywhere."""


_FAULTS: Final = (
    contradicts,
    exchanged_labels,
    on_another_day,
    tied_to_another,
    bound_of_another,
    paired_with_another,
)
"""What is seen in two numbers, in a word or in a bound beside a number."""


class _Claim(NamedTuple):
    number: Number
    statement: int
    places: tuple[int, ...]
    context: tuple[tuple[float, Item], ...]


def unbound(made: Sequence[Statement], spoken: Spoken) -> bool:
    """Return whether a number of the statements belongs to something else in the call."""
    if any(found(made, spoken) for found in _FAULTS):
        return True
    claims = [
        claim
        for claim in _claims(made, spoken)
        if not is_total(claim.number, made[claim.statement].text, claim.places, spoken)
    ]
    cache: dict[tuple[int, str], float] = {}
    for place, claim in enumerate(claims):
        own = _fit(place, claim, claim, spoken, cache)
        if (
            claim.places
            and _weight_of(claim) >= _ALONE
            and not own
            and not is_bare(claim.number, claim.places, spoken)
        ):
            return True
        if _another(own, claim, claims, made, spoken):
            return True
    return any(
        _exchanged((i, one), (j, other), made, spoken, cache)
        for (i, one), (j, other) in combinations(enumerate(claims), 2)
        if one.places and other.places
    )


def _exchanged(
    first: tuple[int, _Claim],
    second: tuple[int, _Claim],
    made: Sequence[Statement],
    spoken: Spoken,
    cache: dict[tuple[int, str], float],
) -> bool:
    """Return whether two claims fit clearly better with each other's number."""
    (i, one), (j, other) = first, second
    texts = made[one.statement].text, made[other.statement].text
    if one.number.value == other.number.value:
        return False
    if not same_kind(one.number, other.number):
        return False
    if one.statement == other.statement and (
        _RANGE.fullmatch(texts[0], one.number.end, other.number.start)
    ):
        return False
    if are_together(one.number, other.number.value, made[one.statement]) or are_together(
        other.number, one.number.value, made[other.statement]
    ):
        return False
    own = [_fit(i, one, one, spoken, cache), _fit(j, other, other, spoken, cache)]
    exchanged = [_fit(i, one, other, spoken, cache), _fit(j, other, one, spoken, cache)]
    if any(there < here * _NO_WORSE for here, there in zip(own, exchanged, strict=True)):
        return False
    margin = _MARGIN
    for here, there, claim in zip(own, exchanged, (other, one), strict=True):
        if here == there == 0.0:
            share = _ALONE_SHARE if one.context and other.context else _ONE_SIDED
            margin = max(margin, share * _weight_of(claim))
    return sum(exchanged) > sum(own) * _BETTER + margin and not any(
        is_anchored(claim.number, claim.statement, made, spoken) for claim in (one, other)
    )


def _weight_of(claim: _Claim) -> float:
    """Return the weight of a claim's context."""
    return sum(weight for weight, _ in claim.context)


def _claims(made: Sequence[Statement], spoken: Spoken) -> Iterator[_Claim]:
    for index, statement in enumerate(made):
        for item in statement.items:
            number = item.number
            if (
                number is None
                or not telling(number)
                or number.relative
                or number.value.endswith(("mo", "y"))
                or is_loose(statement.text, number)
                or _PART_OF_NAME.match(statement.text, number.end)
                or BELIEVED.match(statement.text, number.end)
            ):
                continue
            alike = [
                one.number
                for one in statement.items
                if one.number and same_kind(one.number, number)
            ]
            context = [
                (other.weight * nearness(statement.text, number, other.word, alike), other)
                for other in [*statement.items, *_modified(statement, spoken)]
                if other.number is None
                and other.where
                and other.word not in ON_OFFER
                and not _OF_DAY.search(other.word)
            ]
            yield _Claim(number, index, tuple(item.where), tuple(context))


_MODIFIED: Final = re.compile(
    r"(?<![가-힣])([첫앞뒤옆새헌큰본맨위]) ([가-힣]{2,4}?)(?=[은는이가을를도의 ,])"
)


def _modified(statement: Statement, spoken: Spoken) -> Iterator[Item]:
    """Yield the nouns with a word of one syllable before them: 앞 타이어, 첫 진료."""
    for one, noun in _MODIFIED.findall(statement.text):
        word = one + noun
        where = {piece: held for piece, held in spoken.where(word).items() if held == 1.0}
        yield Item(spoken.rarity(word), where, None, f"{one} {noun}")


def _another(
    own: float,
    claim: _Claim,
    claims: Sequence[_Claim],
    made: Sequence[Statement],
    spoken: Spoken,
) -> bool:
    """Return whether a number of the same kind that no claim has stands with a claim's words.

    ``own`` is how well they fit its own number.
    """
    weight = _weight_of(claim)
    small = claim.number.value.isdigit() and len(claim.number.value) < _TWO_FIGURES
    if (
        small
        or weight < _TELLING
        or not claim.places
        or own >= _WEAK * weight
        or is_bare(claim.number, claim.places, spoken)
    ):
        return False
    telling_words = [item.where for _, item in claim.context if len(item.where) <= _RARE]
    near = {spoken.pieces[piece].utterance for where in telling_words for piece in where}
    statement = made[claim.statement]
    following = {value for one in claims for value in follow(claim.number, one.number)}
    found = any(
        counts_alike(claim.number, statement.text, number, spoken.text)
        and telling(number)
        and not number.relative
        and not supports(number.provides, claim.number)
        and not any(supports(number.provides, one.number) for one in claims)
        and number.value not in following
        and not rounds(claim.number, statement.text, number)
        and _is_clear((_fit_at(claim, piece, number, spoken) - own) / weight, claim, number, spoken)
        for utterance in near | {one + 1 for one in near}
        for number, piece in spoken.numbers_of(utterance)
    )
    return found and not is_anchored(claim.number, claim.statement, made, spoken)


def _is_clear(gain: float, claim: _Claim, number: Number, spoken: Spoken) -> bool:
    """Return whether a claim's words stand with a number of the call and not with the claim's own.

    A number that was said as often, and later too, is more likely what was agreed.
    """
    if gain > _STRONG:
        return True
    if gain <= _LATER:
        return False
    own, its = spoken.supporting(claim.number), spoken.supporting(number)
    if len(its) < len(own):
        return False
    return gain > _AS_OFTEN or (bool(own) and its[-1][0].start > own[-1][0].start)


def _fit(
    index: int, claim: _Claim, other: _Claim, spoken: Spoken, cache: dict[tuple[int, str], float]
) -> float:
    """Return how well a claim's context fits the places of another claim's number."""
    key = (index, other.number.value)
    if key not in cache:
        places = (_fit_at(claim, piece, other.number, spoken) for piece in other.places)
        cache[key] = max(places, default=0.0)
    return cache[key]


def _fit_at(claim: _Claim, piece: int, number: Number, spoken: Spoken) -> float:
    """Return how well a claim's context fits a number in a clause."""
    utterance = spoken.pieces[piece].utterance
    crowded = spoken.has_another(piece, number)
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
                other = (
                    spoken.has_another(beside, number)
                    if step
                    else crowded and spoken.beside(item.word, piece, number)
                )
                best = max(best, share * item.where[beside] ** 2 * (_OWN_NUMBER if other else 1.0))
        for step, share in ((-1, _QUESTION), (1, _AFTER), (-2, _AFTER)):
            if best < share:
                held = spoken.held_in(item.where, utterance + step)
                best = max(best, share * held**2)
        total += weight * best
    return total
