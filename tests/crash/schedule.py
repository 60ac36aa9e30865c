"""What happens when in a campaign: which processes are killed, the link, the clock."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from support.boxes.killed import NAMES, Name

if TYPE_CHECKING:
    from collections.abc import Sequence

CUT = 0.35  # share of the cycles without a link, where there is trouble
JUMPS = 0.25  # share of the cycles that begin with another time
HOURS = (0.0, 25.0, -25.0)


@dataclass(frozen=True)
class Cycle:
    """A wait in seconds, and the processes to kill at once after it.

    Attributes:
        cut: meanwhile the link carries nothing.
        hours: by which the clock is off meanwhile.
    """

    wait: float
    victims: tuple[Name, ...]
    cut: bool
    hours: float


def schedule(seed: int, cycles: int) -> list[Cycle]:
    """Return the kills of a campaign: mostly one process, one time in eight all three."""
    chance, trouble = random.Random(seed), random.Random(-seed - 1)
    made, hours = [], 0.0
    for _ in range(cycles):
        victims: Sequence[Name] = NAMES
        if chance.random() > 1 / 8:
            victims = [chance.choices(NAMES, weights=(1, 2, 3))[0]]
        cut = trouble.random() < CUT
        if trouble.random() < JUMPS:
            hours = trouble.choice(HOURS)
        made.append(Cycle(chance.uniform(0.05, 2.2), tuple(victims), cut, hours))
    return made
