"""The wall clock as the database remembers it, to notice a clock that was set back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.store.connection import Connections

TOLERANCE = 60.0
"""Seconds a clock may be behind the last look: time servers set it back by less all day."""

_SEEN = "clock/seen"


class WallClock:
    """The time of the last look, in ``counters``: it outlives restarts.

    Args:
        connections: to the database.
        clock: Unix seconds.
    """

    def __init__(self, connections: Connections, *, clock: Callable[[], float]) -> None:
        self._connections = connections
        self._clock = clock

    def look(self) -> float:
        """Store the time; if it was set back, bring callbacks and leases forward by as much.

        A callback due in five minutes stays due in five minutes, also if the clock was nine
        hours ahead (a hardware clock in local time) and was corrected in between.

        Returns:
            By how many seconds the clock was set back since the last look, or 0.
        """
        now = self._clock()
        with self._connections.transaction() as db:
            rows = db.query("SELECT value FROM counters WHERE name = :name", {"name": _SEEN})
            seen = next(rows, {"value": 0})["value"]
            db.execute(
                "INSERT INTO counters (name, value) VALUES (:name, :now)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                {"name": _SEEN, "now": int(now)},
            )
            back = seen - now
            if back <= TOLERANCE:
                return 0.0
            db.execute(
                "UPDATE outbox SET next_attempt_at = next_attempt_at - :back,"
                " lease_until = lease_until - :back WHERE state = 'pending'",
                {"back": back},
            )
            db.execute(
                "UPDATE consultations SET lease_until = MAX(lease_until - :back, 0)"
                " WHERE state = 'running'",
                {"back": back},
            )
        return float(back)
