"""Figures that a call says together, and times that it says near each other.

300만 원하고 280만 원 are told as 580만 원 without a word for a total, and who comes at 네 시 반 and
not at 네 시 comes 30분 later.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.language.number import Number
    from edgebox.scoring.evidence import Text

_JOINED: Final = re.compile(r" ?(?:하고요?|이?랑|[와과]|에(?!서)|이고|더하기),? ?[가-힣]{0,6}? ?")
"""Between two amounts that are said together: 출동 십만 원에 사다리차 팔만 원."""

_MOST: Final = 400
"""Figures of a call that are looked at: more than a call of an hour has."""

_SHIFTED: Final = re.compile(
    r"늦|앞당|당[기겨긴김]|미[루뤄룬]|일찍|빨[리라]|먼저|지[나난]|넘|뒤로|차이|지연|연장|줄|늘|걸[리려린]|만에|동안|기다"
    r"|이르|이른|앞서|남[은았]"
)
"""What says of a time how far it is from another one."""

_HALF_DAY: Final = 720
_NEIGHBOURS: Final = 3
"""Times, or dates, behind one of which it is compared with each."""


def joined_sums(source: Text) -> set[Decimal]:
    """Return the sums of amounts that a call says one right behind the other."""
    amounts = [one for one in source.numbers if one.kind == "amount"]
    return {
        Decimal(one.value) + Decimal(other.value)
        for one, other in pairwise(islice(amounts, _MOST))
        if _JOINED.fullmatch(source.text, one.end, other.start)
        and one.value.isdigit()
        and other.value.isdigit()
    }


def is_sum(number: Number, beside: Sequence[Number]) -> bool:
    """Return whether an amount is the sum of two or more that were said right before it."""
    before = [one for one in beside if one.end <= number.start]
    if number.kind != "amount" or not number.value.isdigit():
        return False
    total, count = Decimal(0), 0
    for one in reversed(before):
        if one.kind != "amount" or not one.value.isdigit():
            continue
        total, count = total + Decimal(one.value), count + 1
        if count > 1 and total == Decimal(number.value):
            return True
        if count == _LONGEST:
            break
    return False


_LONGEST: Final = 6
"""Amounts of a sum."""


def follow(one: Number, other: Number) -> Iterator[str]:
    """Yield what two figures make together, and how far they are apart."""
    if one.value.isdigit() and other.value.isdigit() and one.kind == other.kind:
        yield str(int(one.value) + int(other.value))
        yield str(abs(int(one.value) - int(other.value)))


def is_between(number: Number, sentence: str, source: Text) -> bool:
    """Return whether a duration is the time between two times or days of a call."""
    lasts = re.fullmatch(r"(\d{1,4})(min|d)", number.value)
    if lasts is None or not _SHIFTED.search(sentence):
        return False
    between = _minutes(source.numbers) if lasts[2] == "min" else _days(source)
    return int(lasts[1]) in between


def _minutes(numbers: Sequence[Number]) -> Iterator[int]:
    """Yield the minutes between neighbouring times, which may be of either half of a day."""
    times = [_minute(one.value) for one in islice(numbers, _MOST) if one.kind == "time"]
    for place, one in enumerate(times):
        for other in times[place + 1 : place + 1 + _NEIGHBOURS]:
            apart = abs(one - other) % _HALF_DAY
            yield apart
            yield _HALF_DAY - apart


def _minute(value: str) -> int:
    hour, minute = value.split(":")
    return int(hour) * 60 + int(minute)


def _days(source: Text) -> Iterator[int]:
    """Yield the days between neighbouring dates of a call."""
    dates = [day for one in islice(source.numbers, _MOST) if (day := _date(one, source.on))]
    for place, one in enumerate(dates):
        for other in dates[place + 1 : place + 1 + _NEIGHBOURS]:
            yield abs((one - other).days)
        if source.on:
            yield abs((one - source.on).days)


def _date(number: Number, on: dt.date | None) -> dt.date | None:
    match = re.fullmatch(r"(?:(\d{4})-)?(\d{1,2})-(\d{1,2})", number.value)
    year = int(match[1]) if match and match[1] else on.year if on else 0
    if match is None or number.kind != "date" or not year:
        return None
    try:
        return dt.date(year, int(match[2]), int(match[3]))
    except ValueError:
        return None
