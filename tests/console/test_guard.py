"""What every request of the console is held against, and the headers of every answer."""

import pytest
from starlette.responses import PlainTextResponse

from console.routes import ROUTES, prepared
from edgebox.api.app import create_app
from edgebox.console.app import console_handlers, console_routes
from edgebox.console.guard import PROOF_SECONDS
from edgebox.console.headers import HEADERS
from edgebox.console.person import person_of
from support.boxes.console import PASSWORD, browser, logged_in

pytestmark = pytest.mark.anyio


async def test_every_answer_has_the_headers(box):
    async with browser(box) as nobody, logged_in(box, "lead") as lead:
        made = prepared(box)
        paths = {
            row.address(made)
            for row in ROUTES
            if row.method == "GET" and not row.path.startswith("/api/")
        }
        seen = set()
        for http in (nobody, lead):
            for path in sorted(paths | {"/nothing", box.console.static.address("app.css")}):
                answer = await http.get(path)
                seen.add(answer.status_code)
                for name, value in HEADERS.items():
                    assert answer.headers[name] == value, f"{path} {answer.status_code}: {name}"
                kept = "immutable" in answer.headers["cache-control"]
                assert kept is (path.startswith("/static") and answer.status_code == 200)
        assert {200, 303, 404} <= seen


async def test_the_policy_lets_no_script_and_no_html_in():
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "trusted-types 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_what_is_not_there_is_a_page_to_people_and_a_problem_to_programs(box):
    async with browser(box) as http:
        page = await http.get("/nothing")
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "그런 화면이 없습니다" in page.text
        assert page.headers["x-request-id"] in page.text
        for path in ("/api/v1/nothing", "/healthz/nothing"):
            answer = await http.get(path)
            assert answer.headers["content-type"] == "application/problem+json"
        answer = await http.get("/nothing", headers={"Accept": "*/*"})
        assert answer.headers["content-type"] == "application/problem+json"
    async with logged_in(box, "agent") as http:
        assert "김민지" in (await http.get("/nothing")).text


async def test_without_the_console_there_are_no_pages(box):
    plain = {getattr(route, "path", "") for route in create_app(box.services).routes}
    assert "/login" not in plain


async def test_a_form_has_to_be_a_form(box):
    async with browser(box) as http:
        wrong = await http.post("/login", json={"name": "x"})
        assert wrong.status_code == 415
        large = await http.post("/login", data={"name": "x" * 70_000})
        assert large.status_code == 413
        many = await http.post("/login", data={f"f{n}": "x" for n in range(100)})
        assert many.status_code == 400
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        odd = await http.post("/login", content=b"name=\xff", headers=kind)
        assert odd.status_code == 400


@pytest.fixture
async def guarded(timed):
    """A box with a page and a script's route that want a fresh proof."""

    async def show(request):
        return PlainTextResponse(person_of(request).name)

    guard = timed.console.guard
    routes = [
        *console_routes(timed.services, timed.console),
        guard.page("GET", "/export", show, "lead", proved=True),
        guard.page("POST", "/export", show, "lead", proved=True),
        guard.page("POST", "/elsewhere", show, "lead", proved=True),
        guard.data("POST", "/script", show, "lead", proved=True),
    ]
    handlers = console_handlers(timed.console)
    timed.app = create_app(timed.services, routes=routes, handlers=handlers)
    return timed


async def test_some_pages_want_the_password_again(guarded, clock):
    async with logged_in(guarded, "lead") as http:
        assert (await http.get("/export")).text == "lead"
        clock.advance(PROOF_SECONDS + 1)
        asked = await http.get("/export?a=b")
        assert asked.headers["location"] == "/prove?next=%2Fexport%3Fa%3Db"
        assert (await http.post("/export")).headers["location"] == "/prove?next=%2Fexport"
        assert (await http.post("/elsewhere")).headers["location"] == "/prove"
        refused = await http.post("/script", json={})
        assert (refused.status_code, refused.json()["type"]) == (
            403,
            "urn:edgebox:problem:forbidden",
        )
        assert (await http.post("/prove", data={"password": "no"})).status_code == 403
        proved = await http.post("/prove", data={"password": PASSWORD, "next": "/export?a=b"})
        assert proved.headers["location"] == "/export?a=b"
        assert (await http.get("/export")).text == "lead"
        assert (await http.post("/script", json={})).text == "lead"
    assert "session.prove" in [row.action for row in guarded.store.audit.rows()]


async def test_a_fault_is_a_page_without_what_went_wrong(guarded, caplog):
    async def fail(request):
        raise ValueError("속삭임")

    routes = [
        *console_routes(guarded.services, guarded.console),
        guarded.console.guard.page("GET", "/fault", fail, "lead"),
    ]
    guarded.app = create_app(guarded.services, routes=routes)
    async with logged_in(guarded, "lead") as http:
        answer = await http.get("/fault")
    assert answer.status_code == 500
    assert "요청을 처리하지 못했습니다" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert answer.headers["content-security-policy"]
    assert "속삭임" not in answer.text + caplog.text
    assert "ValueError" in caplog.text


async def test_a_scripts_route_answers_with_problems(guarded):
    async with browser(guarded) as http:
        answer = await http.post("/script", json={})
        assert (answer.status_code, answer.json()["type"]) == (
            401,
            "urn:edgebox:problem:login-needed",
        )
    async with logged_in(guarded, "agent") as http:
        assert (await http.post("/script", json={})).status_code == 403
    async with logged_in(guarded, "lead") as http:
        assert (await http.post("/script", data={"a": "b"})).status_code == 415


async def test_the_menu_has_the_places_of_the_role(guarded):
    async def show(request):
        return guarded.console.templates.page(request, "password.html", problem="")

    guard = guarded.console.guard
    routes = [
        *console_routes(guarded.services, guarded.console),
        guard.page("GET", "/review", show, "lead"),
        guard.page("GET", "/admin", show, "admin"),
    ]
    guarded.app = create_app(guarded.services, routes=routes)
    async with logged_in(guarded, "lead") as http:
        assert (await http.get("/")).headers["location"] == "/review"
        page = (await http.get("/review")).text
        assert '<a href="/review" aria-current="page">상담 기록</a>' in page
        assert 'href="/admin"' not in page
    async with logged_in(guarded, "admin") as http:
        assert (await http.get("/")).headers["location"] == "/admin"
