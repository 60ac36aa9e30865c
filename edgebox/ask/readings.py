"""Calls as questions need them: read once, indexed, and kept for the next question."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from edgebox.ask.ground import Place
from edgebox.ask.retrieve import Findings, Index
from edgebox.consultation.content import has_content
from edgebox.reading.call import read

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

KEPT_CHARACTERS: Final = 2_000_000
"""Of the calls that are kept, in all: a reading takes some ten times its text in memory."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A call, ready to be asked about.

    Attributes:
        places: the utterances of people with their numbers in the call.
        empty: whether nothing was said in it.
        characters: of the transcript.
    """

    places: tuple[Place, ...]
    index: Index
    empty: bool
    characters: int


class Readings:
    """Two threads, apart from that of the summaries: one reads calls, one works on their text.

    Reading may take seconds, and what is being written must not wait for it.
    """

    def __init__(self) -> None:
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="ask-read")
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="ask-work")
        self._kept: OrderedDict[tuple[str, str, bytes], Reading] = OrderedDict()

    async def work(self, call: Callable[[], T]) -> T:
        """Run something that takes milliseconds."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, call)

    async def read(
        self, client_id: str, consultation_id: str, transcript: str, question: str
    ) -> tuple[Reading, Findings]:
        """Read a call, unless it was read lately, and find what a question is about."""
        return await asyncio.get_running_loop().run_in_executor(
            self._reader, self._read, (client_id, consultation_id), transcript, question
        )

    def forget(self, client_id: str, consultation_id: str) -> None:
        """Forget a client's call, after what is being read now."""
        self._reader.submit(self._forget, (client_id, consultation_id))

    def _forget(self, call: tuple[str, str]) -> None:
        for key in [key for key in self._kept if key[:2] == call]:
            del self._kept[key]

    def _read(
        self, call: tuple[str, str], transcript: str, question: str
    ) -> tuple[Reading, Findings]:
        digest = hashlib.sha256(transcript.encode("utf-8", "replace")).digest()
        key = (*call, digest)
        reading = self._kept.get(key)
        if reading is None:
            reading = self._kept[key] = as_read(transcript)
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and self._characters() > KEPT_CHARACTERS:
            self._kept.popitem(last=False)
        return reading, reading.index.search(question)

    def _characters(self) -> int:
        return sum(reading.characters for reading in self._kept.values())


def as_read(transcript: str) -> Reading:
    """Read a call: text, or turns as JSON."""
    call = read(transcript)
    places = tuple(
        Place(number, one) for number, one in enumerate(call.utterances) if one.speaker != "system"
    )
    index = Index([place.utterance for place in places])
    return Reading(places, index, not has_content(call), len(transcript))
