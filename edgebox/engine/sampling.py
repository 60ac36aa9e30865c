"""Choosing the next token from a row of logits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgebox.engine.constraint import Constraint

    Logits = NDArray[np.float32]

MASKED = -9999.0
"""Log probability of a token that a constraint excludes, as in OpenAI: JSON has no infinity."""

COLDEST = 1e-3
"""Temperatures below this are greedy: the quotient would overflow."""

TOP_K_MAX = 1024
"""Sampling looks at no more candidates than this: the tail beyond has no weight that matters."""


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """One token's natural-log probability, with the most likely alternatives.

    Attributes:
        pieces: the bytes of the token and of each alternative, for readers without the model.
    """

    token: int
    logprob: float
    top: tuple[tuple[int, float], ...] = ()
    pieces: tuple[bytes, ...] = ()


@dataclass(slots=True)
class Sampler:
    """Temperature, nucleus and penalties as OpenAI defines them.

    Penalties follow OpenAI's formula: ``logit - count * frequency - (count > 0) *
    presence`` over the generated tokens. Temperature 0 is greedy and takes the
    lowest token id among equals.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    logprobs: int = -1  # -1: none; n: with n alternatives
    seed: int | None = None
    _random: np.random.Generator | None = None

    def choose(
        self, logits: Logits, generated: Sequence[int], constraint: Constraint | None = None
    ) -> tuple[int, TokenLogprob | None]:
        """Pick a token.

        Args:
            logits: float32 of shape (vocabulary,); written to by constraint and penalties.
            generated: the tokens produced so far.
            constraint: what may come next; None for any token.

        Raises:
            EngineFault: the constraint failed.
        """
        greedy = self.temperature < COLDEST
        penalised = self.presence_penalty or self.frequency_penalty
        if penalised and generated:
            seen, counts = np.unique(np.asarray(generated, dtype=np.int64), return_counts=True)
            logits[seen] -= self.presence_penalty + self.frequency_penalty * counts
        if constraint is not None:
            # When the likeliest token is allowed, which is the usual case, it is the likeliest
            # allowed one too: no mask over the whole vocabulary is needed.
            if greedy and self.logprobs < 0 and constraint.allows(best := int(logits.argmax())):
                return best, None
            constraint.apply(logits)
        token = int(logits.argmax()) if greedy else self._draw(logits)
        return token, self._explain(logits, token) if self.logprobs >= 0 else None

    def _draw(self, logits: Logits) -> int:
        size = min(self.top_k or TOP_K_MAX, TOP_K_MAX, logits.shape[0])
        candidates = np.argpartition(logits, -size)[-size:]
        candidates = candidates[np.argsort(-logits[candidates], kind="stable")]
        scaled = logits[candidates].astype(np.float64) / self.temperature
        weights = np.exp(scaled - scaled[0])
        weights /= weights.sum()
        if self.top_p < 1:
            kept = int(np.searchsorted(np.cumsum(weights), self.top_p)) + 1
            candidates, weights = candidates[:kept], weights[:kept] / weights[:kept].sum()
        if self._random is None:
            # Any integer is a seed to OpenAI's clients; numpy takes no negative ones.
            self._random = np.random.default_rng(
                None if self.seed is None else self.seed & 0xFFFF_FFFF_FFFF_FFFF
            )
        return int(self._random.choice(candidates, p=weights))

    def _explain(self, logits: Logits, token: int) -> TokenLogprob:
        wide = np.maximum(logits.astype(np.float64), MASKED)
        peak = wide.max()
        total = peak + np.log(np.exp(wide - peak).sum())
        size = min(self.logprobs, wide.shape[0])
        best = np.argpartition(wide, -size)[-size:] if size else np.empty(0, dtype=np.int64)
        best = best[np.argsort(-wide[best], kind="stable")]
        return TokenLogprob(
            token, float(wide[token] - total), tuple((int(i), float(wide[i] - total)) for i in best)
        )
