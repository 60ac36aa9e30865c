"""Reads of results in the audit, without a write of their own.

A read is noted in memory before it is answered, and written with the others of its second by a
thread of its own. The same read again, by the same client from the same address, is counted, and
written once in REPEAT_SECONDS: a client that polls does not fill the disk.

A read that cannot be noted is refused. That happens when MOST different reads wait because the
database could not be written for long: dropping them would let whoever fills the disk read
without a trace. A process that is killed loses the reads of its last second, and the counts of
repeated ones.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox.errors import BoxBusy, StoreError
from edgebox.store.acts import Act, Actor
from edgebox.system import ecs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgebox.store.acts import Action

log = logging.getLogger("edgebox.api")

WRITE_SECONDS = 1.0
"""From a read to its row."""
REPEAT_SECONDS = 600.0
"""The same read within this time is a count."""
MOST = 10_000
"""Different reads that are remembered."""
COMPLAIN_SECONDS = 60.0
RETRY_AFTER = 10  # seconds, for a client whose read is refused


@dataclass(frozen=True)
class _Read:
    """What makes two reads the same."""

    action: Action
    client_id: str | None
    peer: str
    subject: str | None
    operator: str | None


@dataclass
class _Noted:
    """Reads that are not written yet: how many, when the first and the last one were.

    Attributes:
        count: 0 if all are written; the entry stays until ``due`` to count repetitions.
        first: Unix seconds.
        last: Unix seconds.
        due: when to write them, on the monotonic clock.
    """

    count: int
    first: float
    last: float
    due: float


class ReadAudit:
    """Takes reads, and writes them into the audit.

    Args:
        append: writes acts in one transaction; blocking.
        clock: Unix seconds.
        monotonic: seconds that never jump.
    """

    def __init__(
        self,
        append: Callable[[Sequence[Act]], None],
        *,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self._append = append
        self._clock = clock
        self._monotonic = monotonic
        self._reads: dict[_Read, _Noted] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="audit")
        self._writing: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._complained = float("-inf")

    def note(
        self,
        action: Action,
        client_id: str | None,
        peer: str,
        subject: str | None = None,
        operator: str | None = None,
    ) -> None:
        """Take a read, before it is answered.

        Args:
            action: what is read.
            client_id: whose data it is; None for what belongs to no client.
            peer: the address of the reader.
            subject: an id of what is read.
            operator: the name of the person who reads; None for a program.

        Raises:
            BoxBusy: too many reads wait to be written.
        """
        now, read = self._clock(), _Read(action, client_id, peer, subject, operator)
        noted = self._reads.get(read)
        if noted is None:
            self._make_room()
            noted = _Noted(0, now, now, self._monotonic() + WRITE_SECONDS)
            self._reads[read] = noted
        if noted.count == 0:
            noted.first = now
        noted.count += 1
        noted.last = now
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_later())

    async def close(self) -> None:
        """Write what waits; log how much could not be written."""
        self._closing.set()
        if self._writing is not None:  # not cancelled: a row that is being written would come twice
            await asyncio.gather(self._writing, return_exceptions=True)
        await self.write(everything=True)
        lost = sum(noted.count for noted in self._reads.values())
        if lost:
            log.error(
                "audit rows lost: %d reads",
                lost,
                extra=ecs.event("audit_lost", {"edgebox.reads": lost}),
            )
        self._thread.shutdown()

    async def write(self, *, everything: bool = False) -> None:
        """Write the reads that are due, or everything; forget those that were not repeated."""
        now = self._monotonic()
        due = {
            read: (noted, noted.count)
            for read, noted in self._reads.items()
            if everything or noted.due <= now
        }
        acts = [_act(read, noted) for read, (noted, count) in due.items() if count]
        if acts:
            loop = asyncio.get_running_loop()
            try:
                await loop.run_in_executor(self._thread, self._append, acts)
            except StoreError as error:
                self._complain(len(acts), error)
                return
        for read, (noted, count) in due.items():
            if count == 0 and noted.count == 0:
                self._reads.pop(read, None)
                continue
            noted.count -= count  # more may have come while it was written
            noted.first = noted.last
            noted.due = now + REPEAT_SECONDS

    async def _write_later(self) -> None:
        try:
            while self._reads and not self._closing.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), WRITE_SECONDS)
                await self.write()
        finally:
            self._writing = None

    def _make_room(self) -> None:
        if len(self._reads) < MOST:
            return
        self._reads = {read: noted for read, noted in self._reads.items() if noted.count}
        for noted in self._reads.values():
            noted.due = self._monotonic()
        if len(self._reads) >= MOST:
            raise BoxBusy(
                "The box cannot record who reads what at the moment, so it answers no reads. "
                "Try again later.",
                retry_after=RETRY_AFTER,
            )

    def _complain(self, rows: int, error: StoreError) -> None:
        now = self._monotonic()
        if now - self._complained >= COMPLAIN_SECONDS:
            self._complained = now
            fields: dict[str, ecs.Value] = {"edgebox.rows": rows, "event.reason": error.detail}
            log.warning(
                "audit not written: %d rows wait: %s",
                rows,
                error.detail,
                extra=ecs.event("audit_not_written", fields),
            )


def _act(read: _Read, noted: _Noted) -> Act:
    detail = {"count": noted.count, "until": noted.last} if noted.count > 1 else {}
    by = Actor(read.operator, read.peer or None)
    return Act(noted.first, by, read.action, read.client_id, read.subject, detail)
