"""A box of real processes that can be killed: API, worker, and an engine without a model.

API and worker are ``python -m edgebox_cli api`` and ``worker``; the engine is
``support.engines.crash``, which has the engine's interface and answers at once.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, get_args

import httpx

from edgebox.signing import bound_key
from edgebox.store.db import Store
from support.outside.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.store.outbox import OutboxRow

Name = Literal["engine", "api", "worker"]
NAMES: tuple[Name, ...] = get_args(Name)
CLIENT = "center-1"
BATCH = "/api/v1/consultation/batch-analysis"

ROOT = Path(__file__).resolve().parents[3]
TESTS = ROOT / "tests"


@dataclass
class CrashBox:
    """A state folder and the three processes over it.

    Args:
        folder: a short path, because a Unix socket is in it.
        receivers: "host:port" that callbacks may go to.
        settings: more EDGEBOX_* variables.
    """

    folder: Path
    receivers: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    secret: str = ""
    port: int = 0
    kills: dict[str, int] = field(default_factory=lambda: dict.fromkeys(NAMES, 0))

    def __post_init__(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.database = self.folder / "edgebox.db"
        store = Store(self.database)
        store.migrate()
        self.secret = store.clients.create(CLIENT, allowed_callbacks=self.receivers)
        store.close()
        self.port = free_port()
        self.running: dict[Name, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        for name in NAMES:
            self.start(name)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        for process in self.running.values():
            process.wait()

    def start(self, name: Name) -> None:
        """Start a process that does not run."""
        command = [sys.executable, "-m"]
        if name == "engine":
            command += ["support.engines.crash", str(self.folder / "engine.sock")]
        else:
            command += ["edgebox_cli", name]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )

    def edgebox(self, *words: str) -> None:
        """Run a command of the administrator; CalledProcessError when it fails."""
        command = [sys.executable, "-m", "edgebox_cli", *words]
        subprocess.run(command, env=self._environment(), check=True, capture_output=True)

    def _environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("EDGEBOX_")}
        return own | {
            "EDGEBOX_STATE_DIR": str(self.folder),
            "EDGEBOX_API__PORT": str(self.port),
            "EDGEBOX_API__RATE_PER_MINUTE": "100000",
            "EDGEBOX_BATCH__MIN_PENDING": "1",
            "EDGEBOX_CALLBACKS__TIMEOUT_SECONDS": "2",
            "XDG_CONFIG_HOME": str(self.folder),
            "PYTHONPATH": os.pathsep.join(
                [str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])]
            ),
            **self.settings,
        }

    def kill(self, *names: Name) -> None:
        """Send SIGKILL to all of them, then wait for each and start it again."""
        for name in names:
            self.running[name].send_signal(signal.SIGKILL)
            self.kills[name] += 1
        for name in names:
            self.running[name].wait()
            self.start(name)

    def restart_dead(self) -> list[Name]:
        """Start the processes that ended by themselves, and return their names."""
        dead = [name for name in NAMES if self.running[name].poll() is not None]
        for name in dead:
            self.start(name)
        return dead

    def until_up(self, seconds: float = 30.0) -> None:
        """Return once the API answers and the engine listens."""

        def up() -> bool:
            try:
                return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
            except httpx.HTTPError:
                return False

        self.until(up, seconds, "the box to be ready")

    def until(self, holds: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait until ``holds``; AssertionError with the end of the logs after ``seconds``."""
        ends = time.monotonic() + seconds
        while not holds():
            self.restart_dead()
            assert time.monotonic() < ends, f"waited {seconds} s for {what}\n{self.logs()}"
            time.sleep(0.1)

    def logs(self) -> str:
        return "\n".join(
            f"-- {path.name}\n{path.read_text(errors='replace')[-2000:]}"
            for path in sorted(self.folder.glob("*.log"))
        )

    def headers(self, **more: str) -> dict[str, str]:
        key = bound_key(CLIENT, self.secret, time.time())
        return {"X-Bound-Key": key} | {k.replace("_", "-"): v for k, v in more.items()}

    def post(self, *texts: str, key: str = "", hook: str | None = None) -> httpx.Response:
        """Submit a batch."""
        items = [
            {"consultation_id": f"CL-{n}", "conversation_text": text}
            for n, text in enumerate(texts)
        ]
        body = {"consultations": items} | ({"callback_url": hook} if hook else {})
        more = {"Idempotency-Key": key} if key else {}
        return httpx.post(self.url + BATCH, json=body, headers=self.headers() | more, timeout=15)

    def batch(self, batch_id: str) -> dict[str, object]:
        """Return the batch as the API describes it."""
        answer = httpx.get(
            f"{self.url}/api/v1/batches/{batch_id}", headers=self.headers(), timeout=15
        )
        answer.raise_for_status()
        return dict(answer.json())

    def allow(self, *receivers: str) -> None:
        """Let callbacks go to these receivers ("host:port"), instead of those from the start."""
        with contextlib.closing(Store(self.database)) as store:
            store.clients.set_callbacks(CLIENT, list(receivers))

    def outbox(self) -> list[OutboxRow]:
        """Return the callbacks, the newest first."""
        with contextlib.closing(Store(self.database)) as store:
            return store.outbox.list(limit=10_000)

    def open_work(self) -> tuple[int, int]:
        """Return how many consultations are open, and how many callbacks wait."""
        with contextlib.closing(Store(self.database)) as store:
            rows = store.consultations.counts()
            return rows["pending"] + rows["running"], store.outbox.counts()["pending"]

    def check_database(self) -> dict[str, int]:
        """Return the number of rows of each table.

        Raises:
            AssertionError: the file is damaged.
        """
        with contextlib.closing(sqlite3.connect(self.database, timeout=10)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []
            count = "SELECT COUNT(*) FROM "
            return {
                table: int(db.execute(count + table).fetchone()[0])
                for table in ("batches", "consultations", "outbox")
            }
