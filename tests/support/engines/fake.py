"""An OpenAI-compatible engine without a model, for tests whose subject is not the engine.

Speaks the same interface as ``edgebox.engine.server``: chat completions (whole and
streamed), ``/tokenize``, ``/v1/models`` and ``/health``. Its answers and their speed are
set on the object, also while it is being served.
"""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from support.samples import ANALYSIS, SUMMARY

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.requests import Request


def role_health(model: str, **more: float) -> dict[str, Any]:
    """One role as ``/health`` describes it: a fast box, unless ``more`` changes that."""
    return {
        "model": model,
        "context_tokens": 16384,
        "parallel": 4,
        "prefill_tps": 2000.0,
        "decode_tps": 200.0,
        "batch_decode_tps": 400.0,
        "tokens_per_char": 0.5,
        "weights_bytes": 1_000_000,
        "kv_bytes": 1_000_000,
        "kv_cells_used": 0,
        **more,
    }


@dataclass
class FakeEngine:
    """The script.

    Attributes:
        cached: tokens that ``/tokenize`` reports as cached.
        answers: each role's answer, in the pieces it is streamed in.
        topic: the answer to a request for a question's topic.
        pause: seconds before each piece.
        pauses: the same of a role, or of "topic", where they differ.
        late: seconds after a request's deadline at which its answer ends, as in a long step.
        failures: how many requests of a role are answered with 503 first.
        refusing: roles whose requests are answered with 400.
        dies_after: pieces of a role's answer after which its stream breaks off.
        status: "ready" or "starting".
        broken: answers 503 to everything but ``/health``.
        roles: ``models`` of ``/health``.
        tokenized: requests to ``/tokenize``.
        forgotten: tags that ``/forget`` was asked for.
        looked_at: requests to ``/health``.
        analyses: requests beside those, for which nobody waits.
        requests: chat requests, as received.
        keeps: whether there are any: of a process that runs for hours they fill the memory.
        asked: how many there were.
        finished: answers that were sent completely.
        cancelled: answers whose client hung up.
        gpus: ``gpus`` of ``/health``.
    """

    answers: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {"slm": SUMMARY, "mlm": (ANALYSIS,)}
    )
    topic: str = '{"topic": "카드 분실"}'
    pause: float = 0.0
    pauses: dict[str, float] = field(default_factory=dict)
    late: float = 0.0
    failures: dict[str, int] = field(default_factory=dict)
    refusing: set[str] = field(default_factory=set)
    dies_after: dict[str, int] = field(default_factory=dict)
    status: str = "ready"
    broken: bool = False
    roles: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {"slm": role_health("small"), "mlm": role_health("mid")}
    )
    requests: list[dict[str, Any]] = field(default_factory=list)
    keeps: bool = True
    asked: int = 0
    finished: int = 0
    cancelled: int = 0
    cached: int = 0
    tokenized: int = 0
    forgotten: list[str] = field(default_factory=list)
    looked_at: int = 0
    analyses: int = 0
    gpus: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
                Route("/v1/models", self._models, methods=["GET"]),
                Route("/tokenize", self._tokenize, methods=["POST"]),
                Route("/forget", self._forget, methods=["POST"]),
                Route("/health", self._health, methods=["GET"]),
            ]
        )

    @asynccontextmanager
    async def serve(self, path: Path) -> AsyncIterator[None]:
        """Serve on a Unix socket for the length of the block."""
        async with serving(uvicorn.Config(self.app(), uds=str(path), **QUIET)):
            yield

    async def _health(self, _request: Request) -> Response:
        self.looked_at += 1
        ready = self.status == "ready"
        body = {
            "status": self.status,
            "models": self.roles if ready else {},
            "waiting": 0,
            "running": self.asked - self.finished - self.cancelled + self.analyses,
            "interactive": self.asked - self.finished - self.cancelled,
            "steps": 0,
            "aborted_steps": 0,
            "evicted_prefixes": 0,
            "heartbeat_age": 0.0,
            "rss_bytes": 123_456_789,
            "memory": {"available_bytes": 6 << 30, "total_bytes": 16 << 30},
            "gpus": self.gpus,
        }
        return JSONResponse(body, 200 if ready else 503)

    async def _models(self, _request: Request) -> Response:
        data = [
            {"id": r["model"], "object": "model", "role": name} for name, r in self.roles.items()
        ]
        return JSONResponse({"object": "list", "data": data})

    async def _tokenize(self, request: Request) -> Response:
        if self.broken:
            return _unavailable()
        body = await request.json()
        count = sum(len(message["content"]) for message in body["messages"]) // 2
        cached = min(self.cached, max(0, count - 1))
        context = self.roles.get(body["model"], {}).get("context_tokens", 16384)
        self.tokenized += 1
        return JSONResponse({"count": count, "cached": cached, "max_model_len": context})

    async def _forget(self, request: Request) -> Response:
        if self.broken:
            return _unavailable()
        self.forgotten.append((await request.json())["cache_tag"])
        return JSONResponse({"forgotten": 0})

    async def _chat(self, request: Request) -> Response:
        if self.broken:
            return _unavailable()
        body = await request.json()
        self.asked += 1
        if self.keeps:
            self.requests.append(body)
        role = body["model"]
        if self.failures.get(role, 0):
            self.failures[role] -= 1
            return _unavailable()
        if role in self.refusing:
            error = {"message": "no", "type": "invalid_request_error", "code": "EngineRefused"}
            return JSONResponse({"error": error}, 400)
        if body.get("stream"):
            return StreamingResponse(self._stream(body), media_type="text/event-stream")
        text, finish = "", {"finish_reason": "stop", "stop_reason": None}
        try:
            async for piece in self._pieces(body):
                text += piece
        except TimeoutError:
            finish = {"finish_reason": "length", "stop_reason": "deadline"}
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, **finish}
        self.finished += 1
        return JSONResponse(self._envelope(body) | {"choices": [choice], "usage": usage()})

    async def _stream(self, body: dict[str, Any]) -> AsyncIterator[str]:
        finish = {"finish_reason": "stop", "stop_reason": None}
        try:
            yield self._event(body, {"role": "assistant", "content": ""})
            try:
                async for piece in self._pieces(body):
                    yield self._event(body, {"content": piece}, spent=usage())
            except TimeoutError:
                finish = {"finish_reason": "length", "stop_reason": "deadline"}
            yield self._event(body, {}, **finish)
            last = self._envelope(body) | {"choices": [], "usage": usage()}
            yield f"data: {json.dumps(last)}\n\n"
            yield "data: [DONE]\n\n"
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled += 1
            raise
        self.finished += 1

    async def _pieces(self, body: dict[str, Any]) -> AsyncIterator[str]:
        """Yield the answer's pieces. TimeoutError if the request's deadline comes first."""
        ends = time.monotonic() + body.get("deadline", 1e9) + self.late
        role = body["model"]
        if "topic" in json.dumps(body.get("response_format", "")):
            pieces, pause = (self.topic,), self.pauses.get("topic", self.pause)
        else:
            pieces, pause = self.answers[role], self.pauses.get(role, self.pause)
        for number, piece in enumerate(pieces):
            if number == self.dies_after.get(role):
                raise ConnectionError
            left = ends - time.monotonic()
            await asyncio.sleep(max(0.0, min(pause, left)))
            if left <= pause:
                raise TimeoutError
            yield piece

    def _envelope(self, body: dict[str, Any]) -> dict[str, Any]:
        model = self.roles[body["model"]]["model"]
        return {"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": model}

    def _event(
        self,
        body: dict[str, Any],
        delta: dict[str, Any],
        *,
        spent: dict[str, Any] | None = None,
        **finish: str | None,
    ) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": None, **finish}
        chunk = self._envelope(body) | {"choices": [choice]}
        if spent and body.get("stream_options", {}).get("continuous_usage_stats"):
            chunk |= {"usage": spent}
        return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


