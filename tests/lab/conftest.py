"""An engine that runs, for the commands of the lab."""

import asyncio
import tempfile
import threading
from functools import partial
from pathlib import Path

import pytest

from edgebox_cli.common import context
from support.engines.fake import FakeEngine
from support.polling import PATIENCE


@pytest.fixture
def state():
    with tempfile.TemporaryDirectory(prefix="eb-") as folder:  # a socket's path is 107 bytes
        yield Path(folder)


@pytest.fixture
def box(state, monkeypatch):
    """The command line finds an engine that runs in a thread of its own, until ``box.end()``."""
    monkeypatch.setattr(context, "_config", None)
    monkeypatch.delenv("EDGEBOX_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(state / "config"))
    monkeypatch.setenv("EDGEBOX_STATE_DIR", str(state))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    engine, loop = FakeEngine(), asyncio.new_event_loop()
    started, stop = threading.Event(), asyncio.Event()

    async def serve():
        async with engine.serve(state / "engine.sock"):
            started.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    engine.end = partial(loop.call_soon_threadsafe, stop.set)
    try:
        assert started.wait(PATIENCE)
        yield engine
    finally:
        engine.end()
        thread.join(PATIENCE)
        loop.close()
