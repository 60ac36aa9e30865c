"""The whole API process in this event loop: uvicorn on 127.0.0.1, a fake engine on its socket."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from edgebox.processes.api import serve
from edgebox.settings import Settings
from edgebox.signing import bound_key
from edgebox.system.tls import client_context
from support.boxes.store import migrated
from support.engines.fake import FakeEngine
from support.polling import eventually


@dataclass
class Running:
    settings: Settings
    url: str
    secret: str
    engine: FakeEngine
    http: httpx.AsyncClient
    stop: asyncio.Event
    task: asyncio.Task[int]
    others: dict[str, str]

    def headers(self, **more: str) -> dict[str, str]:
        return {"X-Bound-Key": bound_key("center-1", self.secret, time.time()), **more}

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.url.partition("://")[2].split(":")
        return host, int(port)

    async def until_ready(self, status: int = 200) -> None:
        async def answers() -> bool:
            return (await self.http.get("/readyz")).status_code == status

        await eventually(answers)

    async def metric(self, name: str) -> float:
        """Return a series of /metrics; 0 where it is not there."""
        text = (await self.http.get("/metrics", headers=self.headers())).text
        [line] = [line for line in text.splitlines() if line.startswith(f"{name} ")] or ["0"]
        return float(line.rpartition(" ")[2])


@asynccontextmanager
async def running(
    state: Path, others: tuple[str, ...] = (), **sections: object
) -> AsyncIterator[Running]:
    """Serve a box with the clients ``center-1`` and ``others``, which are there before it is.

    One that is made later it may know only a second later.
    """
    settings = Settings(state_dir=state, **{"api": {"port": 0}} | sections)
    store = migrated(settings.database)
    secret = store.clients.create("center-1")
    secrets = {name: store.clients.create(name) for name in others}
    store.close()
    engine, stop, listening = (
        FakeEngine(),
        asyncio.Event(),
        asyncio.get_running_loop().create_future(),
    )
    async with engine.serve(settings.socket):
        task = asyncio.create_task(serve(settings, on_listening=listening.set_result, stop=stop))
        await asyncio.wait({task, listening}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        url = listening.result()
        try:
            trusted = client_context(settings.api.tls_cert) if settings.api.tls else True
            async with httpx.AsyncClient(base_url=url, verify=trusted, trust_env=False) as http:
                yield Running(settings, url, secret, engine, http, stop, task, secrets)
        finally:
            stop.set()
            assert await task == 0
