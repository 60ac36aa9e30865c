"""A box that lives as long as the demo: its own folder, its own ports, one client."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

    from edgebox.engine_client import EngineHealth
    from edgebox.settings import Settings
    from edgebox_cli.common.box import Box

SLM = "qwen2.5-coder-0.5b-instruct-q4_k_m"
MLM = "qwen2.5-coder-1.5b-instruct-q4_k_m"
CLIENT = "demo"
CONTEXT_TOKENS = 8192
PARALLEL = 3  # no more will come, and the measuring at the start is shorter

START_SECONDS = 300.0
STOP_SECONDS = 60.0
POLL_SECONDS = 0.2
LOG_LINES = 15
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_FOLDER = 80  # characters: a socket's path has room for 107


@dataclass(frozen=True)
class Callback:
    """A callback as it arrived, and whether either signature is this box's for its client."""

    url: str
    payload: dict[str, Any]
    webhook_signed: bool
    key_signed: bool


class Receiver:
    """A real webhook receiver on a port of its own at 127.0.0.1, as a centre would run one."""

    def __init__(self) -> None:
        self.secret = ""
        self.arrived: queue.Queue[Callback] = queue.Queue()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            timeout: ClassVar[float] = 10.0

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(
                    204 if receiver.take(self.path, dict(self.headers), body) else 401
                )
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Not on the demo's screen."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def host(self) -> str:
        """``address:port``, as a client's list of allowed callbacks has it."""
        return f"127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Answer from now on, on a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port; harmless before ``start``."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Check one callback and keep it; whether both of its signatures are good."""
        from edgebox.errors import InvalidBoundKey
        from edgebox.signing import verify_bound_key, verify_webhook

        now = time.time()
        lower = {name.lower(): value for name, value in headers.items()}
        key_signed = False
        with contextlib.suppress(InvalidBoundKey):
            holder = _Holder((self.secret,))
            named = verify_bound_key(lower.get("x-bound-key", ""), lambda _: holder, now, 300)
            key_signed = named == CLIENT
        webhook_signed = verify_webhook(lower, body, [self.secret], now, 300)
        try:
            payload = json.loads(body)
        except ValueError:
            return False
        self.arrived.put(Callback(f"http://{self.host}{path}", payload, webhook_signed, key_signed))
        return webhook_signed and key_signed


@dataclass(frozen=True)
class _Holder:
    secrets: tuple[str, ...]
    disabled: bool = False


class DemoBox:
    """``edgebox up`` on the starter models in a temporary folder. A context manager.

    Leaving it stops every process and removes the folder, whatever has happened.

    Args:
        models_dir: where the starter models are.
    """

    def __init__(self, models_dir: Path) -> None:
        self._models_dir = models_dir
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._log: Path | None = None
        self.receiver = Receiver()
        self.settings: Settings
        self.box: Box

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def wait_until_ready(self, alive: Callable[[], None]) -> None:
        """Return when the box can take work, and has read what its prompts begin with.

        The engine reads that once, after it has said that it is ready. A box in service is
        past it when the first request comes; here it would count as the first one's time.

        Args:
            alive: called again and again meanwhile.

        Raises:
            EdgeBoxError: it ended, or it takes too long.
        """
        import httpx

        from edgebox.errors import EdgeBoxError, EngineError
        from edgebox.system.tls import client_context

        until = time.monotonic() + START_SECONDS
        verify = client_context(self.settings.api.tls_cert)
        with httpx.Client(trust_env=False, timeout=5.0, verify=verify) as http:
            while True:
                with contextlib.suppress(httpx.HTTPError, EngineError):
                    ready = http.get(f"{self.box.url}/readyz").status_code == 200
                    if ready and not self._reading():
                        return
                self.check()
                if time.monotonic() > until:
                    raise EdgeBoxError(f"The box was not ready within {START_SECONDS:.0f} s.")
                alive()
                time.sleep(POLL_SECONDS)

    def check(self) -> None:
        """Raise BoxNotRunning when the box has ended by itself."""
        from edgebox.errors import BoxNotRunning

        if self._process is not None and self._process.poll() is not None:
            raise BoxNotRunning(f"The box ended by itself (exit code {self._process.returncode}).")

    def health(self) -> EngineHealth:
        """What the engine says of itself: models, memory, speeds."""
        import asyncio

        from edgebox.engine_client import EngineClient

        async def ask() -> EngineHealth:
            client = EngineClient(self.settings)
            try:
                return await client.health(timeout=10.0)
            finally:
                await client.aclose()

        return asyncio.run(ask())

    def _reading(self) -> bool:
        state = self.health().raw
        return bool(state.get("running") or state.get("waiting"))

    def last_lines(self) -> list[str]:
        """The end of the box's log: it never holds a transcript."""
        if self._log is None or not self._log.is_file():
            return []
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [line for line in lines if "/readyz" not in line][-LOG_LINES:]  # our own asking

    def _open(self) -> None:
        from edgebox.settings import load_settings
        from edgebox.store.db import Store
        from edgebox.system.program import command
        from edgebox_cli.common.box import Box

        folder = Path(tempfile.mkdtemp(prefix="edgebox-demo-"))  # for this user only
        if len(str(folder)) > LONGEST_FOLDER:
            folder.rmdir()
            folder = Path(tempfile.mkdtemp(prefix="edgebox-demo-", dir="/tmp"))
        self._folder, self._log = folder, folder / "log"
        config = folder / "edgebox.toml"
        config.write_text(_config(folder, self._models_dir, _free_port()), encoding="utf-8")
        # The folder's configuration and nothing of the user's own.
        for name in [name for name in os.environ if name.startswith("EDGEBOX_")]:
            del os.environ[name]
        self.settings = load_settings(config)
        store = Store(self.settings.database)
        try:
            store.migrate()
            self.receiver.secret = store.clients.create(
                CLIENT, allowed_callbacks=[self.receiver.host]
            )
            client = store.clients.get(CLIENT)
        finally:
            store.close()
        assert client is not None  # noqa: S101 - created three lines above
        self.box = Box(self.settings, client)
        self.receiver.start()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                command("--config", str(config), "up"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # the terminal's Ctrl-C comes to the demo alone
            )

    def _close(self) -> None:
        """Stop and remove everything; a second Ctrl-C meanwhile does not leave it half done."""
        with stop_signals(signal.SIG_IGN):
            if hasattr(self, "box"):
                self.box.close()
            if self._process is not None and self._process.poll() is None:
                self._process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(STOP_SECONDS)
                if self._process.poll() is None:
                    self._process.terminate()  # the second one: kill what still runs
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        self._process.wait(STOP_SECONDS)
                self._process.kill()
                self._process.wait()
            self.receiver.stop()
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)


@contextlib.contextmanager
def stop_signals(handler: Callable[[int, FrameType | None], None] | int) -> Iterator[None]:
    """In the block the stop signals go to ``handler``; on the main thread only."""
    before = {number: signal.signal(number, handler) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, was in before.items():
            signal.signal(number, was)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _config(folder: Path, models_dir: Path, port: int) -> str:
    def quoted(value: object) -> str:
        return json.dumps(str(value), ensure_ascii=False)  # a TOML string is one of JSON

    return "\n".join(
        [
            f"state_dir = {quoted(folder)}",
            f"models_dir = {quoted(models_dir)}",
            "[api]",
            f"port = {port}",
            "[batch]",
            "min_pending = 3",
            "[engines.slm]",
            f"model = {quoted(SLM)}",
            f"context_tokens = {CONTEXT_TOKENS}",
            f"parallel = {PARALLEL}",
            "[engines.mlm]",
            f"model = {quoted(MLM)}",
            f"context_tokens = {CONTEXT_TOKENS}",
            f"parallel = {PARALLEL}",
            "",
        ]
    )
