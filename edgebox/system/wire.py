"""A budget for what a connection may cost, spent before the application sees a request.

h11 is Python: every chunk of a body costs some 27 µs, however small it is, and asyncio hands over
up to 256 KiB at a time. uvicorn waits for a request, for the rest of one and for the reader of an
answer without end. So `GuardedProtocol` limits, for every connection of a listener:

* the bytes of one read, so that the event loop comes back between them;
* the seconds until a request's headers are whole;
* the framing of a body: chunks that are mostly chunk sizes are refused;
* the seconds and bytes of a body that nobody needs any more, since its answer is complete. They are
  read and dropped: closing at once would make the kernel reset the connection, and the client would
  lose the answer (RFC 9112, 9.6);
* the seconds without progress of an answer that its client does not read (`unread`).

What it refuses by itself is problem+json, as everything else is. A WebSocket can begin at one path
only; from there on its budgets are those of `sockets`.
"""

from __future__ import annotations

import asyncio
import math
from asyncio import constants, sslproto
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from edgebox.system.framing import MeasuredConnection
from edgebox.system.handshake import fault_of
from edgebox.system.http import ABORT, FAULT
from edgebox.system.lingering import LingeringTransport
from edgebox.system.problem import problem
from edgebox.system.sockets import MESSAGE_BYTES, PING_SECONDS, GuardedSocket
from edgebox.system.tls_flow import limit_tls_flow
from edgebox.system.unread import Unread

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette
    from uvicorn.server import ServerState

READ_BYTES = 16 * 1024
"""Of one read: the largest TLS record. 256 KiB, asyncio's own, could hold 43,690 chunks, which
h11 reads in a second."""
HANDSHAKE_SECONDS = 10.0
"""Until TLS is agreed."""
HEADER_SECONDS = 10.0
"""Until a request's headers are whole, from the connection or from their first byte."""
LINGER_SECONDS = 5.0
LINGER_BYTES = 32 * 1024 * 1024
"""Of a body whose answer is complete, or after which the connection ends."""


def limit_tls_memory() -> None:
    """Let a TLS connection hold 16 KiB where asyncio holds 256, and end an idle handshake.

    What it has to send is known to be unread (`tls_flow`).

    asyncio zero-fills a buffer of ``SSLProtocol.max_size`` for each connection that it accepts,
    before a byte of it has come. No TLS record is larger than 16 KiB. uvicorn cannot set either.
    """
    sslproto.SSLProtocol.max_size = READ_BYTES
    constants.SSL_HANDSHAKE_TIMEOUT = HANDSHAKE_SECONDS
    limit_tls_flow()


class GuardedConfig(uvicorn.Config):
    """uvicorn's settings for `GuardedProtocol`.

    Args:
        app: to serve.
        refused: called with the reason and the peer's address for everything that is refused or
            given up on the wire.
        deadline: seconds that requests in flight have when the server stops.
        socket_path: where a WebSocket may begin; None: nowhere.
    """

    def __init__(
        self,
        app: Starlette,
        refused: Callable[[str, str], None],
        deadline: float,
        socket_path: str | None = None,
    ) -> None:
        super().__init__(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            http=GuardedProtocol,
            ws=GuardedSocket if socket_path else "none",
            ws_max_size=MESSAGE_BYTES,
            ws_ping_interval=PING_SECONDS,
            ws_ping_timeout=PING_SECONDS,
            ws_per_message_deflate=False,
            lifespan="on",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=math.ceil(deadline),
        )
        self.refused = refused
        self.socket_path = (socket_path or "").encode("ascii")


class GuardedProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 with a budget.

    A request for another protocol is answered as HTTP/1.1, as RFC 9110 7.8 allows, without a log
    line: Java's HttpClient (and with it Spring's RestClient) and ``curl --http2`` ask for h2c with
    every request on ``http://``. Only a WebSocket at its own path begins.
    """

    def __init__(
        self,
        config: GuardedConfig,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state | {ABORT: self.give_up}, _loop)
        self.conn = self._measured = MeasuredConnection()
        self._tell_refused = config.refused
        self._ours = config
        self._header_timer: asyncio.TimerHandle | None = None
        self._linger_timer: asyncio.TimerHandle | None = None
        self._broken = False
        self._dropped = 0

    # What asyncio calls -----------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        if hasattr(transport, "max_size"):
            transport.max_size = READ_BYTES  # of plain sockets; TLS has its buffer's size
        super().connection_made(transport)
        self._plain = transport
        self.transport = LingeringTransport(self, transport)
        self._unread = Unread(self.loop, transport, self.give_up)
        self._await_header()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget every timer."""
        self._forget_timers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, or drop what nobody needs."""
        if self.unread_request:
            self._dropped += len(data)
            if self._dropped > LINGER_BYTES:
                self._refused("unwanted_body")
                self.transport.abort()
                return
        if self.transport.is_closing():
            return
        if self.conn.their_state is h11.IDLE and self._header_timer is None:
            self._await_header()
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_awaiting_header()
        if not self.unread_request:
            self._stop_lingering()

    def pause_writing(self) -> None:
        """An answer is not read as fast as it is written."""
        super().pause_writing()
        self._unread.pause()

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        self._unread.resume()

    # What uvicorn calls -----------------------------------------------------------

    def on_response_complete(self) -> None:
        """Give the rest of the request some seconds; begin with the next one."""
        if self.unread_request and not self.transport.is_closing():
            self._drop_rest()
        super().on_response_complete()
        if self.transport.is_closing():
            return
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._await_header()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, and end the connection."""
        del msg
        self.refuse(HTTPStatus.BAD_REQUEST, "not_http", self._measured.fault)

    def _unsupported_upgrade_warning(self) -> None:
        """Write no warning."""

    def _should_upgrade(self) -> bool:
        """Whether a WebSocket begins here; what is wrong with it is answered as HTTP."""
        path, scope = self._ours.socket_path, self.scope
        if not path or scope["raw_path"] != path or scope["method"] != "GET":
            return False
        fault = fault_of(scope)
        if fault is None and self.conn.trailing_data[0]:
            fault = "A client waits for the answer before it sends frames."
        scope["state"][FAULT] = fault
        return fault is None

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over, with what its peer has not read yet."""
        self._forget_timers()
        stalled = self.flow.write_paused
        self.flow.resume_reading()
        self.connections.discard(self)
        socket = GuardedSocket(self._ours, self.server_state, self.app_state, self._tell_refused)
        socket.connection_made(self._plain)
        self._plain.set_protocol(socket)
        if stalled:
            socket.pause_writing()
        lines = [b"GET ", event.target, b" HTTP/1.1\r\n"]
        lines += [b"%b: %b\r\n" % header for header in self.headers]
        socket.data_received(b"".join([*lines, b"\r\n"]))

    # Our own ----------------------------------------------------------------------

    @property
    def unread_request(self) -> bool:
        """Whether what still comes of the request is not needed: it is answered, or no HTTP."""
        answered = self.cycle is not None and self.cycle.response_complete
        return self._broken or (answered and self.conn.their_state is h11.SEND_BODY)

    def refuse(self, status: HTTPStatus, reason: str, detail: str) -> None:
        """Answer with a problem where no answer has begun, and close.

        Args:
            status: of the answer.
            reason: for the counter.
            detail: for the client.
        """
        self._refused(reason)
        self._broken = True
        answering = self.cycle is not None and not self.cycle.response_complete
        if answering:
            self.cycle.disconnected = True  # the endpoint stops as if the client had hung up
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.write(problem(status, detail))
        self.transport.close()

    def give_up(self) -> None:
        """End the connection: its client does not read its answer."""
        self._refused("unread_answer")
        self.transport.abort()

    def begin_linger(self) -> None:
        """Read and drop what still comes, then end the connection."""
        self.flow.resume_reading()
        self._drop_rest()

    def _refused(self, reason: str) -> None:
        self._tell_refused(reason, self.client[0] if self.client else "")

    def _drop_rest(self) -> None:
        if self._linger_timer is None:
            self._dropped = 0
            self._linger_timer = self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def _stop_lingering(self) -> None:
        if self._linger_timer is not None:
            self._linger_timer.cancel()
            self._linger_timer = None

    def _await_header(self) -> None:
        self._stop_awaiting_header()
        self._header_timer = self.loop.call_later(HEADER_SECONDS, self._header_is_late)

    def _stop_awaiting_header(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _header_is_late(self) -> None:
        self._header_timer = None
        if self.transport.is_closing():
            return
        if self.conn.trailing_data[0]:
            detail = f"The request's headers did not arrive within {HEADER_SECONDS:.0f} s."
            self.refuse(HTTPStatus.REQUEST_TIMEOUT, "slow_header", detail)
        else:
            self._refused("silent")
            self.transport.close()

    def _forget_timers(self) -> None:
        self._stop_awaiting_header()
        self._stop_lingering()
        self._unread.resume()
