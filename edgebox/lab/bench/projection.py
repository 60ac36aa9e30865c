"""The capacity of a machine that is not here, computed from the speeds that it would have.

The engine is taken as one queue, as admission takes it: a summary is refused if it cannot be
finished by its deadline behind those before it. Nothing here was measured on such a machine.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

_ARRIVALS = 4000
_HALVINGS = 24


@dataclass(frozen=True, slots=True)
class Speeds:
    """Tokens a second of the small model.

    Attributes:
        reads: of prompts.
        writes: of one answer.
        writes_together: of several answers in total.
    """

    reads: float
    writes: float
    writes_together: float

    def times(self, factor: float) -> Speeds:
        """Return the speeds of a machine that is so many times as fast."""
        return Speeds(self.reads * factor, self.writes * factor, self.writes_together * factor)


@dataclass(frozen=True, slots=True)
class Work:
    """Tokens of one summary: to read (the engine does not hold them yet), and to write."""

    read: float
    written: float

    def seconds(self, speeds: Speeds) -> float:
        """Return how long a summary takes that is alone."""
        return self.read / speeds.reads + self.written / speeds.writes

    def busy(self, speeds: Speeds) -> float:
        """Return the engine's seconds for one of many."""
        together = max(speeds.writes, speeds.writes_together)
        return self.read / speeds.reads + self.written / together


def highest_rate(work: Work, speeds: Speeds, budget: float, share: float) -> float:
    """Return the summaries a minute of which the share is whole in time; 0 if none can be.

    Args:
        work: of one summary of a call that is read as a whole.
        speeds: of the machine.
        budget: seconds from the arrival until the answer must be done.
        share: that must be, 0 to 1.
    """
    alone, busy = work.seconds(speeds), work.busy(speeds)
    if alone > budget:
        return 0.0
    chance = random.Random(1)  # noqa: S311 - reproducible, not secret
    gaps = [chance.expovariate(1.0) for _ in range(_ARRIVALS)]

    def in_time(rate: float) -> float:
        now = free = 0.0
        good = 0
        for gap in gaps:
            now += gap * 60 / rate
            free = max(free, now)
            if free - now + alone <= budget:
                good += 1
                free += busy
        return good / _ARRIVALS

    low, high = 0.0, 60 / busy / share
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if in_time(middle) >= share:
            low = middle
        else:
            high = middle
    return low
