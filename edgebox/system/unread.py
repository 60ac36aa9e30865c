"""What a peer does not read is given up.

While a connection's buffer is full, it is looked at ten times in STALL_SECONDS: a peer that takes
fewer than STALL_BYTES in that time loses its connection. While all unread bytes of the process
exceed UNREAD_BYTES, a tenth of that time is allowed.

Peers that read just fast enough could still hold any number of bytes together. So there are never
more than MOST_BYTES: of the address that holds most of them, the largest buffer is given up.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

FULL_BYTES = 64 * 1024
"""From which on a buffer is full."""
STALL_SECONDS = 10.0
STALL_BYTES = 40 * 1024
UNREAD_BYTES = 128 * 1024 * 1024
MOST_BYTES = 256 * 1024 * 1024

STALLED: Final[set[Unread]] = set()
"""Those of the whole process whose buffers are full."""


class Unread:
    """Watches the buffer of one connection.

    Args:
        loop: has the clock.
        transport: the connection.
        give_up: ends it.

    Attributes:
        peer: its address.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        transport: asyncio.WriteTransport,
        give_up: Callable[[], None],
    ) -> None:
        transport.set_write_buffer_limits(FULL_BYTES)  # more with TLS
        self._loop = loop
        self._transport = transport
        self._give_up = give_up
        self._timer: asyncio.TimerHandle | None = None
        self._progress = (0.0, 0)
        self.peer = str((transport.get_extra_info("peername") or ("",))[0])

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
        while sum(one.size for one in STALLED) > MOST_BYTES:
            _largest().drop()

    def drop(self) -> None:
        """Give the peer up, after what is being written."""
        self.resume()
        self._loop.call_soon(self._give_up)

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


def _largest() -> Unread:
    """Return the largest buffer of the address that has not read most."""
    of_peers: Counter[str] = Counter()
    for one in STALLED:
        of_peers[one.peer] += one.size
    [(peer, _)] = of_peers.most_common(1)
    return max((one for one in STALLED if one.peer == peer), key=lambda one: one.size)
