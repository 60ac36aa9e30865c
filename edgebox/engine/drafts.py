"""Drafts: what a sequence writes next, guessed from what it has read.

Summaries and answers repeat names, numbers and whole phrases of the call, and JSON repeats its
form. So what followed the last few tokens earlier is likely to follow again. The guess is read in
the same step as the token before it, and what the model would not have written is taken back: an
answer is the same with drafts and without, but for rounding (a step of several rows may be computed
by other kernels). This is speculative decoding (Leviathan et al., 2023, arXiv:2211.17192) with
the prompt itself as the draft model ("prompt lookup decoding", Saxena, 2023).

A row costs nearly a step on one machine and nearly nothing on another, and how much of a call is
repeated depends on the model. So both are measured: the seconds of a step by its rows
(``Speed.step_seconds``) with every step, and how often a guess was right with every token.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from edgebox.engine.lookup import LONGEST, Draft, Lookup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.engine.scheduler import Step
    from edgebox.engine.sequence import Sequence as Written
    from edgebox.engine.speed import Speed

DRAFT_TOKENS = 8
"""Of one guess, at most: one that is right goes on in the next step."""

WORTH = 1.03
"""How many times as many tokens a second a draft has to promise."""

_WEIGHT_OF_STEP = 0.01  # in the gain: some three summaries count
_FIRST_RATE = 0.6  # how often a guess is right, before any was seen
_WEIGHT = 0.03  # of one more: some thirty guesses count


class Drafts:
    """What a model's steps are given to guess, and how often that was right.

    Args:
        speed: of the model, measured with steps of several rows.
        outputs: the most rows of a step whose logits are kept.
        step_tokens: the most rows of a step.

    Attributes:
        rates: how often the next token of a guess was right, by how many tokens were repeated
            before it.
    """

    def __init__(self, speed: Speed, *, outputs: int, step_tokens: int) -> None:
        self.rates = [_FIRST_RATE] * (LONGEST + 1)
        self._written = self._plain = 1.0  # tokens of a step of one sequence, and without drafts
        self._speed = speed
        self._outputs = outputs
        self._step_tokens = step_tokens

    def added(self, step: Step, now: float) -> Step:
        """Return the step with drafts for its most urgent class, as many as make it faster.

        None is read in a step that a deadline (in the same seconds as ``now``) may cut short.
        """
        rank = min(work.sequence.rank for work in step.work)
        mine = [work.sequence.rank == rank and work.sequence.decoding for work in step.work]
        drafts = [
            _draft(work.sequence) if own else None
            for work, own in zip(step.work, mine, strict=True)
        ]
        rows = sum(work.tokens for work in step.work)
        tried = self._tried(drafts, writing=sum(mine), rows=rows, asked=len(step.work))
        until = now + self._speed.step_seconds(rows + sum(tried))
        if any(until > work.sequence.deadline for work in step.work if work.sequence.deadline):
            tried = [0] * len(drafts)
        return replace(
            step,
            work=tuple(
                replace(work, draft=replace(draft, tried=count)) if draft else work
                for work, draft, count in zip(step.work, drafts, tried, strict=True)
            ),
        )

    def _tried(
        self, drafts: list[Draft | None], *, writing: int, rows: int, asked: int
    ) -> list[int]:
        """Return how many tokens of each draft to try, for the most tokens a second.

        Args:
            drafts: the guesses of the sequences of a step.
            writing: how many of these write a token in any case.
            rows: of the step without drafts.
            asked: how many of them have logits.
        """
        tried = [0] * len(drafts)
        room = min(self._step_tokens - rows, self._outputs - asked)
        offers = sorted(
            (-chance, number)
            for number, draft in enumerate(drafts)
            if draft
            for chance in self._chances(draft)
        )[: max(0, room)]
        if not offers:
            return tried
        expected = float(writing)
        best, taken = WORTH * expected / self._speed.step_seconds(rows), 0
        for count, (chance, _) in enumerate(offers, 1):
            expected -= chance
            rate = expected / self._speed.step_seconds(rows + count)
            if rate > best:
                best, taken = rate, count
        for _, number in offers[:taken]:  # chances fall along a draft: these are its first tokens
            tried[number] += 1
        return tried

    def _chances(self, draft: Draft) -> Iterator[float]:
        """Yield how likely each token of a draft is to be written, with all before it."""
        chance = 1.0
        for ahead in range(len(draft.tokens)):
            chance *= self.rates[min(LONGEST, draft.repeated + ahead)]
            yield chance

    @property
    def gain(self) -> float:
        """How many times as many tokens a second a sequence alone got lately as without drafts."""
        return max(1.0, self._written / self._plain)

    def wrote(self, step: Step, written: int, seconds: float) -> None:
        """Learn the gain from a step that generated ``written`` tokens in ``seconds``."""
        if len(step.work) > 1 or step.work[0].tokens > 1 or step.work[0].sequence.own:
            return
        self._written += _WEIGHT_OF_STEP * (written - self._written)
        self._plain += _WEIGHT_OF_STEP * (seconds * self._speed.decode_tps - self._plain)

    def learn(self, draft: Draft, written: Sequence[int]) -> None:
        """Learn from what was written where a draft was a guess, tried or not."""
        for ahead, (guess, token) in enumerate(zip(draft.tokens, written, strict=False)):
            length = min(LONGEST, draft.repeated + ahead)
            self.rates[length] += _WEIGHT * ((guess == token) - self.rates[length])
            if guess != token:
                return


def _draft(sequence: Written) -> Draft | None:
    """Return a guess for a sequence, of no more tokens than it may still write after the next."""
    if sequence.own:  # a probe measures steps without
        return None
    if sequence.lookup is None:
        sequence.lookup = Lookup(sequence.tokens)
    left = sequence.max_tokens - sequence.generated - 1
    return sequence.lookup.draft(min(DRAFT_TOKENS, left))
