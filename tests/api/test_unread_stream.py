"""A streamed summary whose client hangs up, does not read, or sends late."""

import asyncio
import json

import pytest

from edgebox.api import events
from edgebox.api.app import create_app
from edgebox.system.http import ABORT
from support.boxes.api import QUICK, TALK, ApiBox, api_box
from support.polling import PATIENCE, eventually

pytestmark = pytest.mark.anyio


def stream_of(box: ApiBox) -> tuple[dict, dict]:
    """A request for a stream as a server hands it on: its scope and its one message."""
    body = json.dumps({"consultation_id": "CL-1", "conversation_text": TALK}).encode()
    headers = box.headers(Accept="text/event-stream", Content_Type="application/json")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "method": "POST",
        "path": QUICK,
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    return scope, {"type": "http.request", "body": body}


async def test_a_stream_that_was_never_begun_gives_its_place_back(box: ApiBox) -> None:
    scope, message = stream_of(box)
    messages = [message, {"type": "http.disconnect"}]

    async def receive() -> dict:
        return messages.pop(0)

    async def send(_message: object) -> None:
        await asyncio.Event().wait()  # a client that reads nothing

    await asyncio.wait_for(create_app(box.services)(scope, receive, send), PATIENCE)
    assert box.services.quick.in_flight == 0
    text = box.services.metrics.render().decode()
    assert 'edgebox_quick_summaries_total{status="abandoned"} 1.0' in text


@pytest.mark.parametrize("pause", [0.0, 0.1, 5.0], ids=["at-once", "in-pieces", "in-silence"])
@pytest.mark.parametrize("read", range(6))
async def test_a_stream_whose_client_stops_reading_ends_by_itself(
    tmp_path, caplog, monkeypatch, read: int, pause: float
) -> None:
    monkeypatch.setattr("edgebox.api.quick.UNREAD_SECONDS", 0.2)
    settings = {"deadline_seconds": 0.4, "margin_seconds": 0.1}
    async with api_box(tmp_path, quick=settings) as box:
        box.engine.pause = pause
        scope, message = stream_of(box)
        messages, gone, sent = [message], asyncio.Event(), []
        scope["state"] = {ABORT: gone.set}

        async def receive() -> dict:
            if messages:
                return messages.pop(0)
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(event: dict) -> None:
            if len(sent) == read:
                await asyncio.Event().wait()
            sent.append(event)

        answering = asyncio.create_task(create_app(box.services)(scope, receive, send))
        await asyncio.wait_for(answering, PATIENCE)
        whole = bool(sent) and sent[-1].get("more_body") is False
        assert gone.is_set() != whole
        assert len(sent) == read or whole
        assert box.services.quick.in_flight == 0
        engine = box.engine
        await eventually(lambda: engine.finished + engine.cancelled == len(engine.requests))
        assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_body_that_comes_late_is_answered_in_a_stream_too(tmp_path, anyio_backend) -> None:
    async with api_box(tmp_path, quick={"deadline_seconds": 0.2, "margin_seconds": 0.1}) as box:
        scope, message = stream_of(box)
        messages, sent = [message], []

        async def receive() -> dict:
            if not messages:
                await asyncio.Event().wait()
            await asyncio.sleep(0.2 + events.UNREAD_SECONDS)
            return messages.pop(0)

        async def send(event: dict) -> None:
            sent.append(event)

        await asyncio.wait_for(create_app(box.services)(scope, receive, send), PATIENCE)
        assert b"event: done\n" in b"".join(event.get("body", b"") for event in sent)
