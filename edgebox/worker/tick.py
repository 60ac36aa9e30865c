"""When the backlog runs, callbacks go out and old words are removed.

Who wakes it is ``wakeups.py``; what there is to do is in our own tables, and looked up
there each time.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from edgebox.errors import EdgeBoxError, StoreError, where
from edgebox.worker.wakeups import WakeUps, quietly

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.settings import BatchSettings, Settings
    from edgebox.store.db import Store

log = logging.getLogger("edgebox.tick")

PERIOD = 60.0
"""Seconds between the ticks that happen whether or not anybody asks."""

_WORKERS = 4  # a run that takes an hour, deliveries, retention, and one to answer wake-ups
_HEALTH_SECONDS = 10.0
_ATTEND_SECONDS = 1.0


def should_run(
    pending: int,
    oldest_pending_at: float | None,
    last_run_started_at: float | None,
    now: float,
    settings: BatchSettings,
) -> bool:
    """Whether the backlog runs now.

    1. Nothing waits: no.
    2. ``min_pending`` or more wait: yes.
    3. No run ever, or none that ended by itself: yes. After a crash, and on a new box,
       nobody waits for a quarter of an hour.
    4. The last run started ``max_wait_seconds`` ago or earlier: yes. Likewise when it lies
       in the future: the clock was set back.
    5. The oldest has waited ``max_wait_seconds``: yes, whatever runs there were.
    6. Otherwise no.

    Args:
        pending: consultations that could be claimed now.
        oldest_pending_at: when the oldest of them was submitted, Unix seconds.
        last_run_started_at: Unix seconds; None where there was none, or it was cut short.
        now: Unix seconds.
        settings: ``min_pending`` and ``max_wait_seconds``.
    """
    if pending <= 0:
        return False
    if pending >= settings.min_pending or last_run_started_at is None:
        return True
    if not 0 <= now - last_run_started_at < settings.max_wait_seconds:
        return True
    return oldest_pending_at is not None and now - oldest_pending_at >= settings.max_wait_seconds


class Once:
    """Runs a piece of work in one thread at a time and misses no request for it.

    A call while the work goes on returns at once, and the work is done once more after it.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._wanted = threading.Event()
        self._busy = threading.Lock()

    def __call__(self) -> None:
        """Do the work now, or have the thread that is at it do it again."""
        self._wanted.set()
        while self._wanted.is_set() and self._busy.acquire(blocking=False):
            try:
                self._wanted.clear()
                self._work()
            finally:
                self._busy.release()


