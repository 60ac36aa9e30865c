"""What the outcome of an attempt means, and when the next attempt is. No clock, no network.

Sources: docs/api.md (callbacks); Standard Webhooks (schedule, 410, ``Retry-After``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from edgebox.system.times import parse_retry_after

if TYPE_CHECKING:
    import random

RETRY_DELAYS = (5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 50400.0, 72000.0, 86400.0)
"""Seconds after the 1st to 9th failed attempt: 10 attempts over 75.6 hours."""

JITTER = 0.1


AttemptKind = Literal["delivered", "retry", "dead", "unsent"]


@dataclass(frozen=True)
class Attempt:
    """How one attempt ended.

    Attributes:
        kind: "unsent" does not count as an attempt.
        status: the receiver's HTTP status, None when there was no answer.
        error: one line for the administrator; empty when delivered.
        retry_after: seconds that the receiver asked for, or until an unsent one is sent.
    """

    kind: AttemptKind
    status: int | None = None
    error: str = ""
    retry_after: float | None = None


def classify(status: int, retry_after: str | None, now: float, size: int) -> Attempt:
    """Return the outcome for a status: 2xx delivered, 410 dead, everything else retry.

    413 is tried again too, although the body stays the same: a receiver's limit is a setting,
    and once an administrator has raised it, the callback arrives without another command.

    Args:
        status: the receiver's.
        retry_after: the header's value, if there was one.
        now: Unix seconds.
        size: bytes of the body that was sent.
    """
    if 200 <= status < 300:
        return Attempt("delivered", status)
    if status == 410:
        return Attempt("dead", status, "410: the receiver wants no more of it")
    if 300 <= status < 400:
        return Attempt("retry", status, f"HTTP {status}: redirects are not followed")
    if status == 413:
        return Attempt("retry", status, f"HTTP 413: {too_large(size)}")
    wait = parse_retry_after(retry_after, now) if status in {429, 503} else None
    return Attempt("retry", status, f"HTTP {status}", wait)


def too_large(size: int) -> str:
    """Return the cure for a body of ``size`` bytes that is more than the receiver takes."""
    return (
        f"the callback has {size / 1e6:.1f} MB, and the receiver takes less. Raise its limit "
        "(nginx: client_max_body_size), or send smaller batches"
    )


def delay_after_crash(attempts: int) -> float:
    """Return the seconds until a callback is sent again whose worker died while sending.

    0 after the first attempt, because the cause is rarely the receiver. After more attempts the
    schedule applies, so that a worker that dies repeatedly does not use up the attempts.

    Args:
        attempts: the attempts so far, including the interrupted one.
    """
    return 0.0 if attempts <= 1 else RETRY_DELAYS[min(attempts - 1, len(RETRY_DELAYS)) - 1]


def retry_delay(failed: int, retry_after: float | None, rng: random.Random) -> float:
    """Return the seconds until the next attempt.

    This is never earlier than the receiver asked for, nor than the schedule: a receiver that
    always asks for a minute must not use up ten attempts in ten minutes.

    Args:
        failed: attempts that have failed, at least 1.
        retry_after: see `parse_retry_after`.
        rng: spreads the schedule by ±10 %, and what the receiver asked for by +10 %.
    """
    scheduled = RETRY_DELAYS[min(failed, len(RETRY_DELAYS)) - 1] * rng.uniform(
        1 - JITTER, 1 + JITTER
    )
    if retry_after is None:
        return scheduled
    return max(scheduled, retry_after * rng.uniform(1, 1 + JITTER))
