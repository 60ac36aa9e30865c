"""HTTP/1.1 as h11 reads it, less what is ambiguous and bodies that are mostly framing."""

from __future__ import annotations

import re
from typing import NoReturn

import h11

FRAMING_BYTES = 2 * 1024
"""Framing of a body that is always accepted; more of it must be less than half of the body."""

HEAD_BYTES = 16 * 1024
"""Of a request's line and headers."""
_TOO_LONG = 431
"""What h11 says of headers that are not whole after so many bytes."""

_BARE_LINE_END = re.compile(rb"(?<!\r)\n")
_WHOLE_HEAD = b"\r\n\r\n"


class MeasuredConnection(h11.Connection):
    """h11's reading of one connection, with what it may cost.

    Attributes:
        fault: what is wrong with a request that was refused, in words of ours: it quotes nothing.
    """

    def __init__(self) -> None:
        super().__init__(h11.SERVER, HEAD_BYTES)
        self.fault = "This is not an HTTP/1.1 request."
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
        is_head = self.their_state is h11.IDLE
        if is_head:
            head = self.trailing_data[0].partition(_WHOLE_HEAD)[0]
            if _BARE_LINE_END.search(head):
                self._refuse("A line of the request ends with LF alone. End each with CR LF.")
        try:
            event = super().next_event()
        except h11.RemoteProtocolError as error:
            if error.error_status_hint == _TOO_LONG and is_head:
                self.fault = f"The request's line and headers are over {HEAD_BYTES} bytes."
            raise
        if isinstance(event, h11.Request):
            names = {name for name, _ in event.headers}
            if {b"content-length", b"transfer-encoding"} <= names:  # RFC 9112, 6.1
                self._refuse("Send Content-Length or Transfer-Encoding, not both.")
            self._received, self._payload = len(self.trailing_data[0]), 0
        elif isinstance(event, h11.Data):
            self._payload += len(event.data)
            # Payload that has come and is not read yet counts as framing, but for one read only.
            waiting = len(self.trailing_data[0]) if self._over else 0
            if self._over and self._framing - waiting > max(FRAMING_BYTES, self._payload):
                self._refuse("The body comes in chunks of a few bytes. Send larger ones.")
        return event

    def _refuse(self, fault: str) -> NoReturn:
        self.fault = fault
        raise h11.RemoteProtocolError(fault)

    @property
    def _framing(self) -> int:
        return self._received - self._payload

    @property
    def _over(self) -> bool:
        return self._framing > max(FRAMING_BYTES, self._payload)
