"""When the backlog runs and callbacks go out. The only file that knows Huey.

Huey is the clock and the wake-up: its tasks carry nothing, and each of them looks at our
own tables to decide what there is to do. So a lost task costs at most a minute (the
periodic one), a doubled task does nothing twice, and deleting Huey's file loses nothing.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

from huey import SqliteHuey, crontab
from huey.consumer import Consumer

from edgebox.errors import EdgeBoxError, StoreError, where
from edgebox.store.connection import create_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from edgebox.config import BatchSettings, Settings
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
        on_tick: Callable[[], None] | None = None,
        retain: Callable[[], object] = lambda: None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._settings = settings
        self._run = run
        self._deliver = deliver
        self._retain = retain
        self._clock = clock
        self._monotonic = monotonic
        self._waiting_since: float | None = None
        self._alarm_at = 0.0
        self._clock_seen_at = 0.0
        self._stopping = threading.Event()
        self._asked = threading.Event()
        self._on_tick = on_tick or _nothing
        self._ticked_at = time.monotonic()
        self._send, self._remove = Once(self._deliveries), Once(self._retention)
        self.look = Once(self._batch)
        """Looks at the backlog now, on this thread, and works it if it is time."""

        def run_now() -> None:
            self._asked.set()
            self.look()

        _renew_if_damaged(settings.huey_database)
        create_file(settings.huey_database)  # mode 0600 first: Huey unpickles what it reads
        try:
            self._queue = _Queue(
                settings.huey_database,
                batch=self.look,
                run_now=run_now,
                deliver=self._send,
                on_tick=self._ticked,
                retain=self._remove,
            )
        except sqlite3.Error:
            raise StoreError(
                f"Cannot use {settings.huey_database}. It holds wake-ups only: remove it and "
                "start again."
            ) from None

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
        consumer = _Consumer(
            self._queue.huey,
            workers=_WORKERS,
            max_delay=1.0,
            flush_locks=True,
            shutdown_timeout=shutdown_seconds,
        )
        consumer.start()
        self.wake()
        self.wake_deliveries()
        _quietly(self._queue.retain)
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
            consumer.stop(graceful=True)
            ended = not any(thread.is_alive() for _, thread in consumer.worker_threads)
            self._queue.huey.storage.close()
        return ended

    def _tick_without_huey(self) -> None:
        """Tick all the same where Huey cannot write its own wake-ups: the disk is full."""
        now = time.monotonic()
        if now - self._ticked_at < 1.5 * PERIOD:
            return
        self._ticked_at = now
        log.warning("no wake-up could be left for a while (is the disk full?): looking without one")
        for work in (self.look, self._send, self._remove):
            threading.Thread(target=work, daemon=True).start()
        self._on_tick()

    def _ticked(self) -> None:
        self._ticked_at = time.monotonic()
        self._on_tick()

    def wake(self) -> None:
        """Have the backlog looked at, by another thread, within about a second; never raises."""
        _quietly(self._queue.batch)

    def wake_deliveries(self) -> None:
        """Have the outbox looked at, by another thread, within about a second; never raises."""
        _quietly(self._queue.deliver)

    def wake_deliveries_if_due(self) -> None:
        """The same, but only when a callback is due now."""
        try:
            due = self._store.outbox.next_due()
        except StoreError:
            return  # the next tick sees it
        if due is not None and due <= self._clock():
            self.wake_deliveries()

    def _batch(self) -> None:
        if self._stopping.is_set():
            return
        try:
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
        except EdgeBoxError as error:
            log.warning("the backlog was not worked: %s", error.detail)
        except Exception as error:  # noqa: BLE001 - the next tick tries again
            log.error("the backlog was not worked: %s", where(error))  # noqa: TRY400

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
        if self._stopping.is_set():
            return
        try:
            self._look_at_the_clock()
            self._deliver()
            self._set_alarm()
        except EdgeBoxError as error:
            log.warning("callbacks were not sent: %s", error.detail)
        except Exception as error:  # noqa: BLE001 - the next tick tries again
            log.error("callbacks were not sent: %s", where(error))  # noqa: TRY400

    def _look_at_the_clock(self) -> None:
        now = self._clock()
        if 0 <= now - self._clock_seen_at < PERIOD / 2:
            return
        self._clock_seen_at = now
        if back := self._store.clock.look():
            log.warning("the clock was set back by %.0f s: callbacks wait that much less", back)

    def _retention(self) -> None:
        if self._stopping.is_set():
            return
        try:
            self._retain()
        except EdgeBoxError as error:
            log.warning("nothing was removed: %s", error.detail)
        except Exception as error:  # noqa: BLE001 - the next tick tries again
            log.error("nothing was removed: %s", where(error))  # noqa: TRY400

    def _set_alarm(self) -> None:
        """Come back when the next callback is due, if that is before the next tick."""
        due, now = self._store.outbox.next_due(), self._clock()
        if due is None or due - now >= PERIOD:
            return
        if now < self._alarm_at <= due:
            return  # one that rings earlier is set and will set the next
        self._alarm_at = due
        self._queue.deliver(delay=max(0.0, due - now))


def make_wake(
    settings: Settings, *, deliveries: bool = False, force: bool = False
) -> Callable[[], None]:
    """A function that has the worker look at the backlog (or the outbox) now.

    For the processes beside the worker. Cheap (one small commit), callable from any thread,
    never raises: when the wake-up cannot be left, the next tick does without it.

    Args:
        settings: where Huey's file is.
        deliveries: the outbox instead of the backlog.
        force: whatever waits is worked now, without waiting for ``should_run``: somebody
            at a shell waits for it.
    """
    opened: dict[int, _Queue] = {}  # by inode: a worker that found the file damaged made a new one
    lock = threading.Lock()

    def leave() -> None:
        with lock:
            try:
                inode = settings.huey_database.stat().st_ino
            except FileNotFoundError:
                return  # no worker yet: it begins with a look at everything
            if inode not in opened:
                opened.clear()
                opened[inode] = _Queue(settings.huey_database, timeout=1.0)
            queue = opened[inode]
        if force:
            queue.run_now()
        else:
            (queue.deliver if deliveries else queue.batch)()

    return lambda: _quietly(leave)


def _quietly(wake: Callable[[], None]) -> None:
    try:
        wake()
    except (StoreError, sqlite3.Error, OSError) as error:
        log.info("a wake-up was not left: %s", where(error))


def _renew_if_damaged(path: Path) -> None:
    """Remove a file that SQLite cannot read, as after a power cut: it holds wake-ups only."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=5.0)) as db:
            found = db.execute("PRAGMA quick_check").fetchone()
    except sqlite3.OperationalError:
        return  # locked, or no right to it: whoever opens it next says so
    except sqlite3.DatabaseError:
        found = None
    if found == ("ok",):
        return
    log.warning("%s was damaged and is made anew: it holds wake-ups only", path.name)
    for old in (path, path.with_name(f"{path.name}-journal")):
        old.unlink(missing_ok=True)


