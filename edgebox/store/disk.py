"""The disk that a copy of the database goes to: its room, its largest file, its errors."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from edgebox.errors import BackupError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CANNOT_WRITE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}


def require_room(folder: Path, needed: int, instead: str = "") -> None:
    """Check the free space before the work, not after most of it.

    Args:
        folder: on the disk.
        needed: bytes.
        instead: what helps where no room can be made, behind "Make room".

    Raises:
        BackupError: the disk has less than ``needed`` bytes free.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackupError(
            f"There is no room in {folder}: {needed / 1e6:.1f} MB are needed, "
            f"{free / 1e6:.1f} MB are free. Make room{instead}."
        )


def require_size(descriptor: int, needed: int) -> None:
    """Check that the disk holds files of this size: FAT32 ends at 4 GiB.

    Raises:
        BackupError: it does not.
    """
    try:
        os.lseek(descriptor, needed, os.SEEK_SET)  # refused behind the largest file
    except OSError:
        raise BackupError(
            f"The disk holds no file as large as {needed / 1e9:.1f} GB; FAT32 ends at 4 GB. "
            "Format it with exFAT or ext4, or name a file on another disk."
        ) from None
    os.lseek(descriptor, 0, os.SEEK_SET)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn an error of writing into ``folder`` into one line.

    Raises:
        BackupError: no room, no permission, a fault of the disk.
    """
    try:
        yield
    except OSError as error:
        raise BackupError(f"Cannot write in {folder}: {error.strerror}.") from None
    except BackupError:
        raise
    except StoreError as error:
        code = getattr(error.__cause__, "sqlite_errorcode", None)
        if code is not None and code & 0xFF in _CANNOT_WRITE:
            raise BackupError(
                f"Cannot write in {folder}: the disk is full or failing. Nothing was changed."
            ) from error
        raise
