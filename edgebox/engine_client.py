"""The client of the engine: over its Unix socket, or of an OpenAI-compatible server by URL.

Failures of connections, HTTP statuses and broken JSON become ``EngineError`` here and nowhere else.
"""

from __future__ import annotations

import asyncio
import errno
import json
import socket
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Required, TypedDict, Unpack

import httpx

from edgebox.errors import (
    ConfigError,
    EngineBusy,
    EngineDied,
    EngineError,
    EngineFault,
    EngineRefused,
    EngineUnavailable,
)
from edgebox.settings import ROLES, Role, Settings
from edgebox.system.machine import Gpu
from edgebox.system.secret_file import read_secret
from edgebox.system.tls import authorities_context

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

BACKGROUND_PRIORITY = 100
"""Of analyses. The engine treats priorities under 50 as interactive."""
WANTED_PRIORITY = 35
"""Of an analysis that somebody waits for: the engine's patient class, behind questions. Of nothing
else: the engine knows by it whose tokens and seconds these are."""

_CODES = {
    400: "EngineRefused",
    413: "EngineRefused",
    422: "EngineRefused",
    429: "EngineBusy",
    500: "EngineFault",
}
"""What the statuses of other servers mean. All others (a wrong key or model name, a proxy without
a server behind it) can be repaired by an administrator: no consultation fails for good on them."""

_BASE = "http://engine"
_CONNECT = 2.0  # seconds
_KEEPALIVE = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 60_000),  # milliseconds
)
"""A server that lost its power, or the way to it, is noticed within a minute."""

_GONE = (errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ENETUNREACH)
_DIED = "The engine stopped during the answer."
_GRACE = 1.0  # seconds after the deadline, for the engine's own answer to arrive


@dataclass(frozen=True, slots=True)
class Waits:
    """How long an answer without a deadline is waited for, in seconds.

    Another server's speed is not known: its limit is what a slow processor with others before us
    in its queue would need. Our own engine is watched by its own watchdog.

    Attributes:
        floor: of another server, whatever the request.
        character: more for each character of the prompt.
        token: more for each token of the answer.
        own: of our own engine.
        silence: between two pieces of another server's answer.
    """

    floor: float = 300.0
    character: float = 0.1
    token: float = 3.0
    own: float = 7200.0
    silence: float = 120.0

    def of_remote(self, characters: int, tokens: int) -> float:
        """Return the seconds for a prompt of ``characters`` and an answer of ``tokens``."""
        return self.floor + characters * self.character + tokens * self.token


@dataclass(frozen=True, slots=True)
class Completion:
    """A finished answer.

    Attributes:
        finish_reason: "stop", "length" or "deadline".
        cached_tokens: prompt tokens that the engine had read before.
        engine_seconds: of the steps that it was in, its share; 0 of other servers.
    """

    text: str
    finish_reason: str
    model: str
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    engine_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Delta:
    """A streamed piece of an answer, with the token counts and engine seconds so far."""

    text: str
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    engine_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TokenCount:
    """A chat's length in tokens.

    Attributes:
        cached: tokens of it that the engine holds now.
        context: tokens that the model's context can hold, prompt and answer together.
    """

    count: int
    cached: int
    context: int


@dataclass(frozen=True, slots=True)
class RoleHealth:
    """One role's model with its measured speeds (tokens a second) and sizes (bytes).

    Attributes:
        prefill_tps: of prompts.
        decode_tps: of one sequence alone.
        batch_decode_tps: of ``parallel`` sequences in total.
        loaded: False while an idle model's memory is given back.
    """

    role: Role
    model: str
    context_tokens: int
    prefill_tps: float
    decode_tps: float
    batch_decode_tps: float
    tokens_per_char: float
    parallel: int
    weights_bytes: int
    kv_bytes: int
    loaded: bool = True

    def decode_rate(self, together: int) -> float:
        """Return the tokens a second that ``together`` sequences get in total.

        The rate is taken to rise linearly from ``decode_tps`` for one sequence to
        ``batch_decode_tps`` for ``parallel`` of them.
        """
        share = min(1.0, (together - 1) / max(1, self.parallel - 1))
        return self.decode_tps + share * max(0.0, self.batch_decode_tps - self.decode_tps)

    def writing_seconds(self, tokens: int, together: int) -> float:
        """Return the seconds until ``together`` answers of ``tokens`` each are written."""
        return together * tokens / self.decode_rate(together) if together > 0 else 0.0

    def answering_seconds(self, tokens: int, together: int) -> float:
        """Return the engine time that the last of ``together`` answers adds to the others."""
        others = self.writing_seconds(tokens, together - 1)
        return max(0.0, self.writing_seconds(tokens, together) - others)

    def readable_tokens(self, seconds: float) -> int:
        """Return the prompt tokens that can be read in this time."""
        return max(0, int(seconds * self.prefill_tps))


