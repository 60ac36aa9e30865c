"""How many tokens of a draft a step reads, and what an answer with drafts is."""

from dataclasses import replace

import pytest

from edgebox.engine.drafts import DRAFT_TOKENS, Drafts
from edgebox.engine.lookup import Draft
from edgebox.engine.sampling import Sampler
from edgebox.engine.scheduler import Step, Work
from edgebox.engine.sequence import Finish
from edgebox.engine.speed import Speed
from engine.asked import CHEAP_ROWS, Asked, build, prompt
from engine.test_speed import Timed
from engine.toy_model import END, EchoingModel, expected, next_echo

EACH_AS_LONG = ((1, 0.1), (2, 0.2), (16, 1.6))
LOOP = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] * 2


def drafts(by_rows=CHEAP_ROWS, outputs=32):
    return Drafts(Speed(100, 10, 20, 3, by_rows), outputs=outputs, step_tokens=64)


def writing(tokens=LOOP, *, max_tokens=40, **rest):
    """Work of a sequence whose last token is still to be read."""
    asked = Asked(lambda _sequence: None, tokens, max_tokens, **rest)
    asked.sequence.tokens.append(asked.sequence.tokens[-len(LOOP) // 2])
    asked.sequence.position = len(tokens)
    return Work(asked.sequence, 1)


def tried(given, *works, now=0.0):
    step = given.added(Step("slm", works), now)
    return [work.rows - work.tokens for work in step.work]


def test_a_whole_guess_is_read_where_rows_cost_nothing_and_none_where_each_costs_a_step():
    assert tried(drafts(), writing()) == [DRAFT_TOKENS]
    assert tried(drafts(EACH_AS_LONG), writing()) == [0]


def test_guesses_that_are_wrong_are_soon_not_read_and_those_that_are_right_are_again():
    given = drafts(((1, 0.1), (2, 0.14), (4, 0.2), (8, 0.33), (16, 0.6)))
    guess = Draft(5, (6, 7, 8))
    assert tried(given, writing())[0] > 0
    for _ in range(200):
        given.learn(guess, [1])
        given.learn(replace(guess, repeated=8), [1])
    assert tried(given, writing()) == [0]
    for _ in range(200):  # none is read, and what is written still tells
        given.learn(replace(guess, repeated=8), [6, 7, 8])
    assert tried(given, writing())[0] > 0


def test_a_token_is_as_likely_as_all_before_it_together():
    assert tried(drafts(((1, 0.1), (16, 0.55))), writing()) == [1]
    assert tried(drafts(((1, 0.1), (16, 0.25))), writing())[0] > 1


def test_nothing_is_learned_of_what_would_have_followed_a_wrong_token():
    given = drafts()
    before = list(given.rates)
    given.learn(Draft(2, (6, 7, 8)), [6, 1, 8])
    assert given.rates[2] > before[2]
    assert given.rates[3] < before[3]
    assert given.rates[4:] == before[4:]


def test_a_sequence_that_ends_or_that_the_engine_sent_itself_is_given_none():
    assert tried(drafts(), writing(max_tokens=2)) == [0]
    assert tried(drafts(), writing(max_tokens=4)) == [2]
    assert tried(drafts(), writing(own=True)) == [0]


def test_only_the_most_urgent_of_a_step_are_given_drafts():
    assert tried(drafts(), writing(), writing(priority=100)) == [DRAFT_TOKENS, 0]
    assert tried(drafts(), writing(priority=100)) == [DRAFT_TOKENS]


def test_a_step_before_a_deadline_is_not_made_longer_than_that():
    by_rows = ((1, 0.1), (2, 0.2), (16, 0.3))
    assert tried(drafts(by_rows), writing(deadline=10.0), now=9.0)[0] > 1
    assert tried(drafts(by_rows), writing(deadline=10.0), now=9.9) == [0]


def test_there_are_no_more_rows_than_logits_can_be_kept_of():
    assert sum(tried(drafts(outputs=6), writing(), writing())) == 4
    assert tried(drafts(outputs=2), writing(), writing()) == [0, 0]


def test_a_prompt_in_the_same_step_is_no_reason_against_a_draft():
    reading = Asked(lambda _sequence: None, prompt(1, 100)).sequence
    draft, read = tried(drafts(), writing(), Work(reading, 30))
    assert draft >= DRAFT_TOKENS // 2
    assert read == 0


def answered(by_rows):
    """The answers to eight requests, and in how many steps they were written."""
    model = EchoingModel()
    core = build(model, by_rows=by_rows)
    every = [Asked(core.add, prompt(seed, 90), 60) for seed in range(8)]
    while core.step():
        pass
    for asked in every:
        assert asked.tokens == expected(asked.prompt, 60, next_echo)
        assert asked.finish in (Finish.STOP, Finish.LENGTH)
        assert asked.sequence.spent.written == sum(len(one.tokens) for one in every)
    return every[0].sequence.spent, len(model.steps)


def test_answers_are_the_same_with_drafts_and_take_fewer_steps():
    plain, steps = answered(())
    drafted, fewer = answered(CHEAP_ROWS)
    assert fewer < 0.8 * steps
    assert plain.drafted == plain.accepted == 0
    assert 0 < drafted.accepted <= drafted.drafted
    assert drafted.written == plain.written


def test_the_gain_is_that_of_the_last_steps_of_one_sequence():
    given, alone = drafts(), Step("slm", (writing(),))
    assert given.gain == 1
    for _ in range(500):
        given.wrote(alone, 3, 0.2)  # 15 a second, and 10 without
    assert given.gain == pytest.approx(1.5, abs=0.02)
    for step in (Step("slm", (writing(), writing())), Step("slm", (writing(own=True),))):
        for _ in range(500):
            given.wrote(step, 1, 1.0)
    assert given.gain == pytest.approx(1.5, abs=0.02)
    for _ in range(500):
        given.wrote(alone, 1, 0.2)
    assert given.gain == 1  # never less: then none are read


def test_the_cells_of_a_wrong_guess_are_freed():
    model = EchoingModel()
    core = build(model, by_rows=CHEAP_ROWS)
    asked = Asked(core.add, prompt(2, 90), 60)
    while core.step() and asked.finish is None:
        assert model.held() == asked.sequence.position
    assert asked.sequence.spent.drafted > asked.sequence.spent.accepted
    assert asked.tokens == expected(asked.prompt, 60, next_echo)


class Looping(Timed):
    """A model that repeats its last ten tokens for ever."""

    def follows(self, tokens):
        return tokens[-10]


class Forcing:
    """A constraint that forces what a draft guesses too, or something else, or both."""

    def __init__(self, last):
        self.last = last
        self.complete = False

    def allows(self, _token):
        return True

    def apply(self, logits):
        logits[END] = -100

    def accept(self, token):
        self.last -= 1
        self.complete = self.last == 0
        return {3: [4, 5], 7: [1], 9: [10, 1, 8]}.get(token, [])


@pytest.mark.parametrize(
    ("rest", "sampling"),
    [
        ({"constraint": lambda: Forcing(11)}, {}),
        ({"constraint": lambda: Forcing(500)}, {}),
        ({"constraint": lambda: Forcing(500)}, {"logprobs": 1}),
        ({"stop": lambda: ("5 6 7", "10 1 8 4")}, {}),
        ({}, {"temperature": 0.1, "seed": 5}),
        ({}, {"temperature": 0.2, "seed": 6, "top_p": 0.9}),
        ({}, {"presence_penalty": 0.4, "frequency_penalty": 0.05}),
        ({"constraint": lambda: Forcing(60)}, {"temperature": 0.1, "seed": 5, "logprobs": 2}),
    ],
)
def test_whatever_is_asked_for_is_answered_with_drafts_as_without(rest, sampling):
    def answers(by_rows):
        core = build(Looping(lambda _rows: 0.01), by_rows=by_rows)
        every = []
        for start in range(6):
            text = [*range(1, 11), *range(1, 11)][start : start + 10]
            kept = {name: make() for name, make in rest.items()}
            every.append(Asked(core.add, text * 3, 30 + 7 * start, **kept))
            every[-1].sequence.sampler = Sampler(**{"temperature": 0.0, **sampling})
        while core.step():
            pass
        drafted = every[0].sequence.spent.accepted
        logprobs = [[event.logprobs for event in one.events if event.logprobs] for one in every]
        return [(one.text, one.finish) for one in every], logprobs, drafted

    plain, plain_logprobs, none = answers(())
    text, logprobs, accepted = answers(CHEAP_ROWS)
    assert (text, logprobs) == (plain, plain_logprobs)
    assert none == 0
    assert accepted > 0


def test_tokens_that_a_constraint_forces_are_no_gain_of_drafts():
    model = Looping(lambda rows: 0.1 * rows)
    core = build(model, clock=lambda: model.now, by_rows=EACH_AS_LONG)
    Asked(core.add, LOOP, 400, constraint=Forcing(500))
    while core.step():
        pass
    assert core.models["slm"].drafts.gain == pytest.approx(1)


def test_all_that_a_slow_step_wrote_is_sent_after_it():
    model = Looping(lambda _rows: 0.2)
    core = build(model, clock=lambda: model.now, by_rows=CHEAP_ROWS)
    asked = Asked(core.add, LOOP, 40)
    while core.step() and asked.finish is None:
        assert len(asked.tokens) == asked.sequence.generated
        assert len(asked.events) == core.steps


def test_tokens_of_a_draft_that_an_answer_ends_with_were_written_too():
    model = Looping(lambda _rows: 0.2)
    core = build(model, by_rows=CHEAP_ROWS)
    asked = Asked(core.add, LOOP, 40, stop=("9",))
    while core.step():
        pass
    assert asked.tokens == LOOP[:8]
    assert asked.finish is Finish.STOP
    assert asked.sequence.spent.accepted == 8  # two to nine: only its text is left out
    assert model.held() == 0


def pushed_out(by_rows, context, seed):
    """How many prefixes a second request pushes out of a cache of so many cells."""
    model = EchoingModel(context_tokens=context)
    core = build(model, by_rows=by_rows)
    for asked in (prompt(seed, 90), 1), (prompt(seed + 1, 60), 60):
        one = Asked(core.add, *asked)
        while core.step():
            pass
        assert one.finish in (Finish.STOP, Finish.LENGTH)
    return core.evicted


def test_what_is_only_guessed_pushes_nothing_out():
    for seed in range(1, 9):
        for context in range(150, 215):
            assert pushed_out(CHEAP_ROWS, context, seed) == pushed_out((), context, seed)


@pytest.mark.parametrize("deadline", [60.0, 60.5, 61.0, 61.5, 62.0])
def test_no_draft_outlasts_a_deadline_on_a_machine_that_became_slower(deadline):
    by_rows = ((1, 0.1), (16, 0.4))
    model = Looping(lambda rows: 10 * (0.08 + 0.02 * rows))
    core = build(model, clock=lambda: model.now, by_rows=by_rows)
    asked = Asked(core.add, LOOP, 2000, deadline=deadline)
    while core.step():
        pass
    assert asked.finish is Finish.DEADLINE
    assert asked.sequence.spent.accepted > 100
    assert model.now < deadline + 1.001  # a step without a draft
