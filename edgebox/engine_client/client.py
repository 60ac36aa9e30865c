"""The client: sends each role's requests to its server, and reads the answers."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack, aclosing
from typing import TYPE_CHECKING, Any, Unpack

from edgebox.engine_client.answers import Completion, Delta, Streamed, TokenCount, whole
from edgebox.engine_client.faults import DIED, LOST, check, translated
from edgebox.engine_client.lines import body_of, lines_of
from edgebox.engine_client.local import LocalEngine
from edgebox.engine_client.remote import RemoteServer
from edgebox.engine_client.waits import GRACE, Waits, timeout_of
from edgebox.errors import EngineDied, EngineError
from edgebox.settings import ROLES, Role, Settings

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import httpx

    from edgebox.engine_client.health import EngineHealth
    from edgebox.engine_client.requests import Messages, Options


class EngineClient:
    """Asks the engine, or the server that the settings name for a role. One per process.

    Args:
        settings: the socket, and the URL of each role that another server answers for.
        transport: replaces the socket, for tests.
        waits: for answers without a deadline.

    Raises:
        ConfigError: the file of a server's key cannot be used.

    Attributes:
        grounds_numbers: answers are held to the numbers that were said in the call.
    """

    def __init__(
        self,
        settings: Settings,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        waits: Waits | None = None,
    ) -> None:
        waits = waits or Waits()
        self._engines = settings.engines
        self.grounds_numbers = settings.quality.ground_numbers == "on"
        self._local = LocalEngine(settings, transport, waits)
        self._remote = {
            role: RemoteServer(role, options, waits)
            for role in ROLES
            if (options := settings.engines.role(role)).url
        }

    async def complete(
        self, role: Role, messages: Messages, **options: Unpack[Options]
    ) -> Completion:
        """Return a whole answer.

        That of another server is streamed all the same: a server that fell silent is noticed
        long before the answer would have to be there.

        Raises:
            EngineError: see the tree in ``errors.py``.
        """
        if role in self._remote:
            async with aclosing(self.stream(role, messages, **options)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Completion):
                        return piece
            raise EngineDied(DIED)
        deadline = options.get("deadline")
        body = self._body(role, messages, options)
        limit = self._local.limit(messages, options)
        # What sends a byte now and then never reaches the limit of one read.
        async with translated(deadline), asyncio.timeout(limit):
            answer = await self._local.http.post(
                "/v1/chat/completions", json=body, timeout=timeout_of(deadline, limit)
            )
            check(answer.status_code, answer.content)
            return whole(answer.json())

    async def stream(
        self, role: Role, messages: Messages, **options: Unpack[Options]
    ) -> AsyncGenerator[Delta | Completion]:
        """Yield the deltas of an answer as they are generated, then one Completion with all of it.

        Closing the iterator cancels the generation.

        Raises:
            EngineError: see the tree in ``errors.py``.
        """
        server, deadline = self._server(role), options.get("deadline")
        body = self._body(role, messages, options)
        body |= {"stream": True, "stream_options": server.usage}
        limit = server.limit(messages, options)
        now = asyncio.get_running_loop().time
        end = latest = now() + limit
        asked = server.http.stream(
            "POST", "/v1/chat/completions", json=body, timeout=timeout_of(deadline, limit)
        )
        async with translated(deadline), AsyncExitStack() as stack:
            # httpx limits each read: a head that comes byte by byte never reaches that limit.
            async with asyncio.timeout_at(end):
                answer = await stack.enter_async_context(asked)
            kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            if answer.status_code >= 300 or kind == "application/json":
                async with asyncio.timeout_at(end):
                    content = await body_of(answer)
                self._check(role, answer, content)
                # A proxy that does not stream: the whole answer comes at once.
                completion = whole(json.loads(content), self.model_name(role))
                yield Delta(completion.text)
                yield completion
                return
            streamed = Streamed(self.model_name(role))
            lines = await stack.enter_async_context(aclosing(lines_of(answer)))
            while not streamed.done:
                try:
                    async with asyncio.timeout_at(latest):
                        line = await anext(lines, None)
                except LOST:
                    if not streamed.whole:
                        raise
                    break  # nothing but the counts is missing
                if line is None:
                    break
                if text := streamed.feed(line):
                    yield streamed.delta(text)
                    # Reading a long prompt is silent, so this holds from the first text on.
                    if server.silence is not None:
                        latest = min(end, now() + server.silence)
                if streamed.whole:
                    latest = min(latest, now() + GRACE)
            yield streamed.completion(of_events=kind == "text/event-stream")

    async def tokenize(
        self,
        role: Role,
        messages: Messages,
        *,
        cache_salt: str = "",
        timeout: float = 2.0,  # noqa: ASYNC109 - per call, in seconds
    ) -> TokenCount | None:
        """Count a chat's tokens, and those that are in the cache for this salt.

        Returns:
            None if another server answers for the role: only our engine has this call.

        Raises:
            EngineError: the engine does not answer.
        """
        if role in self._remote:
            return None
        return await self._local.tokenize(role, messages, cache_salt, timeout)

    async def forget(self, tag: str, timeout: float = 10.0) -> int:  # noqa: ASYNC109 - per call
        """Have our engine keep no cells of what a tag names; other servers have no such call.

        Returns:
            How many prompts it had kept.

        Raises:
            EngineError: the engine does not answer.
        """
        if all(role in self._remote for role in ROLES):
            return 0
        return await self._local.forget(tag, timeout)

    async def health(self, timeout: float = 1.0) -> EngineHealth:  # noqa: ASYNC109 - per call, in seconds
        """Ask the engine how it is.

        Raises:
            EngineUnavailable: no engine answers on the socket.
        """
        return await self._local.health(timeout)

    async def ready(self, role: Role) -> bool:
        """Whether the role's server can take a request now. Never raises.

        Another server is ready if it lists the role's model.
        """
        return await self._server(role).ready()

    def rest(self, role: Role) -> float:
        """Return the seconds for which another server of a role asked to be sent nothing more.

        A request is sent all the same: who can wait, or has another model, asks here first.
        """
        server = self._remote.get(role)
        return server.rest if server else 0.0

    def is_remote(self, role: Role) -> bool:
        """Whether another server answers for this role."""
        return role in self._remote

    def model_name(self, role: Role) -> str:
        """Return the model that the settings name for a role."""
        server = self._remote.get(role)
        return server.model if server else self._engines.role(role).model

    def context_tokens(self, role: Role) -> int:
        """Return the context that the settings name for a role: of another server, all there is."""
        return self._engines.role(role).context_tokens

    async def aclose(self) -> None:
        """Close every connection."""
        for http in (self._local.http, *(server.http for server in self._remote.values())):
            await http.aclose()

    def _check(self, role: Role, answer: httpx.Response, content: bytes) -> None:
        """Raise the error of an answer's status; note for how long its server wants to rest."""
        try:
            check(answer.status_code, content, answer.headers.get("retry-after"))
        except EngineError as refusal:
            if role in self._remote:
                self._remote[role].asks_for_rest(refusal.retry_after)
            raise

    def _server(self, role: Role) -> RemoteServer | LocalEngine:
        return self._remote.get(role, self._local)

    def _body(self, role: Role, messages: Messages, options: Options) -> dict[str, Any]:
        """Build the request as the role's server takes it."""
        return self._server(role).body(role, messages, options)
