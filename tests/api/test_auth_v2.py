"""Requests that are signed whole, over the API."""

import asyncio
import hashlib
import json
import secrets
import time

import httpx
import pytest

from edgebox.api.body_ledger import KEYLESS_BYTES
from edgebox.api.refused_keys import refused_keys
from edgebox.errors import InvalidBoundKey
from edgebox.signing_v2 import Signed, bound_key_v2
from support.boxes.api import BATCH, QUICK, TALK, ApiBox, api_box

pytestmark = pytest.mark.anyio

BODY = json.dumps({"consultation_id": "CL-1", "conversation_text": TALK}).encode()
LIST = "/api/v1/batches"


def key_for(
    box: ApiBox,
    method: str,
    target: str,
    body: bytes = b"",
    *,
    at: float | None = None,
    nonce: str | None = None,
) -> str:
    signed = Signed(method, target, hashlib.sha256(body).hexdigest())
    now = time.time() if at is None else at
    nonce = nonce or secrets.token_urlsafe(16)
    return bound_key_v2("center-1", box.secrets["center-1"], now, nonce, signed)


async def post(box: ApiBox, key: str, body: bytes = BODY, **more: str) -> httpx.Response:
    headers = {"X-Bound-Key": key, "Content-Type": "application/json", **more}
    return await box.http.post(QUICK, content=body, headers=headers)


async def get(box: ApiBox, target: str, key: str) -> httpx.Response:
    return await box.http.get(target, headers={"X-Bound-Key": key})


async def reasons(box: ApiBox) -> list[str]:
    await box.services.refused.report()
    return [one.reason for one in refused_keys(box.settings.state_dir, 0)]


async def test_a_signed_request_is_answered_once(box: ApiBox) -> None:
    key = key_for(box, "POST", QUICK, BODY)
    assert (await post(box, key)).status_code == 200
    again = await post(box, key)
    assert (again.status_code, again.json()["detail"]) == (401, InvalidBoundKey().detail)
    assert (await post(box, key.upper().replace("V2:CENTER", "v2:center"))).status_code == 401
    assert "the key was used already: each request needs its own" in await reasons(box)


