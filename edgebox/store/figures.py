"""Figures about a client's consultations and what people accepted: counts, never about a person."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edgebox.store.connection import Connections

MOST_TIMES = 5_000
"""Newest analyses whose seconds are looked at for the percentiles."""

_ACCEPTED = (
    " FROM reviews r JOIN drafts d USING (draft_id)"
    " WHERE r.at >= :since AND d.status <> 'failed' AND (:client IS NULL OR d.client_id = :client)"
)


@dataclass(frozen=True)
class Acceptance:
    """Drafts that were accepted, and how much of them was changed before.

    Attributes:
        what: the kind of draft, a band of scores, or a flag.
        accepted: how many were accepted.
        material: of them, those that were changed materially.
        unchanged: of them, those in which not one character was changed.
    """

    what: str
    accepted: int
    material: int
    unchanged: int


@dataclass(frozen=True)
class Day:
    """A day in the box's time zone: ``2025-09-13``, and what was handed in on it."""

    day: str
    consultations: int
    done: int
    failed: int
    accepted: int


@dataclass(frozen=True)
class Corrected:
    """An accepted record with its call.

    Attributes:
        consultation_id: the client's own id.
        transcript: as received.
        call_date: ``2025-09-13``, if it is known.
        shown: the draft's texts by field.
        accepted: the person's.
    """

    consultation_id: str
    transcript: str
    call_date: str | None
    shown: dict[str, str]
    accepted: dict[str, str]


