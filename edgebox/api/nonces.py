"""The nonces of v2 keys that were used, so that none is taken twice."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING

from edgebox.errors import RateLimited

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 100_000
"""Nonces of one client, about 15 MB. At 600 requests a minute there are 3,900 at most."""


class Nonces:
    """Remembers each nonce for as long as its key could be accepted.

    A nonce is forgotten when both clocks say so: its timestamp is too old, and so many seconds
    have really passed. A wall clock that jumps forward and back thus revives no key.

    Args:
        window_seconds: how long one timestamp is accepted.
        monotonic: seconds that never jump.
        most: nonces of one client.
    """

    def __init__(
        self, window_seconds: float, *, monotonic: Callable[[], float], most: int = MOST
    ) -> None:
        self._seconds = window_seconds
        self._monotonic = monotonic
        self._most = most
        self._of: dict[str, OrderedDict[str, tuple[int, float]]] = {}

    def used(self, client_id: str, nonce: str) -> bool:
        """Whether a key with this nonce was accepted before."""
        return nonce in self._of.get(client_id, ())

    def add(self, client_id: str, nonce: str, timestamp: int, earliest: float) -> None:
        """Remember the nonce of a key that is accepted now.

        Args:
            client_id: of a client with a valid key, so that there are no more than clients.
            nonce: not used before.
            timestamp: the key's, in Unix seconds.
            earliest: older timestamps are not accepted now.

        Raises:
            RateLimited: the client has used too many in this time. None is forgotten early.
        """
        now = self._monotonic()
        known = self._of.setdefault(client_id, OrderedDict())
        while known:
            first = next(iter(known))
            of_key, since = known[first]
            if now - since <= self._seconds or of_key >= earliest:
                break
            del known[first]
        if len(known) >= self._most:
            since = next(iter(known.values()))[1]
            wait = max(1, math.ceil(since + self._seconds - now))
            raise RateLimited(
                f"This client has used {self._most} keys in {self._seconds:.0f} s. Wait {wait} s.",
                retry_after=wait,
            )
        known[nonce] = (timestamp, now)
