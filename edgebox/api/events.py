"""Server-sent events: how they are written, who wants them, and when a stream ends."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse

from edgebox.system.http import ABORT, ClientGone, until_gone

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from contextlib import AbstractContextManager

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

EVENT_STREAM = "text/event-stream"
UNREAD_SECONDS = 1.0
"""After its deadline a stream is given up: its last event has been written, its client does not
read."""
_LINE_ENDS = {"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""Characters at which some clients cut a stream into lines, and how JSON writes them."""


class EventStream(StreamingResponse):
    """Events until the last one, or until the client hangs up or does not read.

    Args:
        events: to be sent.
        seconds_left: in which the client has to have read them.
        held: holds what the events need, from the first to the last.
    """

    def __init__(
        self,
        events: AsyncGenerator[bytes, None],
        seconds_left: Callable[[], float],
        held: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._events = events
        self._seconds_left = seconds_left
        self._held = held
        super().__init__(
            events,
            media_type=EVENT_STREAM,
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events.

        Not as Starlette does it: depending on the server it notices a hang-up only at the next
        event, and a stream that was never begun would keep its admitted place. A client that does
        not read would keep it as well: its connection is aborted.
        """
        with suppress(ClientGone), self._held():
            async with aclosing(self._events):
                in_time = await self._in_time(receive, send)
            if in_time:
                return
            if abort := scope["state"].get(ABORT):
                abort()
                # Returning before the server has noticed would be an error to it.
                await until_gone(receive, asyncio.Event().wait())
            raise ClientGone

    async def _in_time(self, receive: Receive, send: Send) -> bool:
        try:
            async with asyncio.timeout(self._seconds_left()) as limit:
                await until_gone(receive, self.stream_response(send))
        except TimeoutError:
            if not limit.expired():
                raise
            return False
        return True


def sent_event(name: str, data: str) -> bytes:
    """Return a server-sent event. ``data`` is JSON."""
    for separator, escaped in _LINE_ENDS.items():
        data = data.replace(separator, escaped)
    return f"event: {name}\ndata: {data}\n\n".encode("utf-8", "replace")


def wants_events(request: Request) -> bool:
    """Whether ``Accept`` names ``text/event-stream``, not with ``q=0``."""
    for entry in ",".join(request.headers.getlist("accept")).split(","):
        kind, *parameters = entry.split(";")
        if kind.strip().lower() != EVENT_STREAM:
            continue
        quality = [p.strip().lower().replace(" ", "") for p in parameters]
        if not any(q in {"q=0", "q=0.0", "q=0.00", "q=0.000"} for q in quality):
            return True
    return False
