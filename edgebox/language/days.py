"""Counts of days and months that the date of the call makes dates: 3일 뒤, 한 달 전, 17일에.

17일 is a day of a month, or a duration: what stands around it decides.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edgebox.language.number import Number, date, either, quantity
from edgebox.language.syllables import PAST
from edgebox.language.weeks import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

WEEKDAY: Final = f"[{WEEKDAYS}](?:요일|욜)"
AND: Final = "쯤?[에의]?[ ,]{0,2}"
IN_THE_PAST: Final = re.compile(rf"[^\n.?!]{{0,30}}?[{PAST}]")
"""A syllable that ends in ㅆ (갔, 오셨), the mark of the past."""

_LASTS: Final = re.compile(
    r" ?(?:이내|안에|안으로|뒤|후|정도|동안|간|걸|이면|만에|전|이상|치|씩|째|차|더|내에|내로|마다"
    r"|됐|되[어었]|돼|지[나난났]|넘|걸[려렸]|무료|체험|남[았은]|소요|짜리|권(?!유|고)|분(?!할)|연속"
    r"|기다|미만|초과|가량|안팎|남짓|내외|경과|연장|유예|쯤 ?(?:걸|소요|되[어었]|돼|됐|이면|뒤|후)"
    r"|이나 ?(?:[걸지됐돼남더]|기다))"
)
_LONG: Final = re.compile(
    r"(?:(?<![가-힣])(?:약|대략|최대|최소|최장|총|도합|꼬박|무려|장장|잔여)|[가-힣]기간[은이]?"
    r"|(?:영업|근무|평)일 ?(?:기준)? ?(?:으로|로|은)?) ?$"
)
"""Before a duration: 약 15일, 영업일 기준 3일."""
_SINCE: Final = re.compile(r"(?:[가-힣] |[한된산온간낸쓴운은른신본난린진킨든])지 ?$")
"""Before a duration: 사용한 지 이십 일."""
_MONTH_BEFORE: Final = re.compile(r"(?:달에?|월|매월|매달) ?$")
_LATER: Final = re.compile(r" ?(?:뒤|후(?![기불반속]))")
_EARLIER: Final = re.compile(r" ?전(?!까지|[화체자문산액용기]|부(?!터))")
_THEN: Final = re.compile(rf"{AND}{WEEKDAY}")
"""After 2주 뒤: the weekday says which day."""
_OF_EVENT: Final = re.compile(
    r"(?:기준|[가-힣]기|만료|만기|방문|출발|시작|종료|마감|이용|체크인|후|뒤|부터|나서|일) ?$"
)
"""Before 3일 전, 3일 뒤: counted from something that is not the call."""

_BUSINESS: Final = re.compile(
    r"(?:영업|근무|평)일|(?:주말|휴일|[토일]요일)[은을이]? ?(?:빼|뺀|제외|제하|제한|안 치)"
)
"""Days that are counted without weekends and holidays, which name no date."""

_FROM_NOW: Final = re.compile(r"(?:오늘|지금|금일)(?:로?부터|에서| ?기준으?로?)? ?$")
_WITHIN: Final = re.compile(r" ?(?:이내|안에|안으로|내에|내로)")
"""오늘로부터 14일 이내 is until a day."""

DAY_NAME: Final = re.compile(rf" ?\(?([{WEEKDAYS}])(?:요일|욜|\))")
"""A day of the week behind a date: 4월 2일(목)."""


def on_the_call(text: str, one: Number, on: dt.date) -> Number:
    """Return a number with what the call's date adds: 3일 뒤 is a date, 17일 may be one."""
    amount = re.fullmatch(r"(\d{1,4})([dm])", one.value)
    if amount is None or len(one.requires) > 1:
        return one
    size, unit = int(amount[1]), amount[2]
    event = _OF_EVENT.search(text, max(0, one.start - 4), one.start)
    event = event or _BUSINESS.search(text, max(0, one.start - 20), one.end)
    for pattern, sign in ((_LATER, 1), (_EARLIER, -1)):
        found = None if event else pattern.match(text, one.end)
        if found and not _THEN.match(text, found.end()):
            day = _shifted(on, sign * size, unit, years=_is_years(text, one))
            figures = any(sign.isdigit() for sign in text[one.start : one.end])
            both = replace(either(day, one), start=one.start, end=found.end())
            return replace(both, relative=not figures)
    if _FROM_NOW.search(text, max(0, one.start - 8), one.start) and _WITHIN.match(text, one.end):
        day = _shifted(on, size, unit, years=False)
        return replace(one, provides=one.provides | day.provides)
    if is_day(text, one) and 1 <= size <= 31:
        days = list(_days_of_month(text, one, on, size))
        return replace(one, provides=one.provides.union(*(_forms(day) for day in days)))
    return one


