"""v2 keys that are dated ahead of the box's clock, so that a restart makes none of them new.

After a start, keys from before it are refused. One that is dated ahead is from after it, and may
have been used before. So the latest of each client is stored as soon as it is used, and after a
restart nothing up to it is accepted. Only a process that is killed in the same moment forgets one.
"""

from __future__ import annotations

import asyncio
import logging
from contextvars import Context
from functools import partial
from typing import TYPE_CHECKING

from edgebox.errors import StoreError
from edgebox.system import ecs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import Protocol

    class Marks(Protocol):
        """Keeps the latest timestamp of each client; calls block."""

        def read(self) -> dict[str, int]: ...
        def write(self, latest: Mapping[str, int]) -> None: ...


log = logging.getLogger("edgebox.api")

RETRY_SECONDS = 1.0
"""Between two tries to write, where the database is locked or full."""


class DatedAhead:
    """Notes keys that are dated ahead, and knows those of the process before.

    Args:
        marks: where they are stored.
        future: seconds that a timestamp may be ahead.
        run: runs a blocking call in a thread.
    """

    def __init__(
        self,
        marks: Marks,
        future: float,
        *,
        run: Callable[[Callable[[], None]], Awaitable[None]],
    ) -> None:
        self._marks = marks
        self._future = future
        self._run = run
        self._before: dict[str, int] | None = None
        self._latest: dict[str, int] = {}
        self._unwritten: dict[str, int] = {}
        self._writing: asyncio.Task[None] | None = None
        self._closing = False

    async def ready(self) -> None:
        """Read what the process before stored, once.

        Raises:
            StoreError: it cannot be read now.
        """
        if self._before is None:
            await self._run(self._read)

    def may_be_used(self, client_id: str, timestamp: int) -> bool:
        """Whether a key may have been used before this process started.

        A mark further ahead than a key may be is from a clock that was wrong: it ends nothing.
        """
        mark = (self._before or {}).get(client_id)
        return mark is not None and mark - self._future < timestamp <= mark

    def note(self, client_id: str, timestamp: int) -> None:
        """Store that a client has used a key that is dated ahead; returns before it is stored."""
        if timestamp <= self._latest.get(client_id, 0):
            return
        self._latest[client_id] = self._unwritten[client_id] = timestamp
        if self._writing is None:
            # An empty context: what it logs is not about this request.
            self._writing = asyncio.create_task(self._write(), context=Context())

    async def close(self) -> None:
        """Write what waits."""
        self._closing = True
        if self._writing is not None:
            await self._writing

    def _read(self) -> None:
        self._before = self._marks.read()

    async def _write(self) -> None:
        try:
            while self._unwritten:
                some, self._unwritten = self._unwritten, {}
                try:
                    await self._run(partial(self._marks.write, some))
                except StoreError as error:
                    self._unwritten = some | self._unwritten
                    if self._closing:
                        self._complain(error)
                        return
                    await asyncio.sleep(RETRY_SECONDS)
        finally:
            self._writing = None

    def _complain(self, error: StoreError) -> None:
        fields: dict[str, ecs.Value] = {
            "edgebox.rows": len(self._unwritten),
            "event.reason": error.detail,
        }
        log.warning(
            "keys that are dated ahead not stored (clients: %d): %s",
            len(self._unwritten),
            error.detail,
            extra=ecs.event("key_marks_not_written", fields),
        )
