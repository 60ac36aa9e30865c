"""Drafts of the summary while a call goes on.

A draft of a growing call is written if, in this order:

1. somebody watches the call;
2. two or more utterances of people came since the last draft;
3. the last one began ``draft_seconds`` ago or more;
4. no other summary is being written, and the engine admits one more that gives way;
5. while analyses wait, as long has passed since the last draft of any call as that one took: where
   drafts alone would fill a machine, analyses have half of their time.

Otherwise the last draft stays, with its age. The clients take turns; of a client the call whose
draft is the oldest is first. So a busy box has fewer drafts, and no summary that an agent asked for
waits for one of these: a draft that can no longer be whole in time is given up, and one that no
model wrote replaces none that a model did. A call that has ended gets one more at once, of high
priority, and a screen may ask for one now.

Drafts are in memory only. What is accepted, and the last one of a call that is on disk, is kept by
the caller's function.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from edgebox.consultation.quick_result import QuickResult
from edgebox.errors import BoxBusy, where
from edgebox.live.drafts import grounds_of, summary_draft
from edgebox.system.times import in_zone

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Awaitable, Callable

    from edgebox.consultation.quick import QuickSummaries
    from edgebox.consultation.ticket import Priority, Ticket
    from edgebox.live.calls import LiveCall, LiveCalls
    from edgebox.live.hub import Hub
    from edgebox.live.readings import Readings

    Keep = Callable[[LiveCall, dict[str, Any]], Awaitable[None]]

log = logging.getLogger("edgebox.live")

NEW_UTTERANCES: Final = 2
TICK_SECONDS: Final = 0.5
RETRY_SECONDS: Final = 1.0


@dataclass(slots=True)
class _Written:
    """What was written of one call.

    Attributes:
        at: monotonic seconds at which the last draft began.
        said: utterances of people that there were then.
        characters: of the call, likewise.
        not_before: monotonic seconds of the next try after a refusal.
        task: writes a draft now.
        low: that one gives way.
    """

    at: float = float("-inf")
    said: int = 0
    characters: int = -1
    not_before: float = float("-inf")
    task: asyncio.Task[None] | None = None
    low: bool = False


class Rolling:
    """The drafts of all calls.

    Args:
        calls: all of them.
        hub: the screens.
        readings: what was read of each call.
        quick: writes summaries.
        every: seconds between two drafts of one call.
        keep: keeps the draft of a call that is on disk.
        clock: Unix seconds.
        monotonic: seconds that never jump.
    """

    def __init__(
        self,
        calls: LiveCalls,
        hub: Hub,
        readings: Readings,
        quick: QuickSummaries,
        *,
        every: float,
        keep: Keep,
        count: Callable[[QuickResult, str], None],
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self._calls = calls
        self._count = count
        self._hub = hub
        self._readings = readings
        self._quick = quick
        self._every = every
        self._keep = keep
        self._clock = clock
        self._monotonic = monotonic
        self._rests_until = float("-inf")
        self._turns: dict[str, float] = {}  # by client: when a draft was last begun
        self._written: WeakKeyDictionary[LiveCall, _Written] = WeakKeyDictionary()
        self._ticking: asyncio.Task[None] | None = None
        self._closed = False
        readings.on_read(lambda _: self._wake())
        hub.on_look(lambda *_: self._wake())

    def now(self, call: LiveCall, priority: Priority = "normal") -> None:
        """Begin a draft of a call at once, unless one that somebody asked for is being written.

        Args:
            call: which one.
            priority: ``low`` if nobody asked for it: it gives way to everybody else.

        Raises:
            BoxBusy: the engine has no time for it. The last draft stays.
        """
        written = self._of(call)
        if written.task is not None and not written.low:
            return
        low = priority == "low"
        ticket = self._quick.admit(
            call.text,
            priority,
            call_date=day_of(call),
            client_id=call.client_id,
            grows=not call.ended,
            gives_way=low,
        )
        if written.task is not None:
            written.task.cancel()
        self._begin(call, written, ticket, low=low)

    def look(self) -> None:
        """Begin what is due now, and look again while more may come."""
        self._wake()
        self.tick()

    def tick(self) -> None:
        """Begin what is due now."""
        now = self._monotonic()
        due = [call for call in self._calls if self._is_due(call, now)]
        for call in sorted(due, key=self._turn):
            if not call.ended and (self._quick.in_flight or self._rests(now)):
                continue
            try:
                self.now(call, "high" if call.ended else "low")
            except BoxBusy as busy:
                self._of(call).not_before = now + (busy.retry_after or RETRY_SECONDS)

    async def close(self) -> None:
        """Write no more."""
        self._closed = True
        tasks = [one.task for one in self._written.values() if one.task is not None]
        tasks += [self._ticking] if self._ticking is not None else []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _rests(self, now: float) -> bool:
        """Return whether analyses have the engine instead of drafts that nobody asked for."""
        return now < self._rests_until and self._quick.beside_analyses

    def _turn(self, call: LiveCall) -> tuple[float, float]:
        return self._turns.get(call.client_id, float("-inf")), self._of(call).at

    def _of(self, call: LiveCall) -> _Written:
        return self._written.setdefault(call, _Written())

    def _is_due(self, call: LiveCall, now: float) -> bool:
        """Return whether a draft of a call is to be begun, whatever else the engine does."""
        written = self._of(call)
        if now < written.not_before or not self._may_come(call, written):
            return False
        if call.ended:
            return True
        said = call.said - written.said
        return said >= NEW_UTTERANCES and now - written.at >= self._every

    def _may_come(self, call: LiveCall, written: _Written) -> bool:
        """Return whether there is more than the last draft saw, and somebody to see another."""
        busy = written.task is not None and not (call.ended and written.low)
        return call.received > written.characters and not busy and self._hub.audience(call) > 0

    def _wake(self) -> None:
        if self._ticking is None and not self._closed:
            self._ticking = asyncio.create_task(self._tick_while_needed())

    async def _tick_while_needed(self) -> None:
        try:
            while any(self._may_come(call, self._of(call)) for call in self._calls):
                self.tick()
                await asyncio.sleep(TICK_SECONDS)
        finally:
            self._ticking = None

    def _begin(self, call: LiveCall, written: _Written, ticket: Ticket, *, low: bool) -> None:
        before = written.at, written.said, written.characters
        began = self._monotonic()
        written.at, written.low = began, low
        self._turns[call.client_id] = written.at
        written.said, written.characters = call.said, call.received
        task = asyncio.create_task(self._write(call, ticket, low=low))
        written.task = task

        def over(_: asyncio.Task[None]) -> None:
            ticket.release()
            if low:
                ended = self._monotonic()
                self._rests_until = 2 * ended - began
            if written.task is task:
                written.task = None
                self._wake()

        def given_up() -> None:
            task.cancel()
            if written.task is task:
                written.at, written.said, written.characters = before
                written.not_before = self._monotonic() + RETRY_SECONDS
                self._taken_back(call)

        ticket.on_given_up = given_up
        task.add_done_callback(over)

    def _taken_back(self, call: LiveCall) -> None:
        """Have the screens forget what they saw of a draft that will not come."""
        self._hub.about(call, _delta(call, "", begins=True))

    async def _write(self, call: LiveCall, ticket: Ticket, *, low: bool) -> None:
        try:
            async with aclosing(self._quick.stream(ticket)) as pieces:
                begins = True
                async for piece in pieces:
                    if not self._calls.holds(call):
                        return  # it was forgotten, and the screens know
                    if isinstance(piece, QuickResult):
                        if low and piece.status == "fallback" and _has_better(call):
                            self._count(piece, call.client_id)
                            self._taken_back(call)
                        else:
                            await self._done(call, piece)
                        return
                    self._hub.about(call, _delta(call, piece, begins=begins))
                    begins = False
        except Exception as error:  # noqa: BLE001 - the call goes on, and so do its other drafts
            log.error("a draft was not written: %s", where(error))  # noqa: TRY400

    async def _done(self, call: LiveCall, result: QuickResult) -> None:
        self._count(result, call.client_id)
        if call.read < call.received:
            await self._readings.whole(call)
        utterances = [one.utterance for one in call.utterances]
        at, on = self._clock(), day_of(call)
        draft_id = f"draft_{secrets.token_hex(12)}"

        def finish() -> dict[str, Any]:
            grounds = None if result.status == "no_content" else grounds_of(utterances, on)
            return summary_draft(draft_id, call.consultation_id, result, grounds, at)

        draft = await asyncio.to_thread(finish)
        call.summaries.append(draft)
        self._calls.recount(call)
        if self._calls.holds(call):
            self._hub.about(call, {"type": "summary.done", "draft": draft})
        if call.batch_id is not None:
            await self._keep(call, draft)


def _delta(call: LiveCall, text: str, *, begins: bool) -> dict[str, Any]:
    return {
        "type": "summary.delta",
        "consultation_id": call.consultation_id,
        "text": text,
        "begins": begins,
    }


def _has_better(call: LiveCall) -> bool:
    """Return whether a model wrote the call's last draft."""
    return bool(call.summaries) and call.summaries[-1]["status"] in {"success", "partial"}


def day_of(call: LiveCall) -> dt.date:
    """Return the day of a call that goes on: that of its first line, in the box's time zone."""
    return in_zone(call.started_at).date()
