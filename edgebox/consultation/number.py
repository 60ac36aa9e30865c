"""A number and what it says: the forms in which two texts' numbers are compared.

`korean` reads them out of a text; this knows when one bears another out. In ``needs`` and ``gives``
a bare value is that number with its meaning, ``#`` the figures alone, ``~`` the shorter form that
does where the source does not hold the longer one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from edgebox.consultation import numerals

if TYPE_CHECKING:
    from collections.abc import Collection
    from decimal import Decimal

Kind = Literal["amount", "date", "time", "phone", "code", "count", "percent", "plain"]


@dataclass(frozen=True, slots=True)
class Number:
    """One number as it stands in a text.

    Attributes:
        kind: What it measures. Durations are ``count``, figures without a unit ``plain``.
        value: The canonical form: ``487000``, ``2025-9-13``, ``9-13``, ``9mo``, ``15:30``,
            ``01012345678``, ``A123456``, ``15%``; days ``3d``, minutes ``90min``, months
            ``12m``; else digits.
        needs: Any one of these must be given by a source for this number to be borne out.
        gives: What this number bears out.
        start: Offset of its first character.
        end: Offset after its last, the unit included.
    """

    kind: Kind
    value: str
    needs: frozenset[str]
    gives: frozenset[str]
    start: int
    end: int


def supports(source: Collection[str], claim: Number) -> bool:
    """Whether a source that ``gives`` all these bears ``claim`` out."""
    return any(need in source for need in claim.needs)


def quantity(value: Decimal, unit: str, start: int, end: int) -> Number:
    """So many of a unit.

    ``won``, ``percent``, ``year``, ``months``, ``weeks``, ``day`` and ``minute`` make a difference;
    any other is a plain counter.
    """
    figure = numerals.canonical(value)
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
    return Number(kind, claim, frozenset({claim}), frozenset({claim, f"#{figure}"}), start, end)


def date(year: int, month: int, day: int, start: int, end: int) -> Number:
    """A date as far as it was said; 0 is a part that was not.

    With and without the year agree, two different years do not: ``~`` marks what a source
    without a year gives and a claim with a year can do with.
    """
    short = f"{month}-{day}" if day else f"{month}mo"
    value = f"{year}-{short.removesuffix('mo')}" if year else short
    gives = {value, short, f"{month}mo", f"#{month}"}
    gives |= {f"{day}d", f"#{day}"} if day else set()
    gives |= {f"{year}y", f"{year}-{month}", f"#{year}"} if year else {f"~{short}"}
    needs = {value, f"~{short}"} if year else {value}
    return Number("date", value, frozenset(needs), frozenset(gives), start, end)


def time_of_day(hour: int, minute: int, part: str, start: int, end: int) -> Number:
    """A time of day: 오후 3시 is 15:00, 3시 alone may be either."""
    hour %= 24
    if hour > 12:
        hours = [hour]
    elif part:
        late = part in {"오후", "점심", "저녁"} or (part == "밤" and 5 < hour < 12)
        late = late or (part == "낮" and hour not in {10, 11})
        hours = [hour % 12 + (12 if late else 0)]
    else:
        hours = [hour, (hour + 12) % 24]
    values = [f"{h}:{minute:02d}" for h in hours]
    gives = {*values, f"#{hour}"} | ({f"#{minute}"} if minute else set())
    return Number("time", values[0], frozenset(values), frozenset(gives), start, end)


def code(kind: Literal["code", "phone"], signs: str, start: int, end: int) -> Number:
    """What is copied sign by sign. The last four figures are often all that is said again.

    Letters are often lost in speech: figures alone bear out a code with the same figures.
    """
    only = re.sub(r"\D", "", signs)
    long = len(only) >= 4
    gives = {signs, f"#{only}"} | ({f"#{only[-4:]}"} if long else set())
    needs = {signs}
    if only == signs:
        gives.add(f"~{only}")
        needs |= {f"#{only}"} if long else set()
    else:
        needs.add(f"~{only}" if long else f"#{only}")
    return Number(kind, signs, frozenset(needs), frozenset(gives), start, end)


def plain(kind: Literal["plain", "count"], value: str, start: int, end: int) -> Number:
    """Figures whose unit is not known (``plain``) or does not matter (``count``)."""
    needs = {value, f"#{value}"} if kind == "plain" else {value}
    gives = {value, f"#{value}", f"~{value}"}
    return Number(kind, value, frozenset(needs), frozenset(gives), start, end)
