"""The answer of ``/metrics``: what the API counts, what it looks up now, and the other processes'.

What is looked up is a family only while it is known: the series of a store that does not answer go
away, so that no chart shows an old figure as the present one.
"""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily as Gauge

from edgebox.api.views import views
from edgebox.costs import known_prices
from edgebox.errors import StoreError
from edgebox.exposition import (
    KINDS,
    Families,
    Published,
    merged,
    published_at,
    worker_state,
)
from edgebox.settings import ROLES
from edgebox.system.log_shipping import Shipping, shipping
from edgebox.system.machine import clock_synchronised, total_memory

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from prometheus_client.metrics_core import Metric

    from edgebox.api.services import Services

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds that the disk gets to answer."""

REMEMBERED = 1.0
"""Seconds for which an answer is reused, so that frequent requests cost nothing."""


class Lookup(Generic[T]):
    """A question that may take too long. Requests at the same time share it.

    Args:
        ask: answers it; None: it cannot be answered.
        monotonic: seconds that never jump.
    """

    def __init__(
        self, ask: Callable[[], Awaitable[T | None]], monotonic: Callable[[], float]
    ) -> None:
        self._ask = ask
        self._monotonic = monotonic
        self._asking: asyncio.Future[T | None] | None = None
        self._asked_at = float("-inf")

    async def __call__(self) -> T | None:
        """Return the answer, or None if it does not come in time."""
        now = self._monotonic()
        done = self._asking is None or self._asking.done()
        if self._asking is None or (done and now - self._asked_at > REMEMBERED):
            self._asked_at = now
            self._asking = asyncio.ensure_future(self._ask())
        await asyncio.wait({self._asking}, timeout=PATIENCE)
        return self._asking.result() if self._asking.done() else None


@dataclass(frozen=True, slots=True)
class StoreNow:
    """The queue and the outbox. Waits are seconds; ``last_run`` is Unix seconds."""

    pending: int
    running: int
    oldest_pending: float
    callbacks: dict[str, int]
    oldest_callback: float
    last_run: float | None


@dataclass(frozen=True, slots=True)
class MachineNow:
    """Bytes."""

    database: int
    free: dict[str, int] = field(default_factory=dict)  # by folder
    shipping: Shipping | None = None


class Scrape:
    """Makes the answer.

    Args:
        services: what is looked at.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        settings, clock = services.settings, services.monotonic
        self.store = Lookup(lambda: services.threads.box(self._ask_store), clock)
        self._machine = Lookup(lambda: asyncio.to_thread(self._ask_machine), clock)
        folders = settings.state_dir, settings.socket.parent
        files = {name: published_at(name, *folders) for name in KINDS}
        self._published = Published(files, services.clock)

    async def text(self) -> bytes:
        """Return the text exposition format."""
        services = self._services
        await services.gate.ready()  # rereads the clients
        services.metrics.knows_clients(services.gate.client_ids())
        store, machine = await asyncio.gather(self.store(), self._machine())
        now = [*self._now(), *_of_store(store), *_of_machine(machine)]
        # Ten milliseconds that no request should wait for.
        return await asyncio.to_thread(self._rendered, now)

    def _rendered(self, now: list[Metric]) -> bytes:
        """Return the text, with what is counted and what is published; in a thread."""
        counted = self._services.metrics.registry.collect()
        families = merged(counted, now, self._published.families())
        known = [family for family in (*families, *views(families)) if family.samples]
        return generate_latest(Families(known))

    def _ask_store(self) -> StoreNow | None:
        """Read the database; in a thread."""
        store, now = self._services.store, self._services.clock()
        try:
            run = store.runs.last()
            return StoreNow(
                store.consultations.pending_count(),
                store.consultations.running_count(),
                _since(store.consultations.oldest_pending_at(), now),
                store.outbox.counts(),
                _since(store.outbox.oldest_pending_at(), now),
                run.started_at if run else None,
            )
        except StoreError:
            return None

    def _ask_machine(self) -> MachineNow | None:
        """Look at the disk; in a thread."""
        settings = self._services.settings
        database = settings.database
        size = 0
        for path in (database, Path(f"{database}-wal"), Path(f"{database}-journal")):
            with suppress(OSError):
                size += path.stat().st_size
        free = {}
        for name, folder in (("state", settings.state_dir), ("models", settings.models_dir)):
            with suppress(OSError):
                free[name] = shutil.disk_usage(folder).free
        return MachineNow(size, free, shipping(self._services.logs))

    def _now(self) -> Iterator[Metric]:
        """Yield what this process knows without the disk."""
        services, settings = self._services, self._services.settings
        quick = services.quick
        yield Gauge(
            "edgebox_quick_deadline_seconds",
            "The promise: [quick] deadline_seconds.",
            settings.quick.deadline_seconds,
        )
        yield Gauge("edgebox_quick_in_flight", "Quick summaries being made now.", quick.in_flight)
        yield Gauge(
            "edgebox_quick_in_flight_limit",
            "[quick] max_in_flight; more are refused.",
            settings.quick.max_in_flight,
        )
        yield Gauge(
            "edgebox_quick_promised_seconds",
            "Engine seconds that the admitted summaries still need.",
            quick.admission.promised,
        )
        yield Gauge(
            "edgebox_consultations_pending_limit",
            "[batch] max_waiting; more are refused.",
            settings.batch.max_waiting,
        )
        yield Gauge(
            "edgebox_batch_max_wait_seconds",
            "[batch] max_wait_seconds: a run begins this long after the one before at the latest.",
            settings.batch.max_wait_seconds,
        )
        yield Gauge(
            "edgebox_worker_up",
            "1 while a worker holds the state folder's lock and publishes its metrics.",
            worker_state(settings.state_dir, settings.socket.parent, services.clock()) == "up",
        )
        yield Gauge(
            "edgebox_live_calls",
            "Calls in progress, and those that have ended and are still shown.",
            len(services.live.calls),
        )
        yield Gauge("edgebox_live_bytes", "The memory that they take.", services.live.calls.bytes)
        waiting = Gauge(
            "edgebox_store_jobs_waiting",
            "Requests waiting for a thread to use the database, by pool (read, write, box).",
            labels=("pool",),
        )
        for pool, jobs in services.threads.waiting().items():
            waiting.add_metric((pool,), jobs)
        yield waiting
        price = Gauge(
            "edgebox_price",
            "Prices of [cost] in its currency, by item: kwh, month (machine and upkeep), pue (a "
            "factor), cloud_read, cloud_cached, cloud_written (a million tokens, with "
            "cloud_token_factor), target (the design's, an interaction). Absent: not set.",
            labels=("item",),
        )
        for item, amount in known_prices(settings.cost).items():
            price.add_metric((item,), amount)
        yield price
        yield from self._of_engine()
        yield Gauge("edgebox_machine_memory_bytes", "Memory that the machine has.", total_memory())
        if (until := services.certificate_until()) is not None:
            yield Gauge(
                "edgebox_certificate_not_after_timestamp_seconds",
                "When the certificate that is served expires, in Unix seconds.",
                until,
            )
        if (synchronised := clock_synchronised()) is not None:
            yield Gauge(
                "edgebox_clock_synchronised",
                "1 while the kernel takes its clock for synchronised.",
                synchronised,
            )

    def _of_engine(self) -> Iterator[Metric]:
        """Yield whether the engine is up, and the roles that other servers have."""
        engines, health = self._services.settings.engines, self._services.monitor.health
        elsewhere = [role for role in ROLES if engines.role(role).url]
        if len(elsewhere) < len(ROLES):
            yield Gauge(
                "edgebox_engine_up",
                "1 while the engine is ready. Absent where other servers have both roles.",
                health is not None and health.ready,
            )
        info = Gauge(
            "edgebox_model_info",
            "1 for each role, with its model.",
            labels=("role", "model", "backend", "context_tokens", "parallel"),
        )
        for role in elsewhere:
            options = engines.role(role)
            shape = (str(options.context_tokens), str(options.parallel))
            info.add_metric((role, options.url_model or options.model, "remote", *shape), 1)
        yield info


