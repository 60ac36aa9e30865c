"""A token bucket per client."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from edgebox.errors import RateLimited

if TYPE_CHECKING:
    from collections.abc import Callable


class RateLimiter:
    """Lets each client send ``per_minute`` requests at once, refilled evenly over a minute.

    Only clients with a valid key are counted, so there are as many buckets as clients.

    Args:
        per_minute: requests a minute, and the size of the bucket.
        clock: monotonic seconds.
    """

    def __init__(self, per_minute: int, *, clock: Callable[[], float]) -> None:
        self._size = float(per_minute)
        self._per_second = per_minute / 60
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, client_id: str) -> None:
        """Count one request.

        Raises:
            RateLimited: the bucket is empty. Its ``retry_after`` says when it no longer is.
        """
        now = self._clock()
        tokens, since = self._buckets.get(client_id, (self._size, now))
        tokens = min(self._size, tokens + max(0.0, now - since) * self._per_second)
        if tokens < 1:
            self._buckets[client_id] = (tokens, now)
            wait = max(1, math.ceil((1 - tokens) / self._per_second))
            raise RateLimited(
                f"This client sends more than {self._size:.0f} requests a minute. Wait {wait} s.",
                retry_after=wait,
            )
        self._buckets[client_id] = (tokens - 1, now)
