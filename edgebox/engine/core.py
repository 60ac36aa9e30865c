"""The engine's step, for both models: one thread, no locks.

A sequence waits until its model's pool gives it a slot, then runs: each step reads
a part of its prompt or generates a token. ``thread.py`` calls this from the decode
thread; importing it loads no native code.
"""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from edgebox.engine.interruptions import Interruptions
from edgebox.engine.model import Chunk, Decoded
from edgebox.engine.sequence import Event, Finish, Rank
from edgebox.engine.tally import Tally
from edgebox.engine.writer import Writer
from edgebox.errors import EngineError, EngineFault

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.engine.loaded import LoadedModel
    from edgebox.engine.scheduler import Scheduler, Step, Work
    from edgebox.engine.sequence import Sequence
    from edgebox.settings import Role

EXPECT_ANOTHER_SECONDS = 60.0
"""After an interactive request, another one is expected for this long."""

FORGET_SECONDS = 60.0
"""What was forgotten is not retained for this long: a request about it may be on its way still."""


class EngineCore:
    """Runs sequences on the loaded models, one step at a time.

    Other threads may read the counters and ``heartbeat``, and may set ``arrived``.

    Args:
        scheduler: the policy.
        clock: monotonic seconds.

    Attributes:
        models: what is in memory.
        waiting: sequences without a slot.
        running: sequences with a slot.
        steps, aborted, evicted, ended: counts of steps, aborted steps, evicted prefixes and
            ended sequences since the start.
        tally: what the steps did and for whom.
        heartbeat: monotonic seconds of the last sign of progress.
        arrived: the most urgent class of what waits to be added. The current step is abandoned for
            it if it gives way to that class.
    """

    def __init__(self, scheduler: Scheduler, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.models: dict[Role, LoadedModel] = {}
        self.waiting: list[Sequence] = []
        self.running: list[Sequence] = []
        self.steps = self.aborted = self.evicted = self.ended = 0
        self.tally = Tally()
        self._writer = Writer(self.tally, clock, self._end)
        self.heartbeat = clock()
        self.arrived = Rank.NOBODY
        self._scheduler = scheduler
        self._gives_way = Rank.URGENT  # the current step
        self._interruptions = Interruptions()
        self._interactive_at = -EXPECT_ANOTHER_SECONDS  # when an interactive sequence was added
        self._forgotten: dict[str, float] = {}  # tags, and when they were forgotten

    def add(self, sequence: Sequence) -> None:
        """Take over a sequence. It emits its events until one has a ``finish``."""
        self.waiting.append(sequence)
        sequence.spent = self.tally.of(sequence)
        if sequence.interactive:
            self._interactive_at = self.clock()

    def cancel(self, sequence: Sequence) -> None:
        """End a sequence whose client hung up, unless it has ended already."""
        if sequence.finish is None:
            self._end(sequence, Finish.CANCELLED)

    def forget(self, tag: str) -> int:
        """Keep no cells of what a tag names, of ended sequences or of those that go on.

        llama.cpp frees cells and does not overwrite them: what they held stays in memory, where
        no request can read it, until others use them.

        Returns:
            How many retained prompts there were.
        """
        now = self.clock()
        self._forgotten = {
            name: at for name, at in self._forgotten.items() if now - at < FORGET_SECONDS
        }
        self._forgotten[tag] = now
        return sum(loaded.pool.forget(tag) for loaded in self.models.values())

    def fail(self, error: EngineError) -> None:
        """End every sequence with an error. Their cells are not trusted any more."""
        for sequence in [*self.waiting, *self.running]:
            self.models[sequence.role].pool.release(sequence)
            self._end(sequence, Finish.ERROR, error)

    def adopt(self, role: Role, loaded: LoadedModel) -> None:
        """Take over a role's model."""
        loaded.used = self.clock()
        self.models[role] = loaded
        if loaded.abortable:
            loaded.model.on_abort(self._abort_wanted)

    def retire(self, role: Role, idle: float) -> bool:
        """Free a role's model if no sequence has needed it for ``idle`` seconds.

        Returns:
            True if it was freed. No sequence of that role may be added until ``adopt``.
        """
        if any(s.role == role for s in [*self.waiting, *self.running]):
            return False
        if self.clock() - self.models[role].used < idle:
            return False
        self.models.pop(role).model.close()
        return True

    def step(self) -> bool:
        """Run one step of the most urgent work. Returns False if there was none."""
        self._expire()
        self._activate()
        lately = self.clock() - self._interactive_at < EXPECT_ANOTHER_SECONDS
        step = self._scheduler.plan(
            self.running,
            self.models,
            interactive_lately=lately,
            aborts=self._interruptions.rate,
        )
        if step is None:
            return False
        loaded = self.models[step.role]
        if loaded.drafts:
            step = loaded.drafts.added(step, self.clock())
        outcome, rows, seconds = self._decode(step)
        if outcome is Decoded.NO_SPACE and any(work.rows > work.tokens for work in step.work):
            # What is only guessed pushes nothing out.
            step = replace(step, work=tuple(replace(work, draft=None) for work in step.work))
            outcome, rows, seconds = self._decode(step)
        if outcome is Decoded.DONE:
            written = self._advance(step, rows)
            if loaded.drafts:
                loaded.drafts.wrote(step, written, seconds)
        elif outcome is Decoded.NO_SPACE:
            self._make_room(step.role)
        else:
            self.aborted += 1
        return True

    def _expire(self) -> None:
        """End the sequences whose deadline has come."""
        now = self.clock()
        for sequence in [*self.waiting, *self.running]:
            if sequence.deadline is not None and now >= sequence.deadline:
                self._end(sequence, Finish.DEADLINE)

    def _activate(self) -> None:
        """Give slots to waiting sequences, most urgent first."""
        for sequence in sorted(self.waiting, key=lambda s: s.urgency):
            now = self.clock()
            if self.models[sequence.role].pool.start(sequence, self.running, now):
                self.waiting.remove(sequence)
                self.running.append(sequence)
                self.tally.started(sequence, now)

    def _decode(self, step: Step) -> tuple[Decoded, list[int], float]:
        """Run the model over the step's tokens, and learn its speed from that.

        Returns:
            The model's answer, the rows of logits, and the seconds.
        """
        loaded = self.models[step.role]
        self.steps += 1
        loaded.last_step = self.steps
        chunks = [_chunk(work) for work in step.work]
        self._gives_way = step.gives_way
        started = self.clock()
        if any(not work.sequence.decoding for work in step.work):  # it may outlast a deadline
            for sequence in self.running:
                if sequence.pending_text:
                    sequence.flush(started)
        outcome, rows = loaded.model.decode(chunks)
        self._gives_way = Rank.URGENT
        seconds = self.clock() - started
        if step.gives_way is Rank.BACKGROUND:
            self._interruptions.ran(seconds, aborted=outcome is Decoded.ABORTED)
        self.tally.stepped(step.work, seconds, done=outcome is Decoded.DONE)
        prefilled = [work.tokens for work in step.work if not work.sequence.decoding]
        if outcome is Decoded.ABORTED:
            loaded.speed.observe_aborted(prefilled, seconds)
        elif outcome is Decoded.DONE:
            loaded.speed.observe(
                prefilled,
                [work.tokens for work in step.work if work.sequence.decoding],
                seconds,
                sum(work.rows - work.tokens for work in step.work),
            )
            total = sum(work.rows for work in step.work)
            for work in step.work:
                work.sequence.seconds += seconds * work.rows / total
        return outcome, rows, seconds

    def _abort_wanted(self) -> bool:
        """Whether to abandon the step. llama.cpp asks during it, which is a sign of progress."""
        self.heartbeat = self.clock()
        return self.arrived < self._gives_way

    def _advance(self, step: Step, rows: list[int]) -> int:
        """Move every sequence of a step on, and sample where its last tokens were decoded.

        Returns:
            How many tokens they generated, but for forced ones that are still to be read.
        """
        loaded, remaining, written = self.models[step.role], iter(rows), 0
        for work in step.work:
            sequence = work.sequence
            sequence.position += work.tokens
            if sequence.pending:
                continue
            if sequence.max_tokens:
                drafted = work.draft.tried if work.draft else 0
                written += self._writer.write(work, loaded, list(islice(remaining, 1 + drafted)))
            else:
                self._end(sequence, Finish.LENGTH)
        return written

    def _make_room(self, role: Role) -> None:
        """Free cells: evict a prefix, or else send the youngest sequence back to wait.

        One of a less urgent class goes before the others.
        """
        pool = self.models[role].pool
        if pool.evict():
            self.evicted += 1
            return
        mine = [s for s in self.running if s.role == role]
        if len(mine) == 1:
            fault = EngineFault("The KV cache has no room for one request.")
            self._end(mine[0], Finish.ERROR, fault)
            return
        youngest = max(mine, key=lambda s: (s.rank, s.arrived))
        pool.release(youngest)
        youngest.position = 0
        self.running.remove(youngest)
        self.waiting.append(youngest)

    def _end(self, sequence: Sequence, finish: Finish, error: EngineError | None = None) -> None:
        sequence.finish = finish
        if sequence in self.running:
            self.running.remove(sequence)
            loaded, now = self.models[sequence.role], self.clock()
            if now - self._forgotten.get(sequence.tag, -FORGET_SECONDS) < FORGET_SECONDS:
                sequence.keep = False
            loaded.pool.retain(sequence, now)
            loaded.used = now
        else:
            self.waiting.remove(sequence)
        self.ended += 1
        text = sequence.pending_text + sequence.text.close()
        sequence.emit(Event(text=text, finish=finish, error=error))


def _chunk(work: Work) -> Chunk:
    """Return what a model reads of a sequence, and which logits of it are needed."""
    sequence, end = work.sequence, work.sequence.position + work.tokens
    tokens = sequence.tokens[sequence.position : end]
    draft = work.draft.rows if work.draft else ()
    whole = end == len(sequence.tokens) and sequence.max_tokens > 0
    return Chunk(
        slot=sequence.slot if sequence.slot is not None else -1,
        tokens=[*tokens, *draft] if draft else tokens,
        position=sequence.position,
        logits=1 + len(draft) if whole else 0,
    )
