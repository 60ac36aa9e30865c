"""Reviews: the drafts that people were shown, and what they accepted.

A draft of a record is not written when it is made: it is the consultation's result, and its id is
``record-`` with the consultation's row id. Accepting it writes it down.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from edgebox import __version__
from edgebox.errors import InvalidFields, NotFound
from edgebox.store.acts import BOX, Act, append
from edgebox.store.connection import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sqlite_utils import Database

    from edgebox.store.acts import Actor
    from edgebox.store.connection import Connections

Kind = Literal["summary", "record"]
FIELDS = ("customer", "agent", "result")
"""The texts of a record."""
MOST_CHARACTERS = 20_000
"""Of an accepted text, all its fields together."""

_RECORD = "record-"
_COLUMNS = (
    "draft_id, client_id, consultation_id, row_id, operator, kind, model, release, status, score,"
    " flags, created_at, content"
)
_SHOWN = (
    "SELECT d.draft_id, d.client_id, d.consultation_id, d.row_id, d.operator, d.kind, d.model,"
    " d.release, d.status, d.score, d.flags, d.created_at, d.content, r.operator AS by, r.changed,"
    " r.material, r.dropped, r.copied, r.seconds, r.at, r.content AS accepted"
    " FROM drafts d LEFT JOIN reviews r USING (draft_id)"
)
_OF_RESULT = (
    "SELECT c.row_id, c.consultation_id, c.state, c.operator, c.ended_at, c.result, c.error_code,"
    " c.error_detail, b.client_id FROM consultations c JOIN batches b USING (batch_id)"
)


@dataclass(frozen=True)
class Accepted:
    """What somebody accepted of a draft.

    Attributes:
        at: Unix seconds.
        operator: who; None for a program.
        changed: how much of the characters, 0 to 1.
        material: a number, a date, an amount or a name is another one, or much else is.
        dropped: fields that were left out.
        copied: whether it was copied into another system.
        seconds: from the draft's arrival on the screen to the acceptance.
        content: the texts by field; None once retention has removed them.
    """

    at: float
    operator: str | None
    changed: float
    material: bool
    dropped: tuple[str, ...]
    copied: bool
    seconds: float
    content: dict[str, str] | None


@dataclass(frozen=True)
class Draft:
    """What a model wrote and somebody was, or can be, shown.

    Attributes:
        draft_id: unique in the box.
        client_id: whose consultation it is.
        consultation_id: the client's own id.
        row_id: of a record: the consultation's row.
        operator: whose call it was, if that is known.
        kind: ``summary`` or ``record``.
        model: the model's name; empty where none wrote anything.
        release: of EdgeBox, which names the prompt as well.
        status: of a summary as the API answers it; of a record ``success``, ``no_content`` or
            ``failed``.
        score: of a record, 0 to 1.
        flags: of a record.
        at: when it was made, Unix seconds.
        content: of a summary ``text`` and whatever was shown with it; of a record ``summary``,
            ``keywords``, ``titles``, ``quality`` and ``evidence`` as in the contract's ``Success``,
            or ``error``. None once retention has removed it.
        accepted: None while nobody has accepted it.
    """

    draft_id: str
    client_id: str
    consultation_id: str
    row_id: int | None
    operator: str | None
    kind: Kind
    model: str
    release: str
    status: str
    score: float | None
    flags: tuple[str, ...]
    at: float
    content: dict[str, Any] | None
    accepted: Accepted | None = None

    def texts(self) -> dict[str, str]:
        """Return what can be edited, by field; empty if there is nothing, or not any more."""
        content = self.content or {}
        if self.kind == "record":
            return {name: content["summary"][name] for name in FIELDS if "summary" in content}
        return {"text": content["text"]} if "text" in content else {}


class Reviews:
    """The ``drafts`` and ``reviews`` tables.

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

    def draft(
        self,
        client_id: str,
        consultation_id: str,
        *,
        content: dict[str, Any],
        operator: str | None,
        model: str,
        status: str,
        draft_id: str | None = None,
    ) -> str:
        """Keep a summary that is shown, and return its draft_id.

        Args:
            client_id: an existing client.
            consultation_id: the client's own id.
            content: JSON with ``text``.
            operator: whose call it is.
            model: who wrote it.
            status: as the API answers it.
            draft_id: what screens know it by already; one that is kept stays as it is.

        Raises:
            StoreBusy: nothing was written.
        """
        draft_id = draft_id or f"draft_{self._token(12)}"
        made = Draft(
            draft_id=draft_id,
            client_id=client_id,
            consultation_id=consultation_id,
            row_id=None,
            operator=operator,
            kind="summary",
            model=model,
            release=__version__,
            status=status,
            score=None,
            flags=(),
            at=self._clock(),
            content=content,
        )
        with self._connections.transaction() as db:
            _insert(db, made)
        return draft_id

    def get(self, client_id: str, draft_id: str) -> Draft | None:
        """Return a draft, or None if there is none or it is another client's."""
        with self._connections.snapshot() as db:
            return _find(db, client_id, draft_id)

    def latest(self, client_id: str, consultation_id: str) -> list[Draft]:
        """Return the newest summary and the newest record of a consultation, those there are."""
        values = {"client_id": client_id, "consultation_id": consultation_id}
        with self._connections.snapshot() as db:
            summary = db.query(
                f"{_SHOWN} WHERE d.client_id = :client_id AND d.consultation_id = :consultation_id"
                " AND d.kind = 'summary' ORDER BY d.created_at DESC, d.rowid DESC LIMIT 1",
                values,
            )
            found = [_draft(row) for row in summary]
            ended = db.execute(
                "SELECT c.row_id FROM consultations c JOIN batches b USING (batch_id)"
                " WHERE c.consultation_id = :consultation_id AND b.client_id = :client_id"
                " AND c.state IN ('done', 'failed') ORDER BY c.row_id DESC LIMIT 1",
                values,
            ).fetchone()
            record = _find(db, client_id, f"{_RECORD}{ended[0]}") if ended else None
        return [*found, record] if record else found

    def accept(
        self,
        client_id: str,
        draft_id: str,
        *,
        content: dict[str, str],
        changed: float,
        material: bool,
        dropped: Collection[str] = (),
        copied: bool,
        seconds: float,
        by: Actor = BOX,
    ) -> Draft:
        """Keep what somebody accepted of a draft, in place of what was accepted of it before.

        Args:
            client_id: whose draft it is.
            draft_id: as ``draft`` or ``latest`` gave it.
            content: the texts by field: ``text``, or those of FIELDS that were not dropped.
            changed: as ``scoring.edits`` computes it.
            material: likewise.
            dropped: fields that were left out.
            copied: whether it was copied into another system.
            seconds: from the draft's arrival on the screen to the acceptance.
            by: who accepts it.

        Raises:
            NotFound: the client has no such draft.
            InvalidFields: the content has other fields, or more than MOST_CHARACTERS.
            StoreBusy: nothing was written.
        """
        with self._connections.transaction() as db:
            draft = _find(db, client_id, draft_id)
            if draft is None:
                raise NotFound("There is no such draft.")
            check_accepted(draft.kind, content, dropped)
            if draft.accepted is None and draft.kind == "record":
                _insert(db, draft)
            now = self._clock()
            accepted = Accepted(
                now, by.operator, changed, material, tuple(dropped), copied, seconds, content
            )
            db.execute(
                "INSERT OR REPLACE INTO reviews (draft_id, operator, changed, material, dropped,"
                " copied, seconds, at, content) VALUES (:draft_id, :operator, :changed, :material,"
                " :dropped, :copied, :seconds, :at, :content)",
                {
                    **vars(accepted),
                    "draft_id": draft_id,
                    "material": int(material),
                    "copied": int(copied),
                    "dropped": to_json(list(dropped)),
                    "content": to_json(content),
                },
            )
            detail = {"draft": draft_id, "kind": draft.kind, "material": material}
            act = Act(now, by, "reviews.accept", client_id, draft.consultation_id, detail)
            append(db, [act])
        return replace(draft, accepted=accepted)

    def record(self, client_id: str, consultation_id: str) -> Draft | None:
        """Return what was accepted of a consultation last: a record, or else a summary; or None."""
        rows = self._connections.rows(
            f"{_SHOWN} WHERE d.client_id = :client_id AND d.consultation_id = :consultation_id"
            " AND r.at IS NOT NULL ORDER BY d.kind = 'record' DESC, r.at DESC LIMIT 1",
            {"client_id": client_id, "consultation_id": consultation_id},
        )
        return _draft(rows[0]) if rows else None

    def drafts_of(self, client_id: str, consultation_id: str) -> Sequence[Draft]:
        """Return every draft of a consultation that was kept, the newest first."""
        rows = self._connections.rows(
            f"{_SHOWN} WHERE d.client_id = :client_id AND d.consultation_id = :consultation_id"
            " ORDER BY d.created_at DESC, d.rowid DESC LIMIT 50",
            {"client_id": client_id, "consultation_id": consultation_id},
        )
        return [_draft(row) for row in rows]