@dataclass(frozen=True, slots=True)
class EngineHealth:
    """The engine's answer to ``GET /health``.

    Attributes:
        memory: bytes of the machine that new processes may use, and all it has. The systemd units
            let the engine alone read them.
    """

    ready: bool
    roles: dict[Role, RoleHealth]
    rss_bytes: int | None
    raw: dict[str, Any]
    gpus: tuple[Gpu, ...] = ()
    memory: tuple[int, int] | None = None


Messages = list[dict[str, str]]


class Options(TypedDict, total=False):
    """The options of a generation.

    Attributes:
        max_tokens: the most to generate.
        temperature: 0, the default, is greedy.
        priority: lower first; BACKGROUND_PRIORITY for the backlog.
        deadline: seconds from now after which the answer ends with what there is.
        json_schema: the answer keeps to this schema.
        regex: the answer matches it as a whole. Only our engine gets it: of other servers some do
            not know it, and the strict ones refuse the request.
        grammar: the answer keeps to it, in Lark's syntax. Only our engine gets it.
        stop: strings that end the answer.
        presence_penalty: as OpenAI defines it.
        frequency_penalty: as OpenAI defines it.
        seed: for temperatures over 0.
        cache_salt: prompts share what was read only with those of the same salt. Only our engine
            gets it.
    """

    max_tokens: Required[int]
    temperature: float
    priority: int
    deadline: float | None
    json_schema: dict[str, Any]
    regex: str | None
    grammar: str
    stop: list[str]
    presence_penalty: float
    frequency_penalty: float
    seed: int
    cache_salt: str
    retain: bool


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
        self._waits = waits or Waits()
        self._engines = settings.engines
        self.grounds_numbers = settings.quality.ground_numbers == "on"
        local = transport or httpx.AsyncHTTPTransport(
            uds=str(settings.socket), limits=httpx.Limits(max_connections=None)
        )
        self._local = httpx.AsyncClient(
            transport=local, base_url=_BASE, timeout=_CONNECT, trust_env=False
        )
        self._remote = {
            role: httpx.AsyncClient(
                base_url=url,
                headers=_authorization(settings.engines.role(role).url_key_file),
                timeout=_CONNECT,
                trust_env=False,
                transport=httpx.AsyncHTTPTransport(
                    verify=authorities_context(), socket_options=_KEEPALIVE
                ),
            )
            for role in ROLES
            if (url := settings.engines.role(role).url.rstrip("/").removesuffix("/v1"))
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
            raise EngineDied(_DIED)
        deadline = options.get("deadline")
        body = self._body(role, messages, options)
        limit = self._limit(role, messages, options)
        # What sends a byte now and then never reaches the limit of one read.
        async with _translated(deadline), asyncio.timeout(limit):
            answer = await self._local.post(
                "/v1/chat/completions", json=body, timeout=_timeout(deadline, limit)
            )
            _check(answer)
            return _whole(answer.json())

    async def stream(
        self, role: Role, messages: Messages, **options: Unpack[Options]
    ) -> AsyncGenerator[Delta | Completion]:
        """Yield the deltas of an answer as they are generated, then one Completion with all of it.

        Closing the iterator cancels the generation.

        Raises:
            EngineError: see the tree in ``errors.py``.
        """
        deadline = options.get("deadline")
        usage = {"include_usage": True}
        if role not in self._remote:
            usage["continuous_usage_stats"] = True
        body = self._body(role, messages, options) | {"stream": True, "stream_options": usage}
        limit = self._limit(role, messages, options)
        now = asyncio.get_running_loop().time
        end = latest = now() + limit
        async with (
            _translated(deadline),
            self._client(role).stream(
                "POST",
                "/v1/chat/completions",
                json=body,
                timeout=_timeout(deadline, limit),
            ) as answer,
        ):
            if answer.status_code >= 400:
                async with asyncio.timeout_at(end):
                    await answer.aread()
                _check(answer)
            if answer.headers.get("content-type", "").startswith("application/json"):
                # A proxy that does not stream: the whole answer comes at once.
                async with asyncio.timeout_at(end):
                    body = json.loads(await answer.aread())
                completion = _whole(body)
                yield Delta(completion.text)
                yield completion
                return
            whole = _Streamed()
            lines = answer.aiter_lines()
            while not whole.done:
                async with asyncio.timeout_at(latest):
                    line = await anext(lines, None)
                if line is None:
                    break
                if text := whole.feed(line):
                    yield whole.delta(text)
                    # Reading a long prompt is silent, so this holds from the first text on.
                    if role in self._remote:
                        latest = min(end, now() + self._waits.silence)
            yield whole.completion()

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
        async with _translated(None):
            answer = await self._local.post(
                "/tokenize",
                json={"model": role, "messages": messages, "cache_salt": cache_salt},
                timeout=timeout,
            )
            _check(answer)
            body = answer.json()
            return TokenCount(int(body["count"]), int(body["cached"]), int(body["max_model_len"]))

    async def health(self, timeout: float = 1.0) -> EngineHealth:  # noqa: ASYNC109 - per call, in seconds
        """Ask the engine how it is.

        Raises:
            EngineUnavailable: no engine answers on the socket.
        """
        async with _translated(None):
            answer = await self._local.get("/health", timeout=timeout)
            body = answer.json()
            roles: dict[Role, RoleHealth] = {}
            for role in ROLES:
                if role in body["models"]:
                    known = {
                        key: value
                        for key, value in body["models"][role].items()
                        if key in RoleHealth.__slots__
                    }
                    roles[role] = RoleHealth(role=role, **known)
            cards = tuple(
                Gpu(card["name"], card["total_bytes"], card["total_bytes"] - card["used_bytes"])
                for card in body.get("gpus", ())
            )
            memory = body.get("memory")
            return EngineHealth(
                body["status"] == "ready",
                roles,
                body.get("rss_bytes"),
                body,
                cards,
                (memory["available_bytes"], memory["total_bytes"]) if memory else None,
            )

    async def ready(self, role: Role) -> bool:
        """Whether the role's server can take a request now. Never raises.

        Another server is ready if it lists the role's model.
        """
        if role not in self._remote:
            try:
                return (await self.health(timeout=5.0)).ready
            except EngineError:
                return False
        try:
            answer = await self._remote[role].get("/v1/models", timeout=5.0)
            names = {entry["id"] for entry in answer.json()["data"]}
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return False
        return answer.status_code == 200 and self.model_name(role) in names

    def is_remote(self, role: Role) -> bool:
        """Whether another server answers for this role."""
        return role in self._remote

    def model_name(self, role: Role) -> str:
        """Return the model that the settings name for a role."""
        options = self._engines.role(role)
        return (options.url_model if self.is_remote(role) else "") or options.model

    async def aclose(self) -> None:
        """Close every connection."""
        for client in (self._local, *self._remote.values()):
            await client.aclose()

    def _client(self, role: Role) -> httpx.AsyncClient:
        return self._remote.get(role, self._local)

    def _limit(self, role: Role, messages: Messages, options: Options) -> float:
        """Return the seconds after which an answer is no longer waited for."""
        if (deadline := options.get("deadline")) is not None:
            return deadline + _GRACE
        if role not in self._remote:
            return self._waits.own
        characters = sum(len(message["content"]) for message in messages)
        return self._waits.of_remote(characters, options["max_tokens"])

    def _body(self, role: Role, messages: Messages, options: Options) -> dict[str, Any]:
        """Build the request, greedy unless the options say otherwise."""
        body: dict[str, Any] = {"messages": messages, "temperature": 0.0}
        body |= {key: value for key, value in options.items() if value is not None}
        schema = body.pop("json_schema", None)
        held = {name: body.pop(name) for name in ("regex", "grammar") if name in body}
        body["model"] = self.model_name(role) if role in self._remote else role
        if role in self._remote:
            # Not OpenAI's: strict servers refuse them.
            for ours in ("deadline", "priority", "cache_salt", "retain"):
                body.pop(ours, None)
        elif held:
            body["structured_outputs"] = held
        if schema is not None:
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": schema, "strict": True},
            }
        return body


