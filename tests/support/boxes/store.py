"""Real stores, a clock that tests set, and processes that work on a store's file."""

from __future__ import annotations

import os
import resource
import signal
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from edgebox.errors import StoreError
from edgebox.store.backup import write_backup
from edgebox.store.batches import NewConsultation, Submitted
from edgebox.store.db import Store
from support.samples import RESULT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection

URL = "http://centerlink.example:9000/webhook"


class Clock:
    """Unix seconds that only ``advance`` moves."""

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
    return RESULT | more


def claim_everything(path: Path, wire: Connection) -> None:
    """A worker process: claim three at a time until nothing is left, then send the row ids."""
    store = Store(path)
    store.consultations.pending_count()  # connects, so that both processes start together
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
    """An API process: submit batches of five, and send the id of each accepted batch."""
    store = Store(path)
    while True:
        wire.send(submit(store, [f"{time.monotonic_ns()}-{n}" for n in range(5)]).batch_id)


def migrate_together(path: Path, wire: Connection) -> None:
    """A process that migrates the file at the same time as others."""
    wire.send("ready")
    wire.recv()
    wire.send(Store(path).migrate())


def list_as_nobody(path: Path, wire: Connection) -> None:
    """A process of another user: send the message with which the store refuses it."""
    store = Store(path)
    if os.geteuid() == 0:
        os.seteuid(65534)
    try:
        wire.send(str(store.clients.list()))
    except StoreError as error:
        wire.send(error.detail)


def backup_with_little_room(path: Path, target: Path, wire: Connection) -> None:
    """A process that may write 100 kB into a file: send how its backup ends."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        wire.send(str(write_backup(path, target)))
    except StoreError as error:
        wire.send(error.detail)


NOW = 1_757_750_400.0


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        store = Store(Path(folder, "edgebox.db"))
        store.migrate()
        store.close()
        return store.path.read_bytes()


def migrated(path: Path, clock: Callable[[], float] = time.time) -> Store:
    """Open a migrated store, new unless there is a file: making the tables takes 35 ms."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(_empty())
    store = Store(path, clock=clock)
    store.migrate()
    return store


@dataclass
class Box:
    """A store, its clock, and one client."""

    path: Path
    clock: Callable[[], float] = field(default_factory=lambda: Clock(NOW))
    client: str = "center-1"

    def __post_init__(self) -> None:
        self.store = migrated(self.path, self.clock)
        self.secret = self.store.clients.create(self.client, allowed_callbacks=[])

    def allow(self, *hosts: str) -> None:
        self.store.clients.set_callbacks(self.client, list(hosts))

    def submit(self, *transcripts: str, callback_url: str | None = None) -> str:
        consultations = [
            NewConsultation(f"CL-{n}", text, {"call_date": "2025-09-13", "n": n})
            for n, text in enumerate(transcripts)
        ]
        return self.store.batches.submit(
            self.client, consultations, callback_url, idempotency=None, local_date="20250913"
        ).batch_id

    def finished_batch(self, callback_url: str, consultations: int = 1) -> str:
        """Make a batch whose callback is due now, and return its id."""
        batch_id = self.submit(
            *["고객: 카드를 잃어버렸어요"] * consultations, callback_url=callback_url
        )
        for row in self.store.consultations.claim(consultations, 600, 3):
            self.store.consultations.finish(row.row_id, row.lease_token, RESULT)
        return batch_id
