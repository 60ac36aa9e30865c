"""Which sequence already in the cache shares the longest beginning with a prompt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable


@dataclass(slots=True)
class Retained:
    """A finished sequence whose cells are kept for whoever begins the same way.

    Attributes:
        slot: llama.cpp's sequence id that holds the cells.
        tokens: exactly the tokens in those cells.
        used: monotonic seconds of the last use, for least-recently-used eviction.
        pinned: a shared prefix that is never evicted.
    """

    slot: int
    tokens: array[int]
    used: float
    pinned: bool = False


def common_length(left: array[int], right: array[int], limit: int) -> int:
    """How many leading tokens two arrays share, looking at no more than ``limit``."""
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
    """The best place to copy a prompt's beginning from.

    The last prompt token is never taken from the cache: it has to be decoded to
    get logits.

    Args:
        prompt: the tokens wanted.
        candidates: (slot, tokens, how many of them are in the cache).

    Returns:
        (slot, shared tokens); (None, 0) when nothing is shared.
    """
    best: tuple[int | None, int] = (None, 0)
    for slot, tokens, cached in candidates:
        shared = common_length(prompt, tokens, min(cached, len(prompt) - 1))
        if shared > best[1]:
            best = (slot, shared)
    return best


def evictable(retained: Iterable[Retained]) -> Retained | None:
    """The least recently used entry that is not pinned."""
    free = [entry for entry in retained if not entry.pinned]
    return min(free, key=lambda entry: entry.used) if free else None
