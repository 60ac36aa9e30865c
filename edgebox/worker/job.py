"""What the worker's jobs have in common: one thread at a time, and no request is missed."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from typing import ClassVar

from edgebox.errors import EdgeBoxError, where

log = logging.getLogger("edgebox.worker")

PERIOD = 60.0
"""Seconds between two ticks: looks that need no wake-up."""

TICK, RUN, CALLBACKS = "the tick", "the run", "the callbacks"
STALLED_SECONDS = {TICK: 2.5 * PERIOD, RUN: 120.0, CALLBACKS: 120.0}
"""Seconds without a heartbeat after which each counts as stalled. Generous, because scoring a long
transcript gives no heartbeat until it is done."""


class Job(ABC):
    """Runs in one thread at a time and misses no request.

    Attributes:
        name: what wake-ups call it.
        failure: what the log says when it fails.
    """

    name: ClassVar[str]
    failure: ClassVar[str]

    def __init__(self) -> None:
        self._requested = threading.Event()
        self._forced = threading.Event()
        self._running = threading.Lock()
        self._stopping = threading.Event()

    def run(self, *, forced: bool = False) -> None:
        """Run the job; if it is already running in another thread, have it run once more.

        Never raises: an error is a line in the log, and the next tick tries again.

        Args:
            forced: do what waits even if it is not due yet.
        """
        if forced:
            self._forced.set()
        self._requested.set()
        while self._requested.is_set() and self._running.acquire(blocking=False):
            try:
                self._requested.clear()
                if not self._stopping.is_set():
                    self._look()
            except EdgeBoxError as error:
                log.warning("%s: %s", self.failure, error.detail)
            except Exception as error:  # noqa: BLE001 - the next tick tries again
                log.error("%s: %s", self.failure, where(error))  # noqa: TRY400
            finally:
                self._running.release()

    def stop(self) -> None:
        """Start nothing more and end soon. Callable from any thread."""
        self._stopping.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end of a job that was stopped; return whether it came in time."""
        return self._running.acquire(timeout=max(0.0, seconds))

    @abstractmethod
    def _look(self) -> None:
        """Find out what is due, and do it."""
