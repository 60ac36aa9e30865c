"""Checks of what is on disk: the state folder, the database."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

from edgebox_cli.doctor import retention as checks_retention
from edgebox_cli.doctor.checks import Check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edgebox.settings import Settings
    from edgebox.store.db import Store


def state_folder(folder: Path) -> Iterator[Check]:
    """It is there, nobody else reads it, this user writes it."""
    name = "state folder"
    try:
        mode = folder.stat().st_mode & 0o777
    except FileNotFoundError:
        yield Check(name, "fail", f"There is no {folder}.", "edgebox init")
        return
    except OSError as error:
        fix = f"ls -ld {folder} {folder.parent}"
        yield Check(name, "fail", f"Cannot look at {folder}: {error.strerror}.", fix)
        return
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        owner = folder.stat().st_uid
        yield Check(
            name, "fail", f"This user cannot write {folder}.", f"sudo -u '#{owner}' edgebox doctor"
        )
    elif mode & 0o077:
        yield Check(
            name,
            "fail",
            f"Others may read {folder} (mode {mode:04o}); transcripts are in there.",
            f"chmod 700 {folder}",
        )
    else:
        yield Check(name, "ok", f"{folder} (mode {mode:04o})")


def database(settings: Settings) -> Iterator[Check]:
    """It opens, is whole and up to date, has a client, and nothing in it is stuck."""
    from edgebox.errors import StoreError
    from edgebox.store.connection import wal_is_safe
    from edgebox.store.db import Store

    store = Store(settings.database, busy_timeout=2.0)
    try:
        store.clients.data_version()
    except StoreError as error:
        fix = "edgebox init" if "edgebox init" in error.detail else "edgebox logs --level error"
        yield Check("database", "fail", error.detail, fix)
        return
    else:
        mode = settings.database.stat().st_mode & 0o777
        yield _whole(settings.database, mode)
        if wal_is_safe(sqlite3.sqlite_version_info):
            note = "WAL"
        else:
            note = "without WAL, in which this version can lose commits"
        yield Check("SQLite", "ok", f"{sqlite3.sqlite_version}, {note}")
        yield _clients(store)
        yield from _stuck(store, settings)
        yield from checks_retention.retention(store, settings)
    finally:
        store.close()


def _whole(path: Path, mode: int) -> Check:
    from edgebox_cli.status.screen import size

    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        found = str(error)
    if found != "ok":
        return Check(
            "database",
            "fail",
            f"{path} is damaged: {found}",
            "stop EdgeBox, then as its user: edgebox restore BACKUP",
        )
    if mode & 0o077:
        return Check(
            "database", "fail", f"Others may read {path} (mode {mode:04o}).", f"chmod 600 {path}"
        )
    return Check("database", "ok", f"whole and up to date, {size(path.stat().st_size)}")


def _clients(store: Store) -> Check:
    clients = store.clients.list()
    enabled = [client.client_id for client in clients if not client.disabled]
    if enabled:
        return Check("clients", "ok", f"{len(enabled)} of {len(clients)} enabled")
    if clients:
        first = clients[0].client_id
        return Check("clients", "fail", "Every client is disabled.", f"edgebox keys enable {first}")
    return Check("clients", "fail", "There is no client yet.", "edgebox keys create NAME")


def _stuck(store: Store, settings: Settings) -> Iterator[Check]:
    dead = store.retention.resendable()
    if dead:
        yield Check(
            "callbacks",
            "warn",
            f"{dead} could not be delivered and were given up.",
            "edgebox callbacks list --state dead, then edgebox callbacks resend BATCH_ID",
        )
    else:
        yield Check("callbacks", "ok", "none given up")
    oldest = store.consultations.oldest_pending_at()
    waited = 0.0 if oldest is None else time.time() - oldest
    if waited > 2 * settings.batch.max_wait_seconds:
        yield Check(
            "queue",
            "warn",
            f"The oldest consultation has waited for {waited / 60:.0f} minutes.",
            "edgebox status",
        )
    else:
        yield Check("queue", "ok", f"{store.consultations.pending_count()} waiting")
