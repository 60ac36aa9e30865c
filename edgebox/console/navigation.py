"""Where a person can go: the places of each role that this box has pages for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgebox.console.person import Person
    from edgebox.store.operators import Role

ACCOUNT = "/password"
"""The page that every role has."""

PLACES = (
    "/agent",
    "/review",
    "/review/quality",
    "/review/usage",
    "/admin",
    "/admin/batches",
    "/admin/operators",
    "/admin/clients",
    "/admin/models",
    "/admin/settings",
    "/admin/audit",
)
"""In the order of the navigation. The text of one is ``place`` with its path, dots for slashes."""


STARTS: dict[Role, str] = {"lead": "/review"}
"""Where a role begins, if not with its first place."""


@dataclass(frozen=True)
class Place:
    """A place: its path, and the key of its text."""

    path: str
    words: str


class Navigation:
    """Knows which pages there are. The guard adds each as it makes its route."""

    def __init__(self) -> None:
        self._roles: dict[str, frozenset[Role]] = {}

    def add(self, path: str, roles: frozenset[Role]) -> None:
        """Add a page for these roles."""
        self._roles[path] = roles

    def of(self, person: Person) -> tuple[Place, ...]:
        """Return the places of a person, in order."""
        return tuple(
            Place(path, "place" + path.replace("/", "."))
            for path in PLACES
            if person.role in self._roles.get(path, ())
        )

    def start_of(self, person: Person) -> str:
        """Return the path of the page that a person begins with."""
        paths = [place.path for place in self.of(person)]
        start = STARTS.get(person.role)
        if start in paths:
            return start
        return paths[0] if paths else ACCOUNT
