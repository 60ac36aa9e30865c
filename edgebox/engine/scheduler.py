"""What goes into the next step. Pure policy: no llama, no threads, no clock.

The decision tree, with the same numbers as in the code:

1. No sequence has work: no step.
2. An urgent or a patient sequence has work. For the most urgent class that has:
   2.1 the step is for the model of its most urgent sequence; among models with
       equally urgent ones, the model that ran longest ago;
   2.2 one step of every decoder of that class and model;
   2.3 then prefill of that class, most urgent first, up to the token budget;
   2.4 then some decoders of the lower classes of the same model, as many as cost little.
       Their prefill never joins.
   2.5 A patient step gives way to an urgent sequence as a background step does to both
       (3.3, 3.4), and is never longer than it may be while requests come.
3. Only background sequences have work:
   3.1 the model that ran longest ago;
   3.2 every decoder, then prefill up to the budget; where most steps are aborted, decoders
       alone until they have ended;
   3.3 where the device allows it, such a step is aborted for a more urgent sequence
       and its work is repeated: steps are long while no such request comes, and
       shorter while some do, the more of them are aborted (``interruptions.py``);
   3.4 where it cannot be aborted, the budget keeps it short.

Budgets come from measured speed: ``seconds * prefill tokens per second``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from edgebox.engine.interruptions import best_size
from edgebox.engine.sequence import Rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from edgebox.engine.lookup import Draft
    from edgebox.engine.sequence import Sequence
    from edgebox.settings import Role

MIN_CHUNK = 64
"""Prompt tokens in a step, at least, unless many are aborted: measured on two cores, chunks of 64
are read at four fifths of the full speed. It also keeps a slow spell from shrinking chunks, which
would slow the next."""

FULL_SPEED_CHUNK = 128
"""Prompt tokens in a step from which a longer one gains nothing that could be measured there."""

ABORTABLE_SECONDS = 0.5
"""Seconds of a step that can be aborted, while more urgent requests come: half of it is lost on
average each time one arrives."""

SHORT_CHUNKS = (MIN_CHUNK, 32, 16)
"""Prompt tokens of a background step where many longer ones are aborted."""

INTERACTIVE_STEP_SECONDS = 0.6
"""Seconds of an urgent prefill step while other urgent sequences generate: their tokens come out
between two steps."""

ALONE_SECONDS = 1.5
"""Seconds of an urgent prefill step when no other urgent sequence waits for any model.
Not longer, because deadlines and hang-ups are noticed only between steps."""

RIDERS = 4
"""Decoders of lower classes in a step for people, at most. Where no GPU is, each of the first few
rows of a step takes as long as the one before: sixteen would make an answer eight times slower."""


class ModelView(Protocol):
    """What the policy reads of a model.

    Attributes:
        prefill_tps: measured prompt tokens a second.
        step_tokens: the most tokens one decode takes.
        abortable: a running step can be aborted (CPU).
        last_step: number of the last step it ran; lower means longer ago.
    """

    @property
    def prefill_tps(self) -> float: ...
    @property
    def step_tokens(self) -> int: ...
    @property
    def abortable(self) -> bool: ...
    @property
    def last_step(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Work:
    """A sequence's share of a step: this many of its pending tokens, and a draft after them."""

    sequence: Sequence
    tokens: int
    draft: Draft | None = None

    @property
    def rows(self) -> int:
        """Rows of the step."""
        return self.tokens + (self.draft.tried if self.draft else 0)


@dataclass(frozen=True, slots=True)
class Step:
    """One call of llama_decode.

    Attributes:
        gives_way: the step is aborted for sequences that are more urgent than this class.
    """

    role: Role
    work: tuple[Work, ...]
    gives_way: Rank = Rank.URGENT

    @property
    def abortable(self) -> bool:
        """Whether anything can abort it."""
        return self.gives_way > Rank.URGENT


