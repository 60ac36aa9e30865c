"""HTTP/1.1 as h11 reads it, less what is ambiguous and bodies that are mostly framing."""

from __future__ import annotations

import re

import h11

FRAMING_BYTES = 2 * 1024
"""Framing of a body that is always accepted; more of it must be less than half of the body."""

_BARE_LINE_END = re.compile(rb"(?<!\r)\n")
_WHOLE_HEAD = b"\r\n\r\n"


class MeasuredConnection(h11.Connection):
    """h11's reading of one connection, with what it may cost."""

    def __init__(self) -> None:
        super().__init__(h11.SERVER)
        self._received = 0
        self._payload = 0

    def receive_data(self, data: bytes) -> None:
        """Add bytes as they came."""
        self._received += len(data)
        super().receive_data(data)

    def next_event(self) -> type[h11.NEED_DATA | h11.PAUSED] | h11.Event:
        """Return the next event.

        Raises:
            h11.RemoteProtocolError: the request is ambiguous, or mostly framing.
        """
        if self.their_state is h11.IDLE:
            head = self.trailing_data[0].partition(_WHOLE_HEAD)[0]
            if _BARE_LINE_END.search(head):
                raise h11.RemoteProtocolError("a line ends with a bare line feed")
        event = super().next_event()
        if isinstance(event, h11.Request):
            names = {name for name, _ in event.headers}
            if {b"content-length", b"transfer-encoding"} <= names:  # RFC 9112, 6.1
                raise h11.RemoteProtocolError("Content-Length and Transfer-Encoding")
            self._received, self._payload = len(self.trailing_data[0]), 0
        elif isinstance(event, h11.Data):
            self._payload += len(event.data)
            # Payload that has come and is not read yet counts as framing, but for one read only.
            waiting = len(self.trailing_data[0]) if self._over else 0
            if self._over and self._framing - waiting > max(FRAMING_BYTES, self._payload):
                raise h11.RemoteProtocolError("the body is mostly framing")
        return event

    @property
    def _framing(self) -> int:
        return self._received - self._payload

    @property
    def _over(self) -> bool:
        return self._framing > max(FRAMING_BYTES, self._payload)
