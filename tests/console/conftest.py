from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.boxes.api import ApiBox
from support.boxes.console import console_box


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def box(tmp_path: Path, anyio_backend: str) -> AsyncIterator[ApiBox]:
    async with console_box(tmp_path) as made:
        yield made
