"""Retention: what is removed when its time is over, and what never is.

A batch's time begins when it is **settled**: its callback was delivered or given up
(``dead``), or the batch ended without one. While a consultation is open or a callback
waits, for any reason, nothing of the batch is removed. The time of a draft begins when it is made,
and that of what was accepted when it is accepted.

SQLite overwrites what is removed (``secure_delete``), but leaves copies where it had moved
rows between pages before. So a removal requests a compaction, which rewrites the file.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from edgebox.errors import StoreBusy
from edgebox.store import audit
from edgebox.store.connection import translated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlite_utils import Database

    from edgebox.store.connection import Connections

MOST_ROWS = 2000
MOST_CHARACTERS = 1_000_000
"""The most of one step: about 3 MB of Hangul, some tenths of a second of write lock."""

_CANDIDATES = 500

# The columns of an ended batch do not change, so the inner conditions only save a second look.
_SETTLED = """
    SELECT b.batch_id, b.total, b.completed_at,
           (SELECT SUM(characters) FROM consultations c WHERE c.batch_id = b.batch_id) AS characters
    FROM batches b LEFT JOIN outbox o ON o.batch_id = b.batch_id
    WHERE b.completed_at <= :before AND {condition} AND CASE
        WHEN b.callback_url IS NULL THEN b.completed_at
        WHEN o.state = 'delivered' THEN o.delivered_at
        WHEN o.state = 'dead' THEN o.dead_at
    END <= :before
    ORDER BY b.completed_at LIMIT :limit
"""
_WITH_TRANSCRIPTS = _SETTLED.format(condition="b.transcripts_removed_at IS NULL")
_WITH_RESULTS = _SETTLED.format(condition="b.results_removed_at IS NULL")
_EMPTY = _SETTLED.format(
    condition="b.transcripts_removed_at IS NOT NULL AND b.results_removed_at IS NOT NULL"
)
_OLD_KEYS = (
    "SELECT client_id, key FROM idempotency WHERE created_at <= :before"
    " ORDER BY created_at LIMIT :limit"
)
# The newest run stays: the next one is scheduled by it.
_OLD_RUNS = (
    "SELECT run_id FROM runs WHERE started_at <= :before"
    " AND run_id < (SELECT MAX(run_id) FROM runs) ORDER BY run_id LIMIT :limit"
)
_OLD_TEXTS = (
    "SELECT draft_id FROM {table} WHERE {at} <= :before AND content IS NOT NULL LIMIT :limit"
)
_OLD_DRAFT_TEXTS = _OLD_TEXTS.format(table="drafts", at="created_at")
_OLD_REVIEW_TEXTS = _OLD_TEXTS.format(table="reviews", at="at")
_OLD_DRAFTS = (
    "SELECT draft_id FROM drafts d WHERE created_at <= :before AND NOT EXISTS (SELECT 1"
    " FROM reviews r WHERE r.draft_id = d.draft_id AND r.at > :before)"
    " ORDER BY created_at LIMIT :limit"
)
_OLD_SPENDING = (
    "SELECT DISTINCT day FROM spending WHERE day < date(:before, 'unixepoch', 'localtime')"
    " ORDER BY day LIMIT :limit"
)
_OLD_FEEDBACK = (
    "SELECT client_id, what, subject FROM feedback WHERE at <= :before ORDER BY at LIMIT :limit"
)
_EMPTY_BATCH = {
    "transcripts": (
        "UPDATE consultations SET transcript = '' WHERE batch_id = :batch_id",
        "UPDATE batches SET transcripts_removed_at = :now WHERE batch_id = :batch_id",
    ),
    "results": (
        (
            "UPDATE consultations SET metadata = '{}', result = IIF(state = 'done', '{}', NULL)"
            " WHERE batch_id = :batch_id"
        ),
        "UPDATE batches SET results_removed_at = :now WHERE batch_id = :batch_id",
    ),
}
_TEXTS = ("transcripts", "results", "draft_texts", "review_texts")
_NEWEST_TIME = """
    SELECT MAX(at) FROM (
        SELECT MAX(started_at) AS at FROM runs
        UNION ALL SELECT MAX(completed_at) FROM batches
        UNION ALL SELECT created_at FROM
            (SELECT created_at FROM batches ORDER BY row_id DESC LIMIT 1)
    )
