"""How fast a model is found to be, and how many sequences it is given at a time."""

import pytest

from edgebox.engine.speed import measure
from engine.asked import prompt
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
