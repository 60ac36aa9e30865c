"""The worker: Huey's consumer is its clock and its bell, and runs the jobs.

Its periodic task ticks every minute, and then every job looks for work. API, command line and the
jobs themselves leave wake-ups in between.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from huey import crontab
from huey.consumer import Consumer
from huey.exceptions import HueyException

from edgebox.errors import StoreError
from edgebox.store.connection import create_file
from edgebox.worker.job import PERIOD, TICK
from edgebox.worker.wakeups import Queue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from edgebox.settings import Settings
    from edgebox.worker.job import Job
    from edgebox.worker.liveness import Liveness

log = logging.getLogger("edgebox.worker")

_THREADS = 4  # a run that takes an hour, deliveries, retention, and one to answer wake-ups
_JOIN_SECONDS = 5.0


class Worker(Queue):
    """Runs the jobs from ``start`` to ``stop``; call ``check`` about every second in between.

    The first tick comes with the start. Huey's file is made if it is missing, and again if it is
    damaged.

    Args:
        settings: where Huey's file is.
        jobs: what it runs.
        liveness: where each tick is reported.

    Raises:
        StoreError: Huey's file cannot be used.
    """

    def __init__(self, settings: Settings, jobs: Sequence[Job], liveness: Liveness) -> None:
        path = settings.huey_database
        _remove_if_damaged(path)
        create_file(path)  # mode 0600 first: Huey would leave it to the umask
        try:
            super().__init__(path, timeout=5.0)
        except sqlite3.Error:
            raise StoreError(
                f"Cannot use {path}. It holds wake-ups only: remove it and start again."
            ) from None
        self._jobs = {job.name: job for job in jobs}
        self._liveness = liveness
        self._ticked_at = time.monotonic()
        self.huey.periodic_task(crontab(), name="tick")(self._tick)
        self._consumer = _Consumer(
            self.huey,
            workers=_THREADS,
            max_delay=1.0,
            flush_locks=True,
            shutdown_timeout=_JOIN_SECONDS,
        )

    def start(self) -> None:
        """Start the threads."""
        self._forget_foreign_tasks()
        self._consumer.start()

    def _forget_foreign_tasks(self) -> None:
        """Remove what another version left during an upgrade: each would be an error in the log.

        What is scheduled goes with it: the first tick looks at everything that is due.
        """
        storage = self.huey.storage
        with suppress(sqlite3.Error):  # a full disk: they stay, and each is an error in the log
            known = [data for data in storage.enqueued_items() if self._is_known(data)]
            storage.flush_queue()
            storage.flush_schedule()
            for data in known:
                storage.enqueue(data)

    def _is_known(self, data: bytes) -> bool:
        try:
            self.huey.deserialize_task(data)
        except HueyException:
            return False
        return True

    def run(self, job: str, *, forced: bool) -> None:
        """Run a job on this thread."""
        self._jobs[job].run(forced=forced)

    def check(self) -> None:
        """Replace dead threads, and tick if Huey cannot: it writes a task first, on a full disk."""
        self._consumer.check_worker_health()
        if time.monotonic() - self._ticked_at > 1.5 * PERIOD:
            log.warning("no tick for a while (is the disk full?): the jobs run without one")
            for job in self._jobs.values():
                threading.Thread(target=job.run, daemon=True).start()
            self._ticked()

    def stop(self, seconds: float) -> bool:
        """Stop the jobs and the threads.

        Args:
            seconds: how long the jobs may take to end.

        Returns:
            Whether they ended in that time.
        """
        for job in self._jobs.values():
            job.stop()
        until = time.monotonic() + seconds
        ended = all(job.wait(until - time.monotonic()) for job in self._jobs.values())
        self._consumer.stop(graceful=ended)
        self.huey.storage.close()
        return ended

    def _tick(self) -> None:
        for name in self._jobs:
            self.put(name)
        self._ticked()

    def _ticked(self) -> None:
        self._ticked_at = time.monotonic()
        self._liveness.beat(TICK)


class _Consumer(Consumer):  # type: ignore[misc]
    def _set_signal_handlers(self) -> None:
        """Install none: the worker process has its own."""


def _remove_if_damaged(path: Path) -> None:
    """Remove a file that SQLite cannot read, as after a power cut: nothing in it is missed."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=5.0)) as db:
            found = db.execute("PRAGMA quick_check").fetchone()
    except sqlite3.OperationalError:
        return  # locked, or no right to it: opening it says so
    except sqlite3.DatabaseError:
        found = None
    if found != ("ok",):
        log.warning("%s was damaged and is made again: it holds wake-ups only", path.name)
        for old in (path, path.with_name(f"{path.name}-journal")):
            old.unlink(missing_ok=True)
