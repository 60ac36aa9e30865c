"""Backup: one file with the whole database as it was at one moment, also of a running box.

``VACUUM INTO`` reads one state and writes a new file: without free space, without what was
removed, and with the number of its schema. Without WAL, other writers wait while it reads.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from edgebox.errors import BackupError
from edgebox.store.connection import open_database, translated
from edgebox.store.disk import require_room, require_size, writing
from edgebox.system import file_lock
from edgebox.system.files import open_file, sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
COUNTED = ("clients", "batches", "consultations", "outbox")

_BLOCK = 2**20
_POLL_SECONDS = 0.2
_BUSY_SECONDS = 30.0
_ANOTHER_DISK = ", or name a file on another disk"
_OWN_FOLDER = (
    ". Or name a file on another disk, in a folder of the user of the database: it needs no second "
    "copy there"
)
_OURS_ALONE = "?nolock=1"
"""Of a URI: SQLite's own locks, which not every share of the network has, are not needed."""


class BackupProgress(Protocol):
    """Shows how far a backup or a restore is."""

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Show a phase and its bytes; a total of 0 is unknown."""


@dataclass(frozen=True)
class Contents:
    """The size of a database file in bytes, and the rows of its main tables."""

    size: int
    rows: dict[str, int]


def write_backup(
    database: Path,
    target: Path,
    *,
    force: bool = False,
    progress: BackupProgress = lambda *_: None,
) -> Contents:
    """Write a copy of ``database``, check it, and put it at ``target`` in one step.

    Args:
        database: of a running or a stopped box.
        target: a file in an existing folder; mode 0600.
        force: replace an existing file.
        progress: called several times a second.

    Raises:
        BackupError: the target exists, cannot be written, has no room, or the copy is
            damaged. Nothing is left at the target.
        StoreError: the database cannot be read.
    """
    with publishing(database, target, force=force) as (fresh, _):
        contents = _checked_copy(database, fresh, progress)
        sync_file(fresh)
    return contents


def write_backup_into(
    database: Path, descriptor: int, *, progress: BackupProgress = lambda *_: None
) -> Contents:
    """Write a copy of ``database``, check it, and append it to a file that is open.

    For a process that may not write in the file's folder. The copy is made in the database's
    folder first, which has to have room for it.

    Args:
        database: of a running or a stopped box.
        descriptor: of an empty file; it stays open.
        progress: called several times a second.

    Raises:
        BackupError: there is no room, or the copy is damaged.
        StoreError: the database cannot be read.
    """
    folder = database.parent
    with writing(folder), scratch(folder, ".edgebox-backup-") as fresh:
        contents = _checked_copy(database, fresh, progress, then_into=descriptor)
        target = os.fstatvfs(descriptor)
        if target.f_bavail * target.f_frsize < contents.size:
            raise BackupError("There is no room for the backup. Name a file on another disk.")
        try:
            with fresh.open("rb") as source, open(descriptor, "wb", closefd=False) as file:
                while block := source.read(_BLOCK):
                    file.write(block)
                    progress("writing", file.tell(), contents.size)
                file.flush()
                os.fsync(descriptor)
        except OSError as error:
            raise BackupError(f"Cannot write the backup: {error.strerror}.") from None
    return contents


@contextmanager
def publishing(database: Path, target: Path, *, force: bool) -> Iterator[tuple[Path, int]]:
    """Yield an empty file beside ``target``; after the block, give it the name ``target``.

    Yields:
        Its path, and a descriptor of it that is closed after the block.

    Raises:
        BackupError: the target exists or cannot be written. Nothing is left at the target.
    """
    with writing(target.parent):
        if target.is_dir():
            raise BackupError(f"{target} is a folder. Name a file in it.")
        if not target.parent.is_dir():
            raise BackupError(f"There is no folder {target.parent}. Make it first.")
        if target.exists() and database.exists() and target.samefile(database):
            raise BackupError("That is the database itself. Name another file.")
        if target.exists() and not force:
            raise BackupError(f"{target} exists. Name another file, or replace it with --force.")
        with scratch_open(target.parent, ".edgebox-backup-") as (fresh, descriptor):
            yield fresh, descriptor
            _publish(fresh, target, force=force)


def _checked_copy(
    database: Path, fresh: Path, progress: BackupProgress, *, then_into: int | None = None
) -> Contents:
    _vacuum_into(database, fresh, progress, then_into)
    return in_thread(
        lambda: check_whole(fresh, options=_OURS_ALONE), lambda: progress("checking", 0, 0)
    )


def check_whole(path: Path, what: str = "The copy", *, options: str = "") -> Contents:
    """Check a database file that no other process uses; no file is left beside it.

    Args:
        path: the file.
        what: its name in the error.
        options: of the URI with which SQLite opens it.

    Raises:
        BackupError: the file is damaged, or a row refers to a missing one.
    """
    try:
        uri = f"{path.absolute().as_uri()}{options}"
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode = DELETE")
            found = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found == "ok" and (orphan := db.execute("PRAGMA foreign_key_check").fetchone()):
                found = f"a row of {orphan[0]} refers to one that is not there"
            tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
            rows = {
                table: db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608
                for table in COUNTED
                if table in tables
            }
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise BackupError(f"{what} is damaged: {found}.")
    return Contents(path.stat().st_size, rows)


def in_thread(
    work: Callable[[], T],
    meanwhile: Callable[[], None],
    *,
    stop: Callable[[], None] = lambda: None,
) -> T:
    """Run ``work`` in another thread and return its result.

    Args:
        work: what to do.
        meanwhile: called several times a second until it is done.
        stop: called if this thread is interrupted, to end the work soon.
    """
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        try:
            while wait([future], timeout=_POLL_SECONDS).not_done:
                meanwhile()
        except BaseException:
            stop()
            raise
        return future.result()


@contextmanager
def scratch(folder: Path, prefix: str) -> Iterator[Path]:
    """Make an empty file of mode 0600; remove it and what SQLite puts beside it afterwards.

    What was left in the folder when such a process was killed is removed first.
    """
    with scratch_open(folder, prefix) as (path, _):
        yield path


@contextmanager
def scratch_open(folder: Path, prefix: str) -> Iterator[tuple[Path, int]]:
    """Make a file as ``scratch`` does; yield a descriptor of it, too, to be left open."""
    _remove_left(folder, prefix)
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=prefix)
    path = Path(name)
    try:
        with contextlib.suppress(OSError):  # a share that has no locks
            file_lock.hold(descriptor)  # in use, see _remove_left
        yield path, descriptor
    finally:
        _remove(path)
        os.close(descriptor)


def _remove_left(folder: Path, prefix: str) -> None:
    """Remove this user's files of the prefix that no process holds any more."""
    for path in folder.glob(f"{prefix}*"):
        if path.name.endswith(SIDECARS):
            continue
        with contextlib.suppress(OSError):
            ours = path.lstat().st_uid == os.geteuid()
            if ours and not in_use(path):
                _remove(path)


