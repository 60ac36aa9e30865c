"""The WebSocket against peers that do not mean well, or only read slowly."""

import asyncio
import base64
import json
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from edgebox.api.metrics import Metrics
from edgebox.console import socket as live
from edgebox.processes.api import serve
from edgebox.system import sockets, wire
from edgebox.system import unread as reader_watch
from edgebox.system.tls import client_context
from support.boxes.screens import LIVE, opened, screen
from support.boxes.served import Running, running
from support.outside.certificates import make_pair
from support.polling import PATIENCE, eventually

pytestmark = pytest.mark.anyio

KEY = base64.b64encode(bytes(16)).decode()


@pytest.fixture
async def box(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Running]:
    async with running(tmp_path) as made:
        await made.until_ready()
        yield made


def handshake(box: Running, path: str = LIVE, **changed: str | None) -> bytes:
    """A right handshake, less the headers that are None, with those that are changed."""
    headers: dict[str, str | None] = {
        "Host": "a",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": KEY,
        "Sec-WebSocket-Protocol": "edgebox.v1",
        **box.headers(),
        **{name.replace("_", "-"): value for name, value in changed.items()},
    }
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return ("\r\n".join([f"GET {path} HTTP/1.1", *lines]) + "\r\n\r\n").encode("latin-1")


def masked(opcode: int, payload: bytes, *, end: bool = True) -> bytes:
    """A frame of a client. Its mask is zero, so that the payload stays as it is."""
    head = bytes([opcode | (0x80 if end else 0)])
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 1 << 16:
        length = bytes([0x80 | 126]) + size.to_bytes(2, "big")
    else:
        length = bytes([0x80 | 127]) + size.to_bytes(8, "big")
    return head + length + bytes(4) + payload


async def answered(box: Running, request: bytes) -> tuple[int, dict[str, object]]:
    """Send a request in one piece; return the status and the problem of the answer."""
    reader, writer = await asyncio.open_connection(*box.address)
    writer.write(request)
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    status = int(head.split()[1])
    body: dict[str, object] = {}
    if status not in {101, 200}:
        assert b"content-type: application/problem+json" in head.lower()
        assert b"x-request-id: " in head.lower()
        length = head.lower().partition(b"content-length: ")[2].split()[0]
        body = json.loads(await asyncio.wait_for(reader.readexactly(int(length)), PATIENCE))
    writer.close()
    return status, body


