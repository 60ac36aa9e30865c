"""The end of a call in progress: it goes onto the disk as a batch of one, and is analysed at once.

Ending a call twice gives the same batch: while the call is in memory by what that remembers, and
after a restart by what the store does.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError

from edgebox.contract.texts import has_text, transcript_text
from edgebox.errors import CallEnded, ClientQueueFull, InvalidFields, QueueFull, Resync, where
from edgebox.live.rolling import day_of
from edgebox.store.acts import Actor
from edgebox.store.batches import NewConsultation
from edgebox.store.ended_calls import end_key
from edgebox.store.room import Room
from edgebox.system.times import in_zone

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from edgebox.api.threads import Threads
    from edgebox.live.calls import LiveCall, LiveCalls
    from edgebox.settings import Settings
    from edgebox.store.db import Store

log = logging.getLogger("edgebox.api")

FULL_SECONDS = 30
"""Retry-After where the backlog is full."""


@dataclass(frozen=True)
class Ending:
    """How a call ends.

    Attributes:
        analyse: False: nothing of it is kept.
        received: characters of the whole call, if the sender says so.
        callback_url: checked by the caller.
        call_date: the day of the call; None: that of its first line.
        metadata: comes back with the result.
        by: who ends it, for the audit.
    """

    analyse: bool = True
    received: int | None = None
    callback_url: str | None = None
    call_date: dt.date | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    by: Actor = field(default_factory=Actor)


class Ends:
    """Ends calls.

    Args:
        settings: the administrator's.
        calls: those in progress.
        store: blocking; only through ``threads``.
        threads: of the API.
        wake: wakes the worker; blocking.
        clock: Unix seconds.
        told: called with each call that has ended.
    """

    def __init__(
        self,
        settings: Settings,
        calls: LiveCalls,
        store: Store,
        threads: Threads,
        *,
        wake: Callable[[], None],
        clock: Callable[[], float],
        told: Callable[[LiveCall], None],
    ) -> None:
        self._settings = settings
        self._calls = calls
        self._store = store
        self._threads = threads
        self._wake = wake
        self._clock = clock
        self._told = told
        self._going: dict[LiveCall, asyncio.Task[str | None]] = {}

    async def end(self, client_id: str, consultation_id: str, how: Ending) -> str | None:
        """End a call, or return what it became when it was ended before.

        It ends even if the caller is cancelled.

        Returns:
            Its batch; None if it was not to be analysed.

        Raises:
            Resync: the box does not have the call, or not all of it.
            InvalidFields: nothing in it can be analysed.
            QueueFull, ClientQueueFull: the backlog is full; the call goes on.
            StoreBusy: nothing was written; the call goes on.
        """
        call = self._calls.get(client_id, consultation_id)
        if call is None:
            return await self._ended_before(client_id, consultation_id, how.received)
        if how.received is not None and how.received != call.received:
            raise Resync(call.received)
        if call.ended and call not in self._going:
            if call.batch_id is None and how.analyse:
                raise CallEnded("This call has ended, and nothing of it was to be kept.")
            return call.batch_id
        task = self._going.get(call)
        if task is None:
            task = self._going[call] = asyncio.create_task(self._end(call, how))
            task.add_done_callback(lambda _: self._going.pop(call, None))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Wait for what is being written."""
        await asyncio.gather(*self._going.values(), return_exceptions=True)

    async def _ended_before(
        self, client_id: str, consultation_id: str, received: int | None
    ) -> str:
        batch_id = await self._threads.read(
            client_id,
            lambda: self._store.ended_calls.batch_of(client_id, consultation_id, received),
        )
        if batch_id is None:
            raise Resync(0)
        return batch_id

    async def _end(self, call: LiveCall, how: Ending) -> str | None:
        call.ended = True  # nothing is added while it is written
        batch_id = None
        try:
            if how.analyse:
                batch_id = await self._submit(call, how)
        except BaseException:
            call.ended = False
            raise
        self._calls.end(call, batch_id)
        self._told(call)
        return batch_id

    def _transcript(self, call: LiveCall) -> str:
        """Return what is kept of a call.

        Raises:
            InvalidFields: there is nothing in a pasted one, or it is JSON that cannot be read.
        """
        if call.source == "stt" and not has_text(call.text):
            return call.text  # people call and say nothing: the result is no_content
        try:
            return transcript_text(call.text, self._settings.api.transcript_limit_characters)
        except PydanticCustomError as error:
            raise InvalidFields([("", error.message())]) from None

    async def _submit(self, call: LiveCall, how: Ending) -> str:
        transcript = self._transcript(call)
        limits = self._settings.batch
        today = in_zone(self._clock())
        consultation = NewConsultation(
            call.consultation_id,
            transcript,
            how.metadata,
            how.call_date or day_of(call),
            operator=call.operator or None,
            wanted=True,
        )

        def submit() -> str:
            submitted = self._store.batches.submit(
                call.client_id,
                [consultation],
                how.callback_url,
                idempotency=end_key(call.consultation_id, call.text),
                local_date=f"{today:%Y%m%d}",
                room=Room(limits.max_waiting, limits.max_waiting_per_client),
                by=how.by,
            )
            try:
                self._wake()
            except Exception as error:  # noqa: BLE001 - it is on disk; the next tick finds it
                log.warning("the worker was not woken: %s", where(error))
            return submitted.batch_id

        try:
            return await self._threads.write(call.client_id, submit)
        except (QueueFull, ClientQueueFull) as full:
            full.retry_after = full.retry_after or FULL_SECONDS
            raise
