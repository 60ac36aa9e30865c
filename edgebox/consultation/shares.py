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
    wanted: float = 0.0  # the engine seconds of those that count, and
    used: float = 0.0  # engine seconds that it had, all less what is forgotten
    since: float = 0.0  # monotonic seconds as of which they are right
    again: float = 0.0  # monotonic seconds from which it was told to try again

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

    def ask(self, client: str, characters: int, now: float) -> None:
        """Note that a client asks for a summary of so many characters, admitted or not."""
        known = self._clients.setdefault(client, _Client(now, since=now))
        known.forget(now)
        known.asked, known.characters, known.calls = now, characters, known.calls + 1
        for silent in [c for c, it in self._clients.items() if it.asked < now - KNOWN_SECONDS]:
            del self._clients[silent]

    def want(self, client: str, seconds: float, now: float) -> None:
        """Count the engine seconds of a request, as `floods` does."""
        known = self._clients[client]
        known.forget(now)
        known.wanted += seconds

    def refuse(self, client: str, again: float) -> None:
        """Note from when on, in monotonic seconds, a client was told to try again."""
        self._clients[client].again = again

    def is_early(self, client: str, now: float) -> bool:
        """Whether a client that has asked was told to try again later than now."""
        return now < self._clients[client].again

    def wanted(self, client: str, now: float) -> float:
        """Return the engine seconds that a client asked for lately."""
        if (known := self._clients.get(client)) is None:
            return 0.0
        known.forget(now)
        return known.wanted

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

    def floods(self, client: str, seconds: float, other: str, now: float) -> bool:
        """Whether a client asks for more than half of the engine, and for more than another does.

        Used time tells that only after a while: a flood's first requests are within its share.
        Admitted requests count, and of those refused the ones of a client that had another in the
        queue or did not wait as it was told: who tries again as told is no flood.

        Args:
            client: who may flood.
            seconds: engine time of its request that is looked at, which does not count.
            other: who would have its place.
            now: the time.
        """
        asked = self.wanted(client, now) - seconds
        return asked > max(self.wanted(other, now), MEMORY_SECONDS / 2)

    def needs_besides(self, client: str, now: float) -> list[Need]:
        """Return what each other client that is below its share may ask for next."""
        return [
            Need(known.characters, known.calls / MEMORY_SECONDS)
            for other, known in self._clients.items()
            if other != client and self.is_below(other, now)
        ]
