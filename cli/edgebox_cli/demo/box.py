"""The demo's box: it exists as long as the demo runs, in its own folder and on its own ports."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self

import httpx

from edgebox.contract.paths import Paths
from edgebox.engine_client import EngineClient
from edgebox.errors import BoxNotRunning, EdgeBoxError, EngineError
from edgebox.settings import load_settings
from edgebox.store.db import Store
from edgebox.system.program import command
from edgebox.system.tls import client_context
from edgebox_cli.common.box import Box
from edgebox_cli.common.observe import ask_engine
from edgebox_cli.demo.receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

    from edgebox.engine_client import EngineHealth
    from edgebox.settings import Settings

SLM = "qwen2.5-coder-0.5b-instruct-q4_k_m"
MLM = "qwen2.5-coder-1.5b-instruct-q4_k_m"
CLIENT = "demo"
ENGINE: Final[Mapping[str, int]] = MappingProxyType({"context_tokens": 8192, "parallel": 3})
"""The demo's batch has three consultations; more make the measuring longer."""

START_SECONDS = 300.0
STOP_SECONDS = 60.0
POLL_SECONDS = 0.2
UNHURRIED_SECONDS = 60.0  # the longest deadline that the settings allow
HEALTH_SECONDS = 10.0
LOG_LINES = 15
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_FOLDER = 80  # characters: a socket's path has room for 107


class DemoBox:
    """``edgebox up`` on the starter models in a temporary folder. A context manager.

    Leaving it stops every process and removes the folder, also after an error.

    Args:
        models_dir: where the starter models are.
        metrics_listen: "host:port" of a listener for metrics; empty for none.
        engine: what the configuration says of each model, beside its name.
        further: sections of the configuration, as TOML.
    """

    def __init__(
        self,
        models_dir: Path,
        *,
        metrics_listen: str = "",
        engine: Mapping[str, int] = ENGINE,
        further: str = "",
    ) -> None:
        self._models_dir = models_dir
        self._engine = engine
        self._further = further
        self._metrics_listen = metrics_listen
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._log: Path | None = None
        self.receiver = Receiver(CLIENT)
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
        """Wait until the box can take work and its engine has read the prompts' prefixes.

        The engine reads the prefixes once, after it has become ready. A box in service has done
        so before its first request; here the first request would have to wait for it.

        Args:
            alive: called several times a second.

        Raises:
            EdgeBoxError: the box ended, or it takes too long.
        """
        until = time.monotonic() + START_SECONDS
        verify = client_context(self.settings.api.tls_cert)
        with httpx.Client(trust_env=False, timeout=5.0, verify=verify) as http:
            while True:
                with contextlib.suppress(httpx.HTTPError, EngineError):
                    if http.get(f"{self.box.url}{Paths.READY}").status_code == 200:
                        engine = self.health().raw
                        if not (engine.get("running") or engine.get("waiting")):
                            return
                self.check()
                if time.monotonic() > until:
                    raise EdgeBoxError(f"The box was not ready within {START_SECONDS:.0f} s.")
                alive()
                time.sleep(POLL_SECONDS)

    def check(self) -> None:
        """Raise BoxNotRunning when the box has ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            raise BoxNotRunning(f"The box ended by itself (exit code {self._process.returncode}).")

    def pids(self) -> dict[str, int]:
        """Return the process ids of engine, API and worker, of those that run now, by name."""
        if self._process is None:
            return {}
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        found = {}
        for child in children:
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")
                found[next(word for word in reversed(words) if word)] = int(child)
        return found

    def health(self) -> EngineHealth:
        """Ask the engine for its models, memory and speeds; raise EngineError without an answer."""
        return ask_engine(self.settings, timeout=HEALTH_SECONDS)

    def unhurried(self, transcript: str) -> str:
        """Return the small model's summary of a call within a long deadline; empty if it has none.

        Made as the API makes one: held to the figures of the call, and cut after whole sentences.
        """
        # How a call is read is a third of a command's start, and few machines are this slow.
        from edgebox.consultation.engine_monitor import EngineMonitor  # noqa: PLC0415
        from edgebox.consultation.quick import QuickSummaries  # noqa: PLC0415

        async def ask() -> str:
            client = EngineClient(self.settings)
            monitor = EngineMonitor(client)
            slow = self.settings.quick.model_copy(update={"deadline_seconds": UNHURRIED_SECONDS})
            summaries = QuickSummaries(client, monitor, slow)
            try:
                await monitor.poll()
                result = await summaries.summarise(summaries.admit(transcript))
            finally:
                await client.aclose()
            return "" if result.status == "fallback" else result.summary

        return asyncio.run(ask())

    def last_lines(self) -> list[str]:
        """Return the end of the box's log. It never holds a transcript."""
        if self._log is None or not self._log.is_file():
            return []
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [line for line in lines if Paths.READY not in line][-LOG_LINES:]

    def _open(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="edgebox-demo-"))  # for this user only
        if len(str(folder)) > LONGEST_FOLDER:
            folder.rmdir()
            folder = Path(tempfile.mkdtemp(prefix="edgebox-demo-", dir="/tmp"))
        self._folder, self._log = folder, folder / "log"
        config = folder / "edgebox.toml"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        text = _config(folder, self._models_dir, port, self._metrics_listen, self._engine)
        config.write_text(text + self._further, encoding="utf-8")
        # The folder's configuration counts, and none of the user's variables.
        for name in [name for name in os.environ if name.startswith("EDGEBOX_")]:
            del os.environ[name]
        self.settings = load_settings(config)
        with contextlib.closing(Store(self.settings.database)) as store:
            store.migrate()
            hosts = [self.receiver.host]
            self.receiver.secret = store.clients.create(CLIENT, allowed_callbacks=hosts)
            client = store.clients.get(CLIENT)
        assert client is not None  # noqa: S101 - just created
        self.box = Box(self.settings, client)
        self.receiver.start()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                command("--config", str(config), "up"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # the terminal's Ctrl-C reaches the demo alone
            )

    def _close(self) -> None:
        """Stop and remove everything; a second Ctrl-C does not interrupt it."""
        with stop_signals(signal.SIG_IGN):
            if hasattr(self, "box"):
                self.box.close()
            if self._process is not None and self._process.poll() is None:
                self._process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(STOP_SECONDS)
                if self._process.poll() is None:
                    self._process.terminate()  # edgebox up answers a second one by killing
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        self._process.wait(STOP_SECONDS)
                self._process.kill()
                self._process.wait()
            self.receiver.stop()
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)


@contextlib.contextmanager
def stop_signals(handler: Callable[[int, FrameType | None], None] | int) -> Iterator[None]:
    """Send the stop signals to ``handler`` during the block; on the main thread only."""
    before = {number: signal.signal(number, handler) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, was in before.items():
            signal.signal(number, was)


def _config(
    folder: Path, models_dir: Path, port: int, metrics_listen: str, engine: Mapping[str, int]
) -> str:
    def quoted(value: object) -> str:
        return json.dumps(str(value), ensure_ascii=False)  # a TOML string is one of JSON

    shared = [f"{name} = {value}" for name, value in engine.items()]
    return "\n".join(
        [
            f"state_dir = {quoted(folder)}",
            f"models_dir = {quoted(models_dir)}",
            "[api]",
            f"port = {port}",
            f"metrics_listen = {quoted(metrics_listen)}",
            "[batch]",
            "min_pending = 3",
            "[engines.slm]",
            f"model = {quoted(SLM)}",
            *shared,
            "[engines.mlm]",
            f"model = {quoted(MLM)}",
            *shared,
            "",
        ]
    )
