"""The whole process on real sockets: uvicorn on 127.0.0.1, the engine on a Unix socket."""

import asyncio
import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from edgebox.engine_client import EngineClient
from edgebox.errors import ConfigError
from edgebox.processes.api import serve
from edgebox.settings import Settings
from edgebox.store.db import Store
from support.boxes.api import BATCH, QUICK, TALK
from support.boxes.served import Running, running
from support.engines.fake import SUMMARY
from support.polling import PATIENCE, eventually

pytestmark = pytest.mark.anyio

ASK = "/api/v1/consultation/ask"
BODY = {"consultation_id": "CL-1", "conversation_text": TALK}

# What Java 17's HttpClient sends with every request on http://, and Spring's RestClient with it.
H2C = (
    "Connection: Upgrade, HTTP2-Settings",
    "HTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA",
    "Upgrade: h2c",
    "User-Agent: Java-http-client/17.0.15",
)


@pytest.fixture
async def box(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Running]:
    async with running(tmp_path) as made:
        await made.until_ready()
        yield made


async def test_deltas_arrive_while_the_engine_still_writes(box: Running) -> None:
    box.engine.pause = 0.1
    headers = box.headers(Accept="text/event-stream")
    names = []
    async with box.http.stream("POST", QUICK, json=BODY, headers=headers) as answer:
        assert answer.status_code == 200
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                names.append(line.removeprefix("event: "))
                if names == ["delta"]:
                    assert box.engine.finished == 0
    assert names == ["delta", "delta", "done"]


async def open_quick(
    box: Running, accept: str, body: bytes, length: int, *more: str
) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection(*box.address)
    head = [
        f"POST {QUICK} HTTP/1.1",
        "Host: box",
        f"Accept: {accept}",
        "Content-Type: application/json",
        f"Content-Length: {length}",
        *more,
        *(f"{name}: {value}" for name, value in box.headers().items()),
    ]
    writer.write("\r\n".join([*head, "", ""]).encode() + body)
    await writer.drain()
    return writer


def logged(caplog: pytest.LogCaptureFixture) -> list[dict]:
    return [r.ecs for r in caplog.records if QUICK in r.message]


async def test_a_client_that_hangs_up_in_its_body_is_no_error(
    box: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    writer = await open_quick(box, "*/*", b'{"consultation_id": ', 1000)
    writer.close()
    await writer.wait_closed()
    await eventually(lambda: logged(caplog))
    assert [line["http.response.status_code"] for line in logged(caplog)] == [499]
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


@pytest.mark.parametrize("more", [(), H2C], ids=["plain", "h2c"])
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_a_client_that_hangs_up_stops_the_engine(
    box: Running, accept: str, more: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "edgebox.api")
    box.engine.pause = 2
    body = json.dumps(BODY).encode()
    writer = await open_quick(box, accept, body, len(body), *more)
    await eventually(lambda: box.engine.requests)
    writer.close()
    await writer.wait_closed()
    await eventually(lambda: box.engine.cancelled == 1)
    assert box.engine.finished == 0
    metrics = (await box.http.get("/metrics", headers=box.headers())).text
    assert "edgebox_quick_in_flight 0.0" in metrics
    assert 'edgebox_quick_summaries_total{status="abandoned"} 1.0' in metrics
    expected = 499 if accept == "application/json" else 200  # whose answer had begun
    assert [line["http.response.status_code"] for line in logged(caplog)] == [expected]


async def test_a_slow_engine_does_not_make_the_box_slow(tmp_path, anyio_backend) -> None:
    quick = {"deadline_seconds": 0.5, "margin_seconds": 0.1}
    async with running(tmp_path, quick=quick) as box:
        await box.until_ready()
        box.engine.pause = 30
        answer = await box.http.post(QUICK, json=BODY, headers=box.headers())
        assert answer.json()["status"] == "fallback"
        assert answer.json()["processing_time"] < 3


async def test_a_body_over_the_limit_is_answered_and_not_cut_off(tmp_path, anyio_backend) -> None:
    async def endless():
        for _ in range(200):
            yield b" " * 65536

    api = {"port": 0, "body_limit_bytes": 1_000_000}
    async with running(tmp_path, api=api) as box:
        kind = {"Content-Type": "application/json"}
        declared = await box.http.post(QUICK, content=b" " * 8_000_000, headers=kind)
        chunked = await box.http.post(QUICK, content=endless(), headers=kind)
        for answer in (declared, chunked):
            assert answer.status_code == 413
            assert answer.headers["content-type"] == "application/problem+json"


async def test_the_largest_batch_is_accepted(box: Running) -> None:
    text = "고객: 요금 문의입니다. " * 2000  # 16 MiB hold 500 of these
    items = [{"consultation_id": str(n), "conversation_text": text[:10_800]} for n in range(500)]
    body = json.dumps({"consultations": items}, ensure_ascii=False).encode()
    assert 11_000_000 < len(body) < 16 * 1024 * 1024
    headers = box.headers(**{"Content-Type": "application/json"})
    answer = await box.http.post(BATCH, content=body, headers=headers, timeout=30)
    assert answer.status_code == 202
    assert answer.json()["total_consultations"] == 500


async def test_head_has_no_body_and_a_websocket_finds_nothing(
    box: Running, warnings: Callable[[], list[str]]
) -> None:
    head = await box.http.head("/healthz")
    assert (head.status_code, head.content) == (200, b"")
    refused = await box.http.head("/openapi.json")
    assert (refused.status_code, refused.content, refused.headers["allow"]) == (405, b"", "GET")
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "x"}
    assert (await box.http.get("/ws", headers=upgrade)).status_code == 404
    assert warnings() == []


