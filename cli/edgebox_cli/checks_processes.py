"""Checks of the three processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgebox_cli.checks import Check

if TYPE_CHECKING:
    from edgebox.config import Settings
    from edgebox.engine_client import EngineHealth

STALLED_SECONDS = 60.0


def engine(health: EngineHealth | None) -> Check:
    """It answers, its models are loaded, its decode thread moves."""
    if health is None:
        return Check("engine", "fail", "It does not answer on its socket.", "edgebox up")
    if not health.ready:
        return Check("engine", "warn", "It is still loading the models.", "edgebox status")
    age = float(health.raw.get("heartbeat_age") or 0.0)
    if age > STALLED_SECONDS:
        return Check(
            "engine", "fail", f"It has not moved for {age:.0f} s.", "restart: edgebox engine"
        )
    names = " and ".join(f"{role.model} ({name})" for name, role in health.roles.items())
    return Check("engine", "ok", f"ready: {names}")


def worker(settings: Settings) -> Check:
    """One holds the state folder's lock."""
    from edgebox_cli.observe import worker_running

    if worker_running(settings.state_dir):
        return Check("worker", "ok", "running")
    return Check("worker", "fail", "It does not run: nothing is analysed.", "edgebox up")


def api(settings: Settings) -> Check:
    """It answers and is ready; if it does not run, whether its port is free."""
    from edgebox.up import port_problem
    from edgebox_cli.observe import readiness

    host, port = settings.api.host, settings.api.port
    parts = readiness(settings)
    if parts is None:
        if problem := port_problem(host, port):
            return Check(
                "API",
                "fail",
                f"It cannot listen on {host}:{port}: {problem}.",
                f"stop what uses it (ss -ltnp 'sport = :{port}'), or change [api] port",
            )
        return Check("API", "fail", f"It does not run; port {port} is free.", "edgebox up")
    if not parts:
        return Check(
            "API",
            "fail",
            f"Another program answers on port {port}.",
            f"stop it (ss -ltnp 'sport = :{port}'), or change [api] port",
        )
    failing = [part for part, state in parts.items() if state not in ("ok", "remote")]
    if failing:
        states = ", ".join(f"{part} {parts[part]}" for part in failing)
        return Check("API", "warn", f"It answers and is not ready: {states}.", "edgebox status")
    return Check("API", "ok", f"ready at {settings.api.local_url}")