"""


@dataclass(frozen=True)
class Ages:
    """Seconds after which each kind is removed; None for never."""

    transcripts: float | None
    results: float | None
    records: float | None
    keys: float | None
    audit: float | None = None


@dataclass
class Removals:
    """How much was removed: batches of transcripts and of results, rows of the rest.

    ``draft_texts`` and ``review_texts`` are rows that lost their text and keep their figures;
    ``spending`` is days of sums.
    """

    transcripts: int = 0
    results: int = 0
    records: int = 0
    keys: int = 0
    runs: int = 0
    draft_texts: int = 0
    review_texts: int = 0
    drafts: int = 0
    spending: int = 0
    feedback: int = 0
    audit: int = 0

    def __iadd__(self, other: Removals) -> Self:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self

    def __bool__(self) -> bool:
        return any(vars(self).values())


@dataclass(frozen=True)
class RetentionState:
    """The stored state of retention. Times are Unix seconds.

    Attributes:
        trusted_at: the clock's last trusted time.
        seen_at: the clock's time at the last look.
        steady_since: when the clock jumped; None while it is trusted.
        compaction_wanted_at: the first removal of text since the last compaction.
        compacted_at: the last compaction.
    """

    trusted_at: float
    seen_at: float
    steady_since: float | None
    compaction_wanted_at: float | None
    compacted_at: float | None


class Retention:
    """The ``retention`` table, and the removals.

    Args:
        connections: to the database.
        path: of the database.
    """

    def __init__(self, connections: Connections, path: Path) -> None:
        self._connections = connections
        self._path = path

    def state(self) -> RetentionState | None:
        """Return the stored state, or None before the first ``remember``."""
        rows = self._connections.rows(
            "SELECT trusted_at, seen_at, steady_since, compaction_wanted_at, compacted_at"
            " FROM retention"
        )
        return RetentionState(**rows[0]) if rows else None

    def newest_time(self) -> float | None:
        """Return the newest time in batches and runs, or None on an empty box."""
        db = self._connections.current()
        with translated():
            newest: float | None = db.execute(_NEWEST_TIME).fetchone()[0]
        return newest

    def remember(self, *, trusted_at: float, seen_at: float, steady_since: float | None) -> None:
        """Store what was found of the clock."""
        with self._connections.transaction() as db:
            db.execute(
                "INSERT INTO retention (id, trusted_at, seen_at, steady_since)"
                " VALUES (1, :trusted_at, :seen_at, :steady_since)"
                " ON CONFLICT (id) DO UPDATE SET trusted_at = excluded.trusted_at,"
                " seen_at = excluded.seen_at, steady_since = excluded.steady_since",
                {"trusted_at": trusted_at, "seen_at": seen_at, "steady_since": steady_since},
            )

    def step(self, now: float, ages: Ages) -> Removals:
        """Remove a bounded part of what is due, in one transaction.

        Args:
            now: Unix seconds.
            ages: how long each kind is kept.

        Returns:
            What was removed; false if nothing was due.

        Raises:
            StoreBusy: nothing was removed.
        """
        with self._connections.snapshot() as db:  # reading takes no write lock
            if not any(_due(db, now, ages).values()) and not audit.is_due(db, now, ages.audit):
                return Removals()
        with self._connections.transaction() as db:
            due = _due(db, now, ages)
            for kind, statements in _EMPTY_BATCH.items():
                for batch in due[kind]:
                    for statement in statements:
                        db.execute(statement, {"batch_id": batch["batch_id"], "now": now})
            _delete(db, "batches", ("batch_id",), due["records"])
            _delete(db, "idempotency", ("client_id", "key"), due["keys"])
            _delete(db, "runs", ("run_id",), due["runs"])
            _forget_texts(db, "drafts", due["draft_texts"])
            _forget_texts(db, "reviews", due["review_texts"])
            _delete(db, "drafts", ("draft_id",), due["drafts"])
            _delete(db, "spending", ("day",), due["spending"])
            _delete(db, "feedback", ("client_id", "what", "subject"), due["feedback"])
            acts = audit.remove_old(db, now, ages.audit)
            if any(due[kind] for kind in _TEXTS):
                db.execute(
                    "UPDATE retention SET"
                    " compaction_wanted_at = COALESCE(compaction_wanted_at, :now)",
                    {"now": now},
                )
        return Removals(**{name: len(rows) for name, rows in due.items()}, audit=acts)

    def forget_log(self) -> bool:
        """Empty the write-ahead log, if there is one: it holds pages as they were.

        Returns:
            Whether the log is empty; False while a reader needs it.
        """
        db = self._connections.current()
        with translated():
            busy: int = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def compact(self, now: Callable[[], float]) -> None:
        """Rewrite the file without removed text and free space.

        Meanwhile no other connection can use the database (in WAL mode: write to it).

        Raises:
            StoreBusy: it is locked, or there is no room for a second copy. The file was not
                changed, and the request for a compaction counts from now.
        """
        try:
            self._require_room()
            db = self._connections.current()
            with translated():
                db.conn.execute("VACUUM")
        except StoreBusy:
            with self._connections.transaction() as db:
                db.execute("UPDATE retention SET compaction_wanted_at = :now", {"now": now()})
            raise
        with self._connections.transaction() as db:
            db.execute(
                "UPDATE retention SET compaction_wanted_at = NULL, compacted_at = :now",
                {"now": now()},
            )
        self.forget_log()

    def held_by_disabled(self, before: float) -> dict[str, int]:
        """Count each disabled client's waiting callbacks of batches that ended before a time."""
        rows = self._connections.rows(
            "SELECT b.client_id, COUNT(*) AS n FROM outbox o JOIN batches b USING (batch_id)"
            " JOIN clients c USING (client_id)"
            " WHERE o.state = 'pending' AND c.disabled AND b.completed_at <= :before"
            " GROUP BY b.client_id",
            {"before": before},
        )
        return {row["client_id"]: row["n"] for row in rows}

    def resendable(self) -> int:
        """Return how many dead callbacks still have results to send."""
        row = self._connections.rows(
            "SELECT COUNT(*) AS n FROM outbox o JOIN batches b USING (batch_id)"
            " WHERE o.state = 'dead' AND b.results_removed_at IS NULL"
        )[0]
        return int(row["n"])

    def _require_room(self) -> None:
        """Check the room for a copy and for the journal of putting it back, each a file's size."""
        needed = 2 * self._path.stat().st_size
        if shutil.disk_usage(self._path.parent).free < needed:
            raise StoreBusy(
                f"The database was not compacted: that needs {needed / 1e6:.0f} MB of free disk."
            )


