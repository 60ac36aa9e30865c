"""Figures of a call that were said near each other, and those that a sentence holds."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edgebox.language.number import Number
    from edgebox.scoring.evidence import Text

_LINES: Final = 4
"""Utterances that are looked at together."""

_MOST: Final = 8
"""Figures of a kind that are looked at together."""

_LISTED: Final = 64
"""Numbers in which they are looked for: more are a list that is read out."""

_FEW: Final = 5
"""Different amounts of a whole call that are looked at together, wherever they were said."""

_LARGEST_COUNT: Final = 366
_HOUR: Final = Decimal(60)
_POINTS: Final = re.compile(r"(?:점|포인트|마일리지|마일|캐시)$")
_RATE: Final = re.compile(r"(?:[가-힣1]당|하나에|한 ?[가-힣]{1,2}에) ?$")
_BEFORE_RATE: Final = 8

ON_DAY: Final = re.compile(r"일(?:에(?!서)|날|자|로|부터|보다)")
"""A day of a month (28일에, 10일로), with which nothing is computed."""

FIGURE: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
EACH_AFTER: Final = re.compile(r" ?씩")


class Near(NamedTuple):
    """Figures that were said near each other, or that a sentence holds, in order."""

    amounts: list[Decimal]
    counts: list[Decimal]
    percents: list[Decimal]
    rates: list[Decimal]


def windows(source: Text) -> Iterator[Near]:
    """Yield what was said in a few utterances, and in a call with few amounts in all."""
    starts = [0, *(match.end() for match in re.finditer("\n", source.text))]
    lines: list[list[Number]] = [[] for _ in starts]
    place = 0
    for one in source.numbers:
        while place + 1 < len(starts) and starts[place + 1] <= one.start:
            place += 1
        lines[place].append(one)
    if len({one.value for one in source.numbers if one.kind == "amount"}) <= _FEW:
        yield near_of(source, source.numbers)
    for first in range(len(lines)):
        if lines[first]:
            yield near_of(source, (one for line in lines[first : first + _LINES] for one in line))


def near_of(text: Text, numbers: Iterable[Number]) -> Near:
    found = Near([], [], [], [])
    for one in islice(numbers, _LISTED):
        figure = FIGURE.match(one.value)
        if figure is None or (one.relative and one.kind != "count"):
            continue
        value = Decimal(figure[0])
        if one.value.endswith("min") and not value % _HOUR:
            value /= _HOUR
        into = _of_kind(found, one, value, text.text)
        if into is None:
            continue
        if into is found.amounts and _is_rate(text.text, one):
            found.rates.append(value)
        if len(into) < _MOST and (into is found.counts or into[-1:] != [value]):
            into.append(value)
    return found


def _of_kind(near: Near, one: Number, value: Decimal, text: str) -> list[Decimal] | None:
    """Return the figures of a number's kind, or None. Points (3,000점) are paid with."""
    points = value > _LARGEST_COUNT and _POINTS.search(text, one.start, one.end)
    if one.kind == "amount" or points:
        return near.amounts
    if one.kind == "percent":
        return near.percents
    if one.kind != "count" or not 1 < value <= _LARGEST_COUNT or text[one.end - 1] == "건":
        return None  # 3건 총 45,000원 counts what was added up
    if ON_DAY.match(text, one.end - 1):
        return None
    return near.counts


def _is_rate(text: str, one: Number) -> bool:
    """Whether an amount is told for each of several: 칠천 원씩, 하나에 만 원."""
    before = _RATE.search(text, max(0, one.start - _BEFORE_RATE), one.start)
    return before is not None or EACH_AFTER.match(text, one.end) is not None