@dataclass(frozen=True, slots=True)
class Scheduler:
    """The policy.

    Attributes:
        background_target: seconds that a background or patient step may take where it cannot be
            aborted.
    """

    background_target: float = 0.1

    def plan(
        self,
        sequences: Iterable[Sequence],
        models: Mapping[Role, ModelView],
        *,
        interactive_lately: bool = False,
        aborts: float = 0.0,
    ) -> Step | None:
        """Decide the next step.

        Args:
            sequences: all that hold a slot.
            models: their models.
            interactive_lately: an interactive request came a short time ago, so another is likely.
            aborts: of background steps, a second of their time.
        """
        ready = sorted((s for s in sequences if s.pending > 0), key=lambda s: s.urgency)
        if not ready:
            return None  # 1
        rank = ready[0].rank
        if rank < Rank.BACKGROUND:  # 2
            top = [s.role for s in ready if s.priority == ready[0].priority]
            role = min(top, key=lambda r: models[r].last_step)  # 2.1
            mine = [s for s in ready if s.role == role]
            alone = sum(s.rank == rank for s in ready) == 1
            return self._for_people(mine, models[role], rank, alone=alone)
        role = min((s.role for s in ready), key=lambda r: models[r].last_step)  # 3.1
        mine = [s for s in ready if s.role == role]
        return self._background(mine, models[role], lately=interactive_lately, aborts=aborts)

    def _for_people(
        self, ready: list[Sequence], model: ModelView, rank: Rank, *, alone: bool
    ) -> Step:
        mine = [s for s in ready if s.rank == rank]
        work = _decoders(mine, model.step_tokens)  # 2.2
        if rank is Rank.PATIENT:  # 2.5
            budget = self._interruptible(model)
        else:
            budget = _budget(ALONE_SECONDS if alone else INTERACTIVE_STEP_SECONDS, model)
        work += _prefills(mine, min(budget, model.step_tokens - _total(work)))  # 2.3
        lower = [s for s in ready if s.rank > rank and s.decoding][:RIDERS]
        work += _decoders(lower, model.step_tokens - _total(work))  # 2.4
        return _step(work, model, rank)

    def _background(
        self, ready: list[Sequence], model: ModelView, *, lately: bool, aborts: float
    ) -> Step:
        work = _decoders(ready, model.step_tokens)  # 3.2
        budget = self._interruptible(model)
        if model.abortable and not lately:  # 3.3
            budget = model.step_tokens
        elif model.abortable:
            sizes = [budget, FULL_SPEED_CHUNK, *SHORT_CHUNKS]
            if work and ready[0].decoding:  # and no prompt is more urgent
                sizes.append(0)
            budget = best_size(sizes, _total(work), model.prefill_tps, aborts)
        work += _prefills(ready, min(budget, model.step_tokens - _total(work)))
        return _step(work, model, Rank.BACKGROUND)

    def _interruptible(self, model: ModelView) -> int:
        """Return the prompt tokens of a step that a more urgent sequence may have to wait for."""
        if not model.abortable:  # 3.4
            return _budget(self.background_target, model)
        return max(FULL_SPEED_CHUNK, _budget(ABORTABLE_SECONDS, model))


def _step(work: list[Work], model: ModelView, rank: Rank) -> Step:
    return Step(work[0].sequence.role, tuple(work), rank if model.abortable else Rank.URGENT)


def _budget(seconds: float, model: ModelView) -> int:
    return max(MIN_CHUNK, int(seconds * model.prefill_tps))


def _decoders(sequences: list[Sequence], room: int) -> list[Work]:
    """Return a row for every sequence past its prompt, or all of its forced tokens."""
    work = []
    for sequence in sequences:
        if sequence.decoding and room > 0:
            tokens = min(sequence.pending, room)
            work.append(Work(sequence, tokens))
            room -= tokens
    return work


def _prefills(sequences: list[Sequence], room: int) -> list[Work]:
    """Return prompt chunks, most urgent first, until the room is used.

    A prompt that needs several steps is cut evenly: a last step of three tokens would
    take as long as one of thirty.
    """
    work = []
    for sequence in sequences:
        if not sequence.decoding and room > 0:
            steps = -(-sequence.pending // room)
            even = -(-sequence.pending // steps)
            tokens = even if even >= MIN_CHUNK else min(sequence.pending, room)
            work.append(Work(sequence, tokens))
            room -= tokens
    return work


def _total(work: list[Work]) -> int:
    return sum(item.tokens for item in work)
