import pytest

from edgebox.api.ratelimit import RateLimiter
from edgebox.errors import RateLimited


def test_the_bucket_refills_evenly_and_holds_one_minutes_worth() -> None:
    now = [0.0]
    limiter = RateLimiter(60, clock=lambda: now[0])
    for _ in range(60):
        limiter.take("a")
    with pytest.raises(RateLimited) as refused:
        limiter.take("a")
    assert refused.value.retry_after == 1
    now[0] += 1
    limiter.take("a")
    with pytest.raises(RateLimited):
        limiter.take("a")
    now[0] += 3600
    for _ in range(60):
        limiter.take("a")
    with pytest.raises(RateLimited):
        limiter.take("a")


def test_waiting_as_long_as_told_is_enough() -> None:
    now = [0.0]
    limiter = RateLimiter(7, clock=lambda: now[0])
    for _ in range(7):
        limiter.take("a")
    with pytest.raises(RateLimited) as refused:
        limiter.take("a")
    now[0] += refused.value.retry_after
    limiter.take("a")


def test_refused_requests_cost_nothing() -> None:
    now = [0.0]
    limiter = RateLimiter(1, clock=lambda: now[0])
    limiter.take("a")
    for _ in range(59):
        now[0] += 1
        with pytest.raises(RateLimited):
            limiter.take("a")
    now[0] += 1
    limiter.take("a")


def test_a_client_may_have_a_share_only() -> None:
    now, shares = [0.0], {"a": 0.1, "b": 1.0}
    limiter = RateLimiter(600, clock=lambda: now[0], share=shares.__getitem__)
    for client, most in (("a", 60), ("b", 600)):
        for _ in range(most):
            limiter.take(client)
        with pytest.raises(RateLimited, match=f"more than {most} requests"):
            limiter.take(client)
    now[0] += 1
    limiter.take("a")
    with pytest.raises(RateLimited):
        limiter.take("a")
