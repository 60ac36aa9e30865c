"""Ranges: 이삼일, 두세 번, 열두세 명, 2~4시, 15만 7~8천 원.

Two numbers share what only one of them has: the unit of the second is that of the first, and the
만 of the first is that of the second.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.atoms import DAYPART
from edgebox.language.counters import TAIL, UNIT_WORD, UNITS
from edgebox.language.number import date, either, quantity, time_of_day
from edgebox.language.numerals import SINO_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.language.number import Number

# 이삼일, 두세 개, 사오만 원: either of the two is said.
_SINO: Final = {
    "일이": (1, 2), "이삼": (2, 3), "삼사": (3, 4), "사오": (4, 5), "오륙": (5, 6), "오육": (5, 6),
    "육칠": (6, 7), "칠팔": (7, 8), "팔구": (8, 9),
}  # fmt: skip
_NATIVE: Final = {
    "한두": (1, 2), "한 두": (1, 2), "두세": (2, 3), "두 세": (2, 3), "두서": (2, 3),
    "서너": (3, 4), "서 너": (3, 4), "세네": (3, 4), "세 네": (3, 4), "너댓": (4, 5),
    "네댓": (4, 5), "네다섯": (4, 5), "네 다섯": (4, 5), "대여섯": (5, 6), "예닐곱": (6, 7),
    "일고여덟": (7, 8), "여덟아홉": (8, 9), "열댓": (15, 15), "여남은": (10, 10),
}  # fmt: skip
_TENS: Final = {
    "열": 10, "스물": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80,
    "아흔": 90, "": 0,
}  # fmt: skip


def _any(words: dict[str, tuple[int, int]]) -> str:
    return "|".join(sorted(words, key=len, reverse=True)).replace(" ", r"\ ")


PAIR: Final = rf"""
    (?P<pair>(?:(?P<low>{_any(_SINO)})(?![공영이삼사오육륙칠팔구])
          |(?P<tens>{"|".join(filter(None, _TENS))})?(?P<few>{_any(_NATIVE)})
              (?!(?<=한\ 두)[부통]|(?<=\ 세)[대부장주점트]))
        (?P<scale>[십백천]?[만억]?)\ ?(?P<unit>{UNIT_WORD})(?={TAIL.pattern}))
