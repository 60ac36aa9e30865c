"""What the numbers of a sentence say of each other: shares, sums, ranges, from and to.

Two true numbers in each other's place are seen where the sentence computes with them, or where the
call says them in the other order.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language.number import same_kind, supports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from edgebox.language.number import Number
    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.spoken import Spoken

_MOST: Final = 8
"""Numbers of a statement in which relations are looked for: more are a list."""

_SAME: Final = Decimal("0.02")
"""Share by which a computed figure may differ: it is rounded."""

_FIGURE: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")


class _Rule(NamedTuple):
    """A computation with three numbers in a row.

    Attributes:
        kinds: of the numbers.
        between: what stands between the first and the second, and between that and the third.
        result: of the first two.
    """

    kinds: tuple[str, str, str]
    between: tuple[re.Pattern[str], re.Pattern[str]]
    result: Callable[[Decimal, Decimal], Decimal]


_RULES: Final = (
    _Rule(  # 52,400원의 50%인 26,200원
        ("amount", "percent", "amount"),
        (re.compile(r"의 ?약? ?"), re.compile(r"(?:인|, ?|로|가)? ?[가-힣]{0,5} ?")),
        lambda whole, share: whole * share / 100,
    ),
    _Rule(  # 월 38,000원씩 석 달 치 렌탈료 114,000원
        ("amount", "count", "amount"),
        (re.compile(r"씩 ?"), re.compile(r" ?(?:치|분|동안)?(?:의|인|로|,)? ?(?:[가-힣]{1,6} ?)?")),
        lambda each, times: each * times,
    ),
    _Rule(  # 96만 원에서 위약금 96,000원을 빼면 864,000원
        ("amount", "amount", "amount"),
        (
            re.compile(r"에서 ?(?:[가-힣]{1,8} ?){0,2}"),
            re.compile(
                r"[을를]? ?(?:빼|뺀|제하|제한|제외|공제)[가-힣]{0,3} ?(?:[가-힣]{1,6} ?){0,2}"
            ),
        ),
        lambda whole, part: whole - part,
    ),
    _Rule(  # 음식값 26,900원과 배달비 2,700원을 합친 29,600원
        ("amount", "amount", "amount"),
        (
            re.compile(r"[에과와]? ?(?:[가-힣]{1,8} ?){0,2}"),
            re.compile(
                r"[을를]? ?(?:합[친쳐한해]|더[한해하])[가-힣]{0,2} ?(?:[가-힣]{1,6} ?){0,2}"
            ),
        ),
        lambda one, other: one + other,
    ),
)
"""A computation that does not hold is wrong only if it does with two numbers exchanged: calls leave
out fees and round."""

_RANGE: Final = re.compile(r" ?[~–] ?(?:오[전후] ?)?")
_OF: Final = re.compile(r" ?(?:가운데|중)(?:에서?)? ?(?:[가-힣]{1,3} )?")
"""What stands between a whole and its part: 40장 중 39장."""

_NEAR: Final = 20
"""Characters between the beginnings of a range's two numbers as they are said."""

_FROM: Final = re.compile(r"(?:까지)?에서")
_TO: Final = re.compile(
    r"(?:[가-힣]{1,8} ?)?으?로 ?[^.,]{0,12}(?:바[꾸꿔뀌]|변경|옮|늘|줄|올|내[려리]|조정|전환)"
)
_TO_WHICH: Final = r"(?:[가-힣]{1,8} ?)?으?로 ?(?:[가-힣]{1,4} )?"
_RISES: Final = re.compile(rf"{_TO_WHICH}(?:오르|오른|올[라랐려렸]|인상|늘[어었려렸]|증가|상승)")
_FALLS: Final = re.compile(rf"{_TO_WHICH}(?:내[려리렸]|내린|인하|줄[어었여였]|감소|하락)")
_SAID_TO: Final = re.compile(r" ?으?로(?= )")


def contradicts(made: Sequence[Statement], spoken: Spoken) -> bool:
    """Return whether two numbers of a statement stand in each other's place."""
    for statement in made:
        numbers = statement.numbers
        if len(numbers) > _MOST:
            continue
        if _miscomputes(statement.text, numbers) or _turned(statement.text, numbers, spoken):
            return True
    return False


