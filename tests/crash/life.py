"""The life of three batches in one process, which can be made to die at any transition.

    python -m crash.life STATE_DIR RECEIVER_PORT [NAME:before|after]
    python -m crash.life

The second form reads such arguments, a line for each life, and prints each life's exit code:
each is a fork, so that Python starts once for all of them.

Every step reads the tables and does what is still missing, as clients, worker and
administrator would after a restart. So the process may die anywhere and be started again:
in the end everything has happened exactly once.

At ``NAME:before`` it ends without warning after the transition's SQL and before its COMMIT;
at ``NAME:after`` right after the COMMIT. The names are those of the store's methods
(docs/architecture.md draws them).
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import sys
import threading
import time
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgebox.callbacks.delivery import Deliverer
from edgebox.errors import EngineDied, EngineRefused
from edgebox.settings import BatchSettings
from edgebox.store import connection
from edgebox.store import db as db_module
from edgebox.store.batches import NewConsultation
from edgebox.store.connection import Connections
from edgebox.store.db import Store
from edgebox.store.ended_calls import end_key
from edgebox.worker.runner import Runner
from edgebox.worker.timing import Timing
from support.outcomes import with_keywords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from edgebox.consultation.analysis import AnalysisOutcome

DIED = 41
"""The exit code of a life that ended at the given point."""

TRANSITIONS = {
    "batches": ("submit", "retry"),
    "consultations": ("claim", "renew", "finish", "fail", "release", "recover"),
    "outbox": ("due", "delivered", "retry_at", "unclaim", "dead", "resend", "recover"),
    "runs": ("start", "finish"),
}
"""The store's methods that change the state of a batch, a consultation, a callback or a run."""

POINTS = tuple(
    f"{table}.{name}:{when}"
    for table, names in TRANSITIONS.items()
    for name in names
    for when in ("before", "after")
)
GOOD, REFUSED, DEADLY = "고객: 잘 되는 상담", "고객: 거절되는 상담", "고객: 엔진이 죽는 상담"
CLIENT = "center-1"


class Engine(AbstractAsyncContextManager["Engine"]):
    """The engine's behaviour by the transcript, until the batch was retried."""

    def __init__(self, life: Life) -> None:
        self._life = life

    async def __aexit__(self, *_: object) -> None:
        """Nothing was opened."""

    async def ready(self) -> bool:
        return True

    async def analyse(
        self, transcript: str, call_date: date | None, *, wanted: bool
    ) -> AnalysisOutcome:
        await asyncio.sleep(0.15)  # longer than a third of the lease: it is renewed meanwhile
        if not self._life.marked("retried"):
            if transcript == REFUSED:
                raise EngineRefused("no")
            if transcript == DEADLY:
                raise EngineDied("gone")
        return outcome()


