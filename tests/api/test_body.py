import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from edgebox.api.app import create_app
from edgebox.api.body import BodyReader, fingerprint, parse_object
from edgebox.errors import MalformedRequest
from support.boxes.api import BATCH, QUICK, TALK, ApiBox, api_box

pytestmark = pytest.mark.anyio

JSON = "application/json"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": "\xff"}',
        '{"a": "가"}'.encode("euc-kr"),
        '{"a": 1}'.encode("utf-16"),
        b'{"a": 1} x',
        b'{"a": ' * 100_000,
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": "line\nbreak"}',
    ],
    ids=repr,
)
def test_what_is_not_a_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedRequest) as refused:
        parse_object(raw)
    assert len(refused.value.detail) < 100


@pytest.mark.parametrize("one", [b"[]", b"{}", b"0", b'""', b'"\\",["'])
def test_a_body_of_nothing_but_values_is_refused(one: bytes) -> None:
    with pytest.raises(MalformedRequest, match="200000 values"):
        parse_object(b'{"a": [' + b",".join([one] * 200_001) + b"]}")


def test_commas_and_brackets_in_texts_are_no_values() -> None:
    text = '[00:12] 고객: 네, 그게, "저기요", [웃음]\\ {' * 20_000
    raw = json.dumps({"a": text}).encode()
    assert raw.count(b",") + raw.count(b"[") + raw.count(b"{") > 100_000
    assert parse_object(raw) == {"a": text}
    assert parse_object(json.dumps({"a": [text] * 5}).encode()) == {"a": [text] * 5}


def test_a_byte_order_mark_is_ignored() -> None:
    assert parse_object(b"\xef\xbb\xbf" + '{"가": [1, 2.5, null]}'.encode()) == {
        "가": [1, 2.5, None]
    }


def test_a_refusal_says_where_and_not_what() -> None:
    with pytest.raises(MalformedRequest) as refused:
        parse_object('{"conversation_text": "비밀",\n x}'.encode())
    assert "line 2, column 2" in refused.value.detail
    assert "비밀" not in refused.value.detail


def test_the_fingerprint_ignores_the_key_the_order_and_the_spacing_only() -> None:
    one = parse_object(b'{"a": {"x": 1, "y": "\\ud800"}, "bound_key": "k1"}')
    same = parse_object(b'{"bound_key": "k2","a":{"y":"\\ud800","x":1}}')
    other = parse_object(b'{"a": {"x": 2, "y": "\\ud800"}, "bound_key": "k1"}')
    assert fingerprint(one) == fingerprint(same) != fingerprint(other)


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "",
        "application/json; charset=euc-kr",
        "application/jsonx",
        "application/x-www-form-urlencoded",
    ],
)
async def test_another_content_type_is_a_415(box: ApiBox, kind: str) -> None:
    headers = box.headers() | {"Content-Type": kind}
    answer = await box.http.post(QUICK, content=b"{}", headers=headers)
    assert answer.status_code == 415
    assert "application/json" in answer.json()["detail"]


async def test_a_compressed_body_is_a_415(box: ApiBox) -> None:
    headers = box.headers() | {"Content-Type": JSON, "Content-Encoding": "gzip"}
    assert (await box.http.post(QUICK, content=b"x", headers=headers)).status_code == 415


@pytest.mark.parametrize("kind", [JSON, "APPLICATION/JSON", 'application/json; charset="UTF-8"'])
async def test_json_by_any_of_its_spellings_is_taken(box: ApiBox, kind: str) -> None:
    body = json.dumps({"consultation_id": "CL-1", "conversation_text": TALK})
    headers = box.headers() | {"Content-Type": kind}
    assert (await box.http.post(QUICK, content=body, headers=headers)).status_code == 200


async def test_the_checks_come_in_their_order(box: ApiBox) -> None:
    """Content type, size, JSON, key, fields: each request is wrong in all later ways too."""
    too_long = {"Content-Length": "99999999"}

    async def status(content: bytes, **headers: str) -> int:
        answer = await box.http.post(QUICK, content=content, headers=headers)
        return answer.status_code

    assert await status(b"not json", **{"Content-Type": "text/plain"}, **too_long) == 415
    assert await status(b"not json", **{"Content-Type": JSON}, **too_long) == 413
    assert await status(b"not json", **{"Content-Type": JSON}) == 400
    assert await status(b"{}", **{"Content-Type": JSON}) == 401
    assert await status(b"{}", **{"Content-Type": JSON}, **box.headers()) == 422


