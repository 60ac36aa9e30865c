"""Retention's pass: when it believes the clock, and when it compacts. Nothing here waits."""

import logging
import threading
import time

import pytest

from edgebox.errors import StoreBusy
from edgebox.settings import Settings
from edgebox.store.retention import Ages, Removals
from edgebox.worker.job import STALLED_SECONDS
from edgebox.worker.jobs import Retention
from edgebox.worker.liveness import Liveness
from edgebox.worker.retain import DAY, Retainer, ages_of, limit_of
from edgebox.worker.worker import Worker
from support.boxes.store import NOW, RESULT, Box, Clock, submit
from support.polling import PATIENCE


class Office:
    """A box, its clock, and a retainer that is made again, as at a worker's restart."""

    def __init__(self, folder, **retention):
        self.clock = Clock(NOW)
        self.settings = Settings(state_dir=folder, retention=retention)
        self.box = Box(self.settings.database, clock=self.clock)
        self.pauses = []
        self.restart()

    def restart(self):
        self.retainer = Retainer(
            self.box.store, self.settings, clock=self.clock, pause=self.pauses.append
        )

    def batch(self):
        batch = self.box.submit("고객: 카드를 잃어버렸어요")
        [row] = self.box.store.consultations.claim(1, 600, 3)
        self.box.store.consultations.finish(row.row_id, row.lease_token, RESULT)
        return batch

    def run(self, at):
        self.clock.now = at
        return self.retainer.run()

    def live(self, days, every=DAY):
        """Ticks for so long; what they removed."""
        removals, end = Removals(), self.clock() + days * DAY
        while self.clock() < end:
            self.clock.advance(min(every, end - self.clock()))
            removals += self.retainer.run()
        return removals


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path)
    yield office
    office.box.store.close()


