"""A call that gets no answer while others do: it keeps none of them waiting, and it ends."""

import asyncio

import pytest

from edgebox.errors import EngineOverloaded, EngineUnavailable
from edgebox.worker.timing import Timing
from edgebox.worker.unanswered import MOST, Unanswered
from support.engines.analysing import Engine, runner, work
from support.outcomes import OUTCOME
from support.polling import PATIENCE

BRIEF = Timing(poll=0.0001, patience=PATIENCE, busy=0.001, grace=0.05)


class Selective(Engine):
    """Gives ``late`` no answer, or none for as many times."""

    def __init__(self, times=10**6, fault=None):
        super().__init__()
        self.times = times
        self.fault = fault or EngineOverloaded("504")

    async def _answer(self, transcript, death):
        del death
        if "late" in transcript and self.seen.count(transcript) <= self.times:
            raise self.fault
        return OUTCOME


@pytest.mark.parametrize("concurrency", [1, 2])
def test_it_keeps_no_other_waiting_and_fails_in_the_end(box, concurrency):
    others = [f"call {n}" for n in range(3 * MOST)]
    batch = box.submit("late", *others, callback_url="http://center.test/")
    engine = Selective()
    counts, _ = work(box, engine=engine, timing=BRIEF, concurrency=concurrency)
    assert (counts.done, counts.failed, counts.drained) == (len(others), 1, True)
    assert engine.seen.count("late") == MOST
    rows = box.store.batches.consultations(batch)
    assert rows[0].error_code == "analysis_failed"
    assert {row.state for row in rows[1:]} == {"done"}
    assert [row.state for row in box.store.outbox.list()] == ["pending"], "the batch has ended"


@pytest.mark.parametrize("concurrency", [1, 2, 4])
@pytest.mark.parametrize("fault", [EngineOverloaded("504"), EngineUnavailable("403")])
def test_two_of_them_keep_no_other_waiting_either(box, concurrency, fault):
    others = [f"call {n}" for n in range(6 * MOST)]
    box.submit("late", "late too", *others)
    engine = Selective(fault=fault)
    counts, _ = work(box, engine=engine, timing=BRIEF, concurrency=concurrency)
    assert (counts.done, counts.failed, counts.drained) == (len(others), 2, True)


def test_where_no_other_is_answered_none_is_to_blame(box):
    batch = box.submit("late", "late too")
    engine = Selective(times=2 * MOST)
    counts, _ = work(box, engine=engine, timing=BRIEF, concurrency=1)
    assert (counts.done, counts.failed) == (2, 0)
    assert {row.attempts for row in box.store.batches.consultations(batch)} == {1}


def test_one_that_a_run_gave_up_may_be_tried_again(box):
    batch = box.submit("late", *[f"call {n}" for n in range(3 * MOST)])
    engine = Selective()
    worker = runner(box, engine, timing=BRIEF, concurrency=1)
    asyncio.run(asyncio.wait_for(worker.run("test"), PATIENCE))
    engine.times = 0
    box.store.batches.retry(batch)
    asyncio.run(asyncio.wait_for(worker.run("test"), PATIENCE))
    assert {row.state for row in box.store.batches.consultations(batch)} == {"done"}


def test_of_those_that_were_lost_together_one_tells_whether_the_engine_is_back():
    known = Unanswered()
    known.lost(1)
    known.lost(2)
    assert known.ready() == [1]
    known.lost(3, died=True)
    assert known.ready() == [], "a death counts as an attempt"
    assert not any(map(known.is_hopeless, (1, 2, 3)))


def test_all_that_are_lost_while_others_are_done_let_others_go_first():
    known = Unanswered()
    for _ in range(MOST):
        known.lost(1)
        known.lost(2)
        known.done(3)
        assert known.ready() == [1, 2]
        assert known.aside == {1, 2}
    assert known.is_hopeless(1)
    assert known.is_hopeless(2)


def test_only_what_failed_between_others_counts():
    known = Unanswered()
    for _ in range(2 * MOST):
        known.lost(1)
        known.ready()
    assert not known.is_hopeless(1)
    for _ in range(MOST):
        known.done(2)
        assert known.aside == set()
        known.lost(1)
        known.ready()
    assert known.is_hopeless(1)
