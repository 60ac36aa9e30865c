"""How many requests another server is sent at once: learned, because its size is not known.

Additive increase, multiplicative decrease (Chiu and Jain 1989, as in TCP), in rounds. A round is as
many answers as there are places, each begun after the last change and ended while all places were
taken.

1. Refused (429, 503, or no answer in time): half of the places, once for all that were under way.
2. A round that was no better for its size: the answers took longer in proportion to their number,
   so the further ones only waited at the server. Back to the number that was as good.
3. Any other round: one more place; twice as many until the first of 1. and 2. (slow start).

After 1. and 2. the number that was too high is not tried again for ``HOLD`` seconds. What a number
of places was worth is forgotten after ``REMEMBERED`` seconds: the server may have been changed.

What is under way is never interrupted: with fewer places, fewer are begun.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

Reason = Literal["refused", "slower"]
REASONS: tuple[Reason, ...] = ("refused", "slower")

HOLD = 600.0
"""Seconds for which a number that was too high is not tried again."""

REMEMBERED = 3600.0
"""Seconds after which the throughput of a number of places is no longer believed."""

FADES = 300.0
"""Seconds in which an earlier round of the same places loses half of its weight."""

SHALLOW = 0.8
"""A round is compared with those of at most this share of its places: the difference to its
neighbour is smaller than the differences between calls."""

GAIN = 0.2
"""Of the throughput that more places would bring if they cost nothing, the share that they have to
bring."""

SHORTEST_ROUND = 6
"""Answers: fewer say too little, because calls differ in length."""


@dataclass(frozen=True, slots=True)
class Place:
    """A request under way.

    Attributes:
        began: monotonic seconds.
        epoch: how often the number of places had changed.
    """

    began: float
    epoch: int


class Concurrency:
    """The places at one server for one role.

    Args:
        least: places that there always are.
        most: places that there are at most.
        clock: monotonic seconds.

    Attributes:
        limit: the places now.
        in_flight: those that are taken.
        cuts: how often there became fewer, by reason.
    """

    def __init__(
        self, least: int, most: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._least, self._most = least, max(least, most)
        self._clock = clock
        self.limit = least
        self.in_flight = 0
        self.cuts: dict[Reason, int] = dict.fromkeys(REASONS, 0)
        self._starting = True
        self._epoch = 0
        self._ceiling, self._ceiling_until = self._most, 0.0
        self._answers, self._seconds, self._work = 0, 0.0, 0.0
        self._rates: dict[int, tuple[float, float]] = {}  # places: work a second, when

    def begin(self) -> Place:
        """Take a place, one too many if none is free."""
        self.in_flight += 1
        return Place(self._clock(), self._epoch)

    def answered(self, place: Place, work: float) -> None:
        """Free the place of a request that was answered.

        Args:
            place: from ``begin``.
            work: in any unit, in proportion to the time that it needs, such as tokens.
        """
        full = self.in_flight >= self.limit
        self.in_flight -= 1
        if place.epoch != self._epoch or not full or work <= 0:
            return
        self._answers += 1
        self._seconds += self._clock() - place.began
        self._work += work
        if self._answers >= max(self.limit, SHORTEST_ROUND):
            self._end_round()

    def refused(self, place: Place) -> None:
        """Free the place of a request that the server had no room or no time for."""
        self.in_flight -= 1
        if place.epoch == self._epoch:  # the others of that time are the same event
            self._hold_under(self.limit - 1)
            self._cut(self.limit // 2, "refused")

    def dropped(self, place: Place) -> None:
        """Free the place of a request whose end says nothing about the server's room."""
        del place
        self.in_flight -= 1

    def _end_round(self) -> None:
        now = self._clock()
        rate = self.limit * self._work / max(self._seconds, 1e-9)
        if known := self._rates.get(self.limit):
            old = 0.5 ** (1 + (now - known[1]) / FADES)
            rate = (1 - old) * rate + old * known[0]
        self._rates[self.limit] = (rate, now)
        self._rates = {
            places: (work, at)
            for places, (work, at) in self._rates.items()
            if now - at <= REMEMBERED
        }
        if (enough := self._enough()) is not None:
            self._hold_under(enough)
            self._cut(enough, "slower")
            return
        wanted = self.limit * 2 if self._starting else self.limit + 1
        top = self._most if now >= self._ceiling_until else min(self._most, self._ceiling)
        self._set(max(self._least, min(wanted, max(top, self.limit))))

    def _enough(self) -> int | None:
        """Return fewer places that are worth as much as those of now, or None."""
        here = self._rates[self.limit][0]
        for places in sorted(self._rates, reverse=True):
            if self._least <= places <= SHALLOW * self.limit:
                needed = 1 + GAIN * (self.limit / places - 1)
                if here < self._rates[places][0] * needed:
                    return places
        return None

    def _hold_under(self, ceiling: int) -> None:
        self._ceiling = max(self._least, ceiling)
        self._ceiling_until = self._clock() + HOLD

    def _cut(self, places: int, reason: Reason) -> None:
        self._starting = False
        places = max(self._least, places)
        if places < self.limit:
            self.cuts[reason] += 1
        self._epoch += 1  # once for all that are under way, even where there is no fewer
        self._set(places)

    def _set(self, places: int) -> None:
        if places != self.limit:
            self.limit = places
            self._epoch += 1
        self._answers, self._seconds, self._work = 0, 0.0, 0.0
