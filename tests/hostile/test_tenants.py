"""Two clients of one box: a hostile one at ten times the pace, and a quiet one.

The quiet one sends a summary and a small batch each second. Its refusals and its answers have to
be what they are when it is alone; its latencies are printed.
"""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from edgebox.contract.paths import Paths
from edgebox.signing import bound_key
from edgebox.store.db import Store
from support.boxes.api import BATCH, QUICK, TALK
from support.boxes.served import Running, running
from support.polling import PATIENCE

pytestmark = pytest.mark.anyio

SECONDS = 4
PACE = 10
AT_ONCE = 100
"""Requests that the hostile client may have open: it has only so many hands."""
LONG = TALK * 40


@dataclass
class Tenant:
    box: Running
    name: str
    secret: str
    http: httpx.AsyncClient
    statuses: list[int] = field(default_factory=list)
    held: list[socket.socket] = field(default_factory=list)

    @property
    def key(self) -> str:
        return bound_key(self.name, self.secret, time.time())

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"X-Bound-Key": self.key} | more.pop("headers", {})
        answer = await self.http.request(method, path, headers=headers, **more)
        self.statuses.append(answer.status_code)
        return answer

    async def quick(self, text: str = TALK, **more: Any) -> httpx.Response:
        body = {"consultation_id": "CL-1", "conversation_text": text} | more
        return await self.ask("POST", QUICK, json=body)

    async def batch(self, count: int = 1, **more: Any) -> httpx.Response:
        items = [{"consultation_id": f"{n}", "conversation_text": TALK} for n in range(count)]
        return await self.ask("POST", BATCH, json={"consultations": items}, **more)


@dataclass
class Noticed:
    """What the quiet client saw."""

    answers: set[str] = field(default_factory=set)
    refusals: list[str] = field(default_factory=list)
    summaries: list[float] = field(default_factory=list)
    batches: list[float] = field(default_factory=list)


@asynccontextmanager
async def tenants(state: Path, **sections: object) -> AsyncIterator[tuple[Tenant, Tenant]]:
    async with running(state, ("quiet", "hostile"), **sections) as box:
        await box.until_ready()
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with (
            httpx.AsyncClient(base_url=box.url, trust_env=False, timeout=PATIENCE) as one,
            httpx.AsyncClient(base_url=box.url, trust_env=False, limits=limits) as other,
        ):
            hostile = Tenant(box, "hostile", box.others["hostile"], other)
            try:
                yield Tenant(box, "quiet", box.others["quiet"], one), hostile
            finally:
                for connection in hostile.held:
                    connection.close()


async def live(quiet: Tenant, seconds: int) -> Noticed:
    """Send a summary and a batch each second."""
    noticed = Noticed()
    begins = time.monotonic()
    for number in range(seconds):
        await asyncio.sleep(max(0.0, begins + number - time.monotonic()))
        for request, spent in ((quiet.quick, noticed.summaries), (quiet.batch, noticed.batches)):
            sent = time.monotonic()
            answer = await request()
            spent.append(time.monotonic() - sent)
            if answer.status_code >= 400:
                noticed.refusals.append(f"{answer.status_code} {answer.json()['detail']}")
                continue
            body = answer.json()
            for own in ("processing_time", "batch_id", "estimated_completion"):
                body.pop(own, None)
            noticed.answers.add(json.dumps(body, ensure_ascii=False))
    return noticed


async def attack(hostile: Tenant, act: Callable[[Tenant], Awaitable[object]]) -> None:
    """Do ``act`` PACE times a second, without waiting for its end, until cancelled."""
    async with asyncio.TaskGroup() as group:
        doing: set[asyncio.Task[object]] = set()
        while True:
            if len(doing) < AT_ONCE:
                task = group.create_task(_tried(hostile, act))
                doing.add(task)
                task.add_done_callback(doing.discard)
            await asyncio.sleep(1 / PACE)


async def _tried(hostile: Tenant, act: Callable[[Tenant], Awaitable[object]]) -> object:
    try:
        return await act(hostile)
    except httpx.HTTPError as error:
        return error


async def beside(
    quiet: Tenant, hostile: Tenant, act: Callable[[Tenant], Awaitable[object]]
) -> tuple[Noticed, Noticed]:
    """What the quiet client notices alone, and then beside the hostile one."""
    alone = await live(quiet, 2)
    attacker = asyncio.create_task(attack(hostile, act))
    await asyncio.sleep(1)
    together = await live(quiet, SECONDS)
    attacker.cancel()
    await asyncio.gather(attacker, return_exceptions=True)
    for name, noticed in (("alone", alone), ("together", together)):
        print(f"{name}: p95 of summaries {p95(noticed.summaries)}, batches {p95(noticed.batches)}")
    print({status: hostile.statuses.count(status) for status in set(hostile.statuses)})
    assert not alone.refusals
    return alone, together


