import asyncio
import threading
from collections.abc import Iterator

import pytest

from edgebox.api.app import create_app
from edgebox.api.fair_pool import MOST_WAITING, PER_CLIENT
from support.boxes.api import TALK, ApiBox
from support.polling import eventually

pytestmark = pytest.mark.anyio

PAGE = "/api/v1/batches"


class Held(threading.Event):
    """What center-1 reads and writes stands still until this is set."""

    begun = 0


@pytest.fixture
def held(box: ApiBox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    let_go = Held()
    for name in ("page", "submit"):
        real = getattr(box.store.batches, name)

        def slow(client, *args, real=real, **more):
            if client == "center-1":
                let_go.begun += 1
                let_go.wait(30)
            return real(client, *args, **more)

        monkeypatch.setattr(box.store.batches, name, slow)
    yield let_go
    let_go.set()


async def test_a_client_that_floods_reads_delays_no_other_and_not_the_box(
    box: ApiBox, held: Held
) -> None:
    flood = [asyncio.create_task(box.get(PAGE)) for _ in range(20)]
    await eventually(lambda: box.services.threads.waiting()["read"] == 20 - PER_CLIENT)
    async with asyncio.timeout(10):
        assert (await box.get(PAGE, "center-2")).status_code == 200
        assert (await box.batch(TALK, client="center-2")).status_code == 202
        assert (await box.http.get("/readyz")).status_code == 200
    held.set()
    assert {answer.status_code for answer in await asyncio.gather(*flood)} == {200}
    assert set(box.services.threads.waiting().values()) == {0}


@pytest.mark.parametrize("body", [{}, {"content-length": "5"}])
async def test_a_client_that_hangs_up_gives_up_its_place_in_the_queue(
    box: ApiBox, held: Held, body: dict[str, str]
) -> None:
    hung_up, sent = asyncio.Event(), []

    async def receive() -> dict[str, str]:
        await hung_up.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    headers = [(k.lower().encode(), v.encode()) for k, v in (box.headers() | body).items()]
    scope = {"type": "http", "method": "GET", "path": PAGE, "query_string": b""}
    flood = [asyncio.create_task(box.get(PAGE)) for _ in range(PER_CLIENT)]
    await eventually(lambda: held.begun == PER_CLIENT)
    last = asyncio.create_task(
        create_app(box.services)(scope | {"headers": headers}, receive, send)
    )
    await eventually(lambda: box.services.threads.waiting()["read"] == 1)
    hung_up.set()
    if not body:
        await last
        assert not sent
        assert box.services.threads.waiting()["read"] == 0
    held.set()
    await last
    assert bool(sent) is bool(body)
    assert {answer.status_code for answer in await asyncio.gather(*flood)} == {200}


async def test_writes_that_stand_still_keep_nobody_from_reading(box: ApiBox, held: Held) -> None:
    flood = [asyncio.create_task(box.batch(TALK)) for _ in range(5)]
    await eventually(lambda: box.services.threads.waiting()["write"] == 5 - PER_CLIENT)
    async with asyncio.timeout(10):
        assert (await box.get(PAGE, "center-2")).status_code == 200
        assert (await box.get("/api/v1/batches/BATCH-20250913-001")).status_code == 404
        metrics = (await box.get("/metrics", "center-2")).text.splitlines()
    for line in ('{pool="read"} 0.0', '{pool="write"} 3.0', '{pool="box"} 0.0'):
        assert f"edgebox_store_jobs_waiting{line}" in metrics
    held.set()
    assert {answer.status_code for answer in await asyncio.gather(*flood)} == {202}


async def test_what_finds_no_place_in_the_queue_is_a_503_with_a_time(
    box: ApiBox, held: Held
) -> None:
    full = PER_CLIENT + MOST_WAITING
    flood = [asyncio.create_task(box.get(PAGE)) for _ in range(full)]
    await eventually(lambda: box.services.threads.waiting()["read"] == MOST_WAITING)
    answer = await box.get(PAGE)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith("box-busy")
    assert (await box.get(PAGE, "center-2")).status_code == 200
    held.set()
    assert {one.status_code for one in await asyncio.gather(*flood)} == {200}
