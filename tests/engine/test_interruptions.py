"""How often steps are aborted, and the size with which most is read then."""

import random

import pytest

from edgebox.engine.interruptions import Interruptions, best_size

SIZES = (128, 64, 32)


def test_the_rate_is_that_with_which_steps_are_aborted():
    seen, chance = Interruptions(), random.Random(7)
    for _ in range(400):
        until = chance.expovariate(0.3)
        seen.ran(min(3.0, until), aborted=until < 3.0)
    assert seen.rate == pytest.approx(0.3, rel=0.35)


def test_one_abort_is_no_rule_and_an_old_one_is_forgotten():
    seen = Interruptions()
    assert seen.rate == 0.0
    seen.ran(0.1, aborted=True)
    assert 0.05 < seen.rate < 0.1
    for _ in range(100):
        seen.ran(3.0, aborted=False)
    assert seen.rate < 0.001


@pytest.mark.parametrize(
    ("tps", "rate", "best"),
    [
        (40.0, 0.0, 128),  # nobody comes
        (40.0, 0.03, 128),  # every half minute
        (40.0, 0.15, 64),
        (20.0, 0.4, 32),
        (400.0, 0.4, 128),  # a fast machine is done before anybody comes
        (5.0, 1e9, 32),  # never ends: no number is too large
    ],
)
def test_steps_are_the_shorter_the_more_are_aborted_and_the_longer_they_take(tps, rate, best):
    assert best_size(SIZES, 4, tps, rate) == best


@pytest.mark.parametrize("rate", [0.05, 0.3, 1.0])
def test_the_chosen_size_reads_most_when_it_is_played_through(rate):
    def read(size, seconds=20_000.0, tps=20.0):
        chance, done, at = random.Random(size), 0, 0.0
        comes = chance.expovariate(rate)
        while at < seconds:
            ends = at + (size + 12) / tps
            if comes < ends:
                at, comes = comes, comes + chance.expovariate(rate)
            else:
                at, done = ends, done + size
        return done

    best = best_size(SIZES, 0, 20.0, rate)
    assert read(best) >= 0.97 * max(read(size) for size in SIZES)
