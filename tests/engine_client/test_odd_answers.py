"""Answers of other servers and of what stands before them: whole ones are kept, others named."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from edgebox.engine_client import Completion, EngineClient, Waits
from edgebox.engine_client.answers import Streamed
from edgebox.engine_client.lines import LONGEST, LONGEST_LINE
from edgebox.engine_client.probe import probe_server
from edgebox.errors import (
    EngineBusy,
    EngineDied,
    EngineError,
    EngineFault,
    EngineOverloaded,
    EngineRefused,
    EngineUnavailable,
)
from edgebox.settings import RoleSettings, Settings
from support.polling import PATIENCE

CHAT = [{"role": "user", "content": "안녕"}]
EVENTS = "Content-Type: text/event-stream\r\n"
JSON = "Content-Type: application/json\r\n"
DONE = "data: [DONE]\n\n"


def event(body):
    return f"data: {body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)}\n\n"


def piece(content, finish=None, **more):
    return event({"choices": [{"delta": {"content": content}, "finish_reason": finish}]} | more)


END = piece("", "stop") + event({"choices": [], "usage": {"prompt_tokens": 3}}) + DONE


def answer(body, head=EVENTS, status="200 OK"):
    raw = body if isinstance(body, bytes) else body.encode()
    return f"HTTP/1.1 {status}\r\n{head}Connection: close\r\n\r\n".encode() + raw


@asynccontextmanager
async def server(raw, *, goes_on=b"", stays=False):
    """Answers everything with these bytes, then again and again with the others."""

    async def serve(reader, writer):
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(raw)
            await writer.drain()
            while goes_on:
                writer.write(goes_on)
                await writer.drain()
            if stays:
                await reader.read()  # until the client goes
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    serving = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{serving.sockets[0].getsockname()[1]}/v1"
    finally:
        serving.close()


def asked(tmp_path, raw, *, do=None, **conduct):
    """What one request comes to: its answer or its error."""

    async def complete(client):
        return await client.complete("mlm", CHAT, max_tokens=5)

    async def ask():
        async with server(raw, **conduct) as url:
            mlm = {"url": url, "url_model": "far"}
            waits = Waits(floor=PATIENCE, character=0.0, token=0.0)
            client = EngineClient(Settings(state_dir=tmp_path, engines={"mlm": mlm}), waits=waits)
            try:
                return await (do or complete)(client)
            except EngineError as error:
                return error
            finally:
                await client.aclose()

    return asyncio.run(asyncio.wait_for(ask(), 2 * PATIENCE))


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\u0085"])
def test_what_ends_a_line_for_python_ends_none_of_a_stream(tmp_path, sign):
    found = asked(tmp_path, answer(piece(f"가{sign}나") + END))
    assert found == Completion(f"가{sign}나", "stop", "far", 3, 0, 0)


@pytest.mark.parametrize(
    "raw",
    [
        answer("\ufeff" + piece("좋") + END),
        answer((piece("좋") + END).replace("\n", "\r\n")),
        answer(": alive\n\ndata:\n\nevent: message\n" + piece("좋") + END),
        answer('data: {"choices":\ndata: [{"delta": {"content": "좋"}}]}\n\n' + END),
        answer(piece("좋") + END, "Content-Type: text/event-stream; charset=iso-8859-1\r\n"),
        answer(piece("좋") + END, "Content-Type: text/plain\r\n"),
        answer(piece("좋", error=None) + event({"choices": None}) + END),
        answer((piece("좋") + END).replace("\n\n", "\n")),
    ],
    ids=["mark", "crlf", "comments", "two lines", "charset", "kind", "nulls", "no empty lines"],
)
def test_events_are_read_whatever_is_around_them(tmp_path, raw):
    assert asked(tmp_path, raw) == Completion("좋", "stop", "far", 3, 0, 0)


def test_a_character_whose_halves_come_in_two_events_is_one(tmp_path):
    halves = (piece(half).replace("?", half) for half in (r"\ud83d", r"\ude00"))
    raw = answer("".join(halves).replace("\\\\u", "\\u") + END)
    assert asked(tmp_path, raw).text == "😀"
    alone = answer(piece("x").replace("x", r"\ud83d네") + END)
    assert asked(tmp_path, alone).text == "\ufffd네"


@pytest.mark.parametrize(
    "usage", ["[1]", '{"prompt_tokens": Infinity}', '{"prompt_tokens": "many"}', "7", "1e999"]
)
def test_counts_that_are_none_spoil_no_answer(tmp_path, usage):
    found = asked(tmp_path, answer(piece("좋", "stop") + event(f'{{"usage": {usage}}}') + DONE))
    assert found == Completion("좋", "stop", "far", 0, 0, 0)
    choice = '{"message": {"content": "좋"}, "finish_reason": "stop"}'
    body = f'{{"choices": [{choice}], "usage": {usage}}}'
    assert asked(tmp_path, answer(body, JSON)) == found


@pytest.mark.parametrize("stays", [False, True])
def test_an_answer_that_is_whole_is_kept_though_its_end_never_comes(tmp_path, stays):
    body = (piece("좋") + piece("", "stop")).encode()
    head = f"HTTP/1.1 200 OK\r\n{EVENTS}Transfer-Encoding: chunked\r\n\r\n".encode()
    cut = head + f"{len(body):x}\r\n".encode() + body + b"\r\n"
    assert asked(tmp_path, cut, stays=stays) == Completion("좋", "stop", "far", 0, 0, 0)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (answer("", "Location: http://127.0.0.1:9/login\r\n", "302 Found"), EngineUnavailable),
        (answer("<html>Please log in</html>", "Content-Type: text/html\r\n"), EngineUnavailable),
        (answer("", "", "204 No Content"), EngineUnavailable),
        (answer(piece("반")), EngineDied),
        (answer(""), EngineDied),
        (answer(DONE), EngineFault),
        (answer(piece("반") + DONE), EngineFault),
        (answer('error: {"code": 400, "message": "too long"}\n\n' + DONE), EngineRefused),
        (answer("error: no JSON\n\n" + DONE), EngineFault),
        (answer(event({"object": "error", "message": "x", "code": 400}) + DONE), EngineRefused),
        (answer(event({"error": {"message": "x", "code": "429"}}) + DONE), EngineBusy),
        (answer('{"error": {"message": "x", "code": 503}}', JSON), EngineOverloaded),
        (answer('{"error": {"message": {"a": 1}}}', JSON, "400 No"), EngineRefused),
        (answer("[" * 100_000, JSON, "400 No"), EngineRefused),
    ],
)
def test_what_is_no_answer_is_what_it_is(tmp_path, raw, kind):
    """A page or a redirect of a proxy is no death: no consultation is to blame for it."""
    assert type(asked(tmp_path, raw)) is kind


@pytest.mark.parametrize(
    "body",
    [
        *("[]", '"x"', "7", '{"choices": [null]}', '{"choices": 1}', "[" * 100_000, "{"),
        *('{"choices": [{"delta": "x"}]}', '{"choices": [{"delta": {"content": 5}}]}'),
    ],
    ids=lambda body: body[:12],
)
def test_what_is_no_chunk_is_a_fault_and_no_other_error(tmp_path, body):
    assert type(asked(tmp_path, answer(event(body) + END))) is EngineFault
    assert type(asked(tmp_path, answer(body, JSON))) is EngineFault


@pytest.mark.parametrize("goes_on", [b"x" * 65_536, (b": " + b"x" * 4096 + b"\n") * 16])
def test_an_answer_without_end_is_not_collected(tmp_path, goes_on):
    assert max(LONGEST, LONGEST_LINE) < 2**26
    for head in (EVENTS, JSON):
        assert type(asked(tmp_path, answer("", head), goes_on=goes_on)) is EngineFault


@pytest.mark.parametrize("body", ["[" * 100_000, "[]", '{"data": 7}', '{"data": [[]]}', "x"])
def test_what_is_no_list_of_models_is_not_ready_and_another_address(tmp_path, body):
    async def ready(client):
        return await client.ready("mlm")

    assert asked(tmp_path, answer(body, JSON), do=ready) is False

    async def probed():
        async with server(answer(body, JSON)) as url:
            options = RoleSettings(url=url, url_model="far")
            return await probe_server("mlm", options, write=False, seconds=PATIENCE)

    assert asyncio.run(probed()).finding == "path"


def test_an_event_of_several_lines_is_read_once_at_its_end():
    streamed = Streamed()
    chunk = json.dumps({"choices": [{"delta": {"content": "네"}}]}, indent=0)
    added = [streamed.feed(f"data: {line}") for line in chunk.splitlines()]
    assert set(added) == {""}
    assert streamed.feed("") == "네"


def test_an_event_without_end_is_refused_before_it_fills_the_memory():
    streamed = Streamed()
    half = "x" * (LONGEST_LINE // 2)
    assert streamed.feed(f"data: {half}") == ""
    with pytest.raises(ValueError, match="too long"):
        streamed.feed(f"data: {half}")
