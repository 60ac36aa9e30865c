"""What a socket has still to send: a queue that does not grow with a slow reader.

A newer message about the same thing takes the place of older ones that it makes needless: text that
is being written is joined, a state replaces the state before. So the queue stays short for a reader
that is a little late, and one that does not read at all is noticed by its length.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    Message: TypeAlias = dict[str, Any]

MOST_MESSAGES: Final = 256
MOST_BYTES: Final = 1024 * 1024
"""Of the messages that wait. A snapshot does not count: it is as large as what it shows; nor does
the largest of those that show a call, which may be all of it."""

_DELTAS: Final = frozenset({"summary.delta", "ask.delta"})
_CALL: Final = frozenset({"call.opened", "call.text", "call.ended"})
_NEEDLESS: Final = {
    "summary.done": frozenset({"summary.delta", "summary.done"}),
    "record.done": frozenset({"record.done"}),
    "ask.done": frozenset({"ask.delta"}),
    "call.opened": _CALL,
    "call.closed": _CALL | {"call.closed"},
    "notice": frozenset({"notice"}),
    "beat": frozenset({"beat"}),
}
"""What a message makes needless, of those about the same thing that still wait."""


_WHOLE_CALLS: Final = frozenset({"call.opened", "call.text"})


@dataclass(slots=True)
class _Entry:
    about: tuple[str, ...]
    message: Message
    size: int


class Outbox:
    """The messages of one socket, oldest first. Event loop only.

    Args:
        full: called, once, when more waits than may.
    """

    def __init__(self, full: Callable[[], None]) -> None:
        self._full = full
        self._overflowed = False
        self._entries: list[_Entry] = []
        self._more = asyncio.Event()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, message: Message) -> None:
        """Take a message. It is not changed, and may be given to other outboxes too.

        Args:
            message: JSON with a ``type`` of the protocol.
        """
        if self._overflowed:
            return
        if message["type"] == "welcome":
            self._entries.clear()  # it shows all that they would have said
            self.bytes = 0
        about = _about(message)
        if not self._put_into(about, message):
            self._drop(about, _NEEDLESS.get(message["type"], frozenset()))
            size = 0 if message["type"] == "welcome" else _size_of(message)
            self._entries.append(_Entry(about, message, size))
            self.bytes += size
        self._more.set()
        if len(self._entries) > MOST_MESSAGES or self._is_over():
            self._overflowed = True
            self._full()

    async def take(self) -> Message:
        """Wait for the oldest message, and return it."""
        while not self._entries:
            self._more.clear()
            await self._more.wait()
        entry = self._entries.pop(0)
        self.bytes -= entry.size
        return entry.message

    def _is_over(self) -> bool:
        if self.bytes <= MOST_BYTES:
            return False
        calls = [one.size for one in self._entries if one.message["type"] in _WHOLE_CALLS]
        return self.bytes - max(calls, default=0) > MOST_BYTES

    def _put_into(self, about: tuple[str, ...], message: Message) -> bool:
        """Add a message to the last one about the same thing, if it continues that."""
        last = next((one for one in reversed(self._entries) if one.about == about), None)
        if last is None or last.message["type"] != message["type"]:
            return False
        if message["type"] in _DELTAS:
            if message.get("begins"):
                return False
            joined = {**last.message, "text": last.message["text"] + message["text"]}
            size = last.size + len(message["text"].encode("utf-8", "replace"))
        elif message["type"] == "call.text":
            kept = message["from"] - last.message["from"]
            before = last.message["utterances"]
            if kept > len(before):
                return False
            kept = max(0, kept)
            utterances = [*before[:kept], *message["utterances"]]
            start = min(message["from"], last.message["from"])
            joined = {**message, "from": start, "utterances": utterances}
            # Not measured as a whole: a late reader would cost that for each line of a long call.
            gone = _size_of({**last.message, "utterances": before[kept:]})
            size = last.size - gone + _size_of(message)
        else:
            return False
        self.bytes += size - last.size
        last.message, last.size = joined, size
        return True

    def _drop(self, about: tuple[str, ...], kinds: frozenset[str]) -> None:
        if not kinds:
            return
        kept = [
            one for one in self._entries if one.about != about or one.message["type"] not in kinds
        ]
        self.bytes -= sum(one.size for one in self._entries) - sum(one.size for one in kept)
        self._entries = kept


def encoded(message: Message) -> str:
    """Return a message as it is sent. Half a surrogate pair, which UTF-8 has not, becomes ``?``."""
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()


def _about(message: Message) -> tuple[str, ...]:
    """Return what a message is about: two of the same thing may be joined."""
    kind = message["type"].partition(".")[0]
    if kind == "notice":
        return (kind, *(str(message.get(name)) for name in ("code", "consultation_id", "ask_id")))
    if kind == "ask":
        return (kind, message["ask_id"])
    if kind == "call" and "call" in message:
        return (kind, message["call"]["consultation_id"])
    if "draft" in message:
        return (kind, message["draft"]["consultation_id"])
    return (kind, str(message.get("consultation_id", "")))


def _size_of(message: Message) -> int:
    return len(encoded(message).encode())
