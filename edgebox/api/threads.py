"""Threads for what would block the event loop: the disk, and large JSON.

Three pools, so that one kind of work never waits for another: a locked database
must not keep a key from being checked, nor a body from being parsed.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Threads:
    """The API's thread pools."""

    def __init__(self) -> None:
        self._store = ThreadPoolExecutor(4, thread_name_prefix="store")
        self._keys = ThreadPoolExecutor(1, thread_name_prefix="keys")
        # Two: parsing is Python, so more would only take turns, and cost memory.
        self._bodies = ThreadPoolExecutor(2, thread_name_prefix="bodies")

    async def store(self, work: Callable[[], T]) -> T:
        """Run a database call; each thread keeps its own connection."""
        return await asyncio.get_running_loop().run_in_executor(self._store, work)

    async def keys(self, work: Callable[[], T]) -> T:
        """Reread the clients."""
        return await asyncio.get_running_loop().run_in_executor(self._keys, work)

    async def bodies(self, work: Callable[[], T]) -> T:
        """Parse or check a large body."""
        return await asyncio.get_running_loop().run_in_executor(self._bodies, work)

    def close(self) -> None:
        """Wait for running calls and drop those that have not begun."""
        for pool in (self._store, self._keys, self._bodies):
            pool.shutdown(wait=True, cancel_futures=True)
