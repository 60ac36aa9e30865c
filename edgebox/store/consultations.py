"""The analysis of consultations: claim, renew, finish, and recovery after a crash."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgebox.contract.results import is_no_content
from edgebox.errors import LeaseLost
from edgebox.store import backlog, outbox
from edgebox.store.backlog import CLAIMABLE
from edgebox.store.connection import to_json
from edgebox.system.times import local_date

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from sqlite_utils import Database

    from edgebox.contract.results import Analysed, NothingSaid
    from edgebox.store.connection import Connections

MAX_CRASHES = 10
"""How often a worker may end while it holds one consultation before that one fails: more than
the attempts, because a worker mostly dies of something else (a power cut, ``kill``)."""


@dataclass(frozen=True)
class Claimed:
    """A consultation to analyse, until its lease ends.

    Attributes:
        attempts: this one included; those of crashed workers are not.
        accepted_at: Unix seconds.
        crashes: how often a worker ended while it held the consultation.
        call_date: the day of the call, if it is known.
        wanted: somebody waits for the result.
    """

    row_id: int
    batch_id: str
    client_id: str
    consultation_id: str
    transcript: str
    metadata: dict[str, Any]
    lease_token: str
    attempts: int
    crashes: int = 0
    call_date: dt.date | None = None
    wanted: bool = False
    accepted_at: float = 0.0


class Consultations:
    """The ``consultations`` table.

    A claim gives a lease and a token. A caller whose token is no longer the row's has
    lost the consultation: LeaseLost, and nothing is written. A lease that has run out
    stays valid until the next claim takes the consultation.

    Args:
        connections: to the database.
        clock: Unix seconds.
        token: makes n random bytes, as hex.

    Attributes:
        poisoned: how many ``claim`` has ended as poison.
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
        self.poisoned = 0

    def pending_count(self) -> int:
        """Return how many could be claimed now: pending ones and expired leases."""
        row = self._connections.rows(
            f"SELECT COUNT(*) AS n FROM consultations c WHERE {CLAIMABLE}",  # noqa: S608
            {"now": self._clock()},
        )[0]
        return int(row["n"])

    def running_count(self) -> int:
        """Return how many a worker holds now."""
        row = self._connections.rows(
            # Both conditions: the first is that of the index consultations_open.
            "SELECT COUNT(*) AS n FROM consultations WHERE state IN ('pending', 'running')"
            " AND state = 'running' AND COALESCE(lease_until, 0) > :now",
            {"now": self._clock()},
        )[0]
        return int(row["n"])

    def open_count(self) -> int:
        """Return how many have not ended: those that wait and those that are analysed."""
        row = self._connections.rows(
            "SELECT COUNT(*) AS n FROM consultations WHERE state IN ('pending', 'running')"
        )[0]
        return int(row["n"])

    def oldest_pending_at(self) -> float | None:
        """Return when the oldest claimable one was submitted (Unix seconds), or None."""
        row = self._connections.rows(
            f"SELECT MIN(created_at) AS at FROM consultations c WHERE {CLAIMABLE}",  # noqa: S608
            {"now": self._clock()},
        )[0]
        oldest: float | None = row["at"]
        return oldest

    def wanted_count(self) -> int:
        """Return how many of those that could be claimed now somebody waits for."""
        row = self._connections.rows(
            f"SELECT COUNT(*) AS n FROM consultations c WHERE c.wanted = 1 AND {CLAIMABLE}",  # noqa: S608
            {"now": self._clock()},
        )[0]
        return int(row["n"])

    def counts(self) -> dict[str, int]:
        """Return how many there are in each state; every state is named."""
        rows = self._connections.rows(
            "SELECT state, COUNT(*) AS n FROM consultations GROUP BY state"
        )
        return {"pending": 0, "running": 0, "done": 0, "failed": 0} | {
            row["state"]: row["n"] for row in rows
        }

    def claim(
        self,
        limit: int,
        lease_seconds: float,
        max_attempts: int,
        *,
        holding: Iterable[int] = (),
        wanted_only: bool = False,
    ) -> list[Claimed]:
        """Claim consultations whose turn it is, each for ``lease_seconds``.

        Those that somebody waits for come first. The clients take turns (``store/backlog.py``).
        One that was tried ``max_attempts`` times, or that ``MAX_CRASHES`` workers held when they
        ended, is not claimed again: when its turn comes, it fails with the code ``poison``.

        Args:
            limit: at most this many.
            lease_seconds: no other claim takes them for this long; ``renew`` extends it.
            max_attempts: attempts before a consultation fails.
            holding: row ids that the caller already holds: never claimed again, even if the
                clock jumped past the end of their leases.
            wanted_only: none but those that somebody waits for.

        Returns:
            Those of one client oldest first; empty if nothing waits.
        """
        now, held = self._clock(), set(holding)
        token = self._token(16)
        claimed: list[Claimed] = []
        poisoned = 0
        with self._connections.transaction() as db:
            while len(claimed) < limit:
                holding_now = to_json(sorted(held))
                head = backlog.head(db, now, holding_now, wanted_only=wanted_only)
                if head is None:
                    break
                if head.attempts >= max_attempts or head.crashes >= MAX_CRASHES:
                    _end_as_poison(db, head, now, tried_out=head.attempts >= max_attempts)
                    poisoned += 1
                    continue
                backlog.take_turn(db, head.client_id)
                claimed.append(_claim(db, head, token, now + lease_seconds))
                held.add(head.row_id)
        self.poisoned += poisoned
        return claimed

    def recover(self) -> int:
        """Take back what earlier workers held when they ended, even if their leases still run.

        Only for a worker at its start: there is one at a time, so the holders are gone. The
        attempts do not count, the crashes do.

        Returns:
            How many consultations.
        """
        with self._connections.transaction() as db:
            return db.execute(
                "UPDATE consultations SET lease_until = 0, attempts = MAX(attempts - 1, 0),"
                " crashes = crashes + 1 WHERE state = 'running' AND lease_until > 0"
            ).rowcount

    def renew(self, row_id: int, lease_token: str, lease_seconds: float) -> None:
        """Extend the lease to ``lease_seconds`` from now.

        Raises:
            LeaseLost: another worker holds the consultation.
        """
        with self._connections.transaction() as db:
            _update_leased(
                db,
                row_id,
                lease_token,
                "lease_until = :until",
                {"until": self._clock() + lease_seconds},
            )

    def finish(self, row_id: int, lease_token: str, result: Analysed | NothingSaid) -> None:
        """Store the analysis; the batch's last one also arms its callback, in one transaction.

        Raises:
            LeaseLost: another worker holds the consultation; nothing is written.
        """
        self._end(
            row_id,
            lease_token,
            "state = 'done', result = :result, processing_time = :processing_time",
            {"result": to_json(result), "processing_time": result.get("processing_time")},
            result,
        )

    def fail(
        self,
        row_id: int,
        lease_token: str,
        code: str,
        detail: str,
        *,
        processing_time: float | None = None,
    ) -> None:
        """End a consultation as failed, for good.

        Args:
            row_id: the claim's.
            lease_token: the claim's.
            code: a word for programs.
            detail: a line for people, without any of the transcript.
            processing_time: seconds spent, if any.

        Raises:
            LeaseLost: another worker holds the consultation; nothing is written.
        """
        self._end(
            row_id,
            lease_token,
            "state = 'failed', error_code = :code, error_detail = :detail,"
            " processing_time = :processing_time",
            {"code": code, "detail": detail, "processing_time": processing_time},
        )

    def release(self, row_id: int, lease_token: str, *, refund_attempt: bool) -> None:
        """Put a consultation back into the backlog.

        Args:
            row_id: the claim's.
            lease_token: the claim's.
            refund_attempt: do not count the attempt, as when the worker stops.

        Raises:
            LeaseLost: another worker holds the consultation.
        """
        with self._connections.transaction() as db:
            batch_id = _update_leased(
                db,
                row_id,
                lease_token,
                "state = 'pending', lease_token = NULL, lease_until = NULL,"
                " attempts = attempts - :refund",
                {"refund": int(refund_attempt)},
            )
            set_open_state(db, batch_id)

    def _end(
        self,
        row_id: int,
        token: str,
        assignments: str,
        values: dict[str, Any],
        result: Analysed | NothingSaid | None = None,
    ) -> None:
        now = self._clock()
        with self._connections.transaction() as db:
            batch_id = _update_leased(
                db,
                row_id,
                token,
                f"{assignments}, ended_at = :now, lease_token = NULL, lease_until = NULL",
                {**values, "now": now},
            )
            if result is not None and not is_no_content(result):
                _keep_score(db, row_id, result)
            _end_batch_if_last(db, batch_id, now)


