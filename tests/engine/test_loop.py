"""The decode loop against a model whose every answer can be predicted."""

import itertools
import threading
import time
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgebox.engine.loop import PEOPLE_SECONDS, DecodeLoop, Engine
from edgebox.engine.pool import Pool
from edgebox.engine.sampling import Sampler
from edgebox.engine.scheduler import Scheduler
from edgebox.engine.sequence import Finish, Sequence
from edgebox.engine.speed import Speed, measure, read_by_probe
from edgebox.engine.text import TextStream
from edgebox.errors import EngineBusy, EngineFault, EngineUnavailable
from engine.toy_model import VOCABULARY, ToyModel, expected


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        self.now += 0.001
        return self.now


def build(model=None, *, parallel=3, retained=3, queue_limit=256, clock=None, models=None):
    models = models or {"slm": model or ToyModel()}
    engines = {
        role: Engine(m, Pool(m, parallel=parallel, retained=retained), Speed(100, 10, 20, parallel))
        for role, m in models.items()
    }
    loop = DecodeLoop(lambda: engines, Scheduler(), queue_limit=queue_limit, clock=clock or Clock())
    loop.load()
    return loop


class Asked:
    """A submitted sequence with everything it emitted."""

    def __init__(self, loop, prompt, max_tokens=8, **rest):
        self.events = []
        self.prompt, self.max_tokens = list(prompt), max_tokens
        self.sequence = Sequence.of(
            prompt,
            role=rest.pop("role", "slm"),
            max_tokens=max_tokens,
            arrived=loop._clock(),
            emit=self.events.append,
            text=TextStream(rest.pop("stop", ())),
            sampler=Sampler(temperature=0.0),
            **rest,
        )
        loop.submit(self.sequence)

    @property
    def tokens(self):
        return [int(t) for e in self.events for t in e.text.split()]

    @property
    def finish(self):
        return self.events[-1].finish if self.events else None


def run(loop, limit=5000):
    for _ in range(limit):
        if not loop.step():
            return
    raise AssertionError("the loop does not come to rest")


def prompt(seed, size):
    return [(seed * 7 + i * i) % (VOCABULARY - 1) + 1 for i in range(size)]


def test_one_request_gets_the_lone_answer():
    loop = build()
    asked = Asked(loop, prompt(1, 50), 12)
    run(loop)
    assert asked.tokens == expected(asked.prompt, 12)
    assert asked.finish in (Finish.STOP, Finish.LENGTH)


def test_a_second_request_reuses_the_shared_beginning_and_answers_the_same():
    model = ToyModel()
    loop = build(model)
    first = Asked(loop, prompt(1, 100), 4)
    run(loop)
    before = sum(n for batch in model.batches for _, n in batch)
    second = Asked(loop, [*prompt(1, 100)[:80], 5, 6, 7], 4)
    run(loop)
    read = sum(n for batch in model.batches for _, n in batch) - before
    assert second.sequence.cached == 80
    assert read <= 3 + 4
    assert first.tokens == expected(first.prompt, 4)
    assert second.tokens == expected(second.prompt, 4)


def test_a_pinned_prefix_survives_any_number_of_requests():
    loop = build(ToyModel(slots=12), retained=2)
    Asked(loop, prompt(3, 60), 0, pin=True)
    run(loop)
    for seed in range(10):
        Asked(loop, prompt(seed + 50, 60), 2)
        run(loop)
    again = Asked(loop, [*prompt(3, 60), 9], 2)
    run(loop)
    assert again.sequence.cached == 60


def test_people_waiting_go_before_the_backlog():
    model = ToyModel(batch_tokens=16)
    loop = build(model)
    order = []
    backlog = Asked(loop, prompt(1, 400), 4, priority=100)
    for _ in range(3):
        loop.step()
    person = Asked(loop, prompt(2, 30), 4)
    for name, asked in (("backlog", backlog), ("person", person)):
        asked.sequence.emit = lambda e, a=asked, n=name: (
            a.events.append(e),
            e.finish and order.append(n),
        )
    run(loop)
    assert order == ["person", "backlog"]
    assert person.tokens == expected(person.prompt, 4)
    assert backlog.tokens == expected(backlog.prompt, 4)


