"""Errors of connections, statuses and broken answers, turned into our own."""

from __future__ import annotations

import errno
import json
import re
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx

from edgebox.errors import (
    EngineBusy,
    EngineDied,
    EngineError,
    EngineFault,
    EngineOverloaded,
    EngineRefused,
    EngineUnavailable,
)
from edgebox.system.times import parse_retry_after

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DIED = "The engine stopped during the answer."
ENDLESS = "The engine's answer has no end."
NO_MODEL = "What answers is no model. See url under [engines]."

LOST = (TimeoutError, httpx.TransportError)
"""How a connection ends that breaks, or on which nothing comes any more."""

_CODES = {
    400: "EngineRefused",
    413: "EngineRefused",
    422: "EngineRefused",
    429: "EngineBusy",
    500: "EngineFault",
    503: "EngineOverloaded",
    504: "EngineOverloaded",
}
"""What the statuses of other servers mean. All others (a wrong key or model name, a proxy without
a server behind it) can be repaired by an administrator: no consultation fails for good on them."""

_REFUSED_KEY = "The other server refused the key. See url_key_file under [engines]."

_GONE = (errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ENETUNREACH)


def _is_gone(error: BaseException | None) -> bool:
    """Whether the kernel gave the connection up because nothing came from the other machine."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _GONE:
            return True
        error = error.__cause__ or error.__context__
    return False


@asynccontextmanager
async def translated(deadline: float | None) -> AsyncIterator[None]:
    """Turn the errors of httpx and of broken answers into our own."""
    try:
        yield
    except httpx.ConnectTimeout:
        raise EngineUnavailable("The engine's machine does not answer.") from None
    except (httpx.TimeoutException, TimeoutError):
        waited = f" within {deadline:.1f} s" if deadline else ""
        raise EngineOverloaded(f"The engine did not answer{waited}.") from None
    except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
        if _is_gone(error):
            raise EngineUnavailable("The engine's machine does not answer.") from None
        raise EngineDied(DIED) from None
    except httpx.HTTPError:
        raise EngineUnavailable(
            "The engine does not answer. Find out why with: edgebox doctor"
        ) from None
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise EngineFault("The engine's answer was not understood.") from None


def check(status: int, body: bytes, retry_after: str | None = None) -> None:
    """Raise the error that a status stands for, unless that is success.

    Args:
        status: of the answer.
        body: of the answer.
        retry_after: the answer's ``Retry-After``; of 429 and 503 it is believed.
    """
    if status < 300:
        return
    try:
        error = json.loads(body)["error"]
        code, message = str(error.get("code") or ""), error.get("message")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        code, message = "", None
    if not code.startswith("Engine"):  # another server's own code, or none
        error = _of_status(status, message)
        if status in {429, 503}:
            error.retry_after = parse_retry_after(retry_after, time.time()) or 0.0
        raise error
    raise _named(code, message)


def streamed_error(error: object) -> EngineError:
    """Return the error that came as an event of a stream, whose status was 200.

    Our engine names it in ``type``. Of other servers some send the status that it would have been
    in ``code``: SGLang answers so when its queue is full.
    """
    if not isinstance(error, dict):
        return EngineFault("The engine reported an error.")
    kind, code, message = str(error.get("type")), str(error.get("code")), error.get("message")
    if not kind.startswith("Engine") and re.fullmatch("[3-5][0-9]{2}", code):
        return _of_status(int(code), message)
    return _named(kind, message)


def _of_status(status: int, message: object) -> EngineError:
    if status in {401, 403}:
        message = _REFUSED_KEY
    if status < 400:  # the calls are sent nowhere but where the settings say
        message = NO_MODEL
    return _named(_CODES.get(status, "EngineUnavailable"), message)


def _named(code: str, message: object) -> EngineError:
    """Return the error of this name, EngineFault for a name that is none of ours."""
    known = (EngineBusy, EngineRefused, EngineUnavailable, EngineOverloaded)
    kinds = {kind.__name__: kind for kind in known}
    said = message if isinstance(message, str) else ""
    return kinds.get(code, EngineFault)(said or "The engine reported an error.")
