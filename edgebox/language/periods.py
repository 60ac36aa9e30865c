"""How long something lasts, in words that no numeral counts: 달포, 두어 달, 한 주 반, 보름.

Also which period is about as long as another: who says 보름 is understood by 약 2주.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.counters import UNITS
from edgebox.language.natives import DAYS, ONES
from edgebox.language.number import quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from edgebox.language.number import Number

    _Reading = Callable[[re.Match[str]], Iterable[tuple[str, str]]]

ALIKE: Final = {
    "15d": ("14d",), "0.5m": ("15d", "14d"), "1m": ("30d", "28d"), "1.5m": ("45d", "42d"),
    "2m": ("60d", "56d"), "10.5d": ("10d", "11d"), "30d": ("28d", "1m"), "45d": ("42d", "1.5m"),
    "28d": ("1m",), "60d": ("2m",), "90d": ("3m",), "3m": ("90d",), "180d": ("6m",),
    "6m": ("180d",),
}  # fmt: skip
"""A period as `Number` compares it → those that are about as long."""
_SAID_AS: Final = {
    short: frozenset(said for said, listed in ALIKE.items() if short in listed)
    for listed in ALIKE.values()
    for short in listed
}
ABOUT_BEFORE: Final = ("약 ", "대략 ")
ABOUT_AFTER: Final = (" 정도", "정도", " 가량", "가량", "쯤", " 내외", " 남짓", " 안팎")
_BEFORE: Final = re.compile(r"(?<![가-힣])(?:약|대략|한) ?$")
_AFTER: Final = re.compile(r" ?(?:정도|가량|쯤|내외|남짓|안팎)")

_MONTH_AND_MORE: Final = re.compile(r"(?<![가-힣])달포")
_HALF_MONTH: Final = re.compile(
    r"(?<![가-힣])반 ?달(?=$|[^가-힣]|[이은을도치간로]| ?(?:정도|치|쯤))"
)
_EVERY_OTHER_WEEK: Final = re.compile(r"(?<![가-힣])격주")
_EVERY_QUARTER: Final = re.compile(r"(?<![가-힣])(?:매 ?분기|분기(?:마다|별|에 한))")
_FIRST: Final = re.compile(r"(?<![가-힣])첫 ?(달|주|해)(?=$|[^가-힣]|[은는이가을를만도에의])")
_ABOUT_TWO: Final = re.compile(
    r"(?<![가-힣])두어 ?(달|주일|주|시간|번|개|명|군데|가지|곳|건|장|차례|사람|해)"
)
_FEW: Final = "|".join([*ONES, *"일이삼사오", r"\d"])
_HALF: Final = r"반(?=$|[^가-힣]|[이은을도](?![가-힣])|이?[에요]|정도|쯤|까지)"
_WEEKS_AND_A_HALF: Final = re.compile(rf"(?<![가-힣\d])({_FEW}) ?주 ?{_HALF}")
_DAY: Final = "|".join(sorted(DAYS, key=len, reverse=True))
_ONE_OR_TWO: Final = re.compile(rf"(?<![가-힣])({_DAY})[ ,]?({_DAY})")
_DAYS_AND_A_HALF: Final = re.compile(rf"(?<![가-힣])({_DAY}) {_HALF}")
_MONTHS_AND_DAYS: Final = re.compile(rf"(?<![가-힣])({'|'.join(ONES)}) ?달 ?(보름|열흘|스무날)")


def periods(text: str) -> Iterator[Number]:
    """Yield what a call bears out of the periods that it names in words."""
    for pattern, read in _PERIODS:
        for match in pattern.finditer(text):
            yield from (quantity(Decimal(size), unit, *match.span()) for size, unit in read(match))


def _months_and_days(match: re.Match[str]) -> Iterator[tuple[str, str]]:
    months, days = ONES[match[1]], DAYS[match[2]]
    yield f"{months * 30 + days}", "day"
    if days == 15:
        yield f"{months}.5", "months"


_PERIODS: Final[list[tuple[re.Pattern[str], _Reading]]] = [
    (_MONTH_AND_MORE, lambda _: [("1", "months")]),
    (_HALF_MONTH, lambda _: [("0.5", "months"), ("15", "day")]),
    (_EVERY_OTHER_WEEK, lambda _: [("14", "day")]),
    (_EVERY_QUARTER, lambda _: [("3", "months")]),
    (_FIRST, lambda match: [("1", _unit(match[1]))]),
    (_ABOUT_TWO, lambda match: [("2", _unit(match[1])), ("3", _unit(match[1]))]),
    (_WEEKS_AND_A_HALF, lambda match: [(f"{_few(match[1])}.5", "weeks")]),
    (_ONE_OR_TWO, lambda match: [(f"{DAYS[word]}", "day") for word in match.groups()]),
    (_DAYS_AND_A_HALF, lambda match: [(f"{DAYS[match[1]]}.5", "day")]),
    (_MONTHS_AND_DAYS, _months_and_days),
]


def nearly(text: str, number: Number) -> Number:
    """Return a period that is told as about so long, borne out by those that are about as long."""
    said = frozenset().union(*(_SAID_AS.get(value, ()) for value in number.requires))
    if not said:
        return number
    before = _BEFORE.search(text, max(0, number.start - 3), number.start)
    if before or _AFTER.match(text, number.end):
        return replace(number, requires=number.requires | said)
    return number


def _few(word: str) -> int:
    return ONES[word] if word in ONES else int(numerals.stops(word, 0)[-1].value)


def _unit(word: str) -> str:
    return {"달": "months", "해": "year", "주일": "weeks"}.get(word) or UNITS.get(word, "")
