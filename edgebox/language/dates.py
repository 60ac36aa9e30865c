"""Relative dates, resolved with the date of the call.

A caller says 다음 주 화요일 and a summary writes 9월 16일. Weeks begin on Monday, so 이번 주 일요일
is the coming Sunday. What names no day (다음 주 초, 주말) is no date, and 다음 달 초 is its month.
Where an explicit date stands beside the expression (16일 화요일), the explicit one is right.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.days import (
    AND,
    IN_THE_PAST,
    WEEKDAY,
    is_day,
    of_month,
    on_the_call,
    plainly,
    resolved,
    whole_year,
)
from edgebox.language.named_weeks import OR, WEEK_ALONE, Week
from edgebox.language.number import Number, date, either
from edgebox.language.weeks import WEEKDAYS, weekdays_of_months
from edgebox.language.written import DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_DAYS: Final = {
    "그끄저께": -3, "그그저께": -3, "그저께": -2, "그제께": -2, "그제": -2,
    "어저께": -1, "어제": -1, "어젯밤": -1, "엊저녁": -1, "오늘": 0, "금일": 0,
    "내일모레": 2, "내일 모레": 2, "낼모레": 2, "낼 모레": 2, "내일": 1, "명일": 1,
    "모레": 2, "그글피": 4, "글피": 3,
}  # fmt: skip
_NEAR: Final = {
    "지지난": -2, "저저번": -2, "지난": -1, "저번": -1, "이번": 0, "요번": 0,
    "다다음": 2, "다음다음": 2, "다음 다음": 2, "다담": 2, "다음": 1, "담": 1,
}  # fmt: skip
_WEEKS: Final = _NEAR | {"금": 0, "차": 1}
_MONTHS: Final = {f"{word}{gap}달": n for word, n in _NEAR.items() for gap in ("", " ")} | {
    "내달": 1, "익월": 1, "이달": 0, "금월": 0,
}  # fmt: skip
_YEARS: Final = {
    "재작년": -2, "작년": -1, "지난해": -1, "올해": 0, "금년": 0, "내후년": 2, "내년": 1,
}  # fmt: skip


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True)).replace(" ", r"\ ")


_FEW_LISTED: Final = "일한 이두 삼세석 사네넉 오 육 칠 팔 구 십열"
_FEW: Final = {
    word: value for value, words in enumerate(_FEW_LISTED.split(), 1) for word in words
} | {"다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9}
_MONTH_DAY: Final = rf"{DAY}(?!\d)|[이삼]?십[일이삼사오육칠팔구]?|[일이삼사오육칠팔구]"
_FIRST_SYLLABLES: Final = "그어엊오금내낼명모글익지저요담차돌재작올월화수목토말연" + "".join(
    sorted({word[0] for word in _FEW})
)
_RELATIVE: Final = re.compile(
    rf"""
  (?<![가-힣])(?=[\d{_FIRST_SYLLABLES}])(?:
    (?<!\d)(?P<weeks>\d{{1,2}}|{_any(_FEW)})\ ?주일?\ ?(?:(?P<later>뒤|후)|전){AND}
        (?P<then>{WEEKDAY})
  | (?P<same>{_any(_WEEKS)})\ ?주(?:에|의)?\ ?(?:오늘(?!날)|이\ ?시간)
  | 그\ ?(?:다음|담)\ ?주(?:에는|에|의)?[ ,]{{0,2}}(?P<following>{WEEKDAY})
  | (?P<week>{_any(_WEEKS)})\ ?주(?:에는|에|의|\ 중에)?[ ,]{{0,2}}(?P<weekday>{WEEKDAY})
        (?:(?:이나|나|,|와|과|하고|이랑|랑|\ 아니면|\ 또는)\ ?(?P<second>{WEEKDAY}))?
  | (?P<named>{_any(_NEAR)})\ ?{WEEK_ALONE}
  | (?P<coming>(?:돌아오는|다가오는|오는|이번|요번)\ ?{WEEKDAY})
  | (?P<last>(?<!연휴가\ )(?<!명절이\ )(?<!휴가가\ )(?<!주말이\ )(?<!휴일이\ )(?<!기간이\ )
        (?<!기한이\ )(?:지난|저번)\ ?{WEEKDAY})
  | (?P<bare>{WEEKDAY})(?!마다|\ ?부터\ ?{WEEKDAY})
  | (?P<month>{_any(_MONTHS)})(?:에|의)?(?:\ ?(?P<ends>말일|말(?![고씀로하은을이]))
        |\ ?(?P<mday>{_MONTH_DAY})\ ?일(?!\ ?(?:이내|안에|뒤|후|동안|간|이상|치)))?
  | (?P<closing>말일|월말|연말(?!정산|\ ?결산|연시))
  | (?P<year>{_any(_YEARS)}|올(?=\ ?(?:\d\d?|[일이삼사오유칠팔구시]|십[일이]?)\ ?월))
  | (?P<day>{_any(_DAYS)}|낼(?=\ ?(?:아침|오전|오후|저녁|점심|밤|중으로)))
        (?!\ ?배움|\ ?채움|날|신문|서야|야)
  )
    """,
    re.VERBOSE,
)
_ANOTHER: Final = re.compile(
    r"(?:매주|격주|매월|매달|다음|그|주|달|부터|분기|월|평일|째|마지막) ?$"
)
"""Before these words an expression is relative to something else, or it is a rule."""

_SHORTLY: Final = 60
"""Characters between a week and 그다음 주, which counts from it."""

_PART_OF_YEAR: Final = re.compile(
    r" ?(?P<now>이맘때)| ?연?말(?=[^가-힣]|$|까지|부터|쯤|경|[에은엔로]|이[요에])"
)

_BYGONE: Final = re.compile(r"(?:지난|저번|매년|매해|해마다) ?$")
"""Before 연말: it is no 연말 to come, or that of every year."""

_LASTING: Final = re.compile(r"\d{1,4}[dm]")
_RANGE: Final = re.compile(r" ?(?:(?:에서|부터|내지|이나|[~–-]) ?)?")
"""Between two durations of which the second alone is counted from no day."""

_OF_MONTH: Final = re.compile(r"[\d십일이삼사오육칠팔구] ?일$")
"""The end of 다음 달 5일 and 내년 삼월 오일, which are as explicit as a date."""

_SUNDAY: Final = 6
_OF_YEAR: Final = re.compile(r"\d{1,2}-\d{1,2}")
_BESIDE: Final = re.compile(r"[ (),]{0,3}")


def with_relative(text: str, numbers: Sequence[Number], on: dt.date) -> list[Number]:
    """Return the numbers of a text and its relative dates, in order, without overlaps.

    Args:
        text: what was said or written.
        numbers: those that are read without a date. One that a relative date covers (3일 뒤) is
            read in both ways.
        on: the date of the call.
    """
    if is_placeholder(on):
        return list(numbers)
    counted = list(weekdays_of_months(text, on, _MONTHS))
    dates = sorted([*counted, *_found(text, on)], key=lambda one: (one.start, -one.end))
    numbers = [
        one if before and _goes_on(text, before, one) else on_the_call(text, one, on)
        for before, one in zip([None, *numbers], numbers, strict=False)
    ]
    return _together(text, numbers, dates)


def is_placeholder(on: dt.date) -> bool:
    """Whether a date (0001-01-01, 9999-12-31) stands for none: no other is counted from it."""
    return not 1000 <= on.year < 9000


def _found(text: str, on: dt.date) -> Iterator[Number]:
    """Yield the relative dates that are words, each as it would be without its neighbours."""
    last: Number | None = None
    week: Week | None = None
    for match in _RELATIVE.finditer(text):
        start, end = match.span()
        before = _ANOTHER.search(text, max(0, start - 4), start)
        if not before or (match["day"] and not before[0].startswith("그")):
            for one in _meant(match, text, on, start, end):
                last = one if match["weekday"] else last
                yield week.weekday(text, one, on) if week and match["bare"] else one
            if name := match["week"] or match["named"]:
                monday = on - dt.timedelta(on.weekday()) + dt.timedelta(weeks=_WEEKS[name])
                weekday = match["second"] or match["weekday"]
                day = _weekday(monday, weekday) if weekday else None
                week = Week(monday, end, day, coming=_WEEKS[name] >= 0)
            if match["following"] and last is not None:
                yield from _week_after(last, match)


def _week_after(last: Number, match: re.Match[str]) -> Iterator[Number]:
    """Yield 그다음 주 화요일, if a weekday of a week was named shortly before."""
    day = re.fullmatch(r"(\d+)-(\d+)-(\d+)", last.value)
    if day is not None and match.start() - last.end <= _SHORTLY:
        named = dt.date(*map(int, day.groups()))
        monday = named + dt.timedelta(weeks=1) - dt.timedelta(named.weekday())
        yield resolved(_weekday(monday, match["following"]), *match.span())


def _meant(match: re.Match[str], text: str, on: dt.date, start: int, end: int) -> Iterator[Number]:
    monday = on - dt.timedelta(on.weekday())
    match match.lastgroup:
        case "day":
            yield resolved(on + dt.timedelta(_DAYS.get(match["day"], 1)), start, end)
        case "weekday" | "second":
            week = monday + dt.timedelta(weeks=_WEEKS[match["week"]])
            at = match.end("weekday")
            yield _of_week(_weekday(week, match["weekday"]), text, on, start, at)
            if match["second"]:
                yield _of_week(_weekday(week, match["second"]), text, on, *match.span("second"))
        case "same":
            yield resolved(on + dt.timedelta(weeks=_WEEKS[match["same"]]), start, end)
        case "following" | "named":
            pass
        case "then":
            weeks = _FEW.get(match["weeks"]) or int(match["weeks"])
            week = monday + dt.timedelta(weeks=weeks if match["later"] else -weeks)
            yield resolved(_weekday(week, match["then"]), start, end)
        case "coming" | "last" | "bare":
            yield _next_or_last(match, text, on)
        case "closing":
            yield from _closing(match, on)
        case "year":
            yield _in_the_year(on.year + _YEARS.get(match["year"], 0), match, on)
        case _:
            yield from _in_named_month(match, on)


def _of_week(day: dt.date, text: str, on: dt.date, start: int, end: int) -> Number:
    """Return a day of a week that was named, on a Sunday perhaps of the week that begins then.

    이번 주 금요일에 갑니다, said on a Sunday, is hardly two days ago; both days are provided then,
    and the value is the month.
    """
    found = resolved(day, start, end)
    over = on.weekday() == _SUNDAY and 0 < (on - day).days <= _SUNDAY
    if not over or IN_THE_PAST.match(text, end):
        return found
    coming = resolved(day + dt.timedelta(weeks=1), start, end)
    return replace(either(coming, found), value=f"{day.year}-{day.month}")


def _closing(match: re.Match[str], on: dt.date) -> Iterator[Number]:
    """Yield the last day of the month, or of the year if that is to come: 말일, 연말."""
    start, end = match.span()
    of_year = match["closing"] == "연말"
    bygone = _BYGONE.search(match.string, max(0, start - 5), start) or IN_THE_PAST.match(
        match.string, end
    )
    if not (of_year and bygone):
        yield resolved(of_month(on, 12 - on.month if of_year else 0, 31), start, end)


def _in_the_year(year: int, match: re.Match[str], on: dt.date) -> Number:
    """Return 작년, the month of 작년 이맘때, or the last day of 내년 말."""
    start, end = match.span()
    whole = whole_year(year, start, end)
    part = _PART_OF_YEAR.match(match.string, end)
    if part is None:
        return whole
    month, day = (on.month, 0) if part["now"] else (12, 31)
    return either(plainly(date(year, month, day, start, part.end())), whole)


def _in_named_month(match: re.Match[str], on: dt.date) -> Iterator[Number]:
    """Yield 다음 달, 다음 달 5일 or 다음 달 말일. A day that the month does not have is none."""
    start, end = match.span()
    ahead = _MONTHS[match["month"]]
    if match["ends"]:
        yield resolved(of_month(on, ahead, 31), start, end)
    elif match["mday"]:
        value = int(numerals.stops(match["mday"], 0)[-1].value)
        day = of_month(on, ahead, value)
        if day.day == value:
            yield resolved(day, start, end)
    else:
        first = of_month(on, ahead, 1)
        yield plainly(date(first.year, first.month, 0, start, end))


def _next_or_last(match: re.Match[str], text: str, on: dt.date) -> Number:
    """Return the day of a weekday alone: the next one, or the last where the past is told."""
    start, end = match.span()
    name = re.search(WEEKDAY, match.group())
    ahead = (WEEKDAYS.index(name[0][0]) - on.weekday()) % 7 if name else 0
    coming = resolved(on + dt.timedelta(ahead), start, end)
    last = resolved(on + dt.timedelta(ahead - 7), start, end)
    if match["last"]:
        return last
    return either(coming, last) if match["bare"] and IN_THE_PAST.match(text, end) else coming


def _together(text: str, numbers: Sequence[Number], dates: Iterable[Number]) -> list[Number]:
    """Put relative dates among numbers, and drop those that contradict an explicit neighbour."""
    found: list[Number] = []
    at = 0
    for day in dates:
        while at < len(numbers) and numbers[at].end <= day.start:
            found.append(numbers[at])
            at += 1
        if found and found[-1].end > day.start:
            continue
        one = day
        while at < len(numbers) and numbers[at].start < day.end:
            ends = max(one.end, numbers[at].end)
            one = replace(either(one, numbers[at]), end=ends)
            at += 1
        after = numbers[at] if at < len(numbers) else None
        if one.value.endswith("y") and after is not None and _of_year(text, one, after):
            found.append(_in_year(one, after))
            at += 1
        elif not _contradicted(text, one, found[-1] if found else None, after):
            found.append(one)
    return [*found, *numbers[at:]]


def _of_year(text: str, year: Number, after: Number) -> bool:
    """Whether a date without its year follows a year immediately (내년 3월)."""
    joined = not text[year.end : after.start].strip()
    return joined and after.kind == "date" and re.match(r"\d{1,2}(?:-|mo)", after.value) is not None


def _in_year(year: Number, after: Number) -> Number:
    """Put a year and a date without one together. No other year agrees with them."""
    parts = [int(part) for part in re.findall(r"\d+", after.value)]
    month, day = (*parts, 0)[:2]
    found = date(int(year.value[:-1]), month, day, year.start, after.end)
    said = {form for form in after.provides if not form.startswith("~")}
    return plainly(replace(found, provides=found.provides | said))


def _contradicted(text: str, day: Number, before: Number | None, after: Number | None) -> bool:
    """Whether an explicit date beside a relative one names another day, or one of several."""
    for one in (before, after):
        if one is None or not (one.kind == "date" or is_day(text, one)):
            continue
        if one.relative and not _OF_MONTH.search(text, one.start, one.end):
            continue
        a, b = (one.end, day.start) if one is before else (day.end, one.start)
        number = re.search(r"(\d{1,2}-)?(\d{1,2})d?$", one.value)
        if number and b - a <= 3 and _BESIDE.fullmatch(text, a, b):
            if number[1]:
                return {form for form in day.provides if _OF_YEAR.fullmatch(form)} != {number[0]}
            return f"{int(number[2])}d" not in day.provides
    return False


def _goes_on(text: str, before: Number, one: Number) -> bool:
    """Whether a number goes on one before it: 한 달 보름 전, 사월 십오일 아니 십육일.

    The second of 삼월 삼십일에서 이일까지 is of another month.
    """
    dated = re.fullmatch(r"(?:\d+-)?\d+-(\d+)", before.value)
    day = re.fullmatch(r"(\d{1,2})d", one.value)
    if dated and day and not before.relative and int(day[1]) > int(dated[1]):
        return OR.fullmatch(text, before.end, one.start) is not None
    joined = _RANGE.fullmatch(text, before.end, one.start)
    return bool(joined and _LASTING.fullmatch(before.value) and _LASTING.fullmatch(one.value))


def _weekday(monday: dt.date, name: str) -> dt.date:
    return monday + dt.timedelta(WEEKDAYS.index(name[0]))
