"""What a peer does not read over TLS stays where its size is known.

As soon as the socket's own buffer has any room, asyncio moves all that was encrypted into it: an
answer of megabytes in one piece. After that its transport says that it holds nothing, and its
protocol is never told to wait. Here only as much is moved as the socket's buffer takes.
"""

from __future__ import annotations

from asyncio import sslproto
from typing import Any, Final

PIECE: Final = 64 * 1024
"""Bytes: as many as a socket's buffer holds before it says that it is full."""


def limit_tls_flow() -> None:
    """Have the TLS connections of this process tell their protocols when a peer does not read."""
    sslproto.SSLProtocol._process_outgoing = _process_outgoing  # type: ignore[attr-defined]  # noqa: SLF001


def _process_outgoing(self: Any) -> None:  # noqa: ANN401 - none of it is public
    """Move what is encrypted into the socket's buffer until that is full."""
    while not self._ssl_writing_paused and (piece := self._outgoing.read(PIECE)):
        self._transport.write(piece)
    self._control_app_writing()
