"""Named counters: numbers that never decrease, even if rows are removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def count_up(db: Database, name: str) -> int:
    """Add one to the named counter and return it; the first is 1."""
    rows = db.query(
        "INSERT INTO counters (name, value) VALUES (:name, 1)"
        " ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
        {"name": name},
    )
    return int(next(rows)["value"])
