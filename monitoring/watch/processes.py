"""Prometheus and Alertmanager as processes of this user, for a trial."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import IO, TYPE_CHECKING, Any, Self

from watch import render
from watch.settings import Wrong

if TYPE_CHECKING:
    from pathlib import Path

    from watch.settings import Monitoring

INSTALL = "apt-get install prometheus prometheus-alertmanager"
BINARIES = {
    "prometheus": ("prometheus",),
    "alertmanager": ("prometheus-alertmanager", "alertmanager"),  # Debian's name, upstream's
}
START_SECONDS = 30.0
STOP_SECONDS = 10.0
POLL = 0.05
TIME_ZONE = "Asia/Seoul"  # of the times in messages


def binary(name: str) -> str:
    """Return the path of Prometheus or Alertmanager; raise Wrong with what installs it."""
    for candidate in BINARIES[name]:
        if found := shutil.which(candidate):
            return found
    raise Wrong(f"{name} is not installed. Install it with: {INSTALL}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(url: str, timeout: float = 10.0) -> Any:  # noqa: ANN401 - any JSON
    """Return what a URL says, as JSON."""
    with urllib.request.urlopen(url, timeout=timeout) as answer:  # noqa: S310 - ours
        return json.load(answer)


class Watchers:
    """Prometheus and Alertmanager, running until the block ends. A context manager.

    Args:
        wanted: its ``listen`` says where they listen.
        folder: for configuration, data and logs; it is there.
        pace: of scrapes and messages.
    """

    def __init__(self, wanted: Monitoring, folder: Path, pace: render.Pace | None = None) -> None:
        self.wanted = wanted
        self.folder = folder
        self._pace = pace or render.Pace()
        self._running: dict[str, tuple[subprocess.Popen[bytes], IO[bytes]]] = {}

    def __enter__(self) -> Self:
        render.write(self.wanted, self.folder, self._pace)
        try:
            self._start("alertmanager", alertmanager_command(self.wanted, self.folder))
            self._start("prometheus", prometheus_command(self.wanted, self.folder, self._pace))
            for name, url in (("alertmanager", self.alertmanager), ("prometheus", self.prometheus)):
                self._wait(name, f"{url}/-/ready")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process, _log in self._running.values():
            process.send_signal(signal.SIGTERM)
        for process, log in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            process.kill()
            process.wait()
            log.close()
        self._running.clear()

    @property
    def prometheus(self) -> str:
        return f"http://{self.wanted.listen.prometheus}"

    @property
    def alertmanager(self) -> str:
        return f"http://{self.wanted.listen.alertmanager}"

    @property
    def pids(self) -> dict[str, int]:
        return {name: process.pid for name, (process, _) in self._running.items()}

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the vector of an expression now."""
        return query(self.prometheus, expression)

    def _start(self, name: str, command: list[str]) -> None:
        log = (self.folder / f"{name}.log").open("wb")
        environment = os.environ | {"TZ": os.environ.get("TZ", TIME_ZONE)}
        process = subprocess.Popen(  # noqa: S603 - Debian's binaries
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self.folder,
            env=environment,
            start_new_session=True,
        )
        self._running[name] = process, log

    def _wait(self, name: str, url: str) -> None:
        process = self._running[name][0]
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - ours
                    return
            except (OSError, http.client.HTTPException):
                if process.poll() is not None or time.monotonic() > until:
                    log = (self.folder / f"{name}.log").read_text(errors="replace")
                    last = "\n".join(log.splitlines()[-5:])
                    raise Wrong(f"{name} did not start:\n{last}") from None
            time.sleep(POLL)


def prometheus_command(
    wanted: Monitoring,
    folder: Path,
    pace: render.Pace | None = None,
    *,
    data: Path | None = None,
) -> list[str]:
    """Return the command line of Prometheus, for the trial and for the unit."""
    return [
        binary("prometheus"),
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={data or folder}/data",
        "--storage.tsdb.retention.time=40d",  # the promise is over 30
        f"--web.listen-address={wanted.listen.prometheus}",
        f"--web.external-url=http://{wanted.listen.prometheus}",
        f"--rules.alert.resend-delay={(pace or render.Pace()).resend}",
        f"--web.console.templates={render.HERE}/consoles",
        f"--web.console.libraries={render.HERE}/consoles",
        "--log.level=warn",
    ]


def alertmanager_command(
    wanted: Monitoring, folder: Path, *, data: Path | None = None
) -> list[str]:
    """Return the command line of Alertmanager, for the trial and for the unit."""
    return [
        binary("alertmanager"),
        f"--config.file={folder}/alertmanager.yml",
        f"--storage.path={data or folder}/alerts",
        f"--web.listen-address={wanted.listen.alertmanager}",
        f"--web.external-url=http://{wanted.listen.alertmanager}",
        "--cluster.listen-address=",  # one Alertmanager; without it, it opens port 9094 to all
        "--log.level=warn",
    ]


def query(prometheus: str, expression: str) -> list[dict[str, Any]]:
    """Return the vector of an expression now; raise Wrong if it cannot be evaluated."""
    asked = urllib.parse.urlencode({"query": expression})
    try:
        found = get(f"{prometheus}/api/v1/query?{asked}")
    except urllib.error.HTTPError as error:
        raise Wrong(f"{expression}: {error.read().decode(errors='replace')}") from None
    result: list[dict[str, Any]] = found["data"]["result"]
    return result
