"""The decode thread around the core: calls from other threads, faults, the end."""

import itertools
import threading
import time

import pytest

from edgebox.engine.sequence import Finish
from edgebox.engine.thread import DecodeThread
from edgebox.errors import EngineBusy, EngineFault, EngineUnavailable
from engine.asked import Asked, build, loaded, prompt
from engine.toy_model import ToyModel, expected
from support.polling import PATIENCE


class Loader:
    def __init__(self, models):
        self.models = models

    def load(self):
        return {role: loaded(model) for role, model in self.models.items()}


def by_hand(model, **rest):
    """A thread that is not started: the test makes its turns, and reads its core."""
    core = build(model)
    return DecodeThread(core, Loader({}), **rest), core


def started(model):
    thread = DecodeThread(build(models={}, clock=time.monotonic), Loader({"slm": model}))
    thread.start()
    return thread


def run(thread):
    while thread.turn():
        pass


@pytest.mark.parametrize(
    ("running", "arriving", "aborted"),
    [(100, 0, 1), (100, 30, 1), (30, 0, 1), (30, 15, 1), (30, 30, 0), (30, 100, 0), (0, -10, 0)],
)
def test_a_step_is_aborted_for_a_more_urgent_class_and_for_no_other(running, arriving, aborted):
    model = ToyModel(step_tokens=64)
    thread, core = by_hand(model)
    first = Asked(thread.submit, prompt(1, 200), 3, priority=running)
    thread.turn()
    arrived = threading.Event()
    wanted = model._wanted

    def while_decoding():
        if not arrived.is_set():
            arrived.set()
            Asked(thread.submit, prompt(9, 10), 2, priority=arriving)
        return wanted()

    model.on_abort(while_decoding)
    read_before = first.sequence.position
    thread.turn()
    assert core.aborted == aborted
    assert (first.sequence.position == read_before) == bool(aborted), "an aborted step left nothing"
    run(thread)
    assert first.tokens == expected(first.prompt, 3)


def test_the_queue_limit_is_an_error_at_once():
    thread, _ = by_hand(ToyModel(), queue_limit=2)
    Asked(thread.submit, prompt(1, 10))
    Asked(thread.submit, prompt(2, 10))
    with pytest.raises(EngineBusy):
        Asked(thread.submit, prompt(3, 10))
    run(thread)
    Asked(thread.submit, prompt(3, 10))


def test_a_cancelled_sequence_ends_and_what_was_published_says_so():
    thread, _ = by_hand(ToyModel())
    asked = Asked(thread.submit, prompt(1, 10), 500)
    thread.turn()
    assert (thread.snapshot.running, thread.snapshot.interactive) == (1, 1)
    thread.cancel(asked.sequence)
    run(thread)
    assert asked.finish is Finish.CANCELLED
    assert (thread.snapshot.running, thread.snapshot.interactive) == (0, 0)


def test_a_fault_of_the_model_ends_what_runs_and_the_thread_continues():
    model = ToyModel()
    healthy = model.decode
    calls = itertools.count()

    def failing(chunks):
        if next(calls) == 1:
            raise EngineFault("llama_decode failed with -3.")
        return healthy(chunks)

    model.decode = failing
    thread = started(model)
    done = threading.Event()
    broken = Asked(thread.submit, prompt(1, 20), 50)
    deadline = time.monotonic() + PATIENCE
    while broken.finish is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert broken.finish is Finish.ERROR
    after = Asked(lambda _sequence: None, prompt(2, 20), 5)
    after.sequence.emit = lambda e: (after.events.append(e), e.finish and done.set())
    thread.submit(after.sequence)
    assert done.wait(PATIENCE)
    assert after.tokens == expected(after.prompt, 5)
    thread.stop()
    thread.join(PATIENCE)
    with pytest.raises(EngineUnavailable):
        Asked(thread.submit, prompt(3, 20), 5)


def test_whatever_ends_the_thread_every_sequence_ends():
    model = ToyModel()
    model.decode = lambda _chunks: 1 / 0
    thread = DecodeThread(build(models={}), Loader({"slm": model}))
    asked = [Asked(thread.submit, prompt(i, 20), 5) for i in range(3)]
    thread.start()
    thread.join(PATIENCE)
    assert isinstance(thread.failure, ZeroDivisionError)
    assert [a.finish for a in asked] == [Finish.ERROR] * 3
    with pytest.raises(EngineUnavailable):
        Asked(thread.submit, prompt(9, 20))


def test_a_model_that_cannot_be_loaded_is_the_threads_failure():
    class Broken:
        def load(self):
            raise EngineFault("no")

    thread = DecodeThread(build(models={}), Broken())
    thread.start()
    assert thread.loaded.wait(PATIENCE)
    thread.join(PATIENCE)
    assert isinstance(thread.failure, EngineFault)


def test_a_model_is_freed_only_when_no_sequence_needs_it_and_can_come_back():
    first, second = ToyModel(), ToyModel()
    thread, _ = by_hand(first)
    asked = Asked(thread.submit, [1, 2, 3], 4)
    refused = thread.retire("slm", 0.0)
    thread.turn()
    assert refused.result(0) is False
    assert not first.closed
    run(thread)
    early = thread.retire("slm", 1000.0)
    thread.turn()
    assert early.result(0) is False, "it was used a moment ago"
    given_up = thread.retire("slm", 0.0)
    given_up.cancel()
    thread.turn()
    assert not first.closed
    freed = thread.retire("slm", 0.0)
    thread.turn()
    assert freed.result(0) is True
    assert first.closed

    thread.adopt("slm", loaded(second))
    again = Asked(thread.submit, [1, 2, 3], 4)
    run(thread)
    assert again.sequence.tokens == asked.sequence.tokens


def test_a_full_queue_refuses_requests_and_not_the_engines_own():
    thread, _ = by_hand(ToyModel(), queue_limit=1)
    Asked(thread.submit, prompt(1, 20))
    with pytest.raises(EngineBusy):
        Asked(thread.submit, prompt(2, 20))
    own = Asked(thread.submit, prompt(3, 20), 0, own=True)
    run(thread)
    assert own.finish is Finish.LENGTH
