"""A call that a client deletes is forgotten by the engine as well."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from edgebox.errors import EngineError

if TYPE_CHECKING:
    from edgebox.consultation.salts import Salts
    from edgebox.engine_client import EngineClient

log = logging.getLogger("edgebox.engine_client")


class Forgetting:
    """Tells the engine which prompts it may no longer keep. For the event loop.

    Args:
        client: the engine.
        salts: name the calls in it.
    """

    def __init__(self, client: EngineClient, salts: Salts) -> None:
        self._client = client
        self._salts = salts
        self._tasks: set[asyncio.Task[None]] = set()

    def forget(self, client_id: str, consultation_id: str) -> None:
        """Have the engine keep nothing of a client's call. Returns before it has.

        An engine that does not answer has ended, and what it kept went with it; one that hangs is
        ended by its watchdog.
        """
        if tag := self._salts.tag(client_id, consultation_id):
            task = asyncio.create_task(self._tell(tag))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _tell(self, tag: str) -> None:
        try:
            await self._client.forget(tag)
        except EngineError as error:
            log.warning("the engine was not told to forget a call: %s", error.detail)

    async def close(self) -> None:
        """Wait until the engine was told, or does not answer."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
