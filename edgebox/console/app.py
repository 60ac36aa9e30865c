"""The console as data: its objects, its routes, its errors."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException

from edgebox.api.problems import on_http_exception
from edgebox.console import passwords
from edgebox.console.guard import Guard
from edgebox.console.hashing import HashThread
from edgebox.console.headers import secured
from edgebox.console.logins import Logins
from edgebox.console.navigation import Navigation
from edgebox.console.pages import (
    admin_audit,
    admin_batches,
    admin_box,
    admin_operators,
    admin_state,
    agent,
    login,
    review,
    review_export,
    review_figures,
)
from edgebox.console.rendering import Templates
from edgebox.console.services import ConsoleServices
from edgebox.console.sessions import Sessions
from edgebox.console.static_files import StaticFiles
from edgebox.errors import EdgeBoxError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from edgebox.api.services import Services

PROGRAMS = ("/api/", "/healthz", "/readyz", "/metrics", "/openapi.json")
"""Paths that programs ask for: what is not there is a problem, not a page."""


def build_console(services: Services) -> ConsoleServices:
    """Return the objects of the console."""
    settings, store = services.settings.console, services.store
    sessions = Sessions(store, services.threads, settings, clock=services.clock)
    hashes, static, navigation = HashThread(), StaticFiles(), Navigation()
    templates = Templates(settings.language, static, navigation)
    logins = Logins(
        store.operators, hashes, passwords, clock=services.clock, monotonic=services.monotonic
    )
    return ConsoleServices(
        sessions=sessions,
        logins=logins,
        hashes=hashes,
        templates=templates,
        static=static,
        navigation=navigation,
        guard=Guard(services, sessions, templates, navigation),
    )


def console_routes(services: Services, console: ConsoleServices) -> list[BaseRoute]:
    """Return the routes of all pages."""
    further = (
        review,
        review_figures,
        review_export,
        admin_state,
        admin_batches,
        admin_operators,
        admin_box,
        admin_audit,
    )
    return [
        console.static.route(),
        *login.routes(services, console),
        *agent.routes(console),
        *(route for pages in further for route in pages.routes(services, console)),
    ]


def console_handlers(console: ConsoleServices) -> dict[Any, Any]:
    """Return the handlers that differ from the API's: a browser gets a page where nothing is."""

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - how Starlette looks handlers up
        wants = "text/html" in request.headers.get("accept", "")
        if wants and not request.url.path.startswith(PROGRAMS):
            request.state.person = None
            with suppress(EdgeBoxError):  # the menu is no reason to fail
                request.state.person = await console.sessions.person(request)
            return secured(await console.guard.error_page(request, error.status_code))
        return await on_http_exception(request, error)

    return {HTTPException: on_http}
