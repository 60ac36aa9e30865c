"""Every route of the console as every kind of person."""

import pytest

from console.routes import LOGIN, ROUTES, prepared
from edgebox.api.app import create_app
from support.boxes.console import browser, logged_in

pytestmark = pytest.mark.anyio

PEOPLE = ("nobody", "agent", "lead", "admin", "other")


def known(routes):
    asked = {(way, route.path) for route in routes for way in getattr(route, "methods", None) or ()}
    return {(method, path) for method, path in asked if method != "HEAD"}


async def test_every_route_of_the_console_has_a_row(box):
    """A page without a row here is a page whose readers nobody has thought about."""
    pages = known(box.app.routes) - known(create_app(box.services).routes)
    assert len(pages) > 5
    assert {(row.method, row.path) for row in ROUTES} == pages


@pytest.mark.parametrize("person", PEOPLE)
async def test_each_person_gets_what_the_table_says(box, person):
    made = prepared(box)
    if person == "nobody":
        async with browser(box) as http:
            wrong = await _asked(http, made, person)
    elif person == "other":
        async with logged_in(box, "lead", "other", client="center-2") as http:
            wrong = await _asked(http, made, person)
    else:
        async with logged_in(box, person) as http:
            wrong = await _asked(http, made, person)
    assert not wrong, "\n".join(wrong)


async def _asked(http, made, person):
    """Ask every route with the session that ``http`` has, also after a route that ends it."""
    wrong, cookies = [], dict(http.cookies)
    ends = [row for row in ROUTES if row.path == "/logout"]
    for row in [*(row for row in ROUTES if row not in ends), *ends]:
        path = row.address(made)
        accept = {"Accept": "text/html"}
        sent = {"data": row.form or {}} if row.method == "POST" else {}
        if row.path.startswith("/api/"):
            accept, sent = {}, {"json": row.form or {}} if row.method == "POST" else {}
        answer = await http.request(row.method, path, headers=accept, **sent)
        got: int | str = answer.status_code
        if got == 401 or (got == 303 and answer.headers["location"].startswith("/login?next")):
            got = LOGIN
        if got == 303 and answer.headers["location"] == "/login":
            got = LOGIN
        if got != getattr(row, person):
            wrong.append(f"{row.method} {row.path}: {person} gets {got}: {answer.text[:80]}")
    assert row.path != "/logout" or person == "nobody" or cookies
    return wrong
