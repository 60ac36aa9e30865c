"""``/healthz``, ``/readyz`` and ``/metrics``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import Response

from edgebox import __version__
from edgebox.api.metrics import CONTENT_TYPE
from edgebox.api.problems import problem_response, request_id_of
from edgebox.api.responses import json_response
from edgebox.contract.answers import Alive, Problem, Ready
from edgebox.errors import StoreError
from edgebox.settings import ROLES
from edgebox.system.problem import PROBLEM_TYPE

if TYPE_CHECKING:
    from starlette.requests import Request

    from edgebox.api.services import Services

STORE_PATIENCE = 1.0
"""Seconds that the database gets to answer a question about its health."""

REMEMBERED = 1.0
"""Seconds for which an answer about the store is reused, so that frequent requests cost nothing."""


class HealthEndpoints:
    """The operational endpoints."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._asking: asyncio.Task[bool] | None = None
        self._asked_at = float("-inf")

    async def alive(self, _request: Request) -> Response:
        """``GET /healthz``: this process answers."""
        return json_response(Alive(version=__version__))

    async def ready(self, request: Request) -> Response:
        """``GET /readyz``: 200 if store and engine are ready, else 503 naming what is not.

        ``clients`` is among the parts only where keys cannot be checked.
        """
        keys_ok, store_ok = await asyncio.gather(self._services.gate.ready(), self._store_ok())
        parts = {"store": "ok" if store_ok else "unavailable"}
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
        """``GET /metrics`` on the API's own port: with a key."""
        await self._services.gate.admit(request)
        return await self.metrics_without_key(request)

    async def metrics_without_key(self, _request: Request) -> Response:
        """``GET /metrics`` on its own listener."""
        services = self._services
        health = services.monitor.health
        services.metrics.quick_in_flight.set(services.quick.in_flight)
        services.metrics.engine_up.set(health is not None and health.ready)
        services.metrics.engine_rss_bytes.set((health and health.rss_bytes) or 0)
        for role, speed in (health.roles if health else {}).items():
            gauge = services.metrics.engine_tokens_per_second
            gauge.labels(role, "prefill").set(speed.prefill_tps)
            gauge.labels(role, "decode").set(speed.decode_tps)
            gauge.labels(role, "batch_decode").set(speed.batch_decode_tps)
            size = services.metrics.engine_model_bytes
            size.labels(role, "weights").set(speed.weights_bytes)
            size.labels(role, "kv").set(speed.kv_bytes)
        for place, card in enumerate(health.gpus if health else ()):
            memory = services.metrics.engine_gpu_bytes
            memory.labels(str(place), card.name, "total").set(card.total)
            memory.labels(str(place), card.name, "used").set(card.total - card.free)
        await self._store_ok()
        for pool, waiting in services.threads.waiting().items():
            services.metrics.store_jobs_waiting.labels(pool).set(waiting)
        return Response(services.metrics.render(), headers={"Content-Type": CONTENT_TYPE})

    async def _store_ok(self) -> bool:
        """Return whether the store answers in time; requests at the same time share a question."""
        now = self._services.monotonic()
        done = self._asking is None or self._asking.done()
        if self._asking is None or (done and now - self._asked_at > REMEMBERED):
            self._asked_at = now
            self._asking = asyncio.create_task(self._services.threads.box(self._ask_store))
        await asyncio.wait({self._asking}, timeout=STORE_PATIENCE)
        return self._asking.done() and self._asking.result()

    def _ask_store(self) -> bool:
        """Read the queue's and the outbox's state into the gauges; in a thread."""
        store, metrics = self._services.store, self._services.metrics
        try:
            pending = store.consultations.pending_count()
            oldest = store.consultations.oldest_pending_at()
            callbacks = store.outbox.counts()
        except StoreError:
            metrics.store_up.set(0)
            return False
        waited = 0.0 if oldest is None else max(0.0, self._services.clock() - oldest)
        metrics.store_up.set(1)
        metrics.pending.set(pending)
        metrics.oldest_pending_seconds.set(waited)
        for state, number in callbacks.items():
            metrics.callbacks.labels(state).set(number)
        return True