def _nothing() -> None:
    """The other process does it."""


class _Queue:
    """Huey's file with our two tasks, under the same names in every process that opens it."""

    def __init__(
        self,
        path: Path,
        *,
        batch: Callable[[], None] = _nothing,
        run_now: Callable[[], None] = _nothing,
        deliver: Callable[[], None] = _nothing,
        on_tick: Callable[[], None] = _nothing,
        retain: Callable[[], None] = _nothing,
        timeout: float = 5.0,
    ) -> None:
        self.huey = SqliteHuey(
            "edgebox",
            filename=os.fspath(path),
            results=False,
            fsync=True,
            journal_mode="truncate",  # WAL loses commits on some SQLite versions
            timeout=timeout,
        )

        def batch_task() -> None:
            batch()

        def run_now_task() -> None:
            run_now()

        def deliver_task() -> None:
            deliver()

        def retain_task() -> None:
            retain()

        def minute() -> None:
            self.batch()
            self.deliver()
            self.retain()
            on_tick()

        self._batch = self.huey.task(name="batch")(batch_task)
        self._run_now = self.huey.task(name="run_now")(run_now_task)
        self._deliver = self.huey.task(name="deliver")(deliver_task)
        self._retain = self.huey.task(name="retain")(retain_task)
        self.huey.periodic_task(crontab(), name="minute")(minute)

    def batch(self) -> None:
        """Have the backlog looked at."""
        self.huey.enqueue(self._batch.s())

    def run_now(self) -> None:
        """Have whatever waits worked now."""
        self.huey.enqueue(self._run_now.s())

    def retain(self) -> None:
        """Have what was kept long enough removed."""
        self.huey.enqueue(self._retain.s())

    def deliver(self, *, delay: float = 0.0) -> None:
        """Have the outbox looked at, ``delay`` seconds from now."""
        if delay > 0:
            self._deliver.schedule(delay=delay)
        else:
            self.huey.enqueue(self._deliver.s())


class _Consumer(Consumer):  # type: ignore[misc]
    def _set_signal_handlers(self) -> None:
        """None: the worker process has its own."""
