"""How fast this machine runs a model: measured at start, and kept true by every step."""

from __future__ import annotations

import time
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edgebox.engine.model import Chunk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgebox.engine.model import Model

PREFILL_PROBE = 128
DECODE_PROBE = 4
ROWS_PROBE = (2, 4, 8, 16)
"""Rows of one sequence in a step, as a draft has them."""

CLEARLY = 1.1
"""How many times as fast more sequences at a time have to be: each of them takes longer."""

_WEIGHT = 0.2  # of a new observation; about the last dozen steps count
_WEIGHT_UP, _GOOD_NEWS = 0.6, 1.3
_WEIGHT_OF_OTHERS = 0.005  # of a step of other rows
_HICCUP = 3.0  # times as long as usual: a step beside another process, not the usual one
_CLEAR_PREFILL = 48  # prompt tokens from which a step says something about prefill


@dataclass(slots=True)
class Speed:
    """Tokens a second.

    Attributes:
        prefill_tps: prompt tokens a second, one sequence.
        decode_tps: generated tokens a second, one sequence alone.
        parallel_decode_tps: generated tokens a second in total, ``parallel`` sequences together.
        parallel: how many sequences that was.
        by_rows: (rows, seconds) of steps as measured when the model was loaded, by rows; empty:
            it is given no drafts.
        slowness: how many times as long as then such a step takes now: after longer texts, or
            while others use the machine.
    """

    prefill_tps: float
    decode_tps: float
    parallel_decode_tps: float
    parallel: int
    by_rows: tuple[tuple[int, float], ...] = ()
    slowness: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.slowness = self.slowness or [1.0] * len(self.by_rows)

    def step_seconds(self, rows: int) -> float:
        """Return what a step of so many rows takes now."""
        now = zip(self.by_rows, self.slowness, strict=True)
        return _between([(count, seconds * slow) for (count, seconds), slow in now], rows)

    def _learn_rows(self, rows: int, seconds: float) -> None:
        """Learn from a step of so many rows; a little of it is true of all others.

        So what has become dear is tried again when the rest has become cheap.
        """
        found = seconds / _between(self.by_rows, rows)
        right = bisect_left(self.by_rows, (rows,))
        near = {min(right, len(self.by_rows) - 1)}
        if right and right < len(self.by_rows) and self.by_rows[right][0] > rows:
            near.add(right - 1)
        for at, slow in enumerate(self.slowness):
            seen = min(found, _HICCUP * slow)
            self.slowness[at] += (_WEIGHT if at in near else _WEIGHT_OF_OTHERS) * (seen - slow)

    def observe(
        self, prefilled: Sequence[int], decoded: Sequence[int], seconds: float, drafted: int = 0
    ) -> None:
        """Learn from a finished step.

        The speeds are those without drafts: how many of a draft's tokens hold depends on the text.

        Args:
            prefilled: prompt tokens per sequence in the step.
            decoded: generated tokens per sequence in the step.
            seconds: how long the step took.
            drafted: tokens of drafts in it; any only where ``by_rows`` says what they cost.
        """
        if seconds <= 0:
            return
        read, wrote = sum(prefilled), sum(decoded)
        if self.by_rows:
            self._learn_rows(read + wrote + drafted, seconds)
            seconds *= self.step_seconds(read + wrote) / self.step_seconds(read + wrote + drafted)
        if read >= _CLEAR_PREFILL and read > 8 * len(decoded):
            self.prefill_tps = _toward(self.prefill_tps, read / seconds)
        elif read:
            if read / seconds > self.prefill_tps:  # a short step reads slower than a long one
                self.prefill_tps = _toward(self.prefill_tps, read / seconds)
        elif len(decoded) == 1 == wrote:
            self.decode_tps = _toward(self.decode_tps, 1 / seconds)
        elif len(decoded) >= max(2, self.parallel):
            self.parallel_decode_tps = _toward(self.parallel_decode_tps, wrote / seconds)

    def observe_aborted(self, prefilled: Sequence[int], seconds: float) -> None:
        """Learn from a step that was aborted: it would not have read faster than that.

        Args:
            prefilled: prompt tokens per sequence in the step.
            seconds: for which it ran.
        """
        read = sum(prefilled)
        if read >= _CLEAR_PREFILL and read < self.prefill_tps * seconds:
            self.prefill_tps = _toward(self.prefill_tps, read / seconds)


