"""Admission by measured speed: whether a summary can be finished by its deadline.

The engine's time is one queue. The work of a new request must fit before its own deadline and
into the slack of every request already admitted. If it does not, it is refused at once, so that
no admitted request misses its deadline, in whatever order the engine takes them.

A client may use all the time that no other client needs. So a request beyond its client's share
must leave room for the next requests of every client that is below its own (`shares.py`), and the
engine takes it after theirs. A request is within the share if its client has no other in the queue
and has used less than its share lately. ``priority`` orders only what is within the shares.

Where a machine is so slow that no room can be left, a request within its client's share that finds
none takes the time of others' requests beyond theirs, the latest first, and then of those of
clients that flood the engine. Those are answered at once with what is written by then: they were
promised an answer in time, and have one.

What nobody asked for gives way: it takes no time, no place and no share from the others, the engine
interrupts it for them, and it is given up once it cannot be whole by its deadline.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from edgebox.consultation.budget import ASK_TOKENS
from edgebox.consultation.shares import Need, Shares
from edgebox.consultation.ticket import (
    BEYOND_SHARE,
    ENGINE_PRIORITY,
    GIVES_WAY,
    Priority,
    Ticket,
)
from edgebox.errors import BoxBusy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgebox.consultation.engine_monitor import EngineMonitor
    from edgebox.engine_client import RoleHealth
    from edgebox.settings import QuickSettings

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

RESERVED = 0.5
"""Share of the budget, and of the places, that is kept for clients below their share at most."""

AT_ONCE = 0.9
"""Share of the budget that is left of a request that has just arrived."""

_WEIGHT = 0.1  # of a new answer's length in the running mean


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
        self._tickets: list[Ticket] = []  # in the order in which the engine takes them
        self._worked_until = clock()
        self._shares = Shares()
        self._answer_tokens = float(ANSWER_TOKENS)

    def __len__(self) -> int:
        self._advance()
        return len(self._tickets)

    @property
    def promised(self) -> float:
        """Engine seconds that the admitted summaries still need."""
        self._advance()
        return sum(ticket.left for ticket in self._tickets)

    @property
    def budget(self) -> float:
        """Seconds from the arrival until the model must be done."""
        return self._settings.deadline_seconds - self._settings.margin_seconds

    @property
    def expected_tokens(self) -> int:
        """Tokens that an answer is expected to have."""
        return min(round(self._answer_tokens), self._settings.max_tokens)

    def admit(
        self,
        transcript: str,
        priority: Priority,
        arrived: float,
        client: str = "",
        *,
        gives_way: bool = False,
    ) -> Ticket:
        """Reserve engine time, or refuse at once.

        Args:
            transcript: the whole text.
            priority: ``low`` is refused sooner, ``high`` accepts less time.
            arrived: monotonic seconds.
            client: whose it is.
            gives_way: nobody asked for it.

        Raises:
            BoxBusy: there is no time for one more summary. It says when there will be.
        """
        now = self._clock()
        self._advance()
        whole = 0.0
        if gives_way:
            work, reading = self._time_for(transcript, priority, arrived, self._tickets)
            urgency = GIVES_WAY
        else:
            whole = self._whole(transcript)
            self._shares.ask(client, len(transcript), now)
            queued = any(ticket.client == client for ticket in self._firm)
            within = self._is_within_share(client, now, queued=queued)
            pressing = queued or self._shares.is_early(client, now)
            if pressing:
                self._shares.want(client, whole, now)
            work, reading = self._time_of_client(
                transcript, priority, arrived, client, within=within
            )
            if not pressing:
                self._shares.want(client, whole, now)
            urgency = ENGINE_PRIORITY[priority] if within else BEYOND_SHARE
        ticket = Ticket(self, transcript, priority, arrived, work, reading, client, urgency, whole)
        self._tickets.append(ticket)
        self._tickets.sort(key=lambda one: one.engine_priority)  # stable: then by arrival
        self._give_up_late(now)
        return ticket

    def readable_tokens(self, ticket: Ticket, role: RoleHealth) -> int:
        """Return the prompt tokens that can be read in a ticket's time, before its answer.

        What is before it is the reading of others: their answers are written together with its own.
        """
        self._advance()
        before = 0.0
        for other in self._tickets:
            if other is ticket:
                break
            before += other.reading_left
        left = ticket.arrived + self.budget - self._clock() - before
        together = max(1, len(self._firm))
        own = CAUTION * (left - role.writing_seconds(self.expected_tokens, together))
        # Not more than was reserved: the rest of the time is promised to others.
        return role.readable_tokens(min(own, ticket.reading))

    def answering_seconds(self, role: RoleHealth) -> float:
        """Return the engine time that one of the answers in progress takes."""
        return role.answering_seconds(self.expected_tokens, max(1, len(self._firm)))

    def is_alone(self, ticket: Ticket) -> bool:
        """Return whether nobody else's summary is being made that would not give way to it."""
        self._advance()
        return all(other is ticket or other.gives_way for other in self._tickets)

    def revise(self, ticket: Ticket, work: float) -> None:
        """Replace the engine seconds reserved for a ticket by a better figure."""
        self._advance()
        ticket.work = work

    def release(self, ticket: Ticket) -> None:
        """Free the place and the unused time of a summary that is done or given up."""
        self._advance()
        if ticket in self._tickets:
            self._end(ticket)

    def answered(self, tokens: int) -> None:
        """Learn the length of a complete answer."""
        self._answer_tokens += _WEIGHT * (tokens - self._answer_tokens)

    def _time_of_client(
        self, transcript: str, priority: Priority, arrived: float, client: str, *, within: bool
    ) -> tuple[float, float]:
        """Return what `_time_for` does, and give up those whose place the request takes.

        Args:
            transcript: the whole text.
            priority: of the request.
            arrived: monotonic seconds.
            client: whose the request is.
            within: whether it is within its client's share.

        Raises:
            BoxBusy: there is no time for it, or no place.
        """
        now = self._clock()
        before = self._firm
        needs = [] if within else self._shares.needs_besides(client, now)
        may_displace = within and self._is_in_time(transcript, priority, arrived)
        displaced: list[Ticket] = []
        while True:
            try:
                found = self._time_for(
                    transcript,
                    priority,
                    arrived,
                    before,
                    needs=needs,
                    not_had=_not_had(before, displaced),
                )
                break
            except BoxBusy as busy:
                last = self._displaced(before, client, now) if may_displace else None
                if last is None:
                    self._shares.refuse(client, now + (busy.retry_after or 0))
                    raise
                before.remove(last)
                displaced.append(last)
        for ticket in displaced:
            self._give_up(ticket)
        return found

    def _time_for(
        self,
        transcript: str,
        priority: Priority,
        arrived: float,
        before: list[Ticket],
        *,
        needs: Sequence[Need] = (),
        not_had: float = 0.0,
    ) -> tuple[float, float]:
        """Return the engine seconds for a summary behind others, and those of them for reading.

        Args:
            transcript: the whole text.
            priority: of the request.
            arrived: monotonic seconds.
            before: what is in the queue and comes first.
            needs: of other clients, for which room is left.
            not_had: engine seconds that those before it may not have had after all.

        Raises:
            BoxBusy: there is no time for it, or no place.
        """
        now = self._clock()
        places = self._settings.max_in_flight
        if len(before) >= places - min(len(needs), int(RESERVED * places)):
            raise BoxBusy("Too many summaries at once. Try again.", retry_after=1)
        if (role := self._monitor.role("slm")) is None:
            return 0.0, math.inf
        together = len(before) + 1
        answering = role.answering_seconds(self.expected_tokens, together)
        queued = sum(ticket.left for ticket in before) + not_had
        first = min([ticket.arrived for ticket in before] + [arrived])
        available = first + self.budget - now - queued - self._reserve(needs, role)
        own = arrived + self.budget - now
        own -= role.writing_seconds(self.expected_tokens, together)
        least = _least(transcript, priority) / role.prefill_tps
        if before and least > min(available - answering, own):
            raise BoxBusy(
                "The model has no time left for another summary before its deadline. "
                "Try again, or send fewer requests at once.",
                retry_after=max(1, math.ceil(queued)),
            )
        wanted = _wanted(len(transcript), role) / role.prefill_tps
        reading = min(wanted, max(0.0, available - answering))
        return answering + reading, reading

    @property
    def _firm(self) -> list[Ticket]:
        """What does not give way."""
        return [ticket for ticket in self._tickets if not ticket.gives_way]

    def _give_up_late(self, now: float) -> None:
        """Give up what gives way and would end after its deadline now."""
        queued = 0.0
        for ticket in list(self._tickets):  # what gives way is last
            queued += ticket.left
            if ticket.gives_way and now + queued > ticket.arrived + self.budget:
                queued -= ticket.left
                self._give_up(ticket)

    def _give_up(self, ticket: Ticket) -> None:
        """Take a ticket's place away.

        Its client is charged all of its time. Charged what it had, of two clients that flood a slow
        box each would be within its share by turns, and the others' requests refused.
        """
        self._end(ticket)
        ticket.given_up = True
        if ticket.on_given_up is not None:
            ticket.on_given_up()

    def _whole(self, transcript: str) -> float:
        """Return the engine seconds that a summary of the whole text is expected to take."""
        if (role := self._monitor.role("slm")) is None:
            return 0.0
        reading = _wanted(len(transcript), role) / role.prefill_tps
        return min(self.budget, role.answering_seconds(self.expected_tokens, 1) + reading)

    def _is_in_time(self, transcript: str, priority: Priority, arrived: float) -> bool:
        """Whether a request has come as soon as it needs the engine, had it that to itself.

        Where the machine is too slow for any summary, nothing is late that has just arrived.
        """
        if (role := self._monitor.role("slm")) is None:
            return True
        needed = role.writing_seconds(self.expected_tokens, 1)
        needed += _least(transcript, priority) / role.prefill_tps
        return arrived + self.budget - self._clock() >= min(needed, AT_ONCE * self.budget)

    def _displaced(self, before: list[Ticket], client: str, now: float) -> Ticket | None:
        """Return the ticket whose place a request within its client's share takes, if there is one.

        Args:
            before: what is in the queue.
            client: whose the request is.
            now: the time.
        """
        others = [ticket for ticket in reversed(before) if ticket.client != client]
        for ticket in others:
            if ticket.is_beyond_share:
                return ticket
        flooding = [t for t in others if self._shares.floods(t.client, t.whole, client, now)]
        return max(flooding, key=lambda one: self._shares.wanted(one.client, now), default=None)

    def _is_within_share(self, client: str, now: float, *, queued: bool) -> bool:
        """Whether a request is within its client's share, if another of it is queued or not."""
        if len(self._shares) == 1:
            return True
        return not queued and self._shares.is_below(client, now)

    def _reserve(self, needs: Sequence[Need], role: RoleHealth) -> float:
        """Return the seconds to leave for what other clients may ask for next.

        That is one call of each, and as many as each asks for at its rate while the engine's oldest
        ticket is in the queue: they have to fit into its slack. Where not even one short call
        fits into what may be reserved, nothing is.
        """
        if not needs:
            return 0.0
        answering = role.answering_seconds(self.expected_tokens, len(self._firm) + 2)
        most = RESERVED * self.budget
        if answering + (LEAST_READING["normal"] + ASK_TOKENS) / role.prefill_tps > most:
            return 0.0
        seconds = (
            (1 + need.rate * self.budget)
            * (answering + _wanted(need.characters, role) / role.prefill_tps)
            for need in needs
        )
        return min(most, sum(seconds))

    def _advance(self) -> None:
        """Count the engine's work until now, and end the tickets whose time has passed.

        The engine works on one ticket after the other. One that takes longer than was reserved
        gives none of the others' time away. One whose time has passed ends here, whoever still
        holds it: a client that does not read its answer, or any leak, would otherwise count as a
        summary without slack, and keep every other one out.
        """
        now = self._clock()
        worked, self._worked_until = now - self._worked_until, now
        for ticket in self._tickets:
            part = min(worked, ticket.left)
            ticket.done += part
            worked -= part
        for ticket in [t for t in self._tickets if t.arrived <= now - self.budget]:
            self._end(ticket)

    def _end(self, ticket: Ticket) -> None:
        """Take a ticket out.

        It may have been done before its turn: what it was not yet taken to have had, others were
        taken to have had in its place.
        """
        self._tickets.remove(ticket)
        had = ticket.left
        for other in self._tickets:
            part = min(had, other.done)
            other.done -= part
            had -= part
        if not ticket.gives_way:
            self._shares.charge(ticket.client, ticket.work, self._clock())


def _not_had(before: list[Ticket], displaced: list[Ticket]) -> float:
    """Return the engine seconds that those who give up may have had in place of others."""
    return min(sum(ticket.left for ticket in displaced), sum(ticket.done for ticket in before))


def _least(transcript: str, priority: Priority) -> int:
    """Return the prompt tokens that must be readable for a summary to be admitted."""
    return min(LEAST_READING[priority], len(transcript)) + ASK_TOKENS


def _wanted(characters: int, role: RoleHealth) -> float:
    """Return the prompt tokens that reading a whole call is expected to take."""
    return SPARE * characters * role.tokens_per_char + ASK_TOKENS
