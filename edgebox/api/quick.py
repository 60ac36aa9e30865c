"""``POST /api/v1/consultation/quick-summary``: JSON, or server-sent events while it is written."""

from __future__ import annotations

import json
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING

from edgebox.api.events import UNREAD_SECONDS, EventStream, sent_event, wants_events
from edgebox.api.requests import received
from edgebox.api.responses import json_response, quick_answer
from edgebox.contract.requests import QuickSummaryRequest
from edgebox.errors import BoxBusy
from edgebox.system.http import ClientGone, until_gone

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive

    from edgebox.api.services import Services
    from edgebox.consultation.quick_result import QuickResult
    from edgebox.consultation.ticket import Ticket
    from edgebox.contract.answers import QuickSummaryAnswer


class QuickEndpoint:
    """Quick summaries over HTTP."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def post(self, request: Request) -> Response:
        """Admit or refuse at once; then answer within the deadline."""
        services = self._services
        client, asked = await received(services, request, QuickSummaryRequest)
        services.metrics.asked(client.client_id, "quick")
        try:
            ticket = services.quick.admit(
                asked.transcript,
                asked.priority,
                arrived=request.scope["state"]["arrived"],
                call_date=asked.date_of_call,
                client_id=client.client_id,
                consultation_id=asked.consultation_id,
            )
        except BoxBusy:
            services.metrics.quick_summaries.labels("refused").inc()
            raise
        summary = _Admitted(services, ticket, asked.consultation_id, client.client_id)
        if wants_events(request):
            return EventStream(summary.events(), lambda: summary.seconds_left, summary.held)
        return json_response(await summary.whole(request.receive))


class _Admitted:
    """One admitted summary on its way to its client."""

    def __init__(
        self, services: Services, ticket: Ticket, consultation_id: str, client_id: str
    ) -> None:
        self._services = services
        self._ticket = ticket
        self._consultation_id = consultation_id
        self._client_id = client_id

    @property
    def seconds_left(self) -> float:
        """Seconds after which a stream is given up.

        The clock starts when the request arrives, but a body that came too late is answered too.
        """
        services = self._services
        late = services.monotonic() - self._ticket.arrived
        return max(0.0, services.settings.quick.deadline_seconds - late) + UNREAD_SECONDS

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
        self._services.metrics.quick_done(result, self._client_id)
        return quick_answer(self._consultation_id, result)
