"""What people say of the answers they got: a thumb up or down, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.store.connection import Connections


@dataclass(frozen=True, slots=True)
class Counted:
    """How many answers of one kind were liked, and how many were not."""

    what: str
    up: int
    down: int


class Feedback:
    """The ``feedback`` table: one row for each answer of a client, the latest word about it.

    Args:
        connections: to the database.
        clock: Unix seconds.
    """

    def __init__(self, connections: Connections, *, clock: Callable[[], float]) -> None:
        self._connections = connections
        self._clock = clock

    def put(self, client_id: str, what: str, subject: str, *, liked: bool, reason: str) -> None:
        """Keep what somebody says of an answer, in place of what was said of it before.

        Args:
            client_id: whose answer it was.
            what: ``ask``, ``summary`` or ``record``.
            subject: the id of the question or the consultation.
            liked: a thumb up.
            reason: a word of the contract; empty if none was given.
        """
        with self._connections.transaction() as db:
            db.execute(
                "INSERT INTO feedback (client_id, what, subject, liked, reason, at)"
                " VALUES (:client_id, :what, :subject, :liked, :reason, :at)"
                " ON CONFLICT (client_id, what, subject)"
                " DO UPDATE SET liked = :liked, reason = :reason, at = :at",
                {
                    "client_id": client_id,
                    "what": what,
                    "subject": subject,
                    "liked": int(liked),
                    "reason": reason,
                    "at": self._clock(),
                },
            )

    def counted(self, since: float = 0.0, client_id: str | None = None) -> list[Counted]:
        """Return the thumbs since a time (Unix seconds), by what they are about.

        Args:
            since: Unix seconds.
            client_id: of one client; None for all.
        """
        rows = self._connections.rows(
            "SELECT what, SUM(liked) AS up, SUM(1 - liked) AS down FROM feedback"
            " WHERE at >= :since AND (:client IS NULL OR client_id = :client)"
            " GROUP BY what ORDER BY what",
            {"since": since, "client": client_id},
        )
        return [Counted(**row) for row in rows]

    def reasons(self, since: float = 0.0, client_id: str | None = None) -> dict[str, int]:
        """Return how often each reason was given for a thumb down; arguments as ``counted``."""
        rows = self._connections.rows(
            "SELECT reason, COUNT(*) AS n FROM feedback"
            " WHERE at >= :since AND (:client IS NULL OR client_id = :client)"
            " AND liked = 0 AND reason <> '' GROUP BY reason ORDER BY n DESC",
            {"since": since, "client": client_id},
        )
        return {row["reason"]: row["n"] for row in rows}

    def of(self, client_id: str, what: str, subject: str) -> bool | None:
        """Return whether an answer was liked; None if nobody said so."""
        rows = self._connections.rows(
            "SELECT liked FROM feedback"
            " WHERE client_id = :client_id AND what = :what AND subject = :subject",
            {"client_id": client_id, "what": what, "subject": subject},
        )
        return bool(rows[0]["liked"]) if rows else None

    def rows(self, since: float = 0.0) -> list[dict[str, Any]]:
        """Return every row since a time, oldest first."""
        return self._connections.rows(
            "SELECT at, client_id, what, subject, liked, reason FROM feedback"
            " WHERE at >= :since ORDER BY at",
            {"since": since},
        )
