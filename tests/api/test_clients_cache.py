import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from edgebox.api.clients_cache import BETWEEN_LOOKS, MAX_STALE, ClientsCache
from edgebox.api.threads import Threads
from edgebox.errors import StoreBusy
from edgebox.store.db import Store
from support.boxes.api import api_box
from support.polling import PATIENCE, eventually

pytestmark = pytest.mark.anyio


class Counting:
    """The store's clients, with the reads counted and a gate in front of them."""

    def __init__(self, store: Store) -> None:
        self.clients = store.clients
        self.lists = 0
        self.versions = 0
        self.open = threading.Event()
        self.open.set()
        self.error: StoreBusy | None = None

    def list(self):
        self.lists += 1
        return self.clients.list()

    def data_version(self) -> int:
        self.versions += 1
        self.open.wait(PATIENCE)
        if self.error:
            raise self.error
        return self.clients.data_version()


@pytest.fixture
def store(tmp_path: Path):
    made = Store(tmp_path / "edgebox.db", busy_timeout=0.05)
    made.migrate()
    made.clients.create("center-1")
    yield made
    made.close()


@pytest.fixture
def threads():
    made = Threads()
    yield made
    made.close()


async def test_a_key_that_fails_is_judged_by_what_was_written_before_it(store, threads) -> None:
    source = Counting(store)
    cache = ClientsCache(source, threads.box, clock=time.monotonic)
    await cache.refresh()
    for number in range(5):
        name = f"center-2{number}"
        store.clients.create(name)  # a moment after the last look
        await cache.look_again()
        assert cache.get(name) is not None
    before, began = source.versions, time.monotonic()
    await asyncio.gather(*(cache.look_again() for _ in range(50)))
    await asyncio.gather(*(cache.look_again() for _ in range(50)))
    assert source.versions - before <= 1 + (time.monotonic() - began) / BETWEEN_LOOKS


async def test_clients_are_reread_only_when_old_and_changed(store, threads) -> None:
    now = [0.0]
    source = Counting(store)
    cache = ClientsCache(source, threads.box, clock=lambda: now[0])
    for _ in range(10):
        await cache.refresh()
    assert (source.versions, source.lists) == (1, 1)
    now[0] += 1.1
    await cache.refresh()
    assert (source.versions, source.lists) == (2, 1)
    store.clients.create("center-2")
    now[0] += 1.1
    await cache.refresh()
    assert (source.versions, source.lists) == (3, 2)
    assert cache.get("center-2") is not None


async def test_many_requests_share_one_reread(store, threads) -> None:
    source = Counting(store)
    cache = ClientsCache(source, threads.box, clock=lambda: 0.0)
    await asyncio.gather(*(cache.refresh() for _ in range(50)))
    assert source.versions == 1


async def test_a_store_that_fails_leaves_the_last_known_clients(store, threads) -> None:
    now = [0.0]
    source = Counting(store)
    cache = ClientsCache(source, threads.box, clock=lambda: now[0])
    await cache.refresh()
    source.error = StoreBusy("locked")
    now[0] += 60
    await cache.refresh()
    assert cache.get("center-1") is not None
    await cache.refresh()
    assert source.versions == 2  # not asked again before its second is over


async def test_a_store_that_hangs_is_waited_for_once_and_briefly(store, threads) -> None:
    loop = asyncio.get_running_loop()
    source = Counting(store)
    offset = [0.0]
    cache = ClientsCache(source, threads.box, clock=lambda: loop.time() + offset[0], patience=0.05)
    await cache.refresh()
    source.open.clear()
    offset[0] = 10
    await cache.refresh()
    await asyncio.gather(*(cache.refresh() for _ in range(20)))
    assert source.versions == 2
    assert cache.get("center-1") is not None
    source.open.set()


async def test_the_first_read_is_waited_for_longer(store, threads) -> None:
    source = Counting(store)
    source.open.clear()
    cache = ClientsCache(source, threads.box, clock=lambda: 0.0, patience=0.01)
    first = asyncio.create_task(cache.refresh())
    await asyncio.sleep(0.1)
    assert not first.done()
    source.open.set()
    await first
    assert cache.get("center-1") is not None