async def test_of_many_copies_at_once_one_is_answered(box: ApiBox) -> None:
    key = key_for(box, "GET", LIST)
    answers = await asyncio.gather(*(get(box, LIST, key) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 19]


async def test_the_key_is_for_one_method_path_query_and_body(box: ApiBox) -> None:
    assert (await post(box, key_for(box, "GET", QUICK, BODY))).status_code == 401
    assert (await post(box, key_for(box, "POST", BATCH, BODY))).status_code == 401
    assert (await post(box, key_for(box, "POST", QUICK, BODY + b" "))).status_code == 401
    assert (await post(box, key_for(box, "POST", QUICK))).status_code == 401
    limited = f"{LIST}?limit=5&state=completed"
    assert (await get(box, limited, key_for(box, "GET", LIST))).status_code == 401
    assert (await get(box, limited, key_for(box, "GET", limited))).status_code == 200
    assert (await get(box, f"{LIST}?limit=6", key_for(box, "GET", limited))).status_code == 401


async def test_a_question_mark_without_a_query_is_signed_as_it_is_sent(box: ApiBox) -> None:
    assert (await get(box, f"{LIST}?", key_for(box, "GET", f"{LIST}?"))).status_code == 200
    assert (await get(box, f"{LIST}?limit=1", key_for(box, "GET", f"{LIST}?"))).status_code == 401


async def test_the_body_is_hashed_before_it_is_parsed(box: ApiBox) -> None:
    broken = b'{"a": '
    assert (await post(box, key_for(box, "POST", QUICK, BODY), broken)).status_code == 401
    assert (await post(box, key_for(box, "POST", QUICK, broken), broken)).status_code == 400


async def test_with_the_hash_beside_it_the_key_is_checked_before_the_body(box: ApiBox) -> None:
    arrived = []

    async def body():
        arrived.append(1)
        yield BODY

    async def send(key: str, sha256: str) -> int:
        headers = {
            "X-Bound-Key": key,
            "X-Content-SHA256": sha256,
            "Content-Type": "application/json",
        }
        return (await box.http.post(QUICK, content=body(), headers=headers)).status_code

    right = hashlib.sha256(BODY).hexdigest()
    assert await send(key_for(box, "POST", QUICK, BODY), right.upper()) == 200
    arrived.clear()
    assert await send(key_for(box, "POST", QUICK, b"other"), right) == 401
    assert await send(key_for(box, "POST", QUICK, BODY), "ab") == 401
    assert not arrived
    other = hashlib.sha256(b"other").hexdigest()
    assert await send(key_for(box, "POST", QUICK, b"other"), other) == 401
    assert arrived
    assert "X-Content-SHA256 is not the hash of the body" in await reasons(box)


async def test_a_large_body_needs_its_hash_in_the_header(box: ApiBox) -> None:
    large = BODY[:-1] + b" " * KEYLESS_BYTES + b"}"
    key = key_for(box, "POST", QUICK, large)
    refused = await post(box, key, large)
    assert (refused.status_code, "X-Content-SHA256" in refused.json()["detail"]) == (413, True)
    hashed = {"X-Content-SHA256": hashlib.sha256(large).hexdigest()}
    assert (await post(box, key, large, **hashed)).status_code == 200, "the key was not used up"


async def test_it_belongs_into_the_header(box: ApiBox) -> None:
    key = key_for(box, "POST", QUICK, BODY)
    inside = json.dumps(json.loads(BODY) | {"bound_key": key})
    headers = {"Content-Type": "application/json"}
    assert (await box.http.post(QUICK, content=inside, headers=headers)).status_code == 401
    assert "a v2 key belongs into the header X-Bound-Key" in await reasons(box)


async def test_a_client_may_be_held_to_them(box: ApiBox) -> None:
    box.store.clients.require_key_version("center-1", 2)
    await asyncio.sleep(1.1)
    assert (await box.get(LIST)).status_code == 401
    assert (await box.get(LIST, client="center-2")).status_code == 200
    assert (await get(box, LIST, key_for(box, "GET", LIST))).status_code == 200
    assert "the key is right, but this client has to send v2 keys" in await reasons(box)
    box.store.clients.require_key_version("center-1", 1)
    await asyncio.sleep(1.1)
    assert (await box.get(LIST)).status_code == 200


async def test_a_refused_rate_uses_up_no_key(tmp_path, anyio_backend) -> None:
    now = [100.0]
    async with api_box(tmp_path, monotonic=lambda: now[0], api={"rate_per_minute": 1}) as box:
        assert (await get(box, LIST, key_for(box, "GET", LIST))).status_code == 200
        key = key_for(box, "GET", LIST)
        assert (await get(box, LIST, key)).status_code == 429
        now[0] += 60
        assert (await get(box, LIST, key)).status_code == 200


async def test_keys_from_before_the_start_are_refused(tmp_path, anyio_backend) -> None:
    """The nonces that were used before are forgotten with the process."""
    async with api_box(tmp_path) as box:
        old = key_for(box, "GET", LIST, at=time.time() - 5)
        assert (await get(box, LIST, old)).status_code == 401
        assert "the key is right, but older than the API's start" in await reasons(box)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("v2:center-1", "v2:nobody"), "unknown client"),
        (("nonce-0123456789", "short"), "nonce is not 16 to 64 letters, digits, - or _"),
        (("center-1", "center-2"), "signature does not match the secret, or the method, path"),
    ],
)
async def test_the_administrator_reads_why(box: ApiBox, change, reason) -> None:
    key = key_for(box, "GET", LIST, nonce="nonce-0123456789").replace(*change)
    assert (await get(box, LIST, key)).status_code == 401
    assert (await reasons(box))[0].startswith(reason)


async def test_the_administrator_reads_of_a_wrong_clock(box: ApiBox) -> None:
    key = key_for(box, "GET", LIST, at=time.time() - 900)
    assert (await get(box, LIST, key)).status_code == 401
    assert (await reasons(box))[0].endswith(" s old")
