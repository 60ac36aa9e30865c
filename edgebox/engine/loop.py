"""The decode thread: commands in, one step, events out.

It owns every llama.cpp call that computes, for both models. Other threads only
put commands on its queue and read the snapshot it leaves after each step.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias

from edgebox.engine.llama import Chunk, Decoded
from edgebox.engine.scheduler import ModelView, Scheduler, Step
from edgebox.engine.sequence import Event, Finish, Sequence
from edgebox.errors import EngineBusy, EngineError, EngineFault, EngineUnavailable, where

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Sequence as SequenceOf

    import numpy as np
    from numpy.typing import NDArray

    from edgebox.engine.pool import Pool
    from edgebox.engine.sampling import TokenLogprob
    from edgebox.engine.speed import Speed
    from edgebox.settings import Role

log = logging.getLogger("edgebox.engine")

TELL_SECONDS = 0.1
"""Between two pieces of an answer: telling each token takes a twentieth of a small model's time."""


PEOPLE_SECONDS = 60.0
"""For so long after a person's request another one is expected."""


class Model(Protocol):
    """What the loop needs of a model; ``LlamaModel`` is the real one."""

    slots: int
    context_tokens: int
    batch_tokens: int
    on_gpu: bool

    def decode(self, chunks: SequenceOf[Chunk]) -> tuple[Decoded, list[int]]: ...
    def logits(self, row: int) -> NDArray[np.float32]: ...
    def copy_prefix(self, source: int, target: int, length: int) -> None: ...
    def truncate(self, slot: int, length: int = 0) -> None: ...
    def piece(self, token: int) -> bytes: ...
    def ends(self, token: int) -> bool: ...
    def on_abort(self, wanted: Callable[[], bool]) -> None: ...
    def close(self) -> None: ...


@dataclass(slots=True)
class Engine:
    """One role's model with its cells and its measured speed.

    Attributes:
        last_step: number of the last step it ran.
        used: monotonic seconds when its last sequence ended.
    """

    model: Model
    pool: Pool
    speed: Speed
    last_step: int = 0
    used: float = field(default_factory=time.monotonic)


Command: TypeAlias = "Sequence | Callable[[], None] | int | None"
"""A new sequence, work for this thread, a sequence to cancel by id, or only a wake-up."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What other threads may know: replaced as a whole after every step."""

    waiting: int = 0
    running: int = 0
    interactive: int = 0
    steps: int = 0
    aborted: int = 0
    evicted: int = 0
    cells: dict[str, int] = field(default_factory=dict)


