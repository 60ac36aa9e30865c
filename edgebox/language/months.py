"""Days and months that take their month from the one named before: 팔월 삼 일부터 육 일까지.

The second day of 9월 26일, 27일은 예약이 다 찼어요 is 9월 27일, though only its day was said; and
beside 9월, 다음 달 is 10월 where the date of the call is not known. A day that is a duration (3일
이내) or of every month (매월 5일) is of none.
"""

from __future__ import annotations

import calendar
import re
from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language.days import may_be_of_a_month, plainly
from edgebox.language.number import date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgebox.language.number import Number

_LEAP_YEAR: Final = 2024
"""Whose months have as many days as in any year."""

_DATE: Final = re.compile(r"(?:(?P<year>\d{4})-)?(?P<month>\d{1,2})(?:-(?P<day>\d{1,2})|mo)?")
_BY_ITS_NAME: Final = re.compile(r"(?:다음|담|번|난|내|이) ?달|금월")
"""다음 달 names a month, 내일 and 3개월 뒤 name none."""

_NEXT: Final = re.compile(
    r"(?<![가-힣])(?<!그 )(?:(?:다음|담) ?달|내달)(?! ?말)"
    r"(?!(?:인|이[고니]|이?라|은|,)? ?\(?(?:\d{1,2}|[일이삼사오유칠팔구십시]{1,2}) ?월)"
)
"""다음 달, but not 다음 달인 9월, 그 다음 달 or 다음 달 말."""

_BESIDE: Final = re.compile(r"[에의]? ?")


class Month(NamedTuple):
    """A month where it was named. A year that was not said is 0."""

    start: int
    end: int
    year: int
    month: int
    relative: bool


def named_months(text: str, numbers: Iterable[Number]) -> list[Month]:
    """Return the months that a text names, in order.

    The only month of a text stands before the text too, at -1.
    """
    found = []
    for one in numbers:
        match = _DATE.fullmatch(one.value) if one.kind == "date" else None
        if match is None or (one.relative and not _BY_ITS_NAME.search(text[one.start : one.end])):
            continue
        year, month = int(match["year"] or 0), int(match["month"])
        if 1 <= month <= 12:
            found.append(Month(one.start, one.end, year, month, one.relative))
    said = [one for one in found if not one.relative]
    if len({(one.year, one.month) for one in said}) == 1:
        found.insert(0, said[0]._replace(start=-1, end=-1))
    return found


def month_at(months: Sequence[Month], offset: int) -> Month | None:
    """Return the month last named before an offset."""
    before = bisect_left(months, offset, key=lambda one: one.start)
    return months[before - 1] if before else None


def has_day(month: int, day: int) -> bool:
    """Return whether a month has a day in any year."""
    return 1 <= day <= calendar.monthrange(_LEAP_YEAR, month)[1]


def dates_of(months: Sequence[Month], offset: int, day: int) -> frozenset[str]:
    """Return what a day that was said alone at an offset provides with its month."""
    named = month_at(months, offset)
    if named is None or not has_day(named.month, day):
        return frozenset()
    short = f"{named.month}-{day}"
    return frozenset({short, f"{named.year}-{short}" if named.year else f"~{short}"})


def with_named_months(text: str, numbers: Sequence[Number], *, dated: bool) -> list[Number]:
    """Return the numbers of a text, those that are days with their dates in the month named.

    Args:
        text: what was said or written.
        numbers: those that were read in it.
        dated: whether 다음 달 was read with the date of the call.
    """
    months = named_months(text, numbers)
    if not months:
        return list(numbers)
    if not dated:
        numbers = _with_next_months(text, numbers, months)
        months = named_months(text, numbers)
    found = []
    for one in numbers:
        named = month_at(months, one.start)
        beside = (
            named is not None
            and not dated
            and _BESIDE.fullmatch(text, max(0, named.end), one.start)
        )
        if may_be_of_a_month(text, one, after_its_month=bool(beside)):
            dates = dates_of(months, one.start, int(one.value[:-1]))
            found.append(replace(one, provides=one.provides | dates))
        else:
            found.append(one)
    return found


def _with_next_months(
    text: str, numbers: Sequence[Number], months: Sequence[Month]
) -> list[Number]:
    """Return the numbers of a text and each 다음 달 behind a month that was named."""
    found = list(numbers)
    for match in _NEXT.finditer(text):
        last = month_at(months, match.start())
        if last is not None and last.start >= 0:
            year = last.year + 1 if last.year and last.month == 12 else last.year
            found.append(plainly(date(year, last.month % 12 + 1, 0, *match.span())))
    return sorted(found, key=lambda one: one.start)
