"""What there is for calls in progress, put together once."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from edgebox.api.live_ends import Ends
from edgebox.api.live_records import Records
from edgebox.api.ratelimit import RateLimiter
from edgebox.errors import StoreError
from edgebox.live.calls import LiveCalls
from edgebox.live.hub import Hub
from edgebox.live.readings import Readings
from edgebox.live.rolling import Rolling

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from edgebox.api.threads import Threads
    from edgebox.consultation.quick import QuickSummaries
    from edgebox.consultation.quick_result import QuickResult
    from edgebox.live.calls import LiveCall
    from edgebox.settings import Settings
    from edgebox.store.db import Store

    Forgets: TypeAlias = Callable[[str, str], None]

log = logging.getLogger("edgebox.api")

APPENDS_PER_MINUTE: Final = 120
"""Appends of one client a minute, for each of its calls: they have a rate of their own, because
speech-to-text sends one a second for each call."""
FEWEST_CALLS: Final = 50
"""For which a client may send appends, however few it has."""

EXTENSION_SECONDS: Final = 10.0
"""For which it is remembered whose extension it is."""
MOST_EXTENSIONS: Final = 5_000

SWEEP_SECONDS: Final = 5.0


class LiveParts:
    """Calls in progress, their screens, and what is read of them.

    Args:
        settings: the administrator's.
        store: blocking; only through ``threads``.
        threads: of the API.
        quick: writes summaries.
        wake: wakes the worker; blocking.
        count: counts a draft, with its client.
        clients: the ids of all clients.
        clock: Unix seconds.
        monotonic: seconds that never jump.

    Attributes:
        calls: all of them.
        hub: the screens.
        readings: reads what is watched.
        rolling: drafts of the summaries.
        ends: puts calls onto the disk.
        records: tells the screens of the records after the calls.
        rate: of appends.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        threads: Threads,
        quick: QuickSummaries,
        *,
        wake: Callable[[], None],
        count: Callable[[QuickResult, str], None],
        clients: Callable[[], Collection[str]],
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self._monotonic = monotonic
        self._store = store
        self._threads = threads
        self._extensions: dict[tuple[str, str], tuple[str, float]] = {}
        self._last: set[asyncio.Task[None]] = set()
        self._on_forget: list[Forgets] = []
        self.calls = LiveCalls(
            settings.live,
            most_characters=settings.api.transcript_limit_characters,
            clients=clients,
            clock=clock,
            monotonic=monotonic,
            displaced=self._forgotten,
        )
        self.hub = Hub()
        self.readings = Readings(self.calls, self.hub)
        self.rolling = Rolling(
            self.calls,
            self.hub,
            self.readings,
            quick,
            every=settings.live.draft_seconds,
            keep=self._keep,
            count=count,
            clock=clock,
            monotonic=monotonic,
        )
        self.records = Records(self.calls, self.hub, self.readings, store, threads)
        self.ends = Ends(
            settings,
            self.calls,
            store,
            threads,
            wake=wake,
            clock=clock,
            told=self._ended,
        )
        most = max(FEWEST_CALLS, settings.live.max_calls)

        def share(client_id: str) -> float:
            return min(1.0, max(FEWEST_CALLS, self.calls.places_of(client_id)) / most)

        self.rate = RateLimiter(APPENDS_PER_MINUTE * most, clock=monotonic, share=share)

    def on_forget(self, forgets: Forgets) -> None:
        """Have ``forgets`` called with client and consultation of a call that is not kept."""
        self._on_forget.append(forgets)

    def forget(self, call: LiveCall) -> None:
        """Keep nothing of a call, and tell its screens."""
        if self.calls.forget(call):
            self._tell_closed(call)
        self.forget_asked(call.client_id, call.consultation_id)

    def forget_asked(self, client_id: str, consultation_id: str) -> None:
        """Keep nothing of what was asked about a call, in memory or not."""
        for forgets in self._on_forget:
            forgets(client_id, consultation_id)

    async def operator_at(self, client_id: str, extension: str) -> str:
        """Return the account of a client that has an extension; empty if none or several have.

        Raises:
            StoreError: as ``Store``.
        """
        key, now = (client_id, extension), self._monotonic()
        name, until = self._extensions.get(key, ("", now))
        if until <= now:
            operators = self._store.operators
            found = await self._threads.read(
                client_id, lambda: operators.at_extension(client_id, extension)
            )
            name = found.name if found else ""
            if len(self._extensions) >= MOST_EXTENSIONS:
                self._extensions.clear()
            self._extensions[key] = name, now + EXTENSION_SECONDS
        return name

    async def keep_draft(self, call: LiveCall, draft_id: str) -> None:
        """Keep a draft of a summary that somebody accepts: until then it is in memory only.

        Args:
            call: its call.
            draft_id: as the screen knows it. That of a record is kept already, and so is one that
                was accepted before.

        Raises:
            StoreBusy: nothing was written.
        """
        draft = call.draft(draft_id)
        if draft is not None and draft is not call.record:
            await self._keep(call, draft)

    async def sweep(self) -> None:
        """Forget idle calls, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            for call in self.calls.sweep(self._monotonic()):
                self._forgotten(call)

    async def close(self) -> None:
        """Stop what runs in the background."""
        await self.ends.close()
        await self.rolling.close()
        await self.records.close()
        for task in self._last:
            task.cancel()
        await asyncio.gather(*self._last, return_exceptions=True)
        self.readings.close()

    async def _keep(self, call: LiveCall, draft: dict[str, Any]) -> None:
        content = {name: draft[name] for name in ("text", "links", "unsupported", "input")}
        await self._threads.write(
            call.client_id,
            lambda: self._store.reviews.draft(
                call.client_id,
                call.consultation_id,
                content=content,
                operator=call.operator or None,
                model=draft["model"],
                status=draft["status"],
                draft_id=draft["draft_id"],
            ),
        )

    def _ended(self, call: LiveCall) -> None:
        """Tell the screens that a call has ended, and make what they see last."""
        message = {"type": "call.ended", "consultation_id": call.consultation_id}
        self.hub.about(call, message)
        task = asyncio.create_task(self._finish(call))
        self._last.add(task)
        task.add_done_callback(self._last.discard)

    async def _finish(self, call: LiveCall) -> None:
        if self.hub.audience(call):
            await self.readings.whole(call)
        self.rolling.look()
        self.records.look()
        if call.batch_id is not None and call.summaries:
            try:
                await self._keep(call, call.summaries[-1])
            except StoreError as error:
                log.warning("the last draft of a call was not kept: %s", error.detail)

    def _forgotten(self, call: LiveCall) -> None:
        """Tell the screens of a call that is not kept any more, and keep nothing else of it."""
        self._tell_closed(call)
        if call.batch_id is None:  # nothing of it is on the disk either
            self.forget_asked(call.client_id, call.consultation_id)

    def _tell_closed(self, call: LiveCall) -> None:
        message = {"type": "call.closed", "consultation_id": call.consultation_id}
        self.hub.about(call, message)
