"""Operators: the accounts of people, their roles, and wrong passwords."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from edgebox.errors import NotFound, StoreError, UsageError
from edgebox.store.acts import BOX, Act, append
from edgebox.store.counters import count_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlite_utils import Database

    from edgebox.store.acts import Action, Actor
    from edgebox.store.connection import Connections

Role = Literal["agent", "lead", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
"""A name is what is typed at the login, in small letters."""
LONGEST_TEXT = 64
"""Characters of a display name or an extension."""

WRONG_BEFORE_LOCK = 5
"""Wrong passwords in a row before an account is locked."""
SHORTEST_LOCK, LONGEST_LOCK = 60.0, 900.0
"""Seconds: after the fifth wrong password, and at most. Each further one doubles the time."""

CHANGEABLE = ("role", "client_id", "display", "extension")
"""Columns of an account that ``change`` may set."""
RIGHTS = frozenset({"role", "client_id"})
"""Those that say what a person may see: another value ends the person's sessions."""

_COLUMNS = (
    "name, client_id, role, password, display, extension, disabled, must_change, failed,"
    " locked_until, created_at"
)


@dataclass(frozen=True)
class Operator:
    """The account of a person.

    Attributes:
        name: of the login, a NAME.
        client_id: whose calls they work on; None for an administrator of the box.
        role: what they may do.
        password: a hash.
        display: how pages name the person.
        extension: of their telephone; empty where there is none.
        disabled: may not log in.
        must_change: the password is a one-time one.
        failed: wrong passwords since the last right one.
        locked_until: Unix seconds; a login before that is refused.
        created_at: Unix seconds.
    """

    name: str
    client_id: str | None
    role: Role
    password: str = field(repr=False)
    display: str
    extension: str
    disabled: bool
    must_change: bool
    failed: int
    locked_until: float
    created_at: float


@dataclass(frozen=True)
class NewOperator:
    """An account to add; as in Operator, but not yet checked. The password is a one-time one."""

    name: str
    role: str
    client_id: str | None
    display: str
    password: str = field(repr=False)
    extension: str = ""


_Operators = list[Operator]


def lock_seconds(failed: int) -> float:
    """Return how long an account is locked after so many wrong passwords in a row."""
    if failed < WRONG_BEFORE_LOCK:
        return 0.0
    return min(LONGEST_LOCK, SHORTEST_LOCK * 2.0 ** min(failed - WRONG_BEFORE_LOCK, 10))


def check_account(
    name: str, role: str, client_id: str | None, display: str, extension: str
) -> None:
    """Refuse what cannot be an account.

    Raises:
        UsageError: with what to write instead.
    """
    if not NAME.fullmatch(name):
        raise UsageError(
            f"'{name}' cannot be a name: 1 to {LONGEST_TEXT} small letters, digits, '.', '_' or "
            "'-', a letter or digit first."
        )
    if role not in ROLES:
        raise UsageError(f"'{role}' is no role. There are: {', '.join(ROLES)}.")
    if role != "admin" and not client_id:
        raise UsageError(f"The role {role} is for people of a client. Name it: --client CLIENT")
    if role == "admin" and client_id:
        raise UsageError("The role admin is for the box itself: leave out the client.")
    for what, text in (("display name", display), ("extension", extension)):
        if len(text) > LONGEST_TEXT or not (text.isprintable() or not text):
            raise UsageError(f"The {what} has to be one line of at most {LONGEST_TEXT} characters.")
    if not display.strip():
        raise UsageError("The display name is empty.")


