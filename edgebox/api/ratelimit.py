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
        share: how much of that a client may use now, above 0 to 1.
    """

    def __init__(
        self,
        per_minute: int,
        *,
        clock: Callable[[], float],
        share: Callable[[str], float] = lambda _: 1.0,
    ) -> None:
        self._share = share
        self._size = float(per_minute)
        self._per_second = per_minute / 60
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, client_id: str) -> None:
        """Count one request.

        Raises:
            RateLimited: the bucket is empty. Its ``retry_after`` says when it no longer is.
        """
        now, cost = self._clock(), 1 / self._share(client_id)
        tokens, since = self._buckets.get(client_id, (self._size, now))
        tokens = min(self._size, tokens + max(0.0, now - since) * self._per_second)
        if tokens < cost:
            self._buckets[client_id] = (tokens, now)
            most = self._size / cost
            wait = max(1, math.ceil((cost - tokens) / self._per_second))
            raise RateLimited(
                f"This client sends more than {most:.0f} requests a minute. Wait {wait} s.",
                retry_after=wait,
            )
        self._buckets[client_id] = (tokens - cost, now)
