"""Choosing tokens."""

import math
from collections import Counter

import numpy as np
import pytest

from edgebox.engine.sampling import COLDEST, Sampler


def logits(*values):
    return np.array(values, dtype=np.float32)


def test_greedy_takes_the_largest_and_the_first_among_equals():
    assert Sampler(temperature=0).choose(logits(1, 3, 2), [])[0] == 1
    assert Sampler(temperature=0).choose(logits(3, 3, 2), [])[0] == 0


def test_masked_tokens_are_never_drawn():
    sampler = Sampler(temperature=2.0, seed=1)
    row = logits(0, -np.inf, 0, -np.inf)
    assert {sampler.choose(row.copy(), [])[0] for _ in range(200)} == {0, 2}


def test_the_same_seed_draws_the_same_tokens():
    def draw():
        sampler = Sampler(temperature=1.0, seed=42)
        return [sampler.choose(logits(1, 2, 3, 4), [])[0] for _ in range(30)]

    assert draw() == draw()


def test_frequencies_follow_the_temperature():
    sampler = Sampler(temperature=1.0, seed=3)
    counts = Counter(
        sampler.choose(logits(math.log(0.7), math.log(0.3)), [])[0] for _ in range(3000)
    )
    assert counts[0] / 3000 == pytest.approx(0.7, abs=0.03)


def test_top_p_cuts_the_tail():
    sampler = Sampler(temperature=1.0, top_p=0.6, seed=3)
    row = logits(math.log(0.5), math.log(0.3), math.log(0.2))
    assert {sampler.choose(row.copy(), [])[0] for _ in range(300)} == {0, 1}


def test_penalties_push_repeated_tokens_down():
    row = logits(1.0, 0.9)
    assert Sampler(temperature=0, frequency_penalty=0.2).choose(row.copy(), [0])[0] == 1
    assert Sampler(temperature=0, presence_penalty=0.05).choose(row.copy(), [0, 0])[0] == 0


def test_any_integer_is_a_seed_and_a_vanishing_temperature_is_greedy():
    assert Sampler(temperature=1.0, seed=-1).choose(logits(0, 50), [])[0] == 1
    assert Sampler(temperature=1e-310).choose(logits(0, 1), [])[0] == 1


def test_the_logprob_of_a_masked_token_is_a_number_that_json_can_hold():
    _, explained = Sampler(temperature=0, logprobs=2).choose(logits(1, -np.inf), [])
    assert all(math.isfinite(value) for _, value in explained.top)
    assert explained.top[1][1] < -9000


def test_logprobs_are_natural_and_normalised():
    row = logits(*(math.log(p) for p in (0.5, 0.25, 0.125, 0.125)))
    token, explained = Sampler(temperature=0, logprobs=2).choose(row, [])
    assert token == 0
    assert explained.logprob == pytest.approx(math.log(0.5), abs=1e-6)
    assert [t for t, _ in explained.top] == [0, 1]


class Allowed:
    """A constraint that allows some tokens, and counts the masks."""

    def __init__(self, tokens):
        self.tokens, self.masks = set(tokens), 0

    def allows(self, token):
        return token in self.tokens

    def apply(self, row):
        self.masks += 1
        row[[token for token in range(len(row)) if token not in self.tokens]] = -np.inf


def masked_first(sampler, row, generated, constraint):
    """The choice as it was made when every token under penalties cost a mask."""
    constraint.apply(row)
    if generated:
        seen, counts = np.unique(np.asarray(generated, dtype=np.int64), return_counts=True)
        row[seen] -= sampler.presence_penalty + sampler.frequency_penalty * counts
    return int(row.argmax()) if sampler.temperature < COLDEST else sampler._draw(row)


@pytest.mark.parametrize("temperature", [0.0, 0.7])
@pytest.mark.parametrize(("presence", "frequency"), [(0, 0), (0.3, 0), (0, 0.2), (-0.5, 0.4)])
def test_looking_at_the_likeliest_token_first_changes_no_choice(temperature, presence, frequency):
    chance = np.random.default_rng(4)
    options = {
        "temperature": temperature,
        "presence_penalty": presence,
        "frequency_penalty": frequency,
        "seed": 9,
    }
    one, other = Sampler(**options), Sampler(**options)
    for _ in range(400):
        row = chance.normal(size=40).astype(np.float32)
        generated = chance.integers(0, 40, size=int(chance.integers(0, 12))).tolist()
        allowed = chance.choice(40, size=int(chance.integers(1, 40)), replace=False).tolist()
        want = masked_first(one, row.copy(), generated, Allowed(allowed))
        assert other.choose(row.copy(), generated, Allowed(allowed))[0] == want


def test_a_likeliest_token_that_is_allowed_costs_no_mask_even_under_penalties():
    allowed = Allowed([0, 2])
    sampler = Sampler(temperature=0, frequency_penalty=0.5)
    assert sampler.choose(logits(1.0, 0.9, 0.8), [0], allowed)[0] == 2
    assert allowed.masks == 1
    assert sampler.choose(logits(1.0, 0.4, 0.3), [0], allowed)[0] == 0
    assert allowed.masks == 1
