"""Which day a time is said with: 오늘 저녁 일곱 시, and not 내일 저녁 7시.

A summary that puts a day and a time side by side says that they belong together. In a call the day
of a time is the last one named before it, in its own clause or shortly before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language.number import supports
from edgebox.scoring.spoken import MANY_NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.language.number import Number
    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.spoken import Spoken

_DAY: Final = re.compile(r"\d+-\d+$|\d+d$")
_BETWEEN: Final = re.compile(
    r"[ (,]*(?:[월화수목금토일](?:요일)?\)?)?[에의,]? ?(?:오전|오후|저녁|아침|새벽|밤|낮|점심)? ?"
)
"""What may stand between a day and its time."""

_UNKNOWN: Final = re.compile(
    r"[월화수목금토일](?:요일|욜)|[가-힣]날(?![가-힣]{3})|당일|내일|모레|오늘|어제|그제|평일|주말|매[일주]|휴일"
)
"""A day that is not read as a date: the time behind it may be of that one."""

_OWN_WEEKDAY: Final = re.compile(r"^ ?[(]?[월화수목금토일](?:요일|욜)")
"""Behind a date: 이십일일 수요일."""

_SAME_TIME: Final = re.compile(
    r"(?:같은|그|동일한?|똑같은|원래) ?(?:시간|시각)|시간[은도만]? ?(?:그대로|같|동일|똑같)"
)
"""The time of one day is that of another too."""

_FROM: Final = re.compile(r" ?(?:에서|부터|말고|아니)")
"""Behind the first of two times."""

_PART: Final = re.compile(r"오전|오후|새벽|저녁")
_HOUR: Final = re.compile(r"에? ?\d")
_BESIDE: Final = 5
"""Characters behind a day in which a part of it stands: 내일은 오후."""

_NEAR: Final = 30
"""Characters from a day to a time that is said with it."""

_BACK: Final = 2
"""Utterances before that of a time in which its day may have been named."""


class _Said(NamedTuple):
    """A time with the day before it, None where it is not known.

    Attributes:
        day: the last one named.
        beside: whether it stands in the same clause, near the time.
    """

    day: Number | None
    beside: bool


def on_another_day(made: Sequence[Statement], spoken: Spoken) -> bool:
    """Return whether a statement gives a time the day of another one."""
    return any(
        _is_of_another(day, time, spoken) for one in made for day, time in _pairs(one)
    ) or any(_part_of_another(one, spoken) for one in made)


def _pairs(one: Statement) -> Iterator[tuple[Number, Number]]:
    """Yield the days of a statement with the time beside each."""
    numbers = one.numbers
    for place, time in enumerate(numbers):
        if time.kind != "time" or not place:
            continue
        end = time.start
        for day in reversed(numbers[:place]):
            if not _is_day(day) or not _BETWEEN.fullmatch(one.text, day.end, end):
                break
            yield day, time
            end = day.start


def _is_day(number: Number) -> bool:
    return number.kind == "date" and any(_DAY.search(form) for form in number.provides)


def _names_day(text: str, number: Number) -> bool:
    """Whether a number of a call names a day: 십사일 too, which is a duration elsewhere."""
    return _is_day(number) or (
        number.kind == "count" and number.value.endswith("d") and text[number.end - 1] == "일"
    )


def _is_of_another(day: Number, time: Number, spoken: Spoken) -> bool:
    """Whether a time is said beside another day, and never with this one."""
    beside = False
    if _SAME_TIME.search(spoken.text):
        return False
    for number, piece in spoken.numbers:
        if number.kind != "time" or not supports(number.provides, time):
            continue
        said = _day_of(number, piece, spoken)
        if said.day is None:
            if said.beside:
                return False
            continue
        if _same_day(said.day, day) or _follows(number, piece, day, spoken):
            return False
        beside = beside or said.beside
    return beside


def _same_day(said: Number, told: Number) -> bool:
    """Whether two days may be the same: 십사일 has no month."""
    if supports(said.provides, told):
        return True
    figures = re.search(r"(\d+)$", told.value)
    return figures is not None and said.kind == "count" and said.value == f"{figures[1]}d"


def _follows(time: Number, piece: int, day: Number, spoken: Spoken) -> bool:
    """Whether a day stands behind a time, before another time: 세 시에 내일 가요.

    That of 열 시에서 내일 두 시로 is of the other time.
    """
    if _FROM.match(spoken.text, time.end):
        return False
    _, _, end = spoken.pieces[piece]
    for number in spoken.numbers_in(piece):
        if time.start < number.start < min(end, time.end + _NEAR):
            if number.kind == "time":
                return False
            if _names_day(spoken.text, number):
                return _same_day(number, day)
    return False


def _day_of(time: Number, piece: int, spoken: Spoken) -> _Said:
    """Return the day that was last named before a time."""
    utterance, first, _ = spoken.pieces[piece]
    if len(spoken.numbers_of(utterance)) > MANY_NUMBERS:
        return _Said(None, beside=True)
    for back in range(_BACK + 1):
        named = [
            number
            for number, _ in spoken.numbers_of(utterance - back)
            if number.start < time.start and _names_day(spoken.text, number)
        ]
        if named:
            day = named[-1]
            between = spoken.text[day.end : time.start]
            near = not back and len(between) <= _NEAR and "요 " not in between
            if _UNKNOWN.search(_OWN_WEEKDAY.sub("", between)):
                return _Said(None, beside=True)
            return _Said(day, beside=near and day.start >= first)
        start = spoken.pieces[spoken.pieces_of(utterance - back)[0]].start
        if _UNKNOWN.search(spoken.text, start, time.start if not back else first):
            return _Said(None, beside=True)
        if utterance - back <= 0:
            break
    return _Said(None, beside=False)


def _part_of_another(one: Statement, spoken: Spoken) -> bool:
    """Whether 오늘 오후 is said of another day only: 내일 오후."""
    timed = {spoken.pieces[of].utterance for time, of in spoken.numbers if time.kind == "time"}
    for day in (item.number for item in one.items if item.number):
        part = _PART.match(one.text, day.end + 1) if _is_day(day) else None
        if part is None or _HOUR.match(one.text, part.end()):
            continue
        beside = 0
        others = False
        for number, piece in spoken.numbers:
            if not _names_day(spoken.text, number):
                continue
            its = spoken.text[number.end : number.end + _BESIDE].strip().startswith(part[0])
            beside += its
            if not supports(number.provides, day):
                others = others or its
            elif its or spoken.pieces[piece].utterance in timed:
                return False
        if others and spoken.text.count(part[0]) == beside:
            return True
    return False