def _keep_score(db: Database, row_id: int, analysed: Analysed) -> None:
    if analysed.get("quality_score") is None:
        return
    db.execute(
        "INSERT OR REPLACE INTO scores (row_id, score, flags) VALUES (:row_id, :score, :flags)",
        {
            "row_id": row_id,
            "score": analysed["quality_score"],
            "flags": to_json(analysed["quality"]["flags"]),
        },
    )


def _claim(db: Database, head: backlog.Head, token: str, until: float) -> Claimed:
    [row] = db.query(
        "UPDATE consultations SET state = 'running', attempts = attempts + 1,"
        " lease_token = :token, lease_until = :until WHERE row_id = :row_id"
        " RETURNING row_id, batch_id, consultation_id, transcript, metadata, lease_token,"
        "  attempts, crashes, call_date, wanted, created_at AS accepted_at",
        {"row_id": head.row_id, "token": token, "until": until},
    )
    db.execute(
        "UPDATE batches SET state = 'running' WHERE batch_id = :batch_id AND state = 'queued'",
        {"batch_id": head.batch_id},
    )
    metadata = json.loads(row["metadata"])
    # One that was queued before migration 0004 has its date in the metadata alone.
    day = row["call_date"] or metadata.get("call_date")
    found = local_date(day) if isinstance(day, str) else None
    read = {"metadata": metadata, "call_date": found, "wanted": bool(row["wanted"])}
    return Claimed(**{**row, "client_id": head.client_id, **read})