def _is_years(text: str, one: Number) -> bool:
    """Whether a number of months was said in whole years."""
    return "년" in text[one.start : one.end] and int(one.value[:-1]) % 12 == 0


def is_day(text: str, one: Number) -> bool:
    """Whether a number is written as 17일, which is a day of a month or a duration."""
    written_as = text[one.start : one.end]
    days = one.value.endswith("d") and len(one.requires) == 1
    return days and written_as.endswith("일") and not written_as.endswith(("주일", "영업일"))


def _shifted(on: dt.date, size: int, unit: str, *, years: bool) -> Number:
    if unit == "d":
        return resolved(on + dt.timedelta(size), 0, 0)
    if years:
        return whole_year(on.year + int(size / 12), 0, 0)
    return resolved(of_month(on, size, on.day), 0, 0)


def may_be_of_a_month(text: str, one: Number, *, after_its_month: bool = False) -> bool:
    """Whether a number is written as 17일 and neither lasts so long nor comes every month.

    Args:
        text: that holds the number.
        one: the number.
        after_its_month: 다음 달 stands before it, and not 매달.
    """
    before = max(0, one.start - 4), one.start
    if not is_day(text, one) or _SINCE.search(text, *before):
        return False
    if _LONG.search(text, max(0, one.start - 10), one.start):
        return False
    if not after_its_month and _MONTH_BEFORE.search(text, *before):
        return False
    return re.fullmatch(r"\d{1,2}d", one.value) is not None and not _LASTS.match(text, one.end)


def _days_of_month(text: str, one: Number, on: dt.date, day: int) -> Iterator[dt.date]:
    """Yield the days that 17일 may mean: this month's, the next if that is over.

    A weekday beside it decides.
    """
    if not may_be_of_a_month(text, one):
        return
    named = DAY_NAME.match(text, one.end)
    past = IN_THE_PAST.match(text, one.end) is not None
    for ahead in (-1, 0, 1):
        found = of_month(on, ahead, day)
        if found.day != day:
            continue
        if named:
            if found.weekday() == WEEKDAYS.index(named[1]):
                yield found
        elif ahead == 0 or (ahead == 1 and day < on.day) or (ahead == -1 and past and day > on.day):
            yield found


def of_month(on: dt.date, ahead: int, day: int) -> dt.date:
    """Return a day of the month that is ``ahead`` months from the call's, at most its last."""
    year, month = divmod(on.year * 12 + on.month - 1 + ahead, 12)
    return dt.date(year, month + 1, min(day, calendar.monthrange(year, month + 1)[1]))


def _forms(day: dt.date) -> frozenset[str]:
    return frozenset({f"{day.year}-{day.month}-{day.day}", f"{day.month}-{day.day}"})


def resolved(day: dt.date, start: int, end: int) -> Number:
    return plainly(date(day.year, day.month, day.day, start, end))


def whole_year(year: int, start: int, end: int) -> Number:
    return plainly(quantity(Decimal(year), "year", start, end))


def plainly(found: Number) -> Number:
    """Return a resolved date. The figures alone, and its year alone, were not said."""
    provides = frozenset(
        form
        for form in found.provides
        if not form.startswith("#") and (form[-1] != "y" or form == found.value)
    )
    return replace(found, provides=provides, relative=True)
