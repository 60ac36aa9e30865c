"""A server to be measured: where each role answers, and which processes do the work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from edgebox.engine_client import EngineClient
from edgebox.errors import BoxNotRunning, UsageError
from edgebox.lab.bench.process import families, listener, port_listeners
from edgebox.settings import EngineSettings, Role, RoleSettings, Settings

if TYPE_CHECKING:
    from edgebox.engine_client import Messages, Options

_JSON_OBJECT = "json_object+"


@dataclass(frozen=True, slots=True)
class BenchTarget:
    """One OpenAI-compatible server, or two of them, one for each role.

    Attributes:
        name: for the tables.
        slm: of the small model, a URL or "unix:PATH" of an EdgeBox engine.
        mlm: of the mid-size model.
        json_object: a schema is sent as llama_cpp.server takes it, not as OpenAI defines it.
        pids: processes that listen, and their descendants, whose CPU time and memory are measured;
            empty if one of them is unknown.
    """

    name: str
    slm: str
    mlm: str
    json_object: bool = False
    pids: tuple[int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> BenchTarget:
        """Read ``NAME=SLM_URL[,MLM_URL]``, each a URL or ``unix:PATH``.

        ``NAME=json_object+SLM_URL`` is for a server that knows only OpenAI's older way to ask
        for JSON, with the schema beside it.

        Raises:
            UsageError: the text has another form.
            BoxNotRunning: no process listens on the socket.
        """
        name, _, rest = text.partition("=")
        slm, _, mlm = rest.removeprefix(_JSON_OBJECT).partition(",")
        if not name or not slm:
            raise UsageError(f"A target is NAME=URL or NAME=SLM_URL,MLM_URL, not {text}.")
        for url in (slm, mlm or slm):
            if not url.startswith(("unix:", "http://", "https://")):
                raise UsageError(f"{url} is neither http://..., https://... nor unix:PATH.")
        if mlm and mlm != slm and (slm + mlm).count("unix:") == 2:
            raise UsageError("An EdgeBox engine has both models: name its socket once.")
        return cls(
            name,
            slm,
            mlm or slm,
            json_object=rest.startswith(_JSON_OBJECT),
            pids=_listeners({slm, mlm or slm}),
        )

    @classmethod
    def engine(cls, socket: Path, name: str = "edgebox") -> BenchTarget:
        """Return the EdgeBox engine on a socket.

        Raises:
            BoxNotRunning: no process listens on it.
        """
        return cls.parse(f"{name}=unix:{socket}")

    def client(self) -> EngineClient:
        """Return a new client. Close it with ``aclose``."""
        transport, roles = None, {}
        for role, url in (("slm", self.slm), ("mlm", self.mlm)):
            if url.startswith("unix:"):
                transport = httpx.AsyncHTTPTransport(
                    uds=url.removeprefix("unix:"), limits=httpx.Limits(max_connections=None)
                )
            else:
                roles[role] = RoleSettings(url=url, url_model=role)
        # Constructed, not read: EDGEBOX_* of this box must not redirect a target.
        settings = Settings.model_construct(engines=EngineSettings(**roles), state_dir=Path())
        return (_JsonObjectClient if self.json_object else EngineClient)(settings, transport)


class _JsonObjectClient(EngineClient):
    """For servers that take the schema in ``response_format: {"type": "json_object"}`` only."""

    def _body(self, role: Role, messages: Messages, options: Options) -> dict[str, Any]:
        body = super()._body(role, messages, options)
        if form := body.get("response_format"):
            schema = form["json_schema"]["schema"]
            body["response_format"] = {"type": "json_object", "schema": schema}
        return body


def _listeners(urls: set[str]) -> tuple[int, ...]:
    """Return the processes behind the URLs, if all of them are on this machine."""
    found: list[set[int]] = []
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme == "unix":
            try:
                found.append({listener(Path(parts.path))})
            except OSError:
                raise BoxNotRunning(
                    f"No engine listens on {parts.path}. Find out why with: edgebox doctor"
                ) from None
        elif parts.hostname in ("127.0.0.1", "localhost", "::1") and parts.port:
            found.append(port_listeners(parts.port))
        else:
            found.append(set())
    return families(set().union(*found)) if all(found) else ()
