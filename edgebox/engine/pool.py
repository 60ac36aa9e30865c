"""One model's slots: who holds cells, what is kept for its prefix, who may start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from edgebox.engine.prefix import Retained, common_length, evictable, longest

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable

    from edgebox.engine.sequence import Sequence

KEEP_FROM = 32
"""Shorter sequences are not worth a slot: reading them again costs one step."""


class Cells(Protocol):
    """The part of a model that moves KV cells."""

    slots: int
    context_tokens: int

    def copy_prefix(self, source: int, target: int, length: int) -> None: ...
    def truncate(self, slot: int, length: int = 0) -> None: ...


def _will_share(sequence: Sequence, other: Sequence) -> bool:
    """Whether another sequence is about to read a beginning that this one needs as well."""
    limit = min(other.prompt_length, sequence.prompt_length - 1)
    if other.position >= limit - KEEP_FROM:
        return False
    return common_length(sequence.tokens, other.tokens, limit) > other.position + KEEP_FROM


class Pool:
    """Slots of one model.

    Args:
        cells: the model.
        parallel: active sequences of each class (interactive, backlog) at a time.
        retained: finished sequences kept for their prefix, pinned ones aside.
    """

    def __init__(self, cells: Cells, *, parallel: int, retained: int) -> None:
        self._cells = cells
        self._parallel = parallel
        self._limit = retained
        self._free = list(range(cells.slots - 1, -1, -1))
        self._retained: list[Retained] = []

    @staticmethod
    def slots_needed(parallel: int, retained: int, pinned: int) -> int:
        """Sequence ids to give a model for these numbers."""
        return 2 * parallel + retained + pinned

    def start(self, sequence: Sequence, running: Iterable[Sequence], now: float) -> bool:
        """Give a sequence a slot and whatever prefix is there; False to keep it waiting.

        A sequence starts only while everything it may not push aside could grow to
        its full length beside it: for the backlog that is whatever runs, for people
        waiting the other people. So nobody is ever sent back twice for the same room.
        The backlog also waits for a neighbour that is reading the same beginning.
        """
        mine = [s for s in running if s.role == sequence.role]
        if sum(s.interactive == sequence.interactive for s in mine) >= self._parallel:
            return False
        beside = [s for s in mine if s.interactive or not sequence.interactive]
        held = sum(s.need for s in beside) + self._pinned_cells()
        if beside and held + sequence.need > self._cells.context_tokens:
            return False
        if not sequence.interactive and any(_will_share(sequence, other) for other in mine):
            return False
        if not self._free and not self.evict():
            return False
        slot = self._free.pop()
        source, shared = longest(sequence.tokens, self._candidates(mine))
        if source is not None:
            self._cells.copy_prefix(source, slot, shared)
            for entry in self._retained:
                if entry.slot == source:
                    entry.used = now
        sequence.slot = slot
        sequence.position = shared
        sequence.cached = min(shared, sequence.prompt_length)
        return True

    def peek(self, prompt: array[int]) -> int:
        """How many leading tokens of a prompt are kept now.

        Safe from other threads: it reads a snapshot of the list, and an entry's
        tokens never change.
        """
        kept = ((e.slot, e.tokens, len(e.tokens)) for e in tuple(self._retained))
        return longest(prompt, kept)[1]

    def retain(self, sequence: Sequence, now: float) -> None:
        """A sequence ended: keep its prompt's cells for the next one that begins the same way.

        Not what it generated (a call that goes on is sent again with more text, not with our
        summary), and nothing of the backlog, whose calls are over: every step pays for every
        cell that is kept, also the steps of others.
        """
        if sequence.slot is None:
            return
        kept = min(sequence.position, sequence.prompt_length)
        wanted = sequence.pin or (sequence.keep and sequence.interactive)
        if kept < KEEP_FROM or not wanted:
            self.release(sequence)
            return
        tokens = sequence.tokens[:kept]
        self._cells.truncate(sequence.slot, kept)
        for entry in list(self._retained):
            if not entry.pinned and common_length(tokens, entry.tokens, len(tokens)) == len(
                entry.tokens
            ):
                self._forget(entry)  # wholly contained in the new one
        self._retained.append(Retained(sequence.slot, tokens, now, pinned=sequence.pin))
        sequence.slot = None
        if sum(not entry.pinned for entry in self._retained) > self._limit:
            self.evict()

    def adopt(self, slot: int, tokens: array[int], now: float) -> None:
        """Keep cells that were filled outside any sequence (the measurement's)."""
        self._free.remove(slot)
        self._retained.append(Retained(slot, tokens, now))

    def release(self, sequence: Sequence) -> None:
        """Take a sequence's cells away."""
        if sequence.slot is not None:
            self._cells.truncate(sequence.slot)
            self._free.append(sequence.slot)
            sequence.slot = None

    def evict(self) -> bool:
        """Forget the least recently used prefix; False when none can go."""
        entry = evictable(self._retained)
        if entry is None:
            return False
        self._forget(entry)
        return True

    def cells(self, running: Iterable[Sequence]) -> int:
        """Upper bound of KV cells in use; shared prefixes are counted once per holder."""
        return sum(len(e.tokens) for e in self._retained) + sum(
            s.position for s in running if s.slot is not None
        )

    def _candidates(self, running: list[Sequence]) -> Iterable[tuple[int, array[int], int]]:
        for entry in self._retained:
            yield entry.slot, entry.tokens, len(entry.tokens)
        for sequence in running:
            if sequence.slot is not None:
                yield sequence.slot, sequence.tokens, sequence.position

    def _pinned_cells(self) -> int:
        return sum(len(entry.tokens) for entry in self._retained if entry.pinned)

    def _forget(self, entry: Retained) -> None:
        self._retained.remove(entry)
        self._cells.truncate(entry.slot)
        self._free.append(entry.slot)
