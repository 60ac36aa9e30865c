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

    from edgebox.config import Role, RoleSettings, Settings

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Check:
    """What one check found, and the command or change that helps where it is not ok."""

    name: str
    state: State
    detail: str
    fix: str | None = None


def every_check() -> Iterator[Check]:
    """All checks that can be made on this box now."""
    from edgebox.errors import ConfigError
    from edgebox_cli import checks_machine, checks_processes, checks_state
    from edgebox_cli.context import config_path, settings
    from edgebox_cli.observe import engine_health

    yield checks_state.clock(time.time())
    try:
        found = settings()
    except ConfigError as error:
        yield Check("configuration", "fail", error.detail, f"edit {config_path()}")
        return
    path = config_path()
    where = str(path) if path.exists() else f"defaults (there is no {path})"
    yield Check("configuration", "ok", where)
    yield from checks_state.state_folder(found.state_dir)
    yield from checks_state.database(found)
    health = engine_health(found)
    yield from checks_machine.models(found)
    yield checks_machine.memory(found, health)
    yield from checks_machine.disk(found)
    if any(not role.url for role in roles_of(found).values()):
        yield from checks_machine.native()
        yield checks_processes.engine(health)
    yield checks_processes.worker(found)
    yield checks_processes.api(found)


def roles_of(settings: Settings) -> dict[Role, RoleSettings]:
    """The settings of each role by name."""
    from edgebox.config import ROLES

    return {role: settings.engines.role(role) for role in ROLES}
