"""Clients, models and settings: what is in force, and what to type to change it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import RedirectResponse

from edgebox.console.asked import Asked
from edgebox.console.person import person_of
from edgebox.errors import EdgeBoxError, ModelsFolderError
from edgebox.models.installed import Installed
from edgebox.settings import ROLES, default_config_path
from edgebox.settings.check import in_force, without_password
from edgebox.system.addresses import peer_of

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from edgebox.api.services import Services
    from edgebox.console.services import ConsoleServices
    from edgebox.settings.check import Value

CLIENTS, MODELS, SETTINGS = "/admin/clients", "/admin/models", "/admin/settings"
DONE = ("disabled", "enabled")
_POOL = "console"


def routes(services: Services, console: ConsoleServices) -> list[BaseRoute]:
    """Return the routes of this file."""
    pages, guard = BoxPages(services, console), console.guard
    return [
        guard.page("GET", CLIENTS, pages.clients, "admin"),
        guard.page("POST", CLIENTS + "/{client_id}/disable", pages.disable, "admin", proved=True),
        guard.page("POST", CLIENTS + "/{client_id}/enable", pages.enable, "admin", proved=True),
        guard.page("GET", MODELS, pages.models, "admin"),
        guard.page("GET", SETTINGS, pages.settings, "admin"),
    ]


@dataclass(frozen=True)
class ListedModel:
    """A model of the catalogue or the folder. ``size`` in bytes."""

    name: str
    roles: tuple[str, ...]
    size: int
    state: str
    trial: bool
    used_by: tuple[str, ...]


class BoxPages:
    """The endpoints."""

    def __init__(self, services: Services, console: ConsoleServices) -> None:
        self._services = services
        self._console = console

    async def clients(self, request: Request) -> Response:
        """``GET /admin/clients``: everything but the secrets."""
        person, peer = person_of(request), peer_of(request.scope)
        clients = await self._services.threads.read(_POOL, self._services.store.clients.list)
        self._services.reads.note("view.clients", None, peer, None, person.name)
        return self._console.templates.page(
            request,
            "admin/clients.html",
            clients=clients,
            done=Asked(request.query_params).choice("done", DONE),
        )

    async def disable(self, request: Request) -> Response:
        """``POST /admin/clients/{client_id}/disable``."""
        client_id, by = request.path_params["client_id"], person_of(request).actor
        clients = self._services.store.clients
        await self._services.threads.write(_POOL, lambda: clients.disable(client_id, by=by))
        return _back("disabled")

    async def enable(self, request: Request) -> Response:
        """``POST /admin/clients/{client_id}/enable``."""
        client_id, by = request.path_params["client_id"], person_of(request).actor
        clients = self._services.store.clients
        await self._services.threads.write(_POOL, lambda: clients.enable(client_id, by=by))
        return _back("enabled")

    async def models(self, request: Request) -> Response:
        """``GET /admin/models``."""
        try:
            models = await self._services.threads.box(self._models)
        except EdgeBoxError:
            models = None
        engines, health = self._services.settings.engines, self._services.monitor.health
        return self._console.templates.page(
            request,
            "admin/models.html",
            models=models,
            folder=self._services.settings.models_dir,
            roles=[
                {
                    "role": role,
                    "model": engines.role(role).url_model or engines.role(role).model,
                    "url": without_password(engines.role(role).url),
                    "health": health.roles.get(role) if health else None,
                }
                for role in ROLES
            ],
        )

    async def settings(self, request: Request) -> Response:
        """``GET /admin/settings``."""

        def look() -> tuple[list[Value], Path]:
            file = default_config_path()
            return in_force(self._services.settings, file), file

        try:
            values, file = await self._services.threads.box(look)
        except EdgeBoxError:
            values, file = None, default_config_path()
        tables: list[tuple[str, list[Value]]] = [
            (table, list(of))
            for table, of in groupby(values or (), lambda value: value.key.rpartition(".")[0])
        ]
        return self._console.templates.page(
            request, "admin/settings.html", tables=tables, readable=values is not None, file=file
        )

    def _models(self) -> list[ListedModel]:
        settings = self._services.settings
        installed = Installed(settings.models_dir)
        used: dict[str, list[str]] = {}
        for role in ROLES:
            options = settings.engines.role(role)
            if not options.url:
                used.setdefault(options.model, []).append(role)
        return [
            ListedModel(
                entry.name,
                entry.roles,
                entry.size_bytes,
                _state(installed, entry.name),
                entry.trial,
                tuple(used.get(entry.name, ())),
            )
            for entry in installed.entries()
        ]


def _state(installed: Installed, name: str) -> str:
    try:
        return installed.state(name)
    except ModelsFolderError:  # the folder is closed to the API: doctor says so
        return "missing"


def _back(done: str) -> Response:
    return RedirectResponse(f"{CLIENTS}?done={quote(done)}", HTTPStatus.SEE_OTHER)
