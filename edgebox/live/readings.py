"""Reads the calls that somebody watches, in a thread of their own, and tells the screens.

A call that nobody watches is not read. When a screen comes, what was missed is read at once.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from edgebox.errors import where
from edgebox.live.calls import unread_bytes
from edgebox.live.growing import Growing

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.live.calls import LiveCall, LiveCalls
    from edgebox.live.hub import Hub

log = logging.getLogger("edgebox.live")


class Readings:
    """What was read of each call.

    Args:
        calls: all of them.
        hub: the screens.
    """

    def __init__(self, calls: LiveCalls, hub: Hub) -> None:
        self._calls = calls
        self._hub = hub
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="live")
        self._growing: WeakKeyDictionary[LiveCall, Growing] = WeakKeyDictionary()
        self._due: dict[LiveCall, None] = {}  # in the order in which they changed
        self._reading: asyncio.Task[None] | None = None
        self._after: list[Callable[[LiveCall], None]] = []
        hub.on_look(self._looked)

    def on_read(self, told: Callable[[LiveCall], None]) -> None:
        """Call ``told(call)`` on the event loop after utterances of a call have changed."""
        self._after.append(told)

    def changed(self, call: LiveCall) -> None:
        """Read a call soon, if somebody watches it, and tell its screens."""
        if self._hub.audience(call):
            self._due[call] = None
            if self._reading is None:
                self._reading = asyncio.create_task(self._read_all())

    async def whole(self, call: LiveCall) -> None:
        """Read a call as a batch would, now, whoever watches it, and tell its screens."""
        await self._read(call, whole=True)

    def close(self) -> None:
        """Read no more."""
        if self._reading is not None:
            self._reading.cancel()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _looked(self, client_id: str, operator: str, consultation_id: str | None) -> None:
        if consultation_id is None:
            calls = self._calls.of(client_id, operator)
        else:
            call = self._calls.get(client_id, consultation_id)
            calls = [call] if call else []
        for call in calls:
            if call.read < call.received:
                self.changed(call)

    async def _read_all(self) -> None:
        try:
            while self._due:
                call = next(iter(self._due))
                del self._due[call]
                try:
                    if self._calls.holds(call):  # a paste may have been replaced meanwhile
                        await self._read(call)
                except Exception as error:  # noqa: BLE001 - the other calls are read
                    log.error("a call was not read: %s", where(error))  # noqa: TRY400
        finally:
            self._reading = None

    async def _read(self, call: LiveCall, *, whole: bool = False) -> None:
        growing = self._growing.setdefault(call, Growing())
        first = len(growing.heard)
        if whole or growing.read < call.received:
            first = await asyncio.get_running_loop().run_in_executor(
                self._thread, lambda: growing.add(call.text, whole=whole)
            )
            call.utterances, call.read, call.said = growing.heard, growing.read, growing.said
            call.utterance_bytes = growing.bytes
            call.unread_bytes = unread_bytes(call.text[call.read :])
            self._calls.recount(call)
        if not self._calls.holds(call):
            return  # it was forgotten meanwhile, and the screens know
        self._hub.about(call, text_message(call, first))
        for told in self._after:
            told(call)


def text_message(call: LiveCall, first: int) -> dict[str, object]:
    """Return the message that replaces a call's utterances from index ``first`` on."""
    return {
        "type": "call.text",
        "consultation_id": call.consultation_id,
        "received": call.read,
        "from": first,
        "utterances": [one.shown() for one in call.utterances[first:]],
        "partial": call.partial,
    }
