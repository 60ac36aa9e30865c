"""``POST /api/v1/consultation/quick-summary``: JSON, or server-sent events while it is written."""

from __future__ import annotations

import json
from contextlib import aclosing, contextmanager, suppress
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse

from edgebox.api.requests import limits_of, read_fields
from edgebox.api.responses import json_response, quick_answer
from edgebox.contract.requests import QuickSummaryRequest
from edgebox.errors import BoxBusy
from edgebox.system.http import ClientGone, until_gone

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from edgebox.api.services import Services
    from edgebox.consultation.admission import Ticket
    from edgebox.consultation.quick import QuickResult
    from edgebox.contract.answers import QuickSummaryAnswer

EVENT_STREAM = "text/event-stream"
_LINE_ENDS = {"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""Characters at which some clients cut a stream into lines, and how JSON writes them."""


class QuickEndpoint:
    """Quick summaries over HTTP."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._limits = limits_of(services.settings.api)

    async def post(self, request: Request) -> Response:
        """Admit or refuse at once; then answer within the deadline."""
        services = self._services
        sender = await services.gate.check_header(request)
        async with services.bodies.read(request, sender) as body:
            client = await services.gate.admit(request, body.fields)
            asked = await services.bodies.work(
                body, lambda: read_fields(QuickSummaryRequest, body.fields, self._limits)
            )
        try:
            ticket = services.quick.admit(
                asked.transcript,
                asked.priority,
                arrived=request.scope["state"]["arrived"],
                call_date=asked.date_of_call,
                client_id=client.client_id,
            )
        except BoxBusy:
            services.metrics.quick_summaries.labels("refused").inc()
            raise
        summary = _Admitted(services, ticket, asked.consultation_id)
        if wants_events(request):
            return _EventStream(summary)
        return json_response(await summary.whole(request.receive))


class _Admitted:
    """One admitted summary on its way to its client."""

    def __init__(self, services: Services, ticket: Ticket, consultation_id: str) -> None:
        self._services = services
        self._ticket = ticket
        self._consultation_id = consultation_id

    @contextmanager
    def held(self) -> Iterator[None]:
        """Give the admitted place back after the block, and count a client that hung up."""
        try:
            yield
        except ClientGone:
            self._services.metrics.quick_summaries.labels("abandoned").inc()
            raise
        finally:
            self._ticket.release()

    async def whole(self, receive: Receive) -> QuickSummaryAnswer:
        """Return the answer.

        Raises:
            ClientGone: the client hung up.
        """
        with self.held():
            result = await until_gone(receive, self._services.quick.summarise(self._ticket))
        return self._counted(result)

    async def events(self) -> AsyncGenerator[bytes, None]:
        """Yield ``delta`` {"text"} for each piece, then ``done`` with the object of a JSON client.

        What the deltas spell is a draft, as the model writes it: a curse of the call that it
        repeats is in it. ``done`` has the summary: curses are masked, the end is cut back to a
        whole sentence, or the transcript's own sentences replace all of it.
        """
        async with aclosing(self._services.quick.stream(self._ticket)) as pieces:
            async for piece in pieces:
                if isinstance(piece, str):
                    yield sent_event("delta", json.dumps({"text": piece}, ensure_ascii=False))
                else:
                    yield sent_event("done", self._counted(piece).model_dump_json())

    def _counted(self, result: QuickResult) -> QuickSummaryAnswer:
        self._services.metrics.quick_done(
            result.status,
            result.processing_time,
            prompt_tokens=result.prompt_tokens,
            cached_tokens=result.cached_tokens,
        )
        return quick_answer(self._consultation_id, result)


class _EventStream(StreamingResponse):
    """A summary's events, until the last one or until the client hangs up."""

    def __init__(self, summary: _Admitted) -> None:
        self._summary = summary
        self._events = summary.events()
        super().__init__(
            self._events,
            media_type=EVENT_STREAM,
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events.

        Not as Starlette does it: depending on the server it notices a hang-up only at the next
        event, and a stream that was never begun would keep its admitted place.
        """
        del scope
        with suppress(ClientGone), self._summary.held():
            async with aclosing(self._events):
                await until_gone(receive, self.stream_response(send))


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
