"""The engine's core against a model whose every answer can be predicted."""

from array import array

from hypothesis import given, settings
from hypothesis import strategies as st

from edgebox.engine.core import EXPECT_ANOTHER_SECONDS, FORGET_SECONDS, EngineCore
from edgebox.engine.loaded import LoadedModel
from edgebox.engine.model import Decoded
from edgebox.engine.pool import Pool
from edgebox.engine.sampling import Sampler
from edgebox.engine.scheduler import Scheduler
from edgebox.engine.sequence import Finish
from edgebox.engine.speed import measure, read_by_probe
from edgebox.errors import EngineFault
from engine.asked import CHEAP_ROWS, Asked, Clock, build, prompt
from engine.toy_model import EchoingModel, ToyModel, expected, next_echo


def run(core, limit=5000):
    for _ in range(limit):
        if not core.step():
            return
    raise AssertionError("the core does not come to rest")


def test_one_request_gets_the_lone_answer():
    core = build()
    asked = Asked(core.add, prompt(1, 50), 12)
    run(core)
    assert asked.tokens == expected(asked.prompt, 12)
    assert asked.finish in (Finish.STOP, Finish.LENGTH)


def test_a_second_request_reuses_the_shared_beginning_and_answers_the_same():
    model = ToyModel()
    core = build(model)
    first = Asked(core.add, prompt(1, 100), 4)
    run(core)
    before = sum(n for step in model.steps for _, n in step)
    second = Asked(core.add, [*prompt(1, 100)[:80], 5, 6, 7], 4)
    run(core)
    read = sum(n for step in model.steps for _, n in step) - before
    assert second.sequence.cached == 80
    assert read <= 3 + 4
    assert first.tokens == expected(first.prompt, 4)
    assert second.tokens == expected(second.prompt, 4)


def test_a_pinned_prefix_survives_any_number_of_requests():
    core = build(ToyModel(slots=12), retained=2)
    Asked(core.add, prompt(3, 60), 0, pin=True)
    run(core)
    for seed in range(10):
        Asked(core.add, prompt(seed + 50, 60), 2)
        run(core)
    again = Asked(core.add, [*prompt(3, 60), 9], 2)
    run(core)
    assert again.sequence.cached == 60


def test_what_is_forgotten_is_read_again_and_nothing_else_is():
    model, clock = ToyModel(), Clock()
    core = build(model, clock=clock)
    for seed, tag in ((1, "call 1"), (2, "call 2"), (3, "")):
        Asked(core.add, prompt(seed, 60), 2, tag=tag)
        run(core)
    slots = {entry.tag: entry.slot for entry in core.models["slm"].pool.retained}
    assert core.forget("call 1") == 1
    assert core.forget("call 1") == core.forget("no such call") == 0
    assert not model.cells.get(slots["call 1"])
    for seed, cached in ((1, 0), (2, 59), (3, 59)):
        asked = Asked(core.add, prompt(seed, 60), 2)
        run(core)
        assert asked.sequence.cached == cached
        assert asked.tokens == expected(asked.prompt, 2)


def test_a_request_about_what_was_forgotten_is_not_retained_at_its_end():
    clock = Clock()
    core = build(clock=clock)
    going_on = Asked(core.add, prompt(1, 60), 20, tag="call 1")
    core.step()
    core.forget("call 1")
    on_its_way = Asked(core.add, prompt(2, 60), 4, tag="call 1")
    run(core)
    assert going_on.tokens == expected(going_on.prompt, 20)
    assert on_its_way.finish is not None
    assert core.models["slm"].pool.retained == ()
    clock.now += FORGET_SECONDS
    Asked(core.add, prompt(3, 60), 4, tag="call 1")  # a new call of the same name
    run(core)
    assert [entry.tag for entry in core.models["slm"].pool.retained] == ["call 1"]


def test_interactive_sequences_go_before_background_ones():
    model = ToyModel(step_tokens=16)
    core = build(model)
    order = []
    background = Asked(core.add, prompt(1, 400), 4, priority=100)
    for _ in range(3):
        core.step()
    interactive = Asked(core.add, prompt(2, 30), 4)
    for name, asked in (("background", background), ("interactive", interactive)):
        asked.sequence.emit = lambda e, a=asked, n=name: (
            a.events.append(e),
            e.finish and order.append(n),
        )
    run(core)
    assert order == ["interactive", "background"]
    assert interactive.tokens == expected(interactive.prompt, 4)
    assert background.tokens == expected(background.prompt, 4)


