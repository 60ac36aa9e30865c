"""The jobs, with Huey as their clock and bell."""

import contextlib
import json
import logging
import os
import pickle
import sqlite3
import stat
import threading
import time

import pytest
from huey import SqliteHuey

from edgebox.callbacks.delivery import DeliveryCounts
from edgebox.errors import StoreError
from edgebox.settings import BatchSettings, Settings
from edgebox.worker.attempts import RunCounts
from edgebox.worker.job import STALLED_SECONDS, TICK, Job
from edgebox.worker.jobs import Backlog, Deliveries
from edgebox.worker.liveness import Liveness
from edgebox.worker.wakeups import NAME, Queue, WakeUps
from edgebox.worker.worker import Worker
from support.boxes.store import Box
from support.polling import PATIENCE


def test_a_job_runs_in_one_thread_at_a_time_and_misses_no_request():
    running, most, times = 0, 0, 0
    begun, go_on = threading.Event(), threading.Event()
    lock = threading.Lock()

    class Slow(Job):
        name, failure = "slow", "it failed"

        def _look(self):
            nonlocal running, most, times
            with lock:
                running, times = running + 1, times + 1
                most = max(most, running)
            begun.set()
            assert go_on.wait(PATIENCE)
            with lock:
                running -= 1

    job = Slow()
    first = threading.Thread(target=job.run)
    first.start()
    assert begun.wait(PATIENCE)
    for _ in range(3):
        job.run()  # returns at once: the first thread does it again
    go_on.set()
    first.join(PATIENCE)
    assert (times, most) == (2, 1)


class Office:
    """A worker on a real store and a real Huey consumer, whose runs and deliveries take notes."""

    def __init__(self, folder, **batch):
        self.settings = Settings(state_dir=folder, batch=BatchSettings(**batch))
        self.box = Box(self.settings.database, clock=time.time)
        self.wakeups = WakeUps(self.settings)
        self.runs, self.deliveries = [], []
        self.ran, self.delivered = threading.Event(), threading.Event()
        self.run_work = self.drain
        self.deliver_work = lambda: None
        self.liveness = Liveness(STALLED_SECONDS)
        jobs = [
            Backlog(self.box.store, self.settings.batch, self, self.liveness),
            Deliveries(self.box.store, self, WakeUps(self.settings), self.liveness),
        ]
        self.worker = Worker(self.settings, jobs, self.liveness)

    def drain(self):
        for row in self.box.store.consultations.claim(100, 600, 3):
            self.box.store.consultations.finish(row.row_id, row.lease_token, {})

    def look(self):
        """Nothing of these runs waits for anything."""

    async def run(self, trigger, due=None):
        run_id = self.box.store.runs.start(trigger, time.time())
        self.runs.append(trigger)
        self.run_work()
        self.box.store.runs.finish(run_id, {})
        self.ran.set()
        return RunCounts(drained=True)

    async def deliver_due(self):
        self.deliveries.append(time.time())
        self.deliver_work()
        self.delivered.set()
        return DeliveryCounts()

    def stop(self):
        """The run and the deliveries are told; these ones end by themselves."""

    def __enter__(self):
        self.worker.start()
        return self

    def __exit__(self, *_):
        self.ended = self.worker.stop(5)
        self.box.store.close()
        assert self.ended


def test_what_is_due_is_picked_up_at_start_and_wake_ups_within_seconds(tmp_path):
    office = Office(tmp_path, min_pending=1)
    office.box.submit("left from yesterday")
    with office:
        assert office.ran.wait(PATIENCE)
        assert office.delivered.wait(PATIENCE)
        office.ran.clear()
        office.box.submit("new")
        office.wakeups.backlog()
        assert office.ran.wait(PATIENCE)
    assert office.runs == ["size", "size"]
    assert office.ended
    assert office.box.store.batches.page()[0][0].state == "completed"


def test_a_wake_up_below_the_number_leaves_the_backlog_alone(tmp_path):
    office = Office(tmp_path, min_pending=20)
    office.box.store.runs.finish(office.box.store.runs.start("time", time.time()), {})
    office.box.submit("one")
    with office:
        assert office.delivered.wait(PATIENCE)
        office.wakeups.backlog()
        office.wakeups.deliveries()
        office.delivered.clear()
        assert office.delivered.wait(PATIENCE)
    assert office.runs == []


