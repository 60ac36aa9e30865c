"""A month of minutes: when the backlog ran, whatever was handed in and whatever the clock did."""

import random
import shutil
import tempfile
from pathlib import Path

import pytest

from edgebox.settings import BatchSettings, Settings
from edgebox.worker.attempts import RunCounts
from edgebox.worker.job import STALLED_SECONDS
from edgebox.worker.jobs import Backlog
from edgebox.worker.liveness import Liveness
from support.boxes.store import Clock, migrated, submit

QUARTER, TWENTY = 900, 20
RUN_MINUTES = 3
MEMORY = Path("/dev/shm")


class Month:
    """A backlog job whose minutes pass by hand: ``elapsed`` is true time, the clock may jump."""

    def __init__(self, folder, seed):
        self.clock, self.elapsed = Clock(), 0.0
        settings = Settings(
            state_dir=folder, batch=BatchSettings(min_pending=TWENTY, max_wait_seconds=QUARTER)
        )
        self.store = migrated(settings.database, self.clock)
        self.store.clients.create("centerlink")
        self.backlog = Backlog(
            self.store,
            settings.batch,
            self,
            Liveness(STALLED_SECONDS),
            clock=self.clock,
            monotonic=lambda: self.elapsed,
        )
        self.chance = random.Random(seed)
        self.submitted = 0
        self.waiting = {}  # consultation_id -> when it was handed in, true time
        self.waits, self.starts, self.sizes, self.jumps = [], [], [], []
        self.running = False

    def minute(self):
        self.pass_time(60)
        if self.chance.random() < 1 / 25:
            self.hand_in(self.chance.choice([1, 1, 2, 5, 30]))
        self.backlog.run()

    def pass_time(self, seconds):
        self.elapsed += seconds
        self.clock.advance(seconds)

    def hand_in(self, n):
        names = [f"CL-{self.submitted + i}" for i in range(n)]
        submit(self.store, names)
        self.submitted += n
        self.waiting |= dict.fromkeys(names, self.elapsed)
        self.backlog.run()  # the API's wake-up

    def look(self):
        """Nothing of these runs waits for anything."""

    async def run(self, trigger, due):
        assert not self.running, "two runs at once"
        self.running = True
        run_id = self.store.runs.start(trigger, self.clock())
        self.starts.append(self.elapsed)
        self.sizes.append(len(self.waiting))
        for _ in range(RUN_MINUTES):
            self.minute()  # ticks and submissions go on meanwhile
            while rows := self.store.consultations.claim(100, 600, 3):
                for row in rows:
                    self.store.consultations.finish(row.row_id, row.lease_token, {})
                    self.waits.append(self.elapsed - self.waiting.pop(row.consultation_id))
        self.store.runs.finish(run_id, {})
        self.running = False
        return RunCounts(drained=True)

    def jump(self, seconds):
        self.clock.advance(seconds)
        self.jumps.append(self.elapsed)


@pytest.mark.parametrize(
    ("days", "jumps"), [(10, 0), (30, 12)], ids=["a steady clock", "a clock that jumps"]
)
def test_a_month_of_minutes(days, jumps):
    minutes = days * 24 * 60
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        month = Month(Path(folder), seed=3)
        at = set(month.chance.sample(range(1, minutes), jumps))
        for number in range(minutes):
            if number in at:
                sign = month.chance.choice([-1, 1])
                month.jump(sign * month.chance.choice([400, 3600, 9 * 3600, 86_400]))
            month.minute()
        month.store.close()
        shutil.rmtree(folder, ignore_errors=True)

    assert month.submitted > minutes / 25
    assert len(month.waits) + len(month.waiting) == month.submitted, "each worked once"
    # The longest wait: a quarter of an hour, a minute until the tick, and the run itself.
    assert max(month.waits) <= QUARTER + 60 + RUN_MINUTES * 60

    early = [
        later - sooner
        for sooner, later, size in zip(
            month.starts, month.starts[1:], month.sizes[1:], strict=False
        )
        if size < TWENTY and later - sooner < QUARTER
    ]
    assert len(early) <= len(month.jumps), "fewer than twenty wait their quarter of an hour"
    assert any(size >= TWENTY for size in month.sizes)
