"""The clients in memory, so that a key check never waits long for the disk.

They are at most a second old while the store can be read. While it cannot, the last known ones
are used for ``MAX_STALE`` seconds: after that a disabled client would still be let in.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Protocol

from edgebox.errors import StoreBusy, StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from edgebox.store.clients import Client

log = logging.getLogger("edgebox.api")

MAX_AGE = 1.0
"""Seconds after which a change (a disabled client, a new secret) takes effect at the latest."""

PATIENCE = 0.05
"""Seconds a request waits for a reread; after that the last known clients are used. A full box
must refuse within 100 ms, also while the disk is slow."""

MAX_STALE = 300.0
"""Seconds for which clients that cannot be reread are used."""

BETWEEN_LOOKS = 0.03
"""Seconds between two rereads for keys that fail: guessing costs at most some 33 of them a second,
and is refused within 100 ms."""

FIRST_PATIENCE = 2.0
"""Seconds a request waits for a read while no clients are known, or only some older than
``MAX_STALE``: after a start, or when no request came for so long."""


class ClientSource(Protocol):
    """The clients' home (``store.clients.Clients``)."""

    def list(self) -> list[Client]:
        """Return every client."""

    def data_version(self) -> int:
        """Return a number that grows with every change."""


class ClientsCache:
    """A snapshot of the clients; one reread at a time, off the event loop.

    Args:
        source: the store's clients.
        run: runs a blocking call in a thread.
        clock: monotonic seconds.
        patience: seconds to wait for a reread.
    """

    def __init__(
        self,
        source: ClientSource,
        run: Callable[[Callable[[], None]], Awaitable[None]],
        *,
        clock: Callable[[], float],
        patience: float = PATIENCE,
    ) -> None:
        self._source = source
        self._run = run
        self._clock = clock
        self._patience = patience
        self._clients: dict[str, Client] = {}
        self._version: int | None = None
        self._as_of = float("-inf")
        self._tried = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    def get(self, client_id: str) -> Client | None:
        """Return the client as of the last reread."""
        return self._clients.get(client_id)

    def ids(self) -> list[str]:
        """Return the ids of all clients as of the last reread."""
        return list(self._clients)

    def enabled(self) -> list[str]:
        """Return the ids of those that are not disabled."""
        return [client.client_id for client in self._clients.values() if not client.disabled]

    async def refresh(self, max_age: float = MAX_AGE) -> None:
        """Reread unless the snapshot is younger than ``max_age`` seconds.

        While the store is busy the last snapshot stays in use for ``MAX_STALE`` seconds, and the
        next reread is tried after ``max_age``, so that requests do not queue up behind it.

        Raises:
            StoreBusy: the clients have not been read for so long, or never.
        """
        now = self._clock()
        if now - max(self._as_of, self._tried) > max_age and self._reading is None:
            self._tried = now
            self._reading = asyncio.create_task(self._reread(now))
        if self._reading is not None and now - self._as_of > max_age:
            patience = FIRST_PATIENCE if now - self._as_of > MAX_STALE else self._patience
            left = self._tried + patience - now  # shared by every waiting request
            if left > 0:
                await asyncio.wait({self._reading}, timeout=left)
        if now - self._as_of > MAX_STALE:
            raise StoreBusy("The clients could not be read.")

    async def look_again(self) -> None:
        """Read what was written until now, so that a client made a moment ago works at once.

        For keys that fail. Those that fail together share a reread.

        Raises:
            StoreBusy: as `refresh`.
        """
        asked = self._clock()
        await asyncio.sleep(max(0.0, self._tried + BETWEEN_LOOKS - asked))
        for _ in range(2):  # the first may find a reread that began before
            await self.refresh(self._clock() - asked)
            if self._as_of >= asked:
                return

    async def _reread(self, now: float) -> None:
        try:
            await self._run(self._read)
            self._as_of = now
        except StoreError as error:
            log.warning("the clients could not be reread: %s", error.detail)
        finally:
            self._reading = None

    def _read(self) -> None:
        version = self._source.data_version()
        if version != self._version:
            self._clients = {client.client_id: client for client in self._source.list()}
            self._version = version
