"""How another server is, for people: asked as a request would be, so that nothing is guessed."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import httpx

from edgebox.engine_client.lines import body_of
from edgebox.engine_client.remote import RemoteServer
from edgebox.engine_client.waits import Waits
from edgebox.system.tls import refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from edgebox.settings import Role, RoleSettings

Finding = Literal[
    "answers", "absent", "tls", "silent", "slow", "key", "model", "loading", "full", "path", "other"
]
"""It answers; nothing is there; its certificate is not accepted; it takes connections and says
nothing; it lists its models and writes nothing; it refuses the key; it has not this model; it
answers 503, 429; the URL has no OpenAI-compatible interface; it answers something else."""

_FINDINGS: dict[int, Finding] = {
    200: "answers",
    401: "key",
    403: "key",
    404: "path",
    429: "full",
    503: "loading",
}


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found.

    Attributes:
        detail: why a certificate is not accepted, which models there are, or the status.
    """

    finding: Finding
    detail: str = ""


class _Found(Exception):
    """Ends a probe with what was found."""

    def __init__(self, finding: Finding, detail: str = "") -> None:
        super().__init__(finding)
        self.probe = Probe(finding, detail)


async def probe_server(
    role: Role,
    options: RoleSettings,
    *,
    write: bool,
    seconds: float = 5.0,
    key: str | None = None,
) -> Probe:
    """List a server's models and, if asked to, have it write one token.

    The list alone is no proof: llama-server gives it to whoever asks, and while its model hangs.
    But it does not wait behind other requests.

    Args:
        role: whose server it is.
        options: its URL, model and key.
        write: also have it write.
        seconds: for each of the two.
        key: instead of the one in the file.

    Raises:
        ConfigError: the file of its key cannot be used.
    """
    server = RemoteServer(role, options, Waits(), key=key)
    try:
        async with _watched("silent", seconds):
            status, names = await server.models(seconds)
            _check(status)
        if server.model not in names:
            return Probe("model", ", ".join(names[:5]) or "none")
        if write:
            ask = [{"role": "user", "content": "1"}]
            body = {"model": server.model, "messages": ask, "max_tokens": 1}
            async with _watched("slow", seconds):
                asked = server.http.stream(
                    "POST", "/v1/chat/completions", json=body, timeout=seconds
                )
                async with asked as answer:
                    await body_of(answer)
                _check(answer.status_code)
        return Probe("answers")
    except _Found as found:
        return found.probe
    finally:
        await server.http.aclose()


@asynccontextmanager
async def _watched(silence: Finding, seconds: float) -> AsyncIterator[None]:
    """Turn the errors of one request into a finding, and end it after as many seconds."""
    try:
        async with asyncio.timeout(seconds):  # httpx's own limits one read only
            yield
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        reason = refusal(error)
        raise _Found("tls" if reason else "absent", reason or "") from None
    except (TimeoutError, httpx.TimeoutException, httpx.RemoteProtocolError, httpx.ReadError):
        raise _Found(silence) from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise _Found("absent") from None
    except ValueError:
        raise _Found("path") from None


def _check(status: int) -> None:
    if status != 200:
        raise _Found(_FINDINGS.get(status, "other"), str(status))
