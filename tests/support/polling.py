"""Wait for what another task or process does, for a bounded time."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable

PATIENCE = 25.0
"""Seconds that a test waits for what will come: nothing fails because a machine is busy.

Only a test that fails waits for all of them. Below the 30 s that some tests set as a limit which
must not be what ended the wait.
"""


async def eventually(condition: Callable[[], object | Awaitable[object]]) -> None:
    """Wait until ``condition`` (plain or async) holds; TimeoutError after `PATIENCE`."""
    async with asyncio.timeout(PATIENCE):
        while True:
            holds = condition()
            if inspect.isawaitable(holds):
                holds = await holds
            if holds:
                return
            await asyncio.sleep(0.01)
