"""Our own engine, over its Unix socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from edgebox.engine_client.answers import TokenCount
from edgebox.engine_client.faults import check, translated
from edgebox.engine_client.health import EngineHealth, read_health
from edgebox.engine_client.requests import json_schema_format, plain_body
from edgebox.engine_client.waits import CONNECT, GRACE, READY, Waits
from edgebox.errors import EngineError

if TYPE_CHECKING:
    from edgebox.engine_client.requests import Messages, Options
    from edgebox.settings import Role, Settings

_BASE = "http://engine"


class LocalEngine:
    """Both roles of our engine.

    Args:
        settings: the socket.
        transport: replaces the socket, for tests.
        waits: for answers without a deadline.

    Attributes:
        http: the connections.
        usage: what is asked for of a stream's counts.
    """

    usage = {"include_usage": True, "continuous_usage_stats": True}  # noqa: RUF012 - never changed
    silence: float | None = None
    """It may be silent for as long as its own watchdog lets it."""

    def __init__(
        self,
        settings: Settings,
        transport: httpx.AsyncBaseTransport | None = None,
        waits: Waits | None = None,
    ) -> None:
        self._waits = waits or Waits()
        # verify=False: a socket has no TLS, and reading all authorities takes 30 ms of a core.
        socket = transport or httpx.AsyncHTTPTransport(
            verify=False, uds=str(settings.socket), limits=httpx.Limits(max_connections=None)
        )
        self.http = httpx.AsyncClient(
            transport=socket, base_url=_BASE, timeout=CONNECT, trust_env=False
        )

    def limit(self, _messages: Messages, options: Options) -> float:
        """Return the seconds after which an answer is no longer waited for."""
        deadline = options.get("deadline")
        return self._waits.own if deadline is None else deadline + GRACE

    def body(self, role: Role, messages: Messages, options: Options) -> dict[str, Any]:
        """Build the request, with what only our engine knows."""
        body = plain_body(messages, options)
        schema = body.pop("json_schema", None)
        if held := {name: body.pop(name) for name in ("regex", "grammar") if name in body}:
            body["structured_outputs"] = held
        body["model"] = role
        if schema is not None:
            body["response_format"] = json_schema_format(schema)
        return body

    async def tokenize(
        self, role: Role, messages: Messages, cache_salt: str, seconds: float
    ) -> TokenCount:
        """Count a chat's tokens, and those that are in the cache for this salt.

        Raises:
            EngineError: the engine does not answer.
        """
        async with translated(None):
            answer = await self.http.post(
                "/tokenize",
                json={"model": role, "messages": messages, "cache_salt": cache_salt},
                timeout=seconds,
            )
            check(answer.status_code, answer.content)
            body = answer.json()
            return TokenCount(int(body["count"]), int(body["cached"]), int(body["max_model_len"]))

    async def forget(self, tag: str, seconds: float) -> int:
        """Have the engine keep no cells of what a tag names. Returns how many prompts it had kept.

        Raises:
            EngineError: the engine does not answer.
        """
        async with translated(None):
            answer = await self.http.post("/forget", json={"cache_tag": tag}, timeout=seconds)
            check(answer.status_code, answer.content)
            return int(answer.json()["forgotten"])

    async def health(self, seconds: float) -> EngineHealth:
        """Ask the engine how it is.

        Raises:
            EngineUnavailable: no engine answers on the socket.
        """
        async with translated(None):
            answer = await self.http.get("/health", timeout=seconds)
            return read_health(answer.json())

    async def ready(self) -> bool:
        """Whether it can take a request now. Never raises."""
        try:
            return (await self.health(READY)).ready
        except EngineError:
            return False