def _authorization(path: str) -> dict[str, str]:
    """Return the header with the key of another server, from its file.

    Raises:
        ConfigError: the file cannot be used, or is empty.
    """
    if not path:
        return {}
    key = read_secret(path)
    if not key:
        raise ConfigError(f"{path} has to hold the other server's key, in one line")
    return {"Authorization": f"Bearer {key}"}


class _Streamed:
    """Collects server-sent chunks into one completion."""

    def __init__(self) -> None:
        self.done = False
        self._text = self._model = self._finish = ""
        self._usage: dict[str, Any] = {}

    def feed(self, line: str) -> str:
        """Read one line and return the text that it added."""
        if not line.startswith("data:"):
            return ""
        data = line.removeprefix("data:").strip()
        if data == "[DONE]":
            self.done = True
            return ""
        chunk = json.loads(data)
        if "error" in chunk:
            raise _engine_error(str(chunk["error"].get("type")), chunk["error"].get("message"))
        self._model = chunk.get("model") or self._model
        self._usage = chunk.get("usage") or self._usage
        added = ""
        for choice in chunk.get("choices", ()):
            added += (choice.get("delta") or {}).get("content") or ""
            self._finish = _finish_of(choice) or self._finish
        self._text += added
        return added

    def delta(self, text: str) -> Delta:
        """Return a piece with the counts so far, which are 0 if the server does not send them."""
        return Delta(text, *_counts(self._usage))

    def completion(self) -> Completion:
        """Return the whole answer.

        Raises:
            EngineDied: the stream ended before the answer did.
        """
        if not self._finish:
            raise EngineDied(_DIED)
        return _counted(self._text, self._finish, self._model, self._usage)


