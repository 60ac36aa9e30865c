"""From bytes to a JSON object, without stopping the event loop and without guessing."""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from edgebox.errors import BoxBusy, MalformedRequest, UnsupportedMediaType
from edgebox.system.http import ClientGone

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from edgebox.api.threads import Threads

T = TypeVar("T")

INLINE_BYTES = 256 * 1024
"""Larger bodies are parsed and checked in a thread: up to this size it takes about a millisecond.
Only they count against BUFFERED_BODIES, so large bodies never keep small ones out."""

IDLE_SECONDS = 15.0
"""A body that stops arriving for this long is refused."""

RECEIVE_SECONDS = 30.0
"""A body that takes longer is refused, even if it never stops arriving."""

BUFFERED_BODIES = 8
"""Bodies of the largest size that may be in memory at once, over all connections."""


MAX_VALUES = 200_000
"""Values in one body. A batch of the largest size has some thousands; millions of empty
arrays fit into 16 MiB, and making them would stop the process for seconds (measured: 4 s)."""

_STRING_OR_VALUE = re.compile(rb'"(?:[^"\\]++|\\.)*+"|([\[{,])', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON object as received, and its size in bytes."""

    fields: dict[str, Any]
    size: int


class BodyReader:
    """Reads JSON bodies; one for the whole process, because it counts their memory.

    Args:
        threads: for large bodies.
        limit: bytes of the largest body (enforced by the middleware).
        idle: seconds without a byte.
        total: seconds for the whole body.
    """

    def __init__(
        self,
        threads: Threads,
        *,
        limit: int,
        idle: float = IDLE_SECONDS,
        total: float = RECEIVE_SECONDS,
    ) -> None:
        self._threads = threads
        self._most = limit * BUFFERED_BODIES
        self._idle = idle
        self._total = total
        self._held = 0

    async def read(self, request: Request) -> Body:
        """Read one body.

        Raises:
            UnsupportedMediaType: not ``application/json`` in UTF-8.
            BodyTooLarge: from the middleware.
            MalformedRequest: not a JSON object, or it did not arrive in time.
            BoxBusy: it is large, and other bodies fill the memory set aside for large ones.
            ClientGone: the client hung up.
        """
        check_content_type(request)
        chunks: list[bytes] = []
        size = held = 0
        ends = asyncio.get_running_loop().time() + self._total
        try:
            while True:
                message = await self._next(request, ends)
                chunk: bytes = message.get("body", b"")
                size += len(chunk)
                if size > INLINE_BYTES:
                    self._held += size - held
                    held = size
                    if self._held > self._most:
                        raise BoxBusy("Too many large bodies at once. Try again.", retry_after=1)
                chunks.append(chunk)
                if not message.get("more_body", False):
                    break
            raw = b"".join(chunks)
            chunks.clear()
            return Body(await self.work(size, lambda: parse_object(raw)), size)
        finally:
            self._held -= held

    async def work(self, size: int, work: Callable[[], T]) -> T:
        """Run ``work`` on a body of ``size`` bytes; in a thread if it is large."""
        return await self._threads.bodies(work) if size > INLINE_BYTES else work()

    async def _next(self, request: Request, ends: float) -> dict[str, Any]:
        idle = asyncio.get_running_loop().time() + self._idle
        try:
            async with asyncio.timeout_at(min(idle, ends)):
                message = await request.receive()
        except TimeoutError:
            raise MalformedRequest(
                f"The body stopped arriving for {self._idle:.0f} s. Send it again."
                if idle < ends
                else f"The body did not arrive within {self._total:.0f} s. Send it again."
            ) from None
        if message["type"] == "http.disconnect":
            raise ClientGone
        return dict(message)


def check_content_type(request: Request) -> None:
    """Accept only uncompressed JSON in UTF-8.

    Raises:
        UnsupportedMediaType: the body is something else.
    """
    kind, *parameters = request.headers.get("content-type", "").split(";")
    charset = ""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    if kind.strip().lower() != "application/json" or charset not in ("", "utf-8", "utf8"):
        raise UnsupportedMediaType("Send JSON in UTF-8, with Content-Type: application/json")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("Send the body uncompressed, without Content-Encoding.")


def parse_object(raw: bytes) -> dict[str, Any]:
    """Parse strict JSON: UTF-8, no NaN, no number beyond a double, no name twice in an object.

    Raises:
        MalformedRequest: it is not that, not an object, or has more than MAX_VALUES values.
            The message says where, and never quotes the body.
    """
    if _values(raw) > MAX_VALUES:
        raise MalformedRequest(f"The body has more than {MAX_VALUES} values.")
    try:
        value = json.loads(
            raw.decode("utf-8-sig"),
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_integer,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as error:
        raise MalformedRequest(f"The body is not UTF-8 (byte {error.start}).") from None
    except json.JSONDecodeError as error:
        raise MalformedRequest(
            f"The body is not JSON (line {error.lineno}, column {error.colno})."
        ) from None
    except RecursionError:
        raise MalformedRequest("The body is nested too deeply.") from None
    if not isinstance(value, dict):
        raise MalformedRequest("The body is JSON, but not an object. Send { … }.")
    return value


def fingerprint(fields: dict[str, Any]) -> str:
    """Return the SHA-256 of the body without its key: a request signed again keeps its own.

    Raises:
        MalformedRequest: nested too deeply.
    """
    body = {name: value for name, value in fields.items() if name != "bound_key"}
    try:
        text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    except RecursionError:
        raise MalformedRequest("The body is nested too deeply.") from None
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _values(raw: bytes) -> int:
    """Return an upper bound of the values in ``raw``, counted no further than MAX_VALUES + 1."""
    count = raw.count(b",") + raw.count(b"[") + raw.count(b"{")
    if count <= MAX_VALUES:
        return count  # the usual case, in a few milliseconds: texts have commas too
    count = 0
    for found in _STRING_OR_VALUE.finditer(raw):
        count += found.lastindex is not None
        if count > MAX_VALUES:
            break
    return count


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedRequest("An object in the body has the same name twice.")
    return found


def _no_constant(_text: str) -> NoReturn:
    raise MalformedRequest("NaN and Infinity are not JSON.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise MalformedRequest("A number in the body is too large.")
    return number


def _integer(text: str) -> int:
    if len(text) > 400:
        raise MalformedRequest("A number in the body is too large.")
    return int(text)
