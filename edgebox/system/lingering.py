"""A connection that ends only when its client had time to read the last answer.

Closing a socket with unread bytes makes the kernel reset it, and the client loses an answer that it
has not read yet (RFC 9112, 9.6).
"""

from __future__ import annotations

import asyncio
from typing import Protocol


class Owner(Protocol):
    """What the transport asks its protocol."""

    @property
    def unread_request(self) -> bool:
        """Whether what still comes is not needed."""

    def begin_linger(self) -> None:
        """Read and drop what still comes, then end the connection."""


class LingeringTransport(asyncio.Transport):
    """A transport whose ``close()`` first lets the protocol drop what still comes.

    Args:
        protocol: says whether something may still come.
        transport: the connection's own.
    """

    def __init__(self, protocol: Owner, transport: asyncio.Transport) -> None:
        super().__init__()
        self._protocol = protocol
        self._real = transport
        self._closing = False

    def close(self) -> None:
        if self._closing or not self._protocol.unread_request or self._real.is_closing():
            self._real.close()
            return
        self._closing = True
        if self._real.can_write_eof():
            self._real.write_eof()
        self._protocol.begin_linger()

    def is_closing(self) -> bool:
        return self._closing or self._real.is_closing()

    def abort(self) -> None:
        self._real.abort()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._real.write(data)

    def get_write_buffer_size(self) -> int:
        return self._real.get_write_buffer_size()

    def get_extra_info(self, name: str, default: object = None) -> object:
        return self._real.get_extra_info(name, default)

    def pause_reading(self) -> None:
        self._real.pause_reading()

    def resume_reading(self) -> None:
        self._real.resume_reading()