def _toward(known: float, seen: float) -> float:
    """Return the known speed after one more observation.

    A disturbance from outside makes a step slower, never faster: good news counts more.
    """
    return known + (_WEIGHT_UP if seen > _GOOD_NEWS * known else _WEIGHT) * (seen - known)


def _between(points: Sequence[tuple[int, float]], at: int) -> float:
    """Return a line's height: through the points, and straight on after the last."""
    left, low = points[0]
    slope = 0.0
    for right, high in points[1:]:
        slope = (high - low) / (right - left)
        if at <= right:
            break
        left, low = right, high
    return low + (at - left) * slope


def _undisturbed(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return (rows, seconds), ascending: a step of fewer rows takes no longer than one of more."""
    return [(rows, min(other for _, other in points[at:])) for at, (rows, _) in enumerate(points)]


def read_by_probe(model: Model, tokens: Sequence[int]) -> int:
    """Return how many leading tokens ``measure`` reads. They need not be read again."""
    return min(PREFILL_PROBE, model.step_tokens, len(tokens) // 2) // 2 * 2


def measure(
    model: Model,
    widths: Sequence[int],
    tokens: Sequence[int],
    clock: Callable[[], float] = time.perf_counter,
    *,
    drafts: bool = False,
) -> Speed:
    """Run a short prefill and a few decode steps on the model's first slots.

    Args:
        model: freshly loaded. Afterwards its slot 0 holds the first ``read_by_probe(...)``
            tokens, the other slots nothing.
        widths: how many sequences may run at a time, ascending. The first is taken, unless
            another one generates clearly more tokens a second in total.
        tokens: at least 2 * PREFILL_PROBE real tokens, so that the work is typical.
        clock: seconds.
        drafts: measure steps of several rows too.

    Returns:
        The speeds, each from its fastest step: other work on the machine only makes
        steps slower. The first, cold step is not counted.
    """
    size = read_by_probe(model, tokens)

    def timed(chunks: list[Chunk]) -> float:
        started = clock()
        model.decode(chunks)
        return clock() - started

    timed([Chunk(0, tokens[:16], 0, logits=1)])
    model.truncate(0)
    half = size // 2
    prefill = min(timed([Chunk(0, tokens[at : at + half], at, logits=1)]) for at in (0, half))
    single = min(
        timed([Chunk(0, tokens[size + i : size + i + 1], size + i, logits=1)])
        for i in range(DECODE_PROBE)
    )
    model.truncate(0, size)

    def several(rows: int) -> float:
        """Return the seconds of a step of so many rows of one sequence."""
        seconds = timed([Chunk(0, tokens[size : size + rows], size, logits=rows)])
        model.truncate(0, size)
        return seconds

    def together(width: int) -> float:
        """Return the tokens a second that so many sequences generate."""
        for slot in range(1, width):
            model.copy_prefix(0, slot, size)
        joint = min(
            timed(
                [
                    Chunk(slot, tokens[size + i : size + i + 1], size + i, logits=1)
                    for slot in range(width)
                ]
            )
            for i in range(DECODE_PROBE)
        )
        model.truncate(0, size)
        for slot in range(1, width):
            model.truncate(slot)
        return width / joint

    best, rate = 0, 0.0
    for width in dict.fromkeys(min(width, model.slots) for width in widths):
        found = together(width)
        if not best or found > CLEARLY * rate:
            best, rate = width, found
    by_rows: list[tuple[int, float]] = []
    if drafts:
        most = min(model.outputs, model.step_tokens, len(tokens) - size)
        by_rows = [(n, min(several(n), several(n))) for n in ROWS_PROBE if n <= most]
        by_rows = _undisturbed([(1, single), *by_rows])
        rows, seconds = by_rows[-1]
        if rows < half:  # beyond, rows are a prompt's; with fewer logits it may even be faster
            by_rows.append((half, max(seconds, prefill)))
    return Speed(half / prefill, 1 / single, rate, best, tuple(by_rows))
