"""The outbox: callbacks that have to arrive, also after a crash."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from edgebox.errors import LeaseLost, NotFound
from edgebox.store.acts import BOX, Act, append
from edgebox.store.views import refuse_removed, rows_of_batch
from edgebox.system.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlite_utils import Database

    from edgebox.contract.results import CallbackBody
    from edgebox.store.acts import Actor
    from edgebox.store.connection import Connections

OutboxState = Literal["pending", "delivered", "dead"]


@dataclass(frozen=True)
class Delivery:
    """A callback to send now.

    ``attempts`` counts this one: 1 is the first. With ``lease_until`` (Unix seconds) it tells this
    attempt from any other of the callback.
    """

    id: int
    webhook_id: str
    batch_id: str
    client_id: str
    url: str
    attempts: int
    lease_until: float


@dataclass(frozen=True)
class OutboxRow:
    """A callback's present state. Times are Unix seconds."""

    id: int
    webhook_id: str
    batch_id: str
    client_id: str
    url: str
    state: OutboxState
    attempts: int
    next_attempt_at: float
    last_status: int | None
    last_error: str | None
    created_at: float
    delivered_at: float | None


_Rows = list[OutboxRow]

_LONGEST_ERROR = 300  # characters kept of a delivery's error

LONGEST_WAIT = 2 * 86400.0
"""Seconds: no attempt is ever scheduled further ahead (``callbacks/retry.py``). A later time was
written under a clock that has been set back since, and its callback is due."""

# The due callbacks with their receiver (host and port), and their places in its queue: the first
# places belong to those that the caller is already sending.
_CLAIM = """
    WITH addresses AS (
        SELECT id, next_attempt_at, lease_until,
               id IN (SELECT value FROM json_each(:sending)) AS sent,
               replace(substr(url, instr(url, '://') + 3), '?', '/') || '/' AS address
        FROM outbox WHERE state = 'pending'
    ), queues AS (
        SELECT id, next_attempt_at, sent, ROW_NUMBER() OVER (
            PARTITION BY lower(substr(address, 1, instr(address, '/') - 1))
            ORDER BY sent DESC, next_attempt_at, id
        ) AS place
        FROM addresses WHERE sent OR (
            (next_attempt_at <= :now OR next_attempt_at > :farthest)
            AND (lease_until IS NULL OR lease_until <= :now)
        )
    )
    UPDATE outbox SET attempts = attempts + 1, lease_until = :until
    WHERE id IN (
        SELECT id FROM queues
        WHERE NOT sent AND (:per_receiver IS NULL OR place <= :per_receiver)
        ORDER BY next_attempt_at, id LIMIT :limit
    )
    RETURNING id, webhook_id, batch_id,
        (SELECT client_id FROM batches WHERE batches.batch_id = outbox.batch_id) AS client_id,
        url, attempts, lease_until, next_attempt_at
"""

# Which attempts are recorded: ``resend`` sets attempts to 0, and another claim sets another lease.
_NOT_ASKED_AGAIN = "id = :id AND attempts >= :attempts"
_LEASED = "id = :id AND lease_until <= :lease"
"""This attempt's lease, or what ``clock.look`` made of it when the clock was set back. That of a
later attempt may end earlier then: the number of attempts tells them apart."""
_MINE = f"{_LEASED} AND state = 'pending' AND attempts = :attempts"


def arm(db: Database, batch_id: str, now: float) -> None:
    """Put the ended batch's callback into the outbox, if it has a URL."""
    db.execute(
        "INSERT INTO outbox (batch_id, webhook_id, url, next_attempt_at, created_at)"
        " SELECT batch_id, webhook_id, callback_url, :now, :now FROM batches"
        " WHERE batch_id = :batch_id AND callback_url IS NOT NULL",
        {"batch_id": batch_id, "now": now},
    )


def disarm(db: Database, batch_id: str) -> None:
    """Take the batch's callback out: the batch is being analysed again."""
    db.execute("DELETE FROM outbox WHERE batch_id = :batch_id", {"batch_id": batch_id})


