"""Connections to the one SQLite file: how they are opened, and how a transaction runs.

Every sqlite3 error becomes one of ours here (``translated``) and nowhere else.
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import stat
import threading
import weakref
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

from edgebox.errors import StoreBusy, StoreError, StoreUncertain
from edgebox.store.migrations import SCHEMA_VERSION
from edgebox.system.files import present

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLDEST_SQLITE = (3, 37, 0)  # STRICT tables; RETURNING is older

# The primary code is the low byte of an extended one.
_NOTHING_WRITTEN = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOMEM,
}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_STAYS = {sqlite3.SQLITE_READONLY, *_DAMAGED}
"""What may be true of a connection only, and then as long as it lives."""

_LASTS = {errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENXIO}
"""What a path is. A disk that fails and a process without descriptors may be better in a moment."""

_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")

_create_lock = threading.Lock()


def to_json(value: object) -> str:
    """Return ``value`` as JSON with readable Hangul.

    Raises:
        ValueError: it holds NaN, an infinity, or text that UTF-8 cannot carry
            (half of a surrogate pair: legal in JSON, not in a database).
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text.encode()
    return text


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Return whether this SQLite is free of the WAL-reset bug.

    With two or more connections, 3.7.0 to 3.51.2 can lose commits or corrupt the
    file in WAL mode. The fix was backported to 3.44.6 and 3.50.7, within those two
    lines only.
    """
    if version < (3, 7, 0):
        return False  # there is no WAL at all
    if version >= (3, 51, 3):
        return True
    return (3, 44, 6) <= version < (3, 45, 0) or (3, 50, 7) <= version < (3, 51, 0)


@contextmanager
def translated() -> Iterator[None]:
    """Turn any sqlite3 error of the block into a StoreError; no message carries a value."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        primary = None if code is None else code & 0xFF
        if primary in _NOTHING_WRITTEN:
            raise StoreBusy(
                "The database is busy, read-only or its disk is full; nothing was written. "
                "Try again; if it stays, run: edgebox doctor"
            ) from error
        if primary in _DAMAGED:
            raise StoreError(
                "The database file is damaged. Stop EdgeBox and put the last backup in its place."
            ) from error
        raise StoreError(f"The database refused the operation: {error}") from error


def create_file(path: Path) -> None:
    """Make an empty file that only its owner can read, and its folder; keep an existing file.

    SQLite gives its journal the mode of the file.
    """
    # Closing any descriptor of a file drops this process's locks on it, SQLite's
    # included: an existing file is never opened here, and creation is one at a time.
    with _create_lock:
        try:
            if not path.parent.exists():
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            return
        except OSError as error:
            raise StoreError(
                f"Cannot create the database {path}: {error.strerror}. "
                "Choose a folder this user can write: state_dir in edgebox.toml"
            ) from error


def open_database(path: Path, *, busy_timeout: float) -> Database:
    """Open a connection with everything set that SQLite keeps per connection.

    Args:
        path: an existing file; none is created.
        busy_timeout: seconds to wait for another writer before StoreBusy.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old; EdgeBox needs 3.37 or newer. "
            "Run it with a newer Python or system."
        )
    _check_usable(path)
    _check_journal(path)
    with translated():
        # check_same_thread=False: only so that close() may close every thread's.
        conn = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=busy_timeout,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            mode = "WAL" if wal_is_safe(sqlite3.sqlite_version_info) else "TRUNCATE"
            conn.execute(f"PRAGMA journal_mode = {mode}")
            conn.execute("PRAGMA synchronous = FULL")
            conn.execute("PRAGMA trusted_schema = OFF")  # views and triggers call nothing unsafe
            conn.execute("PRAGMA cell_size_check = ON")
            conn.execute("PRAGMA foreign_keys = ON")
            conn.execute("PRAGMA secure_delete = ON")  # a removed transcript is overwritten
            return Database(conn, execute_plugins=False)
        except BaseException:
            conn.close()
            raise


def _check_usable(path: Path) -> None:
    """Raise a StoreError for a missing or a forbidden file: SQLite's error is the same for both."""
    try:
        if not present(path):
            raise StoreError("There is no database yet. Create it with: edgebox init")
        if not path.is_file():
            raise StoreError(f"{path} is not a file. Remove it, or restore a backup.")
        usable = os.access(
            path, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids
        )
    except PermissionError:
        usable = False
    if not usable:
        raise StoreError(
            "This user may not use the database. Run the command as the user EdgeBox runs as, "
            "such as: sudo -u edgebox edgebox ..."
        )