def _whole(body: dict[str, Any]) -> Completion:
    choice = body["choices"][0]
    text = choice["message"]["content"] or ""
    return _counted(text, _finish_of(choice), body["model"], body.get("usage") or {})


def _counted(text: str, finish: str, model: str, usage: dict[str, Any]) -> Completion:
    return Completion(text, finish, model, *_counts(usage))


def _counts(usage: dict[str, Any]) -> tuple[int, int, int, float]:
    """Return the prompt, cached and completion tokens, and the engine's seconds."""
    details = usage.get("prompt_tokens_details") or {}
    return (
        int(usage.get("prompt_tokens") or 0),
        int(details.get("cached_tokens") or 0),
        int(usage.get("completion_tokens") or 0),
        float(usage.get("engine_seconds") or 0.0),
    )


def _finish_of(choice: dict[str, Any]) -> str:
    if choice.get("stop_reason") == "deadline":
        return "deadline"
    return choice.get("finish_reason") or ""


def _timeout(deadline: float | None, limit: float) -> httpx.Timeout:
    return httpx.Timeout(limit, connect=_CONNECT if deadline is None else min(_CONNECT, deadline))


def _is_gone(error: BaseException | None) -> bool:
    """Whether the kernel gave the connection up because nothing came from the other machine."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _GONE:
            return True
        error = error.__cause__ or error.__context__
    return False


@asynccontextmanager
async def _translated(deadline: float | None) -> AsyncIterator[None]:
    """Turn the errors of httpx and of broken answers into our own."""
    try:
        yield
    except (httpx.TimeoutException, TimeoutError):
        waited = f" within {deadline:.1f} s" if deadline else ""
        raise EngineUnavailable(f"The engine did not answer{waited}.") from None
    except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
        if _is_gone(error):
            raise EngineUnavailable("The engine's machine does not answer.") from None
        raise EngineDied(_DIED) from None
    except httpx.HTTPError:
        raise EngineUnavailable(
            "The engine does not answer. Find out why with: edgebox doctor"
        ) from None
    except (ValueError, KeyError, TypeError, IndexError):
        raise EngineFault("The engine's answer was not understood.") from None


def _check(answer: httpx.Response) -> None:
    if answer.status_code < 400:
        return
    try:
        error = answer.json()["error"]
        code, message = str(error.get("code") or ""), error.get("message")
    except (ValueError, KeyError, TypeError, AttributeError):
        code, message = "", None
    if answer.status_code in {401, 403}:
        message = "The other server refused the key. See url_key_file under [engines]."
    if not code.startswith("Engine"):  # another server's own code, or none
        code = _CODES.get(answer.status_code, "EngineUnavailable")
    raise _engine_error(code, message)


def _engine_error(code: str, message: str | None) -> EngineError:
    kinds = {kind.__name__: kind for kind in (EngineBusy, EngineRefused, EngineUnavailable)}
    return kinds.get(code, EngineFault)(message or "The engine reported an error.")
