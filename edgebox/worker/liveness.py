"""Liveness of the worker's threads: each job reports progress, one watcher looks for stalls."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

_BEAT_SECONDS = 5.0


class Liveness:
    """The heartbeats of named jobs. Callable from any thread.

    Args:
        limits: for each name, the seconds without a heartbeat after which it is stalled.
        clock: monotonic seconds.
    """

    def __init__(
        self, limits: dict[str, float], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._beats: dict[str, float] = {}

    def beat(self, name: str) -> None:
        """Report progress; heartbeats are expected from now until ``end``."""
        self._beats[name] = self._clock()

    def end(self, name: str) -> None:
        """Expect no heartbeat until the next one."""
        self._beats.pop(name, None)

    def is_running(self, name: str) -> bool:
        """Return whether there was a heartbeat and no ``end`` since."""
        return name in self._beats

    def stalled(self) -> str | None:
        """Return the name of a stalled job, or None if every running job reported in time."""
        now = self._clock()
        for name, at in list(self._beats.items()):
            if now - at > self._limits[name]:
                return name
        return None

    @asynccontextmanager
    async def beating(self, name: str) -> AsyncIterator[None]:
        """Report progress in the block for as long as the event loop keeps running."""

        async def beats() -> None:
            while True:
                self.beat(name)
                await asyncio.sleep(_BEAT_SECONDS)

        self.beat(name)
        task = asyncio.create_task(beats())
        try:
            yield
        finally:
            task.cancel()
            self.end(name)
