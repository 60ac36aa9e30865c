"""The worker's three jobs: process the backlog, deliver callbacks, remove what is too old.

A job looks at our own tables each time and decides what there is to do; ticks and wake-ups
(``worker.py``) only say when to look. Each run of the first two has its own event loop: jobs run in
Huey's threads, which have none.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, TypeVar

from edgebox.errors import StoreError
from edgebox.schedule import should_run
from edgebox.worker.job import CALLBACKS, PERIOD, RUN, Job

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from edgebox.callbacks.delivery import Deliverer
    from edgebox.settings import BatchSettings
    from edgebox.store.db import Store
    from edgebox.worker.liveness import Liveness
    from edgebox.worker.retain import Retainer
    from edgebox.worker.runner import Runner
    from edgebox.worker.wakeups import WakeUps

log = logging.getLogger("edgebox.worker")

T = TypeVar("T")


async def _watched(liveness: Liveness, name: str, work: Awaitable[T]) -> T:
    """Await ``work``, and report progress while the event loop keeps running."""
    async with liveness.beating(name):
        return await work


class Backlog(Job):
    """Starts a run when ``schedule.py`` says so, and for what somebody waits for at once.

    Args:
        store: what waits, and when the last run was.
        settings: how many are to wait, and how long.
        runner: makes the runs.
        liveness: where a run reports progress.
        clock: Unix seconds.
        monotonic: seconds that setting the clock does not move.
    """

    name = "backlog"
    failure = "the backlog was not processed"

    def __init__(
        self,
        store: Store,
        settings: BatchSettings,
        runner: Runner,
        liveness: Liveness,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._store = store
        self._settings = settings
        self._runner = runner
        self._liveness = liveness
        self._clock = clock
        self._monotonic = monotonic
        self._waiting_since: float | None = None

    def run(self, *, forced: bool = False) -> None:
        super().run(forced=forced)
        self._runner.look()  # it may be in the middle of a run, in another thread

    def stop(self) -> None:
        super().stop()
        self._runner.stop()

    def _look(self) -> None:
        if trigger := self._became_due():
            self._run(trigger, None)
        elif self._store.consultations.wanted_count():
            self._run("asked", self._became_due)

    def _run(self, trigger: str, due: Callable[[], str] | None) -> None:
        """Make a run. What was asked for and not done, for want of an engine, is asked again."""
        counts = asyncio.run(_watched(self._liveness, RUN, self._runner.run(trigger, due)))
        if trigger == "asked" and due is None and not counts.drained:
            self._forced.set()

    def _became_due(self) -> str:
        """Return why the backlog is due by now, or an empty text."""
        forced = self._forced.is_set()
        self._forced.clear()  # before looking: a request from now on gets another look
        try:
            due = self._trigger(forced=forced)
        except StoreError:
            if forced:
                self._forced.set()
            raise
        if due:
            self._waiting_since = None
        return due

    def _trigger(self, *, forced: bool) -> str:
        """Return why the backlog is processed now: asked, size or time; empty if it is not.

        The maximum wait is also measured on the monotonic clock, so setting the clock cannot
        extend it.
        """
        settings, waiting = self._settings, self._store.consultations
        pending, oldest = waiting.pending_count(), waiting.oldest_pending_at()
        if pending <= 0:
            self._waiting_since = None
            return ""
        now = self._monotonic()
        if self._waiting_since is None:
            self._waiting_since = now
        if forced:
            return "asked"
        last = self._store.runs.last()
        started = last.started_at if last and last.finished_at is not None else None
        waited = now - self._waiting_since >= settings.max_wait_seconds
        if waited or should_run(pending, oldest, started, self._clock(), settings):
            return "size" if pending >= settings.min_pending else "time"
        return ""


class Deliveries(Job):
    """Sends the callbacks that are due.

    Args:
        store: the outbox.
        deliverer: sends them.
        wakeups: where it asks to look again.
        liveness: where it reports progress.
        clock: Unix seconds.
    """

    name = "deliveries"
    failure = "callbacks were not sent"

    def __init__(
        self,
        store: Store,
        deliverer: Deliverer,
        wakeups: WakeUps,
        liveness: Liveness,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._store = store
        self._deliverer = deliverer
        self._wakeups = wakeups
        self._liveness = liveness
        self._clock = clock
        self._alarm_at = 0.0
        self._clock_checked_at = 0.0

    def stop(self) -> None:
        super().stop()
        self._deliverer.stop()

    def wake_if_due(self) -> None:
        """Ask for a look, in another thread, if a callback is due now; never raises."""
        try:
            due = self._store.outbox.next_due()
        except StoreError:
            return  # the next tick sees it
        if due is not None and due <= self._clock():
            self._wakeups.deliveries()

    def _look(self) -> None:
        now = self._clock()
        if not 0 <= now - self._clock_checked_at < PERIOD / 2:
            self._clock_checked_at = now
            if back := self._store.clock.look():
                log.warning("the clock was set back by %.0f s: callbacks wait that much less", back)
        counts = asyncio.run(_watched(self._liveness, CALLBACKS, self._deliverer.deliver_due()))
        if counts.delivered or counts.retried or counts.dead:
            log.info("callbacks: %s", counts)
        # Look again when the next one is due, if that is before the next tick and no
        # earlier alarm is set, which would set the next.
        due, now = self._store.outbox.next_due(), self._clock()
        if due is not None and due - now < PERIOD and not now < self._alarm_at <= due:
            self._alarm_at = due
            self._wakeups.deliveries(delay=max(0.0, due - now))


class Retention(Job):
    """Removes what has been kept long enough."""

    name = "retention"
    failure = "nothing was removed"

    def __init__(self, retainer: Retainer) -> None:
        super().__init__()
        self._retainer = retainer

    def stop(self) -> None:
        super().stop()
        self._retainer.stop()

    def _look(self) -> None:
        self._retainer.run()