"""
"""Alternative of a verbose pattern; `pair` reads what it matches."""

# 십오만 칠팔천, 이십삼사만: two digits after a multiplier are either of the two.
WITHIN: Final = re.compile(
    rf"(?:\d{{1,4}}|[{SINO_DIGITS}십백천])?[{SINO_DIGITS}십백천만억 ]{{0,10}}?[십백천만억] ?"
    rf"(?P<pair>이삼|삼사|사오|오륙|오육|육칠|칠팔|팔구|일이(?=[십백천만]))"
    rf"(?=[십백천만억]| ?(?:{UNIT_WORD}))"
)
# 2~4시, 2-4시, 10~20만 원: the unit is that of the second.
UNTIL: Final = re.compile(
    rf"(?: ?[~∼〜]|-(?=\d)|에서|내지) ?(?:(?P<most>\d[\d,.]{{0,12}})(?P<scale> ?[십백천]?[만억]?)"
    rf"|(?P<words>[{SINO_DIGITS}십백천만억]{{1,8}})) ?(?P<unit>{UNIT_WORD})(?={TAIL.pattern})"
)
NO_CODE: Final = (
    r"\d{1,4}-\d{1,4}\ ?[십백천]?[만억]?\ ?"
    r"(?:개월|주일?|시간?|일|분|초|년|달|원|명|개|건|회|세|살|인|%|퍼센트|프로|평|도|점|킬로|k[gm]|[GMT]B)"
    r"(?![가-힣]{2})"
)
"""10-15일: a range and no code of four figures."""

_HEADED: Final = re.compile(rf"(.*[만억]) ?([\d,]{{1,5}}|[\d{SINO_DIGITS}십백천]{{1,6}})")
_SCALED: Final = re.compile(r"\d{1,3}([백천])(?: ?[가-힣]{1,3})?")
_BETWEEN: Final = re.compile(r" ?(?:(?P<sign>[~∼〜-])|에서|내지) ?")
_FIGURES: Final = re.compile(r"\d{1,16}")


def scale_of(until: re.Match[str], first: str) -> Decimal:
    """Return what the first number of a range shares with the second: 오십에서 육십만 원."""
    last = (until["words"] or "")[-1:]
    shared = last in "만억" and not {"만", "억"} & set(first)
    return numerals.stops(last, 0)[-1].value if last and shared else Decimal(1)


def tens_of(low: str, high: str) -> Iterator[Decimal]:
    """Yield 20 for the 2 of 2~30: the next lower number with as many zeros."""
    if len(low) == 1 and len(high) > 1 and high.rstrip("0") == str(int(low) + 1):
        yield Decimal(low + high[1:])


_POSSIBLE: Final = re.compile(
    rf"(?<![가-힣])(?<![십백천만억점{SINO_DIGITS}] )(?:([{SINO_DIGITS}십]) ?(?:에서|내지) ?"
    rf"([{SINO_DIGITS}십백]{{1,4}})|([{SINO_DIGITS}]) ([{SINO_DIGITS}]))"
    rf"(?P<scale> ?[십백천]?[만억]?) ?(?P<unit>{UNIT_WORD})(?={TAIL.pattern})"
)
"""삼에서 오 일, 이 삼일: too short to be surely numbers."""


def possible_spans(text: str) -> Iterator[Number]:
    """Yield both numbers of what may be a range in words."""
    for match in _POSSIBLE.finditer(text):
        words = [word for word in match.groups()[:4] if word]
        low, high = (numerals.stops(word, 0)[-1].value for word in words)
        scale = numerals.stops((match["scale"] or "").strip() or "일", 0)[-1].value
        if low < high and (match[1] or low + 1 == high):
            unit = UNITS[match["unit"]]
            yield _measured(low * scale, unit, match, "")
            yield _measured(high * scale, unit, match, "")


def pair(match: re.Match[str]) -> Number:
    """Return what `PAIR` matched: the higher of two numbers, or the lower."""
    few = match["few"]
    found = _NATIVE[few] if few else _SINO[match["low"]]
    scale = numerals.stops(match["scale"] or "일", 0)[-1].value
    tens = _TENS[match["tens"] or ""]
    before = DAYPART.search(match.string, max(0, match.start() - 5), match.start())
    low, high = (
        _measured((tens + n) * scale, UNITS[match["unit"]], match, before[1] if before else "")
        for n in found
    )
    return either(high, low)


def _measured(value: Decimal, unit: str, match: re.Match[str], part: str) -> Number:
    start, end = match.span()
    if unit == "hour":
        return time_of_day(int(value), 0, part, start, end)
    if unit == "hours":
        return quantity(value * 60, "minute", start, end)
    if unit == "month":
        return date(0, int(value), 0, start, end)
    return quantity(value, unit, start, end)


def with_shared_heads(text: str, numbers: Sequence[Number]) -> list[Number]:
    """Return the numbers of a text, those of 15만 7~8천 원 as 157,000 and 158,000."""
    found: list[Number] = []
    for one in numbers:
        last = found[-1] if found else None
        if last and one.start - last.end <= 4 and one.kind in {"amount", "count", "plain"}:
            between = _BETWEEN.fullmatch(text, last.end, one.start)
            shared = _shared(text, last, one) if between else None
            if between and shared:
                found[-1], high = shared
                # 십오만 칠천에서 팔천 원 빼 드려요
                found.append(high if between["sign"] else either(one, high))
                continue
        found.append(one)
    return found


def _shared(text: str, low: Number, high: Number) -> tuple[Number, Number] | None:
    """Return two numbers, the second with the 만 of the first, or None if it is no range."""
    headed = _HEADED.fullmatch(text, low.start, low.end)
    if headed is None or not _FIGURES.fullmatch(high.value):
        return None
    head = numerals.stops(headed[1], 0)
    scaled = _SCALED.fullmatch(text, high.start, high.end)
    if not head or not _FIGURES.fullmatch(low.value):
        return None
    least, most = Decimal(low.value), head[-1].value + Decimal(high.value)
    if scaled and re.fullmatch(r"\d{1,3}", headed[2]):
        least = head[-1].value + int(headed[2]) * numerals.stops(scaled[1], 0)[-1].value
    if not Decimal(high.value) < least < most:
        return None
    unit = "won" if high.kind == "amount" else ""
    first, second = (
        quantity(value, unit, one.start, one.end) for value, one in ((least, low), (most, high))
    )
    return first, second
