"""Batches: what a client submitted, and how far its analysis is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgebox.errors import InvalidFields, NotFound
from edgebox.store.acts import BOX, Act, append
from edgebox.store.connection import to_json
from edgebox.store.consultations import set_open_state
from edgebox.store.counters import count_up
from edgebox.store.outbox import disarm
from edgebox.store.room import Room, check_room
from edgebox.store.views import batch_views, refuse_removed, rows_of_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from sqlite_utils import Database

    from edgebox.contract.results import BatchState
    from edgebox.store.acts import Actor
    from edgebox.store.connection import Connections
    from edgebox.store.views import BatchView, ConsultationRow


@dataclass(frozen=True)
class NewConsultation:
    """One consultation as submitted; ``metadata`` comes back unchanged.

    Attributes:
        call_date: the day of the call, if it is known.
        operator: whose call it was, if it is known.
        wanted: somebody waits for the result: it does not wait for its turn in the backlog.
    """

    consultation_id: str
    transcript: str
    metadata: dict[str, Any]
    call_date: date | None = None
    operator: str | None = None
    wanted: bool = False


@dataclass(frozen=True)
class Submitted:
    """The batch of a submission; ``replayed`` if an earlier submission made it."""

    batch_id: str
    total: int
    created_at: float
    replayed: bool


_Page = tuple[list["BatchView"], int | None]


class Batches:
    """The ``batches`` table and a batch's view of its consultations.

    Args:
        connections: to the database.
        clock: Unix seconds.
        token: makes n random bytes, as hex.
    """

    def __init__(
        self,
        connections: Connections,
        *,
        clock: Callable[[], float],
        token: Callable[[int], str],
    ) -> None:
        self._connections = connections
        self._clock = clock
        self._token = token

    def submit(
        self,
        client_id: str,
        consultations: Sequence[NewConsultation],
        callback_url: str | None,
        *,
        idempotency: tuple[str, str] | None,
        local_date: str,
        room: Room | None = None,
        by: Actor = BOX,
    ) -> Submitted:
        """Put a batch on disk. Once this has returned, the batch will be analysed.

        Args:
            client_id: an existing client.
            consultations: at least one, no id twice.
            callback_url: checked by the caller; None if results are only read by GET.
            idempotency: (Idempotency-Key, SHA-256 of the body). The same pair again
                returns the same batch, ``replayed``, until the retention removes the pair.
            local_date: YYYYMMDD in the box's time zone, for the batch_id.
            room: the most that may wait; an empty backlog takes one batch of any size.
            by: who sent it, for the audit.

        Raises:
            QueueFull, ClientQueueFull: there is no room; nothing was written.
            InvalidFields: the key came with another body (pointer ``""``), nothing was
                submitted, an id occurs twice, or a text is not Unicode.
            StoreBusy: nothing was written.
        """
        now = self._clock()
        rows = _checked_rows(consultations, now)
        with self._connections.transaction() as db:
            if idempotency:
                earlier = _replay(db, client_id, *idempotency)
                if earlier:
                    return earlier
            if room is not None:
                check_room(db, client_id, len(rows), room)
            counter = count_up(db, f"batch/{local_date}")
            batch_id = f"BATCH-{local_date}-{counter:03d}"
            db.execute(
                "INSERT INTO batches (batch_id, client_id, total, created_at, webhook_id,"
                " callback_url) VALUES (:batch_id, :client_id, :total, :now, :webhook_id, :url)",
                {
                    "batch_id": batch_id,
                    "client_id": client_id,
                    "total": len(rows),
                    "now": now,
                    "webhook_id": self._webhook_id(),
                    "url": callback_url,
                },
            )
            db.conn.executemany(
                "INSERT INTO consultations (batch_id, position, consultation_id, characters,"
                " created_at, metadata, transcript, call_date, operator, wanted) VALUES"
                " (:batch_id, :position, :consultation_id, :characters, :created_at, :metadata,"
                " :transcript, :call_date, :operator, :wanted)",
                [{**row, "batch_id": batch_id} for row in rows],
            )
            if idempotency:
                db.execute(
                    "INSERT INTO idempotency (client_id, key, body_sha256, batch_id, created_at)"
                    " VALUES (:client_id, :key, :body, :batch_id, :now)",
                    {
                        "client_id": client_id,
                        "key": idempotency[0],
                        "body": idempotency[1],
                        "batch_id": batch_id,
                        "now": now,
                    },
                )
            detail = {"consultations": len(rows)}
            append(db, [Act(now, by, "batches.submit", client_id, batch_id, detail)])
        return Submitted(batch_id, len(rows), now, replayed=False)

    def earlier(self, client_id: str, key: str, body_sha256: str) -> Submitted | None:
        """Return the batch that an Idempotency-Key made, or None.

        Raises:
            InvalidFields: the key came with another body.
        """
        with self._connections.snapshot() as db:
            return _replay(db, client_id, key, body_sha256)

    def get(self, batch_id: str, client_id: str | None = None) -> BatchView | None:
        """Return the batch, or None if there is none or it is another client's.

        Args:
            batch_id: as ``submit`` returned it.
            client_id: the owner; None for the administrator.
        """
        with self._connections.snapshot() as db:
            views = batch_views(
                db,
                "batch_id = :batch_id AND (:client_id IS NULL OR client_id = :client_id)",
                {"batch_id": batch_id, "client_id": client_id, "limit": 1},
            )
        return views[0][1] if views else None

    def completed_of(self, batch_ids: Sequence[str]) -> list[str]:
        """Return those of these batches that have ended."""
        rows = self._connections.rows(
            "SELECT batch_id FROM batches WHERE completed_at IS NOT NULL"
            " AND batch_id IN (SELECT value FROM json_each(:batch_ids))",
            {"batch_ids": to_json(list(batch_ids))},
        )
        return [row["batch_id"] for row in rows]

    def page(
        self,
        client_id: str | None = None,
        state: BatchState | None = None,
        limit: int = 50,
        cursor: int | None = None,
        *,
        with_failures: bool = False,
    ) -> _Page:
        """Return the newest batches first.

        Args:
            client_id: the owner; None: every client's (the administrator).
            state: only batches in this state.
            limit: how many; at least 1.
            cursor: the second value of the previous page.
            with_failures: only those in which at least one consultation failed.

        Returns:
            The batches, and the cursor of the next page; None after the last.
        """
        with self._connections.snapshot() as db:
            views = batch_views(
                db,
                "(:client_id IS NULL OR client_id = :client_id)"
                " AND (:state IS NULL OR state = :state)"
                " AND (:before IS NULL OR row_id < :before)"
                " AND (NOT :with_failures OR EXISTS (SELECT 1 FROM consultations f"
                "  WHERE f.batch_id = batches.batch_id AND f.state = 'failed'))",
                {
                    "with_failures": with_failures,
                    "client_id": client_id,
                    "state": state,
                    "before": cursor,
                    "limit": limit + 1,
                },
            )
        following = views[limit - 1][0] if len(views) > limit else None
        return [view for _, view in views[:limit]], following

    def consultations(self, batch_id: str) -> list[ConsultationRow]:
        """Return the batch's consultations in the order submitted; none of an unknown batch."""
        with self._connections.snapshot() as db:
            return rows_of_batch(db, batch_id)

    def retry(self, batch_id: str, *, by: Actor = BOX) -> int:
        """Put the failed consultations back into the backlog, with all their attempts.

        The callback is taken out of the outbox. The batch's next end arms one with a new
        webhook-id: a receiver that knows the old id would drop the new results as a repetition.

        Returns:
            How many consultations; with 0 nothing was changed.

        Raises:
            NotFound: no such batch.
            Removed: retention has removed its transcripts or its results.
        """
        with self._connections.transaction() as db:
            found = list(
                db.query("SELECT client_id FROM batches WHERE batch_id = :b", {"b": batch_id})
            )
            if not found:
                raise NotFound(f"There is no batch {batch_id}. See: edgebox batches list")
            refuse_removed(db, batch_id, "transcripts_removed_at")
            refuse_removed(db, batch_id, "results_removed_at")
            changed = db.execute(
                "UPDATE consultations SET state = 'pending', attempts = 0, crashes = 0,"
                " ended_at = NULL, processing_time = NULL, error_code = NULL, error_detail = NULL"
                " WHERE batch_id = :batch_id AND state = 'failed'",
                {"batch_id": batch_id},
            ).rowcount
            if changed:
                disarm(db, batch_id)
                db.execute(
                    "UPDATE batches SET webhook_id = :webhook_id WHERE batch_id = :batch_id",
                    {"webhook_id": self._webhook_id(), "batch_id": batch_id},
                )
                set_open_state(db, batch_id)
                owner, detail = found[0]["client_id"], {"consultations": changed}
                append(db, [Act(self._clock(), by, "batches.retry", owner, batch_id, detail)])
        return changed

    def _webhook_id(self) -> str:
        return f"msg_{self._token(16)}"


