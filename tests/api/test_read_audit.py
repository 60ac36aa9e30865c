"""Who reads results is in the audit, without a write for each read."""

import asyncio
import logging
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from edgebox.api import read_audit
from edgebox.api.read_audit import REPEAT_SECONDS, WRITE_SECONDS, ReadAudit
from edgebox.errors import BoxBusy, StoreBusy
from edgebox.store.acts import Act
from edgebox.store.db import Store
from support.boxes.api import ApiBox
from support.boxes.served import running
from support.polling import eventually
from support.samples import RESULT

pytestmark = pytest.mark.anyio


class Audit:
    """What was written, transaction by transaction; or a database that cannot be written."""

    def __init__(self) -> None:
        self.written: list[list[Act]] = []
        self.broken = False
        self.now = 0.0
        self.reads = ReadAudit(self.append, clock=lambda: self.now, monotonic=lambda: self.now)

    def append(self, acts: Sequence[Act]) -> None:
        if self.broken:
            raise StoreBusy("the disk is full")
        self.written.append(list(acts))

    @property
    def rows(self) -> list[tuple[str | None, str | None, int]]:
        return [
            (act.by.address, act.subject, act.detail.get("count", 1))
            for acts in self.written
            for act in acts
        ]

    def read(self, peer: str = "10.0.0.1", batch: str = "B-1") -> None:
        self.reads.note("results.read", "center-1", peer, batch)

    async def after(self, seconds: float) -> None:
        self.now += seconds
        await self.reads.write()


async def test_the_reads_of_a_second_are_one_transaction() -> None:
    audit = Audit()
    for n in range(50):
        audit.read(batch=f"B-{n}")
    await audit.after(WRITE_SECONDS / 2)
    assert audit.written == []
    await audit.after(WRITE_SECONDS / 2)
    assert [len(acts) for acts in audit.written] == [50]
    await audit.reads.close()


async def test_a_client_that_polls_is_a_row_with_a_count() -> None:
    audit = Audit()
    for _ in range(int(REPEAT_SECONDS)):
        audit.read()
        audit.read(peer="10.0.0.2")
        await audit.after(1)
    assert audit.rows == [("10.0.0.1", "B-1", 1), ("10.0.0.2", "B-1", 1)]
    await audit.after(1)
    assert audit.rows[2:] == [("10.0.0.1", "B-1", 599), ("10.0.0.2", "B-1", 599)]
    last = audit.written[-1][0]
    assert (last.at, last.detail["until"]) == (1.0, 599.0)
    await audit.after(REPEAT_SECONDS)
    audit.read()
    await audit.after(1)
    assert audit.rows[4:] == [("10.0.0.1", "B-1", 1)], "forgotten meanwhile: a row of its own"
    await audit.reads.close()


async def test_what_cannot_be_written_waits_and_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    audit = Audit()
    audit.broken = True
    audit.read()
    for _ in range(30):
        await audit.after(1)
    assert [r.ecs["event.action"] for r in caplog.records] == ["audit_not_written"]
    audit.broken = False
    await audit.after(1)
    assert audit.rows == [("10.0.0.1", "B-1", 1)]
    await audit.reads.close()


async def test_a_read_that_cannot_be_recorded_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_audit, "MOST", 100)
    audit = Audit()
    audit.broken = True
    for n in range(100):
        audit.read(batch=f"B-{n}")
    with pytest.raises(BoxBusy, match="cannot record who reads") as refusal:
        audit.read(batch="B-100")
    assert refusal.value.retry_after
    audit.read(batch="B-0")  # one more of what waits already
    audit.broken = False
    await audit.after(1)
    audit.read(batch="B-100")
    await audit.after(1)
    assert len(audit.rows) == 101
    await audit.reads.close()


async def test_room_is_made_of_what_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_audit, "MOST", 100)
    audit = Audit()
    for n in range(1000):
        audit.read(batch=f"B-{n}")
        if n % 50 == 49:
            await audit.after(1)
    assert len(audit.rows) == 1000
    await audit.reads.close()


async def test_what_is_lost_at_the_end_is_told(caplog: pytest.LogCaptureFixture) -> None:
    audit = Audit()
    audit.broken = True
    audit.read()
    audit.read()
    await audit.reads.close()
    lost = [r.ecs for r in caplog.records if r.levelno == logging.ERROR]
    assert lost == [{"event.action": "audit_lost", "edgebox.reads": 2}]


async def test_a_row_that_is_being_written_at_the_end_comes_once() -> None:
    audit = Audit()

    def slow(acts: Sequence[Act]) -> None:
        time.sleep(0.2)
        audit.written.append(list(acts))

    reads = ReadAudit(slow, clock=time.time, monotonic=time.monotonic)
    reads.note("results.read", "center-1", "10.0.0.1", "B-1")
    await asyncio.sleep(WRITE_SECONDS + 0.1)  # in the midst of it
    await reads.close()
    assert len(audit.rows) == 1


def listed(store: Store) -> list[tuple[str, str | None, str | None, str | None]]:
    rows = [(row.action, row.client_id, row.address, row.subject) for row in store.audit.rows()]
    return [row for row in rows if not row[0].startswith("keys.")]


async def test_submissions_and_reads_are_rows_with_the_peer(box: ApiBox) -> None:
    batch = (await box.batch("고객: 안녕하세요")).json()["batch_id"]
    path = f"/api/v1/batches/{batch}"
    submitted = ("batches.submit", "center-1", "127.0.0.1", batch)
    assert listed(box.store) == [submitted], "in the transaction of the batch"
    assert (await box.get(path)).json()["results"] == []
    [row] = box.store.consultations.claim(1, 600, 3)
    box.store.consultations.finish(row.row_id, row.lease_token, RESULT)
    assert (await box.get(path)).json()["results"]
    assert (await box.get(path, client="center-2")).status_code == 404
    assert (await box.get("/api/v1/batches", client="center-2")).status_code == 200
    await box.services.reads.write(everything=True)
    assert listed(box.store) == [
        submitted,
        ("results.read", "center-1", "127.0.0.1", batch),
        ("batches.list", "center-2", "127.0.0.1", None),
    ]
    assert "안녕하세요" not in repr(list(box.store.audit.rows()))
    assert box.store.audit.verify().fault is None


async def test_a_stopping_api_writes_what_it_has(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        await box.until_ready()
        for _ in range(3):
            answer = await box.http.get("/api/v1/batches", headers=box.headers())
            assert answer.status_code == 200
        store = Store(box.settings.database)
        await eventually(lambda: listed(store))
        await box.http.get("/api/v1/batches", headers=box.headers())
    counts = [row.detail.get("count", 1) for row in store.audit.list(action="batches")]
    assert sum(counts) == 4
    store.close()