class Operators:
    """The ``operators`` table. Every change is a row of the audit too.

    A change that takes a right away ends the account's sessions in the same transaction.

    Args:
        connections: to the database.
        clock: Unix seconds.
    """

    def __init__(self, connections: Connections, *, clock: Callable[[], float]) -> None:
        self._connections = connections
        self._clock = clock

    def add(self, new: NewOperator, *, by: Actor = BOX) -> None:
        """Add an account, whose password is to be changed at the first login.

        Raises:
            UsageError: something of it cannot be.
            NotFound: there is no such client.
            StoreError: an account has this name.
        """
        with self._connections.transaction() as db:
            self._insert(db, new)
            self._audit(db, by, "operators.add", new, role=new.role)

    def add_all(self, new: Iterable[NewOperator], *, by: Actor = BOX) -> None:
        """Add several accounts, or none if one of them cannot be added.

        Raises:
            EdgeBoxError: as ``add``, about the first that cannot be.
        """
        with self._connections.transaction() as db:
            for one in new:
                self._insert(db, one)
                self._audit(db, by, "operators.import", one, role=one.role)

    def get(self, name: str) -> Operator | None:
        """Return the account, disabled or not, or None."""
        found = self._connections.rows(
            f"SELECT {_COLUMNS} FROM operators WHERE name = :name",  # noqa: S608
            {"name": name},
        )
        return operator_of(found[0]) if found else None

    def list(self, client_id: str | None = None) -> _Operators:
        """Return every account, or those of one client, by name."""
        found = self._connections.rows(
            f"SELECT {_COLUMNS} FROM operators"  # noqa: S608
            " WHERE :client IS NULL OR client_id = :client ORDER BY name",
            {"client": client_id},
        )
        return [operator_of(row) for row in found]

    def at_extension(self, client_id: str, extension: str) -> Operator | None:
        """Return the enabled account of a client that has this extension.

        Returns:
            None if there is none, or if there are several.
        """
        found = self._connections.rows(
            f"SELECT {_COLUMNS} FROM operators WHERE client_id = :client AND disabled = 0"  # noqa: S608
            " AND extension = :extension AND extension <> '' LIMIT 2",
            {"client": client_id, "extension": extension},
        )
        return operator_of(found[0]) if len(found) == 1 else None

    def change(self, name: str, *, by: Actor = BOX, **values: str | None) -> tuple[str, ...]:
        """Change what an account is; another role or client ends its sessions.

        Args:
            name: the account.
            by: who changes it.
            values: of ``role``, ``client_id``, ``display``, ``extension``. The role admin has no
                client: name no other one with it.

        Returns:
            The names of what is another value now.

        Raises:
            NotFound: no such account, or no such client.
            UsageError: the result would be no account.
        """
        with self._connections.transaction() as db:
            found = _existing(db, name)
            kept = {column: getattr(found, column) for column in CHANGEABLE}
            if values.get("role") == "admin":
                kept["client_id"] = None
            after = {
                column: value.strip() if value else value
                for column, value in (kept | values).items()
            }
            check_account(name, **after)
            _check_client(db, after["client_id"])
            changed = tuple(c for c in CHANGEABLE if after[c] != getattr(found, c))
            if not changed:
                return ()
            db.execute(
                "UPDATE operators SET role = :role, client_id = :client_id, display = :display,"
                " extension = :extension WHERE name = :name",
                {**after, "name": name},
            )
            if RIGHTS.intersection(changed):
                db.execute("DELETE FROM web_sessions WHERE operator = :name", {"name": name})
            count_up(db, "operators")
            told = {
                column: [getattr(found, column), after[column]]
                for column in changed
                if column in RIGHTS
            }
            self._audit(db, by, "operators.change", found, changed=changed, **told)
            return changed

    def disable(self, name: str, *, by: Actor = BOX) -> None:
        """Refuse the account's logins and end its sessions.

        Raises:
            NotFound: no such account.
        """
        self._change(name, {"disabled": 1}, by, "operators.disable", ends=True)

    def enable(self, name: str, *, by: Actor = BOX) -> None:
        """Let the account log in again, also if it was locked.

        Raises:
            NotFound: no such account.
        """
        values = {"disabled": 0, "failed": 0, "locked_until": 0}
        self._change(name, values, by, "operators.enable")

    def reset(self, name: str, password: str, *, by: Actor = BOX) -> None:
        """Give the account a one-time password and end its sessions.

        Raises:
            NotFound: no such account.
        """
        values = _new_password(password, must_change=True)
        self._change(name, values, by, "operators.reset", ends=True)

    def change_password(self, name: str, password: str, *, by: Actor = BOX) -> None:
        """Set the password that the person chose, and end the account's sessions.

        Raises:
            NotFound: no such account.
        """
        values = _new_password(password, must_change=False)
        self._change(name, values, by, "operators.password", ends=True)

    def keep_hash(self, name: str, before: str, after: str) -> None:
        """Put a hash with today's costs in the place of one of the same password."""
        with self._connections.transaction() as db:
            db.execute(
                "UPDATE operators SET password = :after WHERE name = :name AND password = :before",
                {"name": name, "before": before, "after": after},
            )

    def failed(self, name: str | None, *, by: Actor) -> float:
        """Count a wrong password, and lock the account after several.

        Args:
            name: the account's; None if what was typed is none: it may be a password, and is
                written nowhere.
            by: with the address.

        Returns:
            Unix seconds until which the account is locked; 0 if it is not.
        """
        with self._connections.transaction() as db:
            now = self._clock()
            found = name and _find(db, name)
            if not found:
                append(db, [Act(now, by, "session.refused")])
                return 0.0
            failed = found.failed + 1
            seconds = lock_seconds(failed)
            until = now + seconds if seconds else found.locked_until
            db.execute(
                "UPDATE operators SET failed = :failed, locked_until = :until WHERE name = :name",
                {"name": found.name, "failed": failed, "until": until},
            )
            self._audit(db, by, "session.refused", found, failed=failed)
            if seconds:
                self._audit(db, by, "session.locked", found, seconds=seconds)
            return until if until > now else 0.0

    def succeeded(self, name: str) -> None:
        """Forget the wrong passwords of an account."""
        with self._connections.transaction() as db:
            db.execute(
                "UPDATE operators SET failed = 0, locked_until = 0 WHERE name = :name AND failed",
                {"name": name},
            )

    def data_version(self) -> int:
        """Return a number that grows with every change that may end a session."""
        rows = self._connections.rows("SELECT value FROM counters WHERE name = 'operators'")
        return int(rows[0]["value"]) if rows else 0

    def _insert(self, db: Database, new: NewOperator) -> None:
        check_account(new.name, new.role, new.client_id, new.display, new.extension)
        if _find(db, new.name):
            raise StoreError(
                f"There is an account '{new.name}' already. "
                f"A new password for it: edgebox operators reset {new.name}"
            )
        _check_client(db, new.client_id)
        db.execute(
            "INSERT INTO operators (name, client_id, role, password, display, extension,"
            " created_at) VALUES (:name, :client_id, :role, :password, :display, :extension, :now)",
            {
                "client_id": new.client_id,
                "name": new.name,
                "role": new.role,
                "password": new.password,
                "display": new.display.strip(),
                "extension": new.extension.strip(),
                "now": self._clock(),
            },
        )

    def _change(
        self,
        name: str,
        values: Mapping[str, str | int],
        by: Actor,
        action: Action,
        *,
        ends: bool = False,
    ) -> None:
        with self._connections.transaction() as db:
            found = _existing(db, name)
            sets = ", ".join(f"{column} = :{column}" for column in values)
            db.execute(f"UPDATE operators SET {sets} WHERE name = :name", {**values, "name": name})  # noqa: S608
            if ends:
                db.execute("DELETE FROM web_sessions WHERE operator = :name", {"name": name})
            count_up(db, "operators")
            self._audit(db, by, action, found)

    def _audit(
        self,
        db: Database,
        by: Actor,
        action: Action,
        about: Operator | NewOperator,
        **detail: object,
    ) -> None:
        append(db, [Act(self._clock(), by, action, about.client_id, about.name, detail)])


