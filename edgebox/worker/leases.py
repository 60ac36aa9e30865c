"""The consultations that a run holds: their tasks, their leases, and how each ends."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from edgebox.errors import LeaseLost, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.contract.results import Analysed, NothingSaid
    from edgebox.store.consultations import Claimed
    from edgebox.store.db import Store

log = logging.getLogger("edgebox.worker")


class Leases:
    """What one run has claimed and not yet finished, failed or released.

    Args:
        store: the consultations.
        seconds: the length of a lease; it is renewed after each third of that.
        pause: seconds between tries while the disk is busy.
    """

    def __init__(self, store: Store, seconds: float, *, pause: float) -> None:
        self._consultations = store.consultations
        self._seconds = seconds
        self._pause = pause
        self._held: dict[int, tuple[Claimed, asyncio.Task[None] | None]] = {}
        self.lost = 0

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, claimed: Claimed) -> bool:
        return claimed.row_id in self._held

    def hold(self, claimed: Claimed, task: asyncio.Task[None] | None = None) -> None:
        """Renew its lease until it ends; cancel the task if the lease is lost."""
        self._held[claimed.row_id] = (claimed, task)

    def tasks(self) -> set[asyncio.Task[None]]:
        """Return the analyses in flight."""
        return {task for _, task in self._held.values() if task is not None}

    def row_ids(self) -> list[int]:
        return list(self._held)

    def claimed(self) -> list[Claimed]:
        return [claimed for claimed, _ in self._held.values()]

    async def finish(self, claimed: Claimed, result: Analysed | NothingSaid) -> bool:
        """Write the result.

        Returns:
            False if it was not written: the lease is lost, or the disk stays busy.
        """
        return await self._write(claimed, self._consultations.finish, result)

    async def fail(self, claimed: Claimed, code: str, detail: str) -> bool:
        """End it as failed, for good. Returns what ``finish`` returns."""
        return await self._write(claimed, self._consultations.fail, code, detail)

    async def release(self, claimed: Claimed, *, refund: bool) -> bool:
        """Put it back among the waiting. Returns what ``finish`` returns.

        Args:
            claimed: the consultation.
            refund: the attempt does not count.
        """
        return await self._write(claimed, self._consultations.release, refund_attempt=refund)

    async def renew(self) -> None:
        """Renew every lease, until cancelled."""
        while True:
            await asyncio.sleep(self._seconds / 3)
            for claimed, task in list(self._held.values()):
                try:
                    self._consultations.renew(claimed.row_id, claimed.lease_token, self._seconds)
                except LeaseLost:
                    if task is None:
                        self._drop(claimed)
                    else:
                        task.cancel()
                except StoreError as error:
                    log.warning("%s: lease not renewed: %s", name_of(claimed), error.detail)

    async def _write(
        self, claimed: Claimed, end: Callable[..., None], *values: object, **named: object
    ) -> bool:
        """Write the end; try again while the disk is busy, for as long as a lease."""
        until = time.monotonic() + self._seconds
        try:
            while True:
                try:
                    end(claimed.row_id, claimed.lease_token, *values, **named)
                except LeaseLost:
                    self._drop(claimed)
                    return False
                except StoreError as error:
                    log.warning("%s: not written: %s", name_of(claimed), error.detail)
                    if time.monotonic() > until:
                        return False
                    await asyncio.sleep(self._pause)
                else:
                    return True
        finally:
            self._held.pop(claimed.row_id, None)

    def _drop(self, claimed: Claimed) -> None:
        log.warning("%s: lease lost, result dropped", name_of(claimed))
        self._held.pop(claimed.row_id, None)
        self.lost += 1


def name_of(claimed: Claimed) -> str:
    """Return what a log line calls it: our numbers, as the client's id may name a person."""
    return f"{claimed.batch_id} row {claimed.row_id}"