def p95(spent: list[float]) -> str:
    return f"{sorted(spent)[int(len(spent) * 0.95)] * 1000:.0f} ms"


# What the hostile client does ----------------------------------------------------


async def bad_bodies(hostile: Tenant) -> None:
    numbers = b"[" + b"1," * 60_000 + b"1]"
    head = {"Content-Type": "application/json"}
    for content in (b"{", numbers, b'{"a":' * 2_000, b"\xff" * 100_000):
        await hostile.ask("POST", BATCH, content=content, headers=head)


async def huge_lists(hostile: Tenant) -> None:
    await hostile.batch(20)
    for _ in range(3):
        await hostile.ask("GET", f"{Paths.BATCHES}?limit=200")


async def big_batches(hostile: Tenant) -> None:
    await hostile.batch(500)


async def beyond_its_rate(hostile: Tenant) -> None:
    for _ in range(40):
        await hostile.ask("GET", f"{Paths.BATCHES}?limit=1")


async def unread_answers(hostile: Tenant) -> None:
    """Ask for what is long on a connection that is never read."""
    loop = asyncio.get_running_loop()
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    connection.setblocking(False)
    hostile.held.append(connection)
    await loop.sock_connect(connection, hostile.box.address)
    request = f"GET {Paths.BATCHES}?limit=200 HTTP/1.1\r\nHost: a\r\nX-Bound-Key: {hostile.key}\r\n"
    await loop.sock_sendall(connection, f"{request}\r\n".encode() * 5)


async def summaries(hostile: Tenant) -> None:
    for _ in range(3):
        await hostile.quick(LONG, priority="high")


@pytest.mark.parametrize(
    "act", [bad_bodies, huge_lists, big_batches, beyond_its_rate, unread_answers]
)
async def test_a_quiet_client_notices_nothing(
    act: Callable[[Tenant], Awaitable[object]], tmp_path: Path
) -> None:
    async with tenants(tmp_path) as (quiet, hostile):
        alone, together = await beside(quiet, hostile, act)
    assert together.refusals == []
    assert together.answers == alone.answers


async def test_only_the_hostile_client_meets_its_rate_and_its_room(tmp_path: Path) -> None:
    batch = {"max_waiting": 3000, "max_waiting_per_client": 1000}
    async with tenants(tmp_path, api={"port": 0, "rate_per_minute": 100}, batch=batch) as both:
        quiet, hostile = both
        alone, together = await beside(quiet, hostile, big_batches)
        assert set(hostile.statuses) <= {202, 429, 503}
        assert 429 in hostile.statuses
    assert together.refusals == []
    assert together.answers == alone.answers


async def test_what_was_read_of_one_clients_calls_is_never_the_others(tmp_path: Path) -> None:
    """``cached_tokens`` says only what a client's own calls have in common."""
    async with tenants(tmp_path) as (quiet, hostile):
        engine = quiet.box.engine
        salts: dict[str, set[str]] = {"quiet": set(), "hostile": set()}
        for tenant in (quiet, hostile, quiet, hostile):
            before = len(engine.requests)
            assert (await tenant.quick()).status_code == 200
            salts[tenant.name] |= {asked["cache_salt"] for asked in engine.requests[before:]}
    assert [len(found) for found in salts.values()] == [1, 1]
    assert salts["quiet"].isdisjoint(salts["hostile"])


async def test_a_flood_of_summaries_takes_no_quiet_clients_place(tmp_path: Path) -> None:
    async with tenants(tmp_path) as (quiet, hostile):
        quiet.box.engine.pause = 0.2
        _, together = await beside(quiet, hostile, summaries)
    # On a busy machine an answer may be the call's own sentences: it is an answer, in time.
    assert together.refusals == []


async def test_a_large_backlog_of_one_client_is_no_queue_for_the_other(tmp_path: Path) -> None:
    async with tenants(tmp_path) as (quiet, hostile):
        assert (await hostile.batch(200)).status_code == 202
        mine = (await quiet.batch(2)).json()["batch_id"]
        store = Store(quiet.box.settings.database)
        claimed = [store.consultations.claim(1, 60.0, 3)[0] for _ in range(6)]
        store.close()
    assert [one.batch_id for one in claimed].count(mine) == 2
