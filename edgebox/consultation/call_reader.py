"""Reads calls for the summaries that agents wait for, in time and off the event loop.

Reading is Python, so two readings at once take twice as long each, and one cannot be stopped: one
thread reads, and how much of a call it reads is decided when its turn comes, by measured speed.
"""

from __future__ import annotations

import asyncio
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from edgebox.consultation.content import has_content
from edgebox.consultation.excerpts import GAP
from edgebox.consultation.fallback import READ_CHARACTERS, extractive_summary
from edgebox.reading.call import Call, Utterance, read, read_turns
from edgebox.reading.nested import lines_of
from edgebox.reading.recognisers import turns_of
from edgebox.reading.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SHARE: Final = 1 / 3
"""Share of the deadline in which a call is read, with the wait for the readings before it. One
reading takes half of that at most: what comes during it has the other half."""

FIRST_SPEED: Final = 50_000.0
"""Characters a second until a reading was measured. Two cores read 250,000 of ordinary calls, and
15,000 of spoken digits while other processes use both."""

FEWEST: Final = 2_000
"""Characters that are read at least: the request and the settlement of most calls."""

LAST_RESORT: Final = 2_000
"""Characters that are read at the deadline, if the call's turn has not come."""

_MEASURED: Final = 1_000
"""Characters from which a reading is measured."""
_WEIGHT: Final = 0.3
"""Of a faster measurement in the running mean. A slower one counts at once."""
_PER_TURN: Final = 20
"""Characters that a turn costs in addition to its text."""
_SEAM: Final = 200
"""Characters on both sides of what is left out that are read and not used, a quarter of a side at
most: a number through which the cut goes cannot be masked."""
_LINE_END: Final = re.compile(r"\n|\r|\\n|\u2028|\u0085")


@dataclass(frozen=True, slots=True)
class ReadCall:
    """A call, or its opening and its ending, as it was read.

    Attributes:
        said: the utterances of people, with GAP as one of them where the middle was left out.
        empty: whether nothing was said in it.
        fallback: the summary if no model answers.
        length: characters of what was read; the offsets of ``said`` are below it.
        scale: characters of the transcript for one of them.
    """

    said: list[Utterance]
    empty: bool
    fallback: str
    length: int
    scale: float

    def stands_for(self, characters: int) -> int:
        """Return the characters of the transcript that characters of what was read stand for."""
        return round(self.scale * min(characters, self.length))

    @property
    def fallback_used(self) -> int:
        """The characters of the transcript that the fallback was chosen from."""
        return self.stands_for(READ_CHARACTERS)


class CallReader:
    """One thread that reads calls, in the order in which they came.

    Args:
        deadline: seconds from the arrival of a request to its answer.
        clock: monotonic seconds.
    """

    def __init__(self, deadline: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._deadline = deadline
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="readings")
        self._due = ThreadPoolExecutor(1, thread_name_prefix="due")
        self._speed = FIRST_SPEED
        self._waiting = 0

    async def read(self, transcript: str, arrived: float) -> ReadCall:
        """Read a call, or as much of its opening and its ending as can be read in time.

        Args:
            transcript: as received.
            arrived: monotonic seconds at which the request arrived.
        """
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._thread, self._read, transcript, arrived
            )
        finally:
            self._waiting -= 1

    async def last_resort(self, transcript: str) -> ReadCall:
        """Read a little of each end at once, for an answer that is due."""
        return await asyncio.get_running_loop().run_in_executor(
            self._due, read_within, transcript, LAST_RESORT
        )

    def _read(self, transcript: str, arrived: float) -> ReadCall:
        began = self._clock()
        left = arrived + SHARE * self._deadline - began
        seconds = min(left / max(1, self._waiting), SHARE * self._deadline / 2)
        call = read_within(transcript, max(FEWEST, int(seconds * self._speed)))
        took = self._clock() - began
        if call.length >= _MEASURED and took > 0:
            speed = call.length / took
            self._speed = min(speed, self._speed + _WEIGHT * (speed - self._speed))
        return call


def read_within(transcript: str, most: int) -> ReadCall:
    """Read a transcript of at most ``most`` characters whole, of a longer one the two ends."""
    if len(transcript) <= most:
        return _as_read(read(transcript), transcript, None, 1.0)
    turns = turns_of(transcript)
    lines = None if turns is None else lines_of(turns)
    if turns is None or lines is not None:
        text = transcript if lines is None else lines
        head, tail = _ends_of_text(text, most // 2)
        scale = len(transcript) / max(1, len(text))
        return _as_read(read(f"{head}\n{tail}"), f"{head}\n{tail}", len(head), scale)
    kept, cut = _ends_of_turns(turns, most // 2)
    text = "\n".join(turn.text for turn in kept)
    share = min(1.0, _size(kept) / max(1, _size(turns)))
    scale = len(transcript) * share / max(1, len(text))
    return _as_read(read_turns(kept), text, cut, scale)


def _as_read(call: Call, text: str, cut: int | None, scale: float) -> ReadCall:
    """Return what was read of a call whose middle was left out at ``cut``, if it was."""
    shown = call.said
    if cut is not None:
        before, behind = min(_SEAM, cut // 4), min(_SEAM, (len(text) - cut) // 4)
        head = [one for one in call.utterances if one.end <= cut - before]
        tail = [one for one in call.utterances if one.start > cut + behind]
        call = replace(call, utterances=(*head, *tail))
        gap = Utterance("unknown", GAP, cut, cut)
        shown = [*Call(tuple(head)).said, gap, *Call(tuple(tail)).said]
    fallback = extractive_summary(text, utterances=call.said)
    return ReadCall(shown, not has_content(call), fallback, len(text), scale)


def _ends_of_text(text: str, each: int) -> tuple[str, str]:
    """Return the opening and the ending, of whole lines or else words where these are not long."""
    head, tail = text[:each], text[-each:]
    for pattern in (_LINE_END, re.compile(r"\s")):
        ends = [match.start() for match in pattern.finditer(head, each // 2)]
        if ends:
            head = head[: ends[-1]]
            break
    for pattern in (_LINE_END, re.compile(r"\s")):
        if found := pattern.search(tail, 0, each // 2):
            tail = tail[found.end() :]
            break
    return head, tail


def _ends_of_turns(turns: list[Turn], each: int) -> tuple[list[Turn], int | None]:
    """Return the turns of the opening and of the ending, and where they meet in their text."""
    long = each // 2
    turns = [
        Turn(turn.speaker, turn.text[at : at + long])
        for turn in turns
        for at in range(0, max(1, len(turn.text)), long)
    ]
    head = _within(turns, each)
    tail = _within(reversed(turns[len(head) :]), each)[::-1]
    whole = len(head) + len(tail) == len(turns)
    return head + tail, None if whole else sum(len(turn.text) + 1 for turn in head)


def _within(turns: Iterable[Turn], room: int) -> list[Turn]:
    """Return the first turns that fit."""
    kept: list[Turn] = []
    for turn in turns:
        room -= len(turn.text) + _PER_TURN
        if room < 0:
            break
        kept.append(turn)
    return kept


def _size(turns: Iterable[Turn]) -> int:
    return sum(len(turn.text) + _PER_TURN for turn in turns)
