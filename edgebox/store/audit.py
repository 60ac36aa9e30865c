"""The audit: reading, verifying, removing what ``acts.append`` wrote.

Each row carries a hash of the row before it and of its own content, so a row that was changed,
removed or put between two others is found by ``verify``. A program that can write the file could
compute the whole chain anew: a last hash that is kept elsewhere shows that too.

SQL triggers refuse to change a row, and to remove one that retention has not released.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgebox.store.acts import BOX, COLUMNS, FIRST, Act, append, chained, end_of, start_of
from edgebox.store.connection import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlite_utils import Database

    from edgebox.store.acts import Action, Actor
    from edgebox.store.connection import Connections

MOST_ROWS = 2000
"""Rows that retention removes, and that a reader holds, at a time."""
WINDOW = 5_000
"""Rows that one page looks at."""
LEEWAY_SECONDS = 86_400.0
"""Rows are removed once the oldest is overdue by this, so that a removal, which is a row itself,
happens once a day and not at every tick."""


_MATCHES = (
    "at >= :since AND at < :until AND (:operator IS NULL OR operator = :operator)"
    " AND (:client IS NULL OR client_id = :client)"
    " AND (:action IS NULL OR action = :action OR action GLOB :action || '.*')"
)


@dataclass(frozen=True)
class AuditRow:
    """A row. ``previous`` is the hash of the row before it; the others are as in Act."""

    id: int
    at: float
    operator: str | None
    address: str | None
    action: str
    client_id: str | None
    subject: str | None
    detail: dict[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True)
class AuditFilter:
    """What to list; None is everything.

    Attributes:
        operator: what this person did.
        client: what concerns this client.
        action: this action, or all that begin with this word and a dot.
        since: at this time or later, Unix seconds.
        until: before this time.
    """

    operator: str | None = None
    client: str | None = None
    action: str | None = None
    since: float = 0.0
    until: float = float("inf")


@dataclass(frozen=True)
class Verdict:
    """What ``verify`` found.

    Attributes:
        rows: how many were looked at.
        first: the id of the first of them; None where there is none.
        last: the id of the last one.
        last_hash: its hash: of the whole audit, so to speak.
        fault: what is wrong; None if every row is as it was written.
    """

    rows: int
    first: int | None
    last: int | None
    last_hash: str
    fault: str | None


def remove_old(db: Database, now: float, age: float | None) -> int:
    """Remove rows from the beginning; write how many. ``db`` is inside a write transaction.

    Args:
        db: the database.
        now: Unix seconds.
        age: seconds that a row is kept; None for ever.

    Returns:
        How many were removed, at most MOST_ROWS; 0 as long as ``is_due`` is false.
    """
    if not is_due(db, now, age) or age is None:
        return 0
    through, last_hash, count = 0, FIRST, 0
    rows = db.execute("SELECT id, at, hash FROM audit ORDER BY id LIMIT ?", [MOST_ROWS]).fetchall()
    for number, at, digest in rows:
        if at > now - age:
            break
        through, last_hash, count = number, digest, count + 1
    # The trigger lets rows go that are released here.
    db.execute("UPDATE audit_start SET removed_through = ?, hash = ?", [through, last_hash])
    db.execute("DELETE FROM audit WHERE id <= ?", [through])
    first = through - count + 1
    append(db, [Act(now, BOX, "audit.remove", None, f"{first}-{through}", {"rows": count})])
    return count


def is_due(db: Database, now: float, age: float | None) -> bool:
    """Return whether ``remove_old`` would remove something."""
    if age is None:
        return False
    row = db.execute("SELECT at FROM audit ORDER BY id LIMIT 1").fetchone()
    return row is not None and row[0] <= now - age - LEEWAY_SECONDS


def carry_over(fresh: Database, present: Database) -> bool:
    """Give a restored database the rows that the present one has and the backup has not.

    Args:
        fresh: the restored one, inside a write transaction.
        present: the one that it replaces.

    Returns:
        Whether ``fresh`` now has every row of ``present``. It has not if ``present`` does not
        continue the audit of ``fresh``, as on another machine.
    """
    if not present["audit"].exists():
        return True
    last, last_hash = end_of(fresh)
    start, start_hash = start_of(present)
    if last == 0:
        fresh.execute("UPDATE audit_start SET removed_through = ?, hash = ?", [start, start_hash])
    elif last == start:
        if last_hash != start_hash:
            return False
    else:
        same = present.execute("SELECT hash FROM audit WHERE id = ?", [last]).fetchone()
        if same is None or same[0] != last_hash:
            return False
    rows = present.execute(f"SELECT {COLUMNS}, hash FROM audit WHERE id > ? ORDER BY id", [last])  # noqa: S608
    fresh.conn.executemany(
        f"INSERT INTO audit ({COLUMNS}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        rows,
    )
    return True


_Rows = list[AuditRow]
_Counts = list[tuple[str, str, int]]
_Names = list[str]


class Audit:
    """The ``audit`` table.

    Args:
        connections: to the database.
        clock: Unix seconds.
    """

    def __init__(self, connections: Connections, *, clock: Callable[[], float]) -> None:
        self._connections = connections
        self._clock = clock

    def append(self, acts: Sequence[Act]) -> None:
        """Write acts that have no transaction of their own, such as reads.

        Raises:
            StoreBusy: nothing was written.
        """
        with self._connections.transaction() as db:
            append(db, acts)

    def note(
        self, by: Actor, action: Action, *, subject: str | None = None, **detail: object
    ) -> None:
        """Write one act that is done outside the database, such as a change of a file.

        Raises:
            StoreBusy: nothing was written.
        """
        self.append([Act(self._clock(), by, action, None, subject, detail)])

    def list(
        self,
        *,
        client: str | None = None,
        action: str | None = None,
        since: float = 0.0,
        limit: int = 50,
    ) -> list[AuditRow]:
        """Return the newest rows first.

        Args:
            client: only rows about this client.
            action: only this action, or all that begin with this word and a dot.
            since: Unix seconds.
            limit: at most so many.
        """
        with self._connections.snapshot() as db:
            rows = db.execute(
                f"SELECT {COLUMNS}, hash, (SELECT hash FROM audit b WHERE b.id = a.id - 1)"  # noqa: S608
                " FROM audit a WHERE at >= :since AND (:client IS NULL OR client_id = :client)"
                " AND (:action IS NULL OR action = :action OR action GLOB :action || '.*')"
                " ORDER BY id DESC LIMIT :limit",
                {"since": since, "client": client, "action": action, "limit": limit},
            ).fetchall()
            before = start_of(db)[1]
        return [_row(row[:-1], row[-1] or before) for row in rows]

    def page(
        self, wanted: AuditFilter, *, limit: int = 50, before: int | None = None
    ) -> tuple[_Rows, int | None]:
        """Return the newest rows that match, and the id to go on before; None at the end.

        It looks at WINDOW rows at most, so a page may end early, or be empty, and yet go on.
        """
        with self._connections.snapshot() as db:
            first, last = _bounds(db, wanted)
            last = last if before is None else min(last, before - 1)
            first = max(first, last - WINDOW + 1)
            rows = db.execute(
                f"SELECT {COLUMNS}, hash, (SELECT hash FROM audit b WHERE b.id = a.id - 1)"  # noqa: S608
                f" FROM audit a WHERE id BETWEEN :first AND :last AND {_MATCHES}"
                " ORDER BY id DESC LIMIT :limit",
                {**vars(wanted), "first": first, "last": last, "limit": limit},
            ).fetchall()
            start = start_of(db)[1]
            more = first > _bounds(db, wanted)[0]
        found = [_row(row[:-1], row[-1] or start) for row in rows]
        if len(found) == limit and found[-1].id > first:
            return found, found[-1].id
        return found, first if more else None

    def counted(self, since: float, until: float) -> _Counts:
        """Return how often each person, or program, did what between two times (Unix seconds).

        Returns:
            (who, action, count), ordered: who is a name, ``client`` and the id of a program's, or
            empty for what the box did itself.
        """
        rows = self._connections.rows(
            "SELECT COALESCE(operator, IIF(address IS NULL, '', 'client ' || client_id), '')"
            " AS who, action, COUNT(*) AS n"
            " FROM audit WHERE at >= :since AND at < :until GROUP BY 1, 2 ORDER BY 1, 2",
            {"since": since, "until": until},
        )
        return [(row["who"], row["action"], row["n"]) for row in rows]

    def people(self) -> _Names:
        """Return the names of the people that the newest WINDOW rows tell of."""
        rows = self._connections.rows(
            "SELECT DISTINCT operator FROM (SELECT operator FROM audit ORDER BY id DESC"
            " LIMIT :window) WHERE operator IS NOT NULL ORDER BY operator",
            {"window": WINDOW},
        )
        return [row["operator"] for row in rows]

    def rows(self) -> Iterator[AuditRow]:
        """Yield the rows that there are now, the oldest first."""
        for row, previous in self._linked():
            yield _row(row, previous)

    def verify(self, newest: int | None = None) -> Verdict:
        """Compute the chain again.

        Args:
            newest: look at so many of the newest rows only.
        """
        count, first, last, last_hash, fault = 0, None, None, FIRST, None
        for row, previous in self._linked(newest):
            fault = fault or _fault(row, previous, last)
            count, last, last_hash = count + 1, row[0], row[-1]
            first = first or last
        with self._connections.snapshot() as db:
            end, given = end_of(db)[0], _highest_given(db)
        if fault is None and given > end:
            fault = f"Rows from {end + 1} to {given} are missing at the end."
        return Verdict(count, first, last, last_hash, fault)

    def _linked(self, newest: int | None = None) -> Iterator[tuple[tuple[Any, ...], str]]:
        """Yield the rows that there are now, each with the hash of the one before it.

        They are read in parts, because without WAL a writer waits for a reader.
        """
        with self._connections.snapshot() as db:
            highest = end_of(db)[0]
            after, previous = start_of(db)
            if newest is not None and highest - newest > after:
                after = highest - newest
                found = db.execute("SELECT hash FROM audit WHERE id = ?", [after]).fetchone()
                previous = found[0] if found else ""
            rows = _part(db, after, highest)
        while rows:
            for row in rows:
                yield row, previous
                after, previous = row[0], row[-1]
            with self._connections.snapshot() as db:
                rows = _part(db, after, highest)

    def holds(self, digest: str) -> bool:
        """Return whether a row has this hash."""
        return bool(
            self._connections.rows("SELECT 1 FROM audit WHERE hash = :hash", {"hash": digest})
        )


def _bounds(db: Database, wanted: AuditFilter) -> tuple[int, int]:
    """Return the first and the last id of the rows between the filter's times; (1, 0) of none."""
    row = db.execute(
        "SELECT MIN(id), MAX(id) FROM audit WHERE at >= :since AND at < :until", vars(wanted)
    ).fetchone()
    return (1, 0) if row[0] is None else (row[0], row[1])


def _part(db: Database, after: int, highest: int) -> list[tuple[Any, ...]]:
    rows = db.execute(
        f"SELECT {COLUMNS}, hash FROM audit WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",  # noqa: S608
        [after, highest, MOST_ROWS],
    )
    return list(rows)


def _fault(row: tuple[Any, ...], previous: str, last: int | None) -> str | None:
    number = row[0]
    if last is not None and number != last + 1:
        return f"Rows are missing between {last} and {number}."
    if chained(previous, row[:-1]) == row[-1]:
        return None
    return f"Row {number} is not as it was written, or rows are missing before it."


def _row(row: tuple[Any, ...], previous: str) -> AuditRow:
    number, at, operator, address, action, client_id, subject, detail, digest = row
    found = json.loads(detail)
    return AuditRow(
        number, at, operator, address, action, client_id, subject, found, previous, digest
    )


def _highest_given(db: Database) -> int:
    """Return the highest id that a row ever had: SQLite remembers it."""
    with translated():
        row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
    return int(row[0]) if row else 0
