"""The life of two batches in one process, of whose calls to the disk one fails, or all from one on.

    python -m crash.failing

reads lines ``FOLDER PORT NTH ERRNO KINDS LASTING`` and prints each life's exit code and how many
such calls it made; each is a fork, so that Python starts once for all of them. It has to be started
with ``failer.c`` in LD_PRELOAD. NTH 0: nothing fails.

A life is what the three processes do with two batches, from an empty folder on: the API takes them,
a run analyses them, the client looks, the callbacks are sent, and retention removes the transcripts
and compacts the file. What fails is tried again as the processes, their ticks, their supervisor and
a client with an Idempotency-Key would.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import errno
import gc
import os
import random
import secrets
import subprocess
import sys
import time
import traceback
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from crash.life import outcome
from edgebox.callbacks.delivery import Deliverer
from edgebox.callbacks.retry import delay_after_crash
from edgebox.errors import EdgeBoxError
from edgebox.processes.api import app_of, build
from edgebox.settings import BatchSettings, Settings
from edgebox.signing import bound_key
from edgebox.store.db import Store
from edgebox.worker.retain import DAY, Retainer
from edgebox.worker.runner import Runner
from edgebox.worker.timing import Timing
from support.engines.fake import FakeEngine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date

    from edgebox.consultation.analysis import AnalysisOutcome

CLIENT = "center-1"
SECRET = "5e" * 32
BATCH = "/api/v1/consultation/batch-analysis"
NAMES = ("A", "B")
OPEN, WRITE, SYNC, TRUNCATE, NAME, READ = 1, 2, 4, 8, 16, 32
CHANGES = OPEN | WRITE | SYNC | TRUNCATE | NAME
FAULTS = {
    "EIO": CHANGES,
    "ENOSPC": OPEN | WRITE | TRUNCATE,
    "EMFILE": OPEN,
    "EIO of reads": READ,
}
"""Which kinds of calls fail so."""
TURNS = 6
"""Of everything that is tried again: more than one failure can cost."""
PASSES = 10
"""Of retention, more than it needs to believe the clock, to remove, and to compact."""


def build_failer(folder: Path) -> Path:
    """Compile the failer, and return the shared object's path."""
    made = folder / "failer.so"
    source = Path(__file__).with_name("failer.c")
    command = ["gcc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(made), str(source)]
    subprocess.run([*command, "-ldl", "-lpthread"], check=True)
    return made


class Engine(AbstractAsyncContextManager["Engine"]):
    """Analyses at once."""

    async def __aexit__(self, *_: object) -> None:
        """Nothing was opened."""

    async def ready(self) -> bool:
        return True

    async def analyse(
        self, _transcript: str, _call_date: date | None, *, wanted: bool
    ) -> AnalysisOutcome:
        del wanted
        return outcome()


class Life:
    """Two batches, from their submission to their removal.

    Args:
        folder: with the state folder ``state``.
        port: the receiver's.
        ahead: seconds that the clock begins ahead: later than in any life before.
    """

    def __init__(self, folder: Path, port: int, ahead: float) -> None:
        self._log = os.open(folder / "lived.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._receiver = f"127.0.0.1:{port}"
        self._hook = f"http://{self._receiver}/"
        self._ahead = ahead
        self.settings = Settings(
            state_dir=folder / "state",
            batch={"min_pending": 1},
            retention={"transcript_days": 1},
        )
        self.store = Store(self.settings.database, clock=self.clock, token=self._token)
        # A client that was told 202 does not ask again, in days when its key is forgotten.
        self._ids: dict[str, str] = dict(words for words in said(folder, "accepted"))

    def _token(self, length: int) -> str:
        """Return random bytes as hex; the client's secret is always the same."""
        return SECRET if length == len(SECRET) // 2 else secrets.token_hex(length)

    def clock(self) -> float:
        """Unix seconds, plus the waits that were skipped."""
        return time.time() + self._ahead

    def say(self, *words: object) -> None:
        os.write(self._log, (" ".join(map(str, words)) + "\n").encode())

    async def live(self) -> bool:
        """Do everything that has not happened yet; returns whether all of it has."""
        for _ in range(TURNS):
            if await self._try("starting", self._start):
                break
        else:
            return False  # no process starts, and its supervisor tries again
        services, engine = build(
            self.settings,
            self.store,
            ports=frozenset({8600}),
            transport=httpx.ASGITransport(FakeEngine().app()),
            wake=lambda: None,
            clock=self.clock,
            monotonic=lambda: time.monotonic() + self._ahead,
        )
        app = app_of(services, engine, None)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://box") as self._http:
                for _ in range(TURNS):
                    if await self._turn():
                        break
                    self._ahead += 150.0  # every lease has run out
                else:
                    return False
                for _ in range(PASSES):
                    if self._over():
                        return True
                    self._ahead += 0.6 * DAY  # a jump that retention believes
                    await self._clear()
                return self._over()
        finally:
            await services.live.close()
            await services.refused.close()
            await services.reads.close()
            services.lines.close()
            await engine.aclose()
            services.threads.close()
            with contextlib.suppress(EdgeBoxError):
                self.store.close()

    async def _start(self) -> None:
        self.store.migrate()
        if self.store.clients.get(CLIENT) is None:
            self.store.clients.create(CLIENT, allowed_callbacks=[self._receiver])
        self.store.recover(delay_after_crash)

    async def _turn(self) -> bool:
        for name in NAMES:
            await self._submit(name)
        await self._try("the backlog", self._work)
        for batch_id in self._ids.values():
            await self._look(batch_id)
        await self._try("callbacks", self._deliver)
        try:
            return len(self._ids) == len(NAMES) and self._settled()
        except EdgeBoxError:
            return False

    async def _submit(self, name: str) -> None:
        if name in self._ids:
            return
        body = {
            "consultations": [
                {"consultation_id": f"{name}-{n}", "conversation_text": f"고객: {name} {n} 해지요"}
                for n in range(2)
            ],
            "callback_url": self._hook + name,
        }
        taken = await self._ask("POST", BATCH, json=body, headers={"Idempotency-Key": name})
        if taken.status_code == 202:
            self._ids[name] = taken.json()["batch_id"]
            self.say("accepted", name, self._ids[name])

    async def _look(self, batch_id: str) -> None:
        await self._ask("GET", f"/api/v1/batches/{batch_id}")

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"X-Bound-Key": bound_key(CLIENT, SECRET, self.clock())}
        headers |= more.pop("headers", {})
        found = await self._http.request(method, path, headers=headers, **more)
        kind = found.headers.get("Content-Type", "")
        self.say("answered", method, found.status_code, kind, found.headers.get("Retry-After", 0))
        return found

    async def _work(self) -> None:
        runner = Runner(
            self.store,
            Engine(),
            BatchSettings(min_pending=1, concurrency=1, lease_seconds=1.0),
            callbacks=self,
            clock=self.clock,
            timing=Timing(poll=0.01, patience=1.0, busy=0.01, grace=0.1),
        )
        await runner.run("size")

    def wake_if_due(self) -> None:
        """Deliveries have their own turn in this life."""

    async def _deliver(self) -> None:
        """Send everything; the clock skips to the time at which the next callback is due."""
        while (due := self.store.outbox.next_due()) is not None:
            self._ahead += max(0.0, due - self.clock())
            deliverer = Deliverer(
                self.store, own_ports=[], timeout=5, clock=self.clock, rng=random.Random(1)
            )
            await deliverer.deliver_due()
        for row in self.store.outbox.list():
            self.say(row.state, row.webhook_id)

    async def _clear(self) -> None:
        async def clear() -> None:
            Retainer(self.store, self.settings, clock=self.clock, pause=lambda _: False).run()

        await self._try("retention", clear)
        self.say("ahead", self._ahead)

    def _settled(self) -> bool:
        return self.store.outbox.counts()["delivered"] == len(NAMES)

    def _over(self) -> bool:
        """Whether everything was delivered, and the transcripts are gone."""
        try:
            state = self.store.retention.state()
            return self._settled() and state is not None and state.compacted_at is not None
        except EdgeBoxError:
            return False

    async def _try(self, what: str, work: Callable[[], Awaitable[None]]) -> bool:
        """Do a job as ``worker.job.Job`` does: what was raised on purpose is tried again."""
        try:
            await work()
        except EdgeBoxError as error:
            self.say("failed", what, type(error).__name__)
            return False
        return True


def main(folder: Path, port: int, *failure: int) -> int:
    """Live; returns 0 if everything has happened, 3 if not."""
    state = folder / "state"
    os.environ["SQLITE_TMPDIR"] = str(state)  # of a compaction's copy
    failer = ctypes.CDLL(None)
    failer.fail_count.restype = ctypes.c_long
    life = Life(folder, port, ahead=_lived(folder))
    nth, *how = failure
    failer.fail_at(os.fsencode(f"{state}/"), ctypes.c_long(nth), *how)
    done = asyncio.run(life.live())
    life.say("calls", failer.fail_count())
    return 0 if done else 3


def _lived(folder: Path) -> float:
    """Return how far ahead the clock was at the end of the last life, and a little more."""
    ends = said(folder, "ahead")
    return float(ends[-1][0]) + 3600.0 if ends else 0.0


def said(folder: Path, what: str) -> list[list[str]]:
    """Return the words after this one in the lines of all lives."""
    log = folder / "lived.log"
    lines = log.read_text().splitlines() if log.exists() else []
    return [words[1:] for words in map(str.split, lines) if words[0] == what]


def fork_lives() -> None:
    """Live once for each line of standard input, and print the exit code."""
    gc.freeze()  # else each child copies and collects all that was imported
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            folder, *numbers = line.split()
            try:
                code = main(Path(folder), *map(int, numbers))
            except BaseException:  # noqa: BLE001 - whatever it was is the finding
                (Path(folder) / "trace").write_text(traceback.format_exc())
                code = 1
            os._exit(code)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def number_of(fault: str) -> int:
    return int(getattr(errno, fault.split(maxsplit=1)[0]))


if __name__ == "__main__":
    fork_lives()
