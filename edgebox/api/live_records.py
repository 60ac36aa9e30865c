"""Records after calls: the screens are told when the worker has written one.

The worker is another process, so the store is asked, while somebody watches a call whose record is
not there yet: once in a while for all of them together.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from edgebox.errors import EdgeBoxError, where
from edgebox.live.drafts import grounds_of, record_draft
from edgebox.live.rolling import day_of

if TYPE_CHECKING:
    from edgebox.api.threads import Threads
    from edgebox.live.calls import LiveCall, LiveCalls
    from edgebox.live.hub import Hub
    from edgebox.live.readings import Readings
    from edgebox.store.db import Store
    from edgebox.store.reviews import Draft

log = logging.getLogger("edgebox.api")

POLL_SECONDS: Final = 0.7


class Records:
    """Waits for the records of calls that have ended.

    Args:
        calls: all of them.
        hub: the screens.
        readings: what was read of each call.
        store: blocking; only through ``threads``.
        threads: of the API.
    """

    def __init__(
        self, calls: LiveCalls, hub: Hub, readings: Readings, store: Store, threads: Threads
    ) -> None:
        self._calls = calls
        self._hub = hub
        self._readings = readings
        self._store = store
        self._threads = threads
        self._waiting: asyncio.Task[None] | None = None
        hub.on_look(lambda *_: self.look())

    def look(self) -> None:
        """Begin to wait, if there is a call whose record somebody waits for."""
        if self._waiting is None and self._wanted():
            self._waiting = asyncio.create_task(self._wait())

    async def close(self) -> None:
        """Wait no more."""
        if self._waiting is not None:
            self._waiting.cancel()
            await asyncio.gather(self._waiting, return_exceptions=True)

    def _wanted(self) -> dict[str, LiveCall]:
        return {
            call.batch_id: call
            for call in self._calls
            if call.batch_id is not None and call.record is None and self._hub.audience(call)
        }

    async def _wait(self) -> None:
        try:
            while wanted := self._wanted():
                await asyncio.sleep(POLL_SECONDS)
                try:
                    await self._look(wanted)
                except EdgeBoxError as error:
                    log.warning("records were not looked for: %s", error.detail)
                except Exception as error:  # noqa: BLE001 - the next look tries again
                    log.error("records were not looked for: %s", where(error))  # noqa: TRY400
        finally:
            self._waiting = None

    async def _look(self, wanted: dict[str, LiveCall]) -> None:
        batches = self._store.batches
        done = await self._threads.read("", lambda: batches.completed_of(list(wanted)))
        for batch_id in done:
            call = wanted[batch_id]
            if call.read < call.received:
                await self._readings.whole(call)
            found = await self._threads.read(call.client_id, partial(self._find, call))
            if found is not None:  # holding it against a long call takes seconds
                record = await asyncio.to_thread(_record_of, call, found)
                call.record = record
                self._calls.recount(call)
                self._hub.about(call, {"type": "record.done", "draft": record})

    def _find(self, call: LiveCall) -> Draft | None:
        drafts = self._store.reviews.latest(call.client_id, call.consultation_id)
        return next((one for one in drafts if one.kind == "record"), None)


def _record_of(call: LiveCall, found: Draft) -> dict[str, Any]:
    utterances = [one.utterance for one in call.utterances]
    return record_draft(
        found.draft_id,
        call.consultation_id,
        status=found.status,
        model=found.model,
        content=found.content or {},
        score=found.score,
        flags=found.flags,
        at=found.at,
        grounds=grounds_of(utterances, day_of(call)) if found.status == "success" else None,
    )
