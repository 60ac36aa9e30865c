"""Sessions of people: who is logged in, known by the SHA-256 of a token that is kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox.store.acts import Act, append
from edgebox.store.counters import count_up
from edgebox.store.operators import Operator, operator_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from edgebox.store.acts import Actor
    from edgebox.store.connection import Connections


_MAY = (
    "o.disabled = 0 AND NOT EXISTS"
    " (SELECT 1 FROM clients c WHERE c.client_id = o.client_id AND c.disabled = 1)"
)
"""Of an account ``o``: neither it nor its client is disabled."""


@dataclass(frozen=True)
class WebSession:
    """A session.

    Attributes:
        token_sha256: of its token, in hex.
        operator: whose it is, as the account is now.
        address: where the login came from.
        created_at: Unix seconds.
        used_at: Unix seconds, written at most once a minute.
        proved_at: Unix seconds of the last time that the password was given.
    """

    token_sha256: str
    operator: Operator
    address: str
    created_at: float
    used_at: float
    proved_at: float


class Sessions:
    """The ``web_sessions`` table.

    Args:
        connections: to the database.
        clock: Unix seconds.
    """

    def __init__(self, connections: Connections, *, clock: Callable[[], float]) -> None:
        self._connections = connections
        self._clock = clock

    def start(self, token_sha256: str, operator: Operator, *, by: Actor) -> bool:
        """Begin a session after a login.

        Args:
            token_sha256: of a new token.
            operator: as it was when the password was found right.
            by: with the address.

        Returns:
            Whether it began: not if the account or its client was disabled, or the password
            changed meanwhile.
        """
        now = self._clock()
        with self._connections.transaction() as db:
            same = db.execute(
                f"SELECT 1 FROM operators o WHERE name = ? AND password = ? AND {_MAY}",  # noqa: S608
                [operator.name, operator.password],
            ).fetchone()
            if not same:
                return False
            db.execute(
                "INSERT INTO web_sessions VALUES (:token, :operator, :address, :now, :now, :now)",
                {
                    "token": token_sha256,
                    "operator": operator.name,
                    "address": by.address or "",
                    "now": now,
                },
            )
            append(db, [Act(now, by, "session.login", operator.client_id, operator.name)])
        return True

    def find(self, token_sha256: str) -> WebSession | None:
        """Return the session of an account that may log in, or None. It may be too old."""
        found = self._connections.rows(
            "SELECT s.address, s.created_at AS began_at, s.used_at, s.proved_at, o.*"  # noqa: S608
            " FROM web_sessions s JOIN operators o ON o.name = s.operator"
            f" WHERE s.token_sha256 = :token AND {_MAY}",
            {"token": token_sha256},
        )
        if not found:
            return None
        row = found[0]
        return WebSession(
            token_sha256=token_sha256,
            operator=operator_of(row),
            address=row["address"],
            created_at=row["began_at"],
            used_at=row["used_at"],
            proved_at=row["proved_at"],
        )

    def live(
        self, tokens: Iterable[str], *, used_after: float, created_after: float
    ) -> frozenset[str]:
        """Return which of the sessions go on.

        Args:
            tokens: their SHA-256.
            used_after: Unix seconds; one that was last used before has ended.
            created_after: Unix seconds; one that began before has ended.
        """
        wanted = frozenset(tokens)
        found = self._connections.rows(
            "SELECT token_sha256 FROM web_sessions s"  # noqa: S608
            " JOIN operators o ON o.name = s.operator"
            f" WHERE {_MAY} AND used_at > :used AND s.created_at > :created",
            {"used": used_after, "created": created_after},
        )
        return wanted & {str(row["token_sha256"]) for row in found}

    def touch(self, token_sha256: str) -> None:
        """Note that the session is in use."""
        with self._connections.transaction() as db:
            db.execute(
                "UPDATE web_sessions SET used_at = ? WHERE token_sha256 = ?",
                [self._clock(), token_sha256],
            )

    def prove(self, token_sha256: str, *, by: Actor) -> None:
        """Note that the password was given again."""
        now = self._clock()
        with self._connections.transaction() as db:
            db.execute(
                "UPDATE web_sessions SET proved_at = :now, used_at = :now"
                " WHERE token_sha256 = :token",
                {"token": token_sha256, "now": now},
            )
            append(db, [Act(now, by, "session.prove", None, by.operator)])

    def end(self, token_sha256: str, *, by: Actor) -> None:
        """End a session by logging out; one that is not there has ended already."""
        with self._connections.transaction() as db:
            ended = db.execute(
                "DELETE FROM web_sessions WHERE token_sha256 = ? RETURNING operator",
                [token_sha256],
            ).fetchone()
            if ended:
                count_up(db, "operators")
                append(db, [Act(self._clock(), by, "session.logout", None, ended[0])])

    def sweep(self, *, used_after: float, created_after: float) -> int:
        """Remove the sessions that have ended by their age, and return how many.

        Args:
            used_after: as in ``live``.
            created_after: as in ``live``.
        """
        with self._connections.transaction() as db:
            ended = db.execute(
                "DELETE FROM web_sessions WHERE used_at <= ? OR created_at <= ? RETURNING 1",
                [used_after, created_after],
            ).fetchall()
            return len(ended)
