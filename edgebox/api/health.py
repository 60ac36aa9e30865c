"""``/healthz``, ``/readyz`` and ``/metrics``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import Response

from edgebox import __version__
from edgebox.api.metrics import CONTENT_TYPE
from edgebox.api.metrics_token import MetricsToken
from edgebox.api.problems import problem_response, request_id_of
from edgebox.api.responses import json_response
from edgebox.api.scrape import Scrape
from edgebox.contract.answers import Alive, Problem, Ready
from edgebox.settings import ROLES
from edgebox.system.problem import PROBLEM_TYPE

if TYPE_CHECKING:
    from starlette.requests import Request

    from edgebox.api.services import Services


class HealthEndpoints:
    """The operational endpoints."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._scrape = Scrape(services)
        self._token = MetricsToken(services.settings.api.metrics_token_file)

    async def alive(self, _request: Request) -> Response:
        """``GET /healthz``: this process answers."""
        return json_response(Alive(version=__version__))

    async def ready(self, request: Request) -> Response:
        """``GET /readyz``: 200 if store and engine are ready, else 503 naming what is not.

        ``clients`` is among the parts only where keys cannot be checked.
        """
        keys_ok, store = await asyncio.gather(self._services.gate.ready(), self._scrape.store())
        parts = {"store": "ok" if store is not None else "unavailable"}
        if not keys_ok:
            parts["clients"] = "unavailable"
        engines, health = self._services.settings.engines, self._services.monitor.health
        if all(engines.role(role).url for role in ROLES):
            parts["engine"] = "remote"  # nothing of ours to be ready
        elif health is None:
            parts["engine"] = "unavailable"
        else:
            parts["engine"] = "ok" if health.ready else "starting"
        if all(state in {"ok", "remote"} for state in parts.values()):
            return json_response(Ready(parts=parts))
        failing = " and ".join(
            part for part, state in parts.items() if state not in {"ok", "remote"}
        )
        problem = Problem(
            type=f"{PROBLEM_TYPE}not-ready",
            title="Not ready",
            status=503,
            detail=f"Not ready: {failing}. On the box, edgebox doctor says what to do.",
            request_id=request_id_of(request),
            parts=parts,
        )
        return problem_response(problem, {"Retry-After": "2"})

    async def metrics(self, request: Request) -> Response:
        """``GET /metrics`` on the API's own port: with a key, or with the monitor's token."""
        sent = request.headers.get("authorization", "")
        known = bool(sent) and await asyncio.to_thread(self._token.is_in, sent)
        if not known:
            await self._services.gate.admit(request)
        return await self.metrics_without_key(request)

    async def metrics_without_key(self, _request: Request) -> Response:
        """``GET /metrics`` on its own listener."""
        return Response(await self._scrape.text(), headers={"Content-Type": CONTENT_TYPE})
