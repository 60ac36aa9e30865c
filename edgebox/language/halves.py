"""Which half of the day an hour is of: behind 오전 아홉 시 an 아홉 시 alone is no 21:00."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from edgebox.language.syllables import PAST
from edgebox.language.weeks import WEEKDAYS

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

_NIGHT: Final = re.compile(r"새벽|밤|자정")
"""Beside an hour at which few things are done: the same hour alone may be of the day."""

_ENDS: Final = re.compile(r"[\n.?!]|(?<!필)(?:요|니다|죠)[ ,]")
"""Between an hour and the same hour in another sentence. 열 시에 열고 열 시에 닫아요 is one."""

_OTHER: Final = re.compile(
    rf"[{PAST}]|오늘|내일|모레|글피|어제|그제|그저께|다음 ?날|[{WEEKDAYS}](?:요일|욜)|[\d십] ?일"
    r"|부터|까지|[어아해워]요|열[고어]|닫|출발|도착|시작|끝|나가|들어[오와]|마감|[출퇴]근"
)
"""Between two hours of a call that are of two days, or of two things."""

_FAR: Final = 80
"""Characters between an hour and the same hour, said again."""

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
    sure: dict[tuple[int, str], dict[bool, list[tuple[int, int]]]] = {}
    for one in sorted(found, key=lambda one: one.start):
        clocks = _clocks(one)
        if len(clocks) == 1:
            (hour, minute), *_ = clocks
            halves = sure.setdefault((hour % _NOON, minute), {})
            halves.setdefault(hour >= _NOON, []).append((one.start, one.end))
    return [_in_its_half(text, one, sure) for one in found]


def _clocks(one: Number) -> list[tuple[int, str]]:
    """Return the times of day that a number may be."""
    clocks = map(_CLOCK.fullmatch, one.requires if one.kind == "time" else ())
    return [(int(match[1]), match[2]) for match in clocks if match]


def _in_its_half(
    text: str, one: Number, sure: dict[tuple[int, str], dict[bool, list[tuple[int, int]]]]
) -> Number:
    match sorted(_clocks(one)):
        case [(hour, minute), (other, _)] if other - hour == _NOON:
            halves = sure.get((hour, minute), {})
        case _:
            return one
    if len(halves) != 1:
        return one
    (late, places), *_ = halves.items()
    before = bisect_left(places, (one.start, one.end))
    if not any(_is_again(text, one, *place) for place in places[max(0, before - 1) : before + 1]):
        return one
    last = places[before - 1][0] if before else 0
    start = max(0, one.start - _BEFORE, last)
    if _WORDS[not late].search(text, start, one.end + _BEHIND):
        return one
    if before and start == last and _AGAIN.search(text, start, one.start):
        return one
    return replace(one, provides=one.provides - {f"{hour if late else other}:{minute}"})


def _is_again(text: str, one: Number, start: int, end: int) -> bool:
    """Whether an hour alone is a sure one said again: 오후 세 시요. 네 세 시요."""
    between = (end, one.start) if start < one.start else (one.end, start)
    if between[1] - between[0] > _FAR or _NIGHT.search(text, max(0, start - 4), end):
        return False
    return bool(_ENDS.search(text, *between)) and not _OTHER.search(text, *between)
