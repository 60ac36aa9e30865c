"""What the tests of real processes that are killed share."""

import socket
import tempfile
from pathlib import Path

import pytest

from support.outside.receiver import Receiver, answer, on_a_thread


@pytest.fixture
def hook():
    """The centre's system, on a thread of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    with on_a_thread(Receiver([answer(200)]), listening) as receiver:
        yield receiver


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="eb-") as made:
        yield Path(made)
