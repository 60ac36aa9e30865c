"""A running box for the command line: the real API on a real socket, and a fake engine."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgebox.processes.api import serve
from edgebox.settings import Settings
from support.boxes.store import migrated
from support.engines.fake import FakeEngine
from support.polling import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from edgebox.store.db import Store
    from edgebox.system.tls import Pair

CLIENT = "centerlink"


@dataclass
class LiveBox:
    """A running box. EDGEBOX_* variables point the command line at it."""

    settings: Settings
    store: Store
    engine: FakeEngine
    url: str


@contextmanager
def live_box(
    state: Path, monkeypatch: pytest.MonkeyPatch, tls: Pair | None = None, **sections: Any
) -> Iterator[LiveBox]:
    """Run the API and a fake engine in a thread until the block ends.

    Args:
        state: the state folder; a short path, because a Unix socket is in it.
        monkeypatch: sets EDGEBOX_* to the box.
        tls: certificate and key, for a box that speaks HTTPS.
        sections: of the settings beside ``[api]``.
    """
    state.mkdir(mode=0o700, exist_ok=True)
    files = {"tls_cert": str(tls.cert), "tls_key": str(tls.key)} if tls else {}
    settings = Settings(state_dir=state, api={"port": 0, **files}, **sections)
    store = migrated(settings.database)
    store.clients.create(CLIENT)
    engine = FakeEngine()
    listening = threading.Event()
    found: list[str] = []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def on_listening(url: str) -> None:
        found.append(url)
        listening.set()

    async def both() -> None:
        async with engine.serve(settings.socket):
            await serve(settings, on_listening=on_listening, stop=stop)

    thread = threading.Thread(target=loop.run_until_complete, args=(both(),))
    thread.start()
    try:
        assert listening.wait(PATIENCE), "the API did not start"
        monkeypatch.setenv("EDGEBOX_STATE_DIR", str(state))
        monkeypatch.setenv("EDGEBOX_API__PORT", found[0].rpartition(":")[2])
        for key, path in files.items():
            monkeypatch.setenv(f"EDGEBOX_API__{key.upper()}", path)
        yield LiveBox(settings, store, engine, found[0])
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()
        store.close()