class Figures:
    """Counts what the other tables hold. Calls block; ``client_id`` None is every client."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def by_kind(self, client_id: str | None, since: float) -> list[Acceptance]:
        """Return what was accepted since a time (Unix seconds), by the kind of draft."""
        return self._grouped("d.kind", _ACCEPTED, client_id, since)

    def by_score(self, client_id: str | None, since: float) -> list[Acceptance]:
        """Return accepted records by tenths of their score: ``0.9`` is 0.9 to 1."""
        band = "printf('%.1f', MIN(CAST(d.score * 10 AS INTEGER), 9) / 10.0)"
        only = f"{_ACCEPTED} AND d.score IS NOT NULL"
        return self._grouped(band, only, client_id, since)

    def by_flag(self, client_id: str | None, since: float) -> list[Acceptance]:
        """Return accepted records by the flags of their score; those without one as ``""``."""
        source = _ACCEPTED.replace(
            "USING (draft_id)",
            "USING (draft_id) LEFT JOIN json_each(d.flags) f",
        )
        only = f"{source} AND d.score IS NOT NULL"
        return self._grouped("COALESCE(f.value, '')", only, client_id, since)

    def by_day(self, client_id: str, since: float) -> list[Day]:
        """Return the days since a time (Unix seconds), the newest first."""
        rows = self._connections.rows(
            "SELECT date(b.created_at, 'unixepoch', 'localtime') AS day,"
            " COUNT(*) AS consultations, SUM(c.state = 'done') AS done,"
            " SUM(c.state = 'failed') AS failed, COUNT(r.draft_id) AS accepted"
            " FROM batches b INDEXED BY batches_of_client"
            " CROSS JOIN consultations c INDEXED BY consultations_listed"
            " ON c.batch_id = b.batch_id"
            " LEFT JOIN reviews r ON r.draft_id = 'record-' || c.row_id"
            " WHERE b.client_id = :client AND b.created_at >= :since"
            " GROUP BY day ORDER BY day DESC",
            {"client": client_id, "since": since},
        )
        return [Day(**row) for row in rows]

    def drafts_by_status(self, client_id: str, since: float) -> dict[str, int]:
        """Return how many summaries of calls in progress were shown, by their status."""
        rows = self._connections.rows(
            "SELECT status, COUNT(*) AS n FROM drafts WHERE client_id = :client"
            " AND kind = 'summary' AND created_at >= :since GROUP BY status ORDER BY n DESC",
            {"client": client_id, "since": since},
        )
        return {row["status"]: row["n"] for row in rows}

    def analysis_seconds(self, client_id: str, since: float) -> list[float]:
        """Return how long the newest MOST_TIMES analyses took, in ascending order."""
        rows = self._connections.rows(
            "SELECT c.processing_time AS seconds FROM batches b INDEXED BY batches_of_client"
            " CROSS JOIN consultations c ON c.batch_id = b.batch_id"
            " WHERE b.client_id = :client AND b.created_at >= :since AND c.state = 'done'"
            " AND c.processing_time IS NOT NULL ORDER BY b.row_id DESC LIMIT :most",
            {"client": client_id, "since": since, "most": MOST_TIMES},
        )
        return sorted(row["seconds"] for row in rows)

    def seconds_to_accept(self, client_id: str, since: float) -> list[float]:
        """Return how long the newest MOST_TIMES acceptances took, in ascending order."""
        rows = self._connections.rows(
            f"SELECT r.seconds {_ACCEPTED} ORDER BY r.at DESC LIMIT :most",
            {"client": client_id, "since": since, "most": MOST_TIMES},
        )
        return sorted(row["seconds"] for row in rows)

    def rows(self, since: float = 0.0) -> list[dict[str, Any]]:
        """Return every acceptance since a time, oldest first, without texts and names of people."""
        return self._connections.rows(
            "SELECT r.at, d.client_id, d.kind, d.draft_id, d.consultation_id, d.model, d.release,"
            " d.status, d.score, d.flags, r.changed, r.material, r.dropped, r.copied, r.seconds"
            " FROM reviews r JOIN drafts d USING (draft_id) WHERE r.at >= :since ORDER BY r.at",
            {"since": since},
        )

    def accepted_ids(self, client_id: str, since: float, until: float, most: int) -> list[str]:
        """Return the draft_ids of accepted records whose text is still here, oldest first.

        Args:
            client_id: whose they are.
            since: accepted at this time or later, Unix seconds.
            until: accepted before this time.
            most: at most so many.
        """
        rows = self._connections.rows(
            "SELECT r.draft_id FROM reviews r JOIN drafts d USING (draft_id)"
            " WHERE r.at >= :since AND r.at < :until AND d.client_id = :client"
            " AND d.kind = 'record' AND r.content IS NOT NULL ORDER BY r.at LIMIT :most",
            {"client": client_id, "since": since, "until": until, "most": most},
        )
        return [row["draft_id"] for row in rows]

    def corrected(self, client_id: str, draft_id: str) -> Corrected | None:
        """Return an accepted record with its call; None if a text of it is not here any more."""
        rows = self._connections.rows(
            "SELECT d.consultation_id, d.content AS shown, r.content AS accepted, c.transcript,"
            " c.call_date FROM drafts d JOIN reviews r USING (draft_id)"
            " JOIN consultations c USING (row_id) JOIN batches b USING (batch_id)"
            " WHERE d.draft_id = :draft_id AND b.client_id = :client AND r.content IS NOT NULL"
            " AND d.content IS NOT NULL AND b.transcripts_removed_at IS NULL",
            {"draft_id": draft_id, "client": client_id},
        )
        if not rows:
            return None
        row = rows[0]
        shown, accepted = json.loads(row.pop("shown")), json.loads(row.pop("accepted"))
        return Corrected(**row, shown=shown.get("summary", {}), accepted=accepted)

    def _grouped(
        self, what: str, source: str, client_id: str | None, since: float
    ) -> list[Acceptance]:
        rows = self._connections.rows(
            f"SELECT {what} AS what, COUNT(*) AS accepted, SUM(r.material) AS material,"
            f" SUM(r.changed = 0) AS unchanged{source} GROUP BY 1 ORDER BY 1",
            {"client": client_id, "since": since},
        )
        return [Acceptance(**row) for row in rows]
