"""The engine's OpenAI-compatible HTTP interface, on a Unix socket."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from edgebox.engine.openai import (
    Answer,
    ChatRequest,
    ForgetRequest,
    TokenizeRequest,
    error_body,
    usage,
)
from edgebox.engine.sequence import Event, Finish
from edgebox.errors import EngineError, EngineRefused
from edgebox.system.http import ClientGone, until_gone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from edgebox.engine.sampling import TokenLogprob
    from edgebox.engine.service import Generation, Service

Body = TypeVar("Body", bound=BaseModel)


def engine_app(service: Service) -> Starlette:
    """Return the HTTP interface of a service."""
    app = Starlette(
        routes=[
            Route("/v1/chat/completions", chat, methods=["POST"]),
            Route("/v1/models", models, methods=["GET"]),
            Route("/tokenize", tokenize, methods=["POST"]),
            Route("/forget", forget, methods=["POST"]),
            Route("/health", health, methods=["GET"]),
        ],
        exception_handlers={EngineError: _refused},
    )
    app.state.service = service
    return app


async def health(request: Request) -> Response:
    """Answer whether the engine is ready, with the measured speeds and the load."""
    body = _service(request).health()
    return JSONResponse(body, status_code=200 if body["status"] == "ready" else 503)


async def models(request: Request) -> Response:
    """List both models by name. A role works as a name too."""
    described = _service(request).health()["models"]
    data = [
        {"id": entry["model"], "object": "model", "created": 0, "owned_by": "edgebox", "role": role}
        for role, entry in described.items()
    ]
    return JSONResponse({"object": "list", "data": data})


async def tokenize(request: Request) -> Response:
    """Count a chat's tokens, and how many of them are in the cache."""
    body = await _body(request, TokenizeRequest)
    messages = [message.plain() for message in body.messages]
    return JSONResponse(await _service(request).count(body.model, messages, body.cache_salt))


async def forget(request: Request) -> Response:
    """Keep nothing of what was read of the prompts with a tag."""
    body = await _body(request, ForgetRequest)
    return JSONResponse({"forgotten": await _service(request).forget(body.cache_tag)})


async def chat(request: Request) -> Response:
    """Complete a chat, whole or streamed. A client that hangs up cancels it."""
    arrived = time.monotonic()
    body = await _body(request, ChatRequest)
    service = _service(request)
    generation = await service.submit(body, arrived)
    answer = Answer(generation.model)
    if body.stream:
        return _Events(service, generation, _stream(generation, answer, body))
    try:
        text, last, logprobs = await until_gone(request.receive, _collect(generation))
    except ClientGone:
        return Response(status_code=499)
    finally:
        service.cancel(generation)
    if last.error is not None:
        raise last.error
    entries = _logprob_entries(logprobs) if body.logprobs else None
    finish = last.finish or Finish.STOP
    return JSONResponse(answer.whole(text, finish, _usage(generation), entries))


class _Events(StreamingResponse):
    """A stream that cancels its sequence however it ends, also one that was never begun."""

    def __init__(
        self, service: Service, generation: Generation, events: AsyncIterator[str]
    ) -> None:
        super().__init__(events, media_type="text/event-stream")
        self._service = service
        self._generation = generation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._service.cancel(self._generation)


async def _collect(generation: Generation) -> tuple[str, Event, list[TokenLogprob]]:
    text = ""
    logprobs: list[TokenLogprob] = []
    while True:
        event = await generation.events.get()
        text += event.text
        logprobs += event.logprobs
        if event.finish is not None:
            return text, event, logprobs


async def _stream(generation: Generation, answer: Answer, body: ChatRequest) -> AsyncIterator[str]:
    """Yield server-sent events in OpenAI's order."""
    yield _event(answer.chunk({"role": "assistant", "content": ""}))
    while True:
        event = await generation.events.get()
        if event.error is not None:
            yield _event(error_body(event.error.detail, type(event.error).__name__))
            break
        entries = _logprob_entries(event.logprobs) if body.logprobs else None
        if event.text or entries:
            chunk = answer.chunk({"content": event.text}, logprobs=entries)
            if body.stream_options and body.stream_options.continuous_usage_stats:
                chunk["usage"] = _usage(generation)
            yield _event(chunk)
        if event.finish is not None:
            yield _event(answer.chunk({}, event.finish))
            if body.stream_options and body.stream_options.include_usage:
                yield _event(answer.usage_chunk(_usage(generation)))
            break
    yield "data: [DONE]\n\n"


async def _body(request: Request, kind: type[Body]) -> Body:
    try:
        return kind.model_validate_json(await request.body())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise EngineRefused(f"{where}: {first['msg']}") from None


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, EngineError)  # noqa: S101 - registered for EngineError only
    kind = "invalid_request_error" if isinstance(error, EngineRefused) else "server_error"
    headers = {"Retry-After": "1"} if error.http_status == 503 else None
    return JSONResponse(
        error_body(error.detail, kind, type(error).__name__), error.http_status, headers
    )


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _usage(generation: Generation) -> dict[str, Any]:
    sequence = generation.sequence
    return usage(sequence.prompt_length, sequence.cached, sequence.generated, sequence.seconds)


def _event(body: dict[str, Any]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"


def _logprob_entries(logprobs: Iterable[TokenLogprob]) -> list[dict[str, Any]]:
    def entry(piece: bytes, value: float) -> dict[str, Any]:
        text = ""
        with suppress(UnicodeDecodeError):
            text = piece.decode("utf-8")
        return {"token": text, "logprob": value, "bytes": list(piece)}

    return [
        entry(item.pieces[0], item.logprob)
        | {
            "top_logprobs": [
                entry(piece, value)
                for piece, (_, value) in zip(item.pieces[1:], item.top, strict=True)
            ]
        }
        for item in logprobs
    ]
