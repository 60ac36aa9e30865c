"""The memory that bodies take: one count over all requests, with a share for each sender."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from edgebox.errors import BodyTooLarge, BoxBusy

if TYPE_CHECKING:
    from collections.abc import Iterator

MIB = 1024 * 1024

TOTAL_BYTES = 256 * MIB
"""Bytes of all bodies. Large ones fill seven eighths of it at most, and so never keep small ones
out. It is eight times the largest body where that is more."""

SMALL_BYTES = 256 * 1024
"""Bytes of the largest small body."""

KEYLESS_BYTES = 1 * MIB
"""Bytes of the largest body whose request has no key in its header: nothing says who sends it."""

PEER_BYTES = 4 * MIB
"""Bytes of all such bodies from one address."""


class Ledger:
    """Counts the bytes of the bodies in memory.

    Args:
        limit: bytes of the largest body. A client may have an eighth of the total, and its small
            bodies an eighth of that more; all bodies without a key in the header have a quarter.
    """

    def __init__(self, limit: int) -> None:
        self.total = max(TOTAL_BYTES, 8 * limit)
        self.held = 0
        self._keyless = 0
        self._of: Counter[tuple[bool, str]] = Counter()

    @contextmanager
    def place(self, client: str | None, peer: str) -> Iterator[Place]:
        """Yield the place of one body, and give it back after the block.

        Args:
            client: the id whose key was in the header, and valid; None without such a key.
            peer: the sender's address.
        """
        place = Place(self, client, peer)
        try:
            yield place
        finally:
            self._add(place, -place.size)

    def grow(self, place: Place, size: int) -> None:
        """Count a place as ``size`` bytes.

        Raises:
            BodyTooLarge: it needs its key in the header.
            BoxBusy: its sender's share, or the whole, is full.
        """
        if place.keyless and size > KEYLESS_BYTES:
            raise BodyTooLarge(
                f"A body over {KEYLESS_BYTES} bytes needs its key in the header X-Bound-Key, and "
                "X-Content-SHA256 with a v2 key: send them, or split the body into several."
            )
        more = size - place.size
        share = self.total // 8
        small = size <= SMALL_BYTES
        if self.held + more > self.total - (0 if small else share):
            raise BoxBusy("Too many bodies at once. Try again.", retry_after=1)
        mine = self._of[place.keyless, place.owner] + more
        if place.keyless:
            full = mine > PEER_BYTES or self._keyless + more > self.total // 4
        else:
            full = mine > share + (share // 8 if small else 0)
        if full:
            raise BoxBusy("Too many bodies of this sender at once. Try again.", retry_after=1)
        self._add(place, more)

    def _add(self, place: Place, more: int) -> None:
        place.size += more
        self.held += more
        self._keyless += more if place.keyless else 0
        owner = place.keyless, place.owner
        self._of[owner] += more
        if not self._of[owner]:
            del self._of[owner]


class Place:
    """The memory of one body: its owner is a client's id, or an address without a key."""

    def __init__(self, ledger: Ledger, client: str | None, peer: str) -> None:
        self._ledger = ledger
        self.keyless = client is None
        self.owner = peer if client is None else client
        self.size = 0

    def grow(self, size: int) -> None:
        """Count ``size`` bytes for it, as ``Ledger.grow``."""
        self._ledger.grow(self, size)
