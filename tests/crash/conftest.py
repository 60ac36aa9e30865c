"""What the tests of real processes that are killed share."""

import asyncio
import tempfile
import threading
from pathlib import Path

import pytest

from support.outside.receiver import Receiver, answer


@pytest.fixture
def hook():
    """The centre's system, on a thread of its own."""
    receiver, loop = Receiver([answer(200)]), asyncio.new_event_loop()

    async def start():
        server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
        receiver.port = server.sockets[0].getsockname()[1]
        return server

    server = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield receiver
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="eb-") as made:
        yield Path(made)
