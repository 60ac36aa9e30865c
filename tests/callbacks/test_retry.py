"""What an answer means and when the next attempt is."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.callbacks.retry import (
    JITTER,
    RETRY_DELAYS,
    classify,
    retry_delay,
)
from edgebox.store.outbox import LONGEST_WAIT
from edgebox.system.times import RETRY_AFTER_LIMIT

NOW = 1_757_750_400.0  # Sat, 13 Sep 2025 08:00:00 GMT


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_delivered(status):
    assert classify(status, None, NOW, 1).kind == "delivered"


def test_410_stops_at_once():
    assert classify(410, None, NOW, 1).kind == "dead"


@pytest.mark.parametrize(
    "status", [100, 199, 300, 301, 302, 307, 308, 400, 404, 413, 429, 500, 503, 599]
)
def test_everything_else_is_tried_again(status):
    attempt = classify(status, None, NOW, 1)
    assert (attempt.kind, attempt.status) == ("retry", status)


@pytest.mark.parametrize(("status", "wait"), [(429, 120.0), (503, 120.0), (500, None), (302, None)])
def test_retry_after_counts_where_the_receiver_is_busy(status, wait):
    assert classify(status, "120", NOW, 1).retry_after == wait


def test_413_names_the_size_and_the_cure():
    error = classify(413, None, NOW, 1_260_000).error
    assert error.startswith("HTTP 413: the callback has 1.3 MB")
    assert "client_max_body_size" in error


def test_ten_attempts_take_about_75_hours():
    assert len(RETRY_DELAYS) == 9
    assert 75 <= sum(RETRY_DELAYS) / 3600 <= 76


@given(st.integers(1, 30), st.integers())
def test_the_schedule_is_spread_by_a_tenth(failed, seed):
    scheduled = RETRY_DELAYS[min(failed, 9) - 1]
    delay = retry_delay(failed, None, random.Random(seed))
    assert 0.9 * scheduled <= delay <= 1.1 * scheduled


@given(st.integers(1, 10), st.floats(0, 86400), st.integers())
def test_the_next_attempt_is_never_earlier_than_asked_or_scheduled(failed, asked, seed):
    delay = retry_delay(failed, asked, random.Random(seed))
    assert delay >= asked
    assert delay >= 0.9 * RETRY_DELAYS[min(failed, 9) - 1]


def test_two_boxes_do_not_retry_in_step():
    assert len({retry_delay(4, None, random.Random(seed)) for seed in range(20)}) == 20


def test_nothing_is_ever_scheduled_further_ahead_than_the_outbox_believes():
    longest = max(RETRY_DELAYS[-1] * (1 + JITTER), RETRY_AFTER_LIMIT * (1 + JITTER))
    assert longest < LONGEST_WAIT
