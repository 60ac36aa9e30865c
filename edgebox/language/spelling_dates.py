"""The written forms of dates and times of day: 9월 13일, 9.13(토), 오후 3시 30분, 15:30."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from edgebox.language.form import Form, Forms
from edgebox.language.number import birth_years, full_years, time_of_day

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

DAYPARTS: Final = ("오전", "오후", "새벽", "아침", "낮", "점심", "저녁", "밤")

OF_FOUR: Final = ("", " ", "/4", "/4 ", "사")
"""Before 분기."""
_OF_A_YEAR: Final = frozenset(["분기", "학기", "회차", "차"])


def years(year: int) -> Iterator[str]:
    """Yield a year in four figures, and in two where those are read as it: 85년, 24년."""
    yield f"{year}"
    if year in full_years(year % 100):
        yield f"{year % 100:02d}"


def in_a_year(
    before: Collection[str], figures: Collection[str], counter: str
) -> Iterator[tuple[Form, str]]:
    """Yield 2025년 1분기: two figures beside each other, which are told together."""
    if counter not in _OF_A_YEAR:
        return
    said = [int(value[:-1]) for value in before if re.fullmatch(r"\d{4}y", value)]
    for one, other in itertools.product(said, figures):
        for year, four in itertools.product(years(one), OF_FOUR if counter == "분기" else [""]):
            if re.fullmatch(r"\d{1,2}", other):
                yield Form.CLOSED, f"{year}년 {other}{four}{counter}"


def months_and_days(
    before: Collection[str], after: Collection[str], between: int
) -> Iterator[tuple[Form, str]]:
    """Yield 1개월 15일 of 한 달 보름: two durations that are told together.

    Args:
        before: what the first number provides.
        after: what the second one provides.
        between: characters between them.
    """
    if not 0 <= between <= 1:
        return
    months = [value[:-1] for value in before if re.fullmatch(r"\d{1,2}m", value)]
    days = [value[:-1] for value in after if re.fullmatch(r"\d{1,2}d", value)]
    for month, day, gap in itertools.product(months, days, (" ", "")):
        yield Form.CLOSED, f"{month}개월{gap}{day}일"


def dated(year: int, month: int, day: int) -> Iterator[tuple[Form, str]]:
    """Yield the forms of a date. A year that is not known is 0."""
    fronts = [f"{y}년{gap}" for y in years(year) for gap in (" ", "")] if year else [""]
    for front in fronts:
        yield from ((Form.CLOSED, f"{front}{month}월{gap}{day}일") for gap in (" ", ""))
    if year and year in birth_years(year % 100):
        for gap, end in itertools.product((" ", ""), repeat=2):
            yield Form.CLOSED, f"{year % 100:02d}년{gap}{month}월{gap}{day}일{end}생"
    for m, d in {(f"{month}", f"{day}"), (f"{month:02d}", f"{day:02d}")}:
        if year:
            yield from ((Form.CODE, f"{year}{sign}{m}{sign}{d}") for sign in ("-", ".", "/", ". "))
            if 2020 <= year < 2040:
                yield Form.CODE, f"{year % 100}.{m}.{d}"
            yield from ((Form.CLOSED, f"{year}.{gap}{m}.{gap}{d}.") for gap in (" ", ""))
        else:
            yield Form.CODE, f"{m}/{d}"
            for stop, weekday in itertools.product((".", ""), "월화수목금토일"):
                yield Form.CLOSED, f"{m}.{d}{stop}({weekday})"
            if month < 10:
                yield from ((Form.CLOSED, f"{m}월{gap}{d}일") for gap in (" ", ""))
    if not year and month < 10:
        yield Form.CODE, f"{month:02d}.{day:02d}"


def timed(hour: int, minute: int) -> Iterator[tuple[Form, str]]:
    """Yield the forms of a time of day, of 0 to 23 hours."""
    twelve = hour % 12 or 12
    clock = {f"{hour}:{minute:02d}", f"{hour:02d}:{minute:02d}", f"{twelve}:{minute:02d}"}
    if hour == minute == 0:
        clock.add("24:00")
        yield Form.BARE_HOUR, "24시"
        yield from ((Form.HOURS, f"오전{gap}0시") for gap in (" ", ""))
    yield from ((Form.BARE_CLOCK, form) for form in clock)
    for shown in {f"{hour}", f"{hour:02d}", f"{twelve}"}:
        yield from _spoken(shown, minute, Form.BARE_HOUR, Form.BARE_CLOCK)
    for part in DAYPARTS:
        if f"{hour}:{minute:02d}" in time_of_day(twelve, minute, part, 0, 0).requires:
            for gap in (" ", ""):
                front = f"{part}{gap}{twelve}"
                yield Form.CODE, f"{front}:{minute:02d}"
                yield from _spoken(front, minute, Form.HOURS, Form.CLOSED)


_SHORT: Final = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}")
_CLOCK: Final = re.compile(r"(?:(?:오전|오후) ?)?\d{1,2}(?::\d\d|시(?: \d{1,2}분)?)")
_WITH_A_DATE: Final = {
    Form.BARE_CLOCK: Form.CODE,
    Form.CODE: Form.CODE,
    Form.BARE_HOUR: Form.HOURS,
    Form.HOURS: Form.HOURS,
    Form.CLOSED: Form.CLOSED,
}
"""How a time ends behind a date. Its own kind says what may stand before it."""
_MOST: Final = 3_000
"""Forms of dates with times: those of some fourteen days and as many hours. More are not given."""


def dates_with_times(found: Forms) -> Iterator[tuple[Form, str]]:
    """Yield 3/20 10:00 and 2026-03-20 오전 10시: dates in figures, with a space before a time.

    The other dates (3월 20일) end in a unit, behind which any number may stand.

    Args:
        found: the forms of the dates and times of a call.
    """
    dates = [form for form in found[Form.CODE] if _SHORT.fullmatch(form)]
    times = [
        (behind, form)
        for kind, behind in _WITH_A_DATE.items()
        for form in found[kind]
        if _CLOCK.fullmatch(form)
    ]
    if len(dates) * len(times) <= _MOST:
        for date, (kind, time) in itertools.product(dates, times):
            yield kind, f"{date} {time}"


def _spoken(hour: str, minute: int, open_: Form, whole: Form) -> Iterator[tuple[Form, str]]:
    if minute == 0:
        yield open_, f"{hour}시"
        yield whole, f"{hour}시 00분"
        return
    for gap in (" ", ""):
        yield from ((whole, f"{hour}시{gap}{form}분") for form in {f"{minute}", f"{minute:02d}"})
        if minute == 30:
            yield whole, f"{hour}시{gap}반"
