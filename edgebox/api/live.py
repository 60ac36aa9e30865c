"""``/api/v1/live/{consultation_id}``: calls in progress, as speech-to-text sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from pydantic_core import PydanticCustomError
from starlette.responses import Response

from edgebox.api.live_ends import Ending
from edgebox.api.requests import received
from edgebox.api.responses import json_response
from edgebox.callbacks.urls import check_callback_url
from edgebox.contract.live import (
    AcceptedRecord,
    AcceptedTexts,
    LiveAppend,
    LiveEnd,
    LiveEnded,
    LiveReceived,
)
from edgebox.contract.paths import Paths
from edgebox.contract.texts import one_line, unicode_text
from edgebox.errors import CallEnded, InvalidFields, NotFound, TranscriptGone
from edgebox.store.acts import Actor
from edgebox.system.addresses import peer_of
from edgebox.system.times import local_date, rfc3339

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
        if said.extension is not None:
            operator = await live.operator_at(client.client_id, said.extension)
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
        hub.moved(call)
        if hub.watching(call.client_id, call.operator):
            opened = {"type": "call.opened", "call": call.shown()}
            hub.tell(call.client_id, call.operator, opened)

    async def end(self, request: Request) -> Response:
        """Put a call onto the disk, and have it analysed at once; 202 when it is there."""
        services = self._services
        client, asked = await received(services, request, LiveEnd, most=MOST_BYTES)
        consultation_id = id_of(request)
        call = self._live.calls.get(client.client_id, consultation_id)
        if call is not None and call.source == "paste":
            raise CallEnded("There is another call of this id: somebody pasted it.")
        if asked.callback_url is not None:
            allowed = client.allowed_callbacks
            check_callback_url(asked.callback_url, allowed, services.own_ports)
        named = asked.metadata.get("call_date")
        how = Ending(
            analyse=asked.analyse,
            received=asked.received,
            callback_url=asked.callback_url,
            call_date=asked.call_date or (local_date(named) if isinstance(named, str) else None),
            metadata=asked.metadata,
            by=Actor(None, peer_of(request.scope) or None),
        )
        batch_id = await self._live.ends.end(client.client_id, consultation_id, how)
        answer = LiveEnded(
            batch_id=batch_id,
            consultation_id=consultation_id,
            status="ended" if batch_id is None else "queued",
        )
        headers = {"Location": Paths.BATCH.format(batch_id=batch_id)} if batch_id else {}
        return json_response(answer, 202, headers)

    async def record(self, request: Request) -> Response:
        """``GET /api/v1/consultations/{consultation_id}/record``: what somebody accepted."""
        services = self._services
        client = await services.gate.admit(request)
        client_id, consultation_id = client.client_id, id_of(request)
        reviews = services.store.reviews
        reading = services.threads.read(
            client_id, lambda: reviews.record(client_id, consultation_id)
        )
        draft = await reading
        if draft is None or draft.accepted is None:
            raise NotFound("Nothing was accepted of a consultation of this id.")
        if draft.accepted.content is None:
            raise TranscriptGone("What was accepted was removed when its time was over.")
        peer = peer_of(request.scope)
        services.reads.note("records.read", client_id, peer, consultation_id)
        return json_response(
            AcceptedRecord(
                consultation_id=consultation_id,
                kind=draft.kind,
                content=AcceptedTexts(**draft.accepted.content),
                accepted_at=rfc3339(draft.accepted.at),
                accepted_by=draft.accepted.operator,
            )
        )

    async def _delete(self, request: Request) -> Response:
        """Keep nothing of a call; of an unknown one, nothing of what was asked about it."""
        client = await self._services.gate.admit(request)
        consultation_id = id_of(request)
        call = self._live.calls.get(client.client_id, consultation_id)
        if call is None:
            self._live.forget_asked(client.client_id, consultation_id)
        elif call.source == "stt":
            self._live.forget(call)
        return Response(status_code=204)


def id_of(request: Request) -> str:
    """Return the consultation's id of the path.

    Raises:
        InvalidFields: it is none, or its bytes are no UTF-8. The server replaces such bytes, and
            different ids of another encoding would be one.
    """
    try:
        unquote_to_bytes(request.scope["raw_path"]).decode()
        return one_line(unicode_text(str(request.path_params["consultation_id"])))
    except UnicodeDecodeError:
        text = "Encode it in UTF-8, then percent-encode its bytes."
        raise InvalidFields([("/consultation_id", text)]) from None
    except PydanticCustomError as error:
        raise InvalidFields([("/consultation_id", error.message())]) from None
