"""``POST /api/v1/consultation/ask``, the end of a question, and what people say of answers."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing, closing, contextmanager, suppress
from typing import TYPE_CHECKING

from starlette.responses import Response

from edgebox.api import ask_answers
from edgebox.api.ask_events import Told
from edgebox.api.events import UNREAD_SECONDS, EventStream, sent_event, wants_events
from edgebox.api.problems import request_id_of
from edgebox.api.requests import received
from edgebox.api.responses import json_response
from edgebox.ask.question import Question
from edgebox.contract.asks import AskAnswer, AskRequest, FeedbackRequest
from edgebox.errors import (
    BoxBusy,
    InvalidFields,
    NotFound,
    Removed,
    RequestConflict,
    TranscriptGone,
)
from edgebox.live.rolling import day_of
from edgebox.system.addresses import peer_of
from edgebox.system.http import until_gone

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator
    from datetime import date

    from starlette.requests import Request

    from edgebox.api.ask_events import Fields, Named
    from edgebox.api.services import Services
    from edgebox.ask.asks import Asked

SILENCE = 5.0
"""Seconds without an event after which a comment line shows that the stream lives."""

_UNKNOWN = "There is no such question of this client, or it ended more than two minutes ago."


class AskEndpoints:
    """Questions over HTTP."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def post(self, request: Request) -> Response:
        """Admit a question or refuse it at once; then answer by its deadline."""
        services = self._services
        client, fields = await received(services, request, AskRequest)
        services.metrics.asked(client.client_id, "ask")
        no_store = "no-store" in ",".join(request.headers.getlist("cache-control")).lower()
        question = await self._question(request, fields, client.client_id, no_store=no_store)
        try:
            admitted = services.asks.ask(question)
        except BoxBusy:
            services.metrics.asks.labels("refused").inc()
            raise
        stream = _Stream(services, admitted, request_id_of(request))
        if wants_events(request):
            return EventStream(stream.sse(), lambda: stream.seconds, stream.held)
        with stream.held():
            return json_response(await until_gone(request.receive, stream.whole()))

    async def _question(
        self, request: Request, fields: AskRequest, client_id: str, *, no_store: bool
    ) -> Question:
        services = self._services
        settings = services.settings.ask
        sources = frozenset(fields.sources or ("transcript",))
        if "general" in sources and settings.general == "off":
            raise InvalidFields(
                [("/sources", "This box answers from the call only ([ask] general is off).")]
            )
        transcript, on = fields.transcript if fields.has_text else "", fields.date_of_call
        if "transcript" in sources and not fields.has_text:
            transcript, stored_on = await stored_call(services, client_id, fields.consultation_id)
            peer = peer_of(request.scope)
            services.reads.note("transcripts.read", client_id, peer, fields.consultation_id)
            on = on or stored_on
        return Question(
            text=fields.question,
            transcript=transcript if "transcript" in sources else "",
            arrived=request.scope["state"]["arrived"],
            deadline=fields.deadline or settings.deadline_seconds,
            sources=sources,
            history=tuple((pair.question, pair.answer) for pair in fields.history),
            client_id=client_id,
            consultation_id=fields.consultation_id or "",
            call_date=on,
            cache=fields.cache and not no_store,
            low=fields.priority == "low",
        )

    async def get(self, request: Request) -> Response:
        """Return the end of a question once more, for a client that lost its connection."""
        client = await self._services.gate.admit(request)
        ask_id = str(request.path_params["ask_id"])
        end = self._services.asks.end_of(client.client_id, ask_id)
        if end == "unknown":
            raise NotFound(_UNKNOWN)
        if end == "running":
            raise RequestConflict("The answer is being written. Ask again.", retry_after=1)
        won = self._services.settings.cost.won_per_hour
        return json_response(ask_answers.answer(end.question, ask_id, end.answer, won))

    async def feedback(self, request: Request) -> Response:
        """Keep what somebody says of an answer."""
        services = self._services
        client, said = await received(services, request, FeedbackRequest)
        liked = said.rating == "up"
        await services.threads.write(
            client.client_id,
            lambda: services.store.feedback.put(
                client.client_id, said.what, said.id, liked=liked, reason=said.reason
            ),
        )
        if said.what == "ask" and not liked:
            services.asks.disliked(client.client_id, said.id)
        services.metrics.feedback.labels(said.what, said.rating).inc()
        return Response(status_code=204)


async def stored_call(
    services: Services, client_id: str, consultation_id: str | None
) -> tuple[str, date | None]:
    """Return the transcript of a call in progress, or one handed in under an id, with its day.

    Raises:
        InvalidFields: no id was sent.
        NotFound: the client has handed in no such consultation.
        TranscriptGone: retention has removed it.
        StoreBusy: it cannot be read now.
    """
    if consultation_id is None:
        text = "Send the call: conversation_text or turns, or the id of one handed in before."
        raise InvalidFields([("/conversation_text", text)])
    call = services.live.calls.get(client_id, consultation_id)
    if call is not None and call.source == "stt":
        return call.text, day_of(call)
    transcripts = services.store.transcripts
    try:
        stored = await services.threads.read(
            client_id, lambda: transcripts.latest(client_id, consultation_id)
        )
    except Removed as error:
        raise TranscriptGone(error.detail) from None
    if stored is None:
        raise NotFound("This client has handed in no consultation of that id. Send its text.")
    return stored.transcript, stored.call_date


class _Stream:
    """One admitted question on its way to its client."""

    def __init__(self, services: Services, admitted: Asked, request_id: str) -> None:
        self._services = services
        self._question = admitted.question
        self._told = Told(services, admitted, request_id)

    @property
    def seconds(self) -> float:
        """Seconds in which the client must have read everything."""
        passed = self._services.monotonic() - self._question.arrived
        return max(0.0, self._question.deadline - passed) + UNREAD_SECONDS

    @contextmanager
    def held(self) -> Iterator[None]:
        """Give the question up after the block: a hang-up may come before its first event."""
        with closing(self._told):
            yield

    async def whole(self) -> AskAnswer:
        """Return the end."""
        async with aclosing(self._told.events()) as events:
            async for _, fields in events:
                if isinstance(fields, AskAnswer):
                    return fields
        raise AssertionError  # the last event is an answer, always

    async def sse(self) -> AsyncGenerator[bytes, None]:
        """Yield the events of docs/api.md."""
        async with aclosing(self._told.events()) as events:
            async for event in _with_signs_of_life(events):
                yield b":\n\n" if event is None else sent_event(event[0], _json(event[1]))


async def _with_signs_of_life(
    events: AsyncGenerator[Named],
) -> AsyncGenerator[Named | None]:
    """Yield events, and None for every few seconds without one."""
    following: asyncio.Task[Named] | None = None
    try:
        while True:
            following = following or asyncio.create_task(anext(events))
            done, _ = await asyncio.wait({following}, timeout=SILENCE)
            if not done:
                yield None
                continue
            try:
                event = following.result()
            except StopAsyncIteration:
                return
            following = None
            yield event
    finally:
        if following is not None:
            following.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await following


def _json(fields: Fields) -> str:
    if isinstance(fields, AskAnswer):
        return fields.model_dump_json()
    return json.dumps(fields, ensure_ascii=False)
