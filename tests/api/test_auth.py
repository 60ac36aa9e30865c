import asyncio
import json
import time

import httpx
import pytest
from starlette.requests import Request

from edgebox.api.app import create_app
from edgebox.api.auth import Gate
from edgebox.api.clients_cache import ClientsCache
from edgebox.api.dated_ahead import DatedAhead
from edgebox.api.nonces import Nonces
from edgebox.api.ratelimit import RateLimiter
from edgebox.api.refused_keys import refused_keys
from edgebox.errors import InvalidBoundKey
from edgebox.signing import Window, callback_key, verify_bound_key
from support.boxes.api import QUICK, TALK, ApiBox, api_box

pytestmark = pytest.mark.anyio

BODY = {"consultation_id": "CL-1", "conversation_text": TALK}


async def send(box: ApiBox, *, header: str | None = None, **more: object) -> httpx.Response:
    headers = {} if header is None else {"X-Bound-Key": header}
    return await box.http.post(QUICK, json=BODY | more, headers=headers)


async def test_the_key_may_be_in_the_header_or_in_the_body(box: ApiBox) -> None:
    assert (await send(box, header=box.key())).status_code == 200
    assert (await send(box, bound_key=box.key())).status_code == 200


async def test_the_same_key_in_both_places_is_taken(box: ApiBox) -> None:
    key = box.key()
    assert (await send(box, header=key, bound_key=key)).status_code == 200
    assert (await send(box, header=key, bound_key=None)).status_code == 200


async def test_different_keys_in_both_places_are_refused_even_when_both_are_valid(
    box: ApiBox,
) -> None:
    now = time.time()
    one, other = box.key(at=now), box.key(at=now - 5)
    assert (await send(box, header=one)).status_code == 200
    assert (await send(box, header=other)).status_code == 200
    assert (await send(box, header=one, bound_key=other)).status_code == 401
    assert (await send(box, header=one, bound_key="")).status_code == 401
    assert (await send(box, header=one, bound_key=7)).status_code == 401


async def test_the_key_of_a_callback_opens_nothing(box: ApiBox) -> None:
    key = callback_key("center-1", box.secrets["center-1"], time.time())
    window = Window(time.time(), 300, 300)
    assert verify_bound_key(key, box.store.clients.get, window) == "center-1"
    assert (await send(box, header=key)).status_code == 401
    assert (await send(box, bound_key=key)).status_code == 401
    reads = await box.http.get("/api/v1/batches", headers={"X-Bound-Key": key})
    assert reads.status_code == 401


