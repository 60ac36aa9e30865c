"""How often an address may try, and how long a name that is no account is locked."""

from __future__ import annotations

import hashlib
import math
from collections import Counter, OrderedDict
from typing import TYPE_CHECKING

from edgebox.errors import LoginLocked
from edgebox.store.operators import lock_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

TRIES_A_MINUTE = 120
"""Wrong ones of one address. A whole centre may have one address: that of a proxy."""
MOST_REMEMBERED = 10_000
"""Addresses of a minute, and names that are no accounts."""


class AddressThrottle:
    """Counts the tries of each address in a minute that were not right.

    Args:
        monotonic: seconds that never jump.
    """

    def __init__(self, *, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._minute = -1
        self._tries: Counter[str] = Counter()

    def take(self, address: str) -> None:
        """Count a try, until it turns out to be right.

        Raises:
            LoginLocked: there were too many this minute.
        """
        now = self._monotonic()
        minute = int(now // 60)
        if minute != self._minute:
            self._minute = minute
            self._tries.clear()
        if len(self._tries) >= MOST_REMEMBERED and address not in self._tries:
            address = ""  # all further ones together
        self._tries[address] += 1
        if self._tries[address] > TRIES_A_MINUTE:
            wait = math.ceil(60 - now % 60)
            raise LoginLocked("Too many tries from this address.", retry_after=max(1, wait))

    def give_back(self, address: str) -> None:
        """Take a try back: the password was right, or it was not looked at."""
        address = address if address in self._tries else ""
        self._tries[address] = max(0, self._tries[address] - 1)


class UnknownNames:
    """Locks names that are no accounts as accounts are locked: the answer tells no difference.

    In memory, as hashes: a password may have been typed in the place of the name.

    Args:
        clock: Unix seconds.
    """

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._names: OrderedDict[bytes, tuple[int, float]] = OrderedDict()

    def locked_until(self, name: str) -> float:
        """Return Unix seconds until which a name is locked; 0 if it is not."""
        return self._names.get(_key(name), (0, 0.0))[1]

    def failed(self, name: str) -> float:
        """Count a try, and return as ``locked_until``."""
        key = _key(name)
        failed = self._names.pop(key, (0, 0.0))[0] + 1
        seconds = lock_seconds(failed)
        self._names[key] = (failed, self._clock() + seconds if seconds else 0.0)
        if len(self._names) > MOST_REMEMBERED:
            self._names.popitem(last=False)
        return self._names[key][1]


def _key(name: str) -> bytes:
    return hashlib.sha256(name.encode("utf-8", "replace")).digest()
