"""One try to analyse a consultation, and what follows from how it ends.

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
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox.errors import (
    EngineBusy,
    EngineDied,
    EngineOverloaded,
    EngineRefused,
    EngineUnavailable,
    where,
)
from edgebox.worker.leases import name_of
from edgebox.worker.results import result_of
from edgebox.worker.unanswered import MOST

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.consultation.analysis import AnalysisOutcome, NothingToAnalyse
    from edgebox.store.consultations import Claimed
    from edgebox.worker.availability import Availability
    from edgebox.worker.leases import Leases
    from edgebox.worker.metrics import WorkerMetrics
    from edgebox.worker.places import Places
    from edgebox.worker.ports import Callbacks, Engine
    from edgebox.worker.signals import Signals
    from edgebox.worker.timing import Timing
    from edgebox.worker.unanswered import Unanswered

log = logging.getLogger("edgebox.worker")


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

    def __str__(self) -> str:
        """Return what a line of the log says of it."""
        told = [f"{self.done} done, {self.failed} failed"]
        if self.released:
            told.append(f"{self.released} given back")
        if self.lost:
            told.append(f"{self.lost} taken over by another worker")
        if not self.drained:
            told.append("stopped before the end")
        return ", ".join(told)


class _TooMany(Exception):
    """The server is full, and by now it is sent fewer than there are."""


class Attempts:
    """Makes the attempts of one run, and counts how they end.

    Args:
        engine: analyses.
        leases: what the run holds; an attempt ends with its lease.
        places: whether there are more than the server is sent by now.
        availability: is told of losses and of answers.
        unanswered: remembers which got no answer.
        signals: whether the worker stops.
        callbacks: woken when consultations have ended.
        timing: how often, and how long, one is offered to a full queue.
        most: attempts of one consultation.
        metrics: counts what ends.
        clock: Unix seconds.

    Attributes:
        counts: what was done so far.
        harmless: the row ids whose last attempt failed without harm to the engine.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        leases: Leases,
        places: Places,
        availability: Availability,
        unanswered: Unanswered,
        signals: Signals,
        callbacks: Callbacks,
        timing: Timing,
        most: int,
        metrics: WorkerMetrics,
        clock: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._leases = leases
        self._places = places
        self._availability = availability
        self._unanswered = unanswered
        self._signals = signals
        self._callbacks = callbacks
        self._timing = timing
        self._most = most
        self._metrics = metrics
        self._clock = clock
        self.counts = RunCounts()
        self.harmless: set[int] = set()

    async def make(self, claimed: Claimed) -> None:
        """Analyse one consultation and write its end to the database."""
        try:
            outcome = await self._answer(claimed)
            if await self._leases.finish(claimed, result_of(outcome)):
                self.counts.done += 1
                self._unanswered.done(claimed.row_id)
                waited = self._clock() - claimed.accepted_at
                self._metrics.done(claimed.client_id, outcome, waited)
            self._availability.note_answer()
            self._callbacks.wake_if_due()
        except asyncio.CancelledError:
            await self.release(claimed, refund=True)
            raise
        except _TooMany:
            self._unanswered.lost(claimed.row_id)
            await self.release(claimed, refund=True)
        except EngineUnavailable as error:
            await self._lose(claimed, died=isinstance(error, EngineDied))
        except EngineRefused as error:
            # Not its message: another server's may quote the request.
            log.warning("%s: refused: %s", name_of(claimed), where(error))
            await self._fail(claimed, "refused", "The model cannot take this consultation.")
        except Exception as error:  # noqa: BLE001 - the others continue
            log.warning("%s: attempt %d: %s", name_of(claimed), claimed.attempts, where(error))
            if claimed.attempts >= self._most:
                detail = f"The model gave no valid analysis in {claimed.attempts} attempts."
                await self._fail(claimed, "analysis_failed", detail)
            else:
                self.harmless.add(claimed.row_id)
                await self.release(claimed, refund=False)

    async def give_up(self, claimed: Claimed) -> None:
        """End one that is hopeless, without another attempt."""
        self._unanswered.forget(claimed.row_id)
        self._leases.hold(claimed)
        log.warning("%s: never answered, while others were", name_of(claimed))
        detail = f"The model did not answer, {MOST} times, while it answered others."
        await self._fail(claimed, "analysis_failed", detail)

    async def release(self, claimed: Claimed, *, refund: bool) -> None:
        """Put one back among the waiting.

        Args:
            claimed: the consultation.
            refund: the attempt does not count.
        """
        if await self._leases.release(claimed, refund=refund):
            self.counts.released += 1
            self._metrics.released()

    async def _answer(self, claimed: Claimed) -> AnalysisOutcome | NothingToAnalyse:
        since: float | None = None
        while True:
            await self._availability.until_rested()
            try:
                return await self._engine.analyse(
                    claimed.transcript, claimed.call_date, wanted=claimed.wanted
                )
            except (EngineBusy, EngineOverloaded) as error:
                self._availability.note_rest(error)
                if self._places.overfull:
                    raise _TooMany from None
                if isinstance(error, EngineOverloaded):
                    raise
            now = time.monotonic()
            since = now if since is None else since
            if now - since >= self._timing.busy_patience:
                self._availability.give_up(now - since)
                raise EngineUnavailable("The engine's queue stays full.")
            await asyncio.sleep(self._timing.busy)

    async def _lose(self, claimed: Claimed, *, died: bool) -> None:
        """Put one back that got no answer."""
        self._availability.note_loss()
        if not self._availability.gave_up:
            self._unanswered.lost(claimed.row_id, died=died)
        what = "went away during the analysis" if died else "was not available"
        log.warning("%s: the engine %s", name_of(claimed), what)
        await self.release(claimed, refund=self._signals.stopping or not died)

    async def _fail(self, claimed: Claimed, code: str, detail: str) -> None:
        if await self._leases.fail(claimed, code, detail):
            self.counts.failed += 1
            self._metrics.failed(code)
        self._callbacks.wake_if_due()