async def from_address(box: ApiBox, peer: str) -> httpx.Response:
    transport = httpx.ASGITransport(create_app(box.services), client=(peer, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://box") as http:
        return await http.post(QUICK, json=BODY, headers={"X-Bound-Key": box.key()})


async def test_a_key_is_accepted_from_the_clients_networks_only(box: ApiBox) -> None:
    assert (await from_address(box, "203.0.113.9")).status_code == 200
    box.store.clients.set_allowed_from("center-1", ["10.1.0.0/16", "2001:db8::/32", "192.0.2.7"])
    await asyncio.sleep(1.1)
    for peer in ("10.1.2.3", "::ffff:10.1.2.3", "2001:db8::5", "192.0.2.7"):
        assert (await from_address(box, peer)).status_code == 200, peer
    for peer in (
        "10.2.0.1",
        "::ffff:10.2.0.1",
        "2001:db9::5",
        "192.0.2.8",
        "127.0.0.1",
        "",
        "sock",
    ):
        refused = await from_address(box, peer)
        assert refused.status_code == 401, peer
        assert refused.json()["detail"] == InvalidBoundKey().detail


async def test_the_administrator_reads_from_where_a_right_key_was_refused(box: ApiBox) -> None:
    box.store.clients.set_allowed_from("center-1", ["10.1.0.0/16"])
    assert (await from_address(box, "203.0.113.9")).status_code == 401
    assert (await from_address(box, "10.1.2.3")).status_code == 200
    await box.services.refused.report()
    [found] = refused_keys(box.settings.state_dir, 0)
    reason = "the key is right, but 203.0.113.9 is not in the client's networks"
    assert (found.client, found.reason) == ("center-1", reason)


async def test_two_key_headers_that_differ_are_refused(box: ApiBox) -> None:
    now = time.time()
    headers = [("X-Bound-Key", box.key(at=now)), ("X-Bound-Key", box.key(at=now - 5))]
    assert (await box.http.post(QUICK, json=BODY, headers=headers)).status_code == 401


@pytest.mark.parametrize(
    "key",
    [
        "",
        "x",
        "::",
        "center-1:1:00",
        "nobody:1757770125:" + "0" * 64,
        "센터:1:2",
        "\ud800:1:2",
        "a" * 100_000,
    ],
    ids=lambda key: ascii(key[:20]),
)
async def test_any_other_text_is_refused_in_the_same_words(box: ApiBox, key: str) -> None:
    refused = await box.http.post(
        QUICK,
        content=json.dumps(BODY | {"bound_key": key}),
        headers={"Content-Type": "application/json"},
    )
    missing = await send(box)
    for answer in (refused, missing):
        assert answer.status_code == 401
    assert refused.json()["detail"] == missing.json()["detail"]


async def test_a_key_outside_the_tolerance_is_refused(box: ApiBox) -> None:
    now = time.time()
    assert (await send(box, header=box.key(at=now - 290))).status_code == 200
    assert (await send(box, header=box.key(at=now - 310))).status_code == 401
    assert (await send(box, header=box.key(at=now + 25))).status_code == 200
    assert (await send(box, header=box.key(at=now + 40))).status_code == 401


async def test_how_far_a_key_may_be_ahead_is_a_setting(tmp_path, anyio_backend) -> None:
    async with api_box(tmp_path, api={"key_future_seconds": 300}) as box:
        assert (await send(box, header=box.key(at=time.time() + 290))).status_code == 200
        assert (await send(box, header=box.key(at=time.time() + 310))).status_code == 401


async def test_a_client_made_a_moment_ago_is_known_at_once(box: ApiBox) -> None:
    assert (await box.quick()).status_code == 200
    await asyncio.sleep(0.06)
    box.secrets["late"] = box.store.clients.create("late")
    assert (await send(box, header=box.key("late"))).status_code == 200


async def test_a_rotated_secret_works_at_once_and_the_one_before_it_still_does(
    box: ApiBox,
) -> None:
    old = box.key()
    assert (await send(box, header=old)).status_code == 200
    await asyncio.sleep(0.06)
    box.secrets["center-1"] = box.store.clients.rotate("center-1")
    assert (await send(box, header=box.key())).status_code == 200
    assert (await send(box, header=old)).status_code == 200


async def test_a_disabled_client_is_refused_within_a_second(tmp_path, anyio_backend) -> None:
    now = [100.0]
    async with api_box(tmp_path, monotonic=lambda: now[0]) as box:
        assert (await send(box, header=box.key())).status_code == 200
        box.store.clients.disable("center-1")
        now[0] += 1.01
        assert (await send(box, header=box.key())).status_code == 401
        box.store.clients.enable("center-1")
        now[0] += 1.01
        assert (await send(box, header=box.key())).status_code == 200


async def test_a_get_takes_the_key_from_the_header_only(box: ApiBox) -> None:
    url = "/api/v1/batches"
    assert (await box.get(url)).status_code == 200
    assert (await box.http.get(url, params={"bound_key": box.key()})).status_code == 401


async def test_a_client_over_its_rate_is_told_when_to_come_back(tmp_path, anyio_backend) -> None:
    now = [100.0]
    async with api_box(tmp_path, monotonic=lambda: now[0], api={"rate_per_minute": 2}) as box:
        url = "/api/v1/batches"
        assert [(await box.get(url)).status_code for _ in range(3)] == [200, 200, 429]
        refused = await box.get(url)
        assert refused.headers["retry-after"] == "30"
        assert (await box.get(url, client="center-2")).status_code == 200
        now[0] += 30
        assert [(await box.get(url)).status_code for _ in range(2)] == [200, 429]


async def test_the_rate_is_checked_before_the_fields(tmp_path, anyio_backend) -> None:
    async with api_box(tmp_path, monotonic=lambda: 100.0, api={"rate_per_minute": 1}) as box:
        assert (await box.quick(priority="x")).status_code == 422
        assert (await box.quick(priority="x")).status_code == 429


async def test_bad_keys_do_not_use_up_a_clients_rate(tmp_path, anyio_backend) -> None:
    async with api_box(tmp_path, monotonic=lambda: 100.0, api={"rate_per_minute": 1}) as box:
        for _ in range(5):
            bad = box.key()[:-4] + "0000"
            assert (await send(box, header=bad)).status_code == 401
        assert (await send(box, header=box.key())).status_code == 200


async def test_a_client_that_is_disabled_while_its_body_arrives_is_refused(box: ApiBox) -> None:
    now = [1000.0]
    gate = Gate(
        ClientsCache(box.store.clients, box.services.threads.box, clock=lambda: now[0]),
        RateLimiter(10, clock=time.monotonic),
        box.services.refused,
        Nonces(330, monotonic=time.monotonic),
        DatedAhead(box.store.key_marks, 30, run=box.services.threads.box),
        window=lambda: Window(time.time(), 300, 30),
    )
    headers = [(b"x-bound-key", box.key().encode())]
    request = Request({"type": "http", "headers": headers, "state": {}})
    await gate.check_header(request)
    assert (await gate.admit(request, {})).client_id == "center-1"
    with pytest.raises(InvalidBoundKey):
        await gate.admit(request, {"bound_key": box.key("center-2")})
    box.store.clients.disable("center-1")
    now[0] += 2
    with pytest.raises(InvalidBoundKey):
        await gate.admit(request, {})
