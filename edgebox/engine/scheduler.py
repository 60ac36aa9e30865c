"""What goes into the next step. Pure policy: no llama, no threads, no clock.

The decision tree; the numbers stand again in the code:

1. Nothing has work: no step.
2. Somebody is waiting (an interactive sequence has work):
   2.1 the step is for the model of the most urgent of them; among models with
       equally urgent ones, the one that ran longest ago;
   2.2 one step of every interactive decoder of that model;
   2.3 then interactive prefill, most urgent first, up to the token budget;
   2.4 then batch decoders of the same model ride along: a row each costs little.
       Batch prefill never does.
3. Only the backlog has work:
   3.1 the model that ran longest ago;
   3.2 every decoder, then prefill up to the budget.
   3.3 where the device allows it such a step is aborted for a person and does its work
       again: long while nobody comes, shorter while people come and go;
   3.4 where it cannot be aborted the budget keeps it short.

Budgets come from measured speed: ``seconds * prefill tokens per second``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from edgebox.engine.sequence import Sequence
    from edgebox.settings import Role

MIN_CHUNK = 64
"""Prompt tokens in a step, at least: measured on two cores, chunks of 8 are read at half and chunks
of 64 at four fifths of the full speed. It also keeps a slow spell from shrinking chunks, which
would slow the next."""

FULL_SPEED_CHUNK = 128
"""Prompt tokens in a step from which a longer one gains nothing that could be measured there."""


@dataclass(frozen=True, slots=True)
class ModelView:
    """What policy knows of a model.

    Attributes:
        prefill_tps: measured prompt tokens a second.
        batch_tokens: the most tokens one decode takes.
        abortable: a running step can be given up (CPU).
        last_step: number of the last step it ran; lower means longer ago.
    """

    prefill_tps: float
    batch_tokens: int
    abortable: bool
    last_step: int = 0


@dataclass(frozen=True, slots=True)
class Work:
    """A sequence's share of a step: feed this many of its pending tokens."""

    sequence: Sequence
    tokens: int


@dataclass(frozen=True, slots=True)
class Step:
    """One call of llama_decode."""

    role: Role
    work: tuple[Work, ...]
    abortable: bool


@dataclass(frozen=True, slots=True)
class Scheduler:
    """The policy with its targets.

    Attributes:
        batch_target: seconds that an unabortable batch step may take.
        abortable_target: seconds of one that can be aborted, while people come and go: half of
            it is lost on average each time somebody comes.
        interactive_target: seconds of one interactive prefill step while other people's
            tokens have to come out between two of them.
        alone_target: seconds of one while nobody else waits for any model; between two of
            them deadlines and hang-ups are noticed.
    """

    batch_target: float = 0.1
    abortable_target: float = 0.5
    interactive_target: float = 0.6
    alone_target: float = 1.5

    def plan(
        self,
        sequences: Iterable[Sequence],
        models: Mapping[Role, ModelView],
        *,
        people: bool = False,
    ) -> Step | None:
        """Decide the next step over the sequences that hold a slot.

        Args:
            sequences: all of them.
            models: what is known of their models.
            people: somebody came lately, so somebody else may soon.
        """
        ready = sorted((s for s in sequences if s.pending > 0), key=lambda s: s.urgency)
        if not ready:
            return None  # 1
        waiting = [s for s in ready if s.interactive]
        if waiting:  # 2
            top = [s.role for s in waiting if s.priority == waiting[0].priority]
            role = min(top, key=lambda r: models[r].last_step)  # 2.1
            mine = [s for s in ready if s.role == role]
            return self._interactive(mine, models[role], role, alone=len(waiting) == 1)
        role = min((s.role for s in ready), key=lambda r: models[r].last_step)  # 3.1
        mine = [s for s in ready if s.role == role]
        return self._batch(mine, models[role], role, people=people)

    def _interactive(
        self, ready: list[Sequence], model: ModelView, role: Role, *, alone: bool
    ) -> Step:
        mine = [s for s in ready if s.interactive]
        work = _decoders(mine, model.batch_tokens)  # 2.2
        target = self.alone_target if alone else self.interactive_target
        budget = _budget(target, model)
        work += _prefills(mine, min(budget, model.batch_tokens - _total(work)))  # 2.3
        riders = [s for s in ready if not s.interactive]
        work += _decoders(riders, model.batch_tokens - _total(work))  # 2.4
        return Step(role, tuple(work), abortable=False)

    def _batch(self, ready: list[Sequence], model: ModelView, role: Role, *, people: bool) -> Step:
        work = _decoders(ready, model.batch_tokens)  # 3.2
        if not model.abortable:  # 3.4
            budget = _budget(self.batch_target, model)
        elif people:  # 3.3
            budget = max(FULL_SPEED_CHUNK, _budget(self.abortable_target, model))
        else:
            budget = model.batch_tokens
        work += _prefills(ready, min(budget, model.batch_tokens - _total(work)))
        return Step(role, tuple(work), abortable=model.abortable)


def _budget(seconds: float, model: ModelView) -> int:
    return max(MIN_CHUNK, int(seconds * model.prefill_tps))


def _decoders(sequences: list[Sequence], room: int) -> list[Work]:
    """A row for every sequence past its prompt; forced tokens come along whole."""
    work = []
    for sequence in sequences:
        if sequence.decoding and room > 0:
            tokens = min(sequence.pending, room)
            work.append(Work(sequence, tokens))
            room -= tokens
    return work


def _prefills(sequences: list[Sequence], room: int) -> list[Work]:
    """Prompt chunks, most urgent first, until the room is used.

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
