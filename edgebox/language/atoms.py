"""Values with their units, and how neighbours make one date, time or duration."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language import numerals
from edgebox.language.number import (
    Number,
    birth_years,
    born,
    date,
    either,
    full_years,
    plain,
    quantity,
    time_of_day,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Atom(NamedTuple):
    """A value and its unit, before dates and times are put together."""

    value: Decimal
    unit: str
    start: int
    end: int
    sure: bool
    literal: str = ""
    others: tuple[Decimal, ...] = ()
    """Other possible readings: 천이백이 is 1202, or 1200 and a particle."""


DAYPART: Final = re.compile(r"(오전|오후|새벽|아침|낮|점심|저녁|밤)\s?(?:에\s)?$")
_HALF: Final = re.compile(
    r" ?반(?:(?![가-힣])"
    r"|(?=에|까지|쯤|정도|부터|으로|이|인[데가지]|입니|경|째|엔|요(?![가-힣])|[은을]|만(?! ?원)"
    r"|도(?![가-힣])))"
)
# 일곱 시 십 분 전 is 6:50, or some time before 7:10.
_BEFORE: Final = re.compile(r" ?전(?![화체자부문산액용기])")
_PARTS: Final = {
    ("year", "month"),
    ("year", "months"),
    ("month", "day"),
    ("hour", "minute"),
    ("hours", "minute"),
}


def adjoin(text: str, one: Atom, other: Atom) -> bool:
    """Whether two atoms are parts of one date, time or duration."""
    between = text[one.end : other.start].strip()
    joined = not between or (one.unit == "month" and between == "달")  # 사월달 오일
    return (one.unit, other.unit) in _PARTS and joined


def put_together(chain: Sequence[Atom], text: str) -> Iterator[Number]:
    """Put neighbouring atoms together into one number."""
    if not chain or (len(chain) == 1 and not chain[0].sure):
        return
    first, start, end = chain[0], chain[0].start, chain[-1].end
    of = {atom.unit: atom.value for atom in chain}
    halved = chain[-1].unit in {"hour", "hours", "months", "weeks"} or (
        chain[-1].unit == "year" and chain[-1].value < 100
    )
    half = _HALF.match(text, end) if halved else None
    minute = Decimal(30) if half else of.get("minute", Decimal(0))
    end = half.end() if half else end
    if "hour" in of:
        before = DAYPART.search(text, max(0, start - 5), start)
        part = before[1] if before else ""
        time = time_of_day(int(of["hour"]), int(minute), part, start, end)
        if "minute" in of and _BEFORE.match(text, end):
            hour, left = divmod(int(of["hour"]) * 60 - int(minute), 60)
            time = either(time, time_of_day(hour, left, part, start, end))
        yield time
    elif "hours" in of:
        yield quantity(of["hours"] * 60 + minute, "minute", start, end)
    elif half and "weeks" in of:
        yield quantity(of["weeks"] + Decimal("0.5"), "weeks", start, end)
    elif (half or "months" in of) and of.get("year", Decimal(0)) < 100:
        years, months = of.get("year", Decimal(0)), of.get("months", Decimal(0))
        part = Decimal("0.5") * (1 if "months" in of else 12) if half else Decimal(0)
        yield quantity(years * 12 + months + part, "months", start, end)
    elif "months" in of:
        yield quantity(first.value, first.unit, start, first.end)
        yield quantity(of["months"], "months", chain[-1].start, end)
    elif len(chain) > 1 or first.unit == "month":
        year, month, day = (int(of.get(unit, 0)) for unit in ("year", "month", "day"))
        full = birth_years if "year" in of and BORN.match(text, end) else full_years
        yield reduce(either, (date(one, month, day, start, end) for one in full(year)))
    elif first.unit == "" and text[end - 1].isdigit():
        yield plain("plain", first.literal or numerals.canonical(first.value), start, end)
    else:
        values = (first.value, *first.others)
        one = reduce(either, (quantity(value, first.unit, start, end) for value in values))
        yield _of_this_century(one, first.value, text) if first.unit == "year" else one


def _of_this_century(one: Number, years: Decimal, text: str) -> Number:
    """Return 24년 as 24 years or as 2024. It bears 2024 out only where it is surely no duration.

    사십팔 년생 is of 1948, and 육 년생 of 2006, or a plant of six years.
    """
    if years < 100 and BORN.match(text, one.end):
        birth = born(int(years), one.start, one.end)
        return either(birth, one) if years < _GROWN and text[one.start] != "0" else birth
    sure = years >= _GROWN or text[one.start] == "0"
    dated = (_DATED if sure else _OF_SURE_YEAR).match(text, one.end) is not None
    if years >= 100 or (years < _GROWN and not dated) or _LASTS.match(text, one.end):
        return one
    year = {f"{full}y" for full in full_years(int(years))}
    provides = one.provides | year if dated else one.provides
    return replace(one, requires=one.requires | year, provides=provides)


BORN: Final = re.compile(r" ?생(?![각산활명일])")
"""천구백팔십오년생."""
OF_MODEL: Final = re.compile(r"[식형](?:(?![가-힣])|(?=[은을인으]|입니|이[에고라래네거요었]))")
"""십팔 년형, 십이 년식인데요."""
_GROWN: Final = 15
"""Years that ginseng and seedlings are sold at: 6년생 인삼."""
_LASTS: Final = re.compile(
    r" ?(?:동안|간|째|된|됐|되|정도|전|후|뒤|이나|넘|치(?![가-힣])|근속|약정|만기|거치|상환|경력"
    r"|무사고|납|만에|씩|짜리|이상|이내|차(?![량가-힣]))"
)
_OF_A_YEAR: Final = (
    r"도분| ?귀속| ?[상하]반기| ?[1-4일이삼사](?:/4| ?사)? ?분기"
    r"| ?(?:연[말초]|봄|여름|가을|겨울)(?=[^가-힣]|[에이은까부])"
)
"""25년 1분기, 이십사년도분, 24년 귀속: of a year, whatever figures it has."""
_OF_SURE_YEAR: Final = re.compile(
    rf"{_OF_A_YEAR}|"
    r"도(?:에|부터|까지|식)|식(?![가-힣])|식(?=[은을인]|이[에고라래네거요])"
)
"""십이 년도에 is in 2012, 십삼 년식 of 2013; 십이 년산, 십 년형 last so long."""
_DATED: Final = re.compile(
    rf"{_OF_A_YEAR}|"
    r"에(?!서|\ ?걸[쳐친]|\ ?(?:가까|육박|달[하해한]|이르|이른|못|미치|미친)|\ ?[한두세네]\ ?번"
    r"|\ ?[\d일이삼사오육칠팔구십백천만]+\ ?(?:번|원|만|천|회))"
    r"|도(?![가-힣]|\ ?(?:더|넘|안|채|못|훨|된|되|지[나난났]|전|족히|가까|남))"
    r"|도(?:에|부터|까지|식|형|산)|[식형산](?![가-힣])|[식형](?=[은을인]|입니|이[에고라래네거요었])"
)
