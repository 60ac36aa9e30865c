"""A weekday counted in its month: 다음 달 첫째 주 화요일, 10월 둘째 토요일, 이번 달 마지막 금요일.

둘째 주 화요일 is the second Tuesday for some and the Tuesday of the calendar's second row for
others. Where these are different days either may be meant, and neither is told as its date.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.number import Number, date, either

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WEEKDAYS: Final = "월화수목금토일"
_ORDER: Final = {
    "첫": 1, "두": 2, "둘": 2, "세": 3, "셋": 3, "네": 4, "넷": 4, "다섯": 5, "마지막": -1,
}  # fmt: skip
_IS_WEEK: Final = rf"(?=[ ,.]|$|에|의|는|엔|도|쯤|만|로|와|부터|까지|마다|[{WEEKDAYS}](?:요일|욜))"
"""What follows 주 or 주차 as a week: 두 번째 주문 and 둘째 주차장 count none."""

_ORDINAL: Final = (
    r"(?:(?P<place>[첫두둘세셋네넷1-5]|다섯)"
    rf"(?: ?번째|째|(?= ?주(?:차)?{_IS_WEEK}))|(?P<last>마지막))"
)
_PLACE: Final = re.compile(
    rf"(?<![가-힣\d]){_ORDINAL}(?P<week> ?주(?:차)?)?[의에]?[ ,]?"
    rf"(?P<weekday>[{WEEKDAYS}])(?:요일|욜)"
)
_COUNTED: Final = re.compile(rf"(?<![가-힣\d]){_ORDINAL}(?P<week> ?주(?:차)?{_IS_WEEK}|(?=[ ,]))")
_MONTH: Final = re.compile(
    r"(?:(?P<near>[가-힣]{1,3} ?달|금월)"
    r"|(?<![가-힣\d])(?P<number>\d{1,2}|십[일이]?|[일이삼사오유육칠팔구시]) ?월)"
    r"(?:에는|에|의|은)?,? ?$"
)
_BY_NAME: Final = {"유": 6, "시": 10}
_LATE: Final = frozenset({4, 5, -1})
"""Weeks that may be the last one of a month."""

_LONGEST: Final = 10
"""Characters of a month before the place: 다다음 달의 , and some."""


def weekdays_of_months(text: str, on: dt.date, near: Mapping[str, int]) -> Iterator[Number]:
    """Yield the weekdays of a text that are counted in the month named before them.

    Args:
        text: what was said or written.
        on: the date of the call.
        near: how many months from the call's those are that have names: 다음 달 is 1.

    Where two days may be meant, both are provided, and the value is their month.
    """
    for match in _PLACE.finditer(text):
        before = max(0, match.start() - _LONGEST)
        month = _MONTH.search(text, before, match.start())
        first = _first_of(month, on, near) if month else None
        if month is None or first is None:
            continue
        days = _days(first, _order(match), WEEKDAYS.index(match["weekday"]), match["week"])
        if not days:
            continue
        span = month.start(), match.end()
        found = reduce(either, (_resolved(day, *span) for day in days))
        if len(days) > 1:
            found = replace(found, value=f"{first.year}-{first.month}")
        yield replace(found, relative=bool(month["near"]))


def another_week(text: str, source: str, days: Mapping[int, bool]) -> bool:
    """Whether a text counts a week or weekday of a month that its source counts otherwise.

    Args:
        text: of an analysis.
        source: what was said.
        days: where the text's dates end, and whether the source has the same day.

    The last weekday may be the fourth or the fifth, unless the month is known.
    """
    if not _PLACE.search(source):
        return False
    said = {_order(match) for match in _COUNTED.finditer(source)}
    weeks = [match for match in _COUNTED.finditer(text) if match["week"]]
    for match in [*weeks, *_PLACE.finditer(text)]:
        order, same = _order(match), days.get(match.end())
        alike = _LATE if order in _LATE and same is None else {order}
        if said.isdisjoint(alike) and not same:
            return True
    return False


def weeks_counted(text: str, *, of_a_month: bool) -> set[int]:
    """Return which weeks a text names: 둘째 주. The last one may be the fourth or the fifth.

    Args:
        text: what was said or written.
        of_a_month: only those beside their month: 삼월 둘째 주.
    """
    found = {
        _order(match)
        for match in _COUNTED.finditer(text)
        if match["week"]
        and (not of_a_month or _MONTH.search(text, max(0, match.start() - _LONGEST), match.start()))
    }
    return found | (_LATE if -1 in found else set())


def _order(match: re.Match[str]) -> int:
    place = match["place"]
    return -1 if place is None else _ORDER.get(place) or int(place)


def _first_of(month: re.Match[str], on: dt.date, near: Mapping[str, int]) -> dt.date | None:
    """Return the first day of a month: of a numbered one, that which is nearest to the call's."""
    if month["near"]:
        name = month["near"]
        ahead = next((near[name[at:]] for at in range(len(name)) if name[at:] in near), None)
        if ahead is None:
            return None
    else:
        said = month["number"]
        number = _BY_NAME.get(said) or int(numerals.stops(said, 0)[-1].value)
        if not 1 <= number <= 12:
            return None
        ahead = (number - on.month + 5) % 12 - 5
    year, place = divmod(on.year * 12 + on.month - 1 + ahead, 12)
    return dt.date(year, place + 1, 1)


def _days(first: dt.date, order: int, weekday: int, week: str | None) -> list[dt.date]:
    """Return the days that may be meant, the counted weekday first."""
    last = calendar.monthrange(first.year, first.month)[1]
    of_month = [
        day for day in (first + dt.timedelta(n) for n in range(last)) if day.weekday() == weekday
    ]
    place = order if order < 0 else order - 1
    found = of_month[place : place + 1 or None] if place < len(of_month) else []
    if week and order > 0:
        for begins in (0, 6):  # rows from Monday, rows from Sunday
            ahead = (first.weekday() - begins) % 7
            row = first - dt.timedelta(ahead) + dt.timedelta(weeks=place)
            day = row + dt.timedelta((weekday - begins) % 7)
            if day.month == first.month and day not in found:
                found.append(day)
    return found


def _resolved(day: dt.date, start: int, end: int) -> Number:
    found = date(day.year, day.month, day.day, start, end)
    return replace(found, provides=frozenset(f for f in found.provides if f[0] != "#"))
