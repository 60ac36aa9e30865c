"""Checks of the three processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edgebox_cli.common.systemd import to_start
from edgebox_cli.doctor.checks import Check

if TYPE_CHECKING:
    from edgebox.engine_client import EngineHealth
    from edgebox.settings import Settings

STALLED_SECONDS = 60.0


def engine(health: EngineHealth | None) -> Check:
    """It answers, its models are loaded, its decode thread moves."""
    if health is None:
        return Check("engine", "fail", "It does not answer on its socket.", to_start("engine"))
    if not health.ready:
        return Check("engine", "warn", "It is still loading the models.", "edgebox status")
    age = float(health.raw.get("heartbeat_age") or 0.0)
    if age > STALLED_SECONDS:
        return Check("engine", "fail", f"It has not moved for {age:.0f} s.", to_start("engine"))
    names = " and ".join(f"{role.model} ({name})" for name, role in health.roles.items())
    return Check("engine", "ok", f"ready: {names}")


def worker(settings: Settings) -> Check:
    """One holds the state folder's lock."""
    from edgebox_cli.common.observe import worker_running

    if worker_running(settings.state_dir):
        return Check("worker", "ok", "running")
    return Check("worker", "fail", "It does not run: nothing is analysed.", to_start("worker"))


def api(settings: Settings) -> Check:
    """It answers and is ready; if it does not run, whether its port is free."""
    from edgebox.errors import ConfigError
    from edgebox_cli.common.observe import readiness

    host, port = settings.api.host, settings.api.port
    try:
        parts = readiness(settings)
    except ConfigError as error:
        return Check("API", "fail", error.detail, "edgebox config check")
    if parts is None:
        return _down(host, port)
    if not parts or "certificate" in parts:
        return _another(settings, parts)
    failing = [part for part, state in parts.items() if state not in ("ok", "remote")]
    if failing:
        states = ", ".join(f"{part} {parts[part]}" for part in failing)
        return Check("API", "warn", f"It answers and is not ready: {states}.", "edgebox status")
    return Check("API", "ok", f"ready at {settings.api.local_url}")


def _down(host: str, port: int) -> Check:
    """The API does not run: whether it could."""
    from edgebox.processes.up import port_problem

    if problem := port_problem(host, port):
        return Check(
            "API",
            "fail",
            f"It cannot listen on {host}:{port}: {problem}.",
            f"stop what uses it (ss -ltnp 'sport = :{port}'), or change [api] port",
        )
    return Check("API", "fail", f"It does not run; port {port} is free.", to_start("api"))


def _another(settings: Settings, parts: dict[str, Any]) -> Check:
    """Something answers that is not the API, or not with its certificate."""
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
