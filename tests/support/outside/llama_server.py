"""A real llama-server and a real HAProxy, as other machines that answer for a role."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from support.outside.ports import free_port

if TYPE_CHECKING:
    from typing import Self

ROOT = Path(__file__).resolve().parents[3]
BINARY = Path(
    os.environ.get("LLAMA_SERVER", ROOT / "benchmarks" / "peers" / "bin" / "llama-server")
)
HAPROXY = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CONFIGURATION = ROOT / "tests" / "remote" / "haproxy.cfg"
MODEL = "small"
START_SECONDS = 120.0


class LlamaServer:
    """One process on one port; it can be killed, stopped and started again.

    Args:
        gguf: the model's file.
        log: where it writes.
        key: requests without it get 401; empty: none is asked for.
        slots: requests that it works on at once.
        threads: of its computation.
        core: the only one that it computes on; None: any.
    """

    def __init__(
        self,
        gguf: Path,
        log: Path,
        *,
        key: str = "",
        slots: int = 4,
        threads: int = 2,
        core: int | None = None,
    ) -> None:
        self.key, self.slots = key, slots
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self._gguf, self._log, self._threads = gguf, log, threads
        self._before = [] if core is None else ["taskset", "-c", str(core)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, wait: bool = True) -> None:
        words = [
            *self._before,
            *(str(BINARY), "-m", str(self._gguf), "--alias", MODEL, "--port", str(self.port)),
            *("-np", str(self.slots), "-c", str(4096 * self.slots), "-t", str(self._threads)),
            *("--no-webui", "--metrics"),
        ]
        if self.key:
            words += ["--api-key", self.key]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=subprocess.STDOUT)
        if wait:
            self.wait()

    def wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/health").status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"llama-server did not start: {self._log.read_text()[-2000:]}")

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None

    def busy(self) -> int:
        """Requests that it works on now."""
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        slots = httpx.get(f"http://127.0.0.1:{self.port}/slots", headers=headers).json()
        return sum(slot["is_processing"] for slot in slots)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class Haproxy:
    """HAProxy with the guide's configuration, on other addresses.

    Args:
        folder: for the configuration.
        servers: ports of the servers behind it, one or two.
        pem: certificate and key in one file; None: plain HTTP.
    """

    def __init__(self, folder: Path, servers: list[int], pem: Path | None = None) -> None:
        self.port = free_port()
        self.url = f"{'https' if pem else 'http'}://127.0.0.1:{self.port}/v1"
        lines = CONFIGURATION.read_text().splitlines()
        text = "\n".join(line for line in lines if not line.strip().startswith("server "))
        tls = f" ssl crt {pem}" if pem else ""
        text = text.replace(
            "bind 10.20.30.40:8443 ssl crt /etc/haproxy/models.pem",
            f"bind 127.0.0.1:{self.port}{tls}",
        )
        assert str(self.port) in text
        behind = [f"    server s{n} 127.0.0.1:{port}" for n, port in enumerate(servers)]
        self._file = folder / f"haproxy-{self.port}.cfg"
        self._file.write_text("\n".join([text, *behind, ""]))

    def __enter__(self) -> Self:
        assert HAPROXY is not None
        self._process = subprocess.Popen([HAPROXY, "-db", "-f", str(self._file)])
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            assert self._process.poll() is None, "haproxy ended"
            time.sleep(0.05)
        raise AssertionError("haproxy did not listen")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
