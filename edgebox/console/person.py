"""Who uses a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edgebox.store.acts import Actor

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

    from edgebox.store.operators import Role


@dataclass(frozen=True)
class Person:
    """A person who is logged in.

    Attributes:
        name: of the login.
        client_id: whose calls they work on; None for an administrator of the box.
        role: what they may do.
        display: how pages name them.
        address: where this request came from.
        session: the SHA-256 of the session's token.
        proved_at: Unix seconds of the last time that the password was given.
        must_change: the password is a one-time one; nothing else is allowed before it is changed.
    """

    name: str
    client_id: str | None
    role: Role
    display: str
    address: str
    session: str = field(repr=False)
    proved_at: float
    must_change: bool

    @property
    def actor(self) -> Actor:
        """Who acts, for the audit."""
        return Actor(self.name, self.address or None)

    @property
    def names(self) -> tuple[str, ...]:
        """What a password of theirs must not contain."""
        return tuple(filter(None, (self.name, self.display, self.client_id)))

    @property
    def client(self) -> str:
        """The client of an agent or a lead.

        Raises:
            RuntimeError: an administrator has none. A route that asks is not for them.
        """
        if self.client_id is None:
            raise RuntimeError
        return self.client_id


def person_of(connection: HTTPConnection) -> Person:
    """Return who sent a request of a route that is for people."""
    person = connection.state.person
    assert isinstance(person, Person)  # noqa: S101 - the guard set it
    return person
