"""A server under load: where each role answers, and which processes do the work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from edgebox.bench.process import listener, port_listener
from edgebox.config import EngineSettings, RoleSettings, Settings
from edgebox.engine_client import EngineClient
from edgebox.errors import BoxNotRunning, UsageError


@dataclass(frozen=True, slots=True)
class Target:
    """One OpenAI-compatible server, or two of them, one for each role.

    Attributes:
        name: for the tables.
        slm: URL, or "unix:PATH" of an EdgeBox engine.
        mlm: the same for the mid model.
        pids: processes that listen, whose CPU time and memory count; empty where one is unknown.
    """

    name: str
    slm: str
    mlm: str
    pids: tuple[int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Target:
        """``NAME=SLM_URL[,MLM_URL]``, each a URL or ``unix:PATH``.

        Raises:
            UsageError: not of this form.
            BoxNotRunning: nothing listens on the socket.
        """
        name, _, rest = text.partition("=")
        slm, _, mlm = rest.partition(",")
        if not name or not slm:
            raise UsageError(f"A target is NAME=URL or NAME=SLM_URL,MLM_URL, not {text}.")
        for url in (slm, mlm or slm):
            if not url.startswith(("unix:", "http://", "https://")):
                raise UsageError(f"{url} is neither http://..., https://... nor unix:PATH.")
        if mlm and mlm != slm and (slm + mlm).count("unix:") == 2:
            raise UsageError("An EdgeBox engine has both models: name its socket once.")
        return cls(name, slm, mlm or slm, pids=_listeners({slm, mlm or slm}))

    @classmethod
    def engine(cls, socket: Path, name: str = "edgebox") -> Target:
        """The EdgeBox engine on a socket.

        Raises:
            BoxNotRunning: nothing listens on it.
        """
        return cls.parse(f"{name}=unix:{socket}")

    def client(self) -> EngineClient:
        """A client of its own; close it with ``aclose``."""
        transport, roles = None, {}
        for role, url in (("slm", self.slm), ("mlm", self.mlm)):
            if url.startswith("unix:"):
                transport = httpx.AsyncHTTPTransport(
                    uds=url.removeprefix("unix:"), limits=httpx.Limits(max_connections=None)
                )
            else:
                roles[role] = RoleSettings(url=url, url_model=role)
        # Constructed, not read: EDGEBOX_* of this box must not redirect a target that was named.
        settings = Settings.model_construct(engines=EngineSettings(**roles), state_dir=Path())
        return EngineClient(settings, transport)


def _listeners(urls: set[str]) -> tuple[int, ...]:
    """The processes behind the URLs that are on this machine."""
    found: list[int | None] = []
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme == "unix":
            try:
                found.append(listener(Path(parts.path)))
            except OSError:
                raise BoxNotRunning(
                    f"No engine listens on {parts.path}. Start it: edgebox up"
                ) from None
        elif parts.hostname in ("127.0.0.1", "localhost", "::1") and parts.port:
            found.append(port_listener(parts.port))
        else:
            found.append(None)
    known = [pid for pid in found if pid is not None]
    return tuple(sorted(set(known))) if len(known) == len(found) else ()
