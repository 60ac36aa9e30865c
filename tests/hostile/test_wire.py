"""A served API against clients that do not mean well: raw sockets, no key."""

import asyncio
import json
import socket
import ssl
from asyncio import sslproto
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from edgebox.api.metrics import Metrics
from edgebox.store.db import Store
from edgebox.system import listener, unread, wire
from edgebox.system.listener import Listener, Places
from edgebox.system.tls import client_context
from support.boxes.api import BATCH, QUICK, TALK
from support.boxes.served import Running, running
from support.boxes.store import analysis
from support.outside.certificates import make_pair
from support.polling import PATIENCE, eventually

pytestmark = pytest.mark.anyio

CHUNKED = b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

NO_HTTP = "This is not an HTTP/1.1 request."
BARE_LF = "A line of the request ends with LF alone. End each with CR LF."
LONG_HEAD = "The request's line and headers are over 16384 bytes."


@pytest.fixture
async def box(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Running]:
    async with running(tmp_path) as made:
        await made.until_ready()
        yield made


@pytest.fixture
async def secure_box(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Running]:
    pair = make_pair(tmp_path / "tls")
    api = {"port": 0, "tls_cert": str(pair.cert), "tls_key": str(pair.key)}
    async with running(tmp_path, api=api) as made:
        await made.until_ready()
        yield made


async def exchange(box: Running, *parts: bytes, wait: float = 10) -> bytes:
    """Send the parts, each after a turn of the loop, and read until the box ends the connection."""
    reader, writer = await asyncio.open_connection(*box.address)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        return await asyncio.wait_for(reader.read(), wait)
    finally:
        writer.close()


async def refused(box: Running, reason: str) -> float:
    return await box.metric(f'edgebox_connections_refused_total{{reason="{reason}"}}')


def problem_of(answer: bytes) -> dict[str, object]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower()
    assert b"x-request-id: " in head.lower()
    return dict(json.loads(body))


async def test_a_body_of_tiny_chunks_is_refused_after_its_budget(box: Running) -> None:
    reader, writer = await asyncio.open_connection(*box.address)
    writer.write(CHUNKED)
    assert b"404" in await reader.readline()
    sent = 0
    with suppress(ConnectionError):
        while sent < 2 * wire.LINGER_BYTES:
            writer.write(b"1\r\na\r\n" * 4000)
            sent += 24_000
            await writer.drain()
    assert sent < 2 * wire.LINGER_BYTES
    assert await refused(box, "not_http") == 1
    writer.close()


async def test_a_body_of_ordinary_chunks_passes(box: Running) -> None:
    body = json.dumps({"consultation_id": "CL-1", "conversation_text": TALK * 30}).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 64):
            yield body[at : at + 64]

    headers = box.headers() | {"Content-Type": "application/json"}
    answer = await box.http.post(QUICK, content=pieces(), headers=headers)
    assert answer.status_code == 200, answer.text