async def test_without_any_clients_ever_read_the_box_is_busy(store, threads) -> None:
    source = Counting(store)
    source.error = StoreBusy("locked")
    cache = ClientsCache(source, threads.box, clock=lambda: 0.0)
    with pytest.raises(StoreBusy):
        await cache.refresh()


async def test_clients_that_cannot_be_reread_are_used_for_a_while_only(store, threads) -> None:
    now = [0.0]
    source = Counting(store)
    cache = ClientsCache(source, threads.box, clock=lambda: now[0])
    await cache.refresh()
    source.error = StoreBusy("locked")
    now[0] = MAX_STALE
    await cache.refresh()
    now[0] += 0.1
    for _ in range(3):
        with pytest.raises(StoreBusy):
            await cache.refresh()
    assert source.versions == 2, "a refusal does not ask the store again within its second"
    source.error = None
    now[0] += 1.1
    await cache.refresh()
    assert cache.get("center-1") is not None


async def test_an_idle_box_rereads_first_and_waits_for_it(store, threads) -> None:
    now = [0.0]
    source = Counting(store)
    cache = ClientsCache(source, threads.box, clock=lambda: now[0], patience=0.01)
    await cache.refresh()
    store.clients.disable("center-1")
    now[0] += 10 * MAX_STALE
    source.open.clear()
    first = asyncio.create_task(cache.refresh())
    second = asyncio.create_task(cache.refresh())
    await asyncio.sleep(0.1)
    assert not first.done()
    assert not second.done()
    source.open.set()
    await asyncio.gather(first, second)
    assert cache.get("center-1").disabled


async def test_a_read_that_took_too_long_says_nothing_of_now(store, threads) -> None:
    now = [0.0]
    source = Counting(store)
    cache = ClientsCache(source, threads.box, clock=lambda: now[0], patience=0.01)
    await cache.refresh()
    source.open.clear()
    now[0] += 10
    await cache.refresh()  # begins a read that hangs
    now[0] += 2 * MAX_STALE
    with pytest.raises(StoreBusy):
        await cache.refresh()
    assert source.versions == 2
    source.open.set()

    async def reread() -> bool:
        with suppress(StoreBusy):
            await cache.refresh()
        return source.versions == 3

    await eventually(reread)


@pytest.mark.parametrize("how", ["locked", "damaged"])
async def test_a_disabled_client_is_not_accepted_without_end_while_the_file_is(
    how, tmp_path, anyio_backend
) -> None:
    now = [100.0]
    async with api_box(tmp_path, monotonic=lambda: now[0]) as box:
        assert (await box.get("/api/v1/batches")).status_code == 200
        box.store.clients.disable("center-1")
        with unreadable(box.settings.database, how):
            for seconds, status in ((2, 200), (290, 200), (10, 503)):
                now[0] += seconds
                assert (await box.quick()).status_code == status
                ready = await box.http.get("/readyz")
                assert ready.status_code == 503
                assert ("clients" in ready.json()["parts"]) is (status == 503)
            refused = await box.quick()
            assert int(refused.headers["retry-after"]) >= 1
            assert "center-1" not in refused.text
            assert ready.json()["parts"]["clients"] == "unavailable"
            assert "clients" in ready.json()["detail"]
        now[0] += 2
        assert (await box.quick()).status_code == 401
        assert (await box.get("/api/v1/batches", "center-2")).status_code == 200
        assert "clients" not in (await box.http.get("/readyz")).json()["parts"]


@contextmanager
def unreadable(file: Path, how: str) -> Iterator[None]:
    """Lock the database, or overwrite its pages; it is as before after the block."""
    if how == "locked":
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.close()
        return
    good = file.read_bytes()
    file.write_bytes(b"\xa5" * len(good))
    yield
    file.write_bytes(good)


async def test_a_really_locked_database_does_not_keep_a_key_from_being_checked(
    store, threads, tmp_path
) -> None:
    now = [0.0]
    cache = ClientsCache(store.clients, threads.box, clock=lambda: now[0])
    await cache.refresh()
    other = sqlite3.connect(tmp_path / "edgebox.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        now[0] += 5
        await cache.refresh()
        assert cache.get("center-1") is not None
    finally:
        other.close()
