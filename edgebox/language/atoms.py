"""Values with their units, and how neighbours make one date, time or duration."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language import numerals
from edgebox.language.number import Number, date, either, plain, quantity, time_of_day

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
_HALF: Final = re.compile(r" ?반(?:(?![가-힣])|(?=에|까지|쯤|정도|부터|으로|이|입|경))")
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
    return (one.unit, other.unit) in _PARTS and not text[one.end : other.start].strip()


def put_together(chain: Sequence[Atom], text: str) -> Iterator[Number]:
    """Put neighbouring atoms together into one number."""
    if not chain or (len(chain) == 1 and not chain[0].sure):
        return
    first, start, end = chain[0], chain[0].start, chain[-1].end
    of = {atom.unit: atom.value for atom in chain}
    halved = chain[-1].unit in {"hour", "hours", "months"} or (
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
    elif (half or "months" in of) and of.get("year", Decimal(0)) < 100:
        years, months = of.get("year", Decimal(0)), of.get("months", Decimal(0))
        part = Decimal("0.5") * (1 if "months" in of else 12) if half else Decimal(0)
        yield quantity(years * 12 + months + part, "months", start, end)
    elif "months" in of:
        yield quantity(first.value, first.unit, start, first.end)
        yield quantity(of["months"], "months", chain[-1].start, end)
    elif len(chain) > 1 or first.unit == "month":
        year, month, day = (int(of.get(unit, 0)) for unit in ("year", "month", "day"))
        yield date(year + 2000 if 0 < year < 100 else year, month, day, start, end)
    elif first.unit == "" and text[end - 1].isdigit():
        yield plain("plain", first.literal or numerals.canonical(first.value), start, end)
    else:
        values = (first.value, *first.others)
        yield reduce(either, (quantity(value, first.unit, start, end) for value in values))
