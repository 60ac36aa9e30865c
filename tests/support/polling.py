"""Wait for what another task or process does, for a bounded time."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable


async def eventually(condition: Callable[[], object | Awaitable[object]]) -> None:
    """Wait until ``condition`` (plain or async) holds; TimeoutError after five seconds."""
    async with asyncio.timeout(5):
        while True:
            holds = condition()
            if inspect.isawaitable(holds):
                holds = await holds
            if holds:
                return
            await asyncio.sleep(0.01)
