"""One run through the backlog: claim → analyse → finish, until nothing waits.

What an analysis's end means:

1. done: the result is kept.
2. EngineBusy: the engine's queue is full of people's requests. The same consultation again
   in a moment; nothing counts.
3. EngineDied: the connection broke during it: the engine died, perhaps of it. The attempt
   counts and the consultation goes back; nothing is claimed until the engine is ready again.
4. EngineUnavailable otherwise (not there, stopping, too slow): the same, but the attempt does
   not count.
5. EngineRefused: failed for good, ``refused``.
6. anything else (an invalid answer, a fault): the attempt counts; after the last one,
   ``analysis_failed``.
7. LeaseLost: somebody else has it; the result is dropped.
8. the worker stops: it goes back, and the attempt does not count.

Of several in flight when the engine dies, one is to blame and the others are not. So a
consultation that was in flight at a death (3.) or at a crash of the worker is a suspect and
runs **alone** from then on: what kills the engine alone, three times in all, is ``poison``
(``store.consultations.claim`` ends it), and its neighbours are not. A crash of the worker is
counted apart, with more patience: power cuts are nobody's fault.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol

from edgebox.errors import (
    EngineBusy,
    EngineDied,
    EngineRefused,
    EngineUnavailable,
    StoreError,
    where,
)
from edgebox.system.logs import about
from edgebox.worker.leases import Leases, name_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from edgebox.consultation.analysis import AnalysisOutcome
    from edgebox.contract import Analysed
    from edgebox.settings import BatchSettings
    from edgebox.store.consultations import Claimed
    from edgebox.store.db import Store

log = logging.getLogger("edgebox.batch")

_LONGEST_PAUSE = 60.0  # seconds between two tries of an engine that is lost again and again
_MOST_DOUBLINGS = 10


class Analyse(Protocol):
    """What turns a transcript into an analysis (``consultation.analysis.Analyst.analyse``)."""

    def __call__(self, transcript: str) -> Awaitable[AnalysisOutcome]:
        """Analyse one transcript; raises EngineError."""


@dataclass
class RunCounts:
    """What one run did; ``drained`` when it ended because nothing waited any more."""

    done: int = 0
    failed: int = 0
    released: int = 0
    lost: int = 0
    drained: bool = False


@dataclass(frozen=True)
class Timing:
    """Seconds; tests make them small.

    Attributes:
        poll: first wait for an engine that is not ready; doubled up to ten times this.
        patience: how long a run waits for the engine before it leaves the rest to the
            next tick.
        busy: until a consultation is offered again to an engine whose queue is full.
        grace: what analyses in flight get to end by themselves when the worker stops.
    """

    poll: float = 0.5
    patience: float = 60.0
    busy: float = 1.0
    grace: float = 10.0


class Runner:
    """Works the backlog once; make one per run.

    Args:
        store: the consultations.
        analyse: the analysis itself.
        settings: concurrency, lease and attempts.
        ready: whether the engine can take an analysis now; never raises.
        on_ended: called after consultations have ended, on the run's own thread.
        clock: Unix seconds.
        timing: waits.
    """

    def __init__(
        self,
        store: Store,
        analyse: Analyse,
        settings: BatchSettings,
        *,
        ready: Callable[[], Awaitable[bool]],
        on_ended: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.time,
        timing: Timing | None = None,
    ) -> None:
        self._store = store
        self._analyse = analyse
        self._settings = settings
        self._ready = ready
        self._on_ended = on_ended
        self._clock = clock
        self._timing = timing or Timing()
        self._counts = RunCounts()
        self._leases = Leases(store, settings.lease_seconds, pause=self._timing.busy)
        self._harmless: set[int] = set()
        self._losses = 0  # of the engine, since an analysis was last done
        self._engine_lost = False
        self._stopping = False
        self._stopped = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """Claim no more, let what is in flight end within the grace, return. Any thread."""
        self._stopping = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the run has ended and its loop is closed
                self._loop.call_soon_threadsafe(self._stopped.set)

    async def run(self, trigger: str) -> RunCounts:
        """Work until nothing waits, the worker stops, or the engine stays away.

        The run is written to ``store.runs``, and as finished only when it drained: one that
        was cut short is resumed by the next tick (``tick.should_run``).

        Args:
            trigger: what set it off, a word.

        Raises:
            StoreError: the database cannot be used; claimed consultations were given back.
        """
        self._loop = asyncio.get_running_loop()
        if self._stopping or not await self._engine_ready():
            return self._counts
        run_id = self._store.runs.start(trigger, self._clock())
        renewing = asyncio.create_task(self._leases.renew())
        try:
            await self._work()
        finally:
            renewing.cancel()
            await self._give_back()
            await asyncio.gather(renewing, return_exceptions=True)
        if self._counts.drained:
            counts = {k: v for k, v in asdict(self._counts).items() if k != "drained"}
            self._store.runs.finish(run_id, counts)
        log.info("run %d (%s): %s", run_id, trigger, self._counts)
        return self._counts

    async def _work(self) -> None:
        while not self._stopping:
            if self._engine_lost:
                await self._until_all(self._leases.tasks())
                if not await self._engine_ready():
                    return
                self._engine_lost = False
            elif len(self._leases) >= self._settings.concurrency:
                await self._until_any(self._leases.tasks())
            elif (claimed := self._claim()) is not None:
                suspect = claimed.attempts > 1 and claimed.row_id not in self._harmless
                if suspect or claimed.crashes:
                    await self._alone(claimed)
                else:
                    self._start(claimed)
            elif self._leases:
                await self._until_any(self._leases.tasks())
            else:
                self._counts.drained = True
                return

    def _claim(self) -> Claimed | None:
        """The next consultation; None when nothing waits, or nothing can be had now."""
        try:
            rows = self._store.consultations.claim(
                1,
                self._settings.lease_seconds,
                self._settings.max_attempts,
                holding=self._leases.row_ids(),
            )
        except StoreError as error:
            if not self._leases:
                raise
            log.warning("nothing claimed: %s", error.detail)
            return None
        self._on_ended()  # a claim ends the poisonous ones
        return rows[0] if rows else None

    def _start(self, claimed: Claimed) -> None:
        with about(batch_id=claimed.batch_id):
            self._leases.hold(claimed, asyncio.create_task(self._one(claimed)))

    async def _alone(self, suspect: Claimed) -> None:
        """Let the others end, then run the suspect with nobody beside it."""
        others = self._leases.tasks()
        self._leases.hold(suspect)
        await self._until_all(others)
        if suspect not in self._leases:
            return  # its lease was lost meanwhile
        if self._stopping or self._engine_lost:
            await self._leases.release(suspect, refund=True)  # it was never sent
            return
        self._start(suspect)
        await self._until_all(self._leases.tasks())

    async def _one(self, claimed: Claimed) -> None:
        """Analyse one consultation and put its end on disk."""
        try:
            outcome = await self._answer(claimed)
            self._counts.done += await self._leases.finish(claimed, result_of(outcome))
            self._losses = 0
            self._on_ended()
        except asyncio.CancelledError:
            await self._release(claimed, refund=True)
            raise
        except EngineUnavailable as error:
            if not self._engine_lost:  # one loss, however many were in flight
                self._losses += 1
            self._engine_lost = True
            died = isinstance(error, EngineDied)
            what = "went away during the analysis" if died else "was not available"
            log.warning("%s: the engine %s", name_of(claimed), what)
            await self._release(claimed, refund=self._stopping or not died)
        except EngineRefused as error:
            # Not its message: another server's may quote the request.
            log.warning("%s: refused: %s", name_of(claimed), where(error))
            await self._fail(claimed, "refused", "The model cannot take this consultation.")
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
            log.warning("%s: attempt %d: %s", name_of(claimed), claimed.attempts, where(error))
            if claimed.attempts >= self._settings.max_attempts:
                detail = f"The model gave no valid analysis in {claimed.attempts} attempts."
                await self._fail(claimed, "analysis_failed", detail)
            else:
                self._harmless.add(claimed.row_id)
                await self._release(claimed, refund=False)

    async def _answer(self, claimed: Claimed) -> AnalysisOutcome:
        while True:
            try:
                return await self._analyse(claimed.transcript)
            except EngineBusy:
                await asyncio.sleep(self._timing.busy)

    async def _fail(self, claimed: Claimed, code: str, detail: str) -> None:
        self._counts.failed += await self._leases.fail(claimed, code, detail)
        self._on_ended()

    async def _release(self, claimed: Claimed, *, refund: bool) -> None:
        self._counts.released += await self._leases.release(claimed, refund=refund)

    async def _engine_ready(self) -> bool:
        """Wait for the engine, longer after each loss; False when it stays away or we stop."""
        if self._losses > 1:
            doubled = self._timing.poll * 2 ** min(self._losses, _MOST_DOUBLINGS)
            await self._pause(min(doubled, _LONGEST_PAUSE))
        deadline = time.monotonic() + self._timing.patience
        wait = self._timing.poll
        while not self._stopping:
            if await self._ready():
                return True
            if time.monotonic() + wait > deadline:
                log.warning("the engine is not ready: analyses wait for the next tick")
                return False
            await self._pause(wait)
            wait = min(wait * 2, self._timing.poll * 10)
        return False

    async def _give_back(self) -> None:
        """What is still held: the grace to end by itself, then back to the waiting."""
        if tasks := self._leases.tasks():
            _, late = await asyncio.wait(tasks, timeout=self._timing.grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for claimed in self._leases.claimed():
            await self._release(claimed, refund=True)
        self._counts.lost = self._leases.lost

    async def _until_any(self, tasks: set[asyncio.Task[None]]) -> None:
        """Wait until one of the analyses has ended, or the order to stop."""
        stop = asyncio.create_task(self._stopped.wait())
        await asyncio.wait({*tasks, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()

    async def _until_all(self, tasks: set[asyncio.Task[None]]) -> None:
        """Wait until all of the analyses have ended, or the order to stop."""
        while not self._stopping and (open_tasks := {task for task in tasks if not task.done()}):
            await self._until_any(open_tasks)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)


def result_of(outcome: AnalysisOutcome) -> Analysed:
    """Return the outcome as it is stored, in the order in which its fields are sent."""
    summary, titles = outcome.analysis.summary, outcome.analysis.titles
    return {
        "summary": {
            "customer": summary.customer,
            "agent": summary.agent,
            "result": summary.result,
        },
        "keywords": outcome.analysis.keywords,
        "titles": {"keyword": titles.keyword, "descriptive": titles.descriptive},
        "quality_score": outcome.quality.score,
        "quality": outcome.quality.as_dict(),
        "processing_time": outcome.processing_time,
        "model_used": outcome.model,
    }
