from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edgebox.store.db import Store
from support.boxes.api import ApiBox
from support.boxes.console import console_box
from support.boxes.store import Clock


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def box(tmp_path: Path, anyio_backend: str) -> AsyncIterator[ApiBox]:
    async with console_box(tmp_path) as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def timed(tmp_path: Path, anyio_backend: str, clock: Clock) -> AsyncIterator[ApiBox]:
    """A box whose time is ``clock``."""
    store = Store(tmp_path / "edgebox.db", clock=clock)
    async with console_box(tmp_path, store=store, clock=clock) as made:
        yield made
