"""Every route of the console, and what each kind of person gets from it.

``test_access.py`` asks each route as each person, and fails if a route has no row here. A new page
adds a row; what its path names has to be made in ``prepared`` or be something that is not there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from support.boxes.api import ApiBox

LOGIN = "login"
"""The answer is a redirect to the login; of a route for scripts, 401."""


@dataclass(frozen=True)
class Row:
    """What a route answers: a status, or LOGIN, to each person.

    Attributes:
        method: GET or POST.
        path: of the route, as it is registered.
        nobody: without a session.
        agent: of client ``center-1``, which what ``prepared`` makes belongs to.
        lead: of the same client.
        admin: of the box.
        other: a lead of another client, ``center-2``.
        fill: what stands for the parameters of the path.
        form: the fields that are sent.
    """

    method: str
    path: str
    nobody: int | str
    agent: int | str
    lead: int | str
    admin: int | str
    other: int | str
    fill: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] | None = None


STATIC = {"release": "0", "path": "a"}

ROUTES = [
    # The shell
    Row(
        "GET",
        "/static/{release}/{path:path}",
        404,
        404,
        404,
        404,
        404,
        {"release": "0", "path": "a"},
    ),
    Row("GET", "/agent", LOGIN, 200, 200, 403, 200),
    Row("GET", "/api/v1/live", 426, 426, 426, 426, 426),
    Row("GET", "/", LOGIN, 303, 303, 303, 303),
    Row("GET", "/login", 200, 303, 303, 303, 303),
    Row("POST", "/login", 403, 403, 403, 403, 403, form={"name": "x", "password": "y"}),
    Row("POST", "/logout", LOGIN, 303, 303, 303, 303),
    Row("GET", "/password", LOGIN, 200, 200, 200, 200),
    Row("POST", "/password", LOGIN, 422, 422, 422, 422, form={"old": "x", "new": "y"}),
    Row("GET", "/prove", LOGIN, 200, 200, 200, 200),
    Row("POST", "/prove", LOGIN, 403, 403, 403, 403, form={"password": "y"}),
]


def prepared(box: ApiBox) -> dict[str, Any]:
    """Make what the paths of ROUTES name, for client ``center-1``; values for ``Row.fill``."""
    del box
    return {}