class Outbox:
    """The ``outbox`` table.

    Only rows in state pending are ever sent. ``due`` leases them, so that two workers
    never send the same one at once; the lease of a worker that died runs out.
    """

    def __init__(self, connections: Connections, *, clock: Callable[[], float]) -> None:
        self._connections = connections
        self._clock = clock

    def due(
        self,
        now: float,
        limit: int,
        lease_seconds: float = 300.0,
        *,
        per_receiver: int | None = None,
        sending: Iterable[int] = (),
    ) -> list[Delivery]:
        """Lease the callbacks whose time has come, the longest due first.

        The lease counts as an attempt (``unclaim`` refunds it), so that a callback that
        kills its worker is not retried for ever.

        Args:
            now: Unix seconds.
            limit: at most this many.
            lease_seconds: longer than one delivery can take.
            per_receiver: at most this many for one host and port, those in ``sending`` included.
            sending: ids of the deliveries that the caller is sending; never leased again.
        """
        with self._connections.transaction() as db:
            rows = list(
                db.query(
                    _CLAIM,
                    {
                        "now": now,
                        "until": now + lease_seconds,
                        "farthest": now + LONGEST_WAIT,
                        "limit": limit,
                        "per_receiver": per_receiver,
                        "sending": json.dumps(list(sending)),
                    },
                )
            )
        rows.sort(key=lambda row: (row.pop("next_attempt_at"), row["id"]))
        return [Delivery(**row) for row in rows]

    def delivered(self, delivery: Delivery, status: int) -> bool:
        """Record that the receiver answered 2xx, also where another attempt has begun since.

        Returns:
            False if the callback is gone, because its batch is being analysed again, or if
            ``resend`` came after this attempt was claimed: it is sent again.
        """
        return self._record(
            delivery,
            "state = 'delivered', delivered_at = :now, lease_until = NULL,"
            " last_status = :status, last_error = NULL",
            {"status": status, "now": self._clock()},
            where=_NOT_ASKED_AGAIN,
        )

    def retry_at(
        self, delivery: Delivery, when: float, error: str, *, status: int | None = None
    ) -> bool:
        """Record a failed attempt; the next one is not before ``when`` (Unix seconds).

        Args:
            delivery: the attempt, as ``due`` returned it.
            when: Unix seconds.
            error: one short line without any body.
            status: the HTTP status, if there was an answer.

        Returns:
            False if this attempt no longer counts: the callback was delivered meanwhile, is gone,
            is sent by another attempt, or ``resend`` has made it due again.
        """
        return self._record(
            delivery,
            "next_attempt_at = :when, lease_until = NULL, last_status = :status,"
            " last_error = :error",
            {"when": when, "error": error[:_LONGEST_ERROR], "status": status},
        )

    def unclaim(self, delivery: Delivery, error: str, *, when: float | None = None) -> bool:
        """Refund an attempt that was not sent, for a reason that is not the receiver's.

        Args:
            delivery: the attempt, as ``due`` returned it.
            error: one short line without any body.
            when: the next attempt is not before this time (Unix seconds); None keeps the time.

        Returns:
            False if this attempt no longer counts, as for ``retry_at``.
        """
        return self._record(
            delivery,
            "attempts = attempts - 1, lease_until = NULL,"
            " next_attempt_at = COALESCE(:when, next_attempt_at), last_error = :error",
            {"when": when, "error": error[:_LONGEST_ERROR]},
        )

    def dead(self, delivery: Delivery, error: str, *, status: int | None = None) -> bool:
        """Give up: the callback is kept and shown, and sent again only by ``resend``.

        Returns:
            False if this attempt no longer counts, as for ``retry_at``.
        """
        return self._record(
            delivery,
            "state = 'dead', dead_at = :now, lease_until = NULL,"
            " last_status = :status, last_error = :error",
            {"error": error[:_LONGEST_ERROR], "status": status, "now": self._clock()},
        )

    def resend(self, delivery_id: int, *, by: Actor = BOX) -> None:
        """Make a callback due now and give it all its attempts again.

        If it is being sent at the moment, it is sent again after that, however that ends.

        Raises:
            NotFound: no such callback.
            Removed: retention has removed its results.
        """
        with self._connections.transaction() as db:
            found = db.execute(
                "UPDATE outbox SET state = 'pending', attempts = 0, next_attempt_at = :now,"
                " delivered_at = NULL, dead_at = NULL WHERE id = :id RETURNING batch_id",
                {"id": delivery_id, "now": self._clock()},
            ).fetchone()
            if found is None:
                raise NotFound(f"There is no callback {delivery_id}. See: edgebox callbacks list")
            refuse_removed(db, found[0], "results_removed_at")
            batch = next(db.query("SELECT client_id FROM batches WHERE batch_id = ?", found))
            act = Act(self._clock(), by, "callbacks.resend", batch["client_id"], found[0])
            append(db, [act])

    def recover(self, delay: Callable[[int], float]) -> int:
        """Take back what an earlier worker was sending when it ended.

        Only for a worker at its start. The attempt counts: the callback may have arrived, or
        the worker may have died of it.

        Args:
            delay: seconds until the next attempt, given the attempts made.

        Returns:
            How many callbacks.
        """
        now = self._clock()
        with self._connections.transaction() as db:
            held = list(
                db.query(
                    "SELECT id, attempts FROM outbox"
                    " WHERE state = 'pending' AND lease_until IS NOT NULL"
                )
            )
            for row in held:
                # No attempts: ``resend`` came during that one, and it is due.
                when = now + delay(row["attempts"]) if row["attempts"] else now
                db.execute(
                    "UPDATE outbox SET lease_until = NULL, next_attempt_at = :when WHERE id = :id",
                    {"id": row["id"], "when": when},
                )
        return len(held)

    def next_due(self) -> float | None:
        """Return when the next callback may be sent (Unix seconds), or None if none waits."""
        row = self._connections.rows(
            "SELECT MIN(MAX(IIF(next_attempt_at > :farthest, 0, next_attempt_at),"
            " COALESCE(lease_until, 0))) AS due FROM outbox WHERE state = 'pending'",
            {"farthest": self._clock() + LONGEST_WAIT},
        )[0]
        due: float | None = row["due"]
        return due

    def list(self, state: OutboxState | None = None, limit: int = 200) -> _Rows:
        """Return the newest callbacks first, of one state or of all."""
        rows = self._connections.rows(
            "SELECT o.id, o.webhook_id, o.batch_id, b.client_id, o.url, o.state, o.attempts,"
            " o.next_attempt_at, o.last_status, o.last_error, o.created_at, o.delivered_at"
            " FROM outbox o JOIN batches b USING (batch_id)"
            " WHERE :state IS NULL OR o.state = :state ORDER BY o.id DESC LIMIT :limit",
            {"state": state, "limit": limit},
        )
        return [OutboxRow(**row) for row in rows]

    def of_batches(self, batch_ids: Iterable[str]) -> dict[str, OutboxRow]:
        """Return the callbacks of these batches, by batch; those that there are."""
        rows = self._connections.rows(
            "SELECT o.id, o.webhook_id, o.batch_id, b.client_id, o.url, o.state, o.attempts,"
            " o.next_attempt_at, o.last_status, o.last_error, o.created_at, o.delivered_at"
            " FROM outbox o JOIN batches b USING (batch_id)"
            " WHERE o.batch_id IN (SELECT value FROM json_each(:ids))",
            {"ids": json.dumps(list(batch_ids))},
        )
        return {row["batch_id"]: OutboxRow(**row) for row in rows}

    def counts(self) -> dict[str, int]:
        """Return how many callbacks there are in each state; every state is named."""
        rows = self._connections.rows("SELECT state, COUNT(*) AS n FROM outbox GROUP BY state")
        return {"pending": 0, "delivered": 0, "dead": 0} | {r["state"]: r["n"] for r in rows}

    def oldest_pending_at(self) -> float | None:
        """Return when the oldest callback that waits was made (Unix seconds), or None."""
        row = self._connections.rows(
            "SELECT MIN(created_at) AS at FROM outbox WHERE state = 'pending'"
        )[0]
        oldest: float | None = row["at"]
        return oldest

    def body(self, batch_id: str) -> CallbackBody:
        """Return what the batch's callback sends.

        Raises:
            NotFound: no such batch.
            LeaseLost: the batch is being analysed again; drop this delivery.
        """
        with self._connections.snapshot() as db:
            found = list(
                db.query("SELECT completed_at FROM batches WHERE batch_id = :b", {"b": batch_id})
            )
            if not found:
                raise NotFound(f"There is no batch {batch_id}.")
            if found[0]["completed_at"] is None:
                raise LeaseLost(f"{batch_id} has not ended; its callback waits for it.")
            rows = rows_of_batch(db, batch_id)
        return {
            "batch_id": batch_id,
            "results": [result for row in rows if (result := row.entry())],
            "total_processing_time": round(sum(row.processing_time or 0.0 for row in rows), 3),
            "completed_at": rfc3339(found[0]["completed_at"]),
        }

    def _record(
        self, delivery: Delivery, sets: str, values: dict[str, Any], where: str = _MINE
    ) -> bool:
        """Record how an attempt ended; if it no longer counts, only end its lease.

        It still has one only where ``resend`` came meanwhile: any other attempt has its own.
        """
        mine = {
            "id": delivery.id,
            "attempts": delivery.attempts,
            "lease": delivery.lease_until,
        }
        with self._connections.transaction() as db:
            sql = f"UPDATE outbox SET {sets} WHERE {where}"  # noqa: S608 - texts of this module
            if db.execute(sql, {**mine, **values}).rowcount == 1:
                return True
            db.execute(
                f"UPDATE outbox SET lease_until = NULL WHERE {_LEASED}"  # noqa: S608 - as above
                " AND attempts = 0",
                {"id": delivery.id, "lease": delivery.lease_until},
            )
            return False
