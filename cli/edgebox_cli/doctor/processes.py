"""Checks of the three processes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from edgebox.errors import ConfigError
from edgebox.exposition import FRESH, worker_state
from edgebox.processes.up import port_problem
from edgebox_cli.common.observe import readiness
from edgebox_cli.common.systemd import to_start
from edgebox_cli.doctor.check import Check

if TYPE_CHECKING:
    from edgebox.engine_client import EngineHealth
    from edgebox.settings import Settings

STALLED_SECONDS = 60.0


def engine(health: EngineHealth | None) -> Check:
    """Check that the engine answers, has loaded its models, and makes progress."""
    if health is None:
        return Check("engine", "fail", "It does not answer on its socket.", to_start("engine"))
    if not health.ready:
        return Check("engine", "warn", "It is still loading the models.", "edgebox status")
    age = float(health.raw.get("heartbeat_age") or 0.0)
    if age > STALLED_SECONDS:
        return Check(
            "engine", "fail", f"It has made no progress for {age:.0f} s.", to_start("engine")
        )
    names = " and ".join(f"{role.model} ({name})" for name, role in health.roles.items())
    return Check("engine", "ok", f"ready: {names}")


def worker(settings: Settings) -> Check:
    """Check that a worker holds the state folder's lock, and moves."""
    state = worker_state(settings.state_dir, settings.socket.parent, time.time())
    if state == "stalled":
        detail = f"It has written no metrics for {FRESH:.0f} s: it hangs, or its disk is full."
        return Check("worker", "fail", detail, to_start("worker"))
    if state != "down":
        return Check("worker", "ok", "running")
    return Check("worker", "fail", "It is not running: nothing is analysed.", to_start("worker"))


def api(settings: Settings) -> Check:
    """Check that the API is ready; when it is not running, that its port is free."""
    host, port = settings.api.host, settings.api.port
    try:
        parts = readiness(settings)
    except ConfigError as error:
        return Check("API", "fail", error.detail, "edgebox config check")
    if parts is None:
        if problem := port_problem(host, port):
            detail = f"It cannot listen on {host}:{port}: {problem}."
            fix = f"stop what uses it (ss -ltnp 'sport = :{port}'), or change [api] port"
            return Check("API", "fail", detail, fix)
        return Check("API", "fail", f"It is not running; port {port} is free.", to_start("api"))
    if not parts or "certificate" in parts:
        return _another(settings, parts)
    failing = [part for part, state in parts.items() if state not in ("ok", "remote")]
    if failing:
        states = ", ".join(f"{part} {parts[part]}" for part in failing)
        return Check("API", "warn", f"It answers but is not ready: {states}.", "edgebox status")
    return Check("API", "ok", f"ready at {settings.api.local_url}")


def _another(settings: Settings, parts: dict[str, Any]) -> Check:
    """Return the finding for an answer that is not the API's or has another certificate."""
    port = settings.api.port
    if "certificate" in parts:
        why = parts["certificate"]
        return Check(
            "API",
            "fail",
            f"It does not show the certificate {settings.api.tls_cert}: {why}.",
            "edgebox logs --process api --level error (restart the API if it says nothing)",
        )
    return Check(
        "API",
        "fail",
        f"Another program answers on port {port}.",
        f"stop it (ss -ltnp 'sport = :{port}'), or change [api] port",
    )
