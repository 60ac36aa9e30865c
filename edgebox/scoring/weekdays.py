"""Days of the week that a record names and a call does not, and days beside one that it names.

모레 may be written as its weekday, and so may 십사일, if the date of the call is known.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from edgebox.language.dates import is_placeholder
from edgebox.language.days import DAY_NAME
from edgebox.language.weeks import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from edgebox.language.number import Number
    from edgebox.scoring.evidence import Text

_NAMED: Final = re.compile(
    rf"(?<![가-힣])([{WEEKDAYS}])요일|(?:(?<=\d일)|(?<=\d)) ?\(([{WEEKDAYS}])\)"
)
_BEFORE: Final = re.compile(rf"([{WEEKDAYS}])(?:요일|욜)(?:인 | ?\()$")
"""A day of the week beside a date: 4월 2일(목), 목요일(4월 2일)."""

_LUNAR: Final = re.compile(r"음력 ?$")
_YEAR: Final = re.compile(r"(\d{4})(?:y|-\d{1,2}-\d{1,2})")
_SHORTLY: Final = re.compile(
    rf"([{WEEKDAYS}])(?:요일|욜)(?!은| ?(?:말고|아니|대신|빼고))[^{WEEKDAYS}\d]{{0,10}}$"
)
"""A weekday that a call has before the date that it is of: 수요일에 갈게요 이십이일이요."""

_SAID: Final = re.compile(
    rf"([{WEEKDAYS}])(?:요|욜)|(?<![가-힣])([{WEEKDAYS}]{{2,6}})(?![가-힣]{{2}})"
)
_MANY: Final = re.compile(r"주말|평일|주중|매일|휴일|연휴|휴무|영업일|근무일|주 ?초|월초|월말")
"""Words for several days."""

_BESIDE: Final = re.compile(r"다음 ?날|이튿날|담날|전날|하루")
"""Words for the day beside one that was named."""

_STEPS: Final = {1: re.compile(r"전날|하루 ?전"), -1: re.compile(r"다음 ?날|이튿날|담날")}
"""Where the day that was named is, in days from the one that these words mean."""

_WORD: Final = re.compile(rf"(?:어제|그제|그저께|모레|글피|내일|(?P<weekday>[{WEEKDAYS}])요일)$")
"""A word for one day, counted from the call's. 오늘 is said of whatever is done in the call."""

_UNREAD: Final = re.compile(
    r"간밤|지난밤|밤새|엊그|어제 ?그제|(?<![가-힣])낼|(?<![가-힣])모래|익일|전날|초하루"
    r"|하루 (?:더|있|뒤|후)"
)
"""Words for days that are not read, some as a recogniser writes them."""

_LEAP_YEAR: Final = 2024
_DATE: Final = re.compile(r"(?:(\d{4})-)?(\d{1,2})-(\d{1,2})")
_MOST_DAYS: Final = 31


def another_weekday(text: Text, source: Text, on: dt.date | None) -> bool:
    """Whether a text names a day of the week that is none of its source's days.

    Args:
        text: of an analysis.
        source: what was said.
        on: the date of the call, without which no day has a weekday.
    """
    if any(_is_misnamed(one, text, source, on) for one in text.numbers):
        return True
    named = {match[1] or match[2] for match in _NAMED.finditer(text.text)}
    if on is None or is_placeholder(on) or not named or _MANY.search(source.text):
        return False
    missing = named - _said(source)
    if not missing:
        return False
    years = _years(source)
    days = {WEEKDAYS[day.weekday()] for one in source.said for day in _days(one, on, years)}
    if _BESIDE.search(source.text):
        places = [WEEKDAYS.index(day) for day in {*_said(source), *days}]
        days |= {WEEKDAYS[(place + step) % 7] for place in places for step in (-1, 1)}
    return bool(missing - days)


