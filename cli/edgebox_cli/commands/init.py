"""``edgebox init``: the configuration, the state folder, the database, the first client."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from edgebox.errors import ConfigError, UsageError
from edgebox.settings import Settings
from edgebox.settings.template import render
from edgebox.store.db import Store
from edgebox_cli.common.clients import checked_hosts, print_secret, warn_of_refused
from edgebox_cli.common.configuration import config_path, settings
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson
from edgebox_cli.common.output import note, print_json
from edgebox_cli.common.who import at_the_shell

FIRST_CLIENT = "centerlink"
METRICS_LISTEN = "127.0.0.1:8601"
"""A new box can be watched from the machine itself, by a Prometheus beside it."""


def init(
    *,
    client: Annotated[
        str | None,
        typer.Option(
            help=f"The client to create; without: {FIRST_CLIENT}, if there is no client yet."
        ),
    ] = None,
    callback: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST[:PORT]", help="Where the new client's callbacks may go; repeatable."
        ),
    ] = None,
    state_dir: Annotated[
        Path | None, typer.Option(help="Write this state folder into a new configuration.")
    ] = None,
    models_dir: Annotated[
        Path | None, typer.Option(help="Write this models folder into a new configuration.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the configuration and the database, and create the first client.

    What is there already stays as it is: a second run changes nothing.
    """
    folders = {"state_dir": state_dir, "models_dir": models_dir}
    chosen = {name: path.absolute() for name, path in folders.items() if path is not None}
    with reported():
        hosts = checked_hosts(callback or [])  # before anything is written
        config = config_path()
        wrote = _write_config(config, chosen)
        found = settings()
        _check_chosen(found, chosen, config)
        with closing(Store(found.database)) as store:
            migrated = bool(store.migrate())
            if wrote:
                store.audit.note(at_the_shell(), "config.write", subject=str(config))
            name, secret = _first_client(store, client, hosts)
        if name:
            warn_of_refused(hosts, found)
    _show(
        {
            "config": str(config),
            "config_written": wrote,
            "database": str(found.database),
            "database_changed": migrated,
            "client_id": name,
            "secret": secret,
        },
        asked=bool(client or hosts),
        hosts=hosts,
        as_json=as_json,
    )


def _write_config(path: Path, chosen: dict[str, Path]) -> bool:
    """Write the file if there is none; return whether it was written."""
    set_ = {name: str(folder) for name, folder in chosen.items()}
    text = render({**set_, "api.metrics_listen": METRICS_LISTEN})
    # Under /etc the service's group reads it; elsewhere it is one user's own.
    mode = 0o640 if path.absolute().is_relative_to("/etc") else 0o600
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    except OSError as error:
        raise ConfigError(
            f"Cannot write {path}: {error.strerror}. Choose another: edgebox --config FILE init"
        ) from None
    return True


def _check_chosen(settings: Settings, chosen: dict[str, Path], config: Path) -> None:
    """Refuse a folder that is not the one in force: an existing file is never rewritten."""
    for name, folder in chosen.items():
        in_force = getattr(settings, name)
        if in_force.absolute() != folder:
            raise UsageError(
                f"{name} is {in_force} in {config} (or EDGEBOX_{name.upper()}), not {folder}. "
                "Change it there."
            )


def _first_client(
    store: Store, asked: str | None, hosts: list[str]
) -> tuple[str | None, str | None]:
    """Create the first client or the one asked for, if it is not there.

    Returns:
        Its name and secret; (None, None) when no client was created.
    """
    known = {client.client_id for client in store.clients.list()}
    name = asked or FIRST_CLIENT
    if name in known or (known and not asked):
        return None, None
    return name, store.clients.create(name, allowed_callbacks=hosts, by=at_the_shell())


def _show(done: dict[str, Any], *, asked: bool, hosts: list[str], as_json: bool) -> None:
    if as_json:
        print_json(done)
        return
    wrote, changed, name = done["config_written"], done["database_changed"], done["client_id"]
    note(f"Configuration: {done['config']}{' (new)' if wrote else ', kept as it is'}")
    note(f"Database: {done['database']}{' (brought up to date)' if changed else ', up to date'}")
    if name:
        print_secret(name, done["secret"], as_json=False)
        if not hosts:
            note(f"Next, where its callbacks may go: edgebox keys callbacks {name} HOST[:PORT]")
        note("Next: edgebox models pull, then edgebox up")
    elif not (wrote or changed):
        note("Everything was there already; nothing was changed.")
    if asked and not name:
        note("The client is there already. See and change it with: edgebox keys")
