"""A call that is read while it grows: only its tail, and now and then the whole.

`reading.call.read` learns from the whole call which labels there are and who is who, so only a
whole reading is the reading of a batch. It takes some 2 ms for 1,000 characters, too much for each
line of a hundred calls. So a line is read with a few utterances before it, and the whole call
whenever it has grown by half: all whole readings together cost three readings of the last one.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from edgebox.language.names import names_of_call
from edgebox.live.marks import Mark, marks_of
from edgebox.reading.call import Call, Utterance, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.reading.roles import Speaker

WHOLE_BELOW: Final = 400
"""Characters up to which a call is read whole each time."""
GROWTH: Final = 1.5
"""Factor by which a call grows until it is read whole again."""
OPEN: Final = 2
"""Utterances at the end that what follows may still change."""
CONTEXT: Final = 4
"""Utterances before these that are read again with them: they show which labels there are."""

_UTTERANCE_BYTES: Final = 320
"""Of an utterance beside its text: objects, offsets, its place in a list."""
_MARK_BYTES: Final = 240


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance of a call in progress, with what can be copied from it."""

    utterance: Utterance
    marks: tuple[Mark, ...]

    def shown(self) -> dict[str, Any]:
        """Return the utterance as a screen gets it."""
        return {
            "speaker": self.utterance.speaker,
            "text": self.utterance.text,
            "start_ms": None,
            "marks": [mark._asdict() for mark in self.marks],
        }

    @property
    def cost(self) -> int:
        """Bytes of memory that it takes."""
        copied = sum(_MARK_BYTES + sys.getsizeof(mark.copy) for mark in self.marks)
        return _UTTERANCE_BYTES + sys.getsizeof(self.utterance.text) + copied


class Growing:
    """What was read of one call. Not for two threads at once.

    Attributes:
        heard: the utterances, with the indices of the whole call.
        read: characters that they stand for.
        said: how many of the utterances are those of people.
        bytes: memory of the utterances.
    """

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.read = self.said = self.bytes = 0
        self._whole_at = 0
        self._roles: dict[str, Speaker] = {}
        self._names: frozenset[str] = frozenset()

    def add(self, text: str, *, whole: bool = False) -> int:
        """Read a call that has grown.

        Args:
            text: the whole call so far; what was read before is its beginning.
            whole: read all of it again, as a batch would.

        Returns:
            The index from which on the utterances have changed.
        """
        if whole or len(text) <= WHOLE_BELOW or len(text) >= self._whole_at:
            kept, call = 0, read(text)
            self._whole_at = int(len(text) * GROWTH)
            self._roles = {one.label.lower(): one.speaker for one in call.utterances if one.label}
            self._names = names_of_call(call)
            new: Sequence[Utterance] = call.utterances
        else:
            kept, new = self._tail(text)
        before = self.heard
        first = kept
        while (
            first < len(before)
            and first - kept < len(new)
            and before[first].utterance == new[first - kept]
        ):
            first += 1
        fresh = [Heard(one, marks_of(one.text, self._names)) for one in new[first - kept :]]
        self.bytes += sum(one.cost for one in fresh) - sum(one.cost for one in before[first:])
        self.heard = [*before[:first], *fresh]
        self.said = sum(one.utterance.speaker != "system" for one in self.heard)
        self.read = len(text)
        return first

    def _tail(self, text: str) -> tuple[int, Sequence[Utterance]]:
        """Return how many utterances stay, and those that follow."""
        kept = max(0, len(self.heard) - OPEN)
        context = max(0, kept - CONTEXT)
        begin = self.heard[context].utterance.start if self.heard else 0
        call = read(text[begin:])
        border = self.heard[kept].utterance.start - begin if self.heard else 0
        self._names |= names_of_call(Call(call.utterances))
        return kept, [
            replace(
                one,
                start=one.start + begin,
                end=one.end + begin,
                speaker=self._speaker(one),
            )
            for one in call.utterances
            if one.start >= border
        ]

    def _speaker(self, one: Utterance) -> Speaker:
        """Return who speaks: what the whole call said of a label counts more than its tail."""
        known = self._roles.get(one.label.lower()) if one.label else None
        return one.speaker if known is None or one.speaker == "system" else known
