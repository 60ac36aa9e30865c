"""A call to the disk fails, each one in turn: nothing acknowledged is lost, nothing is doubled.

In `tests/run` some of them; `tests/run --hostile` has HOSTILE_SECONDS for each kind of failure, and
with an hour it gets to every call.
"""

import asyncio
import contextlib
import json
import math
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from crash.centre import Centre
from crash.failing import FAULTS, NAMES, build_failer, number_of, said
from support.boxes.killed import TESTS

SECONDS = os.environ.get("HOSTILE_SECONDS")
AT_ONCE = 4
"""So many lives keep two cores busy: each waits for its disk."""
SHORT = {"EIO": 8, "ENOSPC": 4, "EMFILE": 4, "EIO of reads": 4}
"""Lives of each kind in the short form."""
HUNG = 120


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """Processes that fork lives, for all tests: importing a box takes longer than many a life."""
    if shutil.which("gcc") is None:
        pytest.skip("no C compiler: apt-get install gcc")
    failer = build_failer(tmp_path_factory.mktemp("failer"))
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Forks(failer)) for _ in range(AT_ONCE)]


class Forks:
    """A process that forks a life for each line that it reads; another one after it hung."""

    def __init__(self, failer):
        self._environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(TESTS), *filter(None, sys.path)]),
            "LD_PRELOAD": str(failer),
        }
        self._start()

    def _start(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "crash.failing"],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.communicate()

    async def live(self, *words):
        if self._process.poll() is not None:
            self._start()
        self._process.stdin.write((" ".join(map(str, words)) + "\n").encode())
        self._process.stdin.flush()
        reading = asyncio.to_thread(self._process.stdout.readline)
        try:
            return int(await asyncio.wait_for(reading, HUNG))
        except TimeoutError:
            self._process.kill()
            raise


async def lives(forks, nth, fault, *, lasting):
    """A life in which the disk fails, and one after it in which nothing does.

    Returns:
        (how often it called the disk, what was wrong).
    """
    centre = Centre()
    server = await asyncio.start_server(centre.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with tempfile.TemporaryDirectory(prefix="eb-") as made:
            folder = Path(made)
            (folder / "state").mkdir(mode=0o700)
            kinds = FAULTS[fault]
            code = await forks.live(folder, port, nth, number_of(fault), kinds, int(lasting))
            wrong = look(folder, "the life that failed", fault)
            if code == 3 and not lasting:
                wrong.append("one failure was not made good in the same process")
            calls = int(said(folder, "calls")[-1][0]) if code in (0, 3) else 0
            if await forks.live(folder, port, 0, 0, 0, 0) != 0:
                wrong.append("the next life did not end it")
            wrong += look(folder, "the next life", "none")
            wrong += compare(folder, centre)
    return calls, wrong


def look(folder, when, fault):
    """What was wrong in a life: a fault that nobody raised on purpose, an answer of another kind.

    SQLite says of some reads that fail that the file is damaged, and that is a 500.
    """
    wrong = []
    with contextlib.suppress(FileNotFoundError):
        trace = folder / "trace"
        wrong.append(f"{when}: {trace.read_text()[-1500:]}")
        trace.unlink()
    for method, status, kind, retry_after in said(folder, "answered"):
        problem = kind == "application/problem+json"
        refused = status == "503" and int(retry_after) > 0
        damaged = status == "500" and "reads" in fault
        if status not in ("200", "202") and not (problem and (refused or damaged)):
            wrong.append(f"{when}: {method} was answered {status} {kind}")
    (folder / "lived.log").write_text(
        "".join(
            f"{line}\n"
            for line in (folder / "lived.log").read_text().splitlines()
            if not line.startswith("answered ")
        )
    )
    return wrong


def compare(folder, centre):
    """Compare what was acknowledged, what is on disk and what arrived."""
    wrong = []
    accepted = defaultdict(set)
    for name, batch_id in said(folder, "accepted"):
        accepted[name].add(batch_id)
    if set(accepted) != set(NAMES) or any(len(ids) > 1 for ids in accepted.values()):
        wrong.append(f"accepted: {dict(accepted)}")
    with contextlib.closing(sqlite3.connect(folder / "state" / "edgebox.db")) as db:
        if db.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            wrong.append("the file is damaged")
        rows = db.execute("SELECT consultation_id, state, transcript FROM consultations").fetchall()
        hooks = db.execute("SELECT webhook_id, state FROM outbox").fetchall()
        batches = db.execute("SELECT batch_id FROM batches").fetchall()
    expected = [(f"{name}-{n}", "done", "") for name in NAMES for n in range(2)]
    if sorted(rows) != expected:
        wrong.append(f"consultations: {rows}")
    if {one for (one,) in batches} != {one for ids in accepted.values() for one in ids}:
        wrong.append(f"batches: {batches}")
    if sorted(state for _, state in hooks) != ["delivered"] * len(NAMES):
        wrong.append(f"callbacks: {hooks}")
    wrong += [what for name in NAMES for what in arrivals(centre.bodies[name], accepted[name])]
    if not {name for name, _ in hooks} <= {one for ids in centre.bodies.values() for one in ids}:
        wrong.append("a callback counts as delivered that never arrived")
    return wrong


def arrivals(found, accepted):
    """What was wrong with how one batch arrived: its bodies by webhook-id, and its accepted id."""
    if len(found) != 1 or len({body for bodies in found.values() for body in bodies}) != 1:
        return [f"a batch arrived under {len(found)} ids"]
    [[body, *_]] = found.values()
    if {json.loads(body)["batch_id"]} != accepted:
        return ["a batch arrived as another one"]
    return []


async def sweep(servers, fault, *, lasting, least):
    """Fail call after call of a life.

    Returns:
        (how many calls a life makes, how many were tried, what was wrong by call).
    """
    total, wrong = await lives(servers[0], 0, fault, lasting=False)
    assert not wrong, wrong
    # In the short form so many of them, the last ones always; in the long one as many of all as
    # there is time for, spread over the whole life.
    left = list(range(total, 0, -1 if SECONDS else -max(1, total // least)))
    if SECONDS:
        random.Random(1).shuffle(left)
    ends = time.monotonic() + float(SECONDS or math.inf)
    tried, found = 0, {}

    async def work(forks):
        nonlocal tried
        while left and time.monotonic() < ends:
            nth = left.pop()
            tried += 1
            _, wrong = await lives(forks, nth, fault, lasting=lasting)
            if wrong:
                found[nth] = wrong

    await asyncio.gather(*(work(forks) for forks in servers))
    return total, tried, found


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_disk_that_fails_at_any_call(servers, fault, lasting):
    total, tried, found = asyncio.run(sweep(servers, fault, lasting=lasting, least=SHORT[fault]))
    kinds = Counter(what for wrong in found.values() for what in wrong)
    print(f"{fault}, {'from then on' if lasting else 'once'}: {tried} of {total} calls")
    assert not found, f"{sorted(found)} of {total}: {kinds.most_common(8)}"
