"""How fast this machine runs a model: measured at start, and kept true by every step."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox.engine.model import Chunk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.engine.model import Model

PREFILL_PROBE = 128
DECODE_PROBE = 4
_WEIGHT = 0.2  # of a new observation; about the last dozen steps count
_WEIGHT_UP, _CLEARLY = 0.6, 1.3
_CLEAR_PREFILL = 48  # prompt tokens from which a step says something about prefill


@dataclass(slots=True)
class Speed:
    """Tokens a second.

    Attributes:
        prefill_tps: prompt tokens a second, one sequence.
        decode_tps: generated tokens a second, one sequence alone.
        parallel_decode_tps: generated tokens a second in total, ``parallel`` sequences together.
        parallel: how many sequences that was.
    """

    prefill_tps: float
    decode_tps: float
    parallel_decode_tps: float
    parallel: int

    def observe(self, prefilled: Sequence[int], decoded: Sequence[int], seconds: float) -> None:
        """Learn from a finished step.

        Args:
            prefilled: prompt tokens per sequence in the step.
            decoded: generated tokens per sequence in the step.
            seconds: how long the step took.
        """
        if seconds <= 0:
            return
        read = sum(prefilled)
        if read >= _CLEAR_PREFILL and read > 8 * len(decoded):
            self.prefill_tps = _toward(self.prefill_tps, read / seconds)
        elif not read and len(decoded) == 1 == sum(decoded):
            self.decode_tps = _toward(self.decode_tps, 1 / seconds)
        elif not read and len(decoded) >= max(2, self.parallel):
            self.parallel_decode_tps = _toward(self.parallel_decode_tps, sum(decoded) / seconds)


def _toward(known: float, seen: float) -> float:
    """Return the known speed after one more observation.

    A disturbance from outside makes a step slower, never faster: good news counts more.
    """
    return known + (_WEIGHT_UP if seen > _CLEARLY * known else _WEIGHT) * (seen - known)


def read_by_probe(model: Model, tokens: Sequence[int]) -> int:
    """Return how many leading tokens ``measure`` reads. They need not be read again."""
    return min(PREFILL_PROBE, model.step_tokens, len(tokens) // 2) // 2 * 2


def measure(model: Model, parallel: int, tokens: Sequence[int]) -> Speed:
    """Run a short prefill and a few decode steps on the model's first slots.

    Args:
        model: freshly loaded. Afterwards its slot 0 holds the first ``read_by_probe(...)``
            tokens, the other slots nothing.
        parallel: sequences for the parallel figure.
        tokens: at least 2 * PREFILL_PROBE real tokens, so that the work is typical.

    Returns:
        The speeds, each from its fastest step: other work on the machine only makes
        steps slower. The first, cold step is not counted.
    """
    size = read_by_probe(model, tokens)
    together = min(parallel, model.slots)

    def timed(chunks: list[Chunk]) -> float:
        started = time.perf_counter()
        model.decode(chunks)
        return time.perf_counter() - started

    timed([Chunk(0, tokens[:16], 0, logits=True)])
    model.truncate(0)
    half = size // 2
    prefill = min(timed([Chunk(0, tokens[at : at + half], at, logits=True)]) for at in (0, half))
    single = min(
        timed([Chunk(0, tokens[size + i : size + i + 1], size + i, logits=True)])
        for i in range(DECODE_PROBE)
    )
    for slot in range(1, together):
        model.copy_prefix(0, slot, size)
    model.truncate(0, size)
    joint = min(
        timed(
            [
                Chunk(slot, tokens[size + i : size + i + 1], size + i, logits=True)
                for slot in range(together)
            ]
        )
        for i in range(DECODE_PROBE)
    )
    model.truncate(0, size)
    for slot in range(1, together):
        model.truncate(slot)
    return Speed(half / prefill, 1 / single, together / joint, together)
