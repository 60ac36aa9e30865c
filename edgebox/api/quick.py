"""``POST /api/v1/consultation/quick-summary``: JSON, or the same as it is written (SSE)."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import TYPE_CHECKING

from starlette.responses import Response

from edgebox.api.hangup import ClientGone, until_gone
from edgebox.api.requests import Limits, QuickSummaryRequest, read_fields
from edgebox.api.responses import QuickSummaryAnswer, json_response
from edgebox.errors import BoxBusy

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from edgebox.api.services import Services
    from edgebox.consultation.admission import Ticket
    from edgebox.consultation.quick import QuickResult

EVENT_STREAM = "text/event-stream"


class QuickEndpoint:
    """Quick summaries over HTTP.

    Args:
        services: what it works with.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._limits = Limits.of(services.settings.api)

    async def post(self, request: Request) -> Response:
        """Admit or refuse at once; then answer within the deadline."""
        services = self._services
        await services.gate.check_header(request)
        body = await services.bodies.read(request)
        await services.gate.admit(request, body.fields)
        asked = await services.bodies.work(
            body.size, lambda: read_fields(QuickSummaryRequest, body.fields, self._limits)
        )
        try:
            ticket = services.quick.admit(
                asked.conversation_text, asked.priority, arrived=request.scope["state"]["arrived"]
            )
        except BoxBusy:
            services.metrics.quick_summaries.labels("refused").inc()
            raise
        if wants_events(request):
            return _EventStream(services, ticket, asked.consultation_id)
        try:
            result = await until_gone(request.receive, services.quick.summarise(ticket))
        except ClientGone:
            services.metrics.quick_summaries.labels("abandoned").inc()
            raise
        finally:
            ticket.release()
        _count(services, result)
        return json_response(QuickSummaryAnswer.of(asked.consultation_id, result))


class _EventStream(Response):
    """Events ``delta`` {"text"}, then ``done`` with the object that JSON clients get.

    What the deltas spell is a draft: ``done`` has the summary (the last delta may be cut
    back to a whole sentence, or the transcript's own sentences stand in).
    """

    media_type = EVENT_STREAM

    def __init__(self, services: Services, ticket: Ticket, consultation_id: str) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._services = services
        self._ticket = ticket
        self._consultation_id = consultation_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the result, or until the client hangs up."""
        del scope
        try:
            await until_gone(receive, self._send_all(send))
        except ClientGone:
            self._services.metrics.quick_summaries.labels("abandoned").inc()
        finally:
            self._ticket.release()

    async def _send_all(self, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        async with aclosing(self._services.quick.stream(self._ticket)) as pieces:
            async for piece in pieces:
                if isinstance(piece, str):
                    text = json.dumps({"text": piece}, ensure_ascii=False)
                    await _send_event(send, "delta", text)
                else:
                    await self._finish(send, piece)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _finish(self, send: Send, result: QuickResult) -> None:
        _count(self._services, result)
        answer = QuickSummaryAnswer.of(self._consultation_id, result)
        await _send_event(send, "done", answer.model_dump_json())


def _count(services: Services, result: QuickResult) -> None:
    services.metrics.quick_done(
        result.status,
        result.processing_time,
        prompt_tokens=result.prompt_tokens,
        cached_tokens=result.cached_tokens,
    )


async def _send_event(send: Send, name: str, data: str) -> None:
    event = f"event: {name}\ndata: {data}\n\n".encode("utf-8", "replace")
    await send({"type": "http.response.body", "body": event, "more_body": True})


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
