"""What follows from figures that stand in a row: their sums, products, differences and shares."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from decimal import Decimal


def shares(amounts: Iterable[Decimal], percents: Collection[Decimal]) -> Iterator[Decimal]:
    for each in amounts:
        for percent in percents:
            yield each * percent / 100
            yield each * (100 - percent) / 100


def sums(figures: Sequence[Decimal]) -> Iterator[Decimal]:
    """Yield the sums of neighbours."""
    for first in range(len(figures)):
        total = figures[first]
        for figure in figures[first + 1 :]:
            total += figure
            yield total


def weighted(amounts: Sequence[Decimal], counts: Sequence[Sequence[Decimal]]) -> Iterator[Decimal]:
    """Yield 어른 둘 · 아이 둘 with 이만 원 · 만이천 원: two amounts with two counts, in order."""
    for one, other in pairwise(amounts):
        for listed in counts:
            for n, m in pairwise(listed):
                yield one * n + other * m
            if len(listed) == 1:  # 이만 원에 세 개, 배송비 삼천 원
                yield one * listed[0] + other
                yield one + other * listed[0]
            for n in listed:
                yield (one + other) * n


def differences(figures: Sequence[Decimal]) -> Iterator[Decimal]:
    """Yield what is left of each figure without its neighbours' sum, or another figure."""
    for place, figure in enumerate(figures):
        yield from (figure - other for other in figures if other < figure)
        rest = [*figures[:place], *figures[place + 1 :]]
        yield from (figure - total for total in sums(rest) if total < figure)


def products(figures: Iterable[Decimal], counts: Sequence[Decimal]) -> Iterator[Decimal]:
    """Yield each figure as often as each count says."""
    return (figure * n for figure in figures for n in counts)
