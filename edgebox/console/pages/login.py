"""Logging in and out, the password, and giving it again."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from edgebox.console.forms import form_of
from edgebox.console.guard import LOGIN, PROVE, local_path
from edgebox.console.navigation import ACCOUNT
from edgebox.console.password_rules import problem_of
from edgebox.console.person import person_of
from edgebox.errors import LoginLocked, LoginRefused, RateLimited
from edgebox.store.operators import ROLES
from edgebox.system.addresses import peer_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from edgebox.api.metrics import Metrics
    from edgebox.api.services import Services
    from edgebox.console.services import ConsoleServices

LONGEST_NAME = 64
SHORT_WAIT = 90
"""Seconds; longer waits are told in minutes."""


def routes(services: Services, console: ConsoleServices) -> list[BaseRoute]:
    """Return the routes of this file."""
    page, guard = LoginPages(services.metrics, console), console.guard
    return [
        guard.page("GET", "/", page.start, *ROLES),
        guard.open("GET", LOGIN, page.login),
        guard.open("POST", LOGIN, page.log_in),
        guard.page("POST", "/logout", page.log_out, *ROLES),
        guard.page("GET", ACCOUNT, page.password, *ROLES),
        guard.page("POST", ACCOUNT, page.change_password, *ROLES),
        guard.page("GET", PROVE, page.proof, *ROLES),
        guard.page("POST", PROVE, page.prove, *ROLES),
    ]


class LoginPages:
    """The endpoints."""

    def __init__(self, metrics: Metrics, console: ConsoleServices) -> None:
        self._metrics = metrics
        self._console = console

    async def start(self, request: Request) -> Response:
        """``GET /``: the page that this person begins with."""
        return _see_other(self._console.navigation.start_of(person_of(request)))

    async def login(self, request: Request) -> Response:
        """``GET /login``."""
        if request.state.person is not None:
            return _see_other(local_path(request.query_params.get("next", "")))
        return self._login_page(request, request.query_params.get("next", ""))

    async def log_in(self, request: Request) -> Response:
        """``POST /login``: name, password, next."""
        form = await form_of(request)
        name = form.get("name", "").strip().lower()[: LONGEST_NAME + 1]
        then, peer = form.get("next", ""), peer_of(request.scope)
        try:
            operator = await self._console.logins.check(name, form.get("password", ""), peer)
            token = await self._console.sessions.start(operator, request.state.person, peer)
        except (LoginRefused, RateLimited) as error:
            self._metrics.logins.labels(_result(error)).inc()
            text, headers = self._refusal(error, "login.wrong")
            page = self._login_page(request, then, text, name, status=error.http_status)
            page.headers.update(headers)
            return page
        self._metrics.logins.labels("success").inc()
        request.state.client_id = operator.client_id  # for the log's line
        response = _see_other(ACCOUNT if operator.must_change else local_path(then))
        self._console.sessions.set_cookie(request, response, token)
        return response

    async def log_out(self, request: Request) -> Response:
        """``POST /logout``."""
        await self._console.sessions.end(person_of(request))
        response = _see_other(f"{LOGIN}?out=1")
        self._console.sessions.clear_cookie(request, response)
        return response

    async def password(self, request: Request) -> Response:
        """``GET /password``."""
        return self._console.templates.page(request, "password.html", problem="")

    async def change_password(self, request: Request) -> Response:
        """``POST /password``: old, new, again. A new session, the others end."""
        form, person = await form_of(request), person_of(request)
        old, new, peer = form.get("old", ""), form.get("new", ""), peer_of(request.scope)
        if key := _refused(new, form.get("again", ""), old, person.names):
            return self._password_page(request, self._console.templates.text(key))
        try:
            operator = await self._console.logins.change(person.name, old, new, peer)
            await self._console.sessions.look()
            token = await self._console.sessions.start(operator, None, peer)
        except (LoginRefused, RateLimited) as error:
            text, headers = self._refusal(error, "password.wrong")
            page = self._password_page(request, text, error.http_status)
            page.headers.update(headers)
            return page
        response = _see_other("/")
        self._console.sessions.set_cookie(request, response, token)
        return response

    async def proof(self, request: Request) -> Response:
        """``GET /prove``."""
        return self._proof_page(request, "", request.query_params.get("next", ""))

    async def prove(self, request: Request) -> Response:
        """``POST /prove``: password, next."""
        form, person = await form_of(request), person_of(request)
        then, peer = form.get("next", ""), peer_of(request.scope)
        try:
            await self._console.logins.check(person.name, form.get("password", ""), peer)
        except (LoginRefused, RateLimited) as error:
            text, headers = self._refusal(error, "prove.wrong")
            page = self._proof_page(request, text, then, status=error.http_status)
            page.headers.update(headers)
            return page
        await self._console.sessions.prove(person)
        return _see_other(local_path(then))

    def _login_page(
        self, request: Request, then: str, problem: str = "", name: str = "", *, status: int = 200
    ) -> Response:
        out = "out" in request.query_params and not problem
        shown = {"problem": problem, "then": local_path(then), "out": out, "name": name}
        return self._console.templates.page(request, "login.html", status, **shown)

    def _password_page(self, request: Request, problem: str, status: int = 422) -> Response:
        return self._console.templates.page(request, "password.html", status, problem=problem)

    def _proof_page(
        self, request: Request, problem: str, then: str, *, status: int = 200
    ) -> Response:
        return self._console.templates.page(
            request, "prove.html", status, problem=problem, then=local_path(then)
        )

    def _refusal(self, error: LoginRefused | RateLimited, wrong: str) -> tuple[str, dict[str, str]]:
        """Return what to tell the person, and the headers that say the same."""
        text = self._console.templates.text
        if isinstance(error, LoginRefused):
            return text(wrong), {}
        seconds = error.retry_after or 1
        key = "login.locked" if isinstance(error, LoginLocked) else "login.busy"
        minutes = math.ceil(seconds / 60)
        long = seconds > SHORT_WAIT
        wait = (
            text("login.minutes", count=minutes) if long else text("login.seconds", count=seconds)
        )
        return text(key, wait=wait), {"Retry-After": str(seconds)}


def _result(error: LoginRefused | RateLimited) -> str:
    if isinstance(error, LoginRefused):
        return "refused"
    return "locked" if isinstance(error, LoginLocked) else "busy"


def _refused(new: str, again: str, old: str, names: tuple[str, ...]) -> str | None:
    """Return the key of what is wrong with a new password, or None."""
    if new != again:
        return "password.differ"
    if new == old:
        return "password.same"
    return problem_of(new, *names)


def _see_other(path: str) -> Response:
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)
