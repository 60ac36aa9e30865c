"""Which timestamps of keys are accepted now, also after the clock was set back.

A wall clock that is set back makes old keys fresh again, and an attacker may set it: time servers
are not authenticated. So a time counts as judged once the wall clock has gone as steadily as the
monotonic one for an hour. From then on, a key is refused that is older, by the judged time, than
twice the tolerance. A correction at the start of the machine is thus none, and a clock that is put
right later is judged an hour after that, or by a restart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgebox.signing import Window

if TYPE_CHECKING:
    from collections.abc import Callable

STEADY_SECONDS = 3600.0
"""Seconds without a jump after which the wall clock is judged right."""

JUMP_SECONDS = 60.0
"""Seconds in STEADY_SECONDS that a time server may correct."""


class KeyClock:
    """Returns the window of timestamps; called for every key.

    Args:
        past: seconds that a timestamp may be old.
        future: seconds that a timestamp may be ahead.
        clock: Unix seconds.
        monotonic: seconds that never jump.
    """

    def __init__(
        self,
        past: float,
        future: float,
        *,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self._past = past
        self._future = future
        self._clock = clock
        self._monotonic = monotonic
        # The difference of the two clocks, and since when it has been that.
        self._since = monotonic()
        self._difference = clock() - self._since
        self._judged: float | None = None

    def window(self) -> Window:
        """Return the timestamps that are accepted now."""
        now, really = self._clock(), self._monotonic()
        if abs(now - really - self._difference) > JUMP_SECONDS:
            self._since, self._difference = really, now - really
        elif really - self._since >= STEADY_SECONDS:
            self._since, self._difference = really, now - really
            self._judged = self._difference
        floor = 0.0 if self._judged is None else self._judged + really - 2 * self._past
        return Window(now, self._past, self._future, floor)
