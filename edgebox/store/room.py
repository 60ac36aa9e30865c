"""How much may wait: a full backlog refuses batches instead of growing for days.

Part of the room is reserved: each client that is not disabled finds some of it free, however much
the others send.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox.errors import ClientQueueFull, QueueFull
from edgebox.store.backlog import Backlog

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True)
class Room:
    """How many consultations may wait or be analysed: in total, and of one client."""

    total: int
    client: int

    def reserve(self, clients: int) -> int:
        """Return how many places are kept for each of so many clients: half of all at most."""
        return self.total // max(10, 2 * clients)


def check_room(db: Database, client_id: str, new: int, room: Room) -> None:
    """Refuse a batch that would make too many consultations wait.

    An empty backlog takes a batch of any size, and so does a client's own part of it.

    Raises:
        QueueFull: too many in total, or the places left are reserved for other clients.
        ClientQueueFull: too many of this client.
    """
    total = _open(db)
    if not total:
        return
    if total + new <= min(room.client, room.total // 2):
        return  # it fits, whatever is reserved: nobody's part has to be counted
    backlog = Backlog(db)
    own = backlog.open_of(client_id)
    others = _other_clients(db, client_id)
    reserve = room.reserve(len(others) + 1)
    kept = sum(max(0, reserve - backlog.open_of(other)) for other in others)
    free = room.total - total - kept
    mine = room.client - own if own else new
    most = min(free, mine)
    smaller = f", or at most {most} of its consultations now" if most > 0 else ""
    later = f"Send this batch again later{smaller}."
    if total + new > room.total:
        raise QueueFull(
            f"{total} consultations wait for their analysis and the box takes {room.total}. {later}"
        )
    if new > mine:
        raise ClientQueueFull(
            f"{own} of your consultations wait for their analysis and the box takes "
            f"{room.client} of one client. {later}"
        )
    if new > free:
        raise QueueFull(
            f"{total} consultations wait for their analysis. The box takes {room.total} and keeps "
            f"{kept} of these places for its other clients. {later}"
        )


def _open(db: Database) -> int:
    row = db.execute(
        "SELECT COUNT(*) FROM consultations WHERE state IN ('pending', 'running')"
    ).fetchone()
    return int(row[0])


def _other_clients(db: Database, client_id: str) -> list[str]:
    """Return the clients that are not disabled, without this one."""
    rows = db.execute(
        "SELECT client_id FROM clients WHERE NOT disabled AND client_id <> :client_id",
        {"client_id": client_id},
    )
    return [row[0] for row in rows]
