"""Wake-ups: tasks in Huey's file that name a job which the worker is to run.

A task carries nothing else; what there is to do is in our own tables. So a lost task costs at most
a minute, a doubled one does nothing twice, and deleting the file loses nothing. A task that this
version does not know, left by another one during an upgrade, is an error in the log and no more.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import threading
from datetime import datetime
from typing import TYPE_CHECKING

from huey import SqliteHuey
from huey.exceptions import HueyException
from huey.registry import Message

from edgebox.errors import where

if TYPE_CHECKING:
    from pathlib import Path

    from edgebox.settings import Settings

log = logging.getLogger("edgebox.worker")

NAME = "edgeboxjson"
"""Huey's name of the queue. An older version's is "edgebox": pickles, which nothing reads now."""


class _Json:
    """What Huey writes into its file: JSON. Reading a pickle would run what is in it."""

    def serialize(self, message: Message) -> bytes:
        """Return a task as it is stored."""
        fields = message._asdict()
        if message.eta is not None:
            fields["eta"] = message.eta.isoformat()
        return json.dumps({name: value for name, value in fields.items() if value}).encode()

    def deserialize(self, data: bytes) -> Message:
        """Return the task that was stored.

        Raises:
            HueyException: it is none of this version's.
        """
        try:
            fields = json.loads(data)
            if eta := fields.get("eta"):
                fields["eta"] = datetime.fromisoformat(eta)
            return Message(**fields)
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise HueyException("a task of another version") from error


class Queue:
    """Huey's file, with the same task in every process; only the worker carries it out.

    Args:
        path: the file.
        timeout: seconds to wait for another writer.
    """

    def __init__(self, path: Path, *, timeout: float) -> None:
        self.huey = SqliteHuey(
            NAME,
            filename=os.fspath(path),
            results=False,
            fsync=True,
            journal_mode="truncate",  # WAL loses commits on some SQLite versions
            timeout=timeout,
            serializer=_Json(),
        )
        # Not self.run: Huey names a task after its module, and every process must know this one.
        self._task = self.huey.task(name="run")(self._run)

    def put(self, job: str, *, forced: bool = False, delay: float = 0.0) -> None:
        """Leave a task that runs the job, ``delay`` seconds from now.

        Raises:
            sqlite3.Error: the file cannot be written.
        """
        self.huey.enqueue(self._task.s(job, forced=forced, delay=delay or None))

    def run(self, job: str, *, forced: bool) -> None:
        """Run a job; only the worker has them."""
        raise NotImplementedError

    def _run(self, job: str, *, forced: bool) -> None:
        self.run(job, forced=forced)


class WakeUps:
    """Asks the worker to run a job now. For the other processes, and for its own jobs.

    Cheap (one small commit), callable from any thread, never raises: if a wake-up cannot be left,
    the job looks at the next tick.
    """

    def __init__(self, settings: Settings) -> None:
        self._path = settings.huey_database
        self._lock = threading.Lock()
        self._inode = 0
        self._queue: Queue | None = None

    def backlog(self, *, forced: bool = False) -> None:
        """Ask the worker to look at the backlog.

        Args:
            forced: process whatever waits, even if it is not due yet: a command waits for it.
        """
        self._leave("backlog", forced=forced)

    def deliveries(self, *, delay: float = 0.0) -> None:
        """Ask the worker to look at the outbox, ``delay`` seconds from now."""
        self._leave("deliveries", delay=delay)

    def _leave(self, job: str, *, forced: bool = False, delay: float = 0.0) -> None:
        try:
            with self._lock:
                inode = self._path.stat().st_ino
                if self._queue is None or inode != self._inode:  # a worker made a new file
                    self._queue, self._inode = Queue(self._path, timeout=1.0), inode
                queue = self._queue
            queue.put(job, forced=forced, delay=delay)
        except FileNotFoundError:
            pass  # no worker yet: it starts with a look at everything
        except (sqlite3.Error, OSError) as error:
            log.info("a wake-up was not left: %s", where(error))
            with self._lock:
                # Its connection may be one that can only read, for as long as it lives.
                self._queue = None
