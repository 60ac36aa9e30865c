"""Who may have the engine's socket."""

import contextlib
import socket

import pytest

from edgebox.errors import BoxNotRunning
from edgebox.processes.engine import _bind


def listening(path):
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen(0)
    return server


def test_an_engine_that_hangs_is_found_though_it_accepts_nothing(tmp_path):
    path = tmp_path / "engine.sock"
    with contextlib.ExitStack() as held:
        held.enter_context(contextlib.closing(listening(path)))
        with contextlib.suppress(BlockingIOError):
            while True:  # until no more may wait
                client = held.enter_context(socket.socket(socket.AF_UNIX))
                client.setblocking(False)
                client.connect(str(path))
        with pytest.raises(BoxNotRunning):
            _bind(path)
        assert path.exists()


def test_a_socket_that_an_engine_left_is_replaced(tmp_path):
    path = tmp_path / "engine.sock"
    listening(path).close()
    _bind(path).close()