def _checked_rows(consultations: Sequence[NewConsultation], now: float) -> list[dict[str, Any]]:
    """Return the rows to insert.

    Raises:
        InvalidFields: names everything that cannot be stored.
    """
    errors = []
    seen: dict[str, int] = {}
    if not consultations:
        errors.append(("/consultations", "Send at least one consultation."))
    for position, item in enumerate(consultations):
        at = f"/consultations/{position}"
        first = seen.setdefault(item.consultation_id, position)
        if first != position:
            errors.append((f"{at}/consultation_id", f"The same id as /consultations/{first}."))
        for field, value in (
            ("consultation_id", item.consultation_id),
            ("conversation_text", item.transcript),
            ("metadata", item.metadata),
        ):
            try:
                to_json(value)
            except ValueError:
                errors.append((f"{at}/{field}", "Holds a value that is not valid Unicode JSON."))
    if errors:
        raise InvalidFields(errors)
    return [
        {
            "position": position,
            "consultation_id": item.consultation_id,
            "characters": len(item.transcript),
            "created_at": now,
            "metadata": to_json(item.metadata),
            "transcript": item.transcript,
            "call_date": None if item.call_date is None else item.call_date.isoformat(),
            "operator": item.operator,
            "wanted": int(item.wanted),
        }
        for position, item in enumerate(consultations)
    ]


def _replay(db: Database, client_id: str, key: str, body_sha256: str) -> Submitted | None:
    """Return the batch that this key made, or None.

    However old it is: the clock may be wrong just now, and the retention, which judges it, removes
    keys.
    """
    found = list(
        db.query(
            "SELECT i.body_sha256, b.batch_id, b.total, b.created_at"
            " FROM idempotency i JOIN batches b USING (batch_id)"
            " WHERE i.client_id = :client_id AND i.key = :key",
            {"client_id": client_id, "key": key},
        )
    )
    if not found:
        return None
    row = found[0]
    if row.pop("body_sha256") != body_sha256:
        raise InvalidFields(
            [("", "This Idempotency-Key was used with another body. Send a new key.")]
        )
    return Submitted(**row, replayed=True)