def _of_store(now: StoreNow | None) -> Iterator[Metric]:
    yield Gauge("edgebox_store_up", "1 when the database answered this scrape.", now is not None)
    if now is None:
        return
    yield Gauge("edgebox_consultations_pending", "Consultations waiting for analysis.", now.pending)
    yield Gauge("edgebox_consultations_running", "Consultations being analysed now.", now.running)
    yield Gauge(
        "edgebox_oldest_pending_seconds",
        "How long the oldest waiting one has waited; 0 when none does.",
        now.oldest_pending,
    )
    callbacks = Gauge(
        "edgebox_callbacks",
        "Callbacks that are in the outbox now, by state. Retention removes old ones: attempts "
        "are counted in edgebox_callback_attempts_total.",
        labels=("state",),
    )
    for state, number in now.callbacks.items():
        callbacks.add_metric((state,), number)
    yield callbacks
    yield Gauge(
        "edgebox_oldest_callback_seconds",
        "How long the oldest undelivered callback has waited; 0 when none does.",
        now.oldest_callback,
    )
    if now.last_run is not None:
        yield Gauge(
            "edgebox_batch_last_run_timestamp_seconds",
            "When the last run through the backlog began, in Unix seconds.",
            now.last_run,
        )


def _of_machine(now: MachineNow | None) -> Iterator[Metric]:
    if now is None:
        return
    yield Gauge("edgebox_database_bytes", "Size of the database with its journal.", now.database)
    free = Gauge(
        "edgebox_disk_free_bytes",
        "Free space on the disks of the state folder and the models folder.",
        labels=("folder",),
    )
    for folder, left in now.free.items():
        free.add_metric((folder,), left)
    yield free
    if now.shipping is None:
        return
    yield Gauge(
        "edgebox_log_shipping_refused_bytes",
        "Records that the log server refused, in rsyslog's file. Absent: none are sent.",
        now.shipping.refused,
    )
    if now.shipping.waiting is not None:
        yield Gauge(
            "edgebox_log_shipping_waiting_bytes",
            "rsyslog's queue for the log server. Absent: this user may not look.",
            now.shipping.waiting,
        )


def _since(when: float | None, now: float) -> float:
    return 0.0 if when is None else max(0.0, now - when)
