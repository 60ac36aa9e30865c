"""Clients: their ids and secrets, where they may send from and their callbacks may go to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox.errors import NotFound, StoreError, UsageError
from edgebox.signing import CLIENT_ID
from edgebox.store.acts import BOX, Act, append
from edgebox.store.connection import to_json
from edgebox.store.counters import count_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlite_utils import Database

    from edgebox.store.acts import Action, Actor
    from edgebox.store.connection import Connections

LIVE_SECRETS = 2  # the new one and the one it replaces


@dataclass(frozen=True)
class Client:
    """A client.

    ``secrets`` are the live ones, newest first, at most two. ``allowed_callbacks``
    are ``host`` or ``host:port``, as ``callbacks.urls.parse_allowed`` reads them. ``allowed_from``
    are networks, as ``system.addresses.network_of`` writes them; without one, the client may send
    from anywhere. ``key_version`` is the oldest kind of bound key that is accepted, 1 or 2.
    """

    client_id: str
    secrets: tuple[str, ...]
    disabled: bool
    allowed_callbacks: tuple[str, ...]
    allowed_from: tuple[str, ...]
    key_version: int
    created_at: float

    def __repr__(self) -> str:
        return f"Client({self.client_id!r}, disabled={self.disabled})"  # never the secrets


_Clients = list[Client]


class Clients:
    """The ``clients`` and ``secrets`` tables. Every change is a row of the audit too.

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

    def create(
        self, client_id: str, *, allowed_callbacks: Iterable[str] = (), by: Actor = BOX
    ) -> str:
        """Add a client.

        Args:
            client_id: its id.
            allowed_callbacks: hosts that its callbacks may go to.
            by: who adds it.

        Returns:
            Its secret: 32 random bytes as 64 hex digits. The key of the HMAC is this
            text, not the decoded bytes.

        Raises:
            UsageError: the id is not a CLIENT_ID.
            StoreError: a client has this id.
        """
        if not CLIENT_ID.fullmatch(client_id):
            raise UsageError(
                f"'{client_id}' cannot be a client: 1 to 64 letters, digits, '.', '_' or '-', "
                "a letter or digit first."
            )
        hosts = list(allowed_callbacks)
        with self._connections.transaction() as db:
            if _find(db, client_id):
                raise StoreError(
                    f"There is a client '{client_id}' already. "
                    f"A new secret for it: edgebox keys rotate {client_id}"
                )
            db.execute(
                "INSERT INTO clients (client_id, allowed_callbacks, created_at)"
                " VALUES (:client_id, :hosts, :now)",
                {"client_id": client_id, "hosts": to_json(hosts), "now": self._clock()},
            )
            self._audit(db, by, "keys.create", client_id, allowed_callbacks=hosts)
            return self._add_secret(db, client_id)

    def get(self, client_id: str) -> Client | None:
        """Return the client, disabled or not, or None."""
        with self._connections.snapshot() as db:
            found = _find(db, client_id)
        return found[0] if found else None

    def known(self, client_id: str) -> Client:
        """Return the client.

        Raises:
            NotFound: there is none with this id.
        """
        if (found := self.get(client_id)) is None:
            raise _unknown(client_id)
        return found

    def list(self) -> _Clients:
        """Return every client, ordered by id."""
        with self._connections.snapshot() as db:
            return _find(db, None)

    def rotate(self, client_id: str, *, by: Actor = BOX) -> str:
        """Return a new secret; the newest two are valid, older ones are deleted.

        Raises:
            NotFound: no such client.
        """
        with self._connections.transaction() as db:
            _require(db, client_id)
            self._audit(db, by, "keys.rotate", client_id)
            return self._add_secret(db, client_id)

    def disable(self, client_id: str, *, by: Actor = BOX) -> None:
        """Refuse the client's keys and its people.

        Its batches are still analysed; its callbacks stay unsent.

        Raises:
            NotFound: no such client.
        """
        self._set(client_id, "disabled", 1, by, "keys.disable")

    def enable(self, client_id: str, *, by: Actor = BOX) -> None:
        """Accept the client's keys and its people again.

        Raises:
            NotFound: no such client.
        """
        self._set(client_id, "disabled", 0, by, "keys.enable")

    def set_callbacks(
        self, client_id: str, allowed_callbacks: Iterable[str], *, by: Actor = BOX
    ) -> None:
        """Replace the hosts that callbacks may go to; the caller has checked the entries.

        Raises:
            NotFound: no such client.
        """
        hosts = list(allowed_callbacks)
        self._set(
            client_id,
            "allowed_callbacks",
            to_json(hosts),
            by,
            "keys.callbacks",
            allowed_callbacks=hosts,
        )

    def set_allowed_from(self, client_id: str, networks: Iterable[str], *, by: Actor = BOX) -> None:
        """Replace the networks that the client may send from; the caller has checked them.

        Raises:
            NotFound: no such client.
        """
        kept = list(networks)
        self._set(client_id, "allowed_from", to_json(kept), by, "keys.allow", allowed_from=kept)

    def require_key_version(self, client_id: str, version: int, *, by: Actor = BOX) -> None:
        """Refuse the client's keys of an older kind than ``version``, 1 or 2.

        Raises:
            NotFound: no such client.
        """
        self._set(client_id, "key_version", version, by, "keys.require", key_version=version)

    def data_version(self) -> int:
        """Return a number that grows with every change to the clients, by any process."""
        rows = self._connections.rows("SELECT value FROM counters WHERE name = 'clients'")
        return int(rows[0]["value"]) if rows else 0

    def _set(
        self,
        client_id: str,
        column: str,
        value: str | int,
        by: Actor,
        action: Action,
        **detail: object,
    ) -> None:
        with self._connections.transaction() as db:
            _require(db, client_id)
            db.execute(
                f"UPDATE clients SET {column} = :value WHERE client_id = :client_id",  # noqa: S608
                {"value": value, "client_id": client_id},
            )
            count_up(db, "clients")
            if column == "disabled":
                count_up(db, "operators")  # whose people's sessions end with it
            self._audit(db, by, action, client_id, **detail)

    def _audit(
        self, db: Database, by: Actor, action: Action, client_id: str, **detail: object
    ) -> None:
        append(db, [Act(self._clock(), by, action, client_id, None, detail)])

    def _add_secret(self, db: Database, client_id: str) -> str:
        secret = self._token(32)
        db.execute(
            "INSERT INTO secrets (client_id, secret, created_at)"
            " VALUES (:client_id, :secret, :now)",
            {"client_id": client_id, "secret": secret, "now": self._clock()},
        )
        db.execute(
            "DELETE FROM secrets WHERE client_id = :client_id AND id NOT IN (SELECT id FROM secrets"
            " WHERE client_id = :client_id ORDER BY id DESC LIMIT :live)",
            {"client_id": client_id, "live": LIVE_SECRETS},
        )
        count_up(db, "clients")
        return secret