def _is_misnamed(number: Number, text: Text, source: Text, on: dt.date | None) -> bool:
    """Whether a date stands beside a day of the week that it is not, and the call says neither."""
    date, named = _DATE.fullmatch(number.value), _beside(number, text)
    before = max(0, number.start - 3)
    if date is None or named is None or _LUNAR.search(text.text, before, number.start):
        return False
    if date[1]:
        years = {int(date[1])}
    elif on is None or is_placeholder(on):
        return False
    else:
        years = {on.year, *_years(source), *(day.year for day in _days(number, on))}
    days = [day for year in years if (day := _day(year, int(date[2]), int(date[3])))]
    if not days or named in {WEEKDAYS[day.weekday()] for day in days}:
        return False
    same = {f"{date[2]}-{date[3]}", f"{date[3]}d"}
    return not any(
        (_beside(one, source) or _shortly_before(one, source)) == named
        for one in source.said
        if not same.isdisjoint(one.provides)
    )


def _beside(number: Number, text: Text) -> str | None:
    """Return the day of the week that stands behind a date, or before it."""
    found = DAY_NAME.match(text.text, number.end)
    found = found or _BEFORE.search(text.text, max(0, number.start - 6), number.start)
    return found[1] if found else None


def _shortly_before(number: Number, source: Text) -> str | None:
    """Return the day of the week that a call has shortly before a date."""
    found = _SHORTLY.search(source.text, max(0, number.start - 14), number.start)
    return found[1] if found else None


def _said(source: Text) -> set[str]:
    return {day for match in _SAID.finditer(source.text) for day in match[1] or match[2]}


def names_another_day(number: Number, text: Text, source: Text) -> bool:
    """Whether a text says 모레, 그제 or 금요일 of a day that its source does not name."""
    word = _WORD.search(text.text, number.start, number.end)
    if word is None or (word["weekday"] and word["weekday"] in _said(source)):
        return False
    if source.bears_out(number, text.text) or is_beside_a_day(number, source):
        return False
    if _UNREAD.search(source.text) or (_MANY.search(source.text) and word["weekday"]):
        return False
    date = _DATE.fullmatch(number.value)
    return date is not None and f"{int(date[3])}d" not in source.provides


def is_beside_a_day(number: Number, source: Text) -> bool:
    """Whether a date is the day before or behind one that its source names with 전날, 다음 날."""
    date = _DATE.fullmatch(number.value)
    day = _day(int(date[1] or _LEAP_YEAR), int(date[2]), int(date[3])) if date else None
    if day is None or not dt.date.min < day < dt.date.max:
        return False
    for step, words in _STEPS.items():
        other = day + dt.timedelta(step)
        if f"{other.month}-{other.day}" in source.provides and words.search(source.text):
            return True
    return False


def _years(source: Text) -> set[int]:
    """Return the years that a call names."""
    return {int(match[1]) for match in map(_YEAR.fullmatch, source.provides) if match}


def _days(number: Number, on: dt.date, named: Collection[int] = ()) -> Iterator[dt.date]:
    """Yield the days that a number of a call may mean.

    A day without its year is of the nearest one, or of one that the call names.
    """
    found = [match for form in number.provides if (match := _DATE.fullmatch(form))]
    whole = [match for match in found if match[1]]
    for match in whole or found:
        years = [int(match[1])] if match[1] else [on.year - 1, on.year, on.year + 1]
        days = [day for year in years if (day := _day(year, int(match[2]), int(match[3])))]
        if days:
            yield min(days, key=lambda day: abs(day - on))
        if not match[1]:
            found_days = (_day(year, int(match[2]), int(match[3])) for year in named)
            yield from filter(None, found_days)
    lasts = re.fullmatch(r"(\d{1,2})d", number.value)
    if lasts and not found and int(lasts[1]) <= _MOST_DAYS:
        yield on + dt.timedelta(int(lasts[1]))
        yield on - dt.timedelta(int(lasts[1]))


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
