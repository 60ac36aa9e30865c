"""What other threads tell a run: that the worker stops, and that somebody waits for an analysis."""

from __future__ import annotations

import asyncio
import contextlib


class Signals:
    """Outlives the runs: a stop is for the run of now and for all later ones.

    ``stop`` and ``look`` are callable from any thread; the rest is the run's own.

    Attributes:
        stopping: the worker stops.
    """

    def __init__(self) -> None:
        self.stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self) -> None:
        """Listen in the running event loop; call it when a run begins."""
        self._stopped, self._asked = asyncio.Event(), asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def stop(self) -> None:
        """End every wait, now and later."""
        self.stopping = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the run has ended and its loop is closed
                self._loop.call_soon_threadsafe(self._stopped.set)

    def look(self) -> None:
        """Have a run that is full look for what somebody waits for."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the run has ended and its loop is closed
                self._loop.call_soon_threadsafe(self._asked.set)

    def looking(self) -> None:
        """Note that the run looks; what is asked from now on gets another look."""
        self._asked.clear()

    async def until_any(self, tasks: set[asyncio.Task[None]], *, asked: bool = False) -> None:
        """Wait until one of the analyses has ended or the worker stops.

        Args:
            tasks: the analyses.
            asked: end also when the run is to look.
        """
        events = (self._stopped, self._asked) if asked else (self._stopped,)
        waits = {asyncio.create_task(event.wait()) for event in events}
        await asyncio.wait({*tasks, *waits}, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def until_all(self, tasks: set[asyncio.Task[None]]) -> None:
        """Wait until all of the analyses have ended or the worker stops."""
        while not self.stopping and (open_tasks := {task for task in tasks if not task.done()}):
            await self.until_any(open_tasks)

    async def pause(self, seconds: float) -> None:
        """Wait, or until the worker stops."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)