def _check_journal(path: Path) -> None:
    """Refuse a journal that names a file for SQLite to delete.

    A journal of a transaction over several databases ends with the name of its super-journal.
    SQLite deletes that file, whatever it is, once it has rolled the journal back. EdgeBox never
    writes such a journal.

    Raises:
        StoreBusy: the journal cannot be read now.
        StoreError: it names a file, or must not be read.
    """
    journal = path.with_name(path.name + "-journal")
    try:
        # O_NONBLOCK: a FIFO of that name must not hold the process.
        descriptor = os.open(journal, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise StoreError(f"{journal} is not a file. Remove it.")
            # Its end: the name, the name's length and checksum (4 bytes each), a magic number.
            end = os.pread(descriptor, 8, max(0, found.st_size - 8))
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        return
    except OSError as error:
        kind = StoreError if error.errno in _LASTS else StoreBusy
        raise kind(f"Cannot read {journal}: {error.strerror}") from error
    if end == _JOURNAL_MAGIC:
        raise StoreError(
            f"{journal} names another file, which SQLite would delete. EdgeBox writes no such "
            "journal: find out who did. Nothing was opened."
        )


@contextmanager
def immediate(db: Database) -> Iterator[Database]:
    """Run the block as a write transaction on ``db``; inside another one, as a savepoint.

    ``BEGIN IMMEDIATE`` because a transaction that reads first and writes later
    cannot wait for another writer: SQLite refuses it at once.
    """
    with translated():
        if db.conn.in_transaction:
            with db.atomic():
                yield db
            return
        db.conn.execute("BEGIN IMMEDIATE")
        try:
            yield db
            _commit(db)
        finally:
            if db.conn.in_transaction:
                db.conn.execute("ROLLBACK")


def _commit(db: Database) -> None:
    """Commit.

    Raises:
        StoreUncertain: an error of the disk. If it came after the journal had ended, as one of
            the last fsync does, the transaction is kept.
    """
    try:
        db.conn.execute("COMMIT")
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_IOERR:
            raise
        with suppress(sqlite3.Error):  # that error would say less
            if db.conn.in_transaction:
                db.conn.execute("ROLLBACK")
        raise StoreUncertain(
            "The disk failed while the database was written: whether the last change was kept is "
            "unknown. See: edgebox doctor"
        ) from error


def check_schema(db: Database) -> None:
    """Refuse a file with another schema than this program's.

    Raises:
        StoreError: written by a newer EdgeBox, or not yet brought up to date.
    """
    with translated():
        version = db.conn.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"The database has schema {version}, this EdgeBox knows {SCHEMA_VERSION}: "
            "it was used with a newer EdgeBox. Upgrade this one."
        )
    if version < SCHEMA_VERSION:
        raise StoreError("The database is not up to date. Run: edgebox init")


class Connections:
    """A connection per thread, opened when the thread first needs one.

    Args:
        path: the file.
        busy_timeout: seconds to wait for another writer.
    """

    def __init__(self, path: Path, *, busy_timeout: float) -> None:
        self._path = path
        self._busy_timeout = busy_timeout
        self._local = threading.local()
        self._lock = threading.Lock()
        self._opened: weakref.WeakSet[Database] = weakref.WeakSet()

    def current(self) -> Database:
        """Return this thread's connection."""
        db: Database | None = getattr(self._local, "db", None)
        if db is None:
            db = open_database(self._path, busy_timeout=self._busy_timeout)
            try:
                check_schema(db)
            except BaseException:
                db.close()
                raise
            self._local.db = db
            with self._lock:
                self._opened.add(db)
        return db

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """Run the block as a write transaction on this thread's connection (``immediate``)."""
        db = self.current()
        with self._watching(db), immediate(db):
            yield db

    @contextmanager
    def snapshot(self) -> Iterator[Database]:
        """Run several reads on one state; inside a transaction, in that transaction."""
        db = self.current()
        with self._watching(db), translated():
            if db.conn.in_transaction:
                yield db
                return
            db.conn.execute("BEGIN")
            try:
                yield db
            finally:
                if db.conn.in_transaction:
                    db.conn.execute("ROLLBACK")

    def rows(self, sql: str, parameters: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return all rows of one query, by column name."""
        db = self.current()
        with self._watching(db), translated():
            return list(db.query(sql, parameters or {}))

    @contextmanager
    def _watching(self, db: Database) -> Iterator[None]:
        """Close this thread's connection after an error that would stay with it.

        The next call opens another, and sees whether the file itself is so. After a read that
        failed, a connection may find the file damaged for as long as it is open. And a file that
        cannot be opened for writing, however shortly, SQLite opens for reading without a word.
        """
        outermost = not db.conn.in_transaction
        try:
            yield
        except StoreError as error:
            code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF
            if outermost and code in _STAYS:
                self._local.db = None
                with self._lock:
                    self._opened.discard(db)
                with suppress(sqlite3.Error):
                    db.close()
            raise

    def close(self) -> None:
        """Close every thread's connection; the threads must have stopped using them.

        A thread that calls ``current`` afterwards opens a new one.
        """
        with self._lock:
            opened = list(self._opened)
            self._opened.clear()
        self._local = threading.local()
        for db in opened:
            with translated():
                db.close()
