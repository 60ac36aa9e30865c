"""One run through the backlog: claim → analyse → finish, until nothing waits.

What follows from the end of an analysis:

1. done: the result is kept.
2. EngineBusy: the engine's queue is full of interactive requests. The same consultation is offered
   again a moment later; nothing counts. If it stays full, the run ends and the next tick goes on.
   If another server is sent fewer from now on, those that are too many go back.
3. EngineDied: the connection broke during the analysis. The engine died, perhaps because of this
   consultation. The attempt counts and the consultation goes back; nothing is claimed until the
   engine is ready again.
4. EngineUnavailable otherwise (not there, stopping, too slow): it goes back and nothing is claimed,
   but the attempt does not count. Those that get none while others do let these go first, and fail
   if that goes on (``unanswered.py``).
5. EngineRefused: failed for good, ``refused``.
6. Anything else (an invalid answer, a fault): the attempt counts; after the last one,
   ``analysis_failed``.
7. LeaseLost: another claim holds it; the result is dropped.
8. The worker stops: it goes back, and the attempt does not count.

Of several in flight when the engine dies, one is to blame and the others are not. So a
consultation that was in flight at a death (3.) or at a crash of the worker is a suspect and
runs **alone** afterwards: one that kills the engine alone, three times in total, is ``poison``
(``store.consultations.claim`` ends it), and its neighbours are not. Crashes of the worker are
counted separately, with more patience: a power cut is no consultation's fault.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol, Self

from edgebox.consultation.analysis import AnalysisOutcome
from edgebox.errors import (
    EngineBusy,
    EngineDied,
    EngineError,
    EngineOverloaded,
    EngineRefused,
    EngineUnavailable,
    StoreError,
    where,
)
from edgebox.system.logs import about
from edgebox.worker.leases import Leases, name_of
from edgebox.worker.metrics import WorkerMetrics
from edgebox.worker.unanswered import MOST, Unanswered

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from edgebox.consultation.analysis import NothingToAnalyse
    from edgebox.contract.results import Analysed, NothingSaid
    from edgebox.settings import BatchSettings
    from edgebox.store.consultations import Claimed
    from edgebox.store.db import Store

log = logging.getLogger("edgebox.worker")

_LONGEST_PAUSE = 60.0  # seconds between two tries of an engine that is lost again and again
_MOST_DOUBLINGS = 10

WANTED_PLACES = 2
"""Analyses beside the run's concurrency, for what somebody waits for: it does not wait until one of
the backlog has ended."""


class Places(Protocol):
    """How many analyses are sent at once, as it is learned of the other side."""

    @property
    def limit(self) -> int: ...


class Engine(Protocol):
    """The mid model, as a run uses it: opened when the run starts, closed when it ends."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...

    async def ready(self) -> bool:
        """Return whether it can take an analysis now; never raises."""

    async def analyse(
        self, transcript: str, call_date: date | None, *, wanted: bool
    ) -> AnalysisOutcome | NothingToAnalyse:
        """Analyse one consultation of a day, if that is known; sooner if it is wanted.

        Raises:
            EngineError: see the module's list.
        """


class Callbacks(Protocol):
    """The sending of callbacks, as a run uses it."""

    def wake_if_due(self) -> None:
        """Have callbacks sent if one is due; called after consultations have ended."""


@dataclass
class RunCounts:
    """What one run did.

    Attributes:
        drained: it ended because nothing waited any more.
    """

    done: int = 0
    failed: int = 0
    released: int = 0
    lost: int = 0
    drained: bool = False


class _TooMany(Exception):
    """The server is full, and by now it is sent fewer than there are."""


@dataclass(frozen=True)
class Timing:
    """Seconds; tests make them small.

    Attributes:
        poll: first wait for an engine that is not ready; doubled up to ten times this.
        patience: how long a run waits for the engine before it leaves the rest to the next run.
        busy: until a consultation is offered again to an engine whose queue is full.
        busy_patience: how long one consultation is offered to a full queue before the run ends.
        grace: how long analyses in flight may take to end when the worker stops.
    """

    poll: float = 0.5
    patience: float = 60.0
    busy: float = 1.0
    busy_patience: float = 600.0
    grace: float = 10.0


