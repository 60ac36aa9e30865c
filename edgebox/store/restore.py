"""Restore: put a backup in the place of the database, and continue its unfinished work.

What was accepted after the backup is not in it. What was finished or delivered after it is
done again under the same webhook-ids, by which a receiver recognises it.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from edgebox.errors import BackupError, StoreError
from edgebox.store import migrations
from edgebox.store.acts import BOX, Act, append
from edgebox.store.audit import carry_over
from edgebox.store.backup import (
    SIDECARS,
    BackupProgress,
    Contents,
    beside,
    check_whole,
    in_thread,
    in_use,
    scratch,
    sync_file,
)
from edgebox.store.connection import check_schema, immediate, open_database, translated
from edgebox.store.consultations import set_open_state
from edgebox.store.disk import require_room, writing
from edgebox.system import worker_lock
from edgebox.system.files import sync_folder
from edgebox.system.times import in_zone

if TYPE_CHECKING:
    from sqlite_utils import Database

    from edgebox.store.acts import Actor

_ASIDE = ".before-restore-"
_SCRATCH = ".edgebox-restore-"
_BACKUP_SCRATCH = ".edgebox-backup-"
_PAGES_A_STEP = 2048
_BATCH_IDS_A_DAY = 1000
_BUSY_SECONDS = 5.0


@dataclass(frozen=True)
class Restored:
    """The database after a restore. Times are Unix seconds.

    Attributes:
        contents: size and rows.
        migrated: the schema's steps that the backup did not have yet.
        newest_at: when its newest batch was submitted; None without batches.
        pending: consultations that wait for analysis.
        callbacks: callbacks that wait to be sent.
        kept_aside: the previous database; None where there was none.
        audit_continues: whether the audit has every row of the previous database's.
    """

    contents: Contents
    migrated: list[str]
    newest_at: float | None
    pending: int
    callbacks: int
    kept_aside: Path | None
    audit_continues: bool


def restore_backup(
    backup: Path,
    database: Path,
    *,
    now: float,
    by: Actor = BOX,
    progress: BackupProgress = lambda *_: None,
) -> Restored:
    """Put ``backup`` in the place of ``database``; the box must not run.

    Args:
        backup: a file of ``write_backup``.
        database: kept aside if it exists, else made with its folder.
        now: Unix seconds.
        by: who restores it, for the audit.
        progress: called several times a second.

    Raises:
        BackupError: the box runs, the file cannot be used, or there is no room. Nothing
            was changed.
        StoreError: the file was written by a newer EdgeBox. Nothing was changed.
    """
    _check_backup(backup, database)
    folder = database.parent
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (owner := folder.stat().st_uid) != os.geteuid():
            raise BackupError(
                f"{folder} belongs to another user, who could not use what this one writes. "
                f"Run it as that user: sudo -u '#{owner}' edgebox restore ..."
            )
        running = BackupError("The box runs: its worker is at work. Stop it first.")
        with worker_lock.hold(folder, running), scratch(folder, _SCRATCH) as fresh:
            if pids := users_of(database):
                raise BackupError(
                    f"The box runs: process {', '.join(map(str, pids))} uses the database. "
                    "Stop it first."
                )
            require_room(folder, backup.stat().st_size)
            _copy(backup, fresh, progress)
            in_thread(lambda: _check_ours(fresh), lambda: progress("checking", 0, 0))
            act = Act(now, by, "restore", subject=str(backup))
            audited, migrated, newest, pending, callbacks = _make_ready(fresh, database, act)
            contents = check_whole(fresh)
            sync_file(fresh)
            aside = _put_in_place(fresh, database, now)
    return Restored(contents, migrated, newest, pending, callbacks, aside, audited)


def kept_aside(database: Path) -> list[Path]:
    """Return the databases that restores replaced, and what a killed restore or backup left."""

    def found(pattern: str) -> list[Path]:
        paths = sorted(database.parent.glob(pattern))
        return [path for path in paths if not path.name.endswith(SIDECARS)]

    left = [*found(f"{_SCRATCH}*"), *found(f"{_BACKUP_SCRATCH}*")]
    return found(f"{database.name}{_ASIDE}*") + [path for path in left if not in_use(path)]


def upgrade_backups(database: Path) -> list[Path]:
    """Return the installer's backups of the database before its last upgrades."""
    return sorted((database.parent / "backups").glob("before-*.db"))


def users_of(path: Path) -> list[int]:
    """Return the other processes that have the file open, as far as this user may see."""
    try:
        wanted = path.stat()
    except OSError:
        return []
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        with suppress(OSError):  # it has ended, or is another user's
            for descriptor in (process / "fd").iterdir():
                with suppress(OSError):
                    if os.path.samestat(descriptor.stat(), wanted):
                        found.append(int(process.name))
                        break
    return found


def _check_backup(backup: Path, database: Path) -> None:
    hidden = BackupError(
        f"This user may not read {backup}. Give it to the user EdgeBox runs as, in a folder that "
        "this user may enter."
    )
    try:
        kind = backup.stat().st_mode
    except PermissionError:
        raise hidden from None
    except OSError:
        raise BackupError(f"There is no {backup}.") from None
    if not stat.S_ISREG(kind):
        raise BackupError(f"{backup} is not a file.")
    if not os.access(backup, os.R_OK):
        raise hidden
    if database.exists() and backup.samefile(database):
        raise BackupError("That is the database itself. Name a backup.")