def test_a_step_s_seconds_are_shared_out_to_its_sequences_by_their_tokens():
    class Timed(ToyModel):
        def decode(self, chunks):
            clock.now += 1.0
            return super().decode(chunks)

    clock, model = Clock(), Timed(step_tokens=512)
    core = build(model, clock=clock)
    long, short = (
        Asked(core.add, prompt(kind, size), 1, priority=100) for kind, size in ((1, 90), (2, 30))
    )
    core.step()
    assert round(long.sequence.seconds / short.sequence.seconds, 6) == 3.0
    assert 1.0 <= long.sequence.seconds + short.sequence.seconds < 1.1


def test_a_deadline_ends_it_with_what_it_has():
    clock = Clock()
    core = build(clock=clock)
    asked = Asked(core.add, prompt(1, 10), 50, deadline=clock.now + 5)
    for _ in range(4):
        core.step()
    clock.now += 10
    run(core)
    assert asked.finish is Finish.DEADLINE
    assert asked.tokens == expected(asked.prompt, 50)[: len(asked.tokens)]
    assert 0 < len(asked.tokens) < 50


def test_a_waiting_request_whose_deadline_passes_ends_too():
    clock = Clock()
    core = build(clock=clock, parallel=1)
    Asked(core.add, prompt(1, 10), 500)
    waiting = Asked(core.add, prompt(2, 10), 5, deadline=clock.now + 1)
    clock.now += 2
    core.step()
    assert waiting.finish is Finish.DEADLINE
    assert waiting.tokens == []


def test_cancelling_frees_the_place():
    core = build(parallel=1)
    first = Asked(core.add, prompt(1, 10), 500)
    core.step()
    second = Asked(core.add, prompt(2, 10), 3)
    core.cancel(first.sequence)
    run(core)
    assert first.finish is Finish.CANCELLED
    assert second.tokens == expected(second.prompt, 3)


def test_a_full_cache_sends_the_youngest_sequence_back_and_none_gets_an_error():
    core = build(ToyModel(context_tokens=160, slots=12), parallel=3, retained=3)
    many = [Asked(core.add, prompt(i, 60), 10) for i in range(3)]
    run(core)
    for asked in many:
        assert asked.finish in (Finish.STOP, Finish.LENGTH)
        assert asked.tokens == expected(asked.prompt, 10)


def test_a_request_larger_than_the_cache_fails_alone():
    core = build(ToyModel(context_tokens=64))
    big = Asked(core.add, prompt(1, 100), 4)
    run(core)
    small = Asked(core.add, prompt(2, 20), 4)
    run(core)
    assert big.finish is Finish.ERROR
    assert isinstance(big.events[-1].error, EngineFault)
    assert small.tokens == expected(small.prompt, 4)


def test_what_the_measurement_read_is_not_read_again():
    model = ToyModel(step_tokens=64)
    sample = prompt(7, 200)
    speed = measure(model, (3,), sample)
    read = read_by_probe(model, sample)
    assert model.cells[0] == sample[:read]
    assert not any(tokens for slot, tokens in model.cells.items() if slot)
    pool = Pool(model, parallel=3, retained=3)
    pool.adopt(0, array("i", sample[:read]), 0.0)
    core = EngineCore(Scheduler(), Clock())
    core.adopt("slm", LoadedModel(model, pool, speed))
    asked = Asked(core.add, sample, 4)
    run(core)
    assert asked.sequence.cached == read
    assert asked.tokens == expected(sample, 4)


def test_background_sequences_read_a_shared_beginning_once():
    model = ToyModel(step_tokens=16)
    core = build(model, parallel=4)
    shared = prompt(5, 120)
    asked = [Asked(core.add, [*shared, i + 1, i + 2], 3, priority=100) for i in range(4)]
    run(core)
    read = sum(n for step in model.steps for _, n in step)
    assert read < 120 + 4 * (40 + 3)
    for one in asked:
        assert one.tokens == expected(one.prompt, 3)


def test_background_prompts_are_read_in_shorter_steps_while_interactive_requests_come():
    class Slow(ToyModel):
        def decode(self, chunks):
            clock.now += sum(len(chunk.tokens) for chunk in chunks) / 100
            return super().decode(chunks)

    clock, model = Clock(), Slow(step_tokens=512)
    core = build(model, clock=clock)

    def longest_step(first):
        model.steps.clear()
        Asked(core.add, prompt(first, 450), 1, priority=100)
        run(core)
        return max(n for step in model.steps for _, n in step)

    assert longest_step(1) == 450
    Asked(core.add, prompt(2, 10), 1)
    run(core)
    assert longest_step(3) == 113  # four of FULL_SPEED_CHUNK at most
    clock.now += EXPECT_ANOTHER_SECONDS
    assert longest_step(4) == 450


