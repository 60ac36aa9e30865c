"""The backlog: what waits of each client, and in which order it is claimed.

What somebody waits for comes first, whatever else there is; among that the clients take turns too.
After WANTED_IN_A_ROW of these it is once another client's turn, if one has anything at all: a
client that ends calls without a pause does not keep the others' batches waiting for ever.
Within a client the oldest consultation comes first. Among the clients that have one, it is the turn
of the client whose last claim is the longest ago. The turns are in ``counters``, so they outlive a
restart.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from edgebox.store.counters import count_up

if TYPE_CHECKING:
    from sqlite_utils import Database

# An open batch has its transcripts, so the second condition changes nothing; with it, SQLite uses
# the index batches_with_transcripts and does not read a year of batches.
_OPEN_BATCH = "b.completed_at IS NULL AND b.transcripts_removed_at IS NULL"

# A consultation that waits, or was claimed by a worker whose lease has run out. The SQL here is
# built from constants only; values are always parameters (S608).
CLAIMABLE = (
    "c.state IN ('pending', 'running')"
    " AND (c.state = 'pending' OR COALESCE(c.lease_until, 0) <= :now)"
)

WANTED_IN_A_ROW = 4

_HEAD = f"""
    WITH clients_with_work AS (
        SELECT b.client_id, MIN(b.row_id) AS oldest_batch
        FROM batches b WHERE {_OPEN_BATCH} GROUP BY b.client_id
    ), heads AS MATERIALIZED (
        SELECT w.client_id, (
            SELECT c.row_id FROM batches b CROSS JOIN consultations c USING (batch_id)
            WHERE b.client_id = w.client_id AND b.row_id >= w.oldest_batch
                AND b.completed_at IS NULL AND {CLAIMABLE}
                AND c.row_id NOT IN (SELECT value FROM json_each(:holding))
            ORDER BY b.row_id, c.position LIMIT 1
        ) AS row_id
        FROM clients_with_work w
    )
    SELECT heads.client_id, c.row_id, c.batch_id, c.attempts, c.crashes
    FROM heads JOIN consultations c USING (row_id)
        LEFT JOIN counters t ON t.name = 'turn/' || heads.client_id
    ORDER BY COALESCE(t.value, 0), c.row_id LIMIT 1
"""  # noqa: S608

_WANTED_HEAD = f"""
    SELECT b.client_id, c.row_id, c.batch_id, c.attempts, c.crashes
    FROM consultations c JOIN batches b USING (batch_id)
        LEFT JOIN counters t ON t.name = 'turn/' || b.client_id
    WHERE c.wanted = 1 AND {CLAIMABLE}
        AND c.row_id NOT IN (SELECT value FROM json_each(:holding))
    ORDER BY COALESCE(t.value, 0), c.row_id LIMIT 1
"""  # noqa: S608

# A batch's consultations were inserted together: their row ids follow each other, in the order of
# the index consultations_open, which alone is read for the counts.
_OPEN_OF_BATCHES = f"""
    SELECT b.client_id, b.row_id,
        (SELECT COUNT(*) FROM consultations c WHERE c.state IN ('pending', 'running')
            AND c.row_id >= f.row_id AND c.row_id < f.row_id + b.total),
        (SELECT SUM(c.characters) FROM consultations c WHERE c.state IN ('pending', 'running')
            AND c.row_id >= f.row_id AND c.row_id < f.row_id + b.total)
    FROM batches b CROSS JOIN consultations f ON f.batch_id = b.batch_id AND f.position = 0
    WHERE {_OPEN_BATCH} ORDER BY b.client_id, b.row_id
"""  # noqa: S608


class Head(NamedTuple):
    """The consultation whose turn it is.

    ``attempts`` and ``crashes`` are those that were counted until now.
    """

    client_id: str
    row_id: int
    batch_id: str
    attempts: int
    crashes: int


def head(db: Database, now: float, holding: str, *, wanted_only: bool = False) -> Head | None:
    """Return the next consultation to claim, or None: first those that somebody waits for.

    Args:
        db: in the transaction of the claim.
        now: Unix seconds; leases that ended until then are over.
        holding: row ids that are not to be claimed, as a JSON array.
        wanted_only: none but these.
    """
    values = {"now": now, "holding": holding}
    row = wanted = db.execute(_WANTED_HEAD, values).fetchone()
    if not wanted_only and (wanted is None or _is_turn_of_others(db)):
        row = db.execute(_HEAD, values).fetchone()
        if wanted is not None and (row is None or row[0] == wanted[0]):
            row = wanted  # nobody else waits
    return None if row is None else Head(*row)


def _is_turn_of_others(db: Database) -> bool:
    return count_up(db, "wanted") % (WANTED_IN_A_ROW + 1) == 0


def take_turn(db: Database, client_id: str) -> None:
    """Put the client behind every other one; part of the transaction of its claim."""
    db.execute(
        "INSERT INTO counters (name, value) VALUES (:name, :turn)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        {"name": f"turn/{client_id}", "turn": count_up(db, "turn")},
    )


class _Line(NamedTuple):
    """The open batches of one client, oldest first, and what is open before each and after all."""

    batches: tuple[int, ...]
    counts: list[int]
    characters: list[int]

    def first(self, most: int) -> tuple[int, int]:
        """Return (consultations, characters) of the first ``most``.

        The characters of a part of a batch are its share of the batch's.
        """
        count = min(most, self.counts[-1])
        whole = bisect_right(self.counts, count) - 1
        characters = self.characters[whole]
        if beyond := count - self.counts[whole]:
            of = self.counts[whole + 1] - self.counts[whole]
            characters += (self.characters[whole + 1] - characters) * beyond // of
        return count, characters


class Backlog:
    """What is open, waiting or being analysed, when it was read. One query, whatever is asked.

    Args:
        db: a snapshot or a transaction.
    """

    def __init__(self, db: Database) -> None:
        self._lines: dict[str, _Line] = {}
        rows = db.execute(_OPEN_OF_BATCHES).fetchall()
        for client_id, of_client in groupby(rows, itemgetter(0)):
            _, batches, counts, characters = zip(*of_client, strict=True)
            self._lines[client_id] = _Line(
                batches,
                list(accumulate(counts, initial=0)),
                list(accumulate(characters, initial=0)),
            )

    def open_of(self, client_id: str) -> int:
        """Return how many consultations of a client are open."""
        line = self._lines.get(client_id)
        return line.counts[-1] if line else 0

    def ahead(self, client_id: str, batch: int) -> tuple[int, int]:
        """Return (consultations, characters) that are claimed before the last one of a batch.

        They are the client's own earlier ones, and of each other client as many as this client has
        turns until then. The batch's own are not counted. The characters are an estimate.

        Args:
            client_id: the batch's client.
            batch: the row id of an open batch.
        """
        own = self._lines[client_id]
        at = bisect_left(own.batches, batch)
        count, characters = own.counts[at], own.characters[at]
        turns = own.counts[at + 1]
        for other in self._lines.values():
            if other is not own:
                more = other.first(turns)
                count, characters = count + more[0], characters + more[1]
        return count, characters
