"""Each client's share of the engine's time: which clients have had less, and what they may need.

Clients count while they ask. One that was silent for KNOWN_SECONDS leaves its share to the others,
so a box with one client has no shares at all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

KNOWN_SECONDS = 600.0
"""A client counts for so long after it last asked."""

MEMORY_SECONDS = 10.0
"""What was asked for and used is forgotten at this rate: after this time it weighs 1/e."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a client may ask for next.

    Attributes:
        characters: of the last call that it asked for.
        rate: calls a second that it asked for lately.
    """

    characters: int
    rate: float


@dataclass(slots=True)
class _Client:
    asked: float  # monotonic seconds
    characters: int = 0
    calls: float = 0.0  # asked for, and
    wanted: float = 0.0  # the engine seconds that they take, and
    used: float = 0.0  # engine seconds that it had, all less what is forgotten
    since: float = 0.0  # monotonic seconds as of which they are right

    def forget(self, now: float) -> None:
        kept = math.exp((self.since - now) / MEMORY_SECONDS)
        self.calls, self.wanted, self.used = self.calls * kept, self.wanted * kept, self.used * kept
        self.since = now


class Shares:
    """What the clients have asked for and used lately. All times in monotonic seconds."""

    def __init__(self) -> None:
        self._clients: dict[str, _Client] = {}

    def __len__(self) -> int:
        return len(self._clients)

    def ask(self, client: str, characters: int, seconds: float, now: float) -> None:
        """Note that a client asks for a summary, admitted or not.

        Args:
            client: whose it is.
            characters: of the call.
            seconds: engine time that the whole call takes.
            now: the time.
        """
        known = self._clients.setdefault(client, _Client(now, since=now))
        known.forget(now)
        known.asked, known.characters, known.calls = now, characters, known.calls + 1
        known.wanted += seconds
        for silent in [c for c, it in self._clients.items() if it.asked < now - KNOWN_SECONDS]:
            del self._clients[silent]

    def charge(self, client: str, seconds: float, now: float) -> None:
        """Add engine seconds to what a client has used."""
        if (known := self._clients.get(client)) is not None:
            known.forget(now)
            known.used += seconds

    def is_below(self, client: str, now: float) -> bool:
        """Whether a client that has asked used less than its share lately."""
        known = self._clients[client]
        known.forget(now)
        return known.used < MEMORY_SECONDS / len(self._clients)

    def floods(self, client: str, seconds: float, other: str, more: float, now: float) -> bool:
        """Whether a client asks for more than its share, and for more than another does.

        Used time tells that only after a while: a flood's first requests are within its share.

        Args:
            client: who may flood.
            seconds: engine time of its request that is looked at, which does not count.
            other: who would have its place.
            more: the same of the other's request.
            now: the time.
        """
        asked = []
        for name, less in ((client, seconds), (other, more)):
            known = self._clients.get(name)
            if known is not None:
                known.forget(now)
            asked.append(known.wanted - less if known is not None else 0.0)
        return asked[0] > max(asked[1], MEMORY_SECONDS / len(self._clients))

    def needs_besides(self, client: str, now: float) -> list[Need]:
        """Return what each other client that is below its share may ask for next."""
        return [
            Need(known.characters, known.calls / MEMORY_SECONDS)
            for other, known in self._clients.items()
            if other != client and self.is_below(other, now)
        ]
