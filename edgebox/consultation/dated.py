"""A call with its relative dates written out, as a prompt shows it: 내일(9월 12일).

A small model copies a date that it sees, and works one out badly. Only the prompt is changed:
what the call bears out is decided on its own words.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from edgebox.language.korean import numbers_in

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from edgebox.reading.call import Utterance

_DAY: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_COUNTED: Final = re.compile(r"(?:뒤|후|전|이내|안|만)$")
"""A time counted from something else than the call: 접수하고 3일 뒤."""

_END: Final = re.compile(r"(?:[달해년] ?|[월연])말$")
_LIMIT: Final = re.compile(r" ?(?:까지|부로|자로|기준|일(?![가-힣])|이전)")
"""Behind 이번 달 말: without it some day about the end is meant, and none is named."""

_OF_MONTH: Final = re.compile(r"(?:요일|욜)$")


def with_dates(utterances: Iterable[Utterance], on: dt.date | None) -> list[Utterance]:
    """Return the utterances, each relative date with its date behind it.

    Args:
        utterances: as they were read.
        on: the date of the call. Without it nothing changes.
    """
    if on is None:
        return list(utterances)
    listed = list(utterances)
    text = "\n".join(one.text for one in listed)
    found = deque(_dates(text, on))
    dated, start = [], 0
    for one in listed:
        parts, at, end = [], start, start + len(one.text)
        while found and found[0][0] <= end:
            place, date = found.popleft()
            parts += [text[at:place], f"({date})"]
            at = place
        dated.append(replace(one, text="".join([*parts, text[at:end]])))
        start = end + 1
    return dated


def _dates(text: str, on: dt.date) -> Iterator[tuple[int, str]]:
    """Yield the dates of a call, each with the offset behind its words.

    The call is read as a whole: the week of 목요일이요 was named before it.
    """
    for number in numbers_in(text, on):
        said = text[number.start : number.end]
        relative = number.relative or _OF_MONTH.search(said)
        day = _DAY.fullmatch(number.value) if relative else None
        if day is None or _COUNTED.search(said):
            continue
        if _END.search(said) and not _LIMIT.match(text, number.end):
            continue
        year, month, of_month = map(int, day.groups())
        front = "" if year == on.year else f"{year}년 "
        yield number.end, f"{front}{month}월 {of_month}일"