def usage() -> dict[str, Any]:
    return {
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "total_tokens": 120,
        "prompt_tokens_details": {"cached_tokens": 60},
    }


def _unavailable() -> Response:
    error = {"message": "starting", "type": "server_error", "code": "EngineUnavailable"}
    return JSONResponse({"error": error}, 503)


QUIET: dict[str, Any] = {
    "log_config": None,
    "log_level": "critical",
    "access_log": False,
    "lifespan": "off",
    "timeout_graceful_shutdown": 1,
}


@asynccontextmanager
async def serving(
    config: uvicorn.Config, *listening: socket.socket
) -> AsyncIterator[uvicorn.Server]:
    """A uvicorn server on this event loop for the length of the block.

    Args:
        config: its configuration.
        listening: sockets that it serves, instead of those of its configuration.
    """
    server = uvicorn.Server(config)
    server.capture_signals = _no_signals  # type: ignore[method-assign, assignment]
    task = asyncio.create_task(server.serve(list(listening) or None))
    try:
        while not server.started:
            assert not task.done(), "the server did not start"
            await asyncio.sleep(0.005)
        yield server
    finally:
        server.should_exit = True
        await task


class _no_signals:  # noqa: N801 - stands in for a function
    def __enter__(self) -> None:
        """The test runner keeps its signals."""

    def __exit__(self, *_: object) -> None:
        """Nothing to restore."""
