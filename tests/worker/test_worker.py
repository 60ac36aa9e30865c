"""When the backlog runs, and Huey as clock and wake-up."""

import logging
import sqlite3
import stat
import threading
import time

import pytest

from edgebox.errors import StoreError
from edgebox.settings import BatchSettings, Settings
from edgebox.worker.tick import Once, Ticker, should_run
from edgebox.worker.wakeups import make_wake
from support.boxes.store import NOW, Box

TWENTY_OR_15_MINUTES = BatchSettings(min_pending=20, max_wait_seconds=900)


@pytest.mark.parametrize(
    ("pending", "oldest", "last_run", "expected"),
    [
        pytest.param(0, None, None, False, id="nothing waits"),
        pytest.param(0, None, 900, False, id="nothing waits, last run long ago"),
        pytest.param(20, 0, 1, True, id="twenty wait"),
        pytest.param(500, 0, 0, True, id="more wait"),
        pytest.param(19, 10, 899, False, id="nineteen wait, last run 14:59 ago"),
        pytest.param(19, 10, 900, True, id="nineteen wait, last run 15:00 ago"),
        pytest.param(1, 0, 5000, True, id="one arrives on an idle box"),
        pytest.param(1, 0, 10, False, id="one arrives just after a run"),
        pytest.param(1, 0, None, True, id="no run yet, or the last was cut short"),
        pytest.param(1, 10, -3600, True, id="the clock was set back an hour"),
        pytest.param(1, 900, 30, True, id="the oldest has waited 15:00, whatever ran"),
    ],
)
def test_the_backlog_runs_at_twenty_or_a_quarter_of_an_hour_after_the_last_run(
    pending, oldest, last_run, expected
):
    oldest_at = None if oldest is None else NOW - oldest
    last_at = None if last_run is None else NOW - last_run
    assert should_run(pending, oldest_at, last_at, NOW, TWENTY_OR_15_MINUTES) is expected


def test_once_runs_in_one_thread_at_a_time_and_misses_no_request():
    running, most, times = 0, 0, 0
    begun, go_on = threading.Event(), threading.Event()
    lock = threading.Lock()

    def work():
        nonlocal running, most, times
        with lock:
            running, times = running + 1, times + 1
            most = max(most, running)
        begun.set()
        assert go_on.wait(5)
        with lock:
            running -= 1

    once = Once(work)
    first = threading.Thread(target=once)
    first.start()
    assert begun.wait(5)
    for _ in range(3):
        once()  # returns at once: the first thread does it again
    go_on.set()
    first.join(5)
    assert (times, most) == (2, 1)


class Office:
    """A ticker on a real store and a real Huey consumer, with work that takes notes."""

    def __init__(self, folder, **batch):
        self.settings = Settings(state_dir=folder, batch=BatchSettings(**batch))
        self.box = Box(self.settings.database, clock=time.time)
        self.runs, self.deliveries = [], []
        self.ran, self.delivered = threading.Event(), threading.Event()
        self.run_work = self.drain
        self.deliver_work = lambda: None
        self.stop = threading.Event()
        self.ticker = Ticker(self.box.store, self.settings, run=self.run, deliver=self.deliver)
        self.thread = threading.Thread(target=self.consume)

    def drain(self):
        for row in self.box.store.consultations.claim(100, 600, 3):
            self.box.store.consultations.finish(row.row_id, row.lease_token, {})

    def run(self, trigger):
        run_id = self.box.store.runs.start(trigger, time.time())
        self.runs.append(trigger)
        self.run_work()
        self.box.store.runs.finish(run_id, {})
        self.ran.set()

    def deliver(self):
        self.deliveries.append(time.time())
        self.deliver_work()
        self.delivered.set()

    def consume(self):
        self.ended = self.ticker.consume(self.stop.wait, shutdown_seconds=5)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join(10)
        self.box.store.close()
        assert not self.thread.is_alive()


def test_what_is_due_is_picked_up_at_start_and_wake_ups_within_seconds(tmp_path):
    office = Office(tmp_path, min_pending=1)
    office.box.submit("left from yesterday")
    with office:
        assert office.ran.wait(5)
        assert office.delivered.wait(5)
        office.ran.clear()
        office.box.submit("new")
        make_wake(office.settings)()
        assert office.ran.wait(5)
    assert office.runs == ["size", "size"]
    assert office.ended
    assert office.box.store.batches.page()[0][0].state == "completed"


