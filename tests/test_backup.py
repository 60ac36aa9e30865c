"""A backup of a busy box, and what its receiver sees after a restore on another machine.

API and worker are processes; the engine is the fake one, on its Unix socket.
"""

import asyncio
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from edgebox.settings import Settings
from edgebox.signing import bound_key
from edgebox.store.db import Store
from support.engines.fake import FakeEngine
from support.outside.ports import free_port
from support.outside.receiver import answer, receiving

CLIENT = "centerlink"
TALK = "고객: 카드를 잃어버렸어요.\n상담사: 바로 정지하고 재발급을 접수해 드렸습니다."


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="eb-") as short:  # a socket's path is 107 bytes
        yield Path(short)


class Machine:
    """A state folder, and the processes that run on it."""

    def __init__(self, state):
        self.state = state
        self.port = free_port()
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("EDGEBOX_")} | {
            "EDGEBOX_STATE_DIR": str(state),
            "EDGEBOX_API__PORT": str(self.port),
            "EDGEBOX_BATCH__MIN_PENDING": "1",
            "XDG_CONFIG_HOME": str(state / "config"),
        }
        self.settings = Settings(state_dir=state)
        self.processes = []

    def start(self, *names):
        for name in names:
            with (self.state / f"{name}.log").open("wb") as log:
                command = [sys.executable, "-m", "edgebox_cli", name]
                self.processes.append(
                    subprocess.Popen(command, env=self.environment, stderr=log, stdout=log)
                )

    def kill(self):
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()

    async def edgebox(self, *words):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "edgebox_cli", *words),
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
        return json.loads(out)


async def post_batches(machine, secret, accepted):
    """Submit batches of three, and append the id of each accepted one to ``accepted``."""
    url = f"http://127.0.0.1:{machine.port}"
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=20) as http:
        while True:
            number = len(accepted)
            items = [
                {"consultation_id": f"CL-{number}-{n}", "conversation_text": TALK} for n in range(3)
            ]
            with contextlib.suppress(httpx.ConnectError):
                got = await http.post(
                    "/api/v1/consultation/batch-analysis",
                    json={"consultations": items, "callback_url": machine.callback},
                    headers={"X-Bound-Key": bound_key(CLIENT, secret, time.time())},
                )
                assert got.status_code == 202, got.text
                accepted.append(got.json()["batch_id"])
            await asyncio.sleep(0.03)


async def until(condition, seconds=40):
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - other processes are the event
            await asyncio.sleep(0.05)


def test_a_box_restored_from_a_backup_made_at_work_finishes_what_it_had_accepted(folder):
    here, there, backup = Machine(folder / "a"), Machine(folder / "b"), folder / "backup.db"
    here.state.mkdir(mode=0o700)
    there.state.mkdir(mode=0o700)

    async def scenario():
        async with receiving(answer(200)) as center:
            here.callback = f"http://127.0.0.1:{center.port}/hook"
            store = Store(here.settings.database)
            store.migrate()
            secret = store.clients.create(CLIENT, allowed_callbacks=[f"127.0.0.1:{center.port}"])
            store.close()
            accepted = []
            async with FakeEngine(pause=0.15).serve(here.settings.socket):
                here.start("api", "worker")
                posting = asyncio.create_task(post_batches(here, secret, accepted))
                await until(lambda: posting.done() or len(center.requests) >= 3)
                before = list(accepted)
                told = await here.edgebox("backup", str(backup), "--json")
                assert not posting.done(), posting.exception()
                await until(lambda: posting.done() or len(accepted) > len(before) + 5)
                posting.cancel()
                here.kill()  # the machine fails while it works
            await asyncio.gather(posting, return_exceptions=True)
            seen = list(center.requests)
            async with FakeEngine().serve(there.settings.socket):
                done = await there.edgebox("restore", str(backup), "--json")
                there.start("api", "worker")
                store = Store(there.settings.database)
                await until(lambda: store.outbox.counts()["delivered"] == told["rows"]["batches"])
                views = {view.batch_id: view for view in store.batches.page(limit=200)[0]}
                rows = store.outbox.list()
                store.close()
                there.kill()
            return before, told, done, seen, center.requests[len(seen) :], views, rows

    try:
        before, told, done, seen, again, views, rows = asyncio.run(scenario())
    finally:
        here.kill()
        there.kill()
    assert set(before) <= set(views), "everything accepted before the backup is in it"
    assert done["pending_consultations"] > 0, "and some of it was not finished then"
    assert {(view.state, view.done) for view in views.values()} == {("completed", 3)}
    delivered_here = Counter(request.headers["webhook-id"] for request in seen)
    delivered_there = Counter(request.headers["webhook-id"] for request in again)
    assert set(delivered_there.values()) == {1}
    assert len(delivered_there) < told["rows"]["batches"], "what was delivered before is not sent"
    ids = {row.batch_id: row.webhook_id for row in rows}
    both = set(delivered_here) | set(delivered_there)
    assert {ids[batch] for batch in views} <= both
    for request in [*seen, *again]:
        body = json.loads(request.body)
        if body["batch_id"] in views:
            assert request.headers["webhook-id"] == ids[body["batch_id"]], "one id for a batch"
            assert len({r["consultation_id"] for r in body["results"]}) == len(body["results"]) == 3
            assert {r["status"] for r in body["results"]} == {"success"}
    with contextlib.closing(sqlite3.connect(there.settings.database)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    print(
        f"{told['rows']['batches']} batches in the backup, {done['pending_consultations']} "
        f"consultations and {done['pending_callbacks']} callbacks waited, "
        f"{len(delivered_there)} callbacks sent after the restore"
    )
