"""Which half of the day an hour is of: behind 오전 아홉 시 an 아홉 시 alone is no 21:00."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgebox.language.number import Number

_CLOCK: Final = re.compile(r"(\d{1,2}):(\d\d)")
_NOON: Final = 12
_WORDS: Final = (
    re.compile(r"오전|아침|새벽|밤|자정|출근|일찍|[AaPp]\.?[Mm]"),
    re.compile(r"오후|점심|저녁|낮|밤|정오|퇴근|늦게|[AaPp]\.?[Mm]"),
)
"""Words beside a time of the first half of the day, and of the second."""

_TWICE: Final = re.compile(r"(?:열두|12) ?시간|하루에? ?[두세네2-4] ?[번차회]")
"""What is done at one hour of both halves."""

_BEFORE: Final = 40
"""Characters before a time in which a word may say which half it is of."""

_BEHIND: Final = 20
"""The same behind it."""

_AGAIN: Final = re.compile(r"(?:부터|에서|[~∼-]|하고|그리고|또)[^\n]*$")
"""Between the two of 오전 아홉 시에서 아홉 시까지."""


def with_halves(text: str, numbers: Iterable[Number]) -> list[Number]:
    """Return the numbers of a call, hours alone in the half of the day that others say.

    Args:
        text: what was said.
        numbers: everything that it bears out.
    """
    found = list(numbers)
    if _TWICE.search(text):
        return found
    sure: dict[tuple[int, str], dict[bool, list[int]]] = {}
    for one in sorted(found, key=lambda one: one.start):
        clocks = _clocks(one)
        if len(clocks) == 1:
            (hour, minute), *_ = clocks
            halves = sure.setdefault((hour % _NOON, minute), {})
            halves.setdefault(hour >= _NOON, []).append(one.start)
    return [_in_its_half(text, one, sure) for one in found]


def _clocks(one: Number) -> list[tuple[int, str]]:
    """Return the times of day that a number may be."""
    clocks = map(_CLOCK.fullmatch, one.requires if one.kind == "time" else ())
    return [(int(match[1]), match[2]) for match in clocks if match]


def _in_its_half(
    text: str, one: Number, sure: dict[tuple[int, str], dict[bool, list[int]]]
) -> Number:
    match sorted(_clocks(one)):
        case [(hour, minute), (other, _)] if other - hour == _NOON:
            halves = sure.get((hour, minute), {})
        case _:
            return one
    if len(halves) != 1:
        return one
    (late, places), *_ = halves.items()
    before = bisect_left(places, one.start)
    start = max(0, one.start - _BEFORE, places[before - 1] if before else 0)
    if _WORDS[not late].search(text, start, one.end + _BEHIND):
        return one
    if before and start == places[before - 1] and _AGAIN.search(text, start, one.start):
        return one
    return replace(one, provides=one.provides - {f"{hour if late else other}:{minute}"})
