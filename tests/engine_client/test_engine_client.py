"""Which error an engine that goes away becomes, on a real socket; what measured speeds say."""

import asyncio
import errno
import json
import socket
import ssl
from contextlib import asynccontextmanager

import pytest
from anyio._backends._asyncio import SocketStream

from edgebox.engine_client import EngineClient, RoleHealth, Waits
from edgebox.engine_client.remote import KEEPALIVE
from edgebox.errors import (
    ConfigError,
    EngineBusy,
    EngineDied,
    EngineError,
    EngineOverloaded,
    EngineUnavailable,
)
from edgebox.settings import Settings
from support.polling import PATIENCE

CHAT = [{"role": "user", "content": "안녕"}]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"
ANSWER = (
    'data: {"choices": [{"delta": {"content": "네"}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
).encode()
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def refusal(code: str) -> bytes:
    body = json.dumps({"error": {"message": "x", "type": "server_error", "code": code}}).encode()
    head = f"HTTP/1.1 503 X\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@asynccontextmanager
async def engine(settings: Settings, answer: bytes):
    """Takes a request, sends ``answer`` and is gone."""

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        await reader.readuntil(b"}")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(serve, settings.socket)
    try:
        yield
    finally:
        server.close()


async def one_answer(client, *, stream):
    """Have a short answer written, as pieces or as a whole."""
    if stream:
        async for _ in client.stream("mlm", CHAT, max_tokens=5):
            pass
    else:
        await client.complete("mlm", CHAT, max_tokens=5)


def failure(tmp_path, answer: bytes | None, *, stream: bool = False) -> EngineError:
    """What a request raises; ``answer`` None: there is no engine."""
    settings = Settings(state_dir=tmp_path)
    settings.socket.parent.mkdir(parents=True, exist_ok=True)

    async def ask():
        client = EngineClient(settings)
        try:
            await one_answer(client, stream=stream)
        finally:
            await client.aclose()

    async def scenario():
        if answer is None:
            return await ask()
        async with engine(settings, answer):
            return await ask()

    with pytest.raises(EngineError) as raised:
        asyncio.run(asyncio.wait_for(scenario(), PATIENCE))
    return raised.value


def test_for_our_own_engine_no_authorities_are_read(tmp_path, monkeypatch):
    """A socket has no TLS, and reading them takes 30 ms at every start."""

    def read(**_):
        raise AssertionError("authorities were read")

    async def ask():
        settings = Settings(state_dir=tmp_path)
        async with engine(settings, EVENTS + ANSWER):
            client = EngineClient(settings)
            await one_answer(client, stream=True)
            await client.aclose()

    monkeypatch.setattr(ssl, "create_default_context", read)
    asyncio.run(ask())


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200", HEAD, HEAD + b'{"choices":'])
def test_an_engine_killed_during_the_answer_has_died(tmp_path, answer):
    assert type(failure(tmp_path, answer)) is EngineDied


@pytest.mark.parametrize("answer", [b"", EVENTS, EVENTS + b"data: {}\n\n"])
def test_an_engine_killed_during_a_stream_has_died(tmp_path, answer):
    assert type(failure(tmp_path, answer, stream=True)) is EngineDied


@pytest.mark.parametrize("answer", [None, refusal("EngineUnavailable")])
@pytest.mark.parametrize("stream", [False, True])
def test_an_engine_that_is_away_or_says_that_it_stops_has_not_died(tmp_path, answer, stream):
    assert type(failure(tmp_path, answer, stream=stream)) is EngineUnavailable


@pytest.mark.parametrize("stream", [False, True])
def test_a_503_of_unknown_cause_may_be_overload_and_is_no_death(tmp_path, stream):
    assert type(failure(tmp_path, refusal(""), stream=stream)) is EngineOverloaded


def speeds(**measured):
    return RoleHealth(
        "slm", "m", 4096, tokens_per_char=0.5, weights_bytes=1, kv_bytes=1, **measured
    )


def test_one_more_answer_costs_less_than_the_first_where_batching_pays():
    health = speeds(prefill_tps=200, decode_tps=40, batch_decode_tps=120, parallel=4)
    first, second = health.answering_seconds(60, 1), health.answering_seconds(60, 2)
    assert first == pytest.approx(1.5)
    assert 0 < second < first


