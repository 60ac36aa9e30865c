"""The latest v2 key of each client that was dated ahead of the box: it outlives a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgebox.store.connection import Connections

_AHEAD: Final = "ahead/"


class KeyMarks:
    """Timestamps in ``counters``, one a client.

    Args:
        connections: to the database.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def read(self) -> dict[str, int]:
        """Return the latest timestamp of each client, in Unix seconds."""
        sql = "SELECT name, value FROM counters WHERE name GLOB :names"
        rows = self._connections.rows(sql, {"names": f"{_AHEAD}*"})
        return {row["name"].removeprefix(_AHEAD): int(row["value"]) for row in rows}

    def write(self, latest: Mapping[str, int]) -> None:
        """Store the latest timestamps of some clients."""
        with self._connections.transaction() as db:
            for client_id, timestamp in latest.items():
                db.execute(
                    "INSERT INTO counters (name, value) VALUES (:name, :at)"
                    " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    {"name": f"{_AHEAD}{client_id}", "at": timestamp},
                )
