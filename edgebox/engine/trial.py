"""A trial: how long one model takes to read and to write when it is run in one way."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from edgebox.engine.model import Chunk
from edgebox.models.tuned import Timings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgebox.engine.model import Model

READ = 96
"""Tokens of a prompt. A call as it is summarised has some 350, and takes as long for each."""

WARM = 16
WRITE = 6
TOGETHER = 4
CONTEXT = TOGETHER * WRITE + READ + 32
ROUNDS = 2
"""At least."""


def tried(
    model: Model,
    tokens: Sequence[int],
    *,
    seconds: float,
    clock: Callable[[], float] = time.perf_counter,
) -> Timings:
    """Read and write again and again; return the medians.

    Medians, not the best: beside a busy process it is the usual step that counts.

    Args:
        model: freshly loaded, with TOGETHER slots. Afterwards it holds nothing.
        tokens: at least READ + WRITE real ones, so that the work is typical.
        seconds: after which no other round begins.
        clock: seconds.
    """
    taken: dict[str, list[float]] = {"read": [], "write": [], "together": []}

    def timed(kind: str, chunks: list[Chunk], count: int) -> None:
        began = clock()
        model.decode(chunks)
        taken[kind].append((clock() - began) / count)

    def one_round() -> None:
        timed("read", [Chunk(0, tokens[:READ], 0, logits=1)], READ)
        for at in range(READ, READ + WRITE):
            timed("write", [Chunk(0, tokens[at : at + 1], at, logits=1)], 1)
        model.truncate(0, READ)
        for slot in range(1, TOGETHER):
            model.copy_prefix(0, slot, READ)
        for at in range(READ, READ + WRITE):
            chunks = [Chunk(slot, tokens[at : at + 1], at, logits=1) for slot in range(TOGETHER)]
            timed("together", chunks, TOGETHER)
        for slot in range(TOGETHER):
            model.truncate(slot)

    model.decode([Chunk(0, tokens[:WARM], 0, logits=1)])  # the first touch of the weights
    model.truncate(0)
    began, rounds = clock(), 0
    while rounds < ROUNDS or clock() - began < seconds:
        one_round()
        rounds += 1
    return Timings(**{kind: statistics.median(found) for kind, found in taken.items()})