def test_a_wake_up_below_the_number_leaves_the_backlog_alone(tmp_path):
    office = Office(tmp_path, min_pending=20)
    office.box.store.runs.finish(office.box.store.runs.start("time", time.time()), {})
    office.box.submit("one")
    with office:
        assert office.delivered.wait(5)
        make_wake(office.settings)()
        make_wake(office.settings, deliveries=True)()
        office.delivered.clear()
        assert office.delivered.wait(5)
    assert office.runs == []


def test_wake_ups_during_a_run_start_no_second_one_beside_it_and_are_not_forgotten(tmp_path):
    office = Office(tmp_path, min_pending=1)
    office.box.submit("a")
    begun, go_on = threading.Event(), threading.Event()

    def slow():
        begun.set()
        go_on.wait(5)
        office.run_work = office.drain
        office.drain()
        office.box.submit("arrived after the last claim")

    office.run_work = slow
    with office:
        assert begun.wait(5)
        for _ in range(5):
            make_wake(office.settings)()
        office.delivered.clear()
        make_wake(office.settings, deliveries=True)()
        assert office.delivered.wait(5), "deliveries go on beside a run"
        assert office.runs == ["size"]
        go_on.set()
        office.ran.wait(5)
        deadline = time.monotonic() + 5
        while len(office.runs) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
    assert len(office.runs) == 2
    assert office.box.store.consultations.pending_count() == 0


def test_a_run_that_was_cut_short_is_resumed_at_start(tmp_path):
    office = Office(tmp_path, min_pending=20)
    office.box.store.runs.start("size", time.time())
    office.box.submit("given back")
    with office:
        assert office.ran.wait(5)
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
                office.box.store.outbox.delivered(delivery.id, 200)
            else:
                office.box.store.outbox.retry_at(delivery.id, due, "HTTP 500")

    office.deliver_work = put_off
    with office:
        deadline = time.monotonic() + 8
        while office.box.store.outbox.next_due() is not None and time.monotonic() < deadline:
            time.sleep(0.02)
    assert office.box.store.outbox.list()[0].state == "delivered"
    assert len(office.deliveries) <= 4


def test_work_that_fails_leaves_the_ticker_going_and_no_text_in_the_log(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    office = Office(tmp_path, min_pending=1)
    office.box.submit("a")

    def fail():
        office.run_work = office.drain
        raise ValueError("transcript 주민번호")

    office.run_work = fail
    with office:
        deadline = time.monotonic() + 5
        while not office.runs and time.monotonic() < deadline:
            time.sleep(0.02)
        make_wake(office.settings)()
        assert office.ran.wait(5)
    assert "ValueError" in caplog.text
    assert "주민번호" not in caplog.text


def test_hueys_file_is_ours_alone_and_holds_no_data(tmp_path):
    office = Office(tmp_path)
    make_wake(office.settings)()
    file = office.settings.huey_database
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with sqlite3.connect(file) as db:
        [(data,)] = db.execute("SELECT data FROM task").fetchall()
    assert b"batch" in data
    assert len(data) < 500
    office.box.store.close()


def test_wake_never_raises_and_creates_nothing(tmp_path):
    settings = Settings(state_dir=tmp_path)
    make_wake(settings)()
    assert not settings.huey_database.exists()
    settings.huey_database.write_bytes(b"this is no database" * 100)
    make_wake(settings)()


def test_a_damaged_file_of_hueys_is_made_anew_and_wakes_again(tmp_path, caplog):
    settings = Settings(state_dir=tmp_path)
    settings.huey_database.write_bytes(b"this is no database" * 100)
    wake = make_wake(settings)
    wake()
    with Office(tmp_path, min_pending=1) as office:
        assert "wake-ups only" in caplog.text
        office.box.submit("고객: 문의")
        wake()
        assert office.ran.wait(5)


def test_a_file_of_hueys_that_cannot_be_used_is_named_with_what_to_do(tmp_path):
    settings = Settings(state_dir=tmp_path)
    box = Box(settings.database)
    settings.huey_database.mkdir()
    with pytest.raises(StoreError, match="remove it"):
        Ticker(box.store, settings, run=lambda _: None, deliver=lambda: None)
    box.store.close()
