"""How often background steps are aborted, and how much to read in one because of that.

An aborted step has done nothing: llama.cpp keeps no part of it. The longer a step, the faster it
reads, and the likelier somebody more urgent comes before it ends.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_HALF_LIFE: Final = 60.0
"""Seconds of such steps after which what was seen counts half."""

_BEGIN: Final = 10.0
"""Seconds without an abort that are taken for granted at first: one abort is no rule."""

_OVERHEAD: Final = 12
"""Tokens in whose time a step could read if it read nothing: on two cores chunks of 64 are read at
four fifths of the full speed."""


class Interruptions:
    """Counts aborted steps against the seconds in which they could have been aborted.

    With arrivals that know nothing of each other, aborts over seconds is the likeliest rate.
    """

    def __init__(self) -> None:
        self._seconds = _BEGIN
        self._aborted = 0.0

    def ran(self, seconds: float, *, aborted: bool) -> None:
        """Take in a step that gave way.

        Args:
            seconds: for which it ran.
            aborted: it had to.
        """
        keeps = 0.5 ** (seconds / _HALF_LIFE)
        self._seconds = self._seconds * keeps + seconds
        self._aborted = self._aborted * keeps + aborted

    @property
    def rate(self) -> float:
        """Aborts a second of such steps."""
        return self._aborted / self._seconds


def best_size(sizes: Iterable[int], beside: int, tps: float, rate: float) -> int:
    """Return the tokens to read in a step with which most gets done in the end.

    A step of T seconds ends with probability exp(-rate T), and one try takes (1 - exp(-rate T)) /
    rate seconds on average, so n tokens a step are n rate / (exp(rate T) - 1) tokens a second.

    Args:
        sizes: tokens to choose from; 0 only beside others.
        beside: further tokens of the step, those of answers that are being written.
        tps: tokens a second.
        rate: aborts a second.
    """

    def log_goodput(size: int) -> float:
        done = size + beside
        seconds = (done + _OVERHEAD) / tps
        aborts = rate * seconds
        if aborts > _CERTAIN:  # exp would be no number
            return math.log(done * rate) - aborts
        return math.log(done * rate / math.expm1(aborts) if aborts else done / seconds)

    return max(sizes, key=log_goodput)


_CERTAIN: Final = 500.0
"""Aborts in a step's time with which it never ends."""
