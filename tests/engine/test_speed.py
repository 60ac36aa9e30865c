"""How fast a model is found to be, as steps go on too, and how many sequences it is given."""

import pytest

from edgebox.engine.speed import Speed, measure, read_by_probe
from engine.asked import CHEAP_ROWS, prompt
from engine.toy_model import ToyModel


class Timed(ToyModel):
    """A model whose steps take what ``seconds`` says of their rows."""

    def __init__(self, seconds):
        super().__init__(slots=32, step_tokens=64)
        self.seconds = seconds
        self.now = 0.0

    def decode(self, chunks):
        self.now += self.seconds(sum(len(chunk.tokens) for chunk in chunks))
        return super().decode(chunks)


@pytest.mark.parametrize(
    ("seconds", "widths", "chosen"),
    [
        (lambda rows: 0.03 * rows if rows < 8 else 0.3, (7, 16), 16),  # in tiles
        (lambda rows: 0.03 * rows if rows < 8 else 0.3, (7, 8), 7),  # too few for tiles
        (lambda rows: 0.03 * rows, (7, 16), 7),  # each row as long as the one before
        (lambda rows: 0.02 + 0.001 * rows, (7, 16), 16),  # as on a GPU
        (lambda rows: 0.03 * rows, (4,), 4),
        (lambda rows: 0.03 * rows, (64,), 32),  # it has no more slots
    ],
)
def test_more_at_a_time_only_where_that_is_clearly_faster(seconds, widths, chosen):
    model = Timed(seconds)
    speed = measure(model, widths, prompt(7, 200), clock=lambda: model.now)
    assert speed.parallel == chosen
    assert speed.parallel_decode_tps == pytest.approx(chosen / seconds(chosen))
    assert speed.decode_tps == pytest.approx(1 / seconds(1))
    assert not any(tokens for slot, tokens in model.cells.items() if slot)


def test_steps_of_several_rows_are_measured_where_drafts_are_wanted():
    def seconds(rows):
        return 0.05 + 0.01 * rows

    plain = Timed(seconds)
    assert measure(plain, (7,), prompt(7, 200), lambda: plain.now).by_rows == ()
    model = Timed(seconds)
    speed = measure(model, (7,), prompt(7, 200), lambda: model.now, drafts=True)
    assert [rows for rows, _ in speed.by_rows] == [1, 2, 4, 8, 16, 32]
    for rows in (1, 2, 3, 8, 16, 26, 64):
        assert speed.step_seconds(rows) == pytest.approx(seconds(rows))
    assert model.cells[0] == prompt(7, 200)[: read_by_probe(model, prompt(7, 200))]


def test_one_disturbed_step_while_it_is_measured_makes_no_row_look_dear():
    model = Timed(lambda rows: 0.05 + 0.01 * rows + 2 * (rows == 4))
    speed = measure(model, (1,), prompt(7, 200), lambda: model.now, drafts=True)
    assert dict(speed.by_rows)[4] == pytest.approx(0.13)


def test_a_prompt_that_needs_fewer_logits_makes_no_draft_look_cheaper():
    model = Timed(lambda rows: 0.2 if rows == 32 else 0.05 + 0.02 * rows)
    speed = measure(model, (1,), prompt(7, 200), lambda: model.now, drafts=True)
    assert speed.step_seconds(16) == pytest.approx(0.37)
    assert speed.step_seconds(40) == pytest.approx(0.37)


def test_the_speeds_are_those_without_drafts_and_follow_a_machine_that_is_slower_now():
    at_start, speed = (Speed(100, 10, 20, 3, CHEAP_ROWS) for _ in range(2))

    def now(rows):
        return 3 * at_start.step_seconds(rows)

    for _ in range(100):
        speed.observe([], [1], now(9), drafted=8)
        speed.observe([], [1, 1, 1, 1], now(20), drafted=16)
        speed.observe([50], [1], now(80), drafted=29)
    assert speed.step_seconds(1) == pytest.approx(now(1), rel=0.05)
    assert speed.step_seconds(9) == pytest.approx(now(9), rel=0.01)
    assert speed.decode_tps == pytest.approx(1 / now(1), rel=0.05)
    assert speed.parallel_decode_tps == pytest.approx(4 / now(4), rel=0.05)
    assert speed.prefill_tps == pytest.approx(50 / now(51), rel=0.05)


def test_rows_that_turn_out_dear_are_not_read_and_are_tried_again_when_others_are_cheap():
    by_rows = ((1, 0.1), (2, 0.11), (4, 0.12), (8, 0.13), (16, 0.15))
    speed = Speed(100, 10, 20, 3, by_rows)
    for _ in range(40):
        speed.observe([], [1], 0.1)
        speed.observe([], [1], 0.6, drafted=8)
    assert speed.step_seconds(9) == pytest.approx(0.6, rel=0.1)
    assert speed.step_seconds(1) == pytest.approx(0.1, rel=0.2)
    for _ in range(800):
        speed.observe([], [1], 0.1)
    assert speed.step_seconds(9) < 0.2
    speed.observe([], [1], 60.0)  # a hiccup
    assert speed.step_seconds(1) < 0.2


def test_a_model_that_keeps_few_logits_is_measured_with_no_more_rows_than_that():
    model = Timed(lambda rows: 0.05 + 0.01 * rows)
    model.outputs = 6
    speed = measure(model, (1,), prompt(7, 200), lambda: model.now, drafts=True)
    assert [rows for rows, _ in speed.by_rows] == [1, 2, 4, 32]


def test_a_short_step_that_reads_faster_than_known_says_so():
    speed = Speed(prefill_tps=5.0, decode_tps=5.0, parallel_decode_tps=5.0, parallel=1)
    for _ in range(20):
        speed.observe([16], [1, 1, 1], 0.8)
    assert 19.0 < speed.prefill_tps <= 20.0
    speed.observe([16], [1], 4.0)  # and one that reads slower says nothing
    assert speed.prefill_tps > 19.0


def test_an_aborted_step_that_should_have_ended_says_that_the_model_is_slower():
    speed = Speed(prefill_tps=400.0, decode_tps=5.0, parallel_decode_tps=5.0, parallel=1)
    speed.observe_aborted([128], 0.2)  # it may well read so fast
    assert speed.prefill_tps == 400.0
    for _ in range(30):
        speed.observe_aborted([128], 2.0)
    assert 64.0 <= speed.prefill_tps < 70.0
