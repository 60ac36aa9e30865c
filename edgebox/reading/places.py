"""Where a call has its stamps, and what of a line is left without them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.reading import stamps

if TYPE_CHECKING:
    from edgebox.reading.candidates import Candidate
    from edgebox.reading.headers import Line


class Places(NamedTuple):
    """Where this call has its stamps: most of its turns have one there, and not one turn alone.

    Attributes:
        bare: a clock at the beginning of a line.
        lead: a stamp behind a label.
        whole: a stamp on a line of its own.
        last: how many stand at the end of a line.
        clocks: a clock with seconds on a line of its own, twice or more.
    """

    bare: bool
    lead: bool
    whole: bool
    last: int
    clocks: bool


def places_of(
    lines: list[Line], begins: list[int], candidates: list[Candidate | None], *, bare: bool
) -> Places:
    """Return where the stamps are; ``begins`` are the places behind the labels, 0 without one."""
    pairs = list(zip(lines, begins, strict=True))
    whole = sum(begin == 0 and _is_stamp(line.text) for line, begin in pairs)
    turns = sum(begin > 0 for begin in begins) or len(lines) - whole
    last = [_stamps_behind(line.text) for line in lines]

    def most(count: int) -> bool:
        return count > 1 and count * 2 > turns

    lead = sum(begin > 0 and _stamp_at(line.text, begin) is not None for line, begin in pairs)
    lead += sum(
        begin > 0 and one is not None and one.moment > 0
        for begin, one in zip(begins, candidates, strict=True)
    )
    deepest = next((n for n in (3, 2, 1) if most(sum(one >= n for one in last))), 0)
    clocks = sum(_WHOLE.match(line.text.strip()) is not None for line in lines)
    return Places(bare, most(lead), turns == 0 or most(whole), deepest, clocks > 1)


def behind_brackets(line: str, label: Candidate, places: Places) -> int:
    """Return where the text begins behind a label in brackets and what may be its stamp."""
    moment = line[label.moment : label.text].strip(" \t:：*_")
    sure = _SURE.match(moment) or (line[label.text :].strip() and _CLOCK_ALONE.fullmatch(moment))
    return label.text if places.lead or sure else label.moment


def without_stamps(line: str, begin: int, places: Places) -> tuple[int, int]:
    """Return the part of a line that was said, from ``begin``."""
    end = len(line.rstrip())
    labelled = begin > 0
    first = True
    while True:
        while begin < end and line[begin] in " \t":
            begin += 1
        match = _stamp_at(line, begin)
        if match is None:
            break
        rest = line[match.end() : end].strip() != ""
        if labelled:
            sure = _SURE.match(match[0]) or (rest and _CLOCK_ALONE.fullmatch(match[0]))
            if not (sure or (first and places.lead)):
                break
        elif not (_begins_a_line(match, places, first=first) if rest else _ends(match, places)):
            break
        begin, first = match.end(), False
    end = _before_stamps(line, begin, end, places)
    return begin, len(line[:end].rstrip()) if line[begin:end].strip() else begin


def _before_stamps(line: str, begin: int, end: int, places: Places) -> int:
    """Return where the text from ``begin`` ends, before the stamps at the end of its line."""
    for count in range(3):
        if line[:end].rstrip()[-1:] not in _CLOSING:
            break
        last = _LAST_STAMP.search(line, max(begin, end - 80), end)
        if last is None or not line[begin : last.start()].strip():
            break
        if count >= places.last and not _SURE.match(last[0].strip()):
            break
        end = last.start()
    return end


def _stamp_at(line: str, at: int) -> re.Match[str] | None:
    """Return what may be a stamp at a place of a line."""
    at += len(line) - at - len(line[at:].lstrip(" \t"))
    if at == len(line) or line[at] not in _STAMP_BEGINS:
        return None
    for pattern in (stamps.BRACKETED, stamps.SPAN, stamps.EXACT, stamps.DATED):
        if match := pattern.match(line, at):
            return match
    if at == len(line) - len(line.lstrip()):
        return stamps.BARE.match(line, at)
    return _REST.match(line, at)


def _begins_a_line(match: re.Match[str], places: Places, *, first: bool) -> bool:
    """Return whether what stands before speech, without a label, is a stamp."""
    if match.re is stamps.DATED:
        return match[0].endswith(",")
    return first and places.bare if match.re is stamps.BARE else True


def _ends(match: re.Match[str], places: Places) -> bool:
    """Return whether what a line without a label consists of is a stamp."""
    bare = places.bare and match.re is stamps.BARE
    return (
        places.whole
        or bare
        or _SURE.match(match[0]) is not None
        or (places.clocks and _WHOLE.match(match[0]) is not None)
    )


def _is_stamp(line: str) -> bool:
    match = _stamp_at(line, 0)
    return match is not None and not line[match.end() :].strip()


def _stamps_behind(line: str) -> int:
    """Return how many brackets with a moment stand at the end of a line, three at most."""
    count, end = 0, len(line.rstrip())
    while (
        count < 3
        and line[:end][-1:] in _CLOSING
        and (last := _LAST_STAMP.search(line, max(0, end - 80), end))
        and line[: last.start()].strip()
    ):
        count, end = count + 1, last.start()
    return count


_STAMP_BEGINS: Final = frozenset("0123456789[(<【오새아낮저밤AaPpJFMSOND")
_REST: Final = re.compile(rf"(?:{stamps.BARE.pattern})(?=[ \t]*$)")
"""A clock that is all there is behind a label."""
_CLOSING: Final = frozenset("])>】")
_LAST_STAMP: Final = re.compile(
    rf"(?:[ \t]+|(?<=[.?!])|(?!\())(?:{stamps.BRACKETED.pattern})[ \t]*$"
)
_SURE: Final = re.compile(
    r"[\[<【(]?\s?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3}|[ ]*(?:-->|->|→))"
    r"|[\[<【]\s?(?:00:\d{2}|\d{1,2}:\d{2}:\d{2})\s?[\]>】]"
)
"""A stamp by its form alone: an arrow, parts of seconds, seconds in brackets that are not round."""
_WHOLE: Final = re.compile(r"\d{2}:\d{2}:\d{2}$")
"""A clock with seconds on a line of its own."""
_CLOCK_ALONE: Final = re.compile(r"[\[<【][^()~–/년.-]*[\]>】]")
"""A clock in brackets that are not round: no date, no hours from and to."""
