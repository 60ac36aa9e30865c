"""The store as a state machine: any order of what workers, clients, clocks and crashes do.

After every step everything that the store promises is checked against a model of it.
"""

import contextlib
import shutil
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from edgebox.errors import InvalidFields, LeaseLost, Removed
from edgebox.store.consultations import MAX_CRASHES
from edgebox.store.db import Store
from edgebox.store.outbox import LONGEST_WAIT
from edgebox.store.retention import Ages
from support.boxes.store import Clock, analysis, submit

LEASE = 60
SENDING = 75
MOST = 3
DAY = 86_400
KEPT = Ages(transcripts=DAY, results=3 * DAY, records=None, keys=None)
RUNS = 400
"""`tests/run --hostile` makes as many as its profile has examples, and new ones. Hypothesis makes
some values from the constants of all modules that are imported: other tests beside it, other runs.
"""
MEMORY = Path(
    "/dev/shm"
)  # a real file system without a disk behind it: a thousand runs in a minute

workers = st.integers(0, 2)


class Office(RuleBasedStateMachine):
    """Three workers, one outbox, one clock, and what is true of them."""

    template: Path

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.clock = Clock()
        self.store = Store(Path(shutil.copy(self.template, self.folder.name)), clock=self.clock)
        self.hands = defaultdict(list)  # worker -> what it believes it holds
        self.tokens = {}  # row_id -> the token that is really good
        self.ended = {}  # row_id -> done or failed
        self.results = {}  # row_id -> the result that was kept
        self.submitted = 0
        self.keys = {}  # Idempotency-Key -> (names, batch_id)
        self.sending = []  # deliveries that somebody believes to be sending
        self.resent = set()  # ids of those that are to be sent again after that
        self.delivered = set()  # webhook ids that a receiver took, not re-sent since
        self.dead = set()
        self.settled = {}  # webhook id -> when it was delivered or given up
        self.ids = {}  # batch_id -> its webhook-id now

    def teardown(self):
        self.store.close()
        self.folder.cleanup()

    @initialize()
    def open(self):
        self.submit(1, None)

    # Clients -------------------------------------------------------------------------

    @rule(n=st.integers(1, 3), key=st.sampled_from([None, "K1", "K2"]))
    def submit(self, n, key):
        names = [f"CL-{self.submitted + i}" for i in range(n)]
        if key in self.keys:
            names, before = self.keys[key]
            again = submit(self.store, names, idempotency=(key, str(names)))
            assert (again.batch_id, again.replayed) == (before, True)
            with pytest.raises(InvalidFields):
                submit(self.store, ["other"], idempotency=(key, "other"))
            return
        made = submit(self.store, names, idempotency=(key, str(names)) if key else None)
        assert not made.replayed
        assert made.batch_id not in self.ids
        self.submitted += n
        if key:
            self.keys[key] = (names, made.batch_id)
        self.ids[made.batch_id] = None

    # Workers -------------------------------------------------------------------------

    @rule(worker=workers, limit=st.integers(1, 3))
    def claim(self, worker, limit):
        held = [one.row_id for one in self.hands[worker]]
        claimed = self.store.consultations.claim(limit, LEASE, MOST, holding=held)
        for one in claimed:
            assert one.row_id not in self.ended
            assert one.row_id not in held
            assert one.lease_token != self.tokens.get(one.row_id)
            assert 1 <= one.attempts <= MOST
            assert one.crashes < MAX_CRASHES
            self.tokens[one.row_id] = one.lease_token
        self.hands[worker] += claimed

    @rule(worker=workers, how=st.sampled_from(["finish", "fail"]))
    def end(self, worker, how):
        result = analysis(serial=len(self.ended))
        consultations = self.store.consultations
        if how == "finish":
            kept = self._use(worker, lambda *one: consultations.finish(*one, result))
        else:
            kept = self._use(worker, lambda *one: consultations.fail(*one, "invalid", "no JSON"))
        if kept is not None:
            self.ended[kept] = "done" if how == "finish" else "failed"
            if how == "finish":
                self.results[kept] = result

    @rule(worker=workers, refund=st.booleans())
    def release(self, worker, refund):
        door = self.store.consultations
        self._use(worker, lambda *one: door.release(*one, refund_attempt=refund))

    @rule(worker=workers)
    def renew(self, worker):
        if not self.hands[worker]:
            return
        one = self.hands[worker][-1]
        good = self.tokens.get(one.row_id) == one.lease_token
        with contextlib.nullcontext() if good else pytest.raises(LeaseLost):
            self.store.consultations.renew(one.row_id, one.lease_token, LEASE)

    @rule(worker=workers)
    def crash(self, worker):
        """One is gone and nobody noticed: its leases run out."""
        self.hands[worker] = []

    @rule()
    def restart(self):
        """All are gone, and a new one starts."""
        self.hands.clear()
        self.sending = []
        self.resent.clear()
        self.store.recover()
        due = self.store.outbox.next_due()
        waiting = self.store.outbox.list("pending")
        assert (due is None) == (not waiting)

    def _use(self, worker, act):
        """Do something with the last one in hand: it works if and only if the token is good."""
        if not self.hands[worker]:
            return None
        one = self.hands[worker].pop()
        good = self.tokens.get(one.row_id) == one.lease_token
        try:
            act(one.row_id, one.lease_token)
        except LeaseLost:
            assert not good
            return None
        assert good
        del self.tokens[one.row_id]
        return one.row_id

    # The administrator ----------------------------------------------------------------

    @rule(back=st.integers(0, 5))
    def retry(self, back):
        batches = self.store.batches.page(limit=200)[0]
        view = batches[min(back, len(batches) - 1)]
        failed = [r for r in self.store.batches.consultations(view.batch_id) if r.state == "failed"]
        if view.transcripts_removed_at is not None:
            with pytest.raises(Removed):
                self.store.batches.retry(view.batch_id)
            return
        assert self.store.batches.retry(view.batch_id) == len(failed)
        for row in failed:
            self.ended.pop(row.row_id, None)
        if failed:
            self.delivered.discard(self.ids[view.batch_id])
            self.dead.discard(self.ids[view.batch_id])
            self.ids[view.batch_id] = None

    @precondition(lambda self: self.store.outbox.list())
    @rule(data=st.data())
    def resend(self, data):
        rows = self.store.outbox.list()
        rows.sort(key=lambda row: row.id)  # the ids of webhooks are random: no order to replay
        row = data.draw(st.sampled_from(rows))
        if self.store.batches.get(row.batch_id).results_removed_at is not None:
            with pytest.raises(Removed):
                self.store.outbox.resend(row.id)
            return
        self.store.outbox.resend(row.id)
        self.resent.update(one.id for one in self.sending if one.id == row.id)
        self.delivered.discard(row.webhook_id)
        self.dead.discard(row.webhook_id)

    # Callbacks ------------------------------------------------------------------------

    @rule(limit=st.integers(1, 3))
    def due(self, limit):
        held = [one.id for one in self.sending]
        for one in self.store.outbox.due(self.clock(), limit, SENDING, sending=held):
            assert one.webhook_id == self.ids[one.batch_id]
            assert one.webhook_id not in self.delivered | self.dead
            assert one.id not in held
            self.sending.append(one)

    @precondition(lambda self: self.sending)
    @rule(how=st.sampled_from(["delivered", "retry_at", "unclaim", "dead"]))
    def outcome(self, how):
        one, outbox = self.sending.pop(0), self.store.outbox
        there = any(row.id == one.id for row in outbox.list())
        waits = any(row.id == one.id for row in outbox.list("pending"))
        if one.id in self.resent:
            self.resent.discard(one.id)
            there = waits = False
        if how == "delivered":
            assert outbox.delivered(one, 200) == there
            if there:
                self.dead.discard(one.webhook_id)
                self.delivered.add(one.webhook_id)
                self.settled[one.webhook_id] = self.clock()
        elif how == "dead":
            assert outbox.dead(one, "410") == waits
            if waits:
                self.dead.add(one.webhook_id)
                self.settled[one.webhook_id] = self.clock()
        elif how == "retry_at":
            assert outbox.retry_at(one, self.clock() + 300, "HTTP 500") == waits
        else:
            assert outbox.unclaim(one, "stopped") == waits

    @rule()
    def remove_what_is_old(self):
        before = {view.batch_id: view for view in self.store.batches.page(limit=200)[0]}
        while self.store.retention.step(self.clock(), KEPT):
            pass
        for view in self.store.batches.page(limit=200)[0]:
            hook = self.ids[view.batch_id]
            over = hook in self.delivered | self.dead
            for age, was, now in (
                (
                    KEPT.transcripts,
                    before[view.batch_id].transcripts_removed_at,
                    view.transcripts_removed_at,
                ),
                (KEPT.results, before[view.batch_id].results_removed_at, view.results_removed_at),
            ):
                due = over and self.clock() - max(self.settled[hook], view.completed_at) >= age
                assert (now is not None) == (due or was is not None)

    @rule(days=st.sampled_from([0, 2, 4]))
    def good_days(self, days):
        """Everything that can be claimed is done and delivered, and then nothing happens."""
        self.claim(0, 9)
        while self.hands[0]:
            self.end(0, "finish")
        self.nothing_is_lost_and_nothing_is_doubled()
        self.due(9)
        while self.sending:
            self.outcome("delivered")
        self.wait(days * DAY)

    # Time -----------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 30, LEASE + 1, 400, 90_000]))
    def wait(self, seconds):
        self.clock.advance(seconds)

    @rule(seconds=st.sampled_from([2, 3600, 30 * DAY]))
    def set_back(self, seconds):
        self.store.clock.look()
        self.clock.advance(-seconds)
        back = self.store.clock.look()
        assert back == 0 or abs(back - seconds) <= 1
        due = self.store.outbox.next_due()
        assert due is None or due <= self.clock() + LONGEST_WAIT

    # What holds -----------------------------------------------------------------------

    @invariant()
    def nothing_is_lost_and_nothing_is_doubled(self):
        counts = self.store.consultations.counts()
        assert sum(counts.values()) == self.submitted
        rows = self.store.outbox.list()
        hooks = {row.batch_id: row for row in rows}
        assert len(hooks) == len(rows), "one callback a batch"
        for view in self.store.batches.page(limit=200)[0]:
            consultations = self.store.batches.consultations(view.batch_id)
            for row in consultations:
                self._check_end(row, removed=view.results_removed_at is not None)
            states = {row.state for row in consultations}
            over = states <= {"done", "failed"}
            assert over == (view.completed_at is not None) == (view.batch_id in hooks)
            if not over:
                assert view.state == ("queued" if states == {"pending"} else "running")
                continue
            assert view.state == ("completed" if "done" in states else "failed")
            hook = hooks[view.batch_id]
            known = self.ids[view.batch_id]
            assert known in (None, hook.webhook_id), "one id until it is retried"
            self.ids[view.batch_id] = hook.webhook_id
            assert (hook.state == "delivered") == (hook.webhook_id in self.delivered)
            assert (hook.state == "dead") == (hook.webhook_id in self.dead)
            if view.results_removed_at is None:
                body = self.store.outbox.body(view.batch_id)
                assert len(body["results"]) == view.total

    def _check_end(self, row, *, removed):
        """An end is final, and the only one that nobody reported is poison."""
        if row.state == "failed" and row.row_id not in self.ended:
            assert row.error_code == "poison"
            self.ended[row.row_id] = "failed"
            self.tokens.pop(row.row_id, None)
        reported = self.ended.get(row.row_id)
        assert reported == (row.state if row.state in ("done", "failed") else None)
        if reported == "done" and not removed:
            assert row.result == self.results[row.row_id], "the first result stays"


@pytest.mark.hypothesis
def test_whatever_happens_nothing_is_lost_or_held_twice(migrated):
    examples = max(RUNS, settings().max_examples)
    machine = type("OfficeOfThisFile", (Office,), {"template": migrated})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            database=None,
            print_blob=True,
        ),
    )