def test_half_of_what_drafts_gain_is_counted_on():
    measured = {"prefill_tps": 200, "decode_tps": 40, "batch_decode_tps": 50, "parallel": 4}
    health = speeds(**measured, draft_gain=1.5)
    assert health.answering_seconds(50, 1) == pytest.approx(1.0)
    assert health.decode_rate(4) == pytest.approx(50)
    assert speeds(**measured).answering_seconds(50, 1) == pytest.approx(1.25)


def test_batching_that_does_not_pay_costs_a_whole_answer():
    health = speeds(prefill_tps=70, decode_tps=20, batch_decode_tps=20, parallel=8)
    assert health.answering_seconds(40, 3) == pytest.approx(2.0)


def test_a_server_for_a_role_may_have_a_certificate_of_an_in_house_authority(
    lan_receiver, tmp_path, monkeypatch
):
    async def serve(reader, writer):
        await reader.readuntil(b"}")
        writer.write(EVENTS + ANSWER)
        await writer.drain()
        writer.close()

    async def scenario():
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=lan_receiver)
        port = server.sockets[0].getsockname()[1]
        mlm = {"url": f"https://receiver.lan:{port}/v1", "url_model": "m"}
        client = EngineClient(Settings(state_dir=tmp_path, engines={"mlm": mlm}))
        try:
            return await client.complete("mlm", CHAT, max_tokens=5)
        finally:
            await client.aclose()
            server.close()

    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: resolve("127.0.0.1", *rest, **more)
    )
    assert asyncio.run(scenario()).text == "네"


BRIEF = Waits(floor=0.3, character=0.0, token=0.0)
PATIENT = Waits(silence=0.3)


def remote_failure(tmp_path, conduct, *, stream: bool = False, waits=BRIEF) -> EngineError:
    """What a request to another server raises; ``conduct`` is what it does after the request."""

    async def serve(reader, writer):
        await reader.readuntil(b"}")
        try:
            await conduct(writer)
            await reader.read()  # until the client is gone
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def scenario():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        mlm = {"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"}
        client = EngineClient(Settings(state_dir=tmp_path, engines={"mlm": mlm}), waits=waits)
        try:
            await one_answer(client, stream=stream)
        finally:
            await client.aclose()
            server.close()

    with pytest.raises(EngineError) as raised:
        asyncio.run(asyncio.wait_for(scenario(), PATIENCE))
    return raised.value


async def say_nothing(writer):
    pass


async def fall_silent(writer):
    writer.write(EVENTS + b'data: {"choices": [{"delta": {"content": "x"}}]}\n\n')
    await writer.drain()


async def trickle(writer):
    writer.write(HEAD)
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("conduct", [say_nothing, fall_silent])
def test_a_server_that_goes_silent_is_away_and_has_not_died(tmp_path, conduct, stream):
    assert type(remote_failure(tmp_path, conduct, stream=stream)) is EngineOverloaded


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_only_trickles_has_an_end(tmp_path, stream):
    assert type(remote_failure(tmp_path, trickle, stream=stream)) is EngineOverloaded


@pytest.mark.parametrize("stream", [False, True])
def test_silence_after_the_first_words_is_not_waited_out(tmp_path, stream):
    async def go_on_with_comments(writer):
        await fall_silent(writer)
        while True:
            writer.write(b": still here\n\n")
            await writer.drain()
            await asyncio.sleep(0.05)

    for conduct in (fall_silent, go_on_with_comments):
        failure = remote_failure(tmp_path, conduct, stream=stream, waits=PATIENT)
        assert type(failure) is EngineOverloaded


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_the_administrators_to_mend(tmp_path, status):
    async def refuse(writer):
        writer.write(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status)
        await writer.drain()

    failure = remote_failure(tmp_path, refuse, waits=Waits())
    assert type(failure) is EngineUnavailable
    assert "url_key_file" in str(failure)