@pytest.fixture
def warnings(box: Running, caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Returns the warnings of this test so far, uvicorn's too, which the fake engine silenced."""
    caplog.set_level(logging.WARNING, "uvicorn.error")
    return lambda: [r.message for r in caplog.records if r.levelno >= logging.WARNING]


async def exchange(box: Running, *requests: bytes) -> list[tuple[str, bytes]]:
    """Send requests over one connection; the status line and the body of each answer."""
    reader, writer = await asyncio.open_connection(*box.address)
    answers = []
    for request in requests:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.lower().partition("content-length: ")[2].partition("\r\n")[0])
        answers.append((head.partition("\r\n")[0], await reader.readexactly(length)))
    writer.close()
    await writer.wait_closed()
    return answers


def chunks(body: bytes, size: int) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*parts, b""])


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize(
    "upgrade",
    [
        H2C,
        (H2C[0], "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA"),  # curl --http2
        ("connection: keep-alive, upgrade", "upgrade: H2C, HTTP/2.0"),
        ("Connection: Upgrade", "Upgrade: TLS/1.2"),
        ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
    ],
    ids=["java", "curl", "two protocols", "tls", "websocket"],
)
async def test_a_request_for_another_protocol_is_answered_as_http_1_1_without_a_warning(
    box: Running, upgrade: tuple[str, ...], chunked: bool, warnings: Callable[[], list[str]]
) -> None:
    body = json.dumps(BODY, ensure_ascii=False).encode()
    size = "Transfer-encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    key = [f"{name}: {value}" for name, value in box.headers().items()]
    head = [f"POST {QUICK} HTTP/1.1", "Host: box", "Content-Type: application/json", size]
    request = "\r\n".join([*head, *upgrade, *key, "", ""]).encode()
    request += chunks(body, 7) if chunked else body
    for status, answer in await exchange(box, request, request):
        assert status == "HTTP/1.1 200 OK"
        assert json.loads(answer)["input"]["characters_used"] == len(TALK)
        assert json.loads(answer)["status"] == "success"
    assert warnings() == []


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://box.example:8600/healthz", 200),
        ("HTTP://box.example/healthz?x=/a", 200),
        ("http://someone@box.example/healthz", 200),
        ("http://some%2Fone@box.example/healthz", 200),
        ("http://box.example%2Fhealthz", 404),
        ("http://box.example", 404),
        ("http://box.example/%68ealthz", 200),
        ("http:///healthz", 404),
        ("ftp://box.example/healthz", 404),
    ],
)
async def test_a_client_that_takes_the_box_for_a_proxy_is_answered(
    box: Running, target: str, status: int
) -> None:
    request = f"GET {target} HTTP/1.1\r\nHost: proxy.example\r\nConnection: close\r\n\r\n"
    ((head, _),) = await exchange(box, request.encode())
    assert head.startswith(f"HTTP/1.1 {status} ")


async def test_a_key_for_the_path_is_good_for_the_whole_url(box: Running) -> None:
    signed = "".join(f"{name}: {value}\r\n" for name, value in box.headers().items())
    body = json.dumps(BODY | {"question": "무엇을 문의했나요?"}).encode()
    request = (
        f"POST http://box.example{QUICK} HTTP/1.1\r\nHost: box.example\r\n{signed}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    ((head, _),) = await exchange(box, request.encode() + body)
    assert head.startswith("HTTP/1.1 200 ")


async def test_an_http_1_0_proxy_gets_the_events_one_by_one(box: Running) -> None:
    """nginx speaks HTTP/1.0 to what stands behind it unless it is told otherwise."""
    box.engine.pause = 0.1
    reader, writer = await asyncio.open_connection(*box.address)
    body = json.dumps(BODY).encode()
    head = [
        f"POST {QUICK} HTTP/1.0",
        "Accept: text/event-stream",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in box.headers().items()),
    ]
    writer.write("\r\n".join([*head, "", ""]).encode() + body)
    answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    assert "x-accel-buffering: no" in answer
    assert "transfer-encoding" not in answer  # HTTP/1.0 knows no chunks
    await reader.readuntil(b"event: delta\n")
    assert box.engine.finished == 0
    rest = await reader.read()  # up to the end of the connection
    assert rest.count(b"event: done\n") == 1
    writer.close()


