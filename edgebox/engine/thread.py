"""The decode thread: it owns every llama.cpp call that computes, for both models.

Other threads leave calls of the core's methods on its queue, and read the snapshot
that it publishes around every step.
"""

from __future__ import annotations

import logging
import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from edgebox.engine.sequence import Rank
from edgebox.errors import EngineBusy, EngineFault, EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from edgebox.engine.core import EngineCore
    from edgebox.engine.loaded import LoadedModel
    from edgebox.engine.sequence import Sequence
    from edgebox.settings import Role

log = logging.getLogger("edgebox.engine")

T = TypeVar("T")

IDLE_SECONDS = 0.5
"""Between two heartbeats of an idle thread."""


class Loader(Protocol):
    """Loads the models; called on the decode thread."""

    def load(self) -> Mapping[Role, LoadedModel]: ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What other threads may know: replaced as a whole around every step."""

    waiting: int = 0
    running: int = 0
    interactive: int = 0
    steps: int = 0
    aborted: int = 0
    evicted: int = 0
    cells: dict[str, int] = field(default_factory=dict)


class DecodeThread(threading.Thread):
    """The thread. ``start()`` it, wait for ``loaded``, ``submit()`` to it.

    Args:
        core: what it runs.
        loader: gives it the models at its start.
        queue_limit: sequences accepted at a time before ``EngineBusy``.

    Attributes:
        snapshot: the state around the last step.
        loaded: set when the models are loaded, or ``failure`` says why they are not.
        failure: what ended the thread, or None.
    """

    def __init__(self, core: EngineCore, loader: Loader, *, queue_limit: int = 256) -> None:
        super().__init__(name="decode", daemon=True)
        self._core = core
        self._loader = loader
        self._limit = queue_limit
        self._calls: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self._submitted = 0
        self._closing = False
        self._lock = threading.Lock()  # for both, between the threads that submit
        self.snapshot = Snapshot()
        self.loaded = threading.Event()
        self.failure: BaseException | None = None

    @property
    def heartbeat(self) -> float:
        """Monotonic seconds of the last sign of progress."""
        return self._core.heartbeat

    def submit(self, sequence: Sequence) -> None:
        """Hand a sequence over. Its ``emit`` is called from the decode thread.

        The engine's own are few and are never refused for a full queue.

        Raises:
            EngineBusy: the queue is full.
            EngineUnavailable: the engine is stopping.
        """
        with self._lock:
            if self._closing:
                raise EngineUnavailable("The engine is stopping. Try again in a few seconds.")
            if not sequence.own and self._submitted - self._core.ended >= self._limit:
                raise EngineBusy(f"The engine's queue is full ({self._limit}). Try again shortly.")
            self._submitted += 1
            self._calls.put(partial(self._core.add, sequence))
            self._core.arrived = min(self._core.arrived, sequence.rank)

    def cancel(self, sequence: Sequence) -> None:
        """End a sequence whose client hung up."""
        self._calls.put(partial(self._core.cancel, sequence))

    def forget(self, tag: str) -> Future[int]:
        """Keep no cells of what a tag names. Returns how many retained prompts there were."""
        return self._later(partial(self._core.forget, tag))

    def retire(self, role: Role, idle: float) -> Future[bool]:
        """Free a role's model if no sequence has needed it for ``idle`` seconds.

        Returns:
            Whether it was freed. No sequence of that role may be submitted between this
            and ``adopt``.
        """
        return self._later(partial(self._core.retire, role, idle))

    def adopt(self, role: Role, loaded: LoadedModel) -> Future[None]:
        """Take over a model that was loaded on another thread."""
        return self._later(partial(self._core.adopt, role, loaded))

    def _later(self, call: Callable[[], T]) -> Future[T]:
        """Queue a call. Cancelling its future before its turn prevents it."""
        done: Future[T] = Future()

        def run() -> None:
            if done.set_running_or_notify_cancel():
                done.set_result(call())

        self._calls.put(run)
        return done

    def stop(self) -> None:
        """End the thread after its current step. Its sequences end with an error."""
        self._close()
        self._core.arrived = Rank.URGENT

    def _close(self) -> None:
        with self._lock:
            self._closing = True
        self._calls.put(lambda: None)  # wakes the thread

    def run(self) -> None:
        """Load, then step until stopped."""
        try:
            for role, loaded in self._loader.load().items():
                self._core.adopt(role, loaded)
        except BaseException as error:  # noqa: BLE001 - handed to whatever waits for `loaded`
            self.failure = error
            return
        finally:
            self.loaded.set()
        while not self._closing:
            try:
                if not self.turn():
                    self._receive(wait=IDLE_SECONDS)
            except EngineFault as error:
                log.error("engine fault: %s", error.detail)  # noqa: TRY400 - the trace names no cause
                self._core.fail(error)
            except Exception as error:  # noqa: BLE001 - its sequences must not wait forever
                self.failure = error
                self._close()
        self._receive()
        self._core.fail(EngineUnavailable("The engine stopped."))

    def turn(self) -> bool:
        """Make the calls that wait, then run one step. Returns False if there was no work."""
        self._receive()
        worked = self._core.step()
        self._publish()
        return worked

    def _receive(self, *, wait: float = 0.0) -> None:
        """Make the calls that wait; if there are none, wait for one."""
        self._core.arrived = Rank.NOBODY
        try:
            self._calls.get(block=wait > 0, timeout=wait)()
            while True:
                self._calls.get_nowait()()
        except queue.Empty:
            self._publish()

    def _publish(self) -> None:
        core = self._core
        core.heartbeat = core.clock()
        self.snapshot = Snapshot(
            waiting=len(core.waiting),
            running=len(core.running),
            interactive=sum(s.interactive for s in [*core.waiting, *core.running]),
            steps=core.steps,
            aborted=core.aborted,
            evicted=core.evicted,
            cells={role: loaded.pool.cells(core.running) for role, loaded in core.models.items()},
        )
