"""The accounts of people: adding, ending, a new one-time password, which is shown once."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import RedirectResponse

from edgebox.console import passwords
from edgebox.console.asked import Asked
from edgebox.console.forms import form_of
from edgebox.console.person import person_of
from edgebox.errors import NotFound, UsageError
from edgebox.store.operators import ROLES, NewOperator
from edgebox.system.addresses import peer_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from edgebox.api.services import Services
    from edgebox.console.services import ConsoleServices
    from edgebox.store.operators import Operator

PATH = "/admin/operators"
DONE = ("disabled", "enabled")
_POOL = "console"


def routes(services: Services, console: ConsoleServices) -> list[BaseRoute]:
    """Return the routes of this file."""
    pages, guard = OperatorPages(services, console), console.guard
    one = PATH + "/{name}"
    return [
        guard.page("GET", PATH, pages.list, "admin"),
        guard.page("POST", PATH, pages.add, "admin", proved=True),
        guard.page("POST", one + "/disable", pages.disable, "admin", proved=True),
        guard.page("POST", one + "/enable", pages.enable, "admin", proved=True),
        guard.page("POST", one + "/reset", pages.reset, "admin", proved=True),
    ]


class OperatorPages:
    """The endpoints."""

    def __init__(self, services: Services, console: ConsoleServices) -> None:
        self._services = services
        self._console = console

    async def list(self, request: Request) -> Response:
        """``GET /admin/operators``."""
        person, peer = person_of(request), peer_of(request.scope)
        self._services.reads.note("view.operators", None, peer, None, person.name)
        return await self._page(request, form={}, problem="")

    async def add(self, request: Request) -> Response:
        """``POST /admin/operators``: name, role, client, display, extension."""
        form, by = await form_of(request), person_of(request).actor
        name, role = form.get("name", "").strip().lower(), form.get("role", "")
        chosen = next((one for one in ROLES if one == role), None)
        if chosen is None:
            return await self._page(
                request, form, "operators.wrong", HTTPStatus.UNPROCESSABLE_ENTITY
            )
        password = passwords.one_time()
        kept = await self._console.hashes.run(lambda: passwords.hashed(password))
        new = NewOperator(
            name=name,
            role=chosen,
            client_id=None if chosen == "admin" else form.get("client") or None,
            display=form.get("display", "").strip() or name,
            password=kept,
            extension=form.get("extension", "").strip(),
        )
        operators = self._services.store.operators

        def work() -> str:
            if operators.get(name) is not None:
                return "operators.exists"
            try:
                operators.add(new, by=by)
            except (UsageError, NotFound):  # its message is for the command line
                return "operators.wrong"
            return ""

        if problem := await self._services.threads.write(_POOL, work):
            return await self._page(request, form, problem, HTTPStatus.UNPROCESSABLE_ENTITY)
        return self._password(request, name, password)

    async def disable(self, request: Request) -> Response:
        """``POST /admin/operators/{name}/disable``."""
        name, by = request.path_params["name"], person_of(request).actor
        if name == by.operator:
            return await self._page(request, {}, "operators.yourself", HTTPStatus.CONFLICT)
        operators = self._services.store.operators
        await self._services.threads.write(_POOL, lambda: operators.disable(name, by=by))
        await self._console.sessions.look()
        return _back("disabled")

    async def enable(self, request: Request) -> Response:
        """``POST /admin/operators/{name}/enable``."""
        name, by = request.path_params["name"], person_of(request).actor
        operators = self._services.store.operators
        await self._services.threads.write(_POOL, lambda: operators.enable(name, by=by))
        return _back("enabled")

    async def reset(self, request: Request) -> Response:
        """``POST /admin/operators/{name}/reset``: a one-time password in the answer."""
        name, by = request.path_params["name"], person_of(request).actor
        if name == by.operator:
            return await self._page(request, {}, "operators.yourself", HTTPStatus.CONFLICT)
        password = passwords.one_time()
        kept = await self._console.hashes.run(lambda: passwords.hashed(password))
        operators = self._services.store.operators
        await self._services.threads.write(_POOL, lambda: operators.reset(name, kept, by=by))
        await self._console.sessions.look()
        return self._password(request, name, password)

    def _password(self, request: Request, name: str, password: str) -> Response:
        return self._console.templates.page(
            request, "admin/password_once.html", name=name, password=password
        )

    async def _page(
        self, request: Request, form: dict[str, str], problem: str, status: int = 200
    ) -> Response:
        store = self._services.store

        def look() -> tuple[list[Operator], list[str]]:
            return store.operators.list(), [one.client_id for one in store.clients.list()]

        people, clients = await self._services.threads.read(_POOL, look)
        return self._console.templates.page(
            request,
            "admin/operators.html",
            status,
            people=people,
            clients=clients,
            roles=ROLES,
            form=form,
            problem=problem,
            now=self._services.clock(),
            done=Asked(request.query_params).choice("done", DONE),
        )


def _back(done: str) -> Response:
    return RedirectResponse(f"{PATH}?done={quote(done)}", HTTPStatus.SEE_OTHER)
