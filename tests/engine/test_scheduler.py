"""The policy, one test per branch of its decision tree."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from edgebox.engine.sampling import Sampler
from edgebox.engine.scheduler import INTERACTIVE_STEP_SECONDS, MIN_CHUNK, RIDERS, Scheduler
from edgebox.engine.sequence import Rank, Sequence
from edgebox.engine.text import TextStream


@dataclass
class View:
    prefill_tps: float
    step_tokens: int
    abortable: bool
    last_step: int = 0


CPU = View(prefill_tps=200, step_tokens=512, abortable=True)


def sequence(role="slm", *, prompt=100, position=0, priority=0, arrived=0.0, generated=0):
    made = Sequence.of(
        [1] * prompt,
        role=role,
        max_tokens=50,
        arrived=arrived,
        emit=lambda _event: None,
        text=TextStream(),
        sampler=Sampler(),
        priority=priority,
    )
    made.tokens.extend([2] * generated)
    made.position = position
    return made


def decoding(role="slm", **rest):
    return sequence(role, prompt=100, position=100, generated=1, **rest)


def plan(*sequences, slm=CPU, mlm=CPU, lately=False):
    return Scheduler().plan(sequences, {"slm": slm, "mlm": mlm}, interactive_lately=lately)


def tokens(step):
    return {id(work.sequence): work.tokens for work in step.work}


def test_1_nothing_to_do_is_no_step():
    assert plan() is None


def test_2_1_the_step_belongs_to_an_interactive_sequence_even_beside_an_older_background_one():
    interactive = sequence("slm", arrived=9.0)
    step = plan(sequence("mlm", priority=100, arrived=1.0), interactive)
    assert step.role == "slm"
    assert not step.abortable


def test_2_1_models_with_equally_urgent_sequences_take_turns():
    view = View(200, 512, abortable=True, last_step=7)
    assert plan(decoding("slm"), decoding("mlm"), slm=view).role == "mlm"
    assert plan(decoding("slm"), decoding("mlm"), mlm=view).role == "slm"


def test_2_2_every_interactive_decoder_gets_a_token_before_prompts_are_read():
    decoders = [decoding(arrived=i) for i in range(3)]
    late = sequence(prompt=1000, arrived=10)
    step = plan(late, *decoders)
    assert [work.tokens for work in step.work[:3]] == [1, 1, 1]
    assert step.work[3].sequence is late


def test_2_3_prompts_are_read_in_order_of_urgency_within_the_budget():
    first, second = sequence(prompt=60, arrived=1), sequence(prompt=400, arrived=2)
    high = sequence(prompt=10, arrived=3, priority=-10)
    step = plan(first, second, high)
    assert [work.sequence for work in step.work] == [high, first, second]
    budget = int(INTERACTIVE_STEP_SECONDS * CPU.prefill_tps)
    assert sum(tokens(step).values()) == budget


def test_2_4_background_decoders_ride_along_but_background_prompts_do_not():
    interactive, rider = decoding(), decoding(priority=100)
    reader = sequence(prompt=300, priority=100)
    step = plan(interactive, rider, reader)
    assert id(rider) in tokens(step)
    assert id(reader) not in tokens(step)


def test_3_1_background_sequences_of_two_models_take_turns():
    view = View(200, 512, abortable=True, last_step=3)
    both = (sequence("slm", priority=100), sequence("mlm", priority=100))
    assert plan(*both, slm=view).role == "mlm"


def test_3_3_a_background_step_that_can_be_aborted_is_long_until_interactive_requests_come():
    background = sequence(prompt=4000, priority=100)
    assert plan(background).abortable
    assert plan(background).work[0].tokens == 500  # eight even steps, none over step_tokens
    fast = View(600, 512, abortable=True)
    assert plan(background, slm=fast, lately=True).work[0].tokens == 286  # 14 of 300 at most
    assert plan(background, lately=True).work[0].tokens == 125  # 32 of FULL_SPEED_CHUNK at most


def test_3_3_a_background_step_is_shorter_where_most_longer_ones_are_aborted():
    slow = View(20, 512, abortable=True)

    def read(aborts):
        views = {"slm": slow, "mlm": slow}
        waiting = [sequence(prompt=4000, priority=100), decoding(priority=100)]
        step = Scheduler().plan(waiting, views, interactive_lately=True, aborts=aborts)
        return max(work.tokens for work in step.work)

    assert [read(aborts) for aborts in (0.0, 0.1, 0.4)] == [125, 64, 32]


def test_3_2_answers_go_first_where_most_steps_are_aborted_but_no_prompt_before_them_waits():
    slow = View(20, 512, abortable=True)
    answers = [decoding(priority=100, arrived=n) for n in range(16)]

    def read(prompt):
        views = {"slm": slow, "mlm": slow}
        step = Scheduler().plan([*answers, prompt], views, interactive_lately=True, aborts=1.0)
        return sum(work.tokens for work in step.work if work.sequence is prompt)

    assert read(sequence(prompt=400, priority=100, arrived=99.0)) == 0
    assert read(sequence(prompt=400, priority=60, arrived=99.0)) == 16


def test_2_5_a_patient_step_is_no_shorter_because_background_steps_are_aborted():
    slow = View(20, 512, abortable=True)
    views = {"slm": slow, "mlm": slow}
    step = Scheduler().plan([sequence(prompt=4000, priority=30)], views, aborts=1.0)
    assert step.work[0].tokens == 125


def test_3_4_a_background_step_that_cannot_be_aborted_is_short():
    background = sequence(prompt=4000, priority=100)
    gpu = plan(background, slm=View(1000, 512, abortable=False))
    assert not gpu.abortable
    assert gpu.work[0].tokens == int(Scheduler().background_target * 1000)


def test_a_slow_spell_does_not_shrink_chunks_below_the_efficient_size():
    step = plan(sequence(prompt=300), slm=View(5, 512, abortable=True))
    assert step.work[0].tokens == MIN_CHUNK


anyone = st.builds(
    sequence,
    st.sampled_from(["slm", "mlm"]),
    prompt=st.integers(1, 700),
    priority=st.sampled_from([-10, 0, 10, 15, 30, 45, 100]),
    arrived=st.floats(0, 100),
)


@given(st.lists(anyone, max_size=30), st.integers(8, 512), st.booleans())
def test_any_step_fits_and_no_class_waits_for_a_less_urgent_one(everyone, room, lately):
    view = View(200, room, abortable=True)
    step = Scheduler().plan(everyone, {"slm": view, "mlm": view}, interactive_lately=lately)
    if not everyone:
        assert step is None
        return
    assert 0 < sum(work.tokens for work in step.work) <= room
    assert all(0 < work.tokens <= work.sequence.pending for work in step.work)
    assert len({id(work.sequence) for work in step.work}) == len(step.work)
    assert all(work.sequence.role == step.role for work in step.work)
    most_urgent = min(s.rank for s in everyone)
    assert step.work[0].sequence.rank == most_urgent
    # Whatever is read or generated first is of that class; of the others nothing is read.
    assert all(w.sequence.rank == most_urgent or w.sequence.decoding for w in step.work)
    assert step.gives_way == most_urgent
    assert step.abortable == (most_urgent > Rank.URGENT)


def test_a_prompt_alone_is_read_in_few_even_steps():
    alone = plan(sequence(prompt=345), slm=View(180, 512, abortable=True))
    assert alone.work[0].tokens == 173  # two of 270 at most
    beside = plan(sequence(prompt=345), sequence(prompt=50), slm=View(180, 512, abortable=True))
    assert beside.work[0].tokens == 87  # four of 108 at most


def test_2_5_a_patient_prompt_is_read_in_steps_that_give_way_to_an_urgent_request():
    step = plan(sequence("mlm", prompt=600, priority=30), mlm=View(200, 512, abortable=True))
    assert step.gives_way is Rank.PATIENT
    assert tokens(step) == {id(step.work[0].sequence): 120}  # 5 even steps of at most 128


def test_2_5_where_a_step_cannot_be_aborted_a_patient_one_is_short():
    step = plan(sequence("mlm", prompt=600, priority=30), mlm=View(2000, 512, abortable=False))
    assert step.gives_way is Rank.URGENT
    assert sum(w.tokens for w in step.work) <= 0.1 * 2000


def test_2_an_urgent_request_goes_before_a_patient_one_and_a_patient_one_before_the_backlog():
    patient, backlog = sequence("mlm", priority=30), sequence("mlm", priority=100, arrived=-1)
    assert plan(patient, backlog, sequence()).role == "slm"
    assert [w.sequence for w in plan(patient, backlog).work] == [patient]


def test_2_4_decoders_of_lower_classes_ride_along_and_their_prompts_wait():
    urgent, patient = sequence(), decoding(priority=30)
    reading, backlog = sequence(priority=45), decoding(priority=100)
    assert [w.sequence for w in plan(urgent, patient, reading, backlog).work] == [
        urgent,
        patient,
        backlog,
    ]


def test_2_4_only_so_many_of_them_that_an_answer_stays_fast():
    patient, backlog = decoding(priority=30), [decoding(priority=100) for _ in range(16)]
    step = plan(patient, *backlog)
    assert [w.sequence for w in step.work] == [patient, *backlog[:RIDERS]]
    assert len(plan(*backlog).work) == len(backlog)