class Life:
    """The three batches.

    Args:
        folder: the state folder.
        port: the receiver's.
        acked: called with a line after each event that a client or receiver knows of.
    """

    def __init__(self, folder: Path, port: int, acked: Callable[[str], None]) -> None:
        self._folder = folder
        self._receiver = f"127.0.0.1:{port}"
        self._hook = f"http://{self._receiver}/"
        self._acked = acked
        self._ahead = 0.0
        self._ids: dict[str, str] = {}
        self.store = Store(folder / "edgebox.db", clock=self.clock)

    def clock(self) -> float:
        """Unix seconds, plus the waits that were skipped."""
        return time.time() + self._ahead

    async def live(self) -> None:
        """Do everything that has not happened yet."""
        self.store.migrate()
        if self.store.clients.get(CLIENT) is None:
            self.store.clients.create(CLIENT, allowed_callbacks=[self._receiver])
        self.store.recover()
        self._submit("A", GOOD, REFUSED, DEADLY)
        await self._work()
        if not self.marked("retried"):
            await self._deliver()
            (self._folder / "retried").touch()
        if self._failed("A"):
            self.store.batches.retry(self._ids["A"])
        self._submit("B", GOOD)
        self._submit("C", GOOD)
        await self._work()
        self._stopped_while_sending()
        await self._deliver()
        for row in self.store.outbox.list("dead"):
            self.store.outbox.resend(row.id)
        await self._deliver()

    # What a client does ---------------------------------------------------------------

    def _submit(self, name: str, *texts: str) -> None:
        # C was a call in progress: its end is sent again until it is known to be on disk.
        live = name == "C"
        consultations = [
            NewConsultation(f"{name}-{n}", text, {"n": n}, wanted=live)
            for n, text in enumerate(texts)
        ]
        submitted = self.store.batches.submit(
            CLIENT,
            consultations,
            self._hook + name,
            idempotency=end_key("C-0", texts[0]) if live else (name, name),
            local_date="20260101",
        )
        self._ids[name] = submitted.batch_id
        self._acked(f"submitted {submitted.batch_id}")

    def _failed(self, name: str) -> int:
        view = self.store.batches.get(self._ids[name])
        return view.failed if view else 0

    def wake_if_due(self) -> None:
        """Deliveries have their own turn in this life."""

    def marked(self, name: str) -> bool:
        return (self._folder / name).exists()

    # What the worker does --------------------------------------------------------------

    async def _work(self) -> None:
        while self.store.consultations.pending_count():
            runner = Runner(
                self.store,
                Engine(self),
                BatchSettings(concurrency=1, lease_seconds=0.3),
                callbacks=self,
                clock=self.clock,
                timing=Timing(poll=0.01, patience=1.0, busy=0.01, grace=0.1),
            )
            await runner.run("size")
        for view in self.store.batches.page()[0]:
            if view.completed_at is not None:
                self._acked(f"ended {view.batch_id}")

    async def _deliver(self) -> None:
        """Deliver everything; the clock skips to the time at which the next callback is due."""
        while (due := self.store.outbox.next_due()) is not None:
            self._ahead += max(0.0, due - self.clock())
            await self._deliverer().deliver_due()
        for row in self.store.outbox.list():
            self._acked(f"{row.state} {row.webhook_id}")

    def _stopped_while_sending(self) -> None:
        """Take a callback and stop before it is sent."""
        for delivery in self.store.outbox.due(self.clock(), 1):
            self.store.outbox.unclaim(delivery, "the worker stopped before it was sent")

    def _deliverer(self) -> Deliverer:
        return Deliverer(
            self.store, own_ports=[], timeout=5, clock=self.clock, rng=random.Random(1)
        )


def outcome() -> AnalysisOutcome:
    """Return an analysis that differs from all others."""
    return with_keywords(str(time.time_ns()))


def die_at(point: str, end: Callable[[], None], seen: Callable[[str], None]) -> None:
    """End the process at a point, and report every point that it passes.

    Args:
        point: "" for none.
        end: ends the process.
        seen: called with each point.
    """
    current = threading.local()
    for table, names in TRANSITIONS.items():
        kind = type(getattr(Store(Path("unused")), table))
        for name in names:
            _name_calls(kind, table, name, current)

    committed = Connections.transaction

    @contextmanager
    def transaction(self: Connections) -> Iterator[Any]:
        name = getattr(current, "name", "")
        current.name = ""  # of the outermost transaction only
        with committed(self) as db:
            yield db
            passed(f"{name}:before")
        passed(f"{name}:after")

    def passed(place: str) -> None:
        if not place.startswith(":"):
            seen(place)
        if place == point:
            end()

    Connections.transaction = transaction  # type: ignore[method-assign]


def careless(synchronous: str) -> None:
    """Open every connection with this ``synchronous``: the power test's negative control."""
    if synchronous == "FULL":
        return
    opened = connection.open_database

    def open_database(*args: Any, **kwargs: Any) -> Any:
        db = opened(*args, **kwargs)
        db.conn.execute(f"PRAGMA synchronous = {synchronous}")
        return db

    connection.open_database = open_database
    db_module.open_database = open_database


def _name_calls(kind: type, table: str, name: str, current: threading.local) -> None:
    method = getattr(kind, name)

    def called(self: Any, *args: Any, **kwargs: Any) -> Any:
        current.name = f"{table}.{name}"
        try:
            return method(self, *args, **kwargs)
        finally:
            current.name = ""

    setattr(kind, name, called)


def main(folder: str, port: str, point: str = "") -> None:
    """Live, and log the points passed and the events acknowledged."""
    state = Path(folder)
    lines = os.open(state / "lived.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def say(kind: str) -> Callable[[str], None]:
        return lambda what: (os.write(lines, f"{kind} {what}\n".encode()), None)[1]

    careless(os.environ.get("LIFE_SYNCHRONOUS", "FULL"))
    die_at(point, lambda: os._exit(DIED), say("passed"))
    asyncio.run(Life(state, int(port), say("acked")).live())


def fork_lives() -> None:
    """Live once for each line of standard input, and print the exit code."""
    gc.freeze()  # else each child copies and collects all that was imported
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            main(*line.split())
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    if sys.argv[1:]:
        main(*sys.argv[1:])
    else:
        fork_lives()