def _miscomputes(text: str, numbers: Sequence[Number]) -> bool:
    """Return whether a computation holds only with two of its three numbers exchanged."""
    for one, other, third in zip(numbers, numbers[1:], numbers[2:], strict=False):
        between = text[one.end : other.start], text[other.end : third.start]
        figures = _figure(one), _figure(other), _figure(third)
        for rule in _RULES:
            if (one.kind, other.kind, third.kind) == rule.kinds and all(
                pattern.fullmatch(piece)
                for pattern, piece in zip(rule.between, between, strict=True)
            ):
                a, b, c = figures
                exchanged = [(c, b, a)]
                if rule.kinds[1] == "amount":
                    exchanged += [(b, a, c), (a, c, b)]
                if not _holds(rule, figures) and any(_holds(rule, f) for f in exchanged):
                    return True
    return False


def _holds(rule: _Rule, figures: tuple[Decimal, Decimal, Decimal]) -> bool:
    one, other, third = figures
    return third > 0 and abs(rule.result(one, other) - third) <= third * _SAME


def _figure(number: Number) -> Decimal:
    match = _FIGURE.match(number.value)
    return Decimal(match[0]) if match else Decimal(0)


def _unit(number: Number) -> tuple[str, str]:
    return number.kind, _FIGURE.sub("", number.value)


def _turned(text: str, numbers: Sequence[Number], spoken: Spoken) -> bool:
    """Return whether a range or a change is the other way in the call, or a part is too large."""
    for one, other in pairwise(numbers):
        if _RANGE.fullmatch(text, one.end, other.start):
            if _figure(one) > _figure(other) and _said_turned(one, other, spoken):
                return True
        elif _OF.fullmatch(text, one.end, other.start):
            if _unit(one) == _unit(other) and _figure(other) > _figure(one):
                return True
        elif (
            (
                _unit(one) == _unit(other)  # 9만 원에서 5만 원으로 올라
                and _FROM.fullmatch(text[one.end : other.start].rstrip())
                and _is_backwards(text, one, other)
            )
            or (
                same_kind(one, other)
                and _FROM.match(text, one.end)
                and _TO.match(text, other.end)
                and _direction(one, spoken) < _direction(other, spoken)
            )
        ):
            return True
    return False


def _is_backwards(text: str, one: Number, other: Number) -> bool:
    """Return whether what rose is less than before, or what fell is more."""
    grown = _figure(other) - _figure(one)
    if one.kind not in {"amount", "percent", "count"} or not grown:
        return False
    return (_FALLS if grown > 0 else _RISES).match(text, other.end) is not None


def _said_turned(one: Number, other: Number, spoken: Spoken) -> bool:
    """Return whether a clause has two numbers in the other order, and none in this one."""
    orders = {
        first.start < second.start
        for first, utterance in _places(one, spoken)
        for second in _beside(first, spoken.numbers_of(utterance))
        if supports(second.provides, other)
    }
    return orders == {False}


def _beside(number: Number, numbers: Sequence[tuple[Number, int]]) -> Iterator[Number]:
    """Yield the numbers of an utterance, which are in order, that begin near one of them."""
    first = bisect_left(numbers, number.start - _NEAR, key=_start)
    for other, _ in numbers[first : first + 2 * _NEAR]:
        if other.start > number.start + _NEAR:
            return
        if other.start != number.start:
            yield other


def _start(one: tuple[Number, int]) -> int:
    return one[0].start


def _direction(number: Number, spoken: Spoken) -> int:
    """Return 1 if the call says a number with 에서 only, -1 with 으로 only, else 0."""
    ends = [said.end for said, _ in _places(number, spoken)]
    source = any(_FROM.match(spoken.text, end) for end in ends)
    return source - any(_SAID_TO.match(spoken.text, end) for end in ends)


def _places(number: Number, spoken: Spoken) -> Iterator[tuple[Number, int]]:
    """Yield where the call has a number, with the utterance."""
    for said, piece in spoken.supporting(number):
        yield said, spoken.pieces[piece].utterance
