"""The statistics against values that can be computed by hand or are printed in a book."""

import pytest

from edgebox.lab.evaluation.statistics import bootstrap, detectable, mcnemar
from edgebox.scoring.share import wilson


@pytest.mark.parametrize(
    ("only_before", "only_after", "p"),
    [
        (0, 0, 1.0),
        (3, 3, 1.0),
        (0, 5, 2 / 32),
        (0, 6, 2 / 64),
        (6, 0, 2 / 64),
        (1, 9, 2 * (1 + 10) / 1024),
        (2, 8, 2 * (1 + 10 + 45) / 1024),
        (600, 600, 1.0),
        (0, 2000, 0.0),
    ],
)
def test_mcnemars_test_is_the_binomial_one(only_before, only_after, p):
    assert mcnemar(only_before, only_after) == pytest.approx(p)


def test_mcnemars_test_agrees_with_a_published_table():
    # Airway hyper-responsiveness before and after stem cell transplantation, 21 children, 1 and 7
    # of whom changed: exact conditional p = 0.070 (the example of Fagerland, Lydersen, Laake 2013).
    assert mcnemar(1, 7) == pytest.approx(0.0703, abs=5e-5)


def test_the_interval_of_a_constant_is_the_constant():
    assert bootstrap([0.25] * 10) == (0.25, 0.25, 0.25)


def test_the_interval_of_two_cases_reaches_from_one_to_the_other():
    # Each is drawn twice in a quarter of the resamples: 2.5 % and 97.5 % lie inside those quarters.
    assert bootstrap([0.0, 1.0]) == (0.5, 0.0, 1.0)


def test_the_interval_is_that_of_the_binomial_distribution():
    # The sum of a resample of three ones in six is binomial(6, 1/2): P(0) = 1.6 %, P(at most 1) =
    # 10.9 %, so the bounds are 1/6 and 5/6.
    mean, low, high = bootstrap([0, 1, 0, 1, 0, 1])
    assert (mean, low, high) == pytest.approx((0.5, 1 / 6, 5 / 6))


def test_the_interval_of_many_cases_is_the_normal_one():
    # 400 differences of -0.5 and 0.5: standard error 0.025, bounds at 1.96 of it.
    _, low, high = bootstrap([-0.5, 0.5] * 200)
    assert (low, high) == pytest.approx((-0.049, 0.049), abs=0.002)


def test_the_same_differences_have_the_same_interval():
    values = [0.1, -0.3, 0.7, 0.2, 0.0, -0.1]
    assert bootstrap(values) == bootstrap(values)
    assert bootstrap(values, seed=1) != bootstrap(values, seed=2)


def test_what_can_be_detected_is_2_8_standard_errors():
    # Deviation of 0.1 and -0.1 over 100 cases with n - 1: 0.1005, standard error 0.01005.
    assert detectable([0.1, -0.1] * 50) == pytest.approx(2.8016 * 0.01005, abs=1e-4)
    assert detectable([0.2] * 50) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(8, 10, 0.490, 0.943), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (27, 30, 0.744, 0.965)],
)
def test_a_share_has_an_interval_that_holds_for_few_cases(hits, of, low, high):
    share = wilson(hits, of)
    assert share.mean == hits / of
    assert (share.low, share.high) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))