def _find(db: Database, client_id: str, draft_id: str) -> Draft | None:
    """Return a client's draft, or None: as it was kept, or as the consultation's result has it."""
    rows = list(
        db.query(
            f"{_SHOWN} WHERE d.draft_id = :draft_id AND d.client_id = :client_id",
            {"draft_id": draft_id, "client_id": client_id},
        )
    )
    if rows:
        return _draft(rows[0])
    number = draft_id.removeprefix(_RECORD)
    if number == draft_id or not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    ended = list(
        db.query(
            f"{_OF_RESULT} WHERE c.row_id = :row_id AND b.client_id = :client_id"
            " AND c.state IN ('done', 'failed')",
            {"row_id": int(number), "client_id": client_id},
        )
    )
    return _of_result(ended[0]) if ended else None


def _of_result(row: dict[str, Any]) -> Draft:
    """Return the draft that an ended consultation's result is."""
    result = json.loads(row["result"]) if row["result"] else {}
    quality = result.get("quality", {})
    if row["state"] == "failed":
        status = "failed"
        content: dict[str, Any] | None = {
            "error": {"code": row["error_code"], "detail": row["error_detail"] or ""}
        }
    else:
        status = result.get("status", "success")
        kept = ("summary", "keywords", "titles", "quality", "evidence")
        content = {name: result[name] for name in kept if name in result} if result else None
    return Draft(
        draft_id=f"{_RECORD}{row['row_id']}",
        client_id=row["client_id"],
        consultation_id=row["consultation_id"],
        row_id=row["row_id"],
        operator=row["operator"],
        kind="record",
        model=result.get("model_used", ""),
        release=__version__,
        status=status,
        score=result.get("quality_score"),
        flags=tuple(quality.get("flags", ())),
        at=row["ended_at"],
        content=content,
    )


