"""``/api/v1/live/{consultation_id}``: calls in progress, as speech-to-text sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic_core import PydanticCustomError
from starlette.responses import Response

from edgebox.api.requests import received
from edgebox.api.responses import json_response
from edgebox.contract.live import LiveAppend, LiveReceived
from edgebox.contract.requests import one_line, unicode_text
from edgebox.errors import InvalidFields

if TYPE_CHECKING:
    from starlette.requests import Request

    from edgebox.api.services import Services
    from edgebox.live.calls import LiveCall

MOST_BYTES: Final = 64 * 1024
"""Bytes of one append."""


class LiveEndpoints:
    """Calls in progress over HTTP."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._live = services.live

    async def call(self, request: Request) -> Response:
        """PUT or DELETE: one route, so that a 405 names both methods."""
        return await (self._put if request.method == "PUT" else self._delete)(request)

    async def _put(self, request: Request) -> Response:
        """Add to a call, or begin it."""
        live = self._live
        client, said = await received(
            self._services, request, LiveAppend, most=MOST_BYTES, rate=live.rate
        )
        consultation_id = id_of(request)
        operator = said.operator
        before = live.calls.get(client.client_id, consultation_id)
        of_before = before.operator if before else ""
        call = live.calls.append(
            client.client_id,
            consultation_id,
            operator=operator,
            offset=said.offset,
            text=said.text,
            partial=said.partial,
        )
        if before is None or call.operator != of_before:
            self._handed_over(call, of_before)
        live.readings.changed(call)
        watching = live.hub.audience(call)
        return json_response(LiveReceived(received=call.received, watching=watching))

    def _handed_over(self, call: LiveCall, of_before: str) -> None:
        """Tell the screens of a new call, and those of a call that another operator took."""
        hub = self._live.hub
        if of_before:
            closed = {"type": "call.closed", "consultation_id": call.consultation_id}
            hub.tell(call.client_id, of_before, closed)
        hub.tell(call.client_id, call.operator, {"type": "call.opened", "call": call.shown()})

    async def _delete(self, request: Request) -> Response:
        """Keep nothing of a call; an unknown one is forgotten already."""
        client = await self._services.gate.admit(request)
        call = self._live.calls.get(client.client_id, id_of(request))
        if call is not None and call.source == "stt":
            self._live.forget(call)
        return Response(status_code=204)


def id_of(request: Request) -> str:
    """Return the consultation's id of the path.

    Raises:
        InvalidFields: it is none.
    """
    try:
        return one_line(unicode_text(str(request.path_params["consultation_id"])))
    except PydanticCustomError as error:
        raise InvalidFields([("/consultation_id", error.message())]) from None
