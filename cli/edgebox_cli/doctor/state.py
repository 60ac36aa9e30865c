"""Checks of what is on disk: the state folder, the database."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

from edgebox.errors import StoreError
from edgebox.store.connection import wal_is_safe
from edgebox.store.db import Store
from edgebox_cli.common.output import size
from edgebox_cli.doctor.check import Check
from edgebox_cli.doctor.retention import retention

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edgebox.settings import Settings

_AUDIT_ROWS = 20_000  # the newest, in 0.3 s; edgebox audit verify looks at all of them


def state_folder(folder: Path) -> Check:
    """Check that the folder exists, and that this user alone reads and writes it."""
    name = "state folder"
    try:
        mode = folder.stat().st_mode & 0o777
    except FileNotFoundError:
        return Check(name, "fail", f"There is no {folder}.", "edgebox init")
    except OSError as error:
        fix = f"ls -ld {folder} {folder.parent}"
        return Check(name, "fail", f"Cannot look at {folder}: {error.strerror}.", fix)
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        owner = folder.stat().st_uid
        return Check(
            name, "fail", f"This user cannot write {folder}.", f"sudo -u '#{owner}' edgebox doctor"
        )
    if mode & 0o077:
        return Check(
            name,
            "fail",
            f"Others may read {folder} (mode {mode:04o}); transcripts are in there.",
            f"chmod 700 {folder}",
        )
    return Check(name, "ok", f"{folder} (mode {mode:04o})")


def database(settings: Settings) -> Iterator[Check]:
    """Check the database: whole, up to date, with a client, and nothing in it stuck."""
    with closing(Store(settings.database, busy_timeout=2.0)) as store:
        try:
            store.clients.data_version()
        except StoreError as error:
            fix = "edgebox init" if "edgebox init" in error.detail else "edgebox logs --level error"
            yield Check("database", "fail", error.detail, fix)
            return
        yield database_file(settings.database)
        yield sqlite()
        yield clients(store)
        yield dead_callbacks(store)
        yield queue(store, settings.batch.max_wait_seconds)
        yield audit(store)
        yield from retention(store, settings, time.time())


def database_file(path: Path) -> Check:
    """Check that the file is whole and its owner's alone."""
    mode = path.stat().st_mode & 0o777
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


def sqlite() -> Check:
    """Report the version, and whether the database uses WAL with it."""
    wal = wal_is_safe(sqlite3.sqlite_version_info)
    mode = "WAL" if wal else "without WAL, in which this version can lose commits"
    return Check("SQLite", "ok", f"{sqlite3.sqlite_version}, {mode}")


def clients(store: Store) -> Check:
    """Check that a client may use the box."""
    known = store.clients.list()
    enabled = sum(not client.disabled for client in known)
    if enabled:
        return Check("clients", "ok", f"{enabled} of {len(known)} enabled")
    if known:
        first = known[0].client_id
        return Check("clients", "fail", "Every client is disabled.", f"edgebox keys enable {first}")
    return Check("clients", "fail", "There is no client yet.", "edgebox keys create NAME")


def dead_callbacks(store: Store) -> Check:
    """Warn of callbacks that were given up and can be sent again; say why the last one was."""
    dead = store.retention.resendable()
    if not dead:
        return Check("callbacks", "ok", "none given up")
    why = next((row.last_error for row in store.outbox.list("dead", 1)), None) or "no reason noted"
    return Check(
        "callbacks",
        "warn",
        f"{dead} could not be delivered and were given up. The last one: {why}.",
        "edgebox callbacks list --state dead, then edgebox callbacks resend BATCH_ID",
    )


def audit(store: Store) -> Check:
    """Check that the newest rows of the audit are as they were written."""
    found = store.audit.verify(newest=_AUDIT_ROWS)
    if found.fault is not None:
        return Check("audit", "fail", found.fault, "edgebox audit verify")
    return Check("audit", "ok", f"{found.rows} rows, as they were written")


def queue(store: Store, max_wait_seconds: float) -> Check:
    """Warn of a consultation that has waited twice as long as the longest wait for a run."""
    oldest = store.consultations.oldest_pending_at()
    waited = 0.0 if oldest is None else time.time() - oldest
    if waited > 2 * max_wait_seconds:
        return Check(
            "queue",
            "warn",
            f"The oldest consultation has waited for {waited / 60:.0f} minutes.",
            "edgebox status",
        )
    return Check("queue", "ok", f"{store.consultations.pending_count()} waiting")
