"""The store: one SQLite file, and an object for each group of tables."""

from __future__ import annotations

import secrets
import time
from contextlib import closing
from typing import TYPE_CHECKING

from edgebox.store import migrations
from edgebox.store.audit import Audit
from edgebox.store.batches import Batches
from edgebox.store.clients import Clients
from edgebox.store.clock import WallClock
from edgebox.store.connection import (
    Connections,
    check_schema,
    create_file,
    immediate,
    open_database,
)
from edgebox.store.consultations import Consultations
from edgebox.store.ended_calls import EndedCalls
from edgebox.store.feedback import Feedback
from edgebox.store.figures import Figures
from edgebox.store.key_marks import KeyMarks
from edgebox.store.listing import Listing
from edgebox.store.operators import Operators
from edgebox.store.outbox import Outbox
from edgebox.store.retention import Retention
from edgebox.store.reviews import Reviews
from edgebox.store.runs import Runs
from edgebox.store.sessions import Sessions
from edgebox.store.spending import Spending
from edgebox.store.transcripts import Transcripts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


MIGRATION_PATIENCE = 45.0
"""Seconds that a start waits for another writer: a compaction locks a large file this long."""


class Store:
    """Everything accepted, on disk. Safe to share between threads; calls block.

    Any call may raise StoreBusy (locked or full: nothing was written) or
    StoreError (no database yet, damaged, of another version).

    Args:
        path: the file; ``migrate`` creates it, nothing else does.
        clock: Unix seconds.
        busy_timeout: seconds to wait for another writer.
        token: makes n random bytes, as hex.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], float] = time.time,
        busy_timeout: float = 5.0,
        token: Callable[[int], str] = secrets.token_hex,
    ) -> None:
        self.path = path
        self._busy_timeout = busy_timeout
        self._connections = Connections(path, busy_timeout=busy_timeout)
        self.audit = Audit(self._connections, clock=clock)
        self.clients = Clients(self._connections, clock=clock, token=token)
        self.key_marks = KeyMarks(self._connections)
        self.batches = Batches(self._connections, clock=clock, token=token)
        self.consultations = Consultations(self._connections, clock=clock, token=token)
        self.outbox = Outbox(self._connections, clock=clock)
        self.runs = Runs(self._connections, clock=clock)
        self.clock = WallClock(self._connections, clock=clock)
        self.retention = Retention(self._connections, path)
        self.transcripts = Transcripts(self._connections)
        self.ended_calls = EndedCalls(self._connections)
        self.feedback = Feedback(self._connections, clock=clock)
        self.reviews = Reviews(self._connections, clock=clock, token=token)
        self.operators = Operators(self._connections, clock=clock)
        self.sessions = Sessions(self._connections, clock=clock)
        self.listing = Listing(self._connections)
        self.figures = Figures(self._connections)
        self.spending = Spending(self._connections)

    def migrate(self) -> list[str]:
        """Create the file if there is none and bring its tables up to date.

        Every process may call it at start: one applies the steps, the others wait.

        Returns:
            The steps applied now; empty if there was nothing to do.
        """
        create_file(self.path)
        patience = max(self._busy_timeout, MIGRATION_PATIENCE)
        with closing(open_database(self.path, busy_timeout=patience)) as db:
            with immediate(db):
                applied = migrations.apply(db)
            check_schema(db)
        return applied

    def recover(self, delay: Callable[[int], float] = lambda _: 0.0) -> tuple[int, int]:
        """Take back what the previous worker held. Only for a worker at its start.

        Args:
            delay: seconds until a callback's next attempt, given the attempts made.

        Returns:
            How many (consultations, callbacks) it held.
        """
        return self.consultations.recover(), self.outbox.recover(delay)

    def close(self) -> None:
        """Close every thread's connection; the threads must have stopped using the store."""
        self._connections.close()
