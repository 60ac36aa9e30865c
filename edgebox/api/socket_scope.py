"""What is done for every WebSocket, whatever its endpoint: its id, its line in the log, metrics.

The line comes when the socket has ended: the route's template, the code it was closed with, the
seconds it was open, and how many messages went each way. Never a message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Message, Receive, Scope, Send

    from edgebox.api.metrics import Metrics

ABNORMAL: Final = 1006
"""No close came: RFC 6455 keeps the number for this."""

FAULT: Final = 1011


class SocketScope:
    """One WebSocket as the outermost middleware sees it.

    Args:
        scope: of ASGI.
        receive: of the server.
        send: of the server.
        metrics: counts it while it is open.
        request_id: goes into a refusal.

    Attributes:
        opened: the handshake was accepted.
        status: of the refusal, where there was one; else 0.
        received: messages of the peer.
        sent: messages to the peer.
    """

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, metrics: Metrics, request_id: str
    ) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._metrics = metrics
        self._request_id = request_id
        self._closed: int | None = None
        self.opened = False
        self.status = 0
        self.received = 0
        self.sent = 0

    @property
    def code(self) -> int:
        """What it was closed with; ABNORMAL where the connection was lost."""
        return self._closed or ABNORMAL

    async def receive(self) -> Message:
        """Return the next message."""
        message = await self._receive()
        if message["type"] == "websocket.receive":
            self.received += 1
        elif message["type"] == "websocket.disconnect" and self._closed is None:
            self._closed = message.get("code")
        return message

    async def send(self, message: Message) -> None:
        """Send a message."""
        kind = message["type"]
        if kind == "websocket.accept":
            self.opened = True
            self._metrics.sockets.inc()
        elif kind == "websocket.send":
            self.sent += 1
        elif kind == "websocket.close":
            self._closed = message.get("code", 1000)
        elif kind == "websocket.http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self._request_id
            headers["X-Content-Type-Options"] = "nosniff"
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)

    def ended(self) -> None:
        """Count the end of a socket that was open."""
        if self.opened:
            self._metrics.sockets.dec()
            self._metrics.socket_closed(self.code)

    async def fail(self, refusal: Callable[[Scope, Receive, Send], object]) -> None:
        """End a socket whose endpoint failed: with a code, or an answer before it was open."""
        if self.opened:
            await self.send({"type": "websocket.close", "code": FAULT})
        elif not self.status:
            await refusal(self._scope, self.receive, self.send)  # type: ignore[misc]
