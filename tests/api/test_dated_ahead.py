"""A v2 key that is dated ahead is used once, also if the API restarts before its time comes."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from edgebox.api.dated_ahead import DatedAhead
from edgebox.errors import StoreBusy
from edgebox.processes.api import app_of, build
from edgebox.signing_v2 import EMPTY_SHA256, Signed, bound_key_v2
from edgebox.store.db import Store
from support.boxes.api import ApiBox
from support.polling import eventually

pytestmark = pytest.mark.anyio

LIST = "/api/v1/batches"


@asynccontextmanager
async def restarted(box: ApiBox, clock: Callable[[], float]) -> AsyncIterator[httpx.AsyncClient]:
    """The API as another process would begin with the same database."""
    store = Store(box.settings.database, busy_timeout=0.2)
    services, engine = build(
        box.settings,
        store,
        ports=frozenset({8600}),
        transport=httpx.ASGITransport(box.engine.app()),
        wake=lambda: None,
        clock=clock,
    )
    transport = httpx.ASGITransport(app_of(services, engine, None))
    async with httpx.AsyncClient(transport=transport, base_url="http://box") as http:
        yield http
    await services.gate.close()
    await services.refused.close()
    await services.reads.close()
    services.lines.close()
    await engine.aclose()
    services.threads.close()
    store.close()


def key_at(box: ApiBox, timestamp: float) -> str:
    signed = Signed("GET", LIST, EMPTY_SHA256)
    nonce = secrets.token_urlsafe(16)
    return bound_key_v2("center-1", box.secrets["center-1"], timestamp, nonce, signed)


async def status(http: httpx.AsyncClient, key: str) -> int:
    return (await http.get(LIST, headers={"X-Bound-Key": key})).status_code


@pytest.mark.parametrize("seconds_later", [0, 1, 19, 25])
async def test_a_restart_makes_no_key_new(box: ApiBox, seconds_later: int) -> None:
    now = time.time()
    key, unused = key_at(box, now + 20), key_at(box, now + 21)
    assert await status(box.http, key) == 200
    assert await status(box.http, key) == 401
    await box.services.gate.close()
    async with restarted(box, lambda: now + seconds_later) as again:
        assert await status(again, key) == 401
        assert await status(again, unused) == (200 if seconds_later < 22 else 401)
        assert await status(again, unused) == 401
        assert await status(again, key_at(box, now + seconds_later + 22)) == 200


async def test_it_is_stored_at_once_and_not_only_at_the_end(box: ApiBox) -> None:
    now = int(time.time()) + 20
    assert await status(box.http, key_at(box, now)) == 200
    await eventually(lambda: box.store.key_marks.read() == {"center-1": now})


async def test_a_key_that_is_not_ahead_costs_no_write(box: ApiBox) -> None:
    assert await status(box.http, key_at(box, time.time())) == 200
    await box.services.gate.close()
    assert box.store.key_marks.read() == {}


async def test_a_clock_that_was_put_back_by_an_hour_shuts_nobody_out(box: ApiBox) -> None:
    now = time.time()
    box.store.key_marks.write({"center-1": int(now) + 3600})
    async with restarted(box, lambda: now) as again:
        assert await status(again, key_at(box, now)) == 200


class Marks:
    """A database that can be broken."""

    def __init__(self) -> None:
        self.kept: dict[str, int] = {}
        self.refuses = 0

    def read(self) -> dict[str, int]:
        return dict(self.kept)

    def write(self, latest: Mapping[str, int]) -> None:
        if self.refuses:
            self.refuses -= 1
            raise StoreBusy("the disk is full")
        self.kept.update(latest)


async def in_thread(work: Callable[[], None]) -> None:
    await asyncio.to_thread(work)


async def test_a_locked_database_is_written_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgebox.api.dated_ahead.RETRY_SECONDS", 0.01)
    marks = Marks()
    marks.refuses = 2
    ahead = DatedAhead(marks, 30, run=in_thread)
    await ahead.ready()
    ahead.note("erp", 1020)
    ahead.note("crm", 1010)
    ahead.note("erp", 1015)
    await eventually(lambda: marks.kept == {"erp": 1020, "crm": 1010})
    await ahead.close()


async def test_what_cannot_be_stored_at_the_end_is_said(caplog: pytest.LogCaptureFixture) -> None:
    marks = Marks()
    marks.refuses = 1000
    ahead = DatedAhead(marks, 30, run=in_thread)
    ahead.note("erp", 1020)
    await ahead.close()
    assert "keys that are dated ahead not stored (clients: 1): the disk is full" in caplog.text


def test_the_store_keeps_the_marks_of_each_client(tmp_path: Path) -> None:
    store = Store(tmp_path / "edgebox.sqlite")
    store.migrate()
    store.key_marks.write({"erp": 5, "crm": 7})
    store.key_marks.write({"erp": 6})
    assert store.key_marks.read() == {"erp": 6, "crm": 7}
    store.close()