def test_an_arriving_person_aborts_a_running_batch_step():
    model = ToyModel(batch_tokens=64)
    loop = build(model)
    backlog = Asked(loop, prompt(1, 200), 3, priority=100)
    loop.step()
    arrived = threading.Event()
    wanted = model._wanted

    def while_decoding():
        if not arrived.is_set():
            arrived.set()
            Asked(loop, prompt(9, 10), 2)
        return wanted()

    model._wanted = while_decoding
    read_before = backlog.sequence.position
    loop.step()
    assert backlog.sequence.position == read_before, "the aborted step left nothing behind"
    assert loop._aborted == 1
    run(loop)
    assert backlog.tokens == expected(backlog.prompt, 3)


def test_a_deadline_ends_it_with_what_it_has():
    clock = Clock()
    loop = build(clock=clock)
    asked = Asked(loop, prompt(1, 10), 50, deadline=clock.now + 5)
    for _ in range(4):
        loop.step()
    clock.now += 10
    run(loop)
    assert asked.finish is Finish.DEADLINE
    assert asked.tokens == expected(asked.prompt, 50)[: len(asked.tokens)]
    assert 0 < len(asked.tokens) < 50


def test_a_waiting_request_whose_deadline_passes_ends_too():
    clock = Clock()
    loop = build(clock=clock, parallel=1)
    Asked(loop, prompt(1, 10), 500)
    waiting = Asked(loop, prompt(2, 10), 5, deadline=clock.now + 1)
    clock.now += 2
    loop.step()
    assert waiting.finish is Finish.DEADLINE
    assert waiting.tokens == []


def test_cancelling_frees_the_place():
    loop = build(parallel=1)
    first = Asked(loop, prompt(1, 10), 500)
    loop.step()
    second = Asked(loop, prompt(2, 10), 3)
    loop.cancel(first.sequence)
    run(loop)
    assert first.finish is Finish.CANCELLED
    assert second.tokens == expected(second.prompt, 3)


def test_a_full_cache_sends_the_youngest_of_the_backlog_back_and_nobody_gets_an_error():
    loop = build(ToyModel(context_tokens=160, slots=12), parallel=3, retained=3)
    people = [Asked(loop, prompt(i, 60), 10) for i in range(3)]
    run(loop)
    for asked in people:
        assert asked.finish in (Finish.STOP, Finish.LENGTH)
        assert asked.tokens == expected(asked.prompt, 10)


def test_a_request_larger_than_the_cache_fails_alone():
    loop = build(ToyModel(context_tokens=64))
    big = Asked(loop, prompt(1, 100), 4)
    run(loop)
    small = Asked(loop, prompt(2, 20), 4)
    run(loop)
    assert big.finish is Finish.ERROR
    assert isinstance(big.events[-1].error, EngineFault)
    assert small.tokens == expected(small.prompt, 4)


def test_the_queue_limit_is_an_error_at_once():
    loop = build(queue_limit=2)
    Asked(loop, prompt(1, 10))
    Asked(loop, prompt(2, 10))
    with pytest.raises(EngineBusy):
        Asked(loop, prompt(3, 10))
    run(loop)
    Asked(loop, prompt(3, 10))


def test_what_the_measurement_read_is_not_read_again():
    model = ToyModel(batch_tokens=64)
    sample = prompt(7, 200)
    speed = measure(model, 3, sample)
    read = read_by_probe(model, sample)
    assert model.cells[0] == sample[:read]
    assert not any(tokens for slot, tokens in model.cells.items() if slot)
    pool = Pool(model, parallel=3, retained=3)
    pool.adopt(0, array("i", sample[:read]), 0.0)
    loop = DecodeLoop(lambda: {"slm": Engine(model, pool, speed)}, Scheduler(), clock=Clock())
    loop.load()
    asked = Asked(loop, sample, 4)
    run(loop)
    assert asked.sequence.cached == read
    assert asked.tokens == expected(sample, 4)


