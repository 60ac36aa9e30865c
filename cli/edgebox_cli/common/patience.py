"""How long a command waits for a box that is away or busy: it may be started again meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from edgebox.errors import BoxBusy, BoxNotRunning, RateLimited

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS: Final = 60.0
"""Until it is given up."""

RETRY_SECONDS: Final = 1.0
"""Between two tries, if the box does not name a time."""

AWAY: Final = (BoxBusy, BoxNotRunning, RateLimited)
"""What a command may wait out."""


class Patience:
    """Waits for one request of a command; begins when it is made.

    Args:
        tell: called with what happened, before the first wait.
        sleep: seconds to wait.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        tell: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tell, self._sleep, self._clock = tell, sleep, clock
        self._until = clock() + SECONDS
        self._told = False

    def wait(self, error: BoxBusy | BoxNotRunning | RateLimited) -> None:
        """Wait as long as the box asks for; raise what the request ended with if it is too long."""
        named = None if isinstance(error, BoxNotRunning) else error.retry_after
        seconds = max(RETRY_SECONDS, named or 0)
        if self._clock() + seconds > self._until:
            raise error
        if not self._told:
            self._tell(error.detail)
            self._told = True
        self._sleep(seconds)
