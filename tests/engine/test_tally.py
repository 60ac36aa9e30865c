"""What the engine counts of its steps: for whom, in which phase, and nothing twice."""

import pytest

from edgebox.engine.tally import WAIT_BUCKETS, Waits
from edgebox.engine_client import WANTED_PRIORITY
from engine.asked import Asked, build, prompt
from engine.toy_model import ToyModel


def run(core):
    while core.step():
        pass


def test_tokens_are_read_cached_or_written_and_their_sum_is_all_of_them():
    core = build()
    Asked(core.add, prompt(1, 90), 6, salt="a")
    run(core)
    Asked(core.add, prompt(1, 90), 4, salt="a")
    run(core)
    spent = core.tally.spent_on("slm", "people")
    assert (spent.read, spent.cached) == (90 + 1, 89)  # the last token is always read
    assert spent.read + spent.cached == 180
    assert spent.written == 10


def test_each_class_has_its_own_and_the_engines_requests_are_nobodys():
    core = build()
    asked = [
        Asked(core.add, prompt(1, 40), 3),
        Asked(core.add, prompt(2, 50), 3, priority=30),
        Asked(core.add, prompt(3, 60), 3, priority=100),
        Asked(core.add, prompt(4, 70), 3, priority=99, own=True),
    ]
    run(core)
    assert all(one.finish for one in asked)
    read = {name: core.tally.spent_on("slm", name).read for name in ("people", "backlog", "own")}
    assert read == {"people": 90, "backlog": 60, "own": 70}
    waited = {name: sum(waits.counts) for name, waits in core.tally.waits.items()}
    assert waited == {"people": 2, "backlog": 1, "own": 1}


def test_an_analysis_that_somebody_waits_for_costs_what_an_analysis_does():
    """``edgebox cost`` divides the seconds of people by summaries and answers."""
    core = build()
    asked = Asked(core.add, prompt(1, 40), 3, priority=WANTED_PRIORITY)
    run(core)
    assert asked.finish
    assert core.tally.spent_on("slm", "people").read == 0
    assert core.tally.spent_on("slm", "backlog").read == 40
    assert sum(core.tally.waits["people"].counts) == 1


def test_the_seconds_of_steps_are_split_by_tokens_and_none_is_lost():
    class Slow(ToyModel):
        """Each decode takes a hundredth of a second for each token."""

        def decode(self, chunks):
            clock.now += 0.01 * sum(len(chunk.tokens) for chunk in chunks)
            return super().decode(chunks)

    class Clock:
        now = 100.0

        def __call__(self):
            return self.now

    clock = Clock()
    core = build(Slow(), clock=clock)
    Asked(core.add, prompt(1, 30), 10)
    Asked(core.add, prompt(2, 50), 10)
    began = clock.now
    run(core)
    spent = core.tally.spent_on("slm", "people")
    assert spent.prefill == pytest.approx(0.8)
    assert spent.decode > 0
    assert spent.prefill + spent.decode == pytest.approx(clock.now - began)


def test_an_aborted_step_costs_seconds_and_reads_nothing():
    class Aborting(ToyModel):
        def decode(self, chunks):
            clock.now += 1.0
            return super().decode(chunks)

    class Clock:
        now = 100.0

        def __call__(self):
            return self.now

    clock = Clock()
    core = build(Aborting(abort_every=2), clock=clock)
    Asked(core.add, prompt(1, 90), 3, priority=100)
    run(core)
    assert core.aborted > 0
    spent = core.tally.spent_on("slm", "backlog")
    assert spent.prefill + spent.decode == pytest.approx(core.steps)
    assert spent.read == 90


def test_a_sequence_that_is_sent_back_has_waited_once():
    core = build(ToyModel(context_tokens=120), parallel=2)
    first = Asked(core.add, prompt(1, 50), 30, priority=100)
    second = Asked(core.add, prompt(2, 50), 5)
    run(core)
    assert first.finish
    assert second.finish
    assert sum(core.tally.waits["backlog"].counts) == 1


def test_a_wait_of_an_edge_belongs_to_the_bucket_below_it():
    waits = Waits()
    for seconds in (0.0, 0.01, 0.011, 60.0, 61.0):
        waits.add(seconds)
    assert waits.counts[0] == 2
    assert waits.counts[1] == 1
    assert waits.counts[-2:] == [1, 1]
    assert len(waits.counts) == len(WAIT_BUCKETS) + 1
    assert waits.total == pytest.approx(121.021)