def test_the_backlog_reads_a_shared_beginning_once():
    model = ToyModel(batch_tokens=16)
    loop = build(model, parallel=4)
    shared = prompt(5, 120)
    asked = [Asked(loop, [*shared, i + 1, i + 2], 3, priority=100) for i in range(4)]
    run(loop)
    read = sum(n for batch in model.batches for _, n in batch)
    assert read < 120 + 4 * (40 + 3)
    for one in asked:
        assert one.tokens == expected(one.prompt, 3)


def test_the_backlog_is_read_in_shorter_steps_while_people_come_and_go():
    class Slow(ToyModel):
        def decode(self, chunks):
            clock.now += sum(len(chunk.tokens) for chunk in chunks) / 100
            return super().decode(chunks)

    clock, model = Clock(), Slow(batch_tokens=512)
    loop = build(model, clock=clock)

    def longest_step(first):
        model.batches.clear()
        Asked(loop, prompt(first, 450), 1, priority=100)
        run(loop)
        return max(n for batch in model.batches for _, n in batch)

    assert longest_step(1) == 450
    Asked(loop, prompt(2, 10), 1)
    run(loop)
    assert longest_step(3) == 113  # four of FULL_SPEED_CHUNK at most
    clock.now += PEOPLE_SECONDS
    assert longest_step(4) == 450


def test_both_models_make_progress():
    loop = build(models={"slm": ToyModel(), "mlm": ToyModel()})
    small = Asked(loop, prompt(1, 40), 6)
    mid = Asked(loop, prompt(2, 40), 6, role="mlm")
    run(loop)
    assert small.tokens == expected(small.prompt, 6)
    assert mid.tokens == expected(mid.prompt, 6)


def test_a_stop_string_ends_the_answer_before_it():
    loop = build()
    answer = expected(prompt(1, 20), 6)
    asked = Asked(loop, prompt(1, 20), 6, stop=(f" {answer[2]} ",))
    run(loop)
    assert asked.finish is Finish.STOP
    assert asked.tokens == answer[:2]


def test_a_fault_of_the_model_ends_what_runs_and_the_loop_goes_on():
    model = ToyModel()
    loop = build(model, clock=time.monotonic)
    loop._build = lambda: loop._engines
    healthy = model.decode
    calls = itertools.count()

    def failing(chunks):
        if next(calls) == 1:
            raise EngineFault("llama_decode failed with -3.")
        return healthy(chunks)

    model.decode = failing
    done = threading.Event()
    broken = Asked(loop, prompt(1, 20), 50)
    loop.start()
    deadline = time.monotonic() + 5
    while broken.finish is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert broken.finish is Finish.ERROR
    after = Asked(loop, prompt(2, 20), 5)
    after.sequence.emit = lambda e: (after.events.append(e), e.finish and done.set())
    assert done.wait(5)
    assert after.tokens == expected(after.prompt, 5)
    loop.stop()
    loop.join(5)
    with pytest.raises(EngineUnavailable):
        Asked(loop, prompt(3, 20), 5)


def test_parameters_that_cannot_be_sampled_with_end_that_request_alone():
    loop = build()
    odd = Asked(loop, prompt(1, 20), 5)
    odd.sequence.sampler = Sampler(temperature=float("nan"))
    fine = Asked(loop, prompt(2, 20), 5)
    run(loop)
    assert odd.finish is Finish.ERROR
    assert fine.tokens == expected(fine.prompt, 5)


def test_whatever_ends_the_thread_everybody_hears_of_it():
    model = ToyModel()
    loop = build(model, clock=time.monotonic)
    loop._build = lambda: loop._engines
    model.decode = lambda _chunks: 1 / 0
    asked = [Asked(loop, prompt(i, 20), 5) for i in range(3)]
    loop.start()
    loop.join(5)
    assert isinstance(loop.failure, ZeroDivisionError)
    assert [a.finish for a in asked] == [Finish.ERROR] * 3
    with pytest.raises(EngineUnavailable):
        Asked(loop, prompt(9, 20))


def test_a_sequence_that_is_not_kept_leaves_nothing_in_the_cache():
    model = ToyModel()
    loop = build(model)
    for _ in range(3):
        probe = Asked(loop, prompt(1, 60), 3, keep=False, priority=99)
        run(loop)
        assert probe.sequence.cached == 0
    assert not any(model.cells.values())


