"""Real processes under faults that are no crash: a full disk, a locked file, poison, repetition."""

import asyncio
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter

import httpx
import pytest

from support.boxes.killed import BATCH, TESTS, CrashBox
from support.engines.crash import POISON, SLOW

TALK = "고객: 카드를 잃어버렸어요.\n상담사: 바로 정지했습니다."


@pytest.fixture
def box(shared_box):
    """The shared one, ready again for each test."""
    shared_box.until_up()
    return shared_box


def url_of(hook):
    return f"http://127.0.0.1:{hook.port}/"


def bodies(hook):
    return [json.loads(request.body) for request in list(hook.requests)]


def arrived(hook):
    """Count the callbacks of each batch id."""
    return Counter(body["batch_id"] for body in bodies(hook))


# Idempotency -----------------------------------------------------------------------


async def fifty(box, texts, key):
    items = [{"consultation_id": f"CL-{n}", "conversation_text": t} for n, t in enumerate(texts)]
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=50)) as http:
        posts = [
            http.post(
                box.url + BATCH,
                json={"consultations": items},
                headers=box.headers() | {"Idempotency-Key": key},
                timeout=30,
            )
            for _ in range(50)
        ]
        return await asyncio.gather(*posts)


def test_fifty_identical_posts_at_once_make_one_batch_and_a_restart_remembers(box):
    before = box.check_database()["batches"]
    answers = asyncio.run(fifty(box, [TALK], "K-1"))
    codes = Counter(answer.status_code for answer in answers)
    assert set(codes) <= {202, 409}
    made = {answer.json()["batch_id"] for answer in answers if answer.status_code == 202}
    assert len(made) == 1
    box.kill("api", "worker")
    box.until_up()
    again = box.post(TALK, key="K-1")
    assert (again.status_code, again.json()["batch_id"]) == (202, *made)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = box.post(TALK, TALK, key="K-1")
    assert other.status_code == 422
    assert box.check_database()["batches"] == before + 1


# Poison ----------------------------------------------------------------------------


def test_a_consultation_that_kills_the_engine_fails_and_its_neighbours_succeed(box, shared_hook):
    taken = box.post(TALK, f"고객: {POISON}", TALK, hook=url_of(shared_hook)).json()["batch_id"]
    box.until(lambda: arrived(shared_hook)[taken], 90, "the callback")
    [callback] = [body for body in bodies(shared_hook) if body["batch_id"] == taken]
    results = callback["results"]
    assert [entry["status"] for entry in results] == ["success", "failed", "success"]
    assert results[1]["error"]["code"] == "poison"
    assert not {"summary", "keywords", "titles"} & set(results[1])


# Backpressure ----------------------------------------------------------------------


def test_a_full_queue_refuses_with_a_time_and_takes_again_when_there_is_room(folder, hook):
    limits = {"EDGEBOX_BATCH__MAX_WAITING": "3", "EDGEBOX_BATCH__MAX_WAITING_PER_CLIENT": "2"}
    with CrashBox(folder / "state", [f"127.0.0.1:{hook.port}"], limits) as box:
        box.until_up()
        first = box.post(f"고객: {SLOW}", f"고객: {SLOW}", hook=url_of(hook))
        assert first.status_code == 202
        refused = box.post(TALK)
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) >= 1
        assert "of yours" in refused.json()["detail"] or "of your" in refused.json()["detail"]
        box.until(lambda: box.post(TALK).status_code == 202, 30, "room in the queue")
        box.until(lambda: arrived(hook)[first.json()["batch_id"]], 30, "the callback")


def test_a_locked_database_is_a_503_and_everything_goes_on_after_it(box, shared_hook):
    before = box.post(f"고객: {SLOW}", hook=url_of(shared_hook)).json()["batch_id"]
    with contextlib.closing(sqlite3.connect(box.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        refused = box.post(TALK, key="K-2")
        other.execute("ROLLBACK")
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) >= 1
    after = box.post(TALK, key="K-2", hook=None)
    assert after.status_code == 202
    box.until(lambda: arrived(shared_hook)[before], 60, "the callback of before")
    box.until(lambda: box.batch(after.json()["batch_id"])["state"] == "completed", 60, "the other")


def may_mount():
    """Whether this user may mount a file system in a new namespace."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "--mount", "true"], check=False).returncode == 0


def test_a_full_disk_is_a_503_and_everything_goes_on_when_there_is_room(folder, hook):
    """The box is on a file system of 4 MiB that only this test's processes see."""
    if not may_mount():
        pytest.skip("no right to mount a small file system here: run the tests as root")
    script = (
        'mount -t tmpfs -o size=4m,mode=0700 tmpfs "$1" && exec "$2" -m crash.full_disk "$1" $3'
    )
    (folder / "small").mkdir()
    done = subprocess.run(
        [
            *("unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"),
            *(str(folder / "small"), sys.executable, str(hook.port)),
        ],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), *filter(None, sys.path)])},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["refused"] == 503
    assert seen["retry_after"] >= 1
    assert seen["taken_before"] >= 1
    assert seen["taken_after"] == 202
    assert arrived(hook).keys() >= set(seen["batches"])
