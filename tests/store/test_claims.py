"""Any order of claims, ends, crashes and waiting: what the store promises holds after each step."""

import contextlib
import shutil
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from edgebox.errors import LeaseLost
from edgebox.store.db import Store
from support.stores import Clock, analysis, submit

LEASE = 60
MOST = 3
ENDS = ("done", "failed")

worker = st.integers(0, 2)
step = st.one_of(
    st.tuples(st.just("submit"), st.integers(1, 3)),
    st.tuples(st.just("claim"), worker, st.integers(1, 3)),
    st.tuples(st.sampled_from(["finish", "fail", "renew", "refund", "release"]), worker),
    st.tuples(st.just("crash"), worker),
    st.tuples(st.just("wait"), st.sampled_from([1, 30, 61])),
    st.tuples(st.just("retry")),
)


@settings(max_examples=60, deadline=None, database=None)
@given(st.lists(step, min_size=5, max_size=30))
def test_whatever_happens_nothing_is_lost_or_held_twice(migrated, steps):
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock()
        store = Store(Path(shutil.copy(migrated, folder)), clock=clock)
        with contextlib.closing(store):
            office = Office(store, clock)
            for name, *args in steps:
                getattr(office, name)(*args)
                office.check()


class Office:
    """Three workers on one store, and what is true of it."""

    def __init__(self, store, clock):
        self.store, self.clock = store, clock
        self.hands = {0: [], 1: [], 2: []}  # what each worker believes it holds
        self.tokens = {}  # row_id -> the token that is really good
        self.ended = {}  # row_id -> done or failed
        self.submitted = 0

    def submit(self, n):
        submit(self.store, [f"CL-{self.submitted + i}" for i in range(n)])
        self.submitted += n

    def claim(self, worker, limit):
        claimed = self.store.consultations.claim(limit, LEASE, MOST)
        for one in claimed:
            assert one.row_id not in self.ended
            assert one.lease_token != self.tokens.get(one.row_id)
            assert 1 <= one.attempts <= MOST
            self.tokens[one.row_id] = one.lease_token
        self.hands[worker] += claimed

    def crash(self, worker):
        self.hands[worker] = []

    def wait(self, seconds):
        self.clock.advance(seconds)

    def retry(self):
        for view in self.store.batches.page(limit=200)[0]:
            self.store.batches.retry(view.batch_id)
        self.ended = {row: how for row, how in self.ended.items() if how != "failed"}

    def renew(self, worker):
        self.use(worker, lambda door, *one: door.renew(*one, LEASE), keeps=True)

    def finish(self, worker):
        self.use(worker, lambda door, *one: door.finish(*one, analysis()), ends="done")

    def fail(self, worker):
        self.use(worker, lambda door, *one: door.fail(*one, "invalid", "no JSON"), ends="failed")

    def refund(self, worker):
        self.use(worker, lambda door, *one: door.release(*one, refund_attempt=True))

    def release(self, worker):
        self.use(worker, lambda door, *one: door.release(*one, refund_attempt=False))

    def use(self, worker, act, *, ends=None, keeps=False):
        """Do something with the last one in the worker's hand: it works if the token is good."""
        if not self.hands[worker]:
            return
        one = self.hands[worker][-1] if keeps else self.hands[worker].pop()
        good = self.tokens.get(one.row_id) == one.lease_token
        try:
            act(self.store.consultations, one.row_id, one.lease_token)
        except LeaseLost:
            assert not good
            return
        assert good
        if ends:
            self.ended[one.row_id] = ends
        if not keeps:
            del self.tokens[one.row_id]

    def check(self):
        counts = self.store.consultations.counts()
        assert sum(counts.values()) == self.submitted, "nothing is lost"
        in_outbox = [row.batch_id for row in self.store.outbox.list()]
        assert len(in_outbox) == len(set(in_outbox))
        for view in self.store.batches.page(limit=200)[0]:
            rows = self.store.batches.consultations(view.batch_id)
            for row in rows:
                self.check_end(row)
            states = {row.state for row in rows}
            over = states <= {"done", "failed"}
            assert over == (view.completed_at is not None) == (view.batch_id in in_outbox)
            if over:
                assert view.state == ("completed" if "done" in states else "failed")
                assert len(self.store.outbox.body(view.batch_id)["results"]) == view.total
            else:
                assert view.state == ("queued" if states == {"pending"} else "running")

    def check_end(self, row):
        """An end is final, and the only one that nobody reported is poison."""
        if row.state == "failed" and row.row_id not in self.ended:
            assert (row.error_code, row.attempts) == ("poison", MOST)
            self.ended[row.row_id] = "failed"
            self.tokens.pop(row.row_id, None)
        assert self.ended.get(row.row_id) == (row.state if row.state in ENDS else None)
