"""How long the analyses of a batch will take, from the engine's measured speeds.

An estimate, not a promise: interactive requests go first and retries cost time, so
``CAUTION`` multiplies what the speeds alone would give.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgebox.engine_client import RoleHealth

ANSWER_TOKENS = 300
"""An analysis as JSON: six Korean sentences and a handful of keywords."""

ASK_TOKENS = 40
"""The instruction after each transcript; system text and examples are read once for all of them."""

CAUTION = 1.25
"""For quick summaries in between, parts that overlap, and second attempts."""

# Speeds are unknown while the engine is down or starting, or if another server answers. Then the
# slowest supported box is assumed, two CPU cores. The 1.5b was measured there at 70 tokens a second
# reading and 21 writing; the 4b of the production catalogue has 2.6 times its weights.
UNKNOWN_PREFILL_TPS = 27.0
UNKNOWN_DECODE_TPS = 8.0
UNKNOWN_TOKENS_PER_CHAR = 1.0  # no model here needs more than a token a character of Korean


@dataclass(frozen=True, slots=True)
class Workload:
    """Analyses still to be done: their number, and the characters of their transcripts."""

    consultations: int
    characters: int


def estimate_seconds(
    work: Workload,
    health: RoleHealth | None,
    *,
    concurrency: int,
    seconds_until_run: float = 0.0,
) -> float:
    """Return the seconds from now until ``work`` is done.

    Reading is serial: the model reads the tokens of one prompt at a time. Writing gets faster with
    the number of sequences, linearly up to the engine's ``parallel``.

    Args:
        work: the batch's analyses, and those that come before them.
        health: the mid model's measured speeds; None: the slowest box is assumed.
        concurrency: analyses in flight at once.
        seconds_until_run: until the backlog's next run.
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
