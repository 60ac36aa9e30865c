"""Big files: hashed while they are written, resumable, one writer at a time, named when whole."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
from typing import TYPE_CHECKING, Any, Self

from edgebox.errors import ModelsFolderError
from edgebox.system import file_lock
from edgebox.system.files import sync_folder, write_text
from edgebox.system.progress import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 4 * 1024 * 1024
# Left free on the disk beside a new model: often the database is on the same disk.
KEPT_FREE = 256 * 1024 * 1024


def need_space(folder: Path, count: int) -> None:
    """Check that ``count`` more bytes fit on the folder's disk.

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
    """Turn an error of the operating system about ``folder`` into one line of advice.

    Raises:
        ModelsFolderError: for a full disk, a read-only folder and the like.
    """
    try:
        yield
    except OSError as error:
        if error.errno == errno.EFBIG:
            advice = (
                "the disk holds no file so large; FAT32 ends at 4 GB. Format it with exFAT or ext4"
            )
        elif error.errno in (errno.ENOSPC, errno.EDQUOT):
            advice = "the disk is full. Free some space and run the command again: it continues"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            advice = "it cannot be written. Run this as the user who owns it"
        else:
            advice = str(error.strerror or error)
        raise ModelsFolderError(f"{folder}: {advice}.") from None


class Part:
    """``NAME.part``: a file being written, with its running hash and a record.

    The record (``NAME.part.json``) holds what is needed to continue after an interruption. It
    is written after the bytes that it describes are on disk. Use as a context
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
            self._lock()
            mine = os.fstat(self._file.fileno())
            # The other writer may have renamed it between open and lock.
            if mine.st_ino != self.path.stat().st_ino:
                raise BlockingIOError  # noqa: TRY301 - the same outcome as the lock's own
        except (BlockingIOError, FileNotFoundError):
            self._file.close()
            raise ModelsFolderError(
                f"Another command is writing {self.path.name}. Wait for it to end, then try again."
            ) from None
        self.size = mine.st_size
        return self

    def _lock(self) -> None:
        try:
            file_lock.hold(self._file.fileno())
        except BlockingIOError:
            raise
        except OSError:  # a share that has no locks: the hash finds what two writers made
            return

    def __exit__(self, *exc: object) -> None:
        if self.size == 0 and self.path.exists():
            self.discard()
        self._file.close()

    def record(self) -> dict[str, Any]:
        """Return what the last run noted; empty when that is not usable."""
        try:
            noted = json.loads(self.record_path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return noted if isinstance(noted, dict) else {}

    def note(self, record: dict[str, Any]) -> None:
        """Sync the bytes written so far, then write the record."""
        self.sync()
        write_text(self.record_path, json.dumps(record))

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
        """Drop everything that was written."""
        self.record_path.unlink(missing_ok=True)
        self.keep(0)

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._digest.update(chunk)
        self.size += len(chunk)

    def sync(self) -> None:
        """Flush what was written to the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def sha256(self) -> str:
        """Return the hash of everything kept and written."""
        return self._digest.hexdigest()

    def move(self, target: Path) -> None:
        """Rename the part to ``target``, whole and synced. An existing file is replaced."""
        self.sync()
        os.fchmod(self._file.fileno(), 0o644)
        self.path.replace(target)
        self.record_path.unlink(missing_ok=True)
        sync_folder(target.parent)

    def discard(self) -> None:
        """Remove the part and its record."""
        self.path.unlink(missing_ok=True)
        self.record_path.unlink(missing_ok=True)
