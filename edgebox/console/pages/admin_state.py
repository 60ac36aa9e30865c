"""The administrator's first page: is everything running, what waits, what is there to do."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from edgebox import __version__, diagnosis
from edgebox.console.findings import TRANSLATIONS
from edgebox.errors import StoreError
from edgebox.exposition import worker_state
from edgebox.schedule import seconds_until_run
from edgebox.settings import ROLES
from edgebox.system.machine import rss_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from edgebox.api.services import Services
    from edgebox.console.services import ConsoleServices
    from edgebox.engine_client import EngineHealth
    from edgebox.exposition import WorkerState
    from edgebox.store.runs import Run

PATH = "/admin"
FRAGMENT = "/admin/state"
LOW_DISK, LOW_MEMORY = 0.10, 0.05
"""Of the whole: less than this is worth a word."""

OLD_DIAGNOSIS = 7 * 86_400
"""Seconds after which what the doctor found is said to be old."""

Light = Literal["good", "warn", "bad"]

WORKER_LIGHTS: Final[dict[WorkerState, Light]] = {
    "up": "good",
    "starting": "warn",
    "stalled": "bad",
    "down": "bad",
}


def routes(services: Services, console: ConsoleServices) -> list[BaseRoute]:
    """Return the routes of this file."""
    page, guard = StatePage(services, console), console.guard
    return [
        guard.page("GET", PATH, page.whole, "admin"),
        guard.page("GET", FRAGMENT, page.fragment, "admin", by_itself=True),
    ]


@dataclass(frozen=True)
class Process:
    """A process: its light, and the key of what it says."""

    name: str
    light: Light
    word: str
    rss: int | None = None


@dataclass(frozen=True)
class Advice:
    """Something to do: the key of what is wrong, its values, and what to type."""

    word: str
    values: Mapping[str, object]
    command: str


@dataclass(frozen=True)
class Recorded:
    """What the database knows. Times are Unix seconds."""

    pending: int
    open: int
    oldest: float | None
    next_run: float | None
    last_run: Run | None
    callbacks: dict[str, int]


@dataclass(frozen=True)
class Room:
    """Bytes of something, and how much of it is free."""

    free: int
    total: int

    @property
    def used(self) -> float:
        """The share in use, 0 to 1."""
        return 1 - self.free / self.total if self.total else 1.0


class StatePage:
    """The endpoints."""

    def __init__(self, services: Services, console: ConsoleServices) -> None:
        self._services = services
        self._console = console

    async def whole(self, request: Request) -> Response:
        """``GET /admin``."""
        return await self._page(request, "admin/state.html")

    async def fragment(self, request: Request) -> Response:
        """``GET /admin/state``: the part of the page that changes, for a script."""
        return await self._page(request, "admin/_state.html")

    async def _page(self, request: Request, template: str) -> Response:
        services = self._services
        try:
            recorded = await services.threads.box(self._recorded)
        except StoreError:
            recorded = None
        worker, disk, found = await asyncio.to_thread(self._looked_at)
        health = services.monitor.health
        memory = Room(*health.memory) if health and health.memory else None
        translate = TRANSLATIONS[self._console.templates.language]
        remote = all(services.settings.engines.role(role).url for role in ROLES)
        processes = [
            Process("api", "good" if recorded else "bad", "up" if recorded else "no_store", _own()),
            _engine(health, remote=remote),
            Process("worker", WORKER_LIGHTS[worker], worker),
        ]
        return self._console.templates.page(
            request,
            template,
            now=services.clock(),
            version=__version__,
            processes=processes,
            advice=_advice(processes, recorded, disk, memory),
            recorded=recorded,
            disk=disk,
            memory=memory,
            cards=[
                (card.name, Room(card.free, card.total)) for card in (health.gpus if health else ())
            ],
            roles=list(health.roles.values()) if health else [],
            calls=services.quick.in_flight,
            asks=services.asks.in_flight,
            most_asks=services.settings.ask.max_in_flight,
            live=len(services.live.calls),
            found=found,
            findings=[translate(one) for one in found.findings] if found else [],
            old=found is not None and services.clock() - found.at > OLD_DIAGNOSIS,
        )

    def _recorded(self) -> Recorded:
        store, now = self._services.store, self._services.clock()
        pending, last = store.consultations.pending_count(), store.runs.last()
        oldest, next_run = store.consultations.oldest_pending_at(), None
        if pending:
            began = last.started_at if last and last.finished_at is not None else None
            batch = self._services.settings.batch
            next_run = now + seconds_until_run(pending, oldest, began, now, batch)
        return Recorded(
            pending,
            store.consultations.open_count(),
            oldest,
            next_run,
            last,
            store.outbox.counts(),
        )

    def _looked_at(self) -> tuple[WorkerState, Room, diagnosis.Diagnosis | None]:
        settings = self._services.settings
        state_dir = settings.state_dir
        usage = shutil.disk_usage(state_dir)
        return (
            worker_state(state_dir, settings.socket.parent, self._services.clock()),
            Room(usage.free, usage.total),
            diagnosis.last(state_dir),
        )


def _own() -> int:
    return rss_bytes("self")


def _engine(health: EngineHealth | None, *, remote: bool) -> Process:
    if remote:
        return Process("engine", "good", "remote")
    if health is None:
        return Process("engine", "bad", "down")
    if not health.ready:
        return Process("engine", "warn", "starting", health.rss_bytes)
    return Process("engine", "good", "up", health.rss_bytes)


def _advice(
    processes: list[Process], recorded: Recorded | None, disk: Room, memory: Room | None
) -> list[Advice]:
    found = [
        Advice(f"state.advice.{one.name}", {}, "edgebox doctor")
        for one in processes
        if one.light == "bad"
    ]
    if recorded and recorded.callbacks["dead"]:
        dead = {"count": recorded.callbacks["dead"]}
        found.append(Advice("state.advice.dead", dead, "edgebox callbacks resend --dead"))
    for name, room, least in (("disk", disk, LOW_DISK), ("memory", memory, LOW_MEMORY)):
        if room and room.free < room.total * least:
            values = {"percent": f"{(1 - room.used) * 100:.0f}"}
            found.append(Advice(f"state.advice.{name}", values, "edgebox doctor"))
    return found