def test_wake_ups_during_a_run_start_no_second_one_beside_it_and_are_not_forgotten(tmp_path):
    office = Office(tmp_path, min_pending=1)
    office.box.submit("a")
    begun, go_on = threading.Event(), threading.Event()

    def slow():
        begun.set()
        go_on.wait(PATIENCE)
        office.run_work = office.drain
        office.drain()
        office.box.submit("arrived after the last claim")

    office.run_work = slow
    with office:
        assert begun.wait(PATIENCE)
        for _ in range(5):
            office.wakeups.backlog()
        office.delivered.clear()
        office.wakeups.deliveries()
        assert office.delivered.wait(PATIENCE), "deliveries go on beside a run"
        assert office.runs == ["size"]
        go_on.set()
        office.ran.wait(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while len(office.runs) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
    assert len(office.runs) == 2
    assert office.box.store.consultations.pending_count() == 0


def test_a_run_that_was_cut_short_is_resumed_at_start(tmp_path):
    office = Office(tmp_path, min_pending=20)
    office.box.store.runs.start("size", time.time())
    office.box.submit("given back")
    with office:
        assert office.ran.wait(PATIENCE)
    assert office.runs == ["time"]


def test_a_callback_due_in_a_moment_does_not_wait_for_the_next_minute(tmp_path):
    office = Office(tmp_path)
    office.box.allow("center.test")
    office.box.finished_batch("http://center.test/")
    due = time.time() + 1.0

    def put_off():
        for delivery in office.box.store.outbox.due(time.time(), 10):
            last = delivery.attempts > 1
            if last:
                office.box.store.outbox.delivered(delivery, 200)
            else:
                office.box.store.outbox.retry_at(delivery, due, "HTTP 500")

    office.deliver_work = put_off
    with office:
        deadline = time.monotonic() + PATIENCE
        while office.box.store.outbox.next_due() is not None and time.monotonic() < deadline:
            time.sleep(0.02)
    assert office.box.store.outbox.list()[0].state == "delivered"
    assert len(office.deliveries) <= 4


def test_a_job_that_fails_is_tried_again_and_leaves_no_text_in_the_log(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    office = Office(tmp_path, min_pending=1)
    office.box.submit("a")

    def fail():
        office.run_work = office.drain
        raise ValueError("transcript 주민번호")

    office.run_work = fail
    with office:
        deadline = time.monotonic() + PATIENCE
        while not office.runs and time.monotonic() < deadline:
            time.sleep(0.02)
        office.wakeups.backlog()
        assert office.ran.wait(PATIENCE)
    assert "ValueError" in caplog.text
    assert "주민번호" not in caplog.text


def test_hueys_file_is_ours_alone_and_holds_no_data(tmp_path):
    office = Office(tmp_path)
    office.wakeups.backlog()
    file = office.settings.huey_database
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with sqlite3.connect(file) as db:
        [(data,)] = db.execute("SELECT data FROM task").fetchall()
    assert json.loads(data)["args"] == ["backlog"]
    assert len(data) < 500
    office.box.store.close()


def test_a_wake_up_never_raises_and_creates_nothing(tmp_path):
    settings = Settings(state_dir=tmp_path)
    WakeUps(settings).backlog()
    assert not settings.huey_database.exists()
    settings.huey_database.write_bytes(b"this is no database" * 100)
    WakeUps(settings).backlog()


def test_a_connection_to_hueys_file_that_can_only_read_is_not_kept(tmp_path):
    """SQLite opens so, without a word, what it cannot open for writing for a moment."""
    settings = Settings(state_dir=tmp_path)
    Queue(settings.huey_database, timeout=1.0)
    wakeups = WakeUps(settings)
    wakeups.backlog()
    wakeups._queue.huey.storage.conn.execute("PRAGMA query_only = ON")
    wakeups.backlog()
    wakeups.backlog()
    with contextlib.closing(sqlite3.connect(settings.huey_database)) as db:
        left = db.execute("SELECT COUNT(*) FROM task").fetchone()
    assert left == (2,), "the first, and the one after that which was not left"


def test_a_damaged_file_of_hueys_is_made_again_and_wakes_again(tmp_path, caplog):
    settings = Settings(state_dir=tmp_path)
    settings.huey_database.write_bytes(b"this is no database" * 100)
    wakeups = WakeUps(settings)
    wakeups.backlog()
    with Office(tmp_path, min_pending=1) as office:
        assert "wake-ups only" in caplog.text
        office.box.submit("고객: 문의")
        wakeups.backlog()
        assert office.ran.wait(PATIENCE)


def test_a_file_of_hueys_that_cannot_be_used_is_named_with_what_to_do(tmp_path):
    settings = Settings(state_dir=tmp_path)
    settings.huey_database.mkdir()
    with pytest.raises(StoreError, match="remove it"):
        Worker(settings, [], Liveness({}))


def test_the_jobs_run_when_hueys_file_cannot_be_written(tmp_path, monkeypatch, caplog):
    def full(*_args, **_named):
        raise sqlite3.OperationalError("database or disk is full")

    office = Office(tmp_path, min_pending=1)
    office.box.submit("a")
    monkeypatch.setattr(Queue, "put", full)
    monkeypatch.setattr("edgebox.worker.worker.PERIOD", 0.1)
    with office:
        deadline = time.monotonic() + PATIENCE
        while not office.liveness.is_running(TICK) and time.monotonic() < deadline:
            time.sleep(0.02)
            office.worker.check()
        assert office.ran.wait(PATIENCE)
        assert office.delivered.wait(PATIENCE)
    assert "is the disk full?" in caplog.text


def test_tasks_of_another_version_do_no_harm(tmp_path):
    """During an upgrade an older API runs beside a newer worker, or the other way round."""
    office = Office(tmp_path, min_pending=1)
    file = str(office.settings.huey_database)
    others = [
        SqliteHuey(name, filename=file, results=False, journal_mode="truncate")
        for name in ("edgebox", NAME)
    ]
    for other in others:
        other.enqueue(other.task(name="batch")(lambda: None).s())
    Queue(office.settings.huey_database, timeout=1.0).put("monitoring")
    with office:
        assert office.delivered.wait(PATIENCE)
        for other in others:
            other.enqueue(other.task(name="batch2")(lambda: None).s())
        office.box.submit("a")
        office.wakeups.backlog()
        assert office.ran.wait(PATIENCE)


class Trap:
    """A pickle of it makes a folder when it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_no_pickle_in_hueys_file_is_read(tmp_path, caplog):
    office = Office(tmp_path, min_pending=1)
    for data in (pickle.dumps(Trap(tmp_path / "read")), b"[1]", b"{}", b'{"eta": 1}', b"\x80"):
        office.worker.huey.storage.enqueue(data)
    with office:
        office.box.submit("a")
        office.wakeups.backlog()
        assert office.ran.wait(PATIENCE)
        assert office.delivered.wait(PATIENCE)
    assert not (tmp_path / "read").exists()
    assert [r for r in caplog.records if r.levelname == "ERROR"] == []


def test_what_another_version_left_is_forgotten_without_an_error(tmp_path, caplog):
    office = Office(tmp_path, min_pending=1)
    other = SqliteHuey(NAME, filename=str(office.settings.huey_database), results=False)
    task = other.task(name="run_now")(lambda: None)
    other.enqueue(task.s())
    task.schedule(delay=3600)
    other.storage.close()
    office.wakeups.deliveries()
    with office:
        assert office.delivered.wait(PATIENCE)
        assert not office.worker.huey.storage.schedule_size()
    assert [r for r in caplog.records if r.levelname == "ERROR"] == []


def test_a_forced_run_does_not_wait_for_twenty(tmp_path):
    office = Office(tmp_path, min_pending=20)
    office.box.store.runs.finish(office.box.store.runs.start("time", time.time()), {})
    office.box.submit("one")
    with office:
        assert office.delivered.wait(PATIENCE)
        assert office.runs == []
        office.wakeups.backlog(forced=True)
        assert office.ran.wait(PATIENCE)
    assert office.runs == ["asked"]


def test_a_job_that_does_not_end_is_waited_for_as_long_as_was_said(tmp_path):
    office = Office(tmp_path, min_pending=1)
    office.box.submit("a")
    begun, go_on = threading.Event(), threading.Event()

    def hang():
        begun.set()
        go_on.wait(PATIENCE)

    office.run_work = hang
    office.worker.start()
    assert begun.wait(PATIENCE)
    assert not office.worker.stop(0.1)
    go_on.set()
    assert office.ran.wait(PATIENCE)
    office.box.store.close()
