"""After a power loss at any moment, every possible disk holds what was promised by then."""

import asyncio
import contextlib
import os
import random
import sqlite3
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from crash.power import build_recorder, read_log, states
from edgebox.errors import StoreError
from edgebox.store.db import Store
from support.boxes.killed import TESTS
from support.outside.receiver import Receiver, answer

DISKS = 400
MEMORY = Path("/dev/shm")  # where the disks are looked at: each look syncs


@pytest.fixture(scope="module")
def recorder(tmp_path_factory):
    return build_recorder(tmp_path_factory.mktemp("recorder"))


class Centre(Receiver):
    def give(self, request, turn):
        return answer(500 if turn == 0 else 200)


async def record(recorder, folder, *, careless):
    """Record the disk operations of a life.

    With ``careless``, SQLite does not sync: the negative control.
    """
    centre = Centre([])
    server = await asyncio.start_server(centre.serve, "127.0.0.1", 0)
    state = folder / "state"
    state.mkdir(mode=0o700)
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path]),
        "LD_PRELOAD": str(recorder),
        "RECORD_FOLDER": f"{state}/",
        "RECORD_LOG": str(folder / "ops"),
        "LIFE_SYNCHRONOUS": "OFF" if careless else "FULL",
    }
    async with server:
        port = server.sockets[0].getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "crash.life", str(state), str(port)), env=environment
        )
        assert await asyncio.wait_for(process.wait(), 60) == 0
    return read_log(folder / "ops")


def promised(ops):
    """List (operations done by then, what was promised), from the log that the life writes."""
    found = []
    for number, op in enumerate(ops):
        if op.name == "lived.log" and op.data.startswith(b"acked "):
            found += [(number, line.split()[1:]) for line in op.data.decode().splitlines()]
    return found


def look(files, folder):
    """Open the database of a disk; returns (batch ids, ended batch ids, states by webhook-id).

    Raises:
        AssertionError: the database cannot be opened, or is damaged.
    """
    for name, content in files.items():
        if name.startswith("edgebox.db") and not name.endswith("-shm"):
            (folder / name).write_bytes(content)
    if not (folder / "edgebox.db").exists():
        return set(), set(), {}
    try:
        store = Store(folder / "edgebox.db")
        store.migrate()
        store.recover()
        store.close()
    except StoreError as error:
        raise AssertionError(error.detail) from error
    with contextlib.closing(sqlite3.connect(folder / "edgebox.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        batches = db.execute("SELECT batch_id, completed_at FROM batches").fetchall()
        hooks = dict(db.execute("SELECT webhook_id, state FROM outbox").fetchall())
    return {b for b, _ in batches}, {b for b, ended in batches if ended is not None}, hooks


def losses(ops, seed):
    """Count what was promised and is missing, over many power losses."""
    acked, found = promised(ops), Counter()
    # The life retries its first batch, which opens again and loses its first callback.
    retried, replaced = {acked[0][1][1]}, {next(w for _, (k, w) in acked if k == "delivered")}
    for moment, files in states(ops, DISKS, random.Random(seed)):
        memory = MEMORY if MEMORY.is_dir() else None
        with tempfile.TemporaryDirectory(prefix="eb-", dir=memory) as folder:
            try:
                batches, ended, hooks = look(files, Path(folder))
            except (AssertionError, sqlite3.DatabaseError) as error:
                found[f"damaged: {error}"[:80]] += 1
                continue
        for number, (kind, what) in acked:
            if number >= moment:
                break
            if kind == "submitted" and what not in batches:
                found["an accepted batch is gone"] += 1
            if kind == "ended" and what not in ended | retried:
                found["an ended batch is open again"] += 1
            if kind == "delivered" and hooks.get(what) != "delivered" and what not in replaced:
                found["a delivery is forgotten"] += 1
        found["looked"] += 1
    return found


def test_what_was_promised_survives_a_power_cut_at_any_moment(recorder, tmp_path):
    ops = asyncio.run(record(recorder, tmp_path, careless=False))
    assert len(promised(ops)) > 5
    assert losses(ops, seed=1) == {"looked": DISKS}


def test_without_syncs_the_same_check_fails(recorder, tmp_path):
    """The negative control: without syncs a power loss loses something."""
    ops = asyncio.run(record(recorder, tmp_path, careless=True))
    found = losses(ops, seed=1)
    assert found["an accepted batch is gone"] > DISKS // 20
    assert sum(found[what] for what in found if what.startswith("damaged")) > 0
