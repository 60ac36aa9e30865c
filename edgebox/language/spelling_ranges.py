"""The written forms of ranges: 3~5일, 2-3개월, 15만 7~8천 원, 9월 13~15일, 15~17시."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edgebox.language.counters import OWN_COUNTERS
from edgebox.language.form import Form
from edgebox.language.number import time_of_day
from edgebox.language.spelling_dates import DAYPARTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_SIGNS: Final = "~-"
_TEN: Final = 10
_SHORT: Final = re.compile(r"\d{1,2}-\d{1,2}[만억천백]?")
_PEOPLE: Final = re.compile(r"\d{2,3}-\d{3}")
"""Others with a hyphen are codes for a reader: 110-234번."""
_RANGED: Final = ("명", "회", "건", "번")
_VALUE: Final = re.compile(r"(\d{1,12}(?:\.\d+)?)(%|d|min|mo|m|)|(\d{1,2}):00")
_DATE: Final = re.compile(r"(?:~|(?:\d{4}-)?)(\d{1,2})-(\d{1,2})")
_DAY: Final = re.compile(r"(\d{1,2})d")


def ranges(values: Collection[str], counter: str) -> Iterator[tuple[Form, str]]:
    """Yield 3~5일 for values of one number, or of two that follow each other."""
    sizes: dict[str, set[Decimal]] = defaultdict(set)
    for value in values:
        if match := _VALUE.fullmatch(value):
            unit = "시" if match[3] else match[2]
            sizes[unit].add(Decimal(match[3] or match[1]))
    for unit, found in sizes.items():
        for low, high in itertools.combinations(sorted(found), 2):
            if 0 < low < high < 20 * low and not (unit == "시" and high - low == 12):
                yield from _range(low, high, unit, counter)
                if {f"#{low:f}", f"#{high:f}"} <= set(values):
                    yield Form.FIGURES, f"{low:f}~{high:f}"
    yield from _days(values)


def _days(values: Collection[str]) -> Iterator[tuple[Form, str]]:
    """Yield 9월 13~15일 of a date and a day, or of two days of a month."""
    days = {int(match[1]) for value in values if (match := _DAY.fullmatch(value))}
    for month, low in {
        (int(match[1]), int(match[2])) for value in values if (match := _DATE.fullmatch(value))
    }:
        for high in days:
            if low < high <= 31:
                for gap, sign in itertools.product((" ", ""), _SIGNS):
                    yield Form.CLOSED, f"{month}월{gap}{low}{sign}{high}일"


def _range(low: Decimal, high: Decimal, unit: str, counter: str) -> Iterator[tuple[Form, str]]:
    if unit == "시":
        yield from _hours(int(low), int(high))
    elif unit:
        written = {"%": ["%"], "d": ["일"], "min": ["분"], "m": ["개월", "달"], "mo": ["월"]}[unit]
        longer, whole = {"d": ("주", 7), "m": ("년", 12), "min": ("시간", 60)}.get(unit, ("", 0))
        spans = [(low, high, word) for word in written]
        if whole and low % whole == high % whole == 0:
            spans.append((low / whole, high / whole, longer))
        ends = {"시간": Form.HOURS, "월": Form.MONTH}
        for (a, b, word), sign in itertools.product(spans, _SIGNS):
            yield ends.get(word, Form.CLOSED), f"{a:f}{sign}{b:f}{word}"
            yield from ((Form.CLOSED, f"{tens}{word}") for tens in _tens(a, b))
    else:
        said = (
            {"원"}
            if counter == "원"
            else {counter}
            if counter in OWN_COUNTERS
            else {counter, *_RANGED} - {""}
            if counter
            else {"원", *_RANGED}
        )
        for span, gap, word in itertools.product(_spans(low, high), ("", " "), said):
            said_so = word == counter != "번" and _PEOPLE.fullmatch(span)
            short = _SHORT.fullmatch(span) and (word != "번" or high < _TEN)
            if "-" not in span or short or said_so:
                yield Form.CLOSED, f"{span}{gap}{word}"


def _spans(low: Decimal, high: Decimal) -> Iterator[str]:
    """Yield two sizes without their unit: 20,000~30,000, 2~3만, 15만 7~8천."""
    yield from (f"{low:f}{sign}{high:f}" for sign in _SIGNS)
    yield from _tens(low, high)
    if low != low.to_integral_value() or high != high.to_integral_value():
        return
    if high >= 1000:
        yield f"{low:,f}~{high:,f}"
    for size, sign in ((10**8, "억"), (10**4, "만")):
        if low % size == high % size == 0:
            yield f"{low / size:f}~{high / size:f}{sign}"
            yield f"{low / size:f}-{high / size:f}{sign}"
            yield f"{low / size:f}{sign}~{high / size:f}{sign}"
            yield from (f"{tens}{sign}" for tens in _tens(low / size, high / size))
    for size, sign in ((1000, "천"), (100, "백")):
        if low % size == high % size == 0 and high < 10 * size:
            yield f"{low / size:f}~{high / size:f}{sign}"
    head, rest = divmod(low, 10**4)
    top, more = divmod(high, 10**4)
    if head and head == top:
        for gap in (" ", ""):
            yield f"{head:f}만{gap}{rest:,f}~{more:,f}"
            if rest % 1000 == more % 1000 == 0:
                yield f"{head:f}만{gap}{rest / 1000:f}~{more / 1000:f}천"
                yield f"{head:f}만{gap}{rest / 1000:f}천~{more / 1000:f}천"


def _tens(low: Decimal, high: Decimal) -> Iterator[str]:
    """Yield 2~30 for 20 and 30, 3~400 for 300 and 400."""
    if high - low in {10, 100} and high < 10 * (high - low) and low % (high - low) == 0:
        yield f"{low / (high - low):f}~{high:f}"


def _hours(low: int, high: int) -> Iterator[tuple[Form, str]]:
    hours = "~".join(str(hour % 12 or 12) for hour in (low, high))
    for sign in _SIGNS:
        yield Form.BARE_HOUR, hours.replace("~", sign) + "시"
        if high > 12:
            yield Form.BARE_HOUR, f"{low}{sign}{high}시"
    for part in DAYPARTS:
        begins = time_of_day(low % 12 or 12, 0, part, 0, 0)
        # 오전 9~12시 names the part of the day of its beginning only.
        if begins.value == f"{low}:00":
            yield from ((Form.HOURS, f"{part} {hours.replace('~', sign)}시") for sign in _SIGNS)
