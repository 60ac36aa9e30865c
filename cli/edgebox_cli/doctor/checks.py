"""The doctor's checks in order: each one builds on the ones before it.

A check that cannot be made because an earlier one failed is left out, so that one cause is
reported once.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from edgebox.errors import ConfigError
from edgebox_cli.common.configuration import config_path, settings
from edgebox_cli.common.observe import engine_health, worker_running
from edgebox_cli.doctor import access, disk, history, host, keys, machine, network, processes, state
from edgebox_cli.doctor.check import Check, roles_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def every_check(*, hashes: bool = False) -> Iterator[Check]:
    """Make every check that is possible on this box now.

    Args:
        hashes: also read the models' files in full.
    """
    now = time.time()
    yield from host.clock(now)
    try:
        found = settings()
    except ConfigError as error:
        fix = f"edit {config_path()}, then: edgebox config check"
        yield Check("configuration", "fail", error.detail, fix)
        return
    path = config_path()
    where = str(path) if path.exists() else f"defaults (there is no {path})"
    yield Check("configuration", "ok", where)
    yield from access.access(found, path)
    yield state.state_folder(found.state_dir)
    yield from state.database(found)
    yield keys.refused(found, now)
    yield from history.history(found, now, worker=worker_running(found.state_dir))
    health = engine_health(found)
    yield from machine.models(found)
    if hashes:
        yield from machine.hashes(found)
    yield machine.memory(found, health)
    yield disk.disk(found)
    yield host.gpu()
    if any(not role.url for role in roles_of(found).values()):
        yield machine.native()
        yield processes.engine(health)
    yield processes.worker(found)
    yield network.certificate(found, now)
    api = processes.api(found)
    yield api
    if found.api.metrics_listen:
        yield network.metrics_listener(found, running=api.state != "fail")
    yield from network.receivers(found)
    yield host.log(found, now)
