"""WebSockets with the budgets of the wire: uvicorn's own protocol over wsproto, with limits.

`GuardedProtocol` has read and checked the request's head; what follows here is the connection after
it. Limited are

* the bytes that the peer does not read, as of every answer (`unread`);
* frames without content: pings, pongs and tiny fragments cost time and are no messages;
* the seconds and bytes in which the peer may answer a close.

A close by the box always reaches a peer that reads: the code, and no reset in its place.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.wsproto_impl import WSProtocol
from wsproto import events
from wsproto.connection import ConnectionState
from wsproto.utilities import LocalProtocolError

from edgebox.system.http import ABORT, HANG_UP
from edgebox.system.lingering import LingeringTransport
from edgebox.system.problem import problem
from edgebox.system.unread import Unread

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from uvicorn._types import ASGISendEvent
    from uvicorn.config import Config
    from uvicorn.server import ServerState


MESSAGE_BYTES: Final = 1024 * 1024
"""Of one message of a peer; more is closed with 1009."""
PING_SECONDS: Final = 20.0
"""Between two pings, and in which a ping has to be answered."""
CLOSE_SECONDS = 5.0
"""In which a peer has to answer a close, and to read it."""
CLOSE_BYTES: Final = 32 * 1024 * 1024
"""Of a peer that sends on after the box has closed."""
EMPTY_FRAMES: Final = 100
"""In one second: pings, pongs, and fragments of fewer than TINY bytes."""
TINY: Final = 64

POLICY_VIOLATION: Final = 1008
ABNORMAL: Final = 1006
"""The connection was lost without a close."""


class GuardedSocket(WSProtocol):
    """One WebSocket.

    The ``state`` of its scope has two calls that ASGI has not: ``ABORT`` ends the connection
    without another byte, ``HANG_UP`` closes it with a code also while its peer does not read.

    Args:
        config: uvicorn's.
        server_state: of the server.
        app_state: of its application.
        refused: as in `GuardedConfig`.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        refused: Callable[[str, str], None],
    ) -> None:
        ours = {ABORT: self.give_up, HANG_UP: self.hang_up}
        super().__init__(config, server_state, app_state | ours)
        self.close_timeout = CLOSE_SECONDS
        self._tell_refused = refused
        self._linger_timer: asyncio.TimerHandle | None = None
        self._opened = False
        self._broken = False
        self._peer_closed = False
        self._dropped = 0
        self._second = (0.0, 0)

    # What asyncio calls -----------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection over."""
        self._plain = transport
        self._unread = Unread(self.loop, transport, self.give_up)
        super().connection_made(transport)
        self.transport = LingeringTransport(self, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget every timer."""
        self._unread.resume()
        if self._linger_timer is not None:
            self._linger_timer.cancel()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": ABNORMAL})
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read frames; after the box has closed, only for the peer's own close."""
        early = self._opened and not self.handshake_complete
        self._opened = True
        if self.close_sent or early:
            self._dropped += len(data)
            if early or self._dropped > CLOSE_BYTES:
                self._refused("unwanted_body")
                self._plain.abort()
                return
        if self._broken or self._peer_closed or self._plain.is_closing():
            return
        super().data_received(data)

    def pause_writing(self) -> None:
        """The peer does not read as fast as messages are written."""
        super().pause_writing()
        self._unread.pause()

    def resume_writing(self) -> None:
        """The peer has read."""
        super().resume_writing()
        self._unread.resume()

    # What uvicorn calls -----------------------------------------------------------

    async def send(self, message: ASGISendEvent) -> None:
        """Send; a refusal ends the connection.

        Raises:
            ClientDisconnected: the socket was closed meanwhile.
        """
        await self.writable.wait()
        if self.close_sent:
            raise ClientDisconnected
        if message["type"] == "websocket.http.response.start":
            headers = [*message.get("headers", []), (b"connection", b"close")]
            message = {**message, "headers": headers}
        await super().send(message)

    def handle_ping(self, event: events.Ping) -> None:
        """Answer a ping, unless there are too many."""
        if self._admits_empty():
            super().handle_ping(event)

    def handle_pong(self, event: events.Pong) -> None:
        """Take the answer to a ping, unless there are too many."""
        if self._admits_empty():
            super().handle_pong(event)

    def handle_message(self, event: events.TextMessage | events.BytesMessage) -> None:
        """Take a piece of a message, unless too many hold next to nothing."""
        if event.message_finished or len(event.data) >= TINY or self._admits_empty():
            super().handle_message(event)

    def handle_close(self, event: events.CloseConnection) -> None:
        """The peer closes, or answers our close, or sends what is no frame."""
        if not self.close_sent and self.conn.state is not ConnectionState.REMOTE_CLOSING:
            self._broken = True
            self.hang_up(int(event.code), "")
            self.transport.close()
            return
        self._peer_closed = True
        self._end_soon()
        if self.close_sent:
            self._plain.close()  # it has read everything
            return
        super().handle_close(event)

    def shutdown(self) -> None:
        """The server stops: tell the peer, unless it has closed already."""
        if self._peer_closed or self._broken:
            self._plain.abort()
        else:
            super().shutdown()

    def send_500_response(self) -> None:
        """Refuse a handshake that the application did not finish."""
        if self.response_started or self.handshake_complete:
            return
        detail = "The box is stopping, or something failed inside it. Try again."
        self.transport.write(problem(HTTPStatus.SERVICE_UNAVAILABLE, detail))

    # Our own ----------------------------------------------------------------------

    @property
    def unread_request(self) -> bool:
        """Whether something may still come that the application does not need."""
        return not self._peer_closed

    def hang_up(self, code: int, reason: str) -> None:
        """Close at once, also while the peer does not read: it has some seconds to do so.

        Args:
            code: of the close.
            reason: for people; at most 123 bytes of UTF-8.
        """
        if self.close_sent or self.disconnected or not self.handshake_complete:
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        try:
            closing = self.conn.send(events.CloseConnection(code=code, reason=reason))
        except LocalProtocolError:  # the peer was faster
            return
        self.close_sent = True
        self.transport.write(closing)
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.close)

    def give_up(self) -> None:
        """End the connection: its peer does not read."""
        self._refused("unread_answer")
        self._plain.abort()

    def begin_linger(self) -> None:
        """Wait for the peer's close, then end the connection."""
        self._plain.resume_reading()
        self._end_soon()

    def _end_soon(self) -> None:
        """Give the peer some seconds to read what is left."""
        if self._linger_timer is None:
            self._linger_timer = self.loop.call_later(CLOSE_SECONDS, self._plain.abort)

    def _admits_empty(self) -> bool:
        """Count a frame without content; close when there are too many in one second."""
        now, (since, count) = self.loop.time(), self._second
        self._second = (now, 1) if now - since >= 1 else (since, count + 1)
        if self._second[1] <= EMPTY_FRAMES:
            return True
        if not self.close_sent:
            self._refused("empty_frames")
            self.hang_up(POLICY_VIOLATION, "too many frames without content")
        return False

    def _refused(self, reason: str) -> None:
        self._tell_refused(reason, self.client[0] if self.client else "")
