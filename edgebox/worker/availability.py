"""The engine as one run has found it: there, lost, or asking for rest."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgebox.errors import EngineError
    from edgebox.worker.ports import Engine
    from edgebox.worker.signals import Signals
    from edgebox.worker.timing import Timing

log = logging.getLogger("edgebox.worker")

_LONGEST_PAUSE = 60.0  # seconds between two tries of an engine that is lost again and again
_MOST_DOUBLINGS = 10


class Availability:
    """Says when the engine may be asked.

    Args:
        engine: is asked whether it is ready.
        timing: how long to wait for it.
        signals: end the waits.

    Attributes:
        lost: it went away or gave no answer, and was not ready since.
        gave_up: its queue stayed full: the run ends.
    """

    def __init__(self, engine: Engine, timing: Timing, signals: Signals) -> None:
        self._engine = engine
        self._timing = timing
        self._signals = signals
        self._losses = 0  # since an analysis was last done
        self._not_before = 0.0  # by the monotonic clock: another server asked for rest
        self.lost = False
        self.gave_up = False

    def note_loss(self) -> None:
        """Note that an analysis got no answer; one loss, however many were in flight."""
        if not self.lost:
            self._losses += 1
        self.lost = True

    def note_answer(self) -> None:
        """Note that an analysis was done."""
        self._losses = 0

    def note_rest(self, refusal: EngineError) -> None:
        """Send no analysis for as long as another server asks for, `busy_patience` at most."""
        asked = min(refusal.retry_after, self._timing.busy_patience)
        self._not_before = max(self._not_before, time.monotonic() + asked)

    def give_up(self, waited: float) -> None:
        """Note that the queue has been full for as long as the run has patience, in seconds."""
        if not self.gave_up:
            log.warning(
                "the engine's queue has been full for %.0f s: analyses wait for the next tick",
                waited,
            )
        self.gave_up = True

    async def until_rested(self) -> None:
        """Wait for as long as another server asked for."""
        if (rest := self._not_before - time.monotonic()) > 0:
            await asyncio.sleep(rest)

    async def until_ready(self) -> bool:
        """Wait for the engine, longer after each loss, and as long as another server asked for.

        Returns:
            False if it stays away or the worker stops.
        """
        if self._losses > 1:
            doubled = self._timing.poll * 2 ** min(self._losses, _MOST_DOUBLINGS)
            await self._signals.pause(min(doubled, _LONGEST_PAUSE))
        await self._signals.pause(self._not_before - time.monotonic())
        deadline = time.monotonic() + self._timing.patience
        wait = self._timing.poll
        while not self._signals.stopping:
            if await self._engine.ready():
                self.lost = False
                return True
            if time.monotonic() + wait > deadline:
                log.warning("the engine is not ready: analyses wait for the next tick")
                return False
            await self._signals.pause(wait)
            wait = min(wait * 2, self._timing.poll * 10)
        return False