def _draft(row: dict[str, Any]) -> Draft:
    accepted = None
    if row["at"] is not None:
        accepted = Accepted(
            at=row["at"],
            operator=row["by"],
            changed=row["changed"],
            material=bool(row["material"]),
            dropped=tuple(json.loads(row["dropped"])),
            copied=bool(row["copied"]),
            seconds=row["seconds"],
            content=None if row["accepted"] is None else json.loads(row["accepted"]),
        )
    return Draft(
        **{name: row[name] for name in _COLUMNS.split(", ")[:10]},
        flags=tuple(json.loads(row["flags"])),
        at=row["created_at"],
        content=None if row["content"] is None else json.loads(row["content"]),
        accepted=accepted,
    )


def _insert(db: Database, draft: Draft) -> None:
    names = _COLUMNS.split(", ")
    db.execute(
        f"INSERT OR IGNORE INTO drafts ({_COLUMNS})"  # noqa: S608 - names from this module
        f" VALUES ({', '.join(f':{name}' for name in names)})",
        {
            **{name: getattr(draft, name) for name in names[:10]},
            "flags": to_json(list(draft.flags)),
            "created_at": draft.at,
            "content": None if draft.content is None else to_json(draft.content),
        },
    )


def check_accepted(kind: Kind, content: dict[str, str], dropped: Collection[str]) -> None:
    """Refuse what cannot be accepted of a draft of this kind.

    Raises:
        InvalidFields: other fields, or more than MOST_CHARACTERS.
    """
    allowed = set(FIELDS) - set(dropped) if kind == "record" else {"text"}
    if set(content) != allowed or not set(dropped) <= set(FIELDS) or (dropped and kind != "record"):
        wanted = ", ".join(sorted(allowed))
        raise InvalidFields([("/content", f"Send these fields: {wanted}.")])
    if sum(map(len, content.values())) > MOST_CHARACTERS:
        raise InvalidFields([("/content", f"At most {MOST_CHARACTERS} characters.")])
    try:
        to_json(content)
    except ValueError:
        raise InvalidFields([("/content", "Holds a value that is not valid Unicode.")]) from None
