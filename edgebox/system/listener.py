"""A listening socket that admits so many connections and no more, before TLS and before any byte.

A connection costs memory as soon as it is accepted, with TLS a hundred kilobytes. So connections
are counted where they are accepted: in all, and from each address.
"""

from __future__ import annotations

import ipaddress
import resource
import socket
import struct
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SPARE_FILES = 256
"""File descriptors that connections leave to the database, the engine and the log."""

REFUSALS_AT_ONCE = 64
"""Connections that are refused in one turn of the event loop, so that a flood leaves it time."""

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: no TIME_WAIT for what was never served


class Places:
    """The places for connections of one listener.

    Args:
        most: connections at a time.
        most_per_peer: connections of one address at a time. This machine's own addresses
            (127.0.0.0/8, ::1) have no such limit: a proxy may stand there.
        refused: called with the reason and the address of every connection that is turned away.
        is_free: whether an address has no limit of its own.
    """

    def __init__(
        self,
        most: int,
        most_per_peer: int,
        refused: Callable[[str, str], None],
        is_free: Callable[[str], bool] | None = None,
    ) -> None:
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self._most = max(1, min(most, files - SPARE_FILES))
        self._most_per_peer = most_per_peer
        self._refused = refused
        self._is_free = is_free or is_loopback
        self._peers: Counter[str] = Counter()
        self._taken = 0

    def __len__(self) -> int:
        return self._taken

    def take(self, peer: str) -> bool:
        """Take a place for a connection from this address; False if there is none."""
        if self._taken >= self._most:
            self._refused("connections", peer)
            return False
        if self._peers[peer] >= self._most_per_peer and not self._is_free(peer):
            self._refused("connections_per_peer", peer)
            return False
        self._taken += 1
        self._peers[peer] += 1
        return True

    def give_back(self, peer: str) -> None:
        """Free the place of a connection that has ended."""
        self._taken -= 1
        self._peers[peer] -= 1
        if not self._peers[peer]:
            del self._peers[peer]


class Listener(socket.socket):
    """A listening TCP socket whose connections need a place.

    Made of a socket that already listens, which it takes over.
    """

    def __init__(self, listening: socket.socket, places: Places) -> None:
        super().__init__(fileno=listening.detach())
        self._places = places

    def accept(self) -> tuple[socket.socket, tuple[object, ...]]:
        """Return the next connection that has a place; those without one are reset.

        Raises:
            BlockingIOError: none waits, or a turn's share of refusals is used up.
        """
        for _ in range(REFUSALS_AT_ONCE):
            connection, address = super().accept()
            peer = str(address[0])
            if self._places.take(peer):
                # asyncio sets it only for sockets that say they are TCP's, which those of
                # socket.create_server do not: head and body of an answer are two writes, and the
                # second would wait for the client's delayed acknowledgement (40 ms on Linux).
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return _Placed(connection, self._places, peer), address
            with connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        raise BlockingIOError


class _Placed(socket.socket):
    """A connection that gives its place back when it is closed."""

    def __init__(self, connection: socket.socket, places: Places, peer: str) -> None:
        super().__init__(fileno=connection.detach())
        self._places: Places | None = places
        self._peer = peer

    def close(self) -> None:
        """Close the connection."""
        places, self._places = self._places, None
        if places is not None:
            places.give_back(self._peer)
        super().close()


def is_loopback(peer: str) -> bool:
    """Whether an address is this machine's loopback."""
    try:
        return ipaddress.ip_address(peer.partition("%")[0]).is_loopback
    except ValueError:
        return False