@pytest.mark.parametrize("stream", [False, True])
def test_a_server_that_does_not_stream_is_understood(tmp_path, stream):
    async def serve(reader, writer):
        await reader.readuntil(b"}")
        choice = {"message": {"content": "네"}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 3, "completion_tokens": 1}
        answer = json.dumps({"choices": [choice], "usage": usage, "model": "m"}).encode()
        writer.write(HEAD.replace(b"500", str(len(answer)).encode()) + answer)
        await writer.drain()
        writer.close()

    async def scenario():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        mlm = {"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}
        client = EngineClient(Settings(state_dir=tmp_path, engines={"mlm": mlm}))
        try:
            if not stream:
                return [await client.complete("mlm", CHAT, max_tokens=5)]
            return [piece async for piece in client.stream("mlm", CHAT, max_tokens=5)]
        finally:
            await client.aclose()
            server.close()

    *deltas, whole = asyncio.run(scenario())
    assert (whole.text, whole.prompt_tokens) == ("네", 3)
    assert "".join(delta.text for delta in deltas) == ("네" if stream else "")


def test_the_key_of_another_server_goes_with_every_request_and_nowhere_else(tmp_path):
    key = tmp_path / "key"
    key.write_text("sk-1234\n")
    key.chmod(0o600)
    heads = []

    async def serve(reader, writer):
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        await reader.readuntil(b"}")
        writer.write(EVENTS + ANSWER)
        await writer.drain()
        writer.close()

    async def scenario():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        mlm = {"url": url, "url_key_file": str(key)}
        client = EngineClient(Settings(state_dir=tmp_path, engines={"mlm": mlm}))
        try:
            return await client.complete("mlm", CHAT, max_tokens=5)
        finally:
            await client.aclose()
            server.close()

    assert asyncio.run(scenario()).text == "네"
    assert b"authorization: bearer sk-1234\r\n" in heads[0].lower()


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        (None, 0o600, "cannot be read"),
        ("", 0o600, "in one line"),
        ("one\ntwo", 0o600, "in one line"),
        ("sk-1", 0o604, "chmod o="),
        ("열쇠", 0o600, "not ASCII"),
    ],
)
def test_a_key_file_that_cannot_be_used_says_why(tmp_path, content, mode, says):
    key = tmp_path / "key"
    if content is not None:
        key.write_text(content, encoding="utf-8")
        key.chmod(mode)
    mlm = {"url": "http://127.0.0.1:9", "url_key_file": str(key)}
    with pytest.raises(ConfigError, match=says):
        EngineClient(Settings(state_dir=tmp_path, engines={"mlm": mlm}))


def test_a_server_that_always_answers_429_is_busy(tmp_path):
    async def refuse(writer):
        writer.write(b"HTTP/1.1 429 X\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    assert type(remote_failure(tmp_path, refuse, waits=Waits())) is EngineBusy


def test_our_own_engine_that_says_nothing_is_not_waited_for_without_an_end(tmp_path):
    settings = Settings(state_dir=tmp_path)

    async def serve(reader, writer):
        await reader.read()
        writer.close()

    async def scenario():
        server = await asyncio.start_unix_server(serve, settings.socket)
        client = EngineClient(settings, waits=Waits(own=0.3))
        try:
            await client.complete("mlm", CHAT, max_tokens=5)
        finally:
            await client.aclose()
            server.close()

    with pytest.raises(EngineUnavailable) as raised:
        asyncio.run(asyncio.wait_for(scenario(), PATIENCE))
    assert type(raised.value) is EngineOverloaded


@pytest.mark.parametrize("number", [errno.ETIMEDOUT, errno.EHOSTUNREACH])
def test_a_machine_that_the_kernel_gave_up_is_away_and_has_not_died(tmp_path, monkeypatch, number):
    receive = SocketStream.receive

    async def lost(self, *rest, **more):
        self._transport._force_close(OSError(number, "x"))  # as asyncio does after a failed read
        return await receive(self, *rest, **more)

    monkeypatch.setattr(SocketStream, "receive", lost)
    assert type(remote_failure(tmp_path, say_nothing)) is EngineUnavailable


def test_connections_to_another_server_are_kept_alive_and_given_up(tmp_path, monkeypatch):
    seen = {}
    receive = SocketStream.receive

    async def noted(self, *rest, **more):
        raw = self._transport.get_extra_info("socket")
        for level, option, _ in KEEPALIVE:
            seen[option] = raw.getsockopt(level, option)
        return await receive(self, *rest, **more)

    monkeypatch.setattr(SocketStream, "receive", noted)
    remote_failure(tmp_path, say_nothing)
    assert seen == {option: value for _, option, value in KEEPALIVE}


def test_a_longer_prompt_and_answer_are_waited_for_longer():
    waits = Waits()
    assert waits.of_remote(0, 0) == waits.floor
    assert waits.of_remote(6000, 512) > 30 * 60
