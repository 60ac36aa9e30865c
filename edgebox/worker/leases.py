"""The consultations that a run holds: their tasks, their leases, and how each is let go."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from edgebox.errors import LeaseLost, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.contract import Analysed
    from edgebox.store.consultations import Claimed
    from edgebox.store.db import Store

log = logging.getLogger("edgebox.batch")


class Leases:
    """What one run has claimed and not yet given back.

    Args:
        store: the consultations.
        seconds: a lease's length; renewed each third of it.
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
        """Keep its lease from now on; a task is cancelled when the lease is lost."""
        self._held[claimed.row_id] = (claimed, task)

    def tasks(self) -> set[asyncio.Task[None]]:
        """The analyses going on."""
        return {task for _, task in self._held.values() if task is not None}

    def row_ids(self) -> list[int]:
        """Of everything held."""
        return list(self._held)

    def claimed(self) -> list[Claimed]:
        """Everything held."""
        return [claimed for claimed, _ in self._held.values()]

    async def finish(self, claimed: Claimed, result: Analysed) -> bool:
        """Keep the result; False when somebody else has the consultation now."""
        return await self._let_go(
            claimed,
            lambda: self._consultations.finish(claimed.row_id, claimed.lease_token, result),
        )

    async def fail(self, claimed: Claimed, code: str, detail: str) -> bool:
        """End it as failed, for good; False as for ``finish``."""
        return await self._let_go(
            claimed,
            lambda: self._consultations.fail(claimed.row_id, claimed.lease_token, code, detail),
        )

    async def release(self, claimed: Claimed, *, refund: bool) -> bool:
        """Put it back among the waiting; False as for ``finish``.

        Args:
            claimed: what was claimed.
            refund: the attempt does not count.
        """
        return await self._let_go(
            claimed,
            lambda: self._consultations.release(
                claimed.row_id, claimed.lease_token, refund_attempt=refund
            ),
        )

    async def renew(self) -> None:
        """Keep every lease, until cancelled."""
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

    async def _let_go(self, claimed: Claimed, change: Callable[[], None]) -> bool:
        """Write the end, again while the disk is busy, for as long as a lease."""
        until = time.monotonic() + self._seconds
        try:
            while True:
                try:
                    change()
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
    """A consultation in a log line: our numbers only, the client's id may name a person."""
    return f"{claimed.batch_id} row {claimed.row_id}"