async def test_two_streams_at_once_are_both_whole(box: Running) -> None:
    box.engine.pause = 0.05

    async def stream(name: str) -> dict:
        headers = box.headers(Accept="text/event-stream")
        answer = await box.http.post(QUICK, json=BODY | {"consultation_id": name}, headers=headers)
        return json.loads(answer.text.partition("event: done\ndata: ")[2])

    for name, done in zip("AB", await asyncio.gather(stream("A"), stream("B")), strict=True):
        assert (done["consultation_id"], done["status"]) == (name, "success")
        assert done["summary"] == "".join(SUMMARY)


@pytest.mark.parametrize("broken", [False, True], ids=["with a model", "without"])
async def test_150_000_characters_without_a_line_end_or_a_full_stop_are_answered(
    box: Running, broken: bool
) -> None:
    box.engine.broken = broken
    box.engine.roles["slm"] |= {"prefill_tps": 300.0}
    text = ("고객: " + "가나다라마바사아자차카타파하" * 11_000)[:150_000]
    answer = await box.http.post(
        QUICK, json=BODY | {"conversation_text": text}, headers=box.headers()
    )
    assert answer.status_code == 200
    assert answer.json()["input"]["characters"] == 150_000
    assert answer.json()["input"]["truncated"]
    assert answer.json()["summary"]


async def test_a_nul_is_gone_and_an_emoji_is_whole(box: Running) -> None:
    text = "고객: 카드\0를 잃어버렸어요 👩‍👩‍👧😀\n상담사: 정지했습니다."
    answer = await box.http.post(
        QUICK, json=BODY | {"conversation_text": text}, headers=box.headers()
    )
    assert answer.status_code == 200
    prompt = json.dumps(box.engine.requests[-1]["messages"], ensure_ascii=False)
    assert "👩‍👩‍👧😀" in prompt
    assert "\\u0000" not in prompt


async def test_a_stream_that_fails_is_cut_off_and_nothing_of_it_is_logged(
    box: Running, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object):
        yield "고객이 "
        raise RuntimeError(TALK)

    monkeypatch.setattr("edgebox.consultation.quick.QuickSummaries.stream", fails)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(httpx.RemoteProtocolError):
        await box.http.post(QUICK, json=BODY, headers=box.headers(Accept="text/event-stream"))
    assert "RuntimeError at edgebox.api.quick" in caplog.text
    assert "카드" not in caplog.text
    assert "Traceback" not in caplog.text
    assert (await box.http.get("/healthz")).status_code == 200


async def test_the_server_does_not_say_what_it_is(box: Running) -> None:
    assert "server" not in (await box.http.get("/healthz")).headers


async def test_the_engine_may_come_back(box: Running) -> None:
    box.engine.status = "starting"
    await box.until_ready(503)
    down = await box.http.post(QUICK, json=BODY, headers=box.headers())
    assert down.json()["status"] == "fallback"
    box.engine.status = "ready"
    await box.until_ready()
    assert (await box.http.post(QUICK, json=BODY, headers=box.headers())).json()[
        "status"
    ] == "success"


async def test_a_request_in_flight_ends_before_the_process_does(box: Running) -> None:
    box.engine.pause = 0.1
    answer = asyncio.create_task(box.http.post(QUICK, json=BODY, headers=box.headers()))
    await eventually(lambda: box.engine.requests)
    box.stop.set()
    assert (await answer).json()["status"] == "success"
    assert await box.task == 0
    with pytest.raises(httpx.ConnectError):
        await box.http.get("/healthz")


@pytest.mark.parametrize("pause", [0.2, 30.0])
async def test_a_question_in_flight_ends_with_what_there_is(
    tmp_path: Path, anyio_backend: str, pause: float
) -> None:
    """It may take 15 s, and the box stops in 5."""
    async with running(tmp_path, quick={"deadline_seconds": 1.0, "margin_seconds": 0.2}) as box:
        await box.until_ready()
        box.engine.answers["mlm"] = ("카드를 잃어버려 정지하고 ", "재발급을 접수했습니다.\n") * 50
        box.engine.pauses = {"mlm": pause}
        asked = {"question": "카드 분실은 어떻게 처리했지?", "conversation_text": TALK}
        headers = box.headers() | {"Accept": "text/event-stream"}
        answer = asyncio.create_task(box.http.post(ASK, json=asked, headers=headers, timeout=30))
        await eventually(lambda: [one for one in box.engine.requests if one["model"] == "mlm"])
        await asyncio.sleep(0.5)
        box.stop.set()
        last = (await answer).text.strip().split("\n\n")[-1]
        assert last.startswith("event: done\n")
        expected = "partial" if pause < 1 else "fallback"
        assert json.loads(last.partition("data: ")[2])["status"] == expected
        assert await box.task == 0


