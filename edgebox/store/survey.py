"""A survey of the database in any state, for the doctor and for support.

It is read-only and holds no text of a call: numbers, codes, dates and our own ids.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlite_utils import Database

from edgebox.errors import StoreError
from edgebox.store.connection import translated
from edgebox.store.migrations import SCHEMA_VERSION, migrations

if TYPE_CHECKING:
    from pathlib import Path

_LOOKED_INTO = {"batches", "consultations", "outbox", "runs"}


@dataclass(frozen=True)
class Failures:
    """Failures of one kind. ``last_batch`` is the newest batch that has one."""

    kind: str
    count: int
    last_batch: str


@dataclass(frozen=True)
class Survey:
    """The findings. Times are Unix seconds.

    Attributes:
        schema: the file's version; ``known_schema`` is this program's.
        applied: names of the applied migrations, in order.
        pending: names of the others.
        rows: how many each table has.
        last_noted: the latest past time in any row.
        failed: consultations that failed, by error code.
        late: callbacks that wait after failed attempts, by error.
        open_runs: runs that began and did not end: (run_id, when).
        backwards: how many runs ended before they began.
    """

    schema: int
    known_schema: int
    applied: tuple[str, ...]
    pending: tuple[str, ...]
    rows: dict[str, int]
    last_noted: float | None = None
    failed: tuple[Failures, ...] = ()
    late: tuple[Failures, ...] = ()
    open_runs: tuple[tuple[int, float], ...] = ()
    backwards: int = 0


def survey(path: Path, since: float) -> Survey:
    """Return what the database file shows.

    Args:
        path: of an existing file.
        since: Unix seconds; earlier failures are ignored.

    Raises:
        StoreError: it is not a database, or cannot be read.
    """
    if not path.is_file():
        raise StoreError(f"{path} is not a file.")  # to open a pipe would never end
    with translated():
        conn = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=2.0)
        with closing(conn):
            db = Database(conn, execute_plugins=False)
            schema = conn.execute("PRAGMA user_version").fetchone()[0]
            tables = set(db.table_names())
            found = Survey(
                schema,
                SCHEMA_VERSION,
                tuple(one.name for one in migrations.applied(db)),
                tuple(one.name for one in migrations.pending(db)),
                {name: db[name].count for name in sorted(tables) if not name.startswith("_")},
            )
            return _looked_into(conn, found, since) if tables >= _LOOKED_INTO else found


def _looked_into(conn: sqlite3.Connection, found: Survey, since: float) -> Survey:
    noted = conn.execute(
        "SELECT MAX(at) FROM (SELECT MAX(created_at) AS at FROM batches"
        " UNION ALL SELECT MAX(completed_at) FROM batches"
        " UNION ALL SELECT MAX(started_at) FROM runs UNION ALL SELECT MAX(finished_at) FROM runs)"
    ).fetchone()[0]
    failed = conn.execute(
        "SELECT error_code, COUNT(*), MAX(batch_id) FROM consultations"
        " WHERE state = 'failed' AND ended_at >= ? GROUP BY error_code ORDER BY 2 DESC",
        (since,),
    ).fetchall()
    late = conn.execute(
        "SELECT COALESCE(last_error, 'status ' || last_status), COUNT(*), MAX(batch_id)"
        " FROM outbox WHERE state = 'pending' AND attempts > 0 AND last_error IS NOT NULL"
        " GROUP BY 1 ORDER BY 2 DESC"
    ).fetchall()
    runs = conn.execute(
        "SELECT run_id, started_at FROM runs WHERE finished_at IS NULL ORDER BY run_id"
    ).fetchall()
    backwards = conn.execute(
        "SELECT COUNT(*) FROM runs WHERE finished_at < started_at AND started_at >= ?", (since,)
    ).fetchone()[0]
    return Survey(
        found.schema,
        found.known_schema,
        found.applied,
        found.pending,
        found.rows,
        noted,
        tuple(Failures(*row) for row in failed),
        tuple(Failures(*row) for row in late),
        tuple(runs),
        backwards,
    )
