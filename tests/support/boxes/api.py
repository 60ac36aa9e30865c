"""The API over a real store and a fake engine, without a network."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import httpx

from edgebox.console.app import build_console
from edgebox.processes.api import app_of, build
from edgebox.settings import Settings
from edgebox.signing import bound_key
from edgebox.store.db import Store
from support.boxes.store import migrated
from support.engines.fake import FakeEngine
from support.polling import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.applications import Starlette

    from edgebox.api.services import Services
    from edgebox.console.services import ConsoleServices

QUICK = "/api/v1/consultation/quick-summary"
BATCH = "/api/v1/consultation/batch-analysis"
TALK = "고객: 카드를 잃어버렸어요.\n상담사: 바로 정지하고 재발급을 접수해 드렸습니다."
HOOK = "https://centerlink.example/hook"


@dataclass
class ApiBox:
    """The API's parts, and what a client needs to call it."""

    settings: Settings
    store: Store
    engine: FakeEngine
    services: Services
    http: httpx.AsyncClient
    secrets: dict[str, str]
    woken: list[float] = field(default_factory=list)
    delivering: list[float] = field(default_factory=list)
    app: Starlette | None = None
    console: ConsoleServices | None = None

    def key(self, client: str = "center-1", at: float | None = None) -> str:
        return bound_key(client, self.secrets[client], time.time() if at is None else at)

    def headers(self, client: str = "center-1", **more: str) -> dict[str, str]:
        return {"X-Bound-Key": self.key(client)} | {
            name.replace("_", "-"): value for name, value in more.items()
        }

    async def quick(self, headers: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
        body = {"consultation_id": "CL-1", "conversation_text": TALK} | fields
        sent = self.headers() if headers is None else headers
        return await self.http.post(QUICK, json=body, headers=sent)

    async def batch(self, *texts: str, client: str = "center-1", **more: Any) -> httpx.Response:
        headers = self.headers(client) | more.pop("headers", {})
        items = [
            {"consultation_id": f"CL-{n}", "conversation_text": text}
            for n, text in enumerate(texts)
        ]
        return await self.http.post(BATCH, json={"consultations": items} | more, headers=headers)

    async def get(self, path: str, client: str = "center-1") -> httpx.Response:
        return await self.http.get(path, headers=self.headers(client))


@cache
def _template() -> tuple[bytes, dict[str, str]]:
    """A database with two clients, made once: the file's bytes, and their secrets."""
    with TemporaryDirectory() as folder:
        store = migrated(Path(folder, "edgebox.db"))
        secrets = {
            "center-1": store.clients.create("center-1", allowed_callbacks=["centerlink.example"]),
            "center-2": store.clients.create("center-2"),
        }
        store.close()
        return store.path.read_bytes(), secrets


@asynccontextmanager
async def api_box(
    state: Path,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    store: Store | None = None,
    clock: Any = time.time,
    monotonic: Any = time.monotonic,
    **sections: Any,
) -> AsyncIterator[ApiBox]:
    """A box with two clients, after its first successful health check of the engine.

    Args:
        state: the state folder.
        transport: to the engine, instead of an in-process one.
        store: instead of a plain one.
        clock: Unix seconds.
        monotonic: for rates and staleness.
        sections: of the settings, e.g. ``api={"rate_per_minute": 2}``.
    """
    settings = Settings(state_dir=state, **sections)
    file, secrets = _template()
    settings.database.write_bytes(file)
    store = store or Store(settings.database, busy_timeout=0.2)
    secrets = dict(secrets)
    engine = FakeEngine()
    woken: list[float] = []
    delivering: list[float] = []
    services, client = build(
        settings,
        store,
        ports=frozenset({8600}),
        transport=transport or httpx.ASGITransport(engine.app()),
        wake=lambda: woken.append(time.time()),
        deliver=lambda: delivering.append(time.time()),
        clock=clock,
        monotonic=monotonic,
    )
    watch = asyncio.create_task(services.monitor.watch())
    if transport is None:
        await eventually(lambda: services.monitor.health)
    console = build_console(services) if settings.console.enabled == "on" else None
    app = app_of(services, client, console)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://box", trust_env=False
    ) as http:
        yield ApiBox(
            settings, store, engine, services, http, secrets, woken, delivering, app, console
        )
    if console:
        await console.close()
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
    await services.live.close()
    await services.refused.close()
    await services.reads.close()
    services.lines.close()
    await client.aclose()
    services.threads.close()
    store.close()