async def test_a_path_that_does_not_exist_says_so_whatever_the_body(box: ApiBox) -> None:
    answer = await box.http.post("/nowhere", content=b"x", headers={"Content-Length": "99999999"})
    assert answer.status_code == 404


async def test_a_streamed_body_over_the_limit_is_a_413(tmp_path, anyio_backend) -> None:
    async def endless():
        for _ in range(100):
            yield b" " * 1000

    async with api_box(tmp_path, api={"body_limit_bytes": 10_000}) as box:
        headers = box.headers() | {"Content-Type": JSON}
        answer = await box.http.post(QUICK, content=endless(), headers=headers)
        assert answer.status_code == 413
        assert "10000 bytes" in answer.json()["detail"]


async def test_a_large_body_is_read_too(box: ApiBox) -> None:
    answer = await box.batch(*["고객: 문의합니다. " * 9_000] * 4)
    assert answer.status_code == 202


@pytest.mark.parametrize("path", [QUICK, BATCH])
async def test_a_wrong_key_in_the_header_is_refused_before_the_body_is_read(
    box: ApiBox, path: str
) -> None:
    read = []

    async def body():
        read.append(True)
        yield b"{}"

    headers = {"Content-Type": JSON, "X-Bound-Key": "center-1:1:00"}
    assert (await box.http.post(path, content=body(), headers=headers)).status_code == 401
    assert not read


async def test_a_body_that_stops_arriving_is_given_up(box: ApiBox) -> None:
    async def stalls():
        yield b"{"
        await asyncio.sleep(0.2)
        yield b"}"

    answer = await send_slowly(box, stalls(), idle=0.05)
    assert answer.status_code == 400
    assert "stopped arriving" in answer.json()["detail"]


async def test_a_body_that_drips_for_ever_is_given_up(box: ApiBox) -> None:
    async def drips():
        while True:
            yield b" "
            await asyncio.sleep(0.01)

    answer = await send_slowly(box, drips(), total=0.1)
    assert answer.status_code == 400
    assert "did not arrive within" in answer.json()["detail"]


async def test_a_large_body_must_keep_its_rate(box: ApiBox) -> None:
    async def drips():
        yield b" " * 300_000
        while True:
            yield b" "
            await asyncio.sleep(0.01)

    answer = await send_slowly(box, drips(), rate=0.1)
    assert answer.status_code == 400
    assert "less than 65536 bytes" in answer.json()["detail"]
    assert (await send_slowly(box, drips_small(), rate=0.01)).status_code == 422


async def drips_small() -> AsyncIterator[bytes]:
    for byte in b"{    }":
        yield bytes([byte])
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "number", ["1e308", "-1E+5", "12e-400", "9" * 400, "9" * 308, "1" * 309 + ".0", "0.5"]
)
def test_numbers_mean_what_they_are(number: str) -> None:
    assert parse_object(f'{{"a": {number}}}'.encode()) == {"a": json.loads(number)}


@pytest.mark.parametrize(
    "number", ["9" * 401, "-" + "9" * 400, "9" * 309 + ".0", "1e309", "-1E999"]
)
def test_a_number_that_is_too_large_is_refused(number: str) -> None:
    with pytest.raises(MalformedRequest, match="too large"):
        parse_object(f'{{"a": {number}}}'.encode())


@pytest.mark.parametrize(("values", "heavy"), [(100, False), (3_000, True)])
async def test_a_body_of_many_values_is_parsed_in_a_thread(
    box: ApiBox, monkeypatch: pytest.MonkeyPatch, values: int, heavy: bool
) -> None:
    used = []
    bodies = box.services.threads.bodies

    async def noted(work):
        used.append(True)
        return await bodies(work)

    monkeypatch.setattr(box.services.threads, "bodies", noted)
    content = json.dumps({"a": [1] * values})
    headers = box.headers() | {"Content-Type": JSON}
    assert (await box.http.post(QUICK, content=content, headers=headers)).status_code == 422
    assert bool(used) is heavy


async def send_slowly(
    box: ApiBox, content: AsyncIterator[bytes], **seconds: float
) -> httpx.Response:
    """POST to a box that is as patient as ``seconds`` say."""
    bodies = BodyReader(box.services.threads, limit=1000, **seconds)
    app = create_app(replace(box.services, bodies=bodies))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://b") as http:
        headers = box.headers() | {"Content-Type": JSON}
        return await http.post(QUICK, content=content, headers=headers)


async def test_an_empty_body_is_a_400(box: ApiBox) -> None:
    headers = box.headers() | {"Content-Type": JSON}
    assert (await box.http.post(BATCH, content=b"", headers=headers)).status_code == 400
