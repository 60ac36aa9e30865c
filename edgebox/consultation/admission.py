"""Admission by measured speed: whether a summary can be finished by its deadline.

The engine's time is one queue. The work of a new request must fit before its own deadline and
into the slack of every request already admitted. If it does not, it is refused at once, so that
no admitted request misses its deadline.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from edgebox.consultation.budget import ASK_TOKENS
from edgebox.errors import BoxBusy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from edgebox.consultation.engine_monitor import EngineMonitor
    from edgebox.engine_client import RoleHealth
    from edgebox.settings import QuickSettings

Priority = Literal["high", "normal", "low"]

LEAST_READING: dict[Priority, int] = {"high": 64, "normal": 128, "low": 256}
"""Prompt tokens that must be readable for a summary to be admitted: a ``low`` request is refused
sooner than a ``high`` one."""

ANSWER_TOKENS = 56
"""A two-sentence Korean summary of the models here, measured; adapted to the answers that come."""

SPARE = 1.3
"""Factor on the estimated reading time. Above 1, because texts differ in tokens per character."""

CAUTION = 0.9
"""Share of the time left that reading may use: measured speed varies by about a tenth from call to
call."""

_WEIGHT = 0.1  # of a new answer's length in the running mean


@dataclass(slots=True, eq=False)
class Ticket:
    """A place in the engine's next seconds.

    Attributes:
        arrived: monotonic seconds at which the request arrived.
        work: engine seconds reserved for it.
        started: monotonic seconds at which its turn was expected to begin.
        call_date: the day of the call, if it is known.
        cache_salt: what was read is shared only between calls of the same salt.
    """

    owner: Admission
    transcript: str
    priority: Priority
    arrived: float
    work: float
    started: float
    call_date: date | None = None
    cache_salt: str = ""

    def release(self) -> None:
        """Give the place back. Releasing a ticket twice is harmless."""
        self.owner.release(self)


class Admission:
    """The queue of engine time.

    Args:
        settings: deadline, margin and limits.
        monitor: the small model's speeds.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        settings: QuickSettings,
        monitor: EngineMonitor,
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._monitor = monitor
        self._clock = clock
        self._tickets: list[Ticket] = []
        self._busy_until = 0.0
        self._answer_tokens = float(ANSWER_TOKENS)

    def __len__(self) -> int:
        self._drop_ended()
        return len(self._tickets)

    @property
    def budget(self) -> float:
        """Seconds from the arrival until the model must be done."""
        return self._settings.deadline_seconds - self._settings.margin_seconds

    @property
    def expected_tokens(self) -> int:
        """Tokens that an answer is expected to have."""
        return min(round(self._answer_tokens), self._settings.max_tokens)

    def admit(self, transcript: str, priority: Priority, arrived: float) -> Ticket:
        """Reserve engine time, or refuse at once.

        Args:
            transcript: the whole text.
            priority: ``low`` is refused sooner, ``high`` accepts less time.
            arrived: monotonic seconds.

        Raises:
            BoxBusy: there is no time for one more summary. It says when there will be.
        """
        now = self._clock()
        if len(self) >= self._settings.max_in_flight:
            raise BoxBusy("Too many summaries at once. Try again.", retry_after=1)
        work = 0.0
        if (role := self._monitor.role("slm")) is not None:
            together = len(self._tickets) + 1
            answering = role.answering_seconds(self.expected_tokens, together)
            least = min(LEAST_READING[priority], len(transcript)) + ASK_TOKENS
            first = min([ticket.arrived for ticket in self._tickets] + [arrived])
            available = first + self.budget - max(now, self._busy_until)
            own = arrived + self.budget - now
            own -= role.writing_seconds(self.expected_tokens, together)
            if self._tickets and least / role.prefill_tps > min(available - answering, own):
                raise BoxBusy(
                    "The model has no time left for another summary before its deadline. "
                    "Try again, or send fewer requests at once.",
                    retry_after=max(1, math.ceil(self._busy_until - now)),
                )
            wanted = SPARE * len(transcript) * role.tokens_per_char + ASK_TOKENS
            reading = min(wanted / role.prefill_tps, max(0.0, available - answering))
            work = answering + reading
        start = max(now, self._busy_until)
        self._busy_until = start + work
        ticket = Ticket(self, transcript, priority, arrived, work, start)
        self._tickets.append(ticket)
        return ticket

    def readable_tokens(self, ticket: Ticket, role: RoleHealth) -> int:
        """Return the prompt tokens that can be read in a ticket's time, before its answer."""
        now = self._clock()
        left = ticket.arrived + self.budget - now - max(0.0, ticket.started - now)
        own = CAUTION * (left - role.writing_seconds(self.expected_tokens, len(self)))
        # Not more than was reserved: the rest of the time is promised to others.
        reserved = max(0.0, ticket.work - self.answering_seconds(role))
        return role.readable_tokens(min(own, reserved))

    def answering_seconds(self, role: RoleHealth) -> float:
        """Return the engine time that one of the answers in progress takes."""
        return role.answering_seconds(self.expected_tokens, len(self))

    def revise(self, ticket: Ticket, work: float) -> None:
        """Replace the engine seconds reserved for a ticket by a better figure."""
        ticket.work = work
        self._settle()

    def release(self, ticket: Ticket) -> None:
        """Free the place and the unused time of a summary that is done or given up."""
        if ticket in self._tickets:
            self._tickets.remove(ticket)
            self._settle()

    def answered(self, tokens: int) -> None:
        """Learn the length of a complete answer."""
        self._answer_tokens += _WEIGHT * (tokens - self._answer_tokens)

    def _drop_ended(self) -> None:
        """Free the places whose time in the engine has passed, whoever still holds them.

        A client that does not read its answer, or any leak, would otherwise count as a summary
        without slack, and keep every other one out.
        """
        ended = self._clock() - self.budget
        if any(ticket.arrived <= ended for ticket in self._tickets):
            self._tickets = [ticket for ticket in self._tickets if ticket.arrived > ended]
            self._settle()

    def _settle(self) -> None:
        """Let the engine be free sooner if less work is left than was reserved.

        A ticket that takes longer than was reserved gives none of the others' time away.
        """
        now = self._clock()
        left = sum(max(0.0, t.work - max(0.0, now - t.started)) for t in self._tickets)
        self._busy_until = min(self._busy_until, now + left)
