"""Checks of what is on disk: the state folder, the database."""

from __future__ import annotations

import os
import shlex
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

from edgebox.errors import StoreError
from edgebox.store.connection import wal_is_safe
from edgebox.store.db import Store
from edgebox_cli.common.output import size
from edgebox_cli.doctor.check import Check, fail, warn
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
        return fail(name, "There is no {files}.", "edgebox init", files=folder)
    except OSError as error:
        return fail(
            name,
            "Cannot look at {folder}: {why}.",
            "ls -ld {folder} {parent}",
            folder=folder,
            why=error.strerror,
            parent=folder.parent,
        )
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        owner = folder.stat().st_uid
        return fail(
            name,
            "This user cannot write {folder}.",
            "sudo -u '#{owner}' edgebox doctor",
            folder=folder,
            owner=owner,
        )
    if mode & 0o077:
        return fail(
            name,
            "Others may read {folder} (mode {mode}); transcripts are in there.",
            "chmod 700 {folder}",
            folder=folder,
            mode=f"{mode:04o}",
        )
    return Check(name, "ok", f"{folder} (mode {mode:04o})")


def database(settings: Settings) -> Iterator[Check]:
    """Check the database: whole, up to date, with a client, and nothing in it stuck."""
    with closing(Store(settings.database, busy_timeout=2.0)) as store:
        try:
            store.clients.data_version()
        except StoreError as error:
            init = "edgebox init" in error.detail
            yield fail(
                "database",
                "{database_error}",
                "edgebox init" if init else "edgebox logs --level error",
                database_error=error.detail,
            )
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
        return fail(
            "database",
            "{path} is damaged: {found}",
            "stop EdgeBox, then as its user: edgebox restore BACKUP",
            path=path,
            found=found,
        )
    if mode & 0o077:
        return fail(
            "database",
            "Others may read {path} (mode {mode}).",
            "chmod 600 {path}",
            path=path,
            mode=f"{mode:04o}",
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
        first = shlex.quote(known[0].client_id)
        return fail(
            "clients", "Every client is disabled.", "edgebox keys enable {client}", client=first
        )
    return fail("clients", "There is no client yet.", "edgebox keys create NAME")


def dead_callbacks(store: Store) -> Check:
    """Warn of callbacks that were given up and can be sent again; say why the last one was."""
    dead = store.retention.resendable()
    if not dead:
        return Check("callbacks", "ok", "none given up")
    why = next((row.last_error for row in store.outbox.list("dead", 1)), None) or "no reason noted"
    return warn(
        "callbacks",
        "{count} could not be delivered and were given up. The last one: {why}.",
        "edgebox callbacks list --state dead, then edgebox callbacks resend BATCH_ID",
        count=dead,
        why=why,
    )


def audit(store: Store) -> Check:
    """Check that the newest rows of the audit are as they were written."""
    found = store.audit.verify(newest=_AUDIT_ROWS)
    if found.fault is not None:
        return fail("audit", "{audit_fault}", "edgebox audit verify", audit_fault=found.fault)
    return Check("audit", "ok", f"{found.rows} rows, as they were written")


def queue(store: Store, max_wait_seconds: float) -> Check:
    """Warn of a consultation that has waited twice as long as the longest wait for a run."""
    oldest = store.consultations.oldest_pending_at()
    waited = 0.0 if oldest is None else time.time() - oldest
    if waited > 2 * max_wait_seconds:
        return warn(
            "queue",
            "The oldest consultation has waited for {minutes} minutes.",
            "edgebox status",
            minutes=f"{waited / 60:.0f}",
        )
    return Check("queue", "ok", f"{store.consultations.pending_count()} waiting")
