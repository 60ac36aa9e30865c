"""What the tests of real processes that are killed share."""

import socket
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.boxes.killed import CrashBox
from support.outside.receiver import Receiver, answer, on_a_thread


@contextmanager
def centre():
    """The centre's system, on a thread of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    with on_a_thread(Receiver([answer(200)]), listening) as receiver:
        yield receiver


@pytest.fixture
def hook():
    with centre() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def shared_hook():
    with centre() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def shared_box(shared_hook):
    """One box for all tests of a file that need no settings of their own."""
    with (
        tempfile.TemporaryDirectory(prefix="eb-") as folder,
        CrashBox(Path(folder) / "state", [f"127.0.0.1:{shared_hook.port}"]) as made,
    ):
        yield made


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="eb-") as made:
        yield Path(made)
