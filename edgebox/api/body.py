"""From bytes to a JSON object, without stopping the event loop and without guessing."""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from edgebox.api.body_ledger import SMALL_BYTES, Ledger
from edgebox.errors import BodyTooLarge, MalformedRequest, UnsupportedMediaType
from edgebox.system.addresses import peer_of
from edgebox.system.http import ClientGone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request

    from edgebox.api.auth import Sender
    from edgebox.api.body_ledger import Place
    from edgebox.api.threads import Threads

T = TypeVar("T")

INLINE_VALUES = 2_000
"""Bodies of more values, or over SMALL_BYTES, are parsed and checked in a thread: with fewer it
takes about a millisecond."""

IDLE_SECONDS = 15.0
"""A body that stops arriving for this long is refused."""

RECEIVE_SECONDS = 30.0
"""A body that takes longer is refused, even if it never stops arriving."""

RATE_BYTES = 64 * 1024
"""Once a body is over SMALL_BYTES, so many bytes must arrive every RATE_SECONDS."""

RATE_SECONDS = 5.0

MAX_VALUES = 200_000
"""Values in one body. A batch of the largest size has some thousands; millions of empty
arrays fit into 16 MiB, and making them would stop the process for seconds (measured: 4 s)."""

_NUMERALS = bytes(48 if c in b"0123456789" else 101 if c in b"eE" else 32 for c in range(256))
_LONG = b"0" * 309
"""Digits that a number needs to be beyond a double without an exponent."""
_STRING_OR_VALUE = re.compile(rb'"(?:[^"\\]++|\\.)*+"|([\[{,])', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON object as received, and whether work on it belongs into a thread."""

    fields: dict[str, Any]
    heavy: bool


class BodyReader:
    """Reads JSON bodies; one for the whole process, because it counts their memory.

    Args:
        threads: for large bodies.
        limit: bytes of the largest body (enforced by the middleware).
        idle: seconds without a byte.
        total: seconds for the whole body.
        rate: seconds for each RATE_BYTES of a large body.
    """

    def __init__(
        self,
        threads: Threads,
        *,
        limit: int,
        idle: float = IDLE_SECONDS,
        total: float = RECEIVE_SECONDS,
        rate: float = RATE_SECONDS,
    ) -> None:
        self.ledger = Ledger(limit)
        self._threads = threads
        self._idle = idle
        self._total = total
        self._rate = rate

    @asynccontextmanager
    async def read(
        self, request: Request, sender: Sender, *, most: int | None = None
    ) -> AsyncIterator[Body]:
        """Yield the body; its memory is counted until the block ends.

        Args:
            request: its header has been checked.
            sender: what the header says.
            most: bytes, where fewer than of other bodies are taken.

        Raises:
            UnsupportedMediaType: not ``application/json`` in UTF-8.
            BodyTooLarge: from the middleware, or over KEYLESS_BYTES without a key in the header
                that was verified.
            InvalidBoundKey: the key is for another body.
            MalformedRequest: not a JSON object, or it did not arrive in time.
            BoxBusy: other bodies fill the memory for bodies, or the sender's share of it.
            ClientGone: the client hung up.
        """
        check_content_type(request)
        peer = peer_of(request.scope)
        with self.ledger.place(sender.client_id, peer) as place:
            raw = await self._receive(request, place, most)
            if sender.check_body is not None:
                hashed = partial(_sha256, raw)
                small = len(raw) <= SMALL_BYTES
                await sender.check_body(hashed() if small else await self._threads.bodies(hashed))
                del hashed
            heavy = len(raw) > SMALL_BYTES or _at_most(raw) >= INLINE_VALUES
            parse = partial(parse_object, raw)
            fields = await self._threads.bodies(parse) if heavy else parse()
            del raw, parse
            yield Body(fields, heavy)

    async def work(self, body: Body, work: Callable[[], T]) -> T:
        """Run ``work`` on a body; in a thread if it is heavy."""
        return await self._threads.bodies(work) if body.heavy else work()

    async def _receive(self, request: Request, place: Place, most: int | None) -> bytearray:
        now = asyncio.get_running_loop().time
        raw = bytearray()  # not a list: an object for each byte would take forty times as much
        ends, due, mark = now() + self._total, math.inf, 0
        while True:
            message = await self._next(request, ends, due)
            chunk: bytes = message.get("body", b"")
            if most is not None and len(raw) + len(chunk) > most:
                raise BodyTooLarge(f"The body is over {most} bytes. Send it in several requests.")
            place.grow(len(raw) + len(chunk))
            raw += chunk
            if not message.get("more_body", False):
                return raw
            if len(raw) > SMALL_BYTES and len(raw) - mark >= RATE_BYTES:
                due, mark = now() + self._rate, len(raw)

    async def _next(self, request: Request, ends: float, due: float) -> dict[str, Any]:
        idle = asyncio.get_running_loop().time() + self._idle
        try:
            async with asyncio.timeout_at(min(idle, ends, due)):
                message = await request.receive()
        except TimeoutError:
            if due < min(idle, ends):
                fault = f"arrived at less than {RATE_BYTES} bytes in {self._rate:.0f} s"
            elif idle < ends:
                fault = f"stopped arriving for {self._idle:.0f} s"
            else:
                fault = f"did not arrive within {self._total:.0f} s"
            raise MalformedRequest(f"The body {fault}. Send it again.") from None
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


def parse_object(raw: bytes | bytearray) -> dict[str, Any]:
    """Parse strict JSON: UTF-8, no NaN, no number beyond a double, no name twice in an object.

    Raises:
        MalformedRequest: it is not that, not an object, or has more than MAX_VALUES values.
            The message says where, and never quotes the body.
    """
    if _values(raw) > MAX_VALUES:
        raise MalformedRequest(f"The body has more than {MAX_VALUES} values.")
    numerals = raw.translate(_NUMERALS)
    checked = _LONG in numerals or b"0e" in numerals  # else every number is within a double
    try:
        value = json.loads(
            raw.decode("utf-8-sig"),
            parse_constant=_no_constant,
            parse_float=_finite if checked else None,
            parse_int=_integer if checked else None,
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


def _sha256(raw: bytearray) -> str:
    return hashlib.sha256(raw).hexdigest()


def _at_most(raw: bytes | bytearray) -> int:
    """Return an upper bound of the values in ``raw``, fast: texts have commas too."""
    return raw.count(b",") + raw.count(b"[") + raw.count(b"{")


def _values(raw: bytes | bytearray) -> int:
    """Return an upper bound of the values in ``raw``, counted no further than MAX_VALUES + 1."""
    count = _at_most(raw)
    if count <= MAX_VALUES:
        return count  # the usual case, in a few milliseconds
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
