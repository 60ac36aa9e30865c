"""Who gets the small model's next seconds: admission by measured speed.

The engine's time is one queue. A newcomer's work must fit before its own deadline
and into the slack of everybody already admitted; when it does not, the box says so
at once instead of breaking somebody's promise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from edgebox.consultation.budget import Speeds
from edgebox.errors import BoxBusy

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.engine_client import RoleHealth
    from edgebox.settings import QuickSettings

Priority = Literal["high", "normal", "low"]

LEAST_READING: dict[Priority, int] = {"high": 64, "normal": 128, "low": 256}
"""Prompt tokens below which a summary is not worth promising; over capacity sooner for ``low``."""

ANSWER_TOKENS = 56
"""A two-sentence Korean summary in the models here, measured; adapted to what comes out."""

ASK_TOKENS = 32
"""The instruction after the transcript and the turn markers: never in the cache."""

SPARE = 1.3
"""Of the reading that the length suggests: texts differ in tokens a character."""

_WEIGHT = 0.1  # of a new answer's length in the running mean


@dataclass(slots=True, eq=False)
class Ticket:
    """A place in the engine's next seconds.

    Attributes:
        arrived: monotonic seconds at which the request came in.
        work: engine seconds reserved for it.
        started: monotonic seconds at which its turn was expected to begin.
    """

    owner: Admission
    transcript: str
    priority: Priority
    arrived: float
    work: float
    started: float

    def release(self) -> None:
        """Give the place back; harmless when done twice."""
        self.owner.release(self)


class Admission:
    """The queue of engine time.

    Args:
        settings: deadline, margin and limits.
        role: the small model as the engine last described it, or None.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        settings: QuickSettings,
        role: Callable[[], RoleHealth | None],
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._role = role
        self._clock = clock
        self._tickets: list[Ticket] = []
        self._busy_until = 0.0
        self._answer_tokens = float(ANSWER_TOKENS)

    def __len__(self) -> int:
        return len(self._tickets)

    @property
    def budget(self) -> float:
        """Seconds from arrival in which the model's part must be over."""
        return self._settings.deadline_seconds - self._settings.margin_seconds

    @property
    def expected_tokens(self) -> int:
        """Tokens that an answer is expected to have."""
        return min(round(self._answer_tokens), self._settings.max_tokens)

    def admit(self, transcript: str, priority: Priority, arrived: float) -> Ticket:
        """Reserve engine time, or refuse at once.

        Args:
            transcript: the whole text.
            priority: ``low`` is refused sooner, ``high`` makes do with less.
            arrived: monotonic seconds.

        Raises:
            BoxBusy: no time is left for one more; says when there will be.
        """
        now = self._clock()
        if len(self._tickets) >= self._settings.max_in_flight:
            raise BoxBusy("Too many summaries at once. Try again.", retry_after=1)
        work = 0.0
        if (role := self._role()) is not None:
            speeds = Speeds.of(role)
            together = len(self._tickets) + 1
            answering = speeds.answering_seconds(self.expected_tokens, together)
            least = min(LEAST_READING[priority], len(transcript)) + ASK_TOKENS
            available = self._available(arrived, now)
            own = arrived + self.budget - now
            own -= speeds.writing_seconds(self.expected_tokens, together)
            if self._tickets and least / speeds.prefill_tps > min(available - answering, own):
                raise BoxBusy(
                    "Every second of the model is taken. Try again, or send fewer at once.",
                    retry_after=max(1, math.ceil(self._busy_until - now)),
                )
            wanted = SPARE * len(transcript) * role.tokens_per_char + ASK_TOKENS
            reading = min(wanted / speeds.prefill_tps, max(0.0, available - answering))
            work = answering + reading
        start = max(now, self._busy_until)
        self._busy_until = start + work
        ticket = Ticket(self, transcript, priority, arrived, work, start)
        self._tickets.append(ticket)
        return ticket

    def revise(self, ticket: Ticket, work: float) -> None:
        """The work of a ticket is known better now."""
        ticket.work = work
        self._settle()

    def release(self, ticket: Ticket) -> None:
        """A summary is done or given up; its unused time is free again."""
        if ticket in self._tickets:
            self._tickets.remove(ticket)
            self._settle()

    def answered(self, tokens: int) -> None:
        """Learn the length of a complete answer."""
        self._answer_tokens += _WEIGHT * (tokens - self._answer_tokens)

    def _settle(self) -> None:
        """Work turned out smaller than reserved: the engine is free sooner."""
        now = self._clock()
        left = sum(t.work - max(0.0, now - t.started) for t in self._tickets)
        self._busy_until = min(self._busy_until, now + max(0.0, left))

    def _available(self, arrived: float, now: float) -> float:
        """Engine seconds that a newcomer may use."""
        first = min([t.arrived for t in self._tickets] + [arrived])
        return first + self.budget - max(now, self._busy_until)
