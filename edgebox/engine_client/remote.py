"""Another OpenAI-compatible server that answers for a role, by URL."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import time
from typing import TYPE_CHECKING, Any

import httpx

from edgebox.engine_client.key import read_key
from edgebox.engine_client.lines import body_of
from edgebox.engine_client.requests import json_schema_format, plain_body
from edgebox.engine_client.waits import CONNECT, GRACE, READY
from edgebox.system.tls import authorities_context

if TYPE_CHECKING:
    from edgebox.engine_client.requests import Messages, Options
    from edgebox.engine_client.waits import Waits
    from edgebox.settings import Role, RoleSettings

KEEPALIVE = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 60_000),  # milliseconds
)
"""A server that lost its power, or the way to it, is noticed within a minute."""

LONGEST_REST = 60.0
"""Seconds that a server is left alone at most, whatever it asks for: it may have been mended."""


class RemoteServer:
    """The server of one role.

    Args:
        role: whose it is.
        options: its URL, model name, key, and what it takes beside OpenAI's fields.
        waits: for answers without a deadline.
        key: instead of the one in the file.

    Raises:
        ConfigError: the file of its key cannot be used.

    Attributes:
        http: the connections.
        model: the model's name on that server.
        usage: what is asked for of a stream's counts.
        silence: seconds between two pieces of an answer.
    """

    usage = {"include_usage": True}  # noqa: RUF012 - never changed

    def __init__(
        self, role: Role, options: RoleSettings, waits: Waits, *, key: str | None = None
    ) -> None:
        self._waits = waits
        self._options = options
        self._rests_until = 0.0  # by the monotonic clock
        self.model = options.url_model or options.model
        self.silence = waits.silence
        if key is None:
            key = read_key(role, options.url_key_file, os.environ)
        self.http = httpx.AsyncClient(
            base_url=options.url.rstrip("/").removesuffix("/v1"),
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=CONNECT,
            trust_env=False,
            transport=httpx.AsyncHTTPTransport(
                verify=authorities_context(),
                socket_options=KEEPALIVE,
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=None),
            ),
        )

    @property
    def rest(self) -> float:
        """Seconds for which it asked to be sent nothing more; 0 if it did not."""
        return max(0.0, self._rests_until - time.monotonic())

    def asks_for_rest(self, seconds: float) -> None:
        """Note that it refused a request and named a time (``Retry-After``)."""
        until = time.monotonic() + min(seconds, LONGEST_REST)
        self._rests_until = max(self._rests_until, until)

    def limit(self, messages: Messages, options: Options) -> float:
        """Return the seconds after which an answer is no longer waited for."""
        if (deadline := options.get("deadline")) is not None:
            return deadline + GRACE
        characters = sum(len(message["content"]) for message in messages)
        return self._waits.of_remote(characters, options["max_tokens"])

    def body(self, _role: Role, messages: Messages, options: Options) -> dict[str, Any]:
        """Build the request with OpenAI's fields, and those others that the settings allow.

        A strict server refuses what it does not know, and vLLM any priority but 0 where it does not
        schedule by priority.
        """
        body = plain_body(messages, options)
        schema = body.pop("json_schema", None)
        priority = body.pop("priority", None)
        for ours in ("deadline", "regex", "grammar", "cache_tag", "retain"):
            body.pop(ours, None)
        if self._options.url_cache_salt == "off":
            body.pop("cache_salt", None)
        if priority is not None and self._options.url_priority != "off":
            lower = self._options.url_priority == "lower_first"
            body["priority"] = priority if lower else -priority
        body["model"] = self.model
        if schema is not None and self._options.url_schema == "json_object":
            body["response_format"] = {"type": "json_object", "schema": schema}
        elif schema is not None:
            body["response_format"] = json_schema_format(schema)
        return body

    async def models(self, seconds: float) -> tuple[int, list[str]]:
        """Ask for the models that it lists.

        Returns:
            The status, and their names if it is 200.

        Raises:
            httpx.HTTPError, TimeoutError: it does not answer within as many seconds.
            ValueError: what it answers is no list of models.
        """
        async with (
            asyncio.timeout(seconds),  # httpx's own limits one read only
            self.http.stream("GET", "/v1/models", timeout=seconds) as answer,
        ):
            if answer.status_code != 200:
                return answer.status_code, []
            content = await body_of(answer)
        try:
            return 200, [str(entry["id"]) for entry in json.loads(content)["data"]]
        except (LookupError, TypeError, RecursionError):
            raise ValueError("no list of models") from None

    async def ready(self) -> bool:
        """Whether it lists the role's model. Never raises."""
        try:
            status, names = await self.models(READY)
        except (httpx.HTTPError, TimeoutError, ValueError):
            return False
        return status == 200 and self.model in names
