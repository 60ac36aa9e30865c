"""One run through the backlog: claim → analyse → finish, until nothing waits.

What follows from the end of an analysis is in ``attempts.py``.

Of several in flight when the engine dies, one is to blame and the others are not. So a
consultation that was in flight at a death or at a crash of the worker is a suspect and runs
**alone** afterwards: one that kills the engine alone, three times in total, is ``poison``
(``store.consultations.claim`` ends it), and its neighbours are not. Crashes of the worker are
counted separately, with more patience: a power cut is no consultation's fault.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from edgebox.errors import StoreError
from edgebox.system.logs import about
from edgebox.worker.attempts import Attempts
from edgebox.worker.availability import Availability
from edgebox.worker.leases import Leases
from edgebox.worker.metrics import WorkerMetrics
from edgebox.worker.places import Places
from edgebox.worker.signals import Signals
from edgebox.worker.timing import Timing
from edgebox.worker.unanswered import Unanswered

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.settings import BatchSettings
    from edgebox.store.consultations import Claimed
    from edgebox.store.db import Store
    from edgebox.worker.attempts import RunCounts
    from edgebox.worker.places import Limit
    from edgebox.worker.ports import Callbacks, Engine

log = logging.getLogger("edgebox.worker")


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
        places: Limit | None = None,
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
        self._signals = Signals()

    def stop(self) -> None:
        """Claim no more, now or later; what is in flight may end within the grace.

        Callable from any thread.
        """
        self._signals.stop()

    def look(self) -> None:
        """Have a run that is full look for what somebody waits for. Callable from any thread."""
        self._signals.look()

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
        self._trigger, self._due = trigger, due or (lambda: trigger)
        self._run_id: int | None = None
        self._signals.begin()
        self._begin()
        counts = self._attempts.counts
        async with self._engine:
            if self._signals.stopping or not await self._availability.until_ready():
                return counts
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
        if counts.drained and self._run_id is not None:
            kept = {k: v for k, v in asdict(counts).items() if k != "drained"}
            self._store.runs.finish(self._run_id, kept)
        log.info("run %s (%s): %s", self._run_id or "of wanted calls", self._trigger, counts)
        return counts

    def _begin(self) -> None:
        """Begin anew with what belongs to one run."""
        self._leases = Leases(self._store, self._settings.lease_seconds, pause=self._timing.busy)
        self._places = Places(self._leases, self._settings.concurrency, self._learned)
        self._availability = Availability(self._engine, self._timing, self._signals)
        self._attempts = Attempts(
            self._engine,
            leases=self._leases,
            places=self._places,
            availability=self._availability,
            unanswered=self._unanswered,
            signals=self._signals,
            callbacks=self._callbacks,
            timing=self._timing,
            most=self._settings.max_attempts,
            metrics=self._metrics,
            clock=self._clock,
        )

    async def _work(self) -> None:
        while not (self._signals.stopping or self._availability.gave_up):
            if self._availability.lost:
                await self._signals.until_all(self._leases.tasks())
                if not await self._availability.until_ready():
                    return
                for row_id in self._unanswered.ready():
                    log.warning("row %d was not answered: others go first", row_id)
            elif self._places.all_taken:
                await self._signals.until_any(self._leases.tasks())
            elif (claimed := self._claim()) is not None:
                if self._unanswered.is_hopeless(claimed.row_id):
                    await self._attempts.give_up(claimed)
                    continue
                suspect = claimed.attempts > 1 and claimed.row_id not in self._attempts.harmless
                if suspect or claimed.crashes:
                    await self._alone(claimed)
                else:
                    self._start(claimed)
            elif self._leases:
                await self._signals.until_any(self._leases.tasks(), asked=True)
            else:
                self._attempts.counts.drained = True
                return

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
        self._signals.looking()  # before it looks: a request from now on gets another look
        consultations = self._store.consultations
        poisoned = consultations.poisoned
        try:
            rows = consultations.claim(
                1,
                self._settings.lease_seconds,
                self._settings.max_attempts,
                holding=[*self._leases.row_ids(), *self._unanswered.aside],
                wanted_only=self._places.full or not self._everything(),
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
            self._leases.hold(claimed, asyncio.create_task(self._attempts.make(claimed)))

    async def _alone(self, suspect: Claimed) -> None:
        """Let the others end, then run the suspect with no other in flight."""
        others = self._leases.tasks()
        self._leases.hold(suspect)
        await self._signals.until_all(others)
        if suspect not in self._leases:
            return  # its lease was lost meanwhile
        if self._signals.stopping or self._availability.lost:
            await self._leases.release(suspect, refund=True)  # it was never sent
            return
        self._start(suspect)
        await self._signals.until_all(self._leases.tasks())

    async def _give_back(self) -> None:
        """Let what is still held end within the grace, then put it back among the waiting."""
        if tasks := self._leases.tasks():
            _, late = await asyncio.wait(tasks, timeout=self._timing.grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for claimed in self._leases.claimed():
            await self._attempts.release(claimed, refund=True)
        self._attempts.counts.lost = self._leases.lost