async def test_a_poll_may_be_cancelled_as_it_is_answered(tmp_path, anyio_backend) -> None:
    """Every box that stops cancels its poll; 408 of 3000 times it left an InvalidStateError."""
    loop = asyncio.get_running_loop()
    settings = Settings(state_dir=tmp_path)
    with socket.socket(socket.AF_UNIX) as engine:
        engine.bind(str(settings.socket))
        engine.listen()
        client = EngineClient(settings)
        poll = asyncio.create_task(client.health())
        await eventually(lambda: select.select([engine], [], [], 0)[0])
        with engine.accept()[0] as connection:
            await eventually(lambda: select.select([connection], [], [], 0)[0])
            await asyncio.sleep(0.01)  # the poll now waits for its answer
            connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
            loop.call_soon(poll.cancel)
            await asyncio.wait([poll])
        assert poll.cancelled()
        await client.aclose()


async def test_plain_http_for_other_machines_is_not_served_unasked(tmp_path, anyio_backend) -> None:
    plain = Settings(state_dir=tmp_path / "state", api={"host": "0.0.0.0", "port": 0})
    with pytest.raises(ConfigError, match=r"without TLS.*allow_plain_http = true"):
        await serve(plain)
    assert not plain.state_dir.exists()


async def test_metrics_listen_is_a_second_door_without_a_key(tmp_path, anyio_backend) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    api = {"port": 0, "metrics_listen": f"127.0.0.1:{port}"}
    async with running(tmp_path, api=api) as box:
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.get(f"http://127.0.0.1:{port}/metrics")
        assert answer.status_code == 200
        assert b"edgebox_http_requests" in answer.content
        assert (await box.http.get("/metrics")).status_code == 401


async def test_a_taken_port_is_said_in_one_line(tmp_path, anyio_backend) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError) as refused:
            await serve(Settings(state_dir=tmp_path, api={"port": port}))
    assert str(port) in refused.value.detail
    assert "edgebox.toml" in refused.value.detail


async def test_a_name_is_served_at_the_first_of_its_addresses_that_is_here(
    tmp_path, anyio_backend, monkeypatch
) -> None:
    """As localhost, which is ::1 first, where IPv6 is switched off."""
    found = socket.getaddrinfo

    def resolved(host, port, *rest, **options):
        if host != "box.test":
            return found(host, port, *rest, **options)
        there = [
            (socket.AF_INET6, ("2001:db8::1", port, 0, 0)),
            (socket.AF_INET, ("127.0.0.1", port)),
        ]
        return [(family, socket.SOCK_STREAM, 6, "", address) for family, address in there]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    api = {"host": "box.test", "port": 0, "allow_plain_http": True}
    async with running(tmp_path, api=api) as box:
        assert box.address[0] == "127.0.0.1"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        api["port"] = taken.getsockname()[1]
        with pytest.raises(ConfigError, match="in use"):
            await serve(Settings(state_dir=tmp_path, api=api))


async def test_a_callback_to_the_port_that_was_really_bound_is_refused(box: Running) -> None:
    store = Store(box.settings.database)
    host = f"127.0.0.1:{box.address[1]}"
    store.clients.set_callbacks("center-1", [host])
    store.close()
    await asyncio.sleep(0.1)
    body = {"consultations": [BODY], "callback_url": f"http://{host}/hook"}
    answer = await box.http.post(BATCH, json=body, headers=box.headers())
    assert answer.status_code == 422
    assert "own ports" in answer.json()["detail"]


def test_the_process_ends_with_0_on_sigterm(tmp_path: Path) -> None:
    program = (
        "import logging, pathlib, sys; logging.basicConfig(level=logging.INFO)\n"
        "from edgebox.processes.api import run_api\n"
        "from edgebox.settings import Settings\n"
        f"sys.exit(run_api(Settings(state_dir=pathlib.Path({str(tmp_path)!r}), api={{'port': 0}})))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stderr=subprocess.PIPE, text=True, env=os.environ.copy()
    )
    assert process.stderr is not None
    lines = [process.stderr.readline()]
    while lines[-1] and "listening on http://127.0.0.1:" not in lines[-1]:
        lines.append(process.stderr.readline())
    process.send_signal(signal.SIGTERM)
    _, rest = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, "".join(lines) + rest
    assert "Traceback" not in rest