@pytest.fixture
def zone(monkeypatch):
    def set_zone(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_zone
    monkeypatch.undo()
    time.tzset()


def test_zero_days_in_the_settings_are_for_ever():
    ages = ages_of(Settings(retention={"transcript_days": 0, "result_days": 1.5}))
    assert ages == Ages(
        transcripts=None,
        results=1.5 * DAY,
        records=365 * DAY,
        keys=2.5 * DAY,
        audit=730 * DAY,
    )


def test_a_believed_clock_that_is_wrong_costs_no_idempotency_key(office):
    store, clock = office.box.store, office.clock
    office.retainer.run()
    first = submit(store, client=office.box.client, idempotency=("key", "sha"))
    for _ in range(3):
        clock.advance(7 * DAY)
        office.retainer.run()
        clock.advance(-7 * DAY)
        office.retainer.run()
        again = submit(store, client=office.box.client, idempotency=("key", "sha"))
        assert (again.replayed, again.batch_id) == (True, first.batch_id)
    for _ in range(8):
        clock.advance(DAY)
        office.retainer.run()
    later = submit(store, client=office.box.client, idempotency=("key", "sha"))
    assert not later.replayed


@pytest.mark.parametrize(
    ("days", "limit"), [((30, 90, 365), 7), ((3, 90, 365), 3), ((0.01, 0, 0), 1), ((0, 0, 0), 7)]
)
def test_the_clock_may_be_off_by_a_week_or_the_shortest_time(days, limit):
    transcripts, results, records = days
    kept = {"transcript_days": transcripts, "result_days": results, "record_days": records}
    assert limit_of(ages_of(Settings(retention=kept))) == limit * DAY


def test_a_month_of_ticks_removes_after_thirty_days_of_24_hours(office):
    office.batch()
    assert office.live(29.9) == Removals()
    assert office.live(0.2) == Removals(transcripts=1)
    assert office.live(365) == Removals(results=1, records=1)


@pytest.mark.parametrize("name", ["Asia/Seoul", "America/New_York", "Pacific/Kiritimati", "UTC"])
def test_neither_midnight_nor_a_time_zone_nor_summer_time_moves_it(office, zone, name):
    zone(name)
    office.batch()
    office.live(29.9)
    assert office.run(NOW + 30 * DAY - 1) == Removals()
    assert office.run(NOW + 30 * DAY) == Removals(transcripts=1)


def test_a_clock_that_jumps_a_year_removes_nothing_and_says_so_once(office, caplog):
    batch = office.batch()
    office.live(2)
    true = office.clock()
    caplog.set_level(logging.WARNING)
    office.clock.now = true + 365 * DAY
    assert office.retainer.run() == Removals()
    assert office.live(6) == Removals()
    [said] = caplog.messages
    assert "the clock went from 2025-09-15" in said
    assert "to 2026-09-15" in said
    assert "edgebox doctor" in said
    office.clock.now = true + 6 * DAY
    assert office.live(21.9) == Removals(), "put right: as if nothing had been"
    assert office.box.store.batches.get(batch).transcripts_removed_at is None
    assert office.live(0.2) == Removals(transcripts=1)


def test_a_restart_does_not_forget_the_jump(office):
    office.batch()
    office.live(1)
    office.clock.advance(365 * DAY)
    for _ in range(6):
        assert office.live(1) == Removals()
        office.restart()


def test_a_clock_that_jumps_again_and_again_is_never_steady(office):
    office.batch()
    office.live(1)
    for _ in range(20):
        office.clock.advance(30 * DAY)
        assert office.live(5) == Removals()


def test_a_box_that_was_off_for_two_months_removes_a_week_after_it_is_back(office):
    office.batch()
    office.live(1)
    office.clock.advance(60 * DAY)
    office.restart()
    assert office.retainer.run() == Removals()
    assert office.live(6.9) == Removals()
    assert office.live(0.2) == Removals(transcripts=1)


def test_a_holiday_of_six_days_changes_nothing(office):
    office.batch()
    office.live(25)
    office.clock.advance(6 * DAY)
    assert office.retainer.run() == Removals(transcripts=1)


def test_a_clock_that_was_set_back_by_years_and_comes_forward_is_believed_at_once(office):
    office.batch()
    office.live(29.5)
    true = office.clock()
    assert office.run(true - 2000 * DAY) == Removals(), "its battery was empty"
    assert office.run(true + DAY) == Removals(transcripts=1)


def test_the_first_pass_holds_the_clock_against_what_the_tables_tell(office):
    office.batch()
    office.clock.advance(365 * DAY)
    assert office.retainer.run() == Removals()
    assert office.box.store.retention.state().steady_since == office.clock()
    assert office.live(7.1) == Removals(transcripts=1, results=1, records=1)


def test_an_empty_box_believes_its_clock(office):
    assert office.retainer.run() == Removals()
    assert office.box.store.retention.state().steady_since is None


def test_steps_leave_room_for_others_and_stop_when_told(office, monkeypatch):
    monkeypatch.setattr("edgebox.store.retention._CANDIDATES", 50)
    with office.box.store._connections.transaction():
        for _ in range(120):
            office.batch()
    office.live(29.9)
    office.clock.advance(DAY)
    assert office.retainer.run() == Removals(transcripts=120)
    assert len(office.pauses) == 3  # 50 + 50 + 20
    assert min(office.pauses) >= 0.05
    office.live(59)
    office.clock.advance(DAY)
    stopping = Retainer(
        office.box.store, office.settings, clock=office.clock, pause=lambda _seconds: True
    )
    assert stopping.run() == Removals(results=50)
    stopping.stop()
    assert stopping.run() == Removals()
    assert office.retainer.run() == Removals(results=70)


def test_the_worker_begins_with_a_pass_and_one_that_fails_is_told(office, caplog):
    asked = threading.Event()

    class Locked(Retainer):
        def run(self):
            asked.set()
            raise StoreBusy("It is locked.")

    jobs = [Retention(Locked(office.box.store, office.settings))]
    worker = Worker(office.settings, jobs, Liveness(STALLED_SECONDS))
    worker.start()
    try:
        assert asked.wait(PATIENCE)
    finally:
        assert worker.stop(10)
    assert "nothing was removed: It is locked." in caplog.messages


def compacted_at(office):
    return office.box.store.retention.state().compacted_at


def test_compaction_is_at_three_at_night_local_time(office, zone):
    zone("Asia/Seoul")
    office.batch()  # at 17:00 there
    assert office.live(30) == Removals(transcripts=1)
    assert compacted_at(office) is None
    office.live(0.5, every=600)
    assert compacted_at(office) == NOW + 30 * DAY + 10 * 3600
    assert office.box.store.retention.state().compaction_wanted_at is None


def test_a_box_that_is_off_at_night_compacts_after_a_day(office, zone):
    zone("UTC")
    office.batch()  # at 08:00
    assert office.run(NOW + 30 * DAY) == Removals()
    assert compacted_at(office) is None
    assert office.live(7.1) == Removals(transcripts=1)
    removed_at = office.box.store.retention.state().compaction_wanted_at
    office.run(removed_at + DAY - 1)
    assert compacted_at(office) is None
    office.run(removed_at + DAY)
    assert compacted_at(office) == removed_at + DAY


def test_a_compaction_that_cannot_be_had_is_put_off(office, caplog, monkeypatch):
    office.batch()
    office.live(29.9)
    office.clock.advance(DAY)
    office.retainer.run()
    wish = office.box.store.retention.state().compaction_wanted_at
    office.clock.now = wish + DAY
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": 0}))
    office.retainer.run()
    assert "free disk" in caplog.text
    assert office.box.store.retention.state().compaction_wanted_at == wish + DAY
    with pytest.raises(StoreBusy, match="not compacted"):
        office.box.store.retention.compact(office.clock)
