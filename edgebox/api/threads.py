"""Threads for what would block the event loop: the disk, and large JSON.

One kind of work never waits for another: reads must not keep a batch from being accepted, nor
clients the box from knowing its own state, nor a locked database a body from being parsed.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from edgebox.api.fair_pool import FairPool

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_STORE = {"read": 4, "write": 2, "box": 1}  # SQLite has one writer at a time


class Threads:
    """The API's thread pools. Each thread that uses the store keeps its own connection."""

    def __init__(self) -> None:
        self._store = {
            name: FairPool(ThreadPoolExecutor(threads, thread_name_prefix=name), threads)
            for name, threads in _STORE.items()
        }
        # Two: parsing is Python, so more would only take turns, and cost memory.
        self._bodies = ThreadPoolExecutor(2, thread_name_prefix="bodies")

    async def read(self, client_id: str, work: Callable[[], T]) -> T:
        """Read the store for a client.

        Raises:
            BoxBusy: too many reads wait.
        """
        return await self._store["read"].run(client_id, work)

    async def write(self, client_id: str, work: Callable[[], T]) -> T:
        """Write to the store for a client.

        Raises:
            BoxBusy: too many writes wait.
        """
        return await self._store["write"].run(client_id, work)

    async def box(self, work: Callable[[], T]) -> T:
        """Do what the box needs itself, such as rereading the clients: a few jobs at most."""
        return await self._store["box"].run("", work)

    async def bodies(self, work: Callable[[], T]) -> T:
        """Parse or check a large body."""
        return await asyncio.get_running_loop().run_in_executor(self._bodies, work)

    def waiting(self) -> dict[str, int]:
        """Return how many jobs wait for a thread, by the store's pools: read, write, box."""
        return {name: pool.waiting for name, pool in self._store.items()}

    def close(self) -> None:
        """Wait for running calls and drop those that have not begun."""
        for pool in self._store.values():
            pool.close()
        self._bodies.shutdown(wait=True, cancel_futures=True)