_Due = dict[str, list[dict[str, Any]]]


def _due(db: Database, now: float, ages: Ages) -> _Due:
    """Return the rows of one step, by kind."""
    # A draft of a record is a copy of a result.
    texts = min((age for age in (ages.transcripts, ages.results) if age), default=None)
    return {
        "transcripts": _bounded(_old(db, _WITH_TRANSCRIPTS, now, ages.transcripts, _CANDIDATES)),
        "results": _bounded(_old(db, _WITH_RESULTS, now, ages.results, _CANDIDATES)),
        "records": _bounded(_old(db, _EMPTY, now, ages.records, _CANDIDATES)),
        "keys": _old(db, _OLD_KEYS, now, ages.keys, MOST_ROWS),
        "runs": _old(db, _OLD_RUNS, now, ages.records, MOST_ROWS),
        "draft_texts": _old(db, _OLD_DRAFT_TEXTS, now, texts, _CANDIDATES),
        "review_texts": _old(db, _OLD_REVIEW_TEXTS, now, texts, _CANDIDATES),
        "drafts": _old(db, _OLD_DRAFTS, now, ages.records, MOST_ROWS),
        "spending": _old(db, _OLD_SPENDING, now, ages.records, _CANDIDATES),
        "feedback": _old(db, _OLD_FEEDBACK, now, ages.records, MOST_ROWS),
    }


def _old(db: Database, sql: str, now: float, age: float | None, limit: int) -> list[dict[str, Any]]:
    if age is None:
        return []
    return list(db.query(sql, {"before": now - age, "limit": limit}))


def _bounded(batches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return as many as one step may take, and at least one: a batch is removed as a whole."""
    rows = characters = 0
    taken: list[dict[str, Any]] = []
    for batch in batches:
        rows += batch["total"]
        characters += batch["characters"]
        if taken and (rows > MOST_ROWS or characters > MOST_CHARACTERS):
            break
        taken.append(batch)
    return taken


def _forget_texts(db: Database, table: str, rows: list[dict[str, Any]]) -> None:
    db.execute(
        f"UPDATE {table} SET content = NULL"  # noqa: S608 - a name from this module
        " WHERE draft_id IN (SELECT value FROM json_each(:rows))",
        {"rows": json.dumps([row["draft_id"] for row in rows])},
    )


def _delete(db: Database, table: str, keys: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    """Delete the rows with these keys, and the rows that refer to them."""
    names = ", ".join(keys)
    values = ", ".join(f"value ->> '{key}'" for key in keys)
    db.execute(
        f"DELETE FROM {table} WHERE ({names}) IN (SELECT {values} FROM json_each(:rows))",  # noqa: S608 - names from this module
        {"rows": json.dumps([{key: row[key] for key in keys} for row in rows])},
    )
