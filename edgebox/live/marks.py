"""What an agent copies out of an utterance with one click: numbers, dates, names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from edgebox.language.korean import numbers_in
from edgebox.scoring.evidence import is_loose, telling

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from edgebox.language.number import Number

MarkKind = Literal["number", "date", "name"]

_DIGIT: Final = re.compile(r"[0-9]")
_DATE: Final = re.compile(r"(?:(\d{4})-)?(\d{1,2})-(\d{1,2})")
_DURATIONS: Final = {"d": "일", "m": "개월", "min": "분"}
_DURATION: Final = re.compile(r"([\d.]+)(min|d|m)")


class Mark(NamedTuple):
    """A part of an utterance, and what a click on it copies.

    ``start`` and ``end`` are offsets in the utterance's text, in characters.
    """

    start: int
    end: int
    kind: MarkKind
    copy: str


def marks_of(text: str, names: Collection[str]) -> tuple[Mark, ...]:
    """Return the marks of an utterance, in order, without overlaps.

    Args:
        text: of the utterance.
        names: the people's names of the call.
    """
    found = [
        Mark(one.start, one.end, "date" if one.kind in {"date", "time"} else "number", copied)
        for one in numbers_in(text)
        if telling(one) and not is_loose(text, one) and (copied := _copied(text, one))
    ]
    found += _names(text, names)
    marks: list[Mark] = []
    for mark in sorted(found):
        if not marks or mark.start >= marks[-1].end:
            marks.append(mark)
    return tuple(marks)


def _names(text: str, names: Collection[str]) -> Iterator[Mark]:
    for name in names:
        at = text.find(name)
        while at >= 0:
            if not (at and "가" <= text[at - 1] <= "힣"):  # not inside a longer word
                yield Mark(at, at + len(name), "name", name)
            at = text.find(name, at + len(name))


def _copied(text: str, number: Number) -> str:
    """Return a number as it is written into a form: 이만 삼천 원 is 23,000원.

    What was written in figures is copied as it stands.
    """
    written = text[number.start : number.end].strip()
    if number.kind == "phone":
        return _telephone(number.value)
    if _DIGIT.search(written):
        return written
    if number.kind == "amount":
        figures, _, rest = number.value.partition(".")
        return f"{int(figures):,}{'.' + rest if rest else ''}원" if figures.isdigit() else written
    if number.kind == "date":
        return _date(number.value)
    if number.kind == "count" and (duration := _DURATION.fullmatch(number.value)):
        return duration[1] + _DURATIONS[duration[2]]
    return number.value


def _date(value: str) -> str:
    if whole := _DATE.fullmatch(value):
        year, month, day = whole.groups()
        if year:
            return f"{year}-{int(month):02d}-{int(day):02d}"
        return f"{int(month)}월 {int(day)}일"
    return value.replace("mo", "월").replace("y", "년")


def _telephone(digits: str) -> str:
    if len(digits) == 8:
        return f"{digits[:4]}-{digits[4:]}"
    if not 9 <= len(digits) <= 11 or not digits.isdigit():
        return digits
    area = 2 if digits.startswith("02") else 3
    return f"{digits[:area]}-{digits[area:-4]}-{digits[-4:]}"
