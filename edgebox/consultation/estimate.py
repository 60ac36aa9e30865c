"""When a batch will be done: arithmetic over the engine's measured speeds. Pure.

An estimate, not a promise: interactive work goes first and retries cost time, so
``CAUTION`` is on top of what the speeds alone would give.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgebox.engine_client import RoleHealth
    from edgebox.settings import BatchSettings

ANSWER_TOKENS = 300
"""An analysis as JSON: six Korean sentences and a handful of keywords."""

ASK_TOKENS = 40
"""The instruction after each transcript; system text and examples are read once for all."""

CAUTION = 1.25
"""For quick summaries in between, parts that overlap, and answers asked for twice."""

WAKE_SECONDS = 2.0
"""From the wake-up to the first claim: the worker looks about once a second."""

# Unknown speeds (the engine is down or starting, or another server answers): the slowest
# box this runs on, two CPU cores. The 1.5b was measured there at 70 tokens a second reading
# and 21 writing; the 4b of the production catalogue has 2.6 times its weights.
UNKNOWN_PREFILL_TPS = 27.0
UNKNOWN_DECODE_TPS = 8.0
UNKNOWN_TOKENS_PER_CHAR = 1.0  # no model here needs more than a token a character of Korean


@dataclass(frozen=True, slots=True)
class Workload:
    """Analyses still to be done: how many, and the characters of their transcripts."""

    consultations: int
    characters: int


def estimate_seconds(
    work: Workload,
    health: RoleHealth | None,
    *,
    concurrency: int,
    seconds_until_run: float = 0.0,
) -> float:
    """Seconds from now until ``work`` is done.

    Reading is serial: the model reads one prompt's worth of tokens at a time whoever
    asks. Writing gets faster with the number of sequences, linearly up to the
    engine's ``parallel``.

    Args:
        work: everything up to the last consultation in question, those before it included.
        health: the mid model's measured speeds; None: the slowest box is assumed.
        concurrency: analyses in flight at once.
        seconds_until_run: until the backlog is worked at all.
    """
    if work.consultations <= 0:
        return 0.0
    prefill, per_char = UNKNOWN_PREFILL_TPS, UNKNOWN_TOKENS_PER_CHAR
    decode = UNKNOWN_DECODE_TPS
    if health is not None and health.prefill_tps > 0 and health.decode_tps > 0:
        prefill, per_char = health.prefill_tps, health.tokens_per_char
        together = max(1, min(concurrency, work.consultations, health.parallel))
        decode = health.decode_rate(together)
    reading = (work.characters * per_char + work.consultations * ASK_TOKENS) / prefill
    writing = work.consultations * ANSWER_TOKENS / decode
    return seconds_until_run + CAUTION * (reading + writing)


def seconds_until_run(
    waiting: int,
    oldest_at: float | None,
    last_run_started_at: float | None,
    now: float,
    settings: BatchSettings,
) -> float:
    """Seconds until the backlog is worked: at once, or when the wait is over.

    The other side of the worker's decision (``batch.tick.should_run``, which this layer
    may not import; a test holds the two together).

    Args:
        waiting: consultations that wait, the new ones included.
        oldest_at: when the oldest of them was submitted, Unix seconds.
        last_run_started_at: Unix seconds; None where there was none or one goes on.
        now: Unix seconds.
        settings: ``min_pending`` and ``max_wait_seconds``.
    """
    if waiting >= settings.min_pending or last_run_started_at is None:
        return WAKE_SECONDS
    if last_run_started_at > now:
        return WAKE_SECONDS
    due = last_run_started_at + settings.max_wait_seconds
    if oldest_at is not None:
        due = min(due, oldest_at + settings.max_wait_seconds)
    return max(0.0, due - now) + WAKE_SECONDS
