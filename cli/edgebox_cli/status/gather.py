"""The state of the box as one mapping: its processes, models, database and latency."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing
from dataclasses import asdict
from math import isinf
from typing import TYPE_CHECKING, Any

from edgebox import __version__
from edgebox.contract.paths import Paths
from edgebox.engine_client.probe import probe_server
from edgebox.errors import ConfigError, EdgeBoxError, StoreError
from edgebox.exposition import worker_state
from edgebox.models.installed import Installed
from edgebox.models.tuned import tuned_here
from edgebox.schedule import seconds_until_run
from edgebox.settings import ROLES
from edgebox.settings.check import without_password
from edgebox.store.db import Store
from edgebox_cli.common.box import Box
from edgebox_cli.common.clients import chosen_client
from edgebox_cli.common.observe import engine_health, quick_figures, readiness

if TYPE_CHECKING:
    from edgebox.engine_client import EngineHealth
    from edgebox.settings import Role, RoleSettings, Settings
    from edgebox_cli.common.observe import QuickFigures


def gather(settings: Settings) -> dict[str, Any]:
    """Return everything that ``edgebox status`` shows; an unknown value is None."""
    now = time.time()
    health = engine_health(settings)
    parts = readiness(settings)
    with closing(Store(settings.database, busy_timeout=2.0)) as store:
        try:
            recorded = database(store, settings, now)
        except StoreError as error:
            recorded = {"queue": None, "runs": None, "callbacks": None, "store_error": error.detail}
        figures = api_figures(settings, store) if parts else None
    return {
        "version": __version__,
        "state_dir": str(settings.state_dir),
        "at": now,
        "processes": {
            "api": {
                "state": api_state(parts),
                "url": settings.api.local_url,
                "rss_bytes": figures and figures.api_rss_bytes,
            },
            "engine": {
                "state": engine_state(settings, health),
                "rss_bytes": health and health.rss_bytes,
                "gpus": [
                    {"name": card.name, "total_bytes": card.total, "free_bytes": card.free}
                    for card in (health.gpus if health else ())
                ],
            },
            "worker": {"state": worker_state(settings.state_dir, settings.socket.parent, now)},
        },
        "models": models(settings, health, figures),
        "tuning": tuning(settings),
        **recorded,
        "quick": quick(figures),
    }


def database(store: Store, settings: Settings, now: float) -> dict[str, Any]:
    """Return what the database knows."""
    counts = store.consultations.counts()
    pending = store.consultations.pending_count()
    oldest = store.consultations.oldest_pending_at()
    last = store.runs.last()
    # An expired lease counts as waiting, whatever its row still says.
    running = counts["pending"] + counts["running"] - pending
    next_at = None
    if pending:
        started_at = last.started_at if last and last.finished_at is not None else None
        next_at = now + seconds_until_run(pending, oldest, started_at, now, settings.batch)
    return {
        "queue": {
            "pending": pending,
            "running": running,
            "done": counts["done"],
            "failed": counts["failed"],
            "oldest_pending_at": oldest,
        },
        "runs": {
            "last": last
            and {
                "run_id": last.run_id,
                "trigger": last.trigger,
                "started_at": last.started_at,
                "finished_at": last.finished_at,
                "counts": last.counts,
            },
            "next_at": next_at,
        },
        "callbacks": store.outbox.counts(),
        "store_error": None,
    }


def api_figures(settings: Settings, store: Store) -> QuickFigures | None:
    """Return the API's own figures, or None when no client can ask for them."""
    try:
        with closing(Box(settings, chosen_client(store, None))) as box:
            return quick_figures(box.text(Paths.METRICS))
    except EdgeBoxError:
        return None


def api_state(parts: dict[str, Any] | None) -> str:
    if parts is None:
        return "down"
    if not parts:
        return "another program"
    if "certificate" in parts:
        return "another certificate"
    return "up" if parts.get("store") == "ok" else "no database"


def engine_state(settings: Settings, health: EngineHealth | None) -> str:
    if all(settings.engines.role(role).url for role in ROLES):
        return "not needed"
    if health is None:
        return "down"
    return "up" if health.ready else "starting"


def models(
    settings: Settings, health: EngineHealth | None, figures: QuickFigures | None
) -> list[dict[str, Any]]:
    models = []
    for role in ROLES:
        options = settings.engines.role(role)
        model: dict[str, Any] = {"role": role, "model": options.model, "loaded": False}
        if options.url:
            url = without_password(options.url)
            model |= {"model": options.url_model or options.model, "url": url}
            model |= {"server": server(role, options)}
            if figures and role in figures.remote:
                model |= dict(zip(("at_once", "in_flight"), figures.remote[role], strict=True))
        elif health is not None and role in health.roles:
            model |= {"loaded": True, **asdict(health.roles[role])}
        models.append(model)
    return models


def tuning(settings: Settings) -> dict[str, Any] | None:
    """Return what `edgebox tune` chose for this processor and these models, if it did."""
    found = tuned_here(settings, Installed(settings.models_dir))
    if found is None:
        return None
    repack = {role: one.repack for role, one in found.roles.items()}
    return {"at": found.at, "threads": found.threads, "spin": found.spin, "repack": repack}


def server(role: Role, options: RoleSettings) -> str:
    """Return how another server is, without waiting behind its other requests.

    It is "unread" where only the services may read its key.
    """
    try:
        return asyncio.run(probe_server(role, options, write=False, seconds=2.0)).finding
    except ConfigError:
        return "unread"


def quick(figures: QuickFigures | None) -> dict[str, Any] | None:
    if figures is None:
        return None
    values: dict[str, Any] = {"count": figures.count, "statuses": figures.statuses}
    for name, found in (("p50", figures.p50), ("p95", figures.p95)):
        # JSON has no infinity: null is "over the last bucket".
        values[name] = found and (
            {"seconds": None, "exact": False} if isinf(found.seconds) else asdict(found)
        )
    return values
