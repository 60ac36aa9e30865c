"""What a peer does not read is given up.

While a connection's buffer is full, it is looked at ten times in STALL_SECONDS: a peer that takes
fewer than STALL_BYTES in that time loses its connection. While all unread bytes of the process
exceed UNREAD_BYTES, a tenth of that time is allowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

STALL_SECONDS = 10.0
STALL_BYTES = 40 * 1024
UNREAD_BYTES = 128 * 1024 * 1024

STALLED: Final[set[Unread]] = set()
"""Those of the whole process whose buffers are full."""


class Unread:
    """Watches the buffer of one connection.

    Args:
        loop: has the clock.
        transport: the connection.
        give_up: ends it.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        transport: asyncio.WriteTransport,
        give_up: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._transport = transport
        self._give_up = give_up
        self._timer: asyncio.TimerHandle | None = None
        self._progress = (0.0, 0)

    @property
    def size(self) -> int:
        """Bytes that the peer has not read."""
        return self._transport.get_write_buffer_size()

    def pause(self) -> None:
        """Begin to look: the buffer is full."""
        self.resume()
        STALLED.add(self)
        self._progress = (self._loop.time(), self.size)
        self._timer = self._loop.call_later(STALL_SECONDS / 10, self._look)

    def resume(self) -> None:
        """Look no more: the peer has read, or the connection has ended."""
        STALLED.discard(self)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        now, size = self._loop.time(), self.size
        since, before = self._progress
        unread = sum(one.size for one in STALLED)
        allowed = STALL_SECONDS / 10 if unread > UNREAD_BYTES else STALL_SECONDS
        if size <= before - STALL_BYTES:
            self._progress = (now, size)
        elif now - since >= allowed * 0.99:
            self._give_up()
            return
        self._timer = self._loop.call_later(STALL_SECONDS / 10, self._look)
