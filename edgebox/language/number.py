"""A number and what it says: the forms in which the numbers of two texts are compared.

`korean` reads numbers out of a text; this module decides whether one number supports another. In
``requires`` and ``provides`` a bare value is the number with its meaning, ``#`` marks the figures
alone, and ``~`` the shorter form that is enough where the source does not hold the longer one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING, Final, Literal

from edgebox.language import numerals

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

Kind = Literal["amount", "date", "time", "phone", "code", "count", "percent", "plain"]


@dataclass(frozen=True, slots=True)
class Number:
    """One number as it is written in a text.

    Attributes:
        kind: What it measures. Durations are ``count``, figures without a unit ``plain``.
        value: The canonical form: ``487000``, ``2025-9-13``, ``9-13``, ``9mo``, ``15:30``,
            ``01012345678``, ``A123456``, ``15%``; days ``3d``, minutes ``90min``, months
            ``12m``; else digits.
        requires: A source must provide any one of these to support this number.
        provides: What this number supports.
        start: Offset of its first character.
        end: Offset after its last, the unit included.
        relative: It is no figure but a word that is relative to something: to the call's date
            (내일, 사흘 뒤), to an amount (절반), to what was named before (둘 다). If no source
            supports such a word, it is no wrong number.
    """

    kind: Kind
    value: str
    requires: frozenset[str]
    provides: frozenset[str]
    start: int
    end: int
    relative: bool = False


_LASTS: Final = re.compile(r"\d+(d|m|min)")


def lasting(number: Number) -> str:
    """Return in what a number of days, months or minutes counts: d, m or min; "" of any other."""
    match = _LASTS.fullmatch(number.value)
    return match[1] if match else ""


def supports(source: Collection[str], claim: Number) -> bool:
    """Whether a source that provides all these values supports ``claim``."""
    return any(value in source for value in claim.requires)


def either(one: Number, other: Number) -> Number:
    """Return a number that is read in two ways, as the first of them."""
    requires, provides = one.requires | other.requires, one.provides | other.provides
    return replace(one, requires=requires, provides=provides)


def provided(numbers: Iterable[Number]) -> frozenset[str]:
    """Return what several numbers support together."""
    return frozenset().union(*(number.provides for number in numbers))


def names_another(new: Iterable[Number], old: Iterable[Number]) -> bool:
    """Whether new numbers name another value of a kind that the old ones have."""
    values = {one.kind: one.value for one in new}
    return any(values.get(one.kind, one.value) != one.value for one in old)


CURRENCIES: Final = frozenset(["usd", "eur", "jpy", "cny", "gbp"])


def quantity(value: Decimal, unit: str, start: int, end: int) -> Number:
    """Return a number of some unit.

    ``won``, ``percent``, ``year``, ``months``, ``weeks``, ``day`` and ``minute`` make a difference;
    any other unit is a plain counter. 100 in a foreign currency bears out no 100원, and is borne
    out by a bare 100.
    """
    figure = numerals.canonical(value)
    if unit in CURRENCIES:
        said = frozenset({f"{figure}{unit}", f"#{figure}"})
        return Number("count", figure, frozenset({f"{figure}{unit}", figure}), said, start, end)
    kind: Kind = "count"
    claim = figure
    if unit == "won":
        kind = "amount"
    elif unit == "percent":
        kind, claim = "percent", f"{figure}%"
    elif unit == "year" and value >= 1900:
        kind, claim = "date", f"{figure}y"
    elif unit in {"year", "months"}:
        claim = f"{numerals.canonical(value * (12 if unit == 'year' else 1))}m"
    elif unit in {"weeks", "day"}:
        claim = f"{numerals.canonical(value * (7 if unit == 'weeks' else 1))}d"
    elif unit == "minute":
        claim = f"{figure}min"
    provides = frozenset({claim, f"#{figure}", *_DAYS_AND_HOURS.get(claim, ())})
    return Number(kind, claim, frozenset({claim}), provides, start, end)


_MINUTES: Final = 1440
_DAYS_AND_HOURS: Final = {
    claim: (other,)
    for days in range(1, 4)
    for one, two in [(f"{days}d", f"{days * _MINUTES}min")]
    for claim, other in ((one, two), (two, one))
}
"""하루 안에 and 24시간 안에, 48시간 and 이틀."""


def date(year: int, month: int, day: int, start: int, end: int) -> Number:
    """Return a date. A part that was not said is 0.

    A date with its year and the same date without it agree, two different years do not: ``~`` marks
    what a source without a year provides, which is enough for a claim with one.
    """
    short = f"{month}-{day}" if day else f"{month}mo"
    value = f"{year}-{short.removesuffix('mo')}" if year else short
    provides = {value, short, f"{month}mo", f"#{month}"}
    provides |= {f"{day}d", f"#{day}"} if day else set()
    provides |= {f"{year}y", f"{year}-{month}", f"#{year}"} if year else {f"~{short}"}
    requires = {value, f"~{short}"} if year else {value}
    return Number("date", value, frozenset(requires), frozenset(provides), start, end)


def time_of_day(hour: int, minute: int, part: str, start: int, end: int) -> Number:
    """Return a time of day: 오후 3시 is 15:00, 3시 alone is 3:00 or 15:00."""
    hour %= 24
    if hour > 12:
        hours = [hour]
    elif part:
        late = part in {"오후", "점심", "저녁"} or (part == "밤" and 5 < hour < 12)
        late = late or (part == "낮" and hour not in {10, 11})
        hours = [hour % 12 + (12 if late else 0)]
    else:
        hours = [hour, (hour + 12) % 24] if hour else [0]
    values = [f"{h}:{minute:02d}" for h in hours]
    provides = {*values, f"#{hour}"} | ({f"#{minute}"} if minute else set())
    return Number("time", values[0], frozenset(values), frozenset(provides), start, end)


def born(year: int, start: int, end: int) -> Number:
    """Return the year of birth that two figures name: 85 is 1985, and 27 is 1927 or 2027."""
    years = (quantity(Decimal(full), "year", start, end) for full in birth_years(year))
    return reduce(either, years)


def birth_years(year: int) -> tuple[int, ...]:
    """Return the years that two figures of a birth may mean, the likelier first."""
    if year >= 100:
        return (year,)
    return (*([year + 1900] if year > 25 else []), *([year + 2000] if year < 30 else []))


def full_years(year: int) -> tuple[int, ...]:
    """Return the years of which only the last two figures may have been said: 85년 3월.

    From 50 to 79 it may be either century's: 60년 12월 is the end of a loan, or long ago.
    """
    if not 0 < year < 100:
        return (year,)
    if 50 <= year < 80:
        return (year + 1900, year + 2000)
    return (year + (2000 if year < 50 else 1900),)


def code(kind: Literal["code", "phone"], signs: str, start: int, end: int) -> Number:
    """Return a number that is copied sign by sign.

    Often only its last four figures are repeated, and letters are lost in speech: figures alone
    support a code with the same figures.
    """
    only = re.sub(r"\D", "", signs)
    long = len(only) >= 4
    provides = {signs, f"#{only}"} | ({f"#{only[-4:]}"} if long else set())
    requires = {signs}
    if only == signs:
        provides.add(f"~{only}")
        requires |= {f"#{only}"} if long else set()
    else:
        requires.add(f"~{only}" if long else f"#{only}")
    return Number(kind, signs, frozenset(requires), frozenset(provides), start, end)


def plain(kind: Literal["plain", "count"], value: str, start: int, end: int) -> Number:
    """Return figures whose unit is not known (``plain``) or does not matter (``count``)."""
    requires = {value, f"#{value}"} if kind == "plain" else {value}
    provides = {value, f"#{value}", f"~{value}"}
    return Number(kind, value, frozenset(requires), frozenset(provides), start, end)


CODES: Final = {"plain", "code"}
"""Kinds of a number without a unit: digits that are read one by one are a code."""


def same_kind(one: Number, other: Number) -> bool:
    """Return whether two numbers may be taken for each other."""
    return one.kind == other.kind or {one.kind, other.kind} == CODES
