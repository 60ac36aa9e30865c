"""Wake-ups between the processes, and the minute's. The only file that knows Huey.

Huey is the clock and the wake-up: its tasks carry nothing, and what they call looks at our
own tables to decide what there is to do. So a lost task costs at most a minute (the
periodic one), a doubled task does nothing twice, and deleting Huey's file loses nothing.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Self

from huey import SqliteHuey, crontab
from huey.consumer import Consumer

from edgebox.errors import StoreError, where
from edgebox.store.connection import create_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from edgebox.settings import Settings

log = logging.getLogger("edgebox.tick")


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
    opened: dict[int, WakeUps] = {}  # by inode: a worker that found the file damaged made a new one
    lock = threading.Lock()

    def leave() -> None:
        with lock:
            try:
                inode = settings.huey_database.stat().st_ino
            except FileNotFoundError:
                return  # no worker yet: it begins with a look at everything
            if inode not in opened:
                opened.clear()
                opened[inode] = WakeUps(settings.huey_database, timeout=1.0)
            queue = opened[inode]
        if force:
            queue.run_now()
        else:
            (queue.deliver if deliveries else queue.batch)()

    return lambda: quietly(leave)


def quietly(wake: Callable[[], None]) -> None:
    """Leave a wake-up, or say in the log that it could not be left; never raises."""
    try:
        wake()
    except (StoreError, sqlite3.Error, OSError) as error:
        log.info("a wake-up was not left: %s", where(error))


def _remove_if_damaged(path: Path) -> None:
    """A file that SQLite cannot read, as after a power cut, holds nothing to be missed."""
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


class WakeUps:
    """Huey's file with our tasks, under the same names in every process that opens it.

    Args:
        path: the file.
        batch: looks at the backlog.
        run_now: the same, and works whatever waits.
        deliver: looks at the outbox.
        retain: looks at what was kept long enough.
        on_tick: called after each minute's look at all of them.
        timeout: seconds to wait for another writer.
    """

    def __init__(
        self,
        path: Path,
        *,
        batch: Callable[[], None] = _nothing,
        run_now: Callable[[], None] = _nothing,
        deliver: Callable[[], None] = _nothing,
        retain: Callable[[], None] = _nothing,
        on_tick: Callable[[], None] = _nothing,
        timeout: float = 5.0,
    ) -> None:
        self._huey = SqliteHuey(
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

        self._batch = self._huey.task(name="batch")(batch_task)
        self._run_now = self._huey.task(name="run_now")(run_now_task)
        self._deliver = self._huey.task(name="deliver")(deliver_task)
        self._retain = self._huey.task(name="retain")(retain_task)
        self._huey.periodic_task(crontab(), name="minute")(minute)

    @classmethod
    def of_worker(
        cls,
        path: Path,
        *,
        batch: Callable[[], None],
        run_now: Callable[[], None],
        deliver: Callable[[], None],
        retain: Callable[[], None],
        on_tick: Callable[[], None],
    ) -> Self:
        """The worker's own: made where it is missing, and anew where SQLite cannot read it.

        Raises:
            StoreError: the file cannot be used.
        """
        _remove_if_damaged(path)
        create_file(path)  # mode 0600 first: Huey unpickles what it reads
        try:
            return cls(
                path, batch=batch, run_now=run_now, deliver=deliver, retain=retain, on_tick=on_tick
            )
        except sqlite3.Error:
            raise StoreError(
                f"Cannot use {path}. It holds wake-ups only: remove it and start again."
            ) from None

    def consumer(self, workers: int, shutdown_seconds: float) -> Consumer:
        """Who carries the tasks out, in so many threads; not started."""
        return _Consumer(
            self._huey,
            workers=workers,
            max_delay=1.0,
            flush_locks=True,
            shutdown_timeout=shutdown_seconds,
        )

    def close(self) -> None:
        """Close the file."""
        self._huey.storage.close()

    def batch(self) -> None:
        """Have the backlog looked at."""
        self._huey.enqueue(self._batch.s())

    def run_now(self) -> None:
        """Have whatever waits worked now."""
        self._huey.enqueue(self._run_now.s())

    def retain(self) -> None:
        """Have what was kept long enough removed."""
        self._huey.enqueue(self._retain.s())

    def deliver(self, *, delay: float = 0.0) -> None:
        """Have the outbox looked at, ``delay`` seconds from now."""
        if delay > 0:
            self._deliver.schedule(delay=delay)
        else:
            self._huey.enqueue(self._deliver.s())


class _Consumer(Consumer):  # type: ignore[misc]
    def _set_signal_handlers(self) -> None:
        """None: the worker process has its own."""