def _require(db: Database, client_id: str) -> None:
    if not _find(db, client_id):
        raise _unknown(client_id)


def _unknown(client_id: str) -> NotFound:
    return NotFound(f"There is no client '{client_id}'. See: edgebox keys list")


def _find(db: Database, client_id: str | None) -> list[Client]:
    secrets: dict[str, list[str]] = {}
    for row in db.query(
        "SELECT client_id, secret FROM secrets"
        " WHERE :client_id IS NULL OR client_id = :client_id ORDER BY id DESC",
        {"client_id": client_id},
    ):
        secrets.setdefault(row["client_id"], []).append(row["secret"])
    rows = db.query(
        "SELECT client_id, disabled, allowed_callbacks, allowed_from, key_version, created_at"
        " FROM clients"
        " WHERE :client_id IS NULL OR client_id = :client_id ORDER BY client_id",
        {"client_id": client_id},
    )
    return [
        Client(
            client_id=row["client_id"],
            secrets=tuple(secrets.get(row["client_id"], ())),
            disabled=bool(row["disabled"]),
            allowed_callbacks=tuple(json.loads(row["allowed_callbacks"])),
            allowed_from=tuple(json.loads(row["allowed_from"])),
            key_version=row["key_version"],
            created_at=row["created_at"],
        )
        for row in rows
    ]
