"""Real stores for tests: a clock that is set by hand, and batches in one line."""

from __future__ import annotations

import os
import resource
import signal
import time
from typing import TYPE_CHECKING, Any

from edgebox.errors import StoreError
from edgebox.store.backup import write_backup
from edgebox.store.batches import NewConsultation, Submitted
from edgebox.store.db import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection
    from pathlib import Path

URL = "http://centerlink.example:9000/webhook"


class Clock:
    """Unix seconds that move only when told."""

    def __init__(self, now: float = 1_757_770_125.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


def consultations(*names: str) -> list[NewConsultation]:
    return [NewConsultation(name, f"고객: {name} 문의드립니다.", {"번호": name}) for name in names]


def submit(
    store: Store,
    names: Sequence[str] = ("CL-1",),
    *,
    client: str = "centerlink",
    url: str | None = URL,
    idempotency: tuple[str, str] | None = None,
    date: str = "20250913",
) -> Submitted:
    return store.batches.submit(
        client, consultations(*names), url, idempotency=idempotency, local_date=date
    )


def analysis(**more: Any) -> dict[str, Any]:
    return {"keywords": ["사업자등록"], "quality_score": 0.91, "processing_time": 1.8, **more}


def claim_everything(path: Path, wire: Connection) -> None:
    """A worker process: claim three at a time until nothing is left, then tell the row ids."""
    store = Store(path)
    store.consultations.pending_count()  # connected, so that both processes really start together
    wire.send("ready")
    wire.recv()
    taken: list[int] = []
    while claimed := store.consultations.claim(3, 600, 3):
        taken += [one.row_id for one in claimed]
    wire.send(taken)
    store.close()


def claim_and_die(path: Path) -> None:
    """A worker process that is killed while it holds a lease."""
    Store(path).consultations.claim(1, 600, 3)
    os.kill(os.getpid(), signal.SIGKILL)


def submit_forever(path: Path, wire: Connection) -> None:
    """An API process: submit batches of five and tell each one's id once it was accepted."""
    store = Store(path)
    while True:
        wire.send(submit(store, [f"{time.monotonic_ns()}-{n}" for n in range(5)]).batch_id)


def migrate_together(path: Path, wire: Connection) -> None:
    """A process that starts with the others and brings the file up to date."""
    wire.send("ready")
    wire.recv()
    wire.send(Store(path).migrate())


def list_as_nobody(path: Path, wire: Connection) -> None:
    """Another user's process: tell how the store refuses it."""
    store = Store(path)
    if os.geteuid() == 0:
        os.seteuid(65534)
    try:
        wire.send(str(store.clients.list()))
    except StoreError as error:
        wire.send(error.detail)


def backup_with_little_room(path: Path, target: Path, wire: Connection) -> None:
    """A process that may write 100 kB into a file: tell how its backup ends."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        wire.send(str(write_backup(path, target)))
    except StoreError as error:
        wire.send(error.detail)
