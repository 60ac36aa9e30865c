"""Every route of the console, and what each kind of person gets from it.

``test_access.py`` asks each route as each person, and fails if a route has no row here. A new page
adds a row; what its path names has to be made in ``prepared`` or be something that is not there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from support.boxes.console import add_person
from support.boxes.records import records

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

    def address(self, made: dict[str, Any]) -> str:
        """Return the path with what ``prepared`` made in it."""
        return re.sub(":[a-z]+}", "}", self.path).format(**(made | self.fill))


STATIC = {"release": "0", "path": "a"}

ROUTES = [
    # The shell
    Row("GET", "/static/{release}/{path:path}", 404, 404, 404, 404, 404, STATIC),
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
    # The lead's pages
    Row("GET", "/review", LOGIN, 403, 200, 403, 200),
    Row("GET", "/review/{row:whole}", LOGIN, 403, 200, 403, 404),
    Row("GET", "/review/quality", LOGIN, 403, 200, 403, 200),
    Row("GET", "/review/usage", LOGIN, 403, 200, 403, 200),
    Row("GET", "/review/export", LOGIN, 403, 200, 403, 200),
    Row("POST", "/review/export", LOGIN, 403, 200, 403, 200),
    # The administrator's pages
    Row("GET", "/admin", LOGIN, 403, 403, 200, 403),
    Row("GET", "/admin/state", LOGIN, 403, 403, 200, 403),
    Row("GET", "/admin/batches", LOGIN, 403, 403, 200, 403),
    Row("POST", "/admin/batches/{batch_id}/resend", LOGIN, 403, 403, 303, 403),
    Row("POST", "/admin/batches/{batch_id}/retry", LOGIN, 403, 403, 303, 403),
    Row("GET", "/admin/operators", LOGIN, 403, 403, 200, 403),
    Row("POST", "/admin/operators", LOGIN, 403, 403, 422, 403),
    Row("POST", "/admin/operators/{name}/disable", LOGIN, 403, 403, 303, 403),
    Row("POST", "/admin/operators/{name}/enable", LOGIN, 403, 403, 303, 403),
    Row("POST", "/admin/operators/{name}/reset", LOGIN, 403, 403, 200, 403),
    Row("GET", "/admin/clients", LOGIN, 403, 403, 200, 403),
    Row("POST", "/admin/clients/{client_id}/disable", LOGIN, 403, 403, 303, 403),
    Row("POST", "/admin/clients/{client_id}/enable", LOGIN, 403, 403, 303, 403),
    Row("GET", "/admin/models", LOGIN, 403, 403, 200, 403),
    Row("GET", "/admin/settings", LOGIN, 403, 403, 200, 403),
    Row("GET", "/admin/audit", LOGIN, 403, 403, 200, 403),
    Row("GET", "/admin/audit/month", LOGIN, 403, 403, 200, 403),
    Row("GET", "/admin/audit/export", LOGIN, 403, 403, 200, 403),
    Row("POST", "/admin/audit/export", LOGIN, 403, 403, 200, 403),
]


def prepared(box: ApiBox) -> dict[str, Any]:
    """Make what the paths of ROUTES name, for client ``center-1``; values for ``Row.fill``."""
    made = records(box.store)
    add_person(box.store, "agent", "somebody")
    return {
        "row": made.rows["good"],
        "batch_id": made.batches[0],
        "name": "somebody",
        "client_id": "center-2",
    }
