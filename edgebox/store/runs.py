"""Runs: each pass over the backlog, its trigger and its counts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox.store.connection import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from edgebox.store.connection import Connections


@dataclass(frozen=True)
class Run:
    """A run. Times are Unix seconds; ``finished_at`` stays None if the run was cut short."""

    run_id: int
    trigger: str
    started_at: float
    finished_at: float | None
    counts: dict[str, int]


class Runs:
    """The ``runs`` table.

    Args:
        connections: to the database.
        clock: Unix seconds.
    """

    def __init__(self, connections: Connections, *, clock: Callable[[], float]) -> None:
        self._connections = connections
        self._clock = clock

    def start(self, trigger: str, now: float) -> int:
        """Record the start of a run and return its run_id.

        Args:
            trigger: a word for what started it.
            now: Unix seconds.
        """
        with self._connections.transaction() as db:
            rows = db.query(
                "INSERT INTO runs (trigger, started_at) VALUES (:trigger, :now) RETURNING run_id",
                {"trigger": trigger, "now": now},
            )
            return int(next(rows)["run_id"])

    def finish(self, run_id: int, counts: Mapping[str, int]) -> None:
        """Record the end of a run, and how many consultations ended in which way."""
        with self._connections.transaction() as db:
            db.execute(
                "UPDATE runs SET finished_at = :now, counts = :counts WHERE run_id = :run_id",
                {"run_id": run_id, "counts": to_json(dict(counts)), "now": self._clock()},
            )

    def last(self) -> Run | None:
        """Return the run that started last, or None."""
        newest = self.recent(1)
        return newest[0] if newest else None

    def recent(self, n: int) -> list[Run]:
        """Return the last ``n`` runs, newest first."""
        rows = self._connections.rows(
            "SELECT run_id, trigger, started_at, finished_at, counts FROM runs"
            " ORDER BY run_id DESC LIMIT :n",
            {"n": n},
        )
        return [Run(**{**row, "counts": json.loads(row["counts"])}) for row in rows]
