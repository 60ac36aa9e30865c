"""The doctor's checks in order: each one builds on the ones before it.

A check that cannot be made because an earlier one failed is left out, so that one cause is
reported once.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from edgebox.errors import ConfigError, EdgeBoxError
from edgebox_cli.common.closed_files import closed_files
from edgebox_cli.common.configuration import config_path, settings, settings_as_root
from edgebox_cli.common.observe import engine_health, worker_running
from edgebox_cli.common.systemd import has_units
from edgebox_cli.doctor import (
    access,
    disk,
    history,
    host,
    keys,
    machine,
    monitoring,
    network,
    people,
    processes,
    remote,
    state,
)
from edgebox_cli.doctor.check import Check, fail, roles_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edgebox.settings import Settings


def every_check(*, hashes: bool = False) -> Iterator[Check]:
    """Make every check that is possible on this box now.

    Args:
        hashes: also read the models' files in full.
    """
    now = time.time()
    yield from host.clock(now)
    try:
        found = settings_as_root()
    except ConfigError as error:
        yield fail(
            "configuration",
            "{config_error}",
            "edit {path}, then: edgebox config check",
            config_error=error.detail,
            path=config_path(),
        )
        return
    path = config_path()
    yield from _configuration(found, path)
    # Root's own: the journal, and a certificate and servers whose keys only root may read.
    of_journal = host.log(found, now) if has_units() else None
    of_root = network.certificate(found, now) if network.is_roots(found) else None
    of_servers = remote.keys(found)
    try:
        settings()
    except EdgeBoxError as error:
        yield fail(
            "state folder",
            "{state_error}",
            "ls -ld {folder}",
            state_error=error.detail,
            folder=found.state_dir,
        )
        return
    yield from access.state_files(found.state_dir, found.models_dir)
    yield access.models(found.models_dir)
    yield state.state_folder(found.state_dir)
    yield from state.database(found)
    yield keys.refused(found, now)
    yield from history.history(found, now, worker=worker_running(found.state_dir))
    health = engine_health(found)
    yield from machine.models(found, of_servers)
    if hashes:
        yield from machine.hashes(found)
    yield machine.memory(found, health)
    yield disk.disk(found)
    yield host.gpu()
    if any(not role.url for role in roles_of(found).values()):
        yield machine.native()
        if tuned := machine.tuning(found):
            yield tuned
        yield processes.engine(health)
    yield processes.worker(found)
    yield of_root or network.certificate(found, now)
    yield from people.screen(found, now)
    api = processes.api(found)
    yield api
    if found.api.metrics_listen:
        yield network.metrics_listener(found, running=api.state != "fail")
    if found.api.metrics_token_file:
        yield network.metrics_token(found.api.metrics_token_file)
    yield from network.receivers(found)
    if watching := monitoring.monitoring():
        yield watching
    yield of_journal or host.log(found, now)


def _configuration(found: Settings, path: Path) -> Iterator[Check]:
    where = str(path) if path.exists() else f"defaults (there is no {path})"
    yield Check("configuration", "ok", where)
    wrong = [closed.detail for closed in closed_files(found, path)]
    if problem := found.socket_problem:
        wrong.append(f"{problem}.")
    for detail in wrong:
        yield fail("configuration", "{config_error}", "edgebox config check", config_error=detail)
    yield access.configuration(found, path)