class Ticker:
    """Decides at every tick, and has the work done.

    Args:
        store: what waits and what is due.
        settings: all of them.
        run: works the backlog once; returns when it is done. Its argument is the trigger.
        deliver: sends what is due; returns when nothing is being sent.
        on_tick: called each minute that a tick was carried out, by Huey's threads.
        retain: removes what has been kept long enough; returns after some seconds.
        clock: Unix seconds.
        monotonic: seconds that no clock setting moves.

    Raises:
        StoreError: Huey's file cannot be used.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        run: Callable[[str], None],
        deliver: Callable[[], None],
        on_tick: Callable[[], None] = lambda: None,
        retain: Callable[[], object] = lambda: None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._settings = settings
        self._run = run
        self._deliver = deliver
        self._clock = clock
        self._monotonic = monotonic
        self._waiting_since: float | None = None
        self._alarm_at = 0.0
        self._clock_seen_at = 0.0
        self._stopping = threading.Event()
        self._asked = threading.Event()
        self._on_tick = on_tick
        self._ticked_at = time.monotonic()
        self._beside: list[threading.Thread] = []
        self.look = self._guarded("the backlog was not worked", self._batch)
        """Looks at the backlog now, on this thread, and works it if it is time."""
        self._send = self._guarded("callbacks were not sent", self._deliveries)
        self._remove = self._guarded("nothing was removed", retain)

        def run_now() -> None:
            self._asked.set()
            self.look()

        self._wakeups = WakeUps.of_worker(
            settings.huey_database,
            batch=self.look,
            run_now=run_now,
            deliver=self._send,
            retain=self._remove,
            on_tick=self._ticked,
        )

    def consume(
        self,
        stopped: Callable[[float], bool],
        *,
        attend: Callable[[], None] = lambda: None,
        stop_work: Callable[[], None] = lambda: None,
        shutdown_seconds: float = 20.0,
    ) -> bool:
        """Tick until told to stop, starting with what is due now.

        Args:
            stopped: waits at most so many seconds, True when it is time to stop.
            attend: called every second meanwhile.
            stop_work: then called, to have ``run`` and ``deliver`` end soon.
            shutdown_seconds: how long they may take.

        Returns:
            Whether they ended in that time.
        """
        consumer = self._wakeups.consumer(_WORKERS, shutdown_seconds)
        consumer.start()
        self.wake()
        self.wake_deliveries()
        quietly(self._wakeups.retain)
        try:
            looked_at = time.monotonic()
            while not stopped(_ATTEND_SECONDS):
                attend()
                self._tick_without_huey()
                if time.monotonic() - looked_at > _HEALTH_SECONDS:
                    looked_at = time.monotonic()
                    consumer.check_worker_health()
        finally:
            self._stopping.set()
            stop_work()
            until = time.monotonic() + shutdown_seconds
            consumer.stop(graceful=True)
            for thread in self._beside:
                thread.join(max(0.0, until - time.monotonic()))
            threads = [*self._beside, *(thread for _, thread in consumer.worker_threads)]
            ended = not any(thread.is_alive() for thread in threads)
            self._wakeups.close()
        return ended

    def _tick_without_huey(self) -> None:
        """Tick all the same where Huey cannot write its own wake-ups: the disk is full."""
        now = time.monotonic()
        if now - self._ticked_at < 1.5 * PERIOD:
            return
        self._ticked_at = now
        log.warning("no wake-up could be left for a while (is the disk full?): looking without one")
        self._beside = [thread for thread in self._beside if thread.is_alive()]
        for work in (self.look, self._send, self._remove):
            self._beside.append(threading.Thread(target=work, daemon=True))
            self._beside[-1].start()
        self._on_tick()

    def _ticked(self) -> None:
        self._ticked_at = time.monotonic()
        self._on_tick()

    def wake(self) -> None:
        """Have the backlog looked at, by another thread, within about a second; never raises."""
        quietly(self._wakeups.batch)

    def wake_deliveries(self) -> None:
        """Have the outbox looked at, by another thread, within about a second; never raises."""
        quietly(self._wakeups.deliver)

    def wake_deliveries_if_due(self) -> None:
        """The same, but only when a callback is due now."""
        try:
            due = self._store.outbox.next_due()
        except StoreError:
            return  # the next tick sees it
        if due is not None and due <= self._clock():
            self.wake_deliveries()

    def _guarded(self, failed: str, work: Callable[[], object]) -> Once:
        """Work for one thread at a time, none once the worker stops; an error is a log line."""

        def carry_out() -> None:
            if self._stopping.is_set():
                return
            try:
                work()
            except EdgeBoxError as error:
                log.warning("%s: %s", failed, error.detail)
            except Exception as error:  # noqa: BLE001 - the next tick tries again
                log.error("%s: %s", failed, where(error))  # noqa: TRY400

        return Once(carry_out)

    def _batch(self) -> None:
        waiting = self._store.consultations
        asked = self._asked.is_set()
        self._asked.clear()  # before looking: whoever asks from here on gets another look
        pending, oldest = waiting.pending_count(), waiting.oldest_pending_at()
        last = self._store.runs.last()
        started = last.started_at if last and last.finished_at is not None else None
        if trigger := self._trigger(pending, oldest, started, asked=asked):
            self._waiting_since = None
            self._run(trigger)
            self.wake_deliveries_if_due()

    def _trigger(
        self, pending: int, oldest: float | None, started: float | None, *, asked: bool
    ) -> str:
        """Why the backlog runs now; empty: it does not.

        A quarter of an hour is one of this process's own time too, whatever happens to the
        clock on the wall.
        """
        settings, now = self._settings.batch, self._monotonic()
        if pending <= 0:
            self._waiting_since = None
            return ""
        if self._waiting_since is None:
            self._waiting_since = now
        if asked:
            return "asked"
        waited = now - self._waiting_since >= settings.max_wait_seconds
        if waited or should_run(pending, oldest, started, self._clock(), settings):
            return "size" if pending >= settings.min_pending else "time"
        return ""

    def _deliveries(self) -> None:
        self._look_at_the_clock()
        self._deliver()
        self._set_alarm()

    def _look_at_the_clock(self) -> None:
        now = self._clock()
        if 0 <= now - self._clock_seen_at < PERIOD / 2:
            return
        self._clock_seen_at = now
        if back := self._store.clock.look():
            log.warning("the clock was set back by %.0f s: callbacks wait that much less", back)

    def _set_alarm(self) -> None:
        """Come back when the next callback is due, if that is before the next tick."""
        due, now = self._store.outbox.next_due(), self._clock()
        if due is None or due - now >= PERIOD:
            return
        if now < self._alarm_at <= due:
            return  # one that rings earlier is set and will set the next
        self._alarm_at = due
        self._wakeups.deliver(delay=max(0.0, due - now))