def test_background_prompts_are_read_in_the_shorter_steps_the_more_are_aborted():
    class Slow(ToyModel):
        def decode(self, chunks):
            rows = sum(len(chunk.tokens) for chunk in chunks)
            self.tried.append(rows)
            if rows > 40:  # somebody comes after a second
                clock.now += 1.0
                return Decoded.ABORTED, []
            clock.now += rows / 40
            return super().decode(chunks)

    clock, model = Clock(), Slow(step_tokens=512)
    model.tried = []
    core = build(model, clock=clock)
    Asked(core.add, prompt(2, 10), 1)
    core.step()
    model.tried.clear()
    asked = Asked(core.add, prompt(3, 450), 1, priority=100)
    run(core)
    assert asked.finish is not None
    assert model.tried[0] > 64  # nothing was known
    assert model.tried.index(next(rows for rows in model.tried if rows <= 40)) < 20


def test_both_models_make_progress():
    core = build(models={"slm": ToyModel(), "mlm": ToyModel()})
    small = Asked(core.add, prompt(1, 40), 6)
    mid = Asked(core.add, prompt(2, 40), 6, role="mlm")
    run(core)
    assert small.tokens == expected(small.prompt, 6)
    assert mid.tokens == expected(mid.prompt, 6)


def test_a_stop_string_ends_the_answer_before_it():
    core = build()
    answer = expected(prompt(1, 20), 6)
    asked = Asked(core.add, prompt(1, 20), 6, stop=(f" {answer[2]} ",))
    run(core)
    assert asked.finish is Finish.STOP
    assert asked.tokens == answer[:2]


def test_parameters_that_cannot_be_sampled_with_end_that_request_alone():
    core = build()
    odd = Asked(core.add, prompt(1, 20), 5)
    odd.sequence.sampler = Sampler(temperature=float("nan"))
    fine = Asked(core.add, prompt(2, 20), 5)
    run(core)
    assert odd.finish is Finish.ERROR
    assert fine.tokens == expected(fine.prompt, 5)


def test_a_sequence_that_is_not_kept_leaves_nothing_in_the_cache():
    model = ToyModel()
    core = build(model)
    for _ in range(3):
        probe = Asked(core.add, prompt(1, 60), 3, keep=False, priority=99)
        run(core)
        assert probe.sequence.cached == 0
    assert not any(model.cells.values())


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
    mix=requests,
    context=st.integers(110, 600),
    parallel=st.integers(1, 4),
    retained=st.integers(0, 4),
    abort_every=st.sampled_from([0, 3, 5]),
    by_rows=st.sampled_from([(), CHEAP_ROWS, ((1, 0.1), (4, 0.2), (16, 0.9))]),
)
def test_any_mix_of_requests_gets_exactly_the_lone_answers(
    *, mix, context, parallel, retained, abort_every, by_rows
):
    slots = Pool.slots_needed(parallel, retained, 1)
    model = EchoingModel(
        slots=slots, context_tokens=context, step_tokens=24, abort_every=abort_every
    )
    core = build(model, parallel=parallel, retained=retained, by_rows=by_rows)
    asked = []
    for family, size, answer, priority, steps, cancel in mix:
        one = Asked(core.add, prompt(family, size), answer, priority=priority)
        asked.append((one, cancel))
        for _ in range(steps):
            core.step()
        if cancel:
            core.cancel(one.sequence)
    run(core)
    for one, cancelled in asked:
        if one.finish is Finish.CANCELLED:
            assert cancelled
            assert one.tokens == expected(one.prompt, one.max_tokens, next_echo)[: len(one.tokens)]
        else:
            assert one.finish in (Finish.STOP, Finish.LENGTH)
            assert one.tokens == expected(one.prompt, one.max_tokens, next_echo)
    assert core.ended == len(asked)
    held = {entry.slot for entry in core.models["slm"].pool.retained}
    assert all(not tokens for slot, tokens in model.cells.items() if slot not in held)


def test_a_long_step_shows_progress_from_within():
    clock, seen = Clock(), []

    class Slow(ToyModel):
        def decode(self, chunks):
            for _ in range(3):  # llama.cpp asks between the nodes of its graph
                clock.now += 100
                self._wanted()
                seen.append(clock.now - core.heartbeat)
            return super().decode(chunks)

    core = build(Slow(), clock=clock)
    Asked(core.add, [1, 2, 3])
    assert core.step()
    assert max(seen) < 1


def test_a_step_that_hangs_on_a_gpu_leaves_the_heartbeat_behind():
    clock, seen = Clock(), []

    class Hanging(ToyModel):
        on_gpu = True

        def decode(self, chunks):
            clock.now += 100
            seen.append(clock.now - core.heartbeat)
            return super().decode(chunks)

    core = build(Hanging(), clock=clock)
    Asked(core.add, [1, 2, 3])
    assert core.step()
    assert seen[0] > 99
