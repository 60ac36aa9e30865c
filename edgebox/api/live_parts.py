"""What there is for calls in progress, put together once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from edgebox.api.ratelimit import RateLimiter
from edgebox.live.calls import LiveCalls
from edgebox.live.hub import Hub
from edgebox.live.readings import Readings

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.live.calls import LiveCall
    from edgebox.settings import Settings

APPENDS_PER_MINUTE: Final = 120
"""Appends of one client a minute, for each call that the box takes: they have a rate of their own,
because speech-to-text sends one a second for each call."""

SWEEP_SECONDS: Final = 5.0


class LiveParts:
    """Calls in progress, their screens, and what is read of them.

    Args:
        settings: the administrator's.
        clock: Unix seconds.
        monotonic: seconds that never jump.

    Attributes:
        calls: all of them.
        hub: the screens.
        readings: reads what is watched.
        rate: of appends.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self._monotonic = monotonic
        self.calls = LiveCalls(
            settings.live,
            most_characters=settings.api.transcript_limit_characters,
            clock=clock,
            monotonic=monotonic,
        )
        self.hub = Hub()
        self.readings = Readings(self.calls, self.hub)
        self.rate = RateLimiter(APPENDS_PER_MINUTE * settings.live.max_calls, clock=monotonic)

    def forget(self, call: LiveCall) -> None:
        """Keep nothing of a call, and tell its screens."""
        if self.calls.forget(call):
            self._tell_closed(call)

    async def sweep(self) -> None:
        """Forget idle calls, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            for call in self.calls.sweep(self._monotonic()):
                self._tell_closed(call)

    async def close(self) -> None:
        """Stop what runs in the background."""
        self.readings.close()

    def _tell_closed(self, call: LiveCall) -> None:
        message = {"type": "call.closed", "consultation_id": call.consultation_id}
        self.hub.about(call, message)
