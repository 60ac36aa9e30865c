"""Ratios and scores: 칠 대 삼, 7:3, 8대2, 칠삼으로. In `Number` seven to three is ``7대3``."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from math import gcd
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.counters import UNIT_WORD
from edgebox.language.number import Number, either
from edgebox.language.numerals import SINO_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FEW: Final = rf"\d{{1,3}}|[{SINO_DIGITS}십백]{{1,3}}"
_NONE: Final = "[영공빵0]|제로"
"""백 대 영: all of it is the other side's."""
_ENDS: Final = (
    r"(?=$|[\n.,?!]|이?요|이?에요|예요|입니|이?고|으?로|이?[라래]|이?었|였|의|은|는|이나"
    r"| ?(?:과실|비율|정도|경쟁|문의|상담|매칭|회화|과외|수업|교환)"
)
_SAID: Final = re.compile(
    rf"(?<![가-힣\d.])({_FEW}) ?대 ?({_FEW}|{_NONE}){_ENDS}"
    rf"|(?:을|를|인데|이라| (?!{UNIT_WORD}|여|몇)(?=[가-힣]{{2}})))",
    re.ASCII,
)
_IN_FIGURES: Final = re.compile(r"(?<![\d:.])(\d{1,3}) ?: ?(\d|[6-9]\d|\d{3})(?![\d:])", re.ASCII)
"""7:3, and not 7:30, which is a time."""
_OF_TEN: Final = re.compile(
    rf"(?<![가-힣])([{SINO_DIGITS}]) ?([{SINO_DIGITS}])(?=으?로| ?(?:비율|과실|정도))"
)
"""칠삼으로: two shares of ten."""
_EVENLY: Final = re.compile("반반|반씩")
_WRITTEN: Final = re.compile(
    r"(?<![\d:.,/-])(\d{1,3})(?: ?: ?(\d{1,3})(?![\d:]|[.,]\d)"
    rf"| ?대 ?(\d{{1,3}})(?![\d:]|[.,]\d){_ENDS}|[을를이가과와](?![가-힣])))",
    re.ASCII,
)
_MOST: Final = 100
"""Up to which a ratio may have been said in larger figures: 70:30 of 7:3."""


def ratios(text: str) -> Iterator[Number]:
    """Yield the ratios that a call may hold."""
    for match in _SAID.finditer(text):
        one, other = (_part(match[group]) for group in (1, 2))
        yield _ratio(f"{one:f}", f"{other:f}", *match.span())
        if len(match[2]) > 1 and match[2][-1] == "이":  # 오십 대 오십이요
            yield _ratio(f"{one:f}", f"{other - 2:f}", *match.span())
    for match in _IN_FIGURES.finditer(text):
        yield _ratio(match[1], match[2], *match.span())
    for match in _OF_TEN.finditer(text):
        one, other = (numerals.stops(match[group], 0)[-1].value for group in (1, 2))
        if one + other == 10:
            yield _ratio(f"{one:f}", f"{other:f}", *match.span())
    for match in _EVENLY.finditer(text):
        value = frozenset({"5대5"})
        yield Number("code", "5대5", value, value | {"50%"}, *match.span())


def _part(words: str) -> Decimal:
    stops = numerals.stops(words, 0)
    return stops[-1].value if stops else Decimal(0)


def _ratio(one: str, other: str, start: int, end: int) -> Number:
    """Return seven to three, ``7대3``. Its figures stand beside a colon too.

    Parts of ten or a hundred are shares: 구 대 일 is 90%.
    """
    value = f"{one}대{other}"
    provides = {value, one, f"#{one}", f"#{other}"}
    if (whole := int(one) + int(other)) in {10, 100}:
        provides |= {f"{int(part) * 100 // whole}%" for part in (one, other)}
    return Number("code", value, frozenset({value}), frozenset(provides), start, end)


def with_ratios(text: str, numbers: Sequence[Number]) -> list[Number]:
    """Return the numbers that a text claims, the figures of a ratio as one number.

    It may have been said from the other side, in larger figures, or as a share: 7:3 is borne out by
    삼 대 칠, 칠십 대 삼십 and 삼십 프로. 1:1 only says that nobody else takes part.
    """
    found = list(numbers)
    for match in _WRITTEN.finditer(text):
        one, other = int(match[1]), int(match[2] or match[3])
        start, end = match.span()
        inside = [n for n in found if n.start < end and start < n.end]
        if not one or not other or any(n.start < start for n in inside):
            continue
        found = [n for n in found if n not in inside]
        if one != 1 or other != 1:
            found.append(_claimed(one, other, start, end, inside))
    return sorted(found, key=lambda number: number.start)


def _claimed(one: int, other: int, start: int, end: int, inside: Sequence[Number]) -> Number:
    divisor = gcd(one, other)
    one, other = one // divisor, other // divisor
    values = set()
    for times in range(1, _MOST // max(one, other) + 1):
        values |= {f"{one * times}대{other * times}", f"{other * times}대{one * times}"}
    if divisor == 1 and not values:
        values = {f"{one}대{other}", f"{other}대{one}"}
    for part in (one, other):
        share = part * 100 / (one + other)
        if share.is_integer():
            values.add(f"{share:.0f}%")
    ratio = replace(_ratio(str(one), str(other), start, end), requires=frozenset(values))
    clock = next((number for number in inside if number.kind == "time"), None)
    return either(clock, ratio) if clock else ratio