def _end_as_poison(db: Database, head: backlog.Head, now: float, *, tried_out: bool) -> None:
    if tried_out:
        detail = f"It was tried {head.attempts} times and never finished."
    else:
        detail = f"The worker ended {head.crashes} times while it was analysed."
    db.execute(
        "UPDATE consultations SET state = 'failed', lease_token = NULL, lease_until = NULL,"
        " ended_at = :now, error_code = 'poison', error_detail = :detail WHERE row_id = :row_id",
        {"now": now, "detail": detail, "row_id": head.row_id},
    )
    _end_batch_if_last(db, head.batch_id, now)


def _update_leased(
    db: Database, row_id: int, token: str, assignments: str, values: dict[str, Any]
) -> str:
    """Change the row and return its batch_id.

    Raises:
        LeaseLost: the token is not the row's.
    """
    rows = list(
        db.query(
            f"UPDATE consultations SET {assignments}"  # noqa: S608
            " WHERE row_id = :row_id AND lease_token = :token RETURNING batch_id",
            {**values, "row_id": row_id, "token": token},
        )
    )
    if not rows:
        raise LeaseLost("Another worker holds this consultation now; the result is dropped.")
    batch_id: str = rows[0]["batch_id"]
    return batch_id


def set_open_state(db: Database, batch_id: str) -> None:
    """Set an open batch to running if one of its consultations runs or has ended, else queued."""
    db.execute(
        "UPDATE batches SET state = CASE WHEN EXISTS (SELECT 1 FROM consultations c"
        "  WHERE c.batch_id = batches.batch_id AND c.state <> 'pending')"
        " THEN 'running' ELSE 'queued' END, completed_at = NULL WHERE batch_id = :batch_id",
        {"batch_id": batch_id},
    )


def _end_batch_if_last(db: Database, batch_id: str, now: float) -> None:
    """End the batch and arm its callback, if none of its consultations is open."""
    ended = db.execute(
        "UPDATE batches SET completed_at = :now, state = CASE WHEN EXISTS"
        "  (SELECT 1 FROM consultations c WHERE c.batch_id = :batch_id AND c.state = 'done')"
        " THEN 'completed' ELSE 'failed' END"
        " WHERE batch_id = :batch_id AND NOT EXISTS (SELECT 1 FROM consultations c"
        "  WHERE c.batch_id = :batch_id AND c.state IN ('pending', 'running'))",
        {"batch_id": batch_id, "now": now},
    )
    if ended.rowcount:
        outbox.arm(db, batch_id, now)
