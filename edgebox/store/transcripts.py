"""The transcripts of consultations that were handed in, for questions about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from edgebox.errors import Removed

if TYPE_CHECKING:
    from edgebox.store.connection import Connections


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A transcript as it was received, and the day of the call if it is known."""

    transcript: str
    call_date: date | None


class Transcripts:
    """What clients handed in. Calls block."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def latest(self, client_id: str, consultation_id: str) -> StoredCall | None:
        """Return a client's consultation as it was handed in last, or None if it has none.

        Raises:
            Removed: retention has removed the transcript.
            StoreError: as ``Store``.
        """
        rows = self._connections.rows(
            "SELECT c.transcript, c.call_date, b.transcripts_removed_at AS removed"
            " FROM consultations c JOIN batches b USING (batch_id)"
            " WHERE c.consultation_id = :consultation_id AND b.client_id = :client_id"
            " ORDER BY c.row_id DESC LIMIT 1",
            {"consultation_id": consultation_id, "client_id": client_id},
        )
        if not rows:
            return None
        row = rows[0]
        if row["removed"] is not None:
            raise Removed("The transcript of this consultation was removed when its time was over.")
        on = date.fromisoformat(row["call_date"]) if row["call_date"] else None
        return StoredCall(row["transcript"], on)
