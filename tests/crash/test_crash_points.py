"""A process that dies before or after the COMMIT of any transition loses and doubles nothing."""

import asyncio
import contextlib
import json
import os
import sqlite3
import sys
import tempfile
from pathlib import Path

import pytest

from crash.centre import Centre
from crash.life import DIED, GOOD, POINTS
from support.boxes.killed import TESTS

AT_ONCE = 4
"""So many lives keep two cores half busy."""


@contextlib.asynccontextmanager
async def fork_server():
    """Run a process that forks a life for each line it reads."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "crash.life"),
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


async def lives(process, *points):
    """Run lives over one state folder; returns (exit codes, receiver, log, database)."""
    centre, codes = Centre({"A": 500, "B": 410}), []  # failed ones first; then, retried
    server = await asyncio.start_server(centre.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with tempfile.TemporaryDirectory(prefix="eb-") as folder:
            state = Path(folder)
            for point in points:
                process.stdin.write(f"{state} {port} {point}\n".encode())
                codes.append(int(await asyncio.wait_for(process.stdout.readline(), 60)))
            log = (state / "lived.log").read_text().splitlines()
            with contextlib.closing(sqlite3.connect(state / "edgebox.db")) as db:
                whole = db.execute("PRAGMA integrity_check").fetchall()
                whole += db.execute("PRAGMA foreign_key_check").fetchall()
                rows = db.execute(
                    "SELECT consultation_id, state, transcript FROM consultations ORDER BY row_id"
                ).fetchall()
                hooks = db.execute("SELECT webhook_id, state FROM outbox").fetchall()
    return codes, centre, log, (whole, rows, hooks)


@pytest.fixture(scope="module")
def deaths(request):
    """For each selected point, the results of a life that dies there and of the next one.

    A life mostly waits for leases and analyses, so several run at a time.
    """
    selected = [getattr(item, "callspec", None) for item in request.session.items]
    points = iter([s.params["point"] for s in selected if s and s.params.get("point") in POINTS])
    found = {}

    async def work():
        async with fork_server() as process:
            for point in points:
                found[point] = await lives(process, point, "")

    async def all_of_them():
        await asyncio.gather(*(work() for _ in range(AT_ONCE)))

    asyncio.run(all_of_them())
    return found


def test_a_life_passes_every_point_that_is_named():
    async def one_life():
        async with fork_server() as process:
            return await lives(process, "")

    codes, _, log, (whole, _, _) = asyncio.run(one_life())
    assert codes == [0]
    assert whole == [("ok",)]
    passed = {line.removeprefix("passed ") for line in log if line.startswith("passed ")}
    assert passed == set(POINTS)


@pytest.mark.parametrize("point", POINTS)
def test_dying_at_any_point_loses_nothing_and_doubles_nothing(point, deaths):
    codes, centre, log, (whole, rows, hooks) = deaths[point]
    assert codes == [DIED, 0]
    assert whole == [("ok",)]

    assert [name for name, *_ in rows] == ["A-0", "A-1", "A-2", "B-0", "C-0"], "each exactly once"
    assert {state for _, state, _ in rows} == {"done"}
    assert {state for _, state in hooks} == {"delivered"}
    acked = {line.split()[-1] for line in log if line.startswith("acked submitted")}
    assert len(acked) == 3, "a batch keeps its number"

    for name, ids in centre.bodies.items():
        for bodies in ids.values():
            assert len(set(bodies)) == 1, f"{name}: one id, one body"
        last = json.loads(list(ids.values())[-1][-1])
        assert {entry["status"] for entry in last["results"]} == {"success"}
    assert set(centre.bodies) == {"A", "B", "C"}
    assert len(centre.bodies["A"]) == 2, "failed ones first; then, retried, under a new id"
    assert len(centre.bodies["B"]) == len(centre.bodies["C"]) == 1
    arrived = {webhook_id for ids in centre.bodies.values() for webhook_id in ids}
    assert {webhook_id for webhook_id, _ in hooks} <= arrived
    assert GOOD in {text for *_, text in rows}
