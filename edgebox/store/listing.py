"""The consultations of one client as people look through them: a list with filters, and one whole.

A page looks at WINDOW rows at most, whatever is filtered: when they are not enough, it ends early
and its cursor goes on from there. So no filter makes a page slow, however rare its matches are.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from edgebox.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

    from edgebox.store.connection import Connections
    from edgebox.store.views import ConsultationState

Edited = Literal["open", "accepted", "unchanged", "changed", "material"]
EDITED: tuple[Edited, ...] = get_args(Edited)
WINDOW = 5_000
"""Rows that one page looks at. The first look is at a few, each further one at ten times more."""
_FIRST_LOOK = 200

_WHERE_EDITED: dict[Edited, str] = {
    "open": "r.draft_id IS NULL",
    "accepted": "r.draft_id IS NOT NULL",
    "unchanged": "r.changed = 0",
    "changed": "r.changed > 0",
    "material": "r.material = 1",
}
# In this order the rows of the client's batches come without being sorted, and without a look at
# their texts: every column is in one of the two indexes, but for the time of the batch.
_OF_CLIENT = (
    "SELECT b.row_id AS batch, b.created_at, c.position, c.row_id, c.state, c.operator"
    " FROM batches b INDEXED BY batches_of_client"
    " CROSS JOIN consultations c INDEXED BY consultations_listed ON c.batch_id = b.batch_id"
)
_OF_ID = (
    "SELECT b.row_id AS batch, b.created_at, c.position, c.row_id, c.state, c.operator"
    " FROM consultations c INDEXED BY consultations_by_id CROSS JOIN batches b USING (batch_id)"
)
_ORDER = "ORDER BY batch DESC, position DESC"
_LISTED = (
    "SELECT f.batch, f.position, f.row_id, f.created_at, f.state, f.operator, f.score, f.flags,"
    " f.changed, f.material, c.consultation_id, c.error_code,"
    " c.result ->> '$.titles.descriptive' AS title, c.result ->> '$.status' AS status"
)


class Cursor(NamedTuple):
    """Where a page ended: its last row's batch and its place in it."""

    batch: int
    position: int


@dataclass(frozen=True)
class Filter:
    """What to list; None is everything.

    Attributes:
        consultation_id: the client's own id.
        since: handed in at this time or later, Unix seconds.
        until: handed in before this time.
        operator: whose call it was.
        state: of the consultation.
        score_below: a score lower than this.
        flag: one of the score's flags; empty for any.
        edited: what became of the record; ``open`` is not accepted.
    """

    consultation_id: str | None = None
    since: float | None = None
    until: float | None = None
    operator: str | None = None
    state: ConsultationState | None = None
    score_below: float | None = None
    flag: str | None = None
    edited: Edited | None = None


@dataclass(frozen=True)
class Listed:
    """A row of the list.

    Attributes:
        row_id: of the consultation.
        consultation_id: the client's own id.
        created_at: when it was handed in, Unix seconds.
        state: of the consultation.
        nothing_said: it has no content.
        operator: whose call it was, if that is known.
        title: None without an analysis.
        error_code: of a failed one.
        score: None without an analysis.
        flags: what the score found.
        changed: of the accepted record, 0 to 1; None while nobody has accepted it.
        material: likewise.
    """

    row_id: int
    consultation_id: str
    created_at: float
    state: ConsultationState
    nothing_said: bool
    operator: str | None
    title: str | None
    error_code: str | None
    score: float | None
    flags: tuple[str, ...]
    changed: float | None
    material: bool | None


@dataclass(frozen=True)
class Page:
    """Some rows, the newest first, and where to go on: None at the end.

    ``complete`` is False if rows were left to look at although the page is not full.
    """

    rows: list[Listed]
    following: Cursor | None
    complete: bool = True


@dataclass(frozen=True)
class Whole:
    """A consultation with its texts. Times are Unix seconds.

    Attributes:
        row_id: of the consultation.
        consultation_id: the client's own id.
        batch_id: it came in this batch.
        state: of the consultation.
        operator: whose call it was, if that is known.
        created_at: when it was handed in.
        ended_at: when its analysis ended.
        processing_time: seconds.
        call_date: ``2025-09-13``, if it is known.
        metadata: the client's.
        result: as ``Consultations.finish`` was given it; None without one.
        error_code: of a failed one.
        error_detail: of a failed one.
        transcript: as received; None once retention has removed it.
        results_removed: whether retention has removed the result.
    """

    row_id: int
    consultation_id: str
    batch_id: str
    state: ConsultationState
    operator: str | None
    created_at: float
    ended_at: float | None
    processing_time: float | None
    call_date: str | None
    metadata: dict[str, Any]
    result: dict[str, Any] | None
    error_code: str | None
    error_detail: str | None
    transcript: str | None
    results_removed: bool


