"""Capacity: how many quick summaries a minute a running box answers within the deadline.

A rate holds if enough of its requests were answered by the model in time. The highest rate that
holds is searched for; `load.py` makes the trials.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from edgebox.lab.bench.report import percentile

Outcome = Literal["success", "partial", "fallback", "refused", "late", "failed"]
OUTCOMES: tuple[Outcome, ...] = ("success", "partial", "fallback", "refused", "late", "failed")
GOOD: frozenset[Outcome] = frozenset({"success", "partial"})
"""Answers of the model, in time."""

FEWEST = 5
"""Requests of a trial, at least: fewer say nothing."""
LONGEST = 120.0
"""Seconds in which the requests of one trial arrive, at most."""
SLOWEST = 60 * FEWEST / LONGEST
"""The lowest rate a minute that is tried."""
STEP = 1.6
"""Factor between two rates while it is unknown on which side of the first one the capacity lies."""
PRECISION = 1.15
"""The search ends when the lowest rate that does not hold is so many times the highest that does,
or less: a trial of some twenty requests tells no more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One request's end.

    Attributes:
        seconds: as the client sees them.
        read: share of the call that the model read, 0 to 1.
        prompt, cached, generated: tokens, as the box counts them.
    """

    outcome: Outcome
    seconds: float
    read: float = 0.0
    prompt: int = 0
    cached: int = 0
    generated: int = 0


@dataclass(slots=True)
class Trial:
    """One rate, tried once.

    Attributes:
        rate: requests a minute.
        planned: requests.
        share: of the requests that have to be good for the rate to hold, 0 to 1.
        answers: of the requests that were sent. There are fewer than planned if the trial was
            ended because it could not hold any more.
    """

    rate: float
    planned: int
    share: float
    answers: list[Answer] = field(default_factory=list)

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many requests ended how."""
        found = Counter(answer.outcome for answer in self.answers)
        return {outcome: found[outcome] for outcome in OUTCOMES}

    @property
    def missed(self) -> int:
        """Requests that the model did not answer in time."""
        return sum(answer.outcome not in GOOD for answer in self.answers)

    @property
    def lost(self) -> bool:
        """Whether the rate cannot hold any more, whatever becomes of the remaining requests."""
        return self.missed > math.floor(self.planned * (1 - self.share) + 1e-9)

    @property
    def holds(self) -> bool:
        """Whether every planned request was sent, and enough were good."""
        return len(self.answers) >= self.planned and not self.lost

    @property
    def p50(self) -> float | None:
        """Median seconds of the answers; None without any."""
        return percentile((a.seconds for a in self.answers if a.outcome != "refused"), 0.5)

    @property
    def p95(self) -> float | None:
        """Nearest-rank 95th percentile of the answers' seconds; None without any."""
        return percentile((a.seconds for a in self.answers if a.outcome != "refused"), 0.95)


class RateSearch:
    """Which rate to try next: up or down by steps, then between what holds and what does not.

    Attributes:
        held: the highest rate that held, or None.
        missed: the lowest rate that did not, or None.

    Args:
        first: rate a minute to begin with.
        highest: the rate that is not exceeded.
    """

    def __init__(self, first: float, highest: float) -> None:
        self.held: float | None = None
        self.missed: float | None = None
        self._highest = max(highest, SLOWEST)
        self._first = min(max(first, SLOWEST), self._highest)

    def next(self) -> float | None:
        """Return the next rate, or None if the search has ended."""
        if self.held is None and self.missed is None:
            return self._first
        if self.missed is None:
            assert self.held is not None  # noqa: S101 - for the type checker
            return min(self.held * STEP, self._highest) if self.held < self._highest else None
        if self.held is None:
            return max(self.missed / STEP, SLOWEST) if self.missed > SLOWEST else None
        if self.missed / self.held <= PRECISION:
            return None
        return math.sqrt(self.held * self.missed)

    def learn(self, rate: float, *, holds: bool) -> None:
        """Take the result of a trial."""
        if holds:
            self.held = rate
        else:
            self.missed = rate


@dataclass(slots=True)
class Found:
    """What a search found, also while it goes on.

    Attributes:
        beside: whether analyses ran at the same time.
        trials: in the order in which they were made; the last one may not have ended.
        held, missed: as in `RateSearch`.
        ended: why the search ended: "found", "highest" (that rate holds, and no higher one was
            tried), "slowest" (not even that rate holds), "time", or empty while it goes on.
        analyses: that were done meanwhile.
        failed_analyses: that were not.
        seconds: of the search.
    """

    beside: bool
    trials: list[Trial] = field(default_factory=list)
    held: float | None = None
    missed: float | None = None
    ended: str = ""
    analyses: int = 0
    failed_analyses: int = 0
    seconds: float = 0.0

    @property
    def at_its_rate(self) -> Trial | None:
        """The trial of the rate that held, or None."""
        return next((trial for trial in self.trials if trial.rate == self.held), None)