class Runner:
    """Processes the backlog, one run at a time.

    Args:
        store: the consultations.
        engine: analyses them.
        settings: concurrency, lease and attempts.
        callbacks: woken on the run's own thread when consultations have ended.
        clock: Unix seconds.
        timing: waits.
        metrics: counts what ends.
        places: how many analyses at once; None: as in the settings.
    """

    def __init__(
        self,
        store: Store,
        engine: Engine,
        settings: BatchSettings,
        *,
        callbacks: Callbacks,
        clock: Callable[[], float] = time.time,
        timing: Timing | None = None,
        metrics: WorkerMetrics | None = None,
        places: Places | None = None,
    ) -> None:
        self._learned = places
        self._store = store
        self._engine = engine
        self._settings = settings
        self._callbacks = callbacks
        self._clock = clock
        self._timing = timing or Timing()
        self._metrics = metrics or WorkerMetrics()
        self._unanswered = Unanswered()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """Claim no more, now or later; what is in flight may end within the grace.

        Callable from any thread.
        """
        self._stopping = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the run has ended and its loop is closed
                self._loop.call_soon_threadsafe(self._stopped.set)

    def look(self) -> None:
        """Have a run that is full look for what somebody waits for. Callable from any thread."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the run has ended and its loop is closed
                self._loop.call_soon_threadsafe(self._asked.set)

    async def run(self, trigger: str, due: Callable[[], str] | None = None) -> RunCounts:
        """Work until nothing waits, the worker stops, or the engine stays away.

        The run is written to ``store.runs``, and as finished only if it drained: one that was
        cut short is resumed at the next tick (``schedule.should_run``). One that analyses only
        what somebody waits for is not written: that never waits for a run.

        Args:
            trigger: what started it, a word.
            due: why all of the backlog is to be processed, a trigger. While that is empty, only
                what somebody waits for is; then everything. None: everything from the start.

        Raises:
            StoreError: the database cannot be used; claimed consultations were given back.
        """
        self._counts = RunCounts()
        self._leases = Leases(self._store, self._settings.lease_seconds, pause=self._timing.busy)
        self._harmless: set[int] = set()
        self._losses = 0  # of the engine, since an analysis was last done
        self._not_before = 0.0  # by the monotonic clock: another server asked for rest
        self._engine_lost = False
        self._gave_up = False
        self._trigger, self._due = trigger, due or (lambda: trigger)
        self._run_id: int | None = None
        self._stopped, self._asked = asyncio.Event(), asyncio.Event()
        self._loop = asyncio.get_running_loop()
        async with self._engine:
            if self._stopping or not await self._engine_ready():
                return self._counts
            self._metrics.knows(client.client_id for client in self._store.clients.list())
            self._everything()
            renewing = asyncio.create_task(self._leases.renew())
            try:
                await self._work()
            finally:
                renewing.cancel()
                self._metrics.ended()
                await self._give_back()
                await asyncio.gather(renewing, return_exceptions=True)
        if self._counts.drained and self._run_id is not None:
            counts = {k: v for k, v in asdict(self._counts).items() if k != "drained"}
            self._store.runs.finish(self._run_id, counts)
        log.info("run %s (%s): %s", self._run_id or "of wanted calls", self._trigger, self._counts)
        return self._counts

    async def _work(self) -> None:
        while not (self._stopping or self._gave_up):
            if self._engine_lost:
                await self._until_all(self._leases.tasks())
                if not await self._engine_ready():
                    return
                self._engine_lost = False
                for row_id in self._unanswered.ready():
                    log.warning("row %d was not answered: others go first", row_id)
            elif len(self._leases) >= self._places + WANTED_PLACES:
                await self._until_any(self._leases.tasks(), self._stopped)
            elif (claimed := self._claim()) is not None:
                if self._unanswered.is_hopeless(claimed.row_id):
                    await self._give_up(claimed)
                    continue
                suspect = claimed.attempts > 1 and claimed.row_id not in self._harmless
                if suspect or claimed.crashes:
                    await self._alone(claimed)
                else:
                    self._start(claimed)
            elif self._leases:
                await self._until_any(self._leases.tasks(), self._stopped, self._asked)
            else:
                self._counts.drained = True
                return

    @property
    def _places(self) -> int:
        """Analyses at once, without the further ones for what somebody waits for."""
        return self._settings.concurrency if self._learned is None else self._learned.limit

    @property
    def _held(self) -> int:
        """Analyses that take up a place, under way or waiting for a full queue."""
        wanted = sum(one.wanted for one in self._leases.claimed())
        return len(self._leases) - min(wanted, WANTED_PLACES)

    def _everything(self) -> bool:
        """Return whether this run takes all of the backlog; from then on it is written down."""
        if self._run_id is None and (trigger := self._due()):
            self._trigger = trigger
            self._run_id = self._store.runs.start(trigger, self._clock())
            self._metrics.began(trigger, self._store.consultations.pending_count())
        return self._run_id is not None

    def _claim(self) -> Claimed | None:
        """Return the next consultation; None if nothing waits or the database is busy.

        Only what somebody waits for may have one of the further places.
        """
        self._asked.clear()  # before looking: a request from now on gets another look
        consultations = self._store.consultations
        poisoned = consultations.poisoned
        try:
            full = self._held >= self._places
            rows = consultations.claim(
                1,
                self._settings.lease_seconds,
                self._settings.max_attempts,
                holding=[*self._leases.row_ids(), *self._unanswered.aside],
                wanted_only=full or not self._everything(),
            )
        except StoreError as error:
            if not self._leases:
                raise
            log.warning("nothing claimed: %s", error.detail)
            return None
        self._metrics.failed("poison", consultations.poisoned - poisoned)
        self._callbacks.wake_if_due()  # a claim may have ended poison
        if not rows and not self._leases and self._unanswered.aside:
            self._unanswered.aside.clear()  # nothing else waits
            return self._claim()
        return rows[0] if rows else None

    def _start(self, claimed: Claimed) -> None:
        with about(batch_id=claimed.batch_id):
            self._leases.hold(claimed, asyncio.create_task(self._one(claimed)))

    async def _alone(self, suspect: Claimed) -> None:
        """Let the others end, then run the suspect with no other in flight."""
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
        """Analyse one consultation and write its end to the database."""
        try:
            outcome = await self._answer(claimed)
            if await self._leases.finish(claimed, result_of(outcome)):
                self._counts.done += 1
                self._unanswered.done(claimed.row_id)
                waited = self._clock() - claimed.accepted_at
                self._metrics.done(claimed.client_id, outcome, waited)
            self._losses = 0
            self._callbacks.wake_if_due()
        except asyncio.CancelledError:
            await self._release(claimed, refund=True)
            raise
        except _TooMany:
            self._unanswered.lost(claimed.row_id)
            await self._release(claimed, refund=True)
        except EngineUnavailable as error:
            if not self._engine_lost:  # one loss, however many were in flight
                self._losses += 1
            self._engine_lost = True
            died = isinstance(error, EngineDied)
            if not self._gave_up:
                self._unanswered.lost(claimed.row_id, died=died)
            what = "went away during the analysis" if died else "was not available"
            log.warning("%s: the engine %s", name_of(claimed), what)
            await self._release(claimed, refund=self._stopping or not died)
        except EngineRefused as error:
            # Not its message: another server's may quote the request.
            log.warning("%s: refused: %s", name_of(claimed), where(error))
            await self._fail(claimed, "refused", "The model cannot take this consultation.")
        except Exception as error:  # noqa: BLE001 - the others continue
            log.warning("%s: attempt %d: %s", name_of(claimed), claimed.attempts, where(error))
            if claimed.attempts >= self._settings.max_attempts:
                detail = f"The model gave no valid analysis in {claimed.attempts} attempts."
                await self._fail(claimed, "analysis_failed", detail)
            else:
                self._harmless.add(claimed.row_id)
                await self._release(claimed, refund=False)

    async def _answer(self, claimed: Claimed) -> AnalysisOutcome | NothingToAnalyse:
        since: float | None = None
        while True:
            if (rest := self._not_before - time.monotonic()) > 0:
                await asyncio.sleep(rest)
            try:
                return await self._engine.analyse(
                    claimed.transcript, claimed.call_date, wanted=claimed.wanted
                )
            except EngineOverloaded as error:
                self._rest(error)
                if self._held > self._places:
                    raise _TooMany from None
                raise
            except EngineBusy as error:
                self._rest(error)
                if self._held > self._places:
                    raise _TooMany from None
                now = time.monotonic()
                since = now if since is None else since
                if now - since >= self._timing.busy_patience:
                    if not self._gave_up:
                        log.warning(
                            "the engine's queue has been full for %.0f s: "
                            "analyses wait for the next tick",
                            now - since,
                        )
                    self._gave_up = True
                    raise EngineUnavailable("The engine's queue stays full.") from None
                await asyncio.sleep(self._timing.busy)

    def _rest(self, refusal: EngineError) -> None:
        """Send no analysis for as long as another server asks for, `busy_patience` at most."""
        asked = min(refusal.retry_after, self._timing.busy_patience)
        self._not_before = max(self._not_before, time.monotonic() + asked)

    async def _give_up(self, claimed: Claimed) -> None:
        """End one that is hopeless."""
        self._unanswered.forget(claimed.row_id)
        self._leases.hold(claimed)
        log.warning("%s: never answered, while others were", name_of(claimed))
        detail = f"The model did not answer, {MOST} times, while it answered others."
        await self._fail(claimed, "analysis_failed", detail)

    async def _fail(self, claimed: Claimed, code: str, detail: str) -> None:
        if await self._leases.fail(claimed, code, detail):
            self._counts.failed += 1
            self._metrics.failed(code)
        self._callbacks.wake_if_due()

    async def _release(self, claimed: Claimed, *, refund: bool) -> None:
        if await self._leases.release(claimed, refund=refund):
            self._counts.released += 1
            self._metrics.released()

    async def _engine_ready(self) -> bool:
        """Wait for the engine, longer after each loss, and as long as another server asked for.

        Returns:
            False if it stays away or the worker stops.
        """
        if self._losses > 1:
            doubled = self._timing.poll * 2 ** min(self._losses, _MOST_DOUBLINGS)
            await self._pause(min(doubled, _LONGEST_PAUSE))
        await self._pause(self._not_before - time.monotonic())
        deadline = time.monotonic() + self._timing.patience
        wait = self._timing.poll
        while not self._stopping:
            if await self._engine.ready():
                return True
            if time.monotonic() + wait > deadline:
                log.warning("the engine is not ready: analyses wait for the next tick")
                return False
            await self._pause(wait)
            wait = min(wait * 2, self._timing.poll * 10)
        return False

    async def _give_back(self) -> None:
        """Let what is still held end within the grace, then put it back among the waiting."""
        if tasks := self._leases.tasks():
            _, late = await asyncio.wait(tasks, timeout=self._timing.grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for claimed in self._leases.claimed():
            await self._release(claimed, refund=True)
        self._counts.lost = self._leases.lost

    async def _until_any(self, tasks: set[asyncio.Task[None]], *events: asyncio.Event) -> None:
        """Wait until one of the analyses has ended or one of the events is set."""
        waits = {asyncio.create_task(event.wait()) for event in events}
        await asyncio.wait({*tasks, *waits}, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def _until_all(self, tasks: set[asyncio.Task[None]]) -> None:
        """Wait until all of the analyses have ended or the worker stops."""
        while not self._stopping and (open_tasks := {task for task in tasks if not task.done()}):
            await self._until_any(open_tasks, self._stopped)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)


def result_of(outcome: AnalysisOutcome | NothingToAnalyse) -> Analysed | NothingSaid:
    """Return the outcome as it is stored, in the order in which its fields are sent."""
    if not isinstance(outcome, AnalysisOutcome):
        return {"status": "no_content", "processing_time": outcome.processing_time}
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
        "evidence": outcome.quality.evidence,
        "processing_time": outcome.processing_time,
        "model_used": outcome.model,
    }