class Listing:
    """Reads consultations for the people of one client. Calls block."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def page(
        self, client_id: str, wanted: Filter, *, limit: int = 50, before: Cursor | None = None
    ) -> Page:
        """Return the newest consultations that match.

        Args:
            client_id: whose they are.
            wanted: the filter.
            limit: how many; at least 1.
            before: ``following`` of the page before.
        """
        with self._connections.snapshot() as db:
            look = _FIRST_LOOK
            while True:
                found, last = _look(db, client_id, wanted, before, _Size(look, limit + 1))
                if len(found) > limit:
                    end = found[limit - 1]
                    rows = [_listed(row) for row in found[:limit]]
                    return Page(rows, Cursor(end["batch"], end["position"]))
                if last is None:  # everything was looked at
                    return Page([_listed(row) for row in found], None)
                if look >= WINDOW:
                    return Page([_listed(row) for row in found], last, complete=False)
                look = min(WINDOW, look * 10)

    def whole(self, client_id: str, row_id: int) -> Whole:
        """Return one consultation.

        Raises:
            NotFound: there is none, or it is another client's.
        """
        rows = self._connections.rows(
            "SELECT c.row_id, c.consultation_id, c.batch_id, c.state, c.operator, c.created_at,"
            " c.ended_at, c.processing_time, c.call_date, c.metadata, c.result, c.error_code,"
            " c.error_detail, c.transcript, b.transcripts_removed_at, b.results_removed_at"
            " FROM consultations c JOIN batches b USING (batch_id)"
            " WHERE c.row_id = :row_id AND b.client_id = :client_id",
            {"row_id": row_id, "client_id": client_id},
        )
        if not rows:
            raise NotFound("There is no such consultation.")
        row = rows[0]
        removed = row.pop("results_removed_at") is not None
        if row.pop("transcripts_removed_at") is not None:
            row["transcript"] = None
        row["metadata"] = json.loads(row["metadata"])
        row["result"] = None if removed or row["result"] is None else json.loads(row["result"])
        return Whole(**row, results_removed=removed)

    def operators_of(self, client_id: str) -> list[str]:
        """Return the people whose calls were handed in lately, by name."""
        rows = self._connections.rows(
            f"SELECT DISTINCT operator FROM ({_OF_CLIENT} WHERE b.client_id = :client"  # noqa: S608
            f" {_ORDER} LIMIT {WINDOW}) WHERE operator IS NOT NULL ORDER BY operator",
            {"client": client_id},
        )
        return [row["operator"] for row in rows]


class _Size(NamedTuple):
    """How many rows to look at, and how many to return at most."""

    window: int
    limit: int


def _look(
    db: Database, client_id: str, wanted: Filter, before: Cursor | None, size: _Size
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Return what matches among the next rows, and the last of them if there were enough."""
    conditions = ["b.client_id = :client"]
    if before is not None:
        conditions.append("b.row_id <= :batch AND (b.row_id < :batch OR c.position < :position)")
    conditions += _if_given(wanted, _LOOKED_AT)
    source = _OF_CLIENT if wanted.consultation_id is None else _OF_ID
    rows = f"{source} WHERE {' AND '.join(conditions)} {_ORDER} LIMIT :window"
    matching = [*_if_given(wanted, _AMONG)]
    if wanted.flag:
        matching.append("EXISTS (SELECT 1 FROM json_each(q.flags) WHERE value = :flag)")
    elif wanted.flag is not None:
        matching.append("q.flags <> '[]'")
    if wanted.edited is not None:
        matching.append(_WHERE_EDITED[wanted.edited])
    values = {
        **vars(wanted),
        "client": client_id,
        "window": size.window,
        "limit": size.limit,
        "batch": before and before.batch,
        "position": before and before.position,
    }
    found = db.query(
        f"{_LISTED} FROM (SELECT s.*, q.score, q.flags, r.changed, r.material FROM ({rows}) s"  # noqa: S608 - constants of this module
        " LEFT JOIN scores q ON q.row_id = s.row_id"
        " LEFT JOIN reviews r ON r.draft_id = 'record-' || s.row_id"
        f" WHERE {' AND '.join(matching) or 'TRUE'} {_ORDER} LIMIT :limit) f"
        " CROSS JOIN consultations c ON c.row_id = f.row_id ORDER BY f.batch DESC, f.position DESC",
        values,
    )
    listed = list(found)
    last = db.execute(
        f"SELECT batch, position FROM ({rows}) LIMIT 1 OFFSET :window - 1",  # noqa: S608
        values,
    ).fetchone()
    return listed, None if last is None else Cursor(*last)


_LOOKED_AT = {
    "consultation_id": "c.consultation_id = :consultation_id",
    "since": "b.created_at >= :since",
    "until": "b.created_at < :until",
}
"""Conditions on what is looked at: those that a batch, or the index of ids, answers."""
_AMONG = {
    "operator": "s.operator = :operator",
    "state": "s.state = :state",
    "score_below": "q.score < :score_below",
}


def _if_given(wanted: Filter, conditions: dict[str, str]) -> Iterator[str]:
    return (sql for name, sql in conditions.items() if getattr(wanted, name) is not None)


def _listed(row: dict[str, Any]) -> Listed:
    row = {name: value for name, value in row.items() if name not in Cursor._fields}
    nothing_said = row.pop("status") == "no_content"
    flags = tuple(json.loads(row.pop("flags") or "[]"))
    material = row.pop("material")
    return Listed(
        **row,
        nothing_said=nothing_said,
        flags=flags,
        material=None if material is None else bool(material),
    )
