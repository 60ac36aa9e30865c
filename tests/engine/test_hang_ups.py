"""A client that hangs up, at any time: the engine goes on with nothing for it."""

import asyncio
import contextlib
import json
from types import SimpleNamespace

import pytest
from starlette.requests import ClientDisconnect

from edgebox.engine.server import engine_app


class Service:
    """Takes every request and never has a word for it."""

    def __init__(self):
        self.open = set()

    async def submit(self, _body, _arrived):
        sequence = SimpleNamespace(prompt_length=1, cached=0, generated=0, seconds=0.0)
        generation = SimpleNamespace(model="m", events=asyncio.Queue(), sequence=sequence)
        self.open.add(id(generation))
        self.kept = generation
        return generation

    def cancel(self, generation):
        self.open.discard(id(generation))


@pytest.mark.parametrize("version", ["2.3", "2.4"])
@pytest.mark.parametrize("stream", [True, False])
def test_one_that_went_before_its_answer_began_is_cancelled(version, stream):
    """Of ASGI 2.4 sending fails at once, and the events are never begun."""
    service = Service()
    body = {"model": "slm", "messages": [{"role": "user", "content": "가"}], "stream": stream}
    messages = [{"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": version},
        "method": "POST",
        "path": "/v1/chat/completions",
        "query_string": b"",
        "headers": [],
    }

    async def receive():
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(_message):
        if version == "2.4":
            raise OSError

    async def asked():
        with contextlib.suppress(ClientDisconnect, OSError):
            await engine_app(service)(scope, receive, send)
        assert service.open == set()

    asyncio.run(asked())
