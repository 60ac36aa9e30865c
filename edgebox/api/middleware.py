"""Pure ASGI middleware: what is done for every request, whatever its endpoint.

Starlette's own ``RequestBodyLimitMiddleware`` is not used: it answers in plain
text, and it turns a 404 or 415 into a 413 when the body was too large as well.
"""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from edgebox.api.metrics import METHODS
from edgebox.api.problems import internal_error
from edgebox.api.socket_scope import SocketScope
from edgebox.contract.paths import Paths
from edgebox.errors import BodyTooLarge, where
from edgebox.system import ecs
from edgebox.system.addresses import peer_of
from edgebox.system.logs import about

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from edgebox.api.line_limit import LineLimit
    from edgebox.api.metrics import Metrics

log = logging.getLogger("edgebox.api")

OPERATIONAL = frozenset({Paths.ALIVE, Paths.READY, Paths.METRICS})
"""Requested by machines every few seconds, also while the box starts: logged at debug."""

HUNG_UP = 499  # nginx's number for a client that went away; only ever logged
_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


class RequestContext:
    """Gives each request its id, its log line, its metrics, and a 500 for an unexpected error.

    A WebSocket is a request whose record comes when it is closed (`socket_scope`).

    The log record holds no path, query, header or body: the route's template, the status, the
    time, the client's id and the peer's address are what an administrator needs, and none of
    them can carry a transcript. They are fields of it, and its message is a sentence of them.

    Args:
        metrics: counts the answers.
        lines: limits the lines of requests that anyone can send without end.
        clock: monotonic seconds; sets ``state["arrived"]`` of the request.
        new_id: makes a request id where the client sent none, or an unusable one.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        lines: LineLimit,
        clock: Callable[[], float],
        new_id: Callable[[], str],
    ) -> None:
        self.app = app
        self.metrics = metrics
        self.lines = lines
        self.clock = clock
        self.new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        answer = self._answer if scope["type"] == "http" else self._socket
        state = scope.setdefault("state", {})
        sent = Headers(scope=scope).get("x-request-id", "")
        request_id = sent if _SANE_REQUEST_ID.fullmatch(sent) else self.new_id()
        state["request_id"] = request_id
        with about(request_id=request_id, peer=peer_of(scope)):
            await answer(request_id, scope, receive, send)

    async def _answer(self, request_id: str, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope["state"]
        state["arrived"] = arrived = self.clock()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        self.metrics.http_in_flight.inc()
        try:
            await self.app(scope, receive, send_with_id)
        except Exception as error:  # noqa: BLE001 - the last boundary: nothing may leave it
            log_fault(request_id, error)
            if status == 0:
                await internal_error(request_id)(scope, receive, send_with_id)
            # Otherwise the answer stays unfinished and the server drops the connection.
        finally:
            self.metrics.http_in_flight.dec()
            route = getattr(scope.get("route"), "path", "unmatched")
            seconds = self.clock() - arrived
            self.metrics.answered(scope["method"], route, status or HUNG_UP, seconds)
            self._log(scope, route, status or HUNG_UP, seconds)

    async def _socket(self, request_id: str, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope["state"]
        state["arrived"] = arrived = self.clock()
        socket = SocketScope(scope, receive, send, self.metrics, request_id)
        try:
            await self.app(scope, socket.receive, socket.send)
        except Exception as error:  # noqa: BLE001 - as of a request
            log_fault(request_id, error)
            await socket.fail(internal_error(request_id))
        finally:
            socket.ended()
            route = getattr(scope.get("route"), "path", "unmatched")
            seconds = self.clock() - arrived
            if socket.opened:
                self._log_socket(scope, route, socket, seconds)
            else:
                status = socket.status or HUNG_UP
                self.metrics.answered("GET", route, status, seconds)
                self._log(scope, route, status, seconds)

    def _log_socket(self, scope: Scope, route: str, socket: SocketScope, seconds: float) -> None:
        request_id, peer = scope["state"]["request_id"], peer_of(scope)
        client = scope["state"].get("client_id")
        fields = {
            "event.duration": round(seconds * 1e9),
            "http.request.id": request_id,
            "source.ip": ecs.source(peer),
            "edgebox.route": route,
            "edgebox.client_id": client,
            "edgebox.close_code": socket.code,
            "edgebox.messages_in": socket.received,
            "edgebox.messages_out": socket.sent,
        }
        log.info(
            "socket %s closed with %d after %.1f s, %d messages in, %d out, client %s, from %s, "
            "request %s",
            route,
            socket.code,
            seconds,
            socket.received,
            socket.sent,
            client or "unknown",
            peer or "unknown",
            request_id,
            extra=ecs.event("socket", fields),
        )

    def _log(self, scope: Scope, route: str, status: int, seconds: float) -> None:
        state, peer = scope["state"], peer_of(scope)
        client = state.get("client_id")
        level = logging.INFO
        if route in OPERATIONAL and status in (200, 503):
            level = logging.DEBUG
        elif route == Paths.LIVE and scope["method"] == "PUT" and status == HTTPStatus.OK:
            level = logging.DEBUG  # one a second for each call
        elif (kind := _limited(status, client)) and not self.lines.admits(kind, peer):
            return
        method = scope.get("method", "GET")  # the handshake of a WebSocket is one
        method = method if method in METHODS else "OTHER"
        fields = {
            "event.duration": round(seconds * 1e9),
            "event.outcome": _outcome(status),
            "http.request.id": state["request_id"],
            "http.request.method": method,
            "http.response.status_code": status,
            "source.ip": ecs.source(peer),
            "edgebox.route": route,
            "edgebox.client_id": client,
        }
        log.log(
            level,
            "%s %s %d in %.3f s, client %s, from %s, request %s",
            method,
            route,
            status,
            seconds,
            client or "unknown",
            peer or "unknown",
            state["request_id"],
            extra=ecs.event("request", fields),
        )


def log_fault(request_id: str, error: Exception) -> None:
    """Write the line of an unexpected error."""
    # Neither message nor traceback: both may quote what the client sent.
    fields = {"error.type": type(error).__qualname__}
    log.error("request %s failed: %s", request_id, where(error), extra=ecs.event("error", fields))


class BodyLimit:
    """Refuses bodies over ``limit`` bytes, declared or streamed, when they are read.

    Not earlier: a 404 or 415 comes first, and ``100 Continue`` is sent only where the body
    will be read.
    """

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        too_large = declared.isdecimal() and int(declared) > self.limit
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            if too_large:
                raise BodyTooLarge(self._detail())
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > self.limit:
                    raise BodyTooLarge(self._detail())
            return message

        await self.app(scope, receive_within_limit, send)

    def _detail(self) -> str:
        return f"The body is over {self.limit} bytes. Split it into several requests."


def _limited(status: int, client: str | None) -> str | None:
    """Return the kind of line for LineLimit, or None for a line that is always written."""
    if status == HTTPStatus.NOT_FOUND:
        return "not_found"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "rate_limited"
    if client is None and status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return "without_a_key"
    return None


def _outcome(status: int) -> str:
    """Return ECS's word for how a request ended; of one whose client hung up nothing is known."""
    if status == HUNG_UP:
        return "unknown"
    return "success" if status < HTTPStatus.BAD_REQUEST else "failure"
