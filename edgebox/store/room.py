"""How much work may wait: a full queue says so instead of growing for days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox.errors import ClientQueueFull, QueueFull

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True)
class Room:
    """How many consultations may wait or be worked on: in all, and of one client."""

    total: int
    client: int


def check_room(db: Database, client_id: str, new: int, room: Room) -> None:
    """Refuse what would make too many wait.

    Raises:
        QueueFull: too many in all.
        ClientQueueFull: too many of this client.
    """
    waiting = next(
        db.query(
            "SELECT COUNT(*) AS total, COALESCE(SUM(b.client_id = :client_id), 0) AS own"
            " FROM consultations c JOIN batches b USING (batch_id)"
            " WHERE c.state IN ('pending', 'running')",
            {"client_id": client_id},
        )
    )
    if waiting["total"] and waiting["total"] + new > room.total:
        raise QueueFull(
            f"{waiting['total']} consultations wait for their analysis and the box takes "
            f"{room.total}. Send this batch again later."
        )
    if waiting["own"] and waiting["own"] + new > room.client:
        raise ClientQueueFull(
            f"{waiting['own']} of your consultations wait for their analysis and the box takes "
            f"{room.client} of one client. Send this batch again later."
        )
