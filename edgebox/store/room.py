"""How much may wait: a full backlog refuses batches instead of growing for days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox.errors import ClientQueueFull, QueueFull

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True)
class Room:
    """How many consultations may wait or be analysed: in total, and of one client."""

    total: int
    client: int


def check_room(db: Database, client_id: str, new: int, room: Room) -> None:
    """Refuse a batch that would make too many consultations wait.

    Raises:
        QueueFull: too many in total.
        ClientQueueFull: too many of this client.
    """
    total = _open(db, "")
    if total and total + new > room.total:
        raise QueueFull(
            f"{total} consultations wait for their analysis and the box takes {room.total}. "
            "Send this batch again later."
        )
    if total + new <= room.client:
        return  # counting one client's takes sixty times as long, while every writer waits
    own = _open(
        db,
        " AND batch_id IN (SELECT batch_id FROM batches WHERE client_id = :client_id)",
        {"client_id": client_id},
    )
    if own and own + new > room.client:
        raise ClientQueueFull(
            f"{own} of your consultations wait for their analysis and the box takes "
            f"{room.client} of one client. Send this batch again later."
        )


def _open(db: Database, further: str, parameters: dict[str, str] | None = None) -> int:
    rows = db.query(
        f"SELECT COUNT(*) AS n FROM consultations WHERE state IN ('pending', 'running'){further}",  # noqa: S608 - constants of this module
        parameters or {},
    )
    return int(next(rows)["n"])