class DecodeLoop(threading.Thread):
    """The thread. ``start()`` it, wait for ``loaded``, ``submit()`` to it.

    Args:
        engines: one per role; roles may share one engine.
        scheduler: the policy.
        queue_limit: sequences accepted at a time before ``EngineBusy``.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        build: Callable[[], Mapping[Role, Engine]],
        scheduler: Scheduler,
        *,
        queue_limit: int = 256,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name="decode", daemon=True)
        self._build = build
        self._engines: dict[Role, Engine] = {}
        self._scheduler = scheduler
        self._limit = queue_limit
        self._clock = clock
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._waiting: list[Sequence] = []
        self._running: list[Sequence] = []
        self._person = -PEOPLE_SECONDS  # when the last interactive request was taken up
        self._interrupt = False  # an interactive request arrived during an abortable step
        self._abortable = False
        self._accepted = 0
        self._lock = threading.Lock()
        self._closing = False
        self._drain = False
        self._steps = self._aborted = self._evicted = 0
        self.snapshot = Snapshot()
        self.heartbeat = clock()  # when this thread was last seen to get on
        self.loaded = threading.Event()
        self.failure: BaseException | None = None

    # From other threads -------------------------------------------------------

    def submit(self, sequence: Sequence) -> None:
        """Hand a sequence over; its ``emit`` is called from the decode thread.

        Raises:
            EngineBusy: the queue is full.
            EngineUnavailable: the engine is stopping.
        """
        with self._lock:
            if self._closing:
                raise EngineUnavailable("The engine is stopping. Try again in a few seconds.")
            if self._accepted >= self._limit:
                raise EngineBusy(f"The engine's queue is full ({self._limit}). Try again shortly.")
            self._accepted += 1
        self._commands.put(sequence)
        if sequence.interactive:
            self._interrupt = True

    def cancel(self, sequence: Sequence) -> None:
        """Nobody listens to this sequence any more."""
        self._commands.put(sequence.id)

    def retire(self, role: Role, idle: float) -> Future[bool]:
        """Free a role's model that no sequence has needed for ``idle`` seconds.

        Its result is whether the model is gone. No sequence of that role may be submitted
        between this and ``adopt``.
        """
        done: Future[bool] = Future()

        def work() -> None:
            if not done.set_running_or_notify_cancel():
                return
            needed = any(s.role == role for s in [*self._waiting, *self._running])
            needed = needed or self._clock() - self._engines[role].used < idle
            if not needed:
                self._engines.pop(role).model.close()
            done.set_result(not needed)

        self._commands.put(work)
        return done

    def adopt(self, role: Role, engine: Engine) -> Future[None]:
        """Take over a model that was loaded elsewhere."""
        done: Future[None] = Future()

        def work() -> None:
            engine.used = self._clock()
            self._engines[role] = engine
            self._make_abortable(engine)
            if done.set_running_or_notify_cancel():
                done.set_result(None)

        self._commands.put(work)
        return done

    def stop(self, *, drain: bool = False) -> None:
        """End the thread; with ``drain`` after the accepted sequences have ended."""
        with self._lock:
            self._closing = True
            self._drain = drain
        self._interrupt = not drain
        self._commands.put(None)

    # The thread ---------------------------------------------------------------

    def run(self) -> None:
        """Load, then step until stopped."""
        try:
            self.load()
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits for `loaded`
            self.failure = error
            return
        finally:
            self.loaded.set()
        while not self._finished():
            try:
                if not self.step():
                    self._receive(block=True)
            except EngineFault as error:
                log.error("engine fault: %s", error.detail)  # noqa: TRY400 - the trace names no cause
                self._fail_all(error)
            except Exception as error:  # noqa: BLE001 - nobody may wait for a thread that is gone
                self.failure = error
                self._closing = True
        self._receive(block=False)
        self._fail_all(EngineUnavailable("The engine stopped."))

    def load(self) -> None:
        """Build the engines; part of ``run``, apart for tests that step by hand."""
        self._engines = dict(self._build())
        for engine in self._engines.values():
            self._make_abortable(engine)

    def _make_abortable(self, engine: Engine) -> None:
        if not engine.model.on_gpu:
            engine.model.on_abort(self._give_up)

    def _give_up(self) -> bool:
        """Whether to abandon the step; asked within it, so a long step is seen to get on."""
        self.heartbeat = self._clock()
        return self._interrupt and self._abortable

    def _finished(self) -> bool:
        return self._closing and not (self._drain and (self._waiting or self._running))

    def step(self) -> bool:
        """Do one step; False when there was nothing to do."""
        self._receive(block=False)
        self._expire()
        self._activate()
        models = {
            role: ModelView(
                engine.speed.prefill_tps,
                engine.model.batch_tokens,
                abortable=not engine.model.on_gpu,
                last_step=engine.last_step,
            )
            for role, engine in self._engines.items()
        }
        people = self._clock() - self._person < PEOPLE_SECONDS
        step = self._scheduler.plan(self._running, models, people=people)
        if step is None:
            self._publish()
            return False
        self._run_step(step)
        self._publish()
        return True

    def _run_step(self, step: Step) -> None:
        engine = self._engines[step.role]
        self._steps += 1
        engine.last_step = self._steps
        chunks = [
            Chunk(
                slot=work.sequence.slot if work.sequence.slot is not None else -1,
                tokens=work.sequence.tokens[
                    work.sequence.position : work.sequence.position + work.tokens
                ],
                position=work.sequence.position,
                logits=work.tokens == work.sequence.pending and work.sequence.max_tokens > 0,
            )
            for work in step.work
        ]
        self._abortable = step.abortable
        started = self._clock()
        if any(not work.sequence.decoding for work in step.work):  # it may take over a deadline
            for sequence in self._running:
                if sequence.said:
                    sequence.say(started)
        outcome, rows = engine.model.decode(chunks)
        self._abortable = False
        if outcome is Decoded.ABORTED:
            self._aborted += 1
            return
        if outcome is Decoded.NO_SPACE:
            self._make_room(engine)
            return
        engine.speed.observe(
            [work.tokens for work in step.work if not work.sequence.decoding],
            [work.tokens for work in step.work if work.sequence.decoding],
            self._clock() - started,
        )
        remaining = iter(rows)
        for work, chunk in zip(step.work, chunks, strict=True):
            work.sequence.position += work.tokens
            if chunk.logits:
                self._sample(work.sequence, engine.model, next(remaining))
            elif work.sequence.max_tokens == 0 and work.sequence.pending == 0:
                self._end(work.sequence, Finish.LENGTH)

    def _sample(self, sequence: Sequence, model: Model, row: int) -> None:
        """Take the next token and everything that follows from it."""
        try:
            generated = sequence.tokens[sequence.prompt_length :]
            token, logprob = sequence.sampler.choose(
                model.logits(row), generated, sequence.constraint
            )
            if model.ends(token):
                self._end(sequence, Finish.STOP)
                return
            forced = sequence.constraint.accept(token) if sequence.constraint else []
        except EngineError as error:
            self._end(sequence, Finish.ERROR, error)
            return
        except (ValueError, ArithmeticError) as error:  # this one's parameters, nobody else's
            self._end(sequence, Finish.ERROR, EngineFault(f"Sampling failed: {where(error)}"))
            return
        room = sequence.max_tokens - sequence.generated
        text = ""
        for accepted in [token, *forced][:room]:
            sequence.tokens.append(accepted)
            text += sequence.text.feed(model.piece(accepted))
        ended = None
        if sequence.text.stopped or (sequence.constraint and sequence.constraint.complete):
            ended = Finish.STOP
        elif sequence.generated >= sequence.max_tokens:
            ended = Finish.LENGTH
        sequence.said += text
        if logprob:
            sequence.say(self._clock(), _spelled(logprob, model))
        elif sequence.said and self._clock() - sequence.told >= TELL_SECONDS:
            sequence.say(self._clock())
        if ended:
            self._end(sequence, ended)

    # Life of a sequence -------------------------------------------------------

    def _receive(self, *, block: bool) -> None:
        if not block:
            self._interrupt = False
        while True:
            try:
                command = self._commands.get(block=block, timeout=0.5 if block else None)
            except queue.Empty:
                self._publish()
                return
            if isinstance(command, Sequence):
                self._waiting.append(command)
                if command.interactive:
                    self._person = self._clock()
            elif callable(command):
                command()
            elif command is not None:
                for sequence in [*self._waiting, *self._running]:
                    if sequence.id == command:
                        self._end(sequence, Finish.CANCELLED)
            block = False

    def _expire(self) -> None:
        now = self._clock()
        for sequence in [*self._waiting, *self._running]:
            if sequence.deadline is not None and now >= sequence.deadline:
                self._end(sequence, Finish.DEADLINE)

    def _activate(self) -> None:
        """Give slots to waiting sequences, most urgent first."""
        for sequence in sorted(self._waiting, key=lambda s: s.urgency):
            engine = self._engines[sequence.role]
            if engine.pool.start(sequence, self._running, self._clock()):
                self._waiting.remove(sequence)
                self._running.append(sequence)

    def _make_room(self, engine: Engine) -> None:
        """The cache is full: forget a kept prefix, else send the youngest one back."""
        if engine.pool.evict():
            self._evicted += 1
            return
        mine = [s for s in self._running if engine is self._engines[s.role]]
        backlog = [s for s in mine if not s.interactive] or mine
        if len(mine) == 1:
            self._end(
                mine[0], Finish.ERROR, EngineFault("The KV cache has no room for one request.")
            )
            return
        youngest = max(backlog, key=lambda s: s.arrived)
        engine.pool.release(youngest)
        youngest.position = 0
        self._running.remove(youngest)
        self._waiting.append(youngest)

    def _end(self, sequence: Sequence, finish: Finish, error: EngineError | None = None) -> None:
        sequence.finish = finish
        if sequence in self._running:
            self._running.remove(sequence)
            engine = self._engines[sequence.role]
            engine.pool.retain(sequence, self._clock())
            engine.used = self._clock()
        else:
            self._waiting.remove(sequence)
        with self._lock:
            self._accepted -= 1
        text = sequence.said + sequence.text.close()
        sequence.emit(Event(text=text, finish=finish, error=error))

    def _fail_all(self, error: EngineError) -> None:
        for sequence in [*self._waiting, *self._running]:
            if sequence in self._running:
                self._engines[sequence.role].pool.release(sequence)
                self._running.remove(sequence)
                self._waiting.append(sequence)
            self._end(sequence, Finish.ERROR, error)

    def _publish(self) -> None:
        self.heartbeat = self._clock()
        self.snapshot = Snapshot(
            waiting=len(self._waiting),
            running=len(self._running),
            interactive=sum(s.interactive for s in [*self._waiting, *self._running]),
            steps=self._steps,
            aborted=self._aborted,
            evicted=self._evicted,
            cells={
                role: engine.pool.cells(self._running) for role, engine in self._engines.items()
            },
        )


def _spelled(logprob: TokenLogprob | None, model: Model) -> tuple[TokenLogprob, ...]:
    """With the tokens' bytes: whoever reads it may do so when the model is gone."""
    if logprob is None:
        return ()
    tokens = (logprob.token, *(token for token, _ in logprob.top))
    return (replace(logprob, pieces=tuple(map(model.piece, tokens))),)
