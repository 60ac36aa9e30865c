"""The API as data: routes, middleware, handlers."""

from __future__ import annotations

import uuid
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from edgebox.api.absolute_form import AbsoluteForm
from edgebox.api.ask import AskEndpoints
from edgebox.api.batches import BatchEndpoints
from edgebox.api.health import HealthEndpoints
from edgebox.api.live import LiveEndpoints
from edgebox.api.middleware import BodyLimit, RequestContext
from edgebox.api.openapi import get_openapi
from edgebox.api.problems import on_client_gone, on_edgebox_error, on_http_exception
from edgebox.api.quick import QuickEndpoint
from edgebox.contract.paths import Paths
from edgebox.errors import EdgeBoxError
from edgebox.system.http import ClientGone

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute
    from starlette.types import Lifespan

    from edgebox.api.services import Services

    Endpoint = Callable[[Request], Awaitable[Response]]

HANDLERS: dict[Any, Any] = {
    EdgeBoxError: on_edgebox_error,
    HTTPException: on_http_exception,
    ClientGone: on_client_gone,
}


def create_app(
    services: Services,
    lifespan: Lifespan[Starlette] | None = None,
    *,
    routes: Sequence[BaseRoute] = (),
    handlers: Mapping[Any, Any] | None = None,
) -> Starlette:
    """Return the app that serves the public interface (docs/api.md).

    Args:
        services: what its endpoints work with.
        lifespan: of the app.
        routes: further ones: the console's.
        handlers: of exceptions, in the place of HANDLERS.
    """
    quick = QuickEndpoint(services)
    batches = BatchEndpoints(services)
    health = HealthEndpoints(services)
    asks = AskEndpoints(services)
    live = LiveEndpoints(services)
    has_asks = services.settings.ask.enabled == "on"
    questions = [
        _route("POST", Paths.ASK, asks.post),
        _route("GET", Paths.ASKED, asks.get),
        _route("POST", Paths.FEEDBACK, asks.feedback),
    ]
    return _app(
        services,
        [
            *(questions if has_asks else ()),
            _route("POST", Paths.QUICK_SUMMARY, quick.post),
            _route("POST", Paths.BATCH_ANALYSIS, batches.post),
            _route("GET", Paths.BATCHES, batches.page),
            _route("GET", Paths.BATCH, batches.get),
            _route("PUT", Paths.LIVE, live.call, "DELETE"),
            _route("POST", Paths.LIVE_END, live.end),
            _route("GET", Paths.RECORD, live.record),
            _route("GET", Paths.ALIVE, health.alive, "HEAD"),
            _route("GET", Paths.READY, health.ready, "HEAD"),
            _route("GET", Paths.METRICS, health.metrics),
            _route("GET", Paths.OPENAPI, get_openapi(asks=has_asks, api=services.settings.api)),
            *routes,
        ],
        lifespan,
        handlers or {},
    )


def create_metrics_app(services: Services) -> Starlette:
    """Return the app of the ``metrics_listen`` listener: ``/metrics`` without a key."""
    health = HealthEndpoints(services)
    return _app(services, [_route("GET", Paths.METRICS, health.metrics_without_key)])


def _app(
    services: Services,
    routes: Sequence[BaseRoute],
    lifespan: Lifespan[Starlette] | None = None,
    handlers: Mapping[Any, Any] = MappingProxyType({}),
) -> Starlette:
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(AbsoluteForm),
            Middleware(
                RequestContext,
                metrics=services.metrics,
                lines=services.lines,
                clock=services.monotonic,
                new_id=lambda: uuid.uuid4().hex,
            ),
            Middleware(BodyLimit, limit=services.settings.api.body_limit_bytes),
        ],
        exception_handlers={**HANDLERS, **handlers},
        lifespan=lifespan,
    )
    for route in routes:
        if isinstance(route, Route):
            for method in route.methods or ():
                services.metrics.knows_route(method, route.path)
    app.router.redirect_slashes = False  # a path with a slash too many does not exist
    return app


def _route(method: str, path: str, endpoint: Endpoint, *more: str) -> Route:
    """Return a route of exactly these methods: Starlette would add HEAD to every GET."""
    route = Route(path, endpoint, methods=[method])
    route.methods = {method, *more}
    return route
