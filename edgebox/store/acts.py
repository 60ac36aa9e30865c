"""Acts, and how they are written into the audit: who did what, from where.

A row is written in the transaction of the act that it tells of. It never holds text of a call.
Each row carries a hash of the row before it and of its own content.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from edgebox.store.connection import to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

Action = Literal[
    "audit.export",
    "audit.remove",
    "batches.list",
    "batches.retry",
    "batches.submit",
    "callbacks.resend",
    "config.write",
    "keys.allow",
    "keys.callbacks",
    "keys.create",
    "keys.disable",
    "keys.enable",
    "keys.require",
    "keys.rotate",
    "models.remove",
    "models.trust",
    "models.use",
    "operators.add",
    "operators.change",
    "operators.disable",
    "operators.enable",
    "operators.import",
    "operators.password",
    "operators.reset",
    "records.read",
    "restore",
    "results.read",
    "review.export",
    "reviews.accept",
    "session.locked",
    "session.login",
    "session.logout",
    "session.prove",
    "session.refused",
    "transcripts.read",
    "view.audit",
    "view.batches",
    "view.call",
    "view.callbacks",
    "view.clients",
    "view.consultation",
    "view.consultations",
    "view.operators",
    "view.quality",
    "view.refused",
    "view.usage",
]

FIRST = "0" * 64
"""What stands for the hash of the row before the first one."""
COLUMNS = "id, at, operator, address, action, client_id, subject, detail"


@dataclass(frozen=True)
class Actor:
    """Who acts, and from where.

    Attributes:
        operator: a person's name: of their account, or at the shell; None for a program.
        address: the peer's address, or ``shell`` on the box itself; None for the box's own acts.
    """

    operator: str | None = None
    address: str | None = None


BOX = Actor()


@dataclass(frozen=True)
class Act:
    """One act, not yet written.

    Attributes:
        at: Unix seconds.
        by: who acted.
        action: what was done.
        client_id: whose data it concerns.
        subject: what it was done to: an id, a name, a file.
        detail: JSON: counts and names, never text of a call.
    """

    at: float
    by: Actor
    action: Action
    client_id: str | None = None
    subject: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def append(db: Database, acts: Sequence[Act]) -> None:
    """Write acts behind the last row. ``db`` is inside the write transaction of the acts."""
    last, previous = end_of(db)
    rows = []
    for number, act in enumerate(acts, last + 1):
        content = [
            number,
            act.at,
            _clean(act.by.operator),
            _clean(act.by.address),
            act.action,
            _clean(act.client_id),
            _clean(act.subject),
            to_json(act.detail),
        ]
        previous = chained(previous, content)
        rows.append((*content, previous))
    db.conn.executemany(
        f"INSERT INTO audit ({COLUMNS}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        rows,
    )


def chained(previous: str, content: Sequence[Any]) -> str:
    """Return the hash of a row.

    Args:
        previous: the hash of the row before it; FIRST where there never was one.
        content: its columns in order, from ``id`` to ``detail``, which is JSON text.
    """
    return hashlib.sha256(f"{previous}\n{to_json(content)}".encode()).hexdigest()


def end_of(db: Database) -> tuple[int, str]:
    """Return (id, hash) of the last row, also of one that retention has removed since."""
    row = db.execute("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else start_of(db)


def start_of(db: Database) -> tuple[int, str]:
    """Return (id, hash) of the last row that retention removed; (0, FIRST) where it never did."""
    row = db.execute("SELECT removed_through, hash FROM audit_start").fetchone()
    return row[0], row[1]


def _clean(text: str | None) -> str | None:
    """Return the text with what UTF-8 cannot carry escaped: a file's name may be any bytes."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode()
