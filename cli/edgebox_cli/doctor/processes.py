"""Checks of the three processes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from edgebox.errors import ConfigError
from edgebox.exposition import FRESH, worker_state
from edgebox.processes.up import port_problem
from edgebox_cli.common.observe import readiness
from edgebox_cli.common.systemd import to_start
from edgebox_cli.doctor.check import Check, fail, warn

if TYPE_CHECKING:
    from edgebox.engine_client import EngineHealth
    from edgebox.settings import Settings

STALLED_SECONDS = 60.0


def engine(health: EngineHealth | None) -> Check:
    """Check that the engine answers, has loaded its models, and makes progress."""
    if health is None:
        return fail(
            "engine", "It does not answer on its socket.", "{start}", start=to_start("engine")
        )
    if not health.ready:
        return warn("engine", "It is still loading the models.", "edgebox status")
    age = float(health.raw.get("heartbeat_age") or 0.0)
    if age > STALLED_SECONDS:
        return fail(
            "engine",
            "It has made no progress for {age} s.",
            "{start}",
            age=f"{age:.0f}",
            start=to_start("engine"),
        )
    names = " and ".join(f"{role.model} ({name})" for name, role in health.roles.items())
    return Check("engine", "ok", f"ready: {names}")


def worker(settings: Settings) -> Check:
    """Check that a worker holds the state folder's lock, and moves."""
    state = worker_state(settings.state_dir, settings.socket.parent, time.time())
    if state == "stalled":
        return fail(
            "worker",
            "It has written no metrics for {age} s: it hangs, or its disk is full.",
            "{start}",
            age=f"{FRESH:.0f}",
            start=to_start("worker"),
        )
    if state != "down":
        return Check("worker", "ok", "running")
    return fail(
        "worker", "It is not running: nothing is analysed.", "{start}", start=to_start("worker")
    )


def api(settings: Settings) -> Check:
    """Check that the API is ready; when it is not running, that its port is free."""
    host, port = settings.api.host, settings.api.port
    try:
        parts = readiness(settings)
    except ConfigError as error:
        return fail("API", "{api_error}", "edgebox config check", api_error=error.detail)
    if parts is None:
        if problem := port_problem(host, port):
            return fail(
                "API",
                "It cannot listen on {host}:{port}: {problem}.",
                "stop what uses it (ss -ltnp 'sport = :{port}'), or change [api] port",
                host=host,
                port=port,
                problem=problem,
            )
        return fail(
            "API",
            "It is not running; port {port} is free.",
            "{start}",
            port=port,
            start=to_start("api"),
        )
    if not parts or "certificate" in parts:
        return _another(settings, parts)
    failing = [part for part, state in parts.items() if state not in ("ok", "remote")]
    if failing:
        states = ", ".join(f"{part} {parts[part]}" for part in failing)
        return warn(
            "API", "It answers but is not ready: {states}.", "edgebox status", states=states
        )
    return Check("API", "ok", f"ready at {settings.api.local_url}")


def _another(settings: Settings, parts: dict[str, Any]) -> Check:
    """Return the finding for an answer that is not the API's or has another certificate."""
    port = settings.api.port
    if "certificate" in parts:
        return fail(
            "API",
            "It does not show the certificate {path}: {tls_reason}.",
            "edgebox logs --process api --level error (restart the API if it says nothing)",
            path=settings.api.tls_cert,
            tls_reason=parts["certificate"],
        )
    return fail(
        "API",
        "Another program answers on port {port}.",
        "stop it (ss -ltnp 'sport = :{port}'), or change [api] port",
        port=port,
    )
