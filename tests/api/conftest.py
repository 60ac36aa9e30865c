from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.boxes.api import ApiBox, api_box


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def box(tmp_path: Path, anyio_backend: str) -> AsyncIterator[ApiBox]:
    async with api_box(tmp_path) as made:
        yield made
