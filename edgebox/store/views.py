"""What is read: a batch's present state, and a consultation's result."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from edgebox.contract.results import failed, is_no_content, no_content, success
from edgebox.errors import Removed
from edgebox.store.backlog import Backlog
from edgebox.system.times import rfc3339

if TYPE_CHECKING:
    from sqlite_utils import Database

    from edgebox.contract.results import (
        Analysed,
        BatchState,
        CallbackState,
        Failure,
        NothingSaid,
        Result,
    )

ConsultationState = Literal["pending", "running", "done", "failed"]


@dataclass(frozen=True)
class ConsultationRow:
    """A consultation without its transcript. Times are Unix seconds.

    ``result`` is what ``Consultations.finish`` was given.
    """

    row_id: int
    consultation_id: str
    position: int
    state: ConsultationState
    attempts: int
    characters: int
    metadata: dict[str, Any]
    result: Analysed | NothingSaid | None
    error_code: str | None
    error_detail: str | None
    processing_time: float | None
    ended_at: float | None

    def entry(self) -> Result | None:
        """Return the result as GET and the callback send it, or None while there is none."""
        if self.result is not None:
            if is_no_content(self.result):
                return no_content(self.consultation_id, self.result, self.metadata)
            return success(self.consultation_id, self.result, self.metadata)
        if self.error_code is not None:
            error: Failure = {"code": self.error_code, "detail": self.error_detail or ""}
            return failed(self.consultation_id, error, self.processing_time, self.metadata)
        return None


def rows_of_batch(db: Database, batch_id: str) -> list[ConsultationRow]:
    """Return the batch's consultations in the order submitted."""
    rows = db.query(
        "SELECT row_id, consultation_id, position, state, attempts, characters, metadata, result,"
        " error_code, error_detail, processing_time, ended_at"
        " FROM consultations WHERE batch_id = :batch_id ORDER BY position",
        {"batch_id": batch_id},
    )
    return [
        ConsultationRow(
            **{
                **row,
                "metadata": json.loads(row["metadata"]),
                "result": None if row["result"] is None else json.loads(row["result"]),
            }
        )
        for row in rows
    ]


@dataclass(frozen=True)
class BatchView:
    """A batch's present state. Times are Unix seconds.

    ``callback_state`` is None without a callback URL, ``waiting`` until the batch has
    ended. The last four are what has to be analysed before it ends: its own open
    consultations, and those that are claimed before its last one (``Backlog.ahead``).
    """

    batch_id: str
    client_id: str
    state: BatchState
    created_at: float
    completed_at: float | None
    total: int
    pending: int
    running: int
    done: int
    failed: int
    callback_url: str | None
    callback_state: CallbackState | None
    callback_attempts: int
    transcripts_removed_at: float | None
    results_removed_at: float | None
    remaining: int
    remaining_characters: int
    ahead: int
    ahead_characters: int


def batch_views(
    db: Database, where: str, parameters: dict[str, Any]
) -> list[tuple[int, BatchView]]:
    """Return (row_id, view) of the newest ``:limit`` batches that match, newest first."""
    rows = db.query(
        "SELECT b.row_id, b.batch_id, b.client_id, b.state,"  # noqa: S608 - where is our callers' SQL
        " b.created_at, b.completed_at, b.total,"
        " SUM(c.state = 'pending') AS pending, SUM(c.state = 'running') AS running,"
        " SUM(c.state = 'done') AS done, SUM(c.state = 'failed') AS failed, b.callback_url,"
        " CASE WHEN b.callback_url IS NULL THEN NULL ELSE COALESCE(o.state, 'waiting') END"
        "  AS callback_state, COALESCE(o.attempts, 0) AS callback_attempts,"
        " b.transcripts_removed_at, b.results_removed_at,"
        " SUM(c.state IN ('pending', 'running')) AS remaining,"
        " SUM(IIF(c.state IN ('pending', 'running'), c.characters, 0)) AS remaining_characters"
        f" FROM (SELECT * FROM batches WHERE {where}"
        "  ORDER BY row_id DESC LIMIT :limit) b"
        " JOIN consultations c ON c.batch_id = b.batch_id"
        " LEFT JOIN outbox o ON o.batch_id = b.batch_id"
        " GROUP BY b.row_id ORDER BY b.row_id DESC",
        parameters,
    )
    found = list(rows)
    backlog = Backlog(db) if any(row["remaining"] for row in found) else None
    views = []
    for row in found:
        row_id, ahead, characters = row.pop("row_id"), 0, 0
        if backlog is not None and row["remaining"]:
            ahead, characters = backlog.ahead(row["client_id"], row_id)
        views.append((row_id, BatchView(**row, ahead=ahead, ahead_characters=characters)))
    return views


def refuse_removed(
    db: Database,
    batch_id: str,
    column: Literal["transcripts_removed_at", "results_removed_at"],
) -> None:
    """Refuse to use again what retention has removed.

    Raises:
        Removed: the message says what was removed and when.
    """
    found = db.execute(
        f"SELECT {column} FROM batches WHERE batch_id = :batch_id",  # noqa: S608 - one of two names
        {"batch_id": batch_id},
    ).fetchone()
    if found and found[0] is not None:
        what = column.removesuffix("_removed_at")
        raise Removed(
            f"The {what} of {batch_id} were removed at {rfc3339(found[0])}, when their retention "
            "time had ended: it cannot be done again."
        )