async def test_a_few_bytes_may_come_in_chunks_of_one(box: Running) -> None:
    body = json.dumps({"consultation_id": "CL-1", "conversation_text": "고객: 해지요"}).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(len(body)):
            yield body[at : at + 1]

    headers = box.headers() | {"Content-Type": "application/json"}
    answer = await box.http.post(QUICK, content=pieces(), headers=headers)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("request_", "detail"),
    [
        (
            CHUNKED.replace(b"Host: a", b"Host: a\r\nContent-Length: 4"),
            "Send Content-Length or Transfer-Encoding, not both.",
        ),
        (b"GET /healthz HTTP/1.1\nHost: a\n\n", BARE_LF),
        (b"GET /healthz HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", BARE_LF),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", NO_HTTP),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n", NO_HTTP),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", LONG_HEAD),
        (b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", LONG_HEAD),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", NO_HTTP),
    ],
    ids=["both-lengths", "bare-lf", "one-bare-lf", "two-hosts", "nul", "large", "long-path", "tls"],
)
async def test_what_is_no_http_gets_a_problem_and_the_end(
    box: Running, request_: bytes, detail: str
) -> None:
    answer = await exchange(box, request_ + b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"HTTP/1.1 200 " not in answer, "nothing after it is answered"
    assert problem_of(answer)["status"] == 400
    assert problem_of(answer)["detail"] == detail


async def test_the_size_line_of_a_chunk_is_no_header(box: Running) -> None:
    """And what comes after a request on its connection is told of as what it is."""
    headers = "".join(f"{name}: {value}\r\n" for name, value in box.headers().items())
    head = f"POST {QUICK} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{headers}"
    chunked = head.encode() + b"Transfer-Encoding: chunked\r\n\r\n"
    answer = await exchange(box, chunked, b"1;" + b"a" * 40_000)
    assert problem_of(answer)["detail"] == NO_HTTP
    tiny = await exchange(box, chunked, b"1\r\n \r\n" * 4_000)
    words = "The body comes in chunks of a few bytes. Send larger ones."
    assert problem_of(tiny)["detail"] == words
    again = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    second = await exchange(box, again, b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000)
    assert problem_of(second[second.index(b"HTTP/1.1 400") :])["detail"] == LONG_HEAD


async def test_a_bad_chunk_after_the_answer_ends_the_connection_in_silence(
    box: Running, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection(*box.address)
    writer.write(CHUNKED)
    assert b"404" in await reader.readline()
    writer.write(b"zz\r\n")
    rest = await asyncio.wait_for(reader.read(), PATIENCE)
    assert b"HTTP/1.1" not in rest
    assert not [r for r in caplog.records if r.name == "asyncio"]
    writer.close()


@pytest.mark.parametrize("begun", [b"", b"GET /healthz HTTP/1.1\r\nHost: a\r\n"])
async def test_a_request_has_to_come(
    box: Running, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(wire, "HEADER_SECONDS", 0.2)
    answer = await exchange(box, begun)
    assert answer == b"" if not begun else problem_of(answer)["status"] == 408


async def test_the_second_request_has_to_come_too(
    box: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "HEADER_SECONDS", 0.3)
    reader, writer = await asyncio.open_connection(*box.address)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.sleep(0.5)
    writer.write(b"G")  # an idle connection may wait, one that has begun may not
    assert b" 408 " in await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()


@pytest.mark.parametrize("connection", ["close", "keep-alive"])
async def test_a_large_body_that_is_refused_does_not_cost_the_answer(
    box: Running, connection: str
) -> None:
    size = 17 * 1024 * 1024

    def ask() -> bytes:
        with socket.create_connection(box.address) as plain:
            plain.settimeout(20)
            head = (
                f"POST {BATCH} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                f"Connection: {connection}\r\nContent-Length: {size}\r\n\r\n"
            )
            plain.sendall(head.encode() + b"x" * size)  # all of it before reading, as many do
            return plain.recv(65536)

    assert b" 413 " in await asyncio.to_thread(ask)


async def test_the_rest_of_an_answered_request_is_not_read_for_ever(
    box: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "LINGER_SECONDS", 0.3)
    head = b"POST /nope HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"
    reader, writer = await asyncio.open_connection(*box.address)
    writer.write(head)
    await asyncio.wait_for(eventually_closed(reader), PATIENCE)
    writer.close()
    monkeypatch.setattr(wire, "LINGER_SECONDS", 30)
    monkeypatch.setattr(wire, "LINGER_BYTES", 100_000)
    reader, writer = await asyncio.open_connection(*box.address)
    writer.write(head + b"x" * 300_000)
    await asyncio.wait_for(eventually_closed(reader), PATIENCE)
    assert await refused(box, "unwanted_body") == 1
    writer.close()


async def eventually_closed(reader: asyncio.StreamReader) -> None:
    try:
        await reader.read()
    except ConnectionError:
        return


async def test_an_answer_that_nobody_reads_is_given_up(
    box: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread, "STALL_SECONDS", 0.5)
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(plain, box.address)
    key = box.headers()["X-Bound-Key"]
    one = f"GET /openapi.json HTTP/1.1\r\nHost: a\r\nX-Bound-Key: {key}\r\n\r\n".encode()
    sending = asyncio.create_task(loop.sock_sendall(plain, one * 2000))

    async def given_up() -> bool:
        return await refused(box, "unread_answer") == 1

    await eventually(given_up)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    plain.close()
    assert not unread.STALLED


async def over_tls(box: Running) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    trusted = client_context(box.settings.api.tls_cert)
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plain, box.address)
    return await asyncio.open_connection(sock=plain, ssl=trusted, server_hostname="localhost")


async def large_answer(box: Running) -> str:
    """The path of an answer of seven megabytes: more than the kernel keeps of a connection."""
    metadata = {"x": "a" * 15_000}
    calls = [
        {"consultation_id": f"{n}", "conversation_text": TALK, "metadata": metadata}
        for n in range(500)
    ]
    sent = await box.http.post(BATCH, json={"consultations": calls}, headers=box.headers())
    store = Store(box.settings.database)
    for one in store.consultations.claim(500, 600, 3):
        store.consultations.finish(one.row_id, one.lease_token, analysis())
    store.close()
    return sent.headers["Location"]


async def test_over_tls_one_answer_that_nobody_reads_is_given_up_too(
    secure_box: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await large_answer(secure_box)
    monkeypatch.setattr(unread, "STALL_SECONDS", 0.5)
    _, writer = await over_tls(secure_box)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    key = secure_box.headers()["X-Bound-Key"]
    writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\nX-Bound-Key: {key}\r\n\r\n".encode())

    async def given_up() -> bool:
        return await refused(secure_box, "unread_answer") == 1

    await eventually(given_up)
    assert not unread.STALLED
    writer.transport.abort()


async def test_over_tls_a_slow_reader_gets_the_whole_answer_too(
    secure_box: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread, "STALL_SECONDS", 1.0)
    monkeypatch.setattr(unread, "STALL_BYTES", 4096)
    reader, writer = await over_tls(secure_box)
    one = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"
    writer.write(one * 400 + b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    heads, tail = 0, b""
    while piece := await asyncio.wait_for(reader.read(16_384), PATIENCE):
        heads += (tail[-12:] + piece).count(b"HTTP/1.1 200 ")
        tail = piece
        await asyncio.sleep(0.001)
    writer.close()
    assert heads == 401


async def stalled(box: Running, source: str) -> socket.socket:
    """Return a connection from an address whose client has stopped to read."""
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.bind((source, 0))
    plain.setblocking(False)
    loop, before = asyncio.get_running_loop(), len(unread.STALLED)
    await loop.sock_connect(plain, box.address)
    while len(unread.STALLED) == before and await refused(box, "unread_answer") == 0:
        await loop.sock_sendall(plain, b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n")
        await asyncio.sleep(0)
    return plain


async def test_of_all_that_is_not_read_the_address_that_has_most_loses_its_largest(
    box: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread, "STALL_SECONDS", 600.0)
    held = [await stalled(box, "127.0.0.2"), await stalled(box, "127.0.0.1")]
    monkeypatch.setattr(unread, "MOST_BYTES", sum(one.size for one in unread.STALLED) + 1)
    held.append(await stalled(box, "127.0.0.1"))

    async def given_up() -> bool:
        return await refused(box, "unread_answer") == 1

    await eventually(given_up)
    assert sorted(one.peer for one in unread.STALLED) == ["127.0.0.1", "127.0.0.2"]
    for connection in held:
        connection.close()
    await eventually(lambda: not unread.STALLED)


async def test_a_slow_reader_gets_the_whole_answer(
    box: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread, "STALL_SECONDS", 3.0)  # it reads for seven
    monkeypatch.setattr(unread, "STALL_BYTES", 4096)
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(plain, box.address)
    one = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    sending = asyncio.create_task(loop.sock_sendall(plain, one * 400 + last))
    heads, tail = 0, b""
    while piece := await asyncio.wait_for(loop.sock_recv(plain, 16_384), PATIENCE):
        heads += (tail[-12:] + piece).count(b"HTTP/1.1 200 ")
        tail = piece
        await asyncio.sleep(0.001)
    await sending
    plain.close()
    assert heads == 401


async def test_connections_have_places_before_a_byte_is_read(tmp_path: Path) -> None:
    api = {"port": 0, "max_connections": 10}
    async with running(tmp_path, api=api) as box:
        await box.until_ready()
        held = [await asyncio.open_connection(*box.address) for _ in range(9)]  # one is box.http's
        with suppress(ConnectionError):
            assert not await exchange(box, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert await refused(box, "connections") == 1
        assert (await box.http.get("/healthz")).status_code == 200
        for _, writer in held:
            writer.close()

        async def admitted() -> bool:
            ask = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            with suppress(ConnectionError):
                return b" 200 " in await exchange(box, ask)
            return False

        await eventually(admitted)


async def test_one_address_has_a_share_of_the_places() -> None:
    reasons: list[tuple[str, str]] = []
    refused = lambda *why: reasons.append(why)  # noqa: E731
    places = Places(10, 2, refused, is_free=lambda _: False)
    taken = [places.take(peer) for peer in ("a", "a", "a", "b")]
    assert taken == [True, True, False, True]
    places.give_back("a")
    assert places.take("a")
    assert reasons == [("connections_per_peer", "a")]
    assert listener.is_loopback("127.8.9.1")
    assert listener.is_loopback("::1")
    assert not listener.is_loopback("192.0.2.1")
    free = Places(10, 1, refused)
    assert free.take("127.0.0.1")
    assert free.take("127.0.0.1"), "a proxy may stand on this machine"


async def test_a_flood_leaves_the_loop_its_turns() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=500) as plain:
        address = plain.getsockname()
        places = Places(1, 1, lambda *_: None)
        with Listener(plain, places) as listening:
            listening.setblocking(False)
            clients = [socket.create_connection(address) for _ in range(201)]
            first, _ = listening.accept()
            assert first.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            turns = 0
            while True:
                turns += 1
                try:
                    listening.accept()
                except BlockingIOError:
                    if turns == 4:  # 200 refused, 64 a turn
                        break
            assert len(places) == 1
            first.close()
            first.close()
            assert len(places) == 0
            for client in clients:
                client.close()


def test_a_tls_connection_holds_one_record() -> None:
    wire.limit_tls_memory()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    loop = asyncio.new_event_loop()
    try:
        made = sslproto.SSLProtocol(
            loop, asyncio.Protocol(), context, None, server_side=True, call_connection_made=False
        )
        assert len(made._ssl_buffer) == wire.READ_BYTES
        assert made._ssl_handshake_timeout == wire.HANDSHAKE_SECONDS
    finally:
        loop.close()


def test_every_reason_is_described() -> None:
    described = Metrics().connections_refused._documentation
    for reason in ("silent", "slow_header", "not_http", "unwanted_body", "unread_answer"):
        assert reason in described
