"""What several numerals say together: 이박삼일, 구월 말일, 39달러 99센트, 칠 대 삼, 오 점 이 점 일.

These forms are read generously, as those of `possible` are: what a call bears out.
"""

from __future__ import annotations

import calendar
import itertools
import re
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.counters import TAIL, UNIT_WORD, UNITS
from edgebox.language.number import Number, code, date, plain, quantity
from edgebox.language.numerals import SINO_DIGITS, ZEROS
from edgebox.language.ratios import ratios

if TYPE_CHECKING:
    from collections.abc import Iterator

_FEW: Final = rf"\d{{1,3}}|[{SINO_DIGITS}십]{{1,3}}"
_STAY: Final = re.compile(rf"(?<![가-힣\d])({_FEW}) ?박 ?({_FEW}) ?일", re.ASCII)
_WEEKS: Final = re.compile(
    rf"(?<![가-힣\d])({_FEW}) ?주 ?([1-6일이삼사오육]) ?일(?!\d|곱)", re.ASCII
)
"""이십팔 주 사 일, of a pregnancy. In `Number` it is ``28w4d``."""
_MONTH: Final = r"(?<![가-힣\d])(1[0-2]|[1-9]|십[일이]|[일이삼사오유칠팔구시]) ?월(?:의)? ?"
_LAST_DAY: Final = re.compile(rf"{_MONTH}말일", re.ASCII)
_NAMED_DAYS: Final = {"보름": 15, "보름날": 15, "열흘날": 10, "초열흘": 10, "스무날": 20} | {
    f"{tens}{form}": day + more
    for day, words in enumerate(
        [
            "하루 하룻날", "이틀 이튿날", "사흘 사흗날", "나흘 나흗날", "닷새 닷샛날",
            "엿새 엿샛날", "이레 이렛날", "여드레 여드렛날", "아흐레 아흐렛날",
        ], 1
    )
    for tens, more in (("초", 0), ("열", 10), ("스무", 20), ("열 ", 10), ("스무 ", 20))
    for form in words.split()
}  # fmt: skip
_NAMED_DAY: Final = re.compile(
    _MONTH + f"({'|'.join(sorted(_NAMED_DAYS, key=len, reverse=True))})", re.ASCII
)
"""시월 스무사흗날, 음력 팔월 초하루; 칠월 사흘 are three days."""
_MONTHS: Final = {word: month for month, word in enumerate("일이삼사오유칠팔구시", 1)}
_SIZE: Final = rf"\d{{1,5}}|[{SINO_DIGITS}십백천만]{{1,8}}"
_CENTS: Final = re.compile(
    rf"(?<![가-힣\d.,])({_SIZE}) ?(달러|불|유로|원)(?= ?({_FEW}) ?(?:센트|전))", re.ASCII
)
_LETTERED: Final = re.compile(
    r"(?<![A-Za-z0-9])([A-Z]{1,4}) ?(\d{3,8}(?: \d{3,8}){0,3})(?![A-Za-z0-9])"
    rf"(?! ?(?:{UNIT_WORD})(?:{TAIL.pattern}))",
    re.ASCII,
)
_PART: Final = f"[{SINO_DIGITS}{ZEROS}십]{{1,4}}"
_VERSION: Final = re.compile(rf"(?<![가-힣]){_PART}(?: ?점 ?{_PART}){{2,4}}")
_WRITTEN_VERSION: Final = re.compile(
    r"(?<![\d.])(?![23]\d\.\d\d?\.\d\d?(?!\.\d))\d{1,3}(?:\.\d{1,4}){2,3}(?!\.?\d)",
    re.ASCII,
)
"""17.4.1, which is no date as 25.9.13 is."""


def compounds(text: str) -> Iterator[Number]:
    """Yield the numbers that several numerals name together."""
    for match in _STAY.finditer(text):
        for group, unit in ((1, ""), (2, "day")):
            yield quantity(numerals.stops(match[group], 0)[-1].value, unit, *match.span(group))
    for match in _WEEKS.finditer(text):
        weeks, more = (numerals.stops(match[group], 0)[-1].value for group in (1, 2))
        value = f"{weeks:f}w{more:f}d"
        provides = frozenset({value, f"{weeks * 7:f}d", f"{more:f}d"})
        yield Number("count", value, frozenset({value}), provides, *match.span())
    for match in _NAMED_DAY.finditer(text):
        yield date(0, _month(match[1]), _NAMED_DAYS[match[2]], *match.span())
    for match in _LAST_DAY.finditer(text):
        month = _month(match[1])
        days = {28, 29} if month == 2 else {calendar.monthrange(2000, month)[1]}
        yield from (date(0, month, day, *match.span()) for day in days)
    for match in _CENTS.finditer(text):
        whole, cents = (numerals.stops(match[group], 0)[-1].value for group in (1, 3))
        if cents < 100:
            yield quantity(whole + cents / 100, UNITS[match[2]], *match.span())
    for match in _LETTERED.finditer(text):
        if " " in match[0]:  # A 1234 5678
            yield code("code", match[1] + match[2].replace(" ", ""), *match.span())
    yield from ratios(text)
    yield from _versions(text)


def _versions(text: str) -> Iterator[Number]:
    """Yield the versions and addresses that are said or written with points: 5.2.14."""
    for match in _VERSION.finditer(text):
        parts = []
        for part in re.split(" ?점 ?", match[0]):
            tens = numerals.stops(part, 0) if "십" in part else []
            parts.append(str(tens[-1].value) if tens else numerals.digits(part))
        yield from (plain("plain", part, *match.span()) for part in parts)
        yield _version(parts, *match.span())
        if parts[-1][-1] == "2" and len(parts[-1]) > 1:  # 오 점 이 점 일이에요
            yield _version([*parts[:-1], parts[-1][:-1]], *match.span())
    for match in _WRITTEN_VERSION.finditer(text):
        yield _version(match[0].split("."), *match.span())


def _version(parts: list[str], start: int, end: int) -> Number:
    pairs = {f"#{one}.{other}" for one, other in itertools.pairwise(parts)}
    value = f"v{'.'.join(parts)}"
    return Number("code", value, frozenset({value}), frozenset({value, *pairs}), start, end)


def _month(word: str) -> int:
    return int(word) if word.isdigit() else _MONTHS.get(word) or 10 + _MONTHS[word[1]]