def _copy(backup: Path, fresh: Path, progress: BackupProgress) -> None:
    """Copy page by page through SQLite, which also reads the files beside the backup.

    Raises:
        BackupError: the backup is not a database, or cannot be read.
    """

    def copied(_status: int, remaining: int, total: int) -> None:
        progress("copying", (total - remaining) * size, total * size)

    with closing(sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)) as source:
        try:
            source.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
            size = source.execute("PRAGMA page_size").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise BackupError(
                f"{backup} cannot be used: {error}. Name a file of: edgebox backup"
            ) from None
        with translated(), closing(sqlite3.connect(fresh)) as target:
            source.backup(target, pages=_PAGES_A_STEP, progress=copied)


def _check_ours(fresh: Path) -> None:
    """Check that the file is an undamaged database of this EdgeBox or an older one.

    Raises:
        BackupError: it is not, or its schema is newer.
    """
    with translated(), closing(sqlite3.connect(fresh)) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
    if not {"batches", "consultations", "outbox", "clients"} <= tables or not version:
        raise BackupError("That is a database, but not of EdgeBox. Name a file of: edgebox backup")
    if version > migrations.SCHEMA_VERSION:
        raise BackupError(
            f"The backup has schema {version}, this EdgeBox knows {migrations.SCHEMA_VERSION}: "
            "it was made by a newer EdgeBox. Upgrade this one."
        )
    check_whole(fresh, "The backup")


def _make_ready(
    fresh: Path, database: Path, act: Act
) -> tuple[bool, list[str], float | None, int, int]:
    """Bring the copy up to date, end its leases, continue the audit.

    Returns:
        (whether the audit has all rows of the present one, schema steps applied, when the newest
        batch was submitted, waiting consultations, waiting callbacks).
    """
    with closing(open_database(fresh, busy_timeout=_BUSY_SECONDS)) as db:
        with immediate(db):
            migrated = migrations.apply(db)
            _end_leases(db)
            db.execute("DELETE FROM web_sessions")  # one that ended since must not go on
            db.execute("DELETE FROM spending_read")  # it may be of another machine's GPU
            _skip_batch_ids(db, database, act.at)
            audited = _continue_audit(db, database)
            append(db, [replace(act, detail={"audit_continues": audited})])
        check_schema(db)
        with translated():
            newest, pending, callbacks = db.execute(
                "SELECT (SELECT created_at FROM batches ORDER BY row_id DESC LIMIT 1),"
                " (SELECT COUNT(*) FROM consultations WHERE state = 'pending'),"
                " (SELECT COUNT(*) FROM outbox WHERE state = 'pending')"
            ).fetchone()
    return audited, migrated, newest, pending, callbacks


def _end_leases(db: Database) -> None:
    """End every lease: its worker is gone. That is no crash, and the attempts do not count."""
    db.execute(
        "UPDATE consultations SET state = 'pending', attempts = MAX(attempts - 1, 0),"
        " lease_token = NULL, lease_until = NULL WHERE state = 'running'"
    )
    db.execute(
        "UPDATE outbox SET attempts = MAX(attempts - 1, 0), lease_until = NULL"
        " WHERE state = 'pending' AND lease_until IS NOT NULL"
    )
    for row in list(db.query("SELECT batch_id FROM batches WHERE completed_at IS NULL")):
        set_open_state(db, row["batch_id"])


def _skip_batch_ids(db: Database, database: Path, now: float) -> None:
    """Skip the batch ids that were given out today after the backup."""
    name = f"batch/{in_zone(now):%Y%m%d}"
    last = _counter(db, name)
    # The present database may be damaged. Opening and closing it also completes or rolls back
    # what a crash left in its journal.
    with (
        suppress(StoreError),
        closing(open_database(database, busy_timeout=_BUSY_SECONDS)) as present,
        translated(),
    ):
        last = max(last, _counter(present, name))
    db.execute(
        "INSERT INTO counters (name, value) VALUES (:name, :value)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        {"name": name, "value": (last // _BATCH_IDS_A_DAY + 1) * _BATCH_IDS_A_DAY},
    )


def _continue_audit(db: Database, database: Path) -> bool:
    """Take over the audit's rows since the backup; return whether none is left out."""
    if not database.exists():
        return True
    # The present database may be damaged.
    with (
        suppress(StoreError),
        closing(open_database(database, busy_timeout=_BUSY_SECONDS)) as present,
        immediate(db),
    ):
        return carry_over(db, present)
    return False


def _counter(db: Database, name: str) -> int:
    rows = list(db.query("SELECT value FROM counters WHERE name = :name", {"name": name}))
    return int(rows[0]["value"]) if rows else 0


def _put_in_place(fresh: Path, database: Path, now: float) -> Path | None:
    """Rename, so that there is a whole database under the name at every moment.

    Returns:
        Where the previous database is now.

    Raises:
        BackupError: a process opened the database meanwhile. It is in its place again.
    """
    aside = None
    if database.exists():
        stamp = f"{in_zone(now):%Y%m%d-%H%M%S}"
        aside = beside(database, _ASIDE + stamp)
        os.link(database, aside)
        aside.chmod(0o600)
        # A database that was closed well has none, or an empty one. A damaged one keeps its own.
        _move_sidecars(database, aside)
    fresh.replace(database)
    if aside is not None and users_of(aside):
        _move_sidecars(aside, database)
        aside.replace(database)
        sync_folder(database.parent)
        raise BackupError("The box was started meanwhile. Stop it, and restore again.")
    sync_folder(database.parent)
    return aside


def _move_sidecars(here: Path, there: Path) -> None:
    for suffix in SIDECARS:
        with suppress(FileNotFoundError):
            if beside(here, suffix).stat().st_size:
                beside(here, suffix).replace(beside(there, suffix))
            else:
                beside(here, suffix).unlink()
