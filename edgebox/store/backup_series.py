"""Backups that follow each other in one folder, such as those of every night.

Their order is a number in their names: a clock that was set back makes no backup an older one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edgebox.errors import BackupError

if TYPE_CHECKING:
    from pathlib import Path

LEAST = 2
"""With one, there would be none while the next is written."""

_NAME = re.compile(r"edgebox-backup-([0-9]{6,18})\.db")
"""No name that people give: edgebox-20261122.db would be one of theirs."""


def next_backup(folder: Path, keep: int) -> Path:
    """Remove the oldest backups of a series, so that there are ``keep`` with the next one.

    They go before the next is written, so that a disk that they filled has room again. Files of
    other names are left alone.

    Args:
        folder: an existing one.
        keep: how many there may be, ``LEAST`` or more.

    Returns:
        The file of the next backup, which is not there yet.

    Raises:
        BackupError: the folder is none, or cannot be changed.
    """
    gone = folder
    try:
        if not folder.is_dir():
            raise BackupError(f"There is no folder {folder}. With --keep, name an existing folder.")
        numbered = {
            int(name[1]): path for path in folder.iterdir() if (name := _NAME.fullmatch(path.name))
        }
        files = sorted(number for number, path in numbered.items() if not path.is_dir())
        for number in files[: -(keep - 1)]:
            gone = numbered[number]
            gone.unlink(missing_ok=True)  # another run may remove it too
    except OSError as error:
        raise BackupError(f"Cannot make room for a backup: {gone}: {error.strerror}.") from None
    return folder / f"edgebox-backup-{max(numbered, default=0) + 1:06}.db"
