"""Holidays whose date is the same every year, and days beside one: 한글날까지, 성탄절 전날."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from edgebox.language.number import date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.language.number import Number

_LISTED: Final = """
    신정 1 1 · 삼일절 3 1 · 3.1절 3 1 · 식목일 4 5 · 근로자의날 5 1 · 노동절 5 1 · 어린이날 5 5
    어버이날 5 8 · 스승의날 5 15 · 현충일 6 6 · 제헌절 7 17 · 광복절 8 15 · 개천절 10 3
    한글날 10 9 · 성탄절 12 25 · 크리스마스 12 25
"""
_DAYS: Final = {
    name: (int(month), int(day)) for name, month, day in re.findall(r"(\S+) (\d+) (\d+)", _LISTED)
}
_NAMED: Final = re.compile(
    rf"(?<!\d)(?!(?<=[가-힣])신정)({'|'.join(map(re.escape, _DAYS))})"
    r"(?!특집|특가| ?(?:트리|카드|마켓|케이크))(?!(?<=신정)(?!부터|[은이에을엔까날연휴때])[가-힣])"
)
"""Not the 신정 of 갱신정보 and 신정동."""
_BESIDE: Final = re.compile(r" ?(?:(?P<eve>이브|전날)|다음 ?날|이튿날)")
_COMMON_YEAR: Final = 2025
"""The day before 삼일절 is 2월 28일, three years in four."""


def holidays(text: str) -> Iterator[Number]:
    """Yield the dates of the holidays that a text names, and of days beside one: 성탄절 전날."""
    for match in _NAMED.finditer(text):
        day = dt.date(_COMMON_YEAR, *_DAYS[match[0]])
        if beside := _BESIDE.match(text, match.end()):
            day += dt.timedelta(-1 if beside["eve"] else 1)
        yield date(0, day.month, day.day, *match.span())
