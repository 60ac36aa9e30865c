"""How long the command line waits for an answer of the running box."""

import asyncio

import httpx
import pytest

from edgebox.contract.paths import Paths
from edgebox.settings import Settings
from edgebox.store.clients import Client
from edgebox_cli.common.box import Box

CLIENT = Client("centerlink", ("ab" * 32,), False, (), (), 1, 0.0)


@pytest.fixture
def waited(tmp_path):
    """A box whose answers say how many seconds without a byte its client would have waited."""

    def seconds(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"seconds": request.extensions["timeout"]["read"]})

    def opened(**sections) -> Box:
        settings = Settings(state_dir=tmp_path, **sections)
        return Box(settings, CLIENT, transport=httpx.MockTransport(seconds))

    return opened


LONG = {"ask": {"deadline_seconds": 60.0}}
SLOW = {"quick": {"deadline_seconds": 45.0}}


def test_an_answer_is_waited_for_until_after_the_deadline_of_the_settings(waited):
    for sections, deadline in ((LONG, 60.0), (SLOW, 45.0)):
        box = waited(**sections)
        for path in (Paths.QUICK_SUMMARY, Paths.ASK):
            assert box.post(path, {})["seconds"] > deadline + 5
        many = box.asynchronous()
        assert many.timeout.read > deadline + 5
        asyncio.run(many.aclose())


def test_an_answer_is_waited_for_until_after_the_deadline_of_the_question(waited):
    box = waited()
    assert box.post(Paths.ASK, {"deadline": 60.0})["seconds"] > 65
    assert box.post(Paths.ASK, {"deadline": 4.0})["seconds"] < 60


def test_a_stream_is_waited_for_as_long(tmp_path):
    seen = []

    class Transport(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            seen.append(request.extensions["timeout"]["read"])
            return httpx.Response(200, content=b"event: done\ndata: {}\n\n")

    box = Box(Settings(state_dir=tmp_path, **LONG), CLIENT, transport=Transport())
    assert list(box.events(Paths.ASK, {})) == [("done", {})]
    assert list(box.events(Paths.ASK, {"deadline": 50.0})) == [("done", {})]
    assert seen[0] > 65
    assert seen[1] > 55
