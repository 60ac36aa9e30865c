"""Which calls grow: they are summarised again with more text, so what was read is worth keeping.

Every step of the engine, for whomever, pays for every cell that is kept. A call that a screen shows
is known to grow. Of any other one the second summary tells: its text begins with the first one's.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_CALLS: Final = 4096
REMEMBERED_SECONDS: Final = 1800.0
"""As long as a call in progress is remembered without a word."""


@dataclass(frozen=True, slots=True)
class _Seen:
    length: int  # characters
    digest: bytes  # of the text: nothing of a call is kept
    at: float


class GrowingCalls:
    """Remembers how calls began that were summarised lately, and none of their text.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: OrderedDict[tuple[str, str], _Seen] = OrderedDict()

    def __len__(self) -> int:
        return len(self._seen)

    def grows(self, client: str, consultation_id: str, text: str) -> bool:
        """Note a call's text; return whether it is a longer one than the last, of the same call.

        Args:
            client: whose call it is.
            consultation_id: the client's own id of it; empty: unknown, and not noted.
            text: all of it as it was received.
        """
        if not consultation_id:
            return False
        now, key = self._clock(), (client, consultation_id)
        before = self._seen.pop(key, None)
        self._seen[key] = _Seen(len(text), _digest(text), now)
        if len(self._seen) > MOST_CALLS:
            self._seen.popitem(last=False)
        if before is None or now - before.at > REMEMBERED_SECONDS or len(text) <= before.length:
            return False
        return _digest(text[: before.length]) == before.digest

    def forget(self, client: str, consultation_id: str) -> None:
        """Remember nothing of a call."""
        self._seen.pop((client, consultation_id), None)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
