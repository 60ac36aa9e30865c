"""``edgebox status``: one screen about the box as it is now."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from edgebox.engine_client import EngineHealth
    from edgebox.settings import Settings
    from edgebox.store.db import Store
    from edgebox_cli.common.observe import QuickFigures

NOT_RUNNING = 3
DOWN = ("down", "another program", "another certificate")


def status(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show processes, models, memory, queue, last run and latency.

    Exit 3 when a process of the box is down; what the database knows is shown all the same.
    """
    from edgebox_cli.common.context import reported, settings
    from edgebox_cli.common.output import print_json

    with reported():
        state = gather(settings())
    if as_json:
        print_json(state)
    else:
        from edgebox_cli.status.screen import show

        show(state)
    if any(process["state"] in DOWN for process in state["processes"].values()):
        raise typer.Exit(NOT_RUNNING)


def gather(settings: Settings) -> dict[str, Any]:
    """Everything that ``status`` shows; what cannot be known is None."""
    from edgebox import __version__
    from edgebox.errors import StoreError
    from edgebox.store.db import Store
    from edgebox_cli.common.observe import engine_health, readiness, worker_running

    now = time.time()
    health = engine_health(settings)
    parts = readiness(settings)
    store = Store(settings.database, busy_timeout=2.0)
    try:
        try:
            kept: dict[str, Any] = _kept(store, settings, now)
        except StoreError as error:
            kept = {"queue": None, "runs": None, "callbacks": None, "store_error": error.detail}
        figures = _figures(settings, store) if parts else None
    finally:
        store.close()
    return {
        "version": __version__,
        "state_dir": str(settings.state_dir),
        "at": now,
        "processes": {
            "api": {
                "state": _api_state(parts),
                "url": settings.api.local_url,
                "rss_bytes": figures and figures.api_rss_bytes,
            },
            "engine": {
                "state": _engine_state(settings, health),
                "rss_bytes": health and health.rss_bytes,
                "gpus": [
                    {"name": card.name, "total_bytes": card.total, "free_bytes": card.free}
                    for card in (health.gpus if health else ())
                ],
            },
            "worker": {"state": "up" if worker_running(settings.state_dir) else "down"},
        },
        "models": _models(settings, health),
        **kept,
        "quick": _quick(figures),
    }


def _kept(store: Store, settings: Settings, now: float) -> dict[str, Any]:
    """What the database knows."""
    from edgebox.schedule import seconds_until_run

    counts = store.consultations.counts()
    pending = store.consultations.pending_count()
    oldest = store.consultations.oldest_pending_at()
    last = store.runs.last()
    # An expired lease counts as waiting, whatever its row still says.
    running = counts["pending"] + counts["running"] - pending
    next_at = None
    if pending:
        ended = last.started_at if last and last.finished_at is not None else None
        next_at = now + seconds_until_run(pending, oldest, ended, now, settings.batch)
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


def _figures(settings: Settings, store: Store) -> QuickFigures | None:
    """The API's own figures; None when no client can ask for them."""
    from edgebox.errors import EdgeBoxError
    from edgebox_cli.common.box import Box, chosen_client
    from edgebox_cli.common.observe import quick_figures

    try:
        box = Box(settings, chosen_client(store, None))
    except EdgeBoxError:
        return None
    try:
        return quick_figures(box.text("/metrics"))
    except EdgeBoxError:
        return None
    finally:
        box.close()


def _api_state(parts: dict[str, Any] | None) -> str:
    if parts is None:
        return "down"
    if not parts:
        return "another program"
    if "certificate" in parts:
        return "another certificate"
    return "up" if parts.get("store") == "ok" else "no database"


def _engine_state(settings: Settings, health: EngineHealth | None) -> str:
    from edgebox.settings import ROLES

    if all(settings.engines.role(role).url for role in ROLES):
        return "not needed"
    if health is None:
        return "down"
    return "up" if health.ready else "starting"


def _models(settings: Settings, health: EngineHealth | None) -> list[dict[str, Any]]:
    from dataclasses import asdict

    from edgebox.settings import ROLES
    from edgebox.settings.check import without_password

    models = []
    for role in ROLES:
        options = settings.engines.role(role)
        model: dict[str, Any] = {"role": role, "model": options.model, "loaded": False}
        if options.url:
            url = without_password(options.url)
            model |= {"model": options.url_model or role, "url": url}
        elif health is not None and role in health.roles:
            model |= {"loaded": True, **asdict(health.roles[role])}
        models.append(model)
    return models


def _quick(figures: QuickFigures | None) -> dict[str, Any] | None:
    from dataclasses import asdict
    from math import isinf

    if figures is None:
        return None
    values: dict[str, Any] = {"count": figures.count, "statuses": figures.statuses}
    for name, found in (("p50", figures.p50), ("p95", figures.p95)):
        # JSON has no infinity: null is "over the last bucket".
        values[name] = found and (
            {"seconds": None, "exact": False} if isinf(found.seconds) else asdict(found)
        )
    return values
