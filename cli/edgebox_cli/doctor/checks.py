"""The doctor's checks, in the order in which things build on each other.

Each one says in its own words what it found; one that cannot be made because an earlier
one failed is left out rather than failing for the same reason.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.settings import Role, RoleSettings, Settings

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Check:
    """What one check found, and the command or change that helps where it is not ok."""

    name: str
    state: State
    detail: str
    fix: str | None = None


def every_check(*, hashes: bool = False) -> Iterator[Check]:
    """All checks that can be made on this box now.

    Args:
        hashes: read the models' files in full.
    """
    from edgebox.errors import ConfigError
    from edgebox_cli.common.context import config_path, settings
    from edgebox_cli.common.observe import engine_health, worker_running
    from edgebox_cli.doctor import access as checks_access
    from edgebox_cli.doctor import history as checks_history
    from edgebox_cli.doctor import host as checks_host
    from edgebox_cli.doctor import machine as checks_machine
    from edgebox_cli.doctor import network as checks_network
    from edgebox_cli.doctor import processes as checks_processes
    from edgebox_cli.doctor import state as checks_state

    now = time.time()
    yield from checks_host.clock(now)
    try:
        found = settings()
    except ConfigError as error:
        fix = f"edit {config_path()}, then: edgebox config check"
        yield Check("configuration", "fail", error.detail, fix)
        return
    path = config_path()
    where = str(path) if path.exists() else f"defaults (there is no {path})"
    yield Check("configuration", "ok", where)
    yield from checks_access.access(found, path)
    yield from checks_state.state_folder(found.state_dir)
    yield from checks_state.database(found)
    yield from checks_history.history(found, now, worker=worker_running(found.state_dir))
    health = engine_health(found)
    yield from checks_machine.models(found)
    if hashes:
        yield from checks_machine.hashes(found)
    yield checks_machine.memory(found, health)
    yield from checks_machine.disk(found)
    yield checks_host.gpu()
    if any(not role.url for role in roles_of(found).values()):
        yield from checks_machine.native()
        yield checks_processes.engine(health)
    yield checks_processes.worker(found)
    yield checks_network.certificate(found, now)
    api = checks_processes.api(found)
    yield api
    yield from checks_network.metrics_listener(found, running=api.state != "fail")
    yield from checks_network.receivers(found)
    yield checks_host.log(found, now)


def roles_of(settings: Settings) -> dict[Role, RoleSettings]:
    """The settings of each role by name."""
    from edgebox.settings import ROLES

    return {role: settings.engines.role(role) for role in ROLES}
