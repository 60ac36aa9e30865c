"""Signs of life of what goes on in several threads, for one that watches them all."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

_BEAT_SECONDS = 5.0


class Pulse:
    """Remembers when each piece of work last showed that it gets on. Any thread.

    Args:
        limits: the pieces by name, and for how many seconds each may be silent.
        clock: monotonic seconds.
    """

    def __init__(
        self, limits: dict[str, float], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._beats: dict[str, float] = {}

    def beat(self, name: str) -> None:
        """It gets on; from now on it is expected to."""
        self._beats[name] = self._clock()

    def end(self, name: str) -> None:
        """It has ended, and owes no sign of life until it begins again."""
        self._beats.pop(name, None)

    def goes_on(self, name: str) -> bool:
        """Whether it has begun and not ended."""
        return name in self._beats

    def silent(self) -> str | None:
        """A piece of work that hangs; None when every one that goes on gets on."""
        now = self._clock()
        for name, at in list(self._beats.items()):
            if now - at > self._limits[name]:
                return name
        return None

    @asynccontextmanager
    async def of_loop(self, name: str) -> AsyncIterator[None]:
        """In the block, the running event loop's turning is the work's sign of life."""

        async def beats() -> None:
            while True:
                self.beat(name)
                await asyncio.sleep(_BEAT_SECONDS)

        self.beat(name)
        beating = asyncio.create_task(beats())
        try:
            yield
        finally:
            beating.cancel()
            self.end(name)