def in_use(path: Path) -> bool:
    """Return whether a backup or a restore is at work on a file of ``scratch``, or may be."""
    try:
        descriptor = open_file(path, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            return file_lock.is_held(descriptor)
        finally:
            os.close(descriptor)
    except OSError:  # a link, another user's, a share without locks
        return True


def _remove(path: Path) -> None:
    for suffix in ("", *SIDECARS):
        with contextlib.suppress(OSError):
            beside(path, suffix).unlink()


SIDECARS = ("-journal", "-wal", "-shm")


def beside(path: Path, suffix: str) -> Path:
    """Return the path of a file that SQLite keeps beside a database."""
    return path.with_name(path.name + suffix)


def sync_file(path: Path) -> None:
    """Write the file to the disk before returning."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _vacuum_into(
    database: Path, fresh: Path, progress: BackupProgress, then_into: int | None
) -> None:
    with closing(open_database(database, busy_timeout=_BUSY_SECONDS)) as db:
        conn = db.conn
        with translated():
            pages, unused, size = (
                conn.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
            # The copy is synced once, after the database is free again.
            conn.execute("PRAGMA synchronous = OFF")
        total = (pages - unused) * size
        require_room(fresh.parent, total, _ANOTHER_DISK if then_into is None else _OWN_FOLDER)
        with fresh.open("rb") as file:
            require_size(file.fileno() if then_into is None else then_into, total)

        # A URI: SQLite takes any other text as UTF-8, and a folder's name may be any bytes.
        target = f"{fresh.absolute().as_uri()}{_OURS_ALONE}"

        def copy() -> None:
            with translated():
                conn.execute("VACUUM INTO ?", (target,))

        in_thread(
            copy,
            lambda: progress("copying", fresh.stat().st_size, total),
            stop=conn.interrupt,
        )


def _publish(fresh: Path, target: Path, *, force: bool) -> None:
    """Give the finished file its name; without ``force`` only if no other file has it."""
    if force:
        fresh.replace(target)
    else:
        try:
            os.link(fresh, target)
        except FileExistsError:
            raise BackupError(f"{target} was made meanwhile. Name another file.") from None
        except OSError:  # a stick whose filesystem has no links
            fresh.replace(target)
    sync_folder(target.parent)
