"""Big files: hashed as they are written, resumable, one writer at a time, published whole."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
from typing import TYPE_CHECKING, Any, Protocol, Self

from edgebox.errors import ModelsFolderError
from edgebox.system import files as atomic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 4 * 1024 * 1024
# Left free on the disk beside a new model: the database lives there too, often.
KEPT_FREE = 256 * 1024 * 1024


class Progress(Protocol):
    """Told how far a long job is."""

    def __call__(self, phase: str, done: int, total: int | None) -> None:
        """``phase`` is download, copy or verify; ``done`` and ``total`` are bytes."""


def silent(phase: str, done: int, total: int | None) -> None:
    """Progress that nobody watches."""
    del phase, done, total


def sha256_of(path: Path, progress: Progress = silent) -> str:
    """SHA-256 of a file, as lower-case hex.

    Raises:
        OSError: the file cannot be read.
    """
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        total = os.fstat(file.fileno()).st_size
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            done += len(chunk)
            progress("verify", done, total)
    return digest.hexdigest()


def need_space(folder: Path, count: int) -> None:
    """Refuse early when ``count`` more bytes do not fit on the folder's disk.

    Raises:
        ModelsFolderError: too little is free; the message says how much is missing.
    """
    free = shutil.disk_usage(folder).free
    if count > 0 and free < count + KEPT_FREE:
        raise ModelsFolderError(
            f"{folder} has {free / 1e9:.1f} GB free and this needs "
            f"{(count + KEPT_FREE) / 1e9:.1f} GB. Free some space, or set models_dir to a larger "
            "disk in the configuration."
        )


@contextlib.contextmanager
def folder_errors(folder: Path) -> Iterator[None]:
    """Turn what the operating system says about ``folder`` into one line of advice.

    Raises:
        ModelsFolderError: for a full disk, a read-only folder and the like.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            advice = "the disk is full. Free some space and run it again: it goes on from here"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            advice = "it cannot be written. Run this as the user who owns it"
        else:
            advice = str(error.strerror or error)
        raise ModelsFolderError(f"{folder}: {advice}.") from None


class Part:
    """``NAME.part``: a file being written, with its running hash and a record.

    The record (``NAME.part.json``) says what is needed to go on after a stop. It
    is written after the bytes that it speaks of are on disk. Use as a context
    manager: entering takes the lock, leaving keeps the part for the next time.

    Args:
        path: the ``.part`` file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.record_path = path.with_name(path.name + ".json")
        self.size = 0
        self._digest = hashlib.sha256()

    def __enter__(self) -> Self:
        self._file = self.path.open("a+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = os.fstat(self._file.fileno())
            # Between open and lock the other writer may have ended and renamed it.
            if mine.st_ino != self.path.stat().st_ino:
                raise BlockingIOError  # noqa: TRY301 - the same outcome as the lock's own
        except (BlockingIOError, FileNotFoundError):
            self._file.close()
            raise ModelsFolderError(
                f"Another command is writing {self.path.name}. Wait for it to end, then try again."
            ) from None
        self.size = mine.st_size
        return self

    def __exit__(self, *exc: object) -> None:
        if self.size == 0 and self.path.exists():
            self.discard()
        self._file.close()

    def record(self) -> dict[str, Any]:
        """What the last run noted, {} when nothing usable."""
        try:
            noted = json.loads(self.record_path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return noted if isinstance(noted, dict) else {}

    def note(self, record: dict[str, Any]) -> None:
        """Bring the bytes so far to disk, then write the record."""
        self.sync()
        atomic.write_text(self.record_path, json.dumps(record))

    def keep(self, size: int, progress: Progress = silent) -> None:
        """Keep the first ``size`` bytes of an earlier run, hash them, drop the rest."""
        self._file.truncate(size)
        self._digest = hashlib.sha256()
        self.size = 0
        with self.path.open("rb") as earlier:
            while chunk := earlier.read(CHUNK):
                self._digest.update(chunk)
                self.size += len(chunk)
                progress("verify", self.size, size)

    def restart(self) -> None:
        """Drop everything written so far."""
        self.record_path.unlink(missing_ok=True)
        self.keep(0)

    def write(self, chunk: bytes) -> None:
        """Append ``chunk``."""
        self._file.write(chunk)
        self._digest.update(chunk)
        self.size += len(chunk)

    def sync(self) -> None:
        """Bring what was written to disk."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def sha256(self) -> str:
        """Hash of everything kept and written."""
        return self._digest.hexdigest()

    def move(self, target: Path) -> None:
        """Become ``target``, whole and on disk; a file there before is replaced."""
        self.sync()
        os.fchmod(self._file.fileno(), 0o644)
        self.path.replace(target)
        self.record_path.unlink(missing_ok=True)
        atomic.sync_folder(target.parent)

    def discard(self) -> None:
        """Remove the part and its record."""
        self.path.unlink(missing_ok=True)
        self.record_path.unlink(missing_ok=True)