async def raw(box: Running) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A socket that was opened by hand."""
    reader, writer = await asyncio.open_connection(*box.address)
    writer.write(handshake(box))
    assert b" 101 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    return reader, writer


HANDSHAKES: list[tuple[dict[str, str | None], int]] = [
    ({}, 101),
    ({"Sec_WebSocket_Version": "12"}, 426),
    ({"Sec_WebSocket_Version": None}, 426),
    ({"Sec_WebSocket_Key": None}, 426),
    ({"Sec_WebSocket_Key": "c2hvcnQ="}, 426),
    ({"Sec_WebSocket_Key": "!"}, 426),
    ({"Upgrade": None}, 426),
    ({"Upgrade": "h2c"}, 426),
    ({"Connection": "close"}, 426),
    ({"Host": "\xff"}, 426),
    ({"Content_Length": "4"}, 426),
    ({"Transfer_Encoding": "chunked"}, 426),
    ({"Sec_WebSocket_Protocol": "\xff"}, 426),
    ({"Sec_WebSocket_Extensions": "\xff"}, 426),
    ({"Sec_WebSocket_Protocol": None}, 400),
    ({"Sec_WebSocket_Protocol": "chat"}, 400),
    ({"X_Bound_Key": None}, 403),
    ({"X_Bound_Key": "center-1:1:00"}, 401),
    ({"Origin": "https://elsewhere.example"}, 403),
    ({"path": "/api/v1/live/"}, 404),
    ({"path": "/healthz"}, 200),
    ({"path": "/api/v1/batches"}, 200),
]


async def test_a_handshake_is_right_or_answered_as_http(box: Running) -> None:
    for changed, status in HANDSHAKES:
        found, body = await answered(box, handshake(box, **changed))  # type: ignore[arg-type]
        assert found == status, (changed, body)
        if status not in {101, 200}:
            assert body["status"] == status, changed
            assert body["detail"], changed


async def test_a_refused_handshake_has_a_line_and_is_counted(
    box: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with pytest.raises(InvalidStatus) as refused:
        async with opened(box, headers={"X-Bound-Key": "center-1:1:00"}):
            pass
    assert refused.value.response.status_code == 401
    name = f'edgebox_http_requests_total{{method="GET",route="{LIVE}",status="401"}}'
    assert await box.metric(name) == 1
    of_records = [vars(record).get("ecs", {}) for record in caplog.records]
    [line] = [one for one in of_records if one.get("http.response.status_code") == 401]
    assert (line["event.action"], line["edgebox.route"]) == ("request", LIVE)
    assert line["http.request.method"] == "GET"
    assert refused.value.response.headers["X-Request-Id"] == line["http.request.id"]


async def test_headers_may_come_in_pieces(box: Running) -> None:
    reader, writer = await asyncio.open_connection(*box.address)
    request = handshake(box)
    for at in range(0, len(request), 7):
        writer.write(request[at : at + 7])
        await writer.drain()
        await asyncio.sleep(0)
    assert b" 101 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    writer.close()


async def test_headers_have_to_come(box: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "HEADER_SECONDS", 0.2)
    reader, writer = await asyncio.open_connection(*box.address)
    writer.write(handshake(box)[:-10])
    assert b" 408 " in await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()


async def test_frames_before_the_answer_are_refused(box: Running) -> None:
    status, body = await answered(box, handshake(box) + masked(1, b'{"type":"hello"}'))
    assert status == 426
    assert "waits for the answer" in str(body["detail"])


async def test_a_second_request_of_a_connection_may_begin_a_socket(box: Running) -> None:
    reader, writer = await asyncio.open_connection(*box.address)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split()[0]))
    writer.write(handshake(box))
    assert b" 101 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    writer.write(masked(1, b'{"type":"hello"}'))
    assert b"welcome" in await asyncio.wait_for(reader.readuntil(b"}"), PATIENCE)
    writer.close()


async def test_sockets_have_places_like_all_connections(tmp_path: Path) -> None:
    async with running(tmp_path, api={"port": 0, "max_connections": 8}) as box:
        await box.until_ready()  # one place is box.http's
        async with AsyncExitStack() as held:
            for _ in range(7):
                await held.enter_async_context(screen(box))
            assert await box.metric("edgebox_sockets") == 7
            with pytest.raises((ConnectionError, EOFError)):
                await raw(box)
        assert await box.metric("edgebox_sockets") == 0

        async def free() -> bool:
            try:
                _, writer = await raw(box)
            except (ConnectionError, EOFError):
                return False
            writer.close()
            return True

        await eventually(free)


FIRST_FRAMES = [
    ("binary", masked(2, b"{}"), 4400),
    ("text", masked(1, b"no json"), 4400),
    ("not-hello", masked(1, b'{"type": "ask"}'), 4400),
    ("deep", masked(1, b"[" * 100_000), 4400),
    ("utf-8", masked(1, b"\xff\xfe"), 1007),
    ("garbage", b"\xff" * 64, 1002),
    ("close", masked(8, b""), 1005),
    ("close-1000", masked(8, (1000).to_bytes(2, "big")), 1000),
    ("close-4999", masked(8, (4999).to_bytes(2, "big")), 4999),
    ("close-999", masked(8, (999).to_bytes(2, "big")), 1002),
    ("large", masked(1, b"a" * (1024 * 1024 + 1)), 1009),
    ("pings", masked(9, b"") * 101, 1008),
    ("fragments", masked(1, b"", end=False) + masked(0, b"", end=False) * 101, 1008),
]
"""What a peer sends after the handshake, and the code of the close that it gets or gave."""


async def test_what_a_peer_sends_first_ends_with_a_code(
    box: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    def lines() -> list[dict[str, object]]:
        found = [vars(record).get("ecs", {}) for record in caplog.records]
        return [line for line in found if line.get("event.action") == "socket"]

    for name, sent, code in FIRST_FRAMES:
        caplog.clear()
        reader, writer = await raw(box)
        writer.write(sent)
        frame = await asyncio.wait_for(reader.read(200), PATIENCE)
        while frame[:1] == b"\x8a":  # pongs
            frame = frame[2:] or await asyncio.wait_for(reader.read(200), PATIENCE)
        assert frame[:1] == b"\x88", f"{name}: the box closes, and resets nothing"
        if code != 1005:
            assert int.from_bytes(frame[2:4], "big") == code, name
        writer.write(masked(8, b""))
        writer.close()
        await eventually(lines)
        [line] = lines()
        assert (line["edgebox.close_code"], line["edgebox.route"]) == (code, LIVE), name
        assert line["edgebox.client_id"] == "center-1", name
        assert not [r for r in caplog.records if r.levelname == "ERROR"], name
    assert await box.metric('edgebox_socket_closes_total{code="4400"}') == 4
    assert await box.metric('edgebox_socket_closes_total{code="other"}') == 1


async def test_one_byte_less_is_read(box: Running) -> None:
    async with screen(box) as one:
        await one.socket.send("a" * (1024 * 1024))
        assert await one.code() == 4400, "no JSON, and not 1009"
    async with screen(box) as one:
        await one.socket.send("a" * (3 * 1024 * 1024))
        assert await one.code() == 1009, "its peer sends on, and reads the code all the same"


async def test_the_first_message_has_its_time(
    box: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HELLO_SECONDS", 0.2)
    async with opened(box) as one:
        assert await one.code() == 4408


async def test_messages_have_a_rate(box: Running) -> None:
    async with screen(box) as one:
        with suppress(ConnectionClosed):
            for _ in range(5 * live.MESSAGES_AT_ONCE):
                await one.send("cancel", ask_id="none")
        assert await one.code() == 4429


async def test_no_compression_is_agreed(box: Running) -> None:
    async with opened(box, compression="deflate") as one:
        assert one.socket.protocol.extensions == []


async def test_a_restart_is_told(box: Running) -> None:
    async with screen(box) as one:
        box.stop.set()
        assert await asyncio.wait_for(one.code(), PATIENCE) == 1012
    assert await box.task == 0


async def test_over_tls_a_close_is_seen_as_its_code_too(tmp_path: Path) -> None:
    pair = make_pair(tmp_path / "tls")
    api = {"port": 0, "tls_cert": str(pair.cert), "tls_key": str(pair.key)}
    context = client_context(str(pair.cert))
    async with running(tmp_path, api=api, console={"enabled": "on"}) as box:
        assert box.url.startswith("https://")
        async with screen(box, ssl=context) as one:
            await one.socket.send("a" * (3 * 1024 * 1024))
            assert await one.code() == 1009
        async with screen(box, ssl=context) as one:
            await one.socket.send(b"{}")
            assert await one.code() == 4400
        for origin, status in ((box.url.replace("https", "http"), 403), (box.url, 401)):
            headers = {"Origin": origin, "Cookie": "__Host-edgebox=guessed"}
            with pytest.raises(InvalidStatus) as refused:
                async with opened(box, ssl=context, headers=headers):
                    pass
            assert refused.value.response.status_code == status
        async with screen(box, ssl=context) as one:
            box.stop.set()
            assert await one.code() == 1012


async def test_after_a_restart_a_screen_begins_anew(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        await box.until_ready()
        async with screen(box, "kim") as kim:
            said = {"offset": 0, "text": "고객: 네\n", "operator": "kim"}
            await box.http.put(f"{LIVE}/CL-1", json=said, headers=box.headers())
            await kim.next("call.text")
            box.stop.set()
            assert await kim.code() == 1012
    again = replace(box, stop=asyncio.Event())
    listening = asyncio.get_running_loop().create_future()
    served = asyncio.create_task(
        serve(box.settings, on_listening=listening.set_result, stop=again.stop)
    )
    again.url = await asyncio.wait_for(listening, PATIENCE)
    async with (
        httpx.AsyncClient(base_url=again.url, trust_env=False) as http,
        screen(again, "kim") as kim,
    ):
        assert kim.welcome["calls"] == [], "a restart forgets calls, and says so"
        asked = await http.put(f"{LIVE}/CL-1", json={**said, "offset": 5}, headers=box.headers())
        assert (asked.status_code, asked.json()["expected"]) == (409, 0)
        await http.put(f"{LIVE}/CL-1", json=said, headers=box.headers())
        assert (await kim.next("call.text"))["utterances"][0]["text"] == "네"
    again.stop.set()
    assert await served == 0


async def unread(box: Running, operator: str) -> socket.socket:
    """A socket whose peer said hello, asks for much and reads nothing."""
    loop = asyncio.get_running_loop()
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.setblocking(False)
    await loop.sock_connect(plain, box.address)
    await loop.sock_sendall(plain, handshake(box))
    hello = json.dumps({"type": "hello", "operator": operator}).encode()
    await asyncio.sleep(0.2)
    await loop.sock_sendall(plain, masked(1, hello))
    return plain


async def test_a_peer_that_never_reads_is_given_up(
    box: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_watch, "STALL_SECONDS", 0.5)
    monkeypatch.setattr(sockets, "EMPTY_FRAMES", 1_000_000)
    connected = sockets.GuardedSocket.connection_made

    def with_little_room(self: sockets.GuardedSocket, transport: asyncio.Transport) -> None:
        own = transport.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        connected(self, transport)

    monkeypatch.setattr(sockets.GuardedSocket, "connection_made", with_little_room)
    loop = asyncio.get_running_loop()
    plain = await unread(box, "kim")
    ping = masked(9, os.urandom(120)) * 1000
    sending = asyncio.create_task(loop.sock_sendall(plain, ping * 3))

    async def given_up() -> bool:
        name = 'edgebox_connections_refused_total{reason="unread_answer"}'
        return await box.metric(name) == 1

    began = time.monotonic()
    await eventually(given_up)
    assert time.monotonic() - began < 8
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    plain.close()
    assert await box.metric("edgebox_sockets") == 0
    assert not reader_watch.STALLED


def test_every_reason_is_described() -> None:
    assert "empty_frames" in Metrics().connections_refused._documentation