def operator_of(row: Mapping[str, Any]) -> Operator:
    """Return the account in a row with the columns of ``operators``."""
    return Operator(
        name=row["name"],
        client_id=row["client_id"],
        role=row["role"],
        password=row["password"],
        display=row["display"],
        extension=row["extension"],
        disabled=bool(row["disabled"]),
        must_change=bool(row["must_change"]),
        failed=row["failed"],
        locked_until=row["locked_until"],
        created_at=row["created_at"],
    )


def _new_password(password: str, *, must_change: bool) -> dict[str, str | int]:
    return {
        "password": password,
        "must_change": int(must_change),
        "failed": 0,
        "locked_until": 0,
    }


def _check_client(db: Database, client_id: str | None) -> None:
    client = {"client_id": client_id}
    if (
        client_id is not None
        and not db.execute("SELECT 1 FROM clients WHERE client_id = :client_id", client).fetchone()
    ):
        raise NotFound(f"There is no client '{client_id}'. See: edgebox keys list")


def _existing(db: Database, name: str) -> Operator:
    found = _find(db, name)
    if not found:
        raise NotFound(f"There is no account '{name}'. See: edgebox operators list")
    return found


def _find(db: Database, name: str) -> Operator | None:
    rows = list(
        db.query(f"SELECT {_COLUMNS} FROM operators WHERE name = :name", {"name": name})  # noqa: S608
    )
    return operator_of(rows[0]) if rows else None
