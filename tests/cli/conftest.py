import http.server
import os
import socket
import tempfile
import threading
from pathlib import Path

import pytest

from edgebox_cli.common import context
from support.boxes.live import live_box
from support.boxes.store import Box


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A machine with nothing of EdgeBox: no configuration, no state; the folder of both."""
    for name in list(os.environ):
        if name.startswith("EDGEBOX_"):
            monkeypatch.delenv(name)
    monkeypatch.setattr(context, "_config", None)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


@pytest.fixture
def database(bare, monkeypatch):
    """Where the database of a box is that the command line finds."""
    monkeypatch.setenv("EDGEBOX_STATE_DIR", str(bare / "state"))
    return bare / "state" / "edgebox.db"


@pytest.fixture
def box(settings):
    """A box's database without its processes, where the test's ``settings`` say."""
    made = Box(settings.database)
    yield made
    made.store.close()


@pytest.fixture
def live(bare, monkeypatch):
    """A running box without a worker."""
    with (
        tempfile.TemporaryDirectory(prefix="eb-") as folder,  # a socket's path is 107 bytes
        live_box(Path(folder) / "state", monkeypatch) as box,
    ):
        yield box


@pytest.fixture
def free_port(bare, monkeypatch):  # bare forgets what is set before it
    """The configuration names a port where nothing listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))  # bound and not listening: no other process gets it
        monkeypatch.setenv("EDGEBOX_API__PORT", str(holder.getsockname()[1]))
        yield holder.getsockname()[1]


@pytest.fixture
def foreign_server(monkeypatch):
    """The configuration names a port where some other web server answers."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>It works!</html>")

        do_POST = do_GET  # noqa: N815 - what the base class calls

        def log_message(self, *args):
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    monkeypatch.setenv("EDGEBOX_API__PORT", str(server.server_port))
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()