def test_draining_finishes_what_was_accepted():
    loop = build(clock=time.monotonic)
    loop._build = lambda: loop._engines
    asked = [Asked(loop, prompt(i, 30), 20) for i in range(5)]
    loop.start()
    loop.stop(drain=True)
    loop.join(10)
    assert not loop.is_alive()
    assert all(a.finish in (Finish.STOP, Finish.LENGTH) for a in asked)


requests = st.lists(
    st.tuples(
        st.integers(0, 3),  # which family of prompts: they share beginnings
        st.integers(1, 90),  # prompt length
        st.integers(1, 12),  # answer length
        st.sampled_from([-10, 0, 10, 100]),  # priority
        st.integers(0, 6),  # steps before the next one arrives
        st.booleans(),  # cancelled at some point
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=120, deadline=None)
@given(
    requests,
    st.integers(110, 600),
    st.integers(1, 4),
    st.integers(0, 4),
    st.sampled_from([0, 3, 5]),
)
def test_any_mix_of_requests_gets_exactly_the_lone_answers(
    mix, context, parallel, retained, abort_every
):
    slots = Pool.slots_needed(parallel, retained, 1)
    model = ToyModel(slots=slots, context_tokens=context, batch_tokens=24, abort_every=abort_every)
    loop = build(model, parallel=parallel, retained=retained)
    asked = []
    for family, size, answer, priority, steps, cancel in mix:
        one = Asked(loop, prompt(family, size), answer, priority=priority)
        asked.append((one, cancel))
        for _ in range(steps):
            loop.step()
        if cancel:
            loop.cancel(one.sequence)
    run(loop)
    for one, cancelled in asked:
        if one.finish is Finish.CANCELLED:
            assert cancelled
            assert one.tokens == expected(one.prompt, one.max_tokens)[: len(one.tokens)]
        else:
            assert one.finish in (Finish.STOP, Finish.LENGTH)
            assert one.tokens == expected(one.prompt, one.max_tokens)
    assert loop._accepted == 0
    held = {entry.slot for entry in loop._engines["slm"].pool._retained}
    assert all(not tokens for slot, tokens in model.cells.items() if slot not in held)


def test_a_model_is_freed_only_when_no_sequence_needs_it_and_can_come_back():
    first, second = ToyModel(), ToyModel()
    loop = build(first)
    asked = Asked(loop, [1, 2, 3], 4)
    refused = loop.retire("slm", 0.0)
    loop.step()
    assert refused.result(0) is False
    assert not first.closed
    while loop.step():
        pass
    early = loop.retire("slm", 1000.0)
    loop.step()
    assert early.result(0) is False, "it was used a moment ago"
    given_up = loop.retire("slm", 0.0)
    given_up.cancel()
    loop.step()
    assert not first.closed
    freed = loop.retire("slm", 0.0)
    loop.step()
    assert freed.result(0) is True
    assert first.closed

    loop.adopt("slm", Engine(second, Pool(second, parallel=3, retained=3), Speed(100, 10, 20, 3)))
    again = Asked(loop, [1, 2, 3], 4)
    while loop.step():
        pass
    assert again.sequence.tokens == asked.sequence.tokens


def test_a_long_step_is_seen_to_get_on_from_within():
    clock, seen = Clock(), []

    class Slow(ToyModel):
        def decode(self, chunks):
            for _ in range(3):  # llama.cpp asks between the nodes of its graph
                clock.now += 100
                self._wanted()
                seen.append(clock.now - loop.heartbeat)
            return super().decode(chunks)

    loop = build(Slow(), clock=clock)
    Asked(loop, [1, 2, 3])
    assert loop.step()
    assert max(seen) < 1


def test_a_step_that_hangs_on_a_gpu_leaves_the_heartbeat_behind():
    clock, seen = Clock(), []

    class Hanging(ToyModel):
        on_gpu = True

        def decode(self, chunks):
            clock.now += 100
            seen.append(clock.now - loop.heartbeat)
            return super().decode(chunks)

    loop = build(Hanging(), clock=clock)
    Asked(loop, [1, 2, 3])
    assert loop.step()
    assert seen[0] > 99
