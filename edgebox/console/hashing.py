"""A thread that hashes passwords, one at a time: each takes 19 MiB, and a core for some 30 ms."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from edgebox.errors import RateLimited

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MOST_WAITING = 16
"""Passwords that wait for the thread; more are refused."""
RETRY_AFTER = 2


class HashThread:
    """Runs work with passwords, one piece after the other. For one event loop."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="passwords")
        self._accepted = 0

    async def run(self, work: Callable[[], T]) -> T:
        """Return what ``work`` returns in the thread. It is done even if the caller has gone.

        Raises:
            RateLimited: too many wait.
        """
        if self._accepted > MOST_WAITING:
            raise RateLimited("Too many people log in at once. Try again.", retry_after=RETRY_AFTER)
        self._accepted += 1
        begun = asyncio.get_running_loop().run_in_executor(self._thread, work)
        begun.add_done_callback(self._ended)
        return await asyncio.shield(begun)

    def _ended(self, begun: asyncio.Future[T]) -> None:
        self._accepted -= 1
        if not begun.cancelled():
            begun.exception()  # retrieved here too: the caller may have gone

    def close(self) -> None:
        """Wait for the work that has begun and drop the rest."""
        self._thread.shutdown(wait=True, cancel_futures=True)
