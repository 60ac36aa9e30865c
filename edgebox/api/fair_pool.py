"""Threads that one client cannot fill."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from edgebox.errors import BoxBusy

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

T = TypeVar("T")

PER_CLIENT = 2
"""Jobs of one client in the threads of a pool at once."""

MOST_WAITING = 64
"""Jobs that may wait for a thread of a pool."""


@dataclass(eq=False)
class _Job:
    client: str
    work: Callable[[], Any]
    result: asyncio.Future[Any]


class FairPool:
    """Runs blocking jobs in threads. For one event loop, and not safe from others.

    1. A job begins at once if a thread is free and fewer than ``PER_CLIENT`` jobs of its client
       are in threads.
    2. Otherwise it waits and holds no thread. The clients that wait take turns; the jobs of one
       client stay in their order.
    3. While ``most_waiting`` jobs wait, a client with a shorter queue takes the place of the
       newest job in the longest queue, which is refused. Any other new job is refused itself.
    4. A job that waits is dropped when its request is cancelled. One that has begun keeps its
       thread, and counts for its client, until it ends: a thread cannot be interrupted.

    Args:
        executor: runs the jobs. The pool never gives it more than ``threads`` at once, so it
            queues nothing.
        threads: how many it has.
        most_waiting: jobs that may wait.
    """

    def __init__(
        self, executor: Executor, threads: int, *, most_waiting: int = MOST_WAITING
    ) -> None:
        self._executor = executor
        self._most_waiting = most_waiting
        self._free = threads
        self._running: Counter[str] = Counter()
        self._queues: OrderedDict[str, deque[_Job]] = OrderedDict()  # the next client first
        self.waiting = 0

    async def run(self, client: str, work: Callable[[], T]) -> T:
        """Return what ``work`` returns in a thread.

        Raises:
            BoxBusy: too many jobs wait.
        """
        job = _Job(client, work, asyncio.get_running_loop().create_future())
        if not (self._free and self._running[client] < PER_CLIENT):
            self._make_room(client)
        self._queues.setdefault(client, deque()).append(job)
        self.waiting += 1
        self._begin()
        try:
            result: T = await job.result
        except asyncio.CancelledError:
            if job in self._queues.get(client, ()):
                self._remove(job)
            raise
        return result

    def close(self) -> None:
        """Wait for the jobs in threads and drop those that wait."""
        for queue in self._queues.values():
            for job in queue:
                job.result.cancel()
        self._queues.clear()
        self.waiting = 0
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _make_room(self, client: str) -> None:
        """Let one more job of this client wait, or raise BoxBusy."""
        if self.waiting < self._most_waiting:
            return
        busy = BoxBusy("Too many requests wait for the database. Try again.", retry_after=1)
        longest = max(self._queues.values(), key=len)
        if len(longest) <= len(self._queues.get(client, ())) + 1:
            raise busy
        newest = longest[-1]
        self._remove(newest)
        if not newest.result.done():  # its request may have been cancelled a moment ago
            newest.result.set_exception(busy)

    def _remove(self, job: _Job) -> None:
        queue = self._queues[job.client]
        queue.remove(job)
        self.waiting -= 1
        if not queue:
            del self._queues[job.client]

    def _begin(self) -> None:
        """Give the free threads to the clients whose turn it is."""
        while self._free:
            client = next((one for one in self._queues if self._running[one] < PER_CLIENT), None)
            if client is None:
                return
            job = self._queues[client][0]
            self._remove(job)
            if client in self._queues:
                self._queues.move_to_end(client)
            if job.result.done():  # cancelled a moment ago
                continue
            loop = asyncio.get_running_loop()
            try:
                begun = loop.run_in_executor(self._executor, job.work)
            except RuntimeError as error:  # the system gives no thread, or the pool is closed
                job.result.set_exception(error)
                continue
            self._free -= 1
            self._running[client] += 1
            begun.add_done_callback(partial(self._ended, job))

    def _ended(self, job: _Job, ended: asyncio.Future[Any]) -> None:
        self._free += 1
        self._running[job.client] -= 1
        if not self._running[job.client]:
            del self._running[job.client]
        if ended.cancelled():
            job.result.cancel()
        elif error := ended.exception():
            if not job.result.done():
                job.result.set_exception(error)
        elif not job.result.done():
            job.result.set_result(ended.result())
        self._begin()
