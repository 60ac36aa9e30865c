"""One model's slots: which sequence holds cells, which prefixes are retained, which may start."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edgebox.engine.sequence import Rank

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable

    from edgebox.engine.model import Model
    from edgebox.engine.sequence import Sequence

PATIENT_PARALLEL = 8
"""Patient sequences at a time, at most: an administrator's ``parallel`` may be less."""

RETAINED_SHARE = 4
"""One in so many of the cells may be held by retained prefixes against the backlog."""

KEEP_FROM = 32
"""Shorter sequences are not worth a slot: reading them again costs one step."""


@dataclass(slots=True)
class Retained:
    """A finished sequence whose cells are kept for prompts that begin the same way.

    Attributes:
        slot: llama.cpp's sequence id that holds the cells.
        tokens: exactly the tokens in those cells.
        used: monotonic seconds of the last use, for least-recently-used eviction.
        pinned: a shared prefix that is never evicted. It is for every salt.
        salt: of the sequence that filled the cells.
        tag: of the sequence that filled the cells.
    """

    slot: int
    tokens: array[int]
    used: float
    pinned: bool = False
    salt: str = ""
    tag: str = ""


class Pool:
    """Slots of one model.

    Args:
        model: its cells are moved by this pool and by nothing else.
        parallel: active sequences of each class at a time; of patient ones no more than
            ``PATIENT_PARALLEL``.
        retained: finished sequences kept for their prefix, not counting pinned ones.
    """

    def __init__(self, model: Model, *, parallel: int, retained: int) -> None:
        self._model = model
        self._parallel = parallel
        self._limit = retained
        self._free = list(range(model.slots - 1, -1, -1))
        self._retained: list[Retained] = []

    @staticmethod
    def slots_needed(parallel: int, retained: int, pinned: int) -> int:
        """Return how many sequence ids a model needs for these numbers."""
        return 2 * parallel + min(parallel, PATIENT_PARALLEL) + retained + pinned

    @property
    def retained(self) -> tuple[Retained, ...]:
        """The retained prefixes now, pinned ones included. Safe to read from any thread."""
        return tuple(self._retained)

    def start(self, sequence: Sequence, running: Iterable[Sequence], now: float) -> bool:
        """Give a sequence a slot and the longest prefix in the cache.

        A sequence starts only while everything that it may not push aside could grow to
        its full length beside it: the sequences of its own class and of the more urgent ones.
        So no sequence is sent back twice for the same room. The cells of a pinned prefix count
        once. A background sequence also leaves retained prefixes their room, up to a share, and
        waits for one that is reading a beginning that both share.

        Returns:
            False if the sequence has to wait.
        """
        mine = [s for s in running if s.role == sequence.role]
        rank = sequence.rank
        limit = min(self._parallel, PATIENT_PARALLEL) if rank is Rank.PATIENT else self._parallel
        if sum(s.rank == rank for s in mine) >= limit:
            return False
        beside = [s for s in mine if s.rank <= rank]
        pinned = [entry.tokens for entry in self._retained if entry.pinned]
        borrowed = _shared(sequence, pinned)
        held = sum(map(len, pinned)) + sum(s.need - s.borrowed for s in beside)
        if rank is Rank.BACKGROUND:  # what was read for people is not pushed out for the backlog
            kept = sum(len(entry.tokens) for entry in self._retained if not entry.pinned)
            held += min(kept, self._model.context_tokens // RETAINED_SHARE)
        if beside and held + sequence.need - borrowed > self._model.context_tokens:
            return False
        if not sequence.interactive and any(_will_share(sequence, other) for other in mine):
            return False
        if not self._free and not self.evict():
            return False
        slot = self._free.pop()
        candidates = _retained_for(sequence.salt, self._retained)
        candidates += [
            (s.slot, s.tokens, s.position)
            for s in mine
            if s.slot is not None and s.salt == sequence.salt
        ]
        source, shared = longest(sequence.tokens, candidates)
        if source is not None:
            self._model.copy_prefix(source, slot, shared)
            for entry in self._retained:
                if entry.slot == source:
                    entry.used = now
        sequence.slot = slot
        sequence.borrowed = min(shared, borrowed)
        sequence.position = shared
        sequence.cached = min(shared, sequence.prompt_length)
        return True

    def peek(self, prompt: array[int], salt: str = "") -> int:
        """Return how many leading tokens of a prompt are retained now for this salt.

        Safe from other threads: it reads a copy of the list, and an entry's tokens
        never change.
        """
        return longest(prompt, _retained_for(salt, self.retained))[1]

    def retain(self, sequence: Sequence, now: float) -> None:
        """Keep an ended sequence's prompt for the next one that begins the same way.

        The generated tokens are not kept: a call in progress is sent again with more text,
        not with our summary. Background sequences are not kept either: their calls are
        over, and every step, of any sequence, pays for every cell that is kept.
        """
        if sequence.slot is None:
            return
        kept = min(sequence.position, sequence.prompt_length)
        wanted = sequence.pin or (sequence.keep and sequence.interactive)
        if kept < KEEP_FROM or not wanted:
            self.release(sequence)
            return
        tokens = sequence.tokens[:kept]
        self._model.truncate(sequence.slot, kept)
        for entry in list(self._retained):
            shared = common_length(tokens, entry.tokens, len(tokens))
            same = not entry.pinned and entry.salt == sequence.salt
            if same and shared == len(entry.tokens):
                self._forget(entry)  # wholly contained in the new one
        self._retained.append(
            Retained(
                sequence.slot,
                tokens,
                now,
                pinned=sequence.pin,
                salt=sequence.salt,
                tag=sequence.tag,
            )
        )
        sequence.slot = None
        if sum(not entry.pinned for entry in self._retained) > self._limit:
            self.evict()

    def adopt(self, slot: int, tokens: array[int], now: float) -> None:
        """Retain cells that the speed measurement filled, outside any sequence."""
        self._free.remove(slot)
        self._retained.append(Retained(slot, tokens, now))

    def release(self, sequence: Sequence) -> None:
        """Free a sequence's slot and cells."""
        if sequence.slot is not None:
            self._model.truncate(sequence.slot)
            self._free.append(sequence.slot)
            sequence.slot = None

    def evict(self) -> bool:
        """Forget the least recently used prefix. Returns False if none can go."""
        entry = evictable(self._retained)
        if entry is None:
            return False
        self._forget(entry)
        return True

    def forget(self, tag: str) -> int:
        """Free the cells that are retained under a tag. Returns how many entries there were."""
        mine = [entry for entry in self._retained if entry.tag == tag and not entry.pinned]
        for entry in mine:
            self._forget(entry)
        return len(mine)

    def cells(self, running: Iterable[Sequence]) -> int:
        """Return an upper bound of KV cells in use: each holder of a shared prefix counts it."""
        return sum(len(e.tokens) for e in self._retained) + sum(
            s.position for s in running if s.slot is not None
        )

    def _forget(self, entry: Retained) -> None:
        self._retained.remove(entry)
        self._model.truncate(entry.slot)
        self._free.append(entry.slot)


def pinned_cells(prefixes: tuple[array[int], ...]) -> int:
    """Return the cells that pinned prefixes hold, each common beginning once."""
    held = 0
    for number, one in enumerate(prefixes):
        shared = (common_length(one, other, len(one)) for other in prefixes[:number])
        held += len(one) - max(shared, default=0)
    return held


def _shared(sequence: Sequence, pinned: Iterable[array[int]]) -> int:
    """Return how many cells of a sequence are those of a pinned prefix."""
    limit = sequence.prompt_length - 1
    return max((common_length(sequence.tokens, one, limit) for one in pinned), default=0)


def common_length(left: array[int], right: array[int], limit: int) -> int:
    """Return how many leading tokens two arrays share, looking at no more than ``limit``."""
    size = min(len(left), len(right), limit)
    if size <= 0:
        return 0
    different = np.nonzero(
        np.frombuffer(left, dtype=np.int32, count=size)
        != np.frombuffer(right, dtype=np.int32, count=size)
    )[0]
    return int(different[0]) if different.size else size


def longest(
    prompt: array[int], candidates: Iterable[tuple[int, array[int], int]]
) -> tuple[int | None, int]:
    """Find the best place to copy a prompt's beginning from.

    The last prompt token is never taken from the cache: it has to be decoded to
    get logits.

    Args:
        prompt: the tokens wanted.
        candidates: (slot, tokens, how many of them are in the cache).

    Returns:
        (slot, shared tokens), or (None, 0) if nothing is shared.
    """
    best: tuple[int | None, int] = (None, 0)
    for slot, tokens, cached in candidates:
        shared = common_length(prompt, tokens, min(cached, len(prompt) - 1))
        if shared > best[1]:
            best = (slot, shared)
    return best


def evictable(retained: Iterable[Retained]) -> Retained | None:
    """Return the entry to forget, or None if all are pinned.

    It is the least recently used one of the salt that has most: a client with many calls does
    not push out the few of another.
    """
    free = [entry for entry in retained if not entry.pinned]
    held = Counter(entry.salt for entry in free)
    return min(free, key=lambda entry: (-held[entry.salt], entry.used)) if free else None


def _retained_for(salt: str, retained: Iterable[Retained]) -> list[tuple[int, array[int], int]]:
    """Return what ``longest`` may copy from: the salt's own entries and the pinned ones."""
    return [(e.slot, e.tokens, len(e.tokens)) for e in retained if e.pinned or e.salt == salt]


def _will_share(sequence: Sequence, other: Sequence) -> bool:
    """Whether ``other`` is about to read a beginning that ``sequence`` needs as well."""
    if other.salt != sequence.salt:
        return False
    limit = min(other.prompt_length, sequence.prompt_length - 1)
    if other.position >= limit - KEEP_FROM:
        return False
    return common_length(sequence.tokens, other.tokens, limit) > other.position + KEEP_FROM
