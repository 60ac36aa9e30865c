"""A folder that root holds by descriptor: whoever renames what is above it leads root nowhere."""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_FLAGS: Final = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
_MOST_LINKS: Final = 40


@contextmanager
def pinned(folder: Path) -> Iterator[Path]:
    """Yield a path that stays that folder's, whatever becomes of its names, until the block ends.

    Links are followed only where no other user can turn them.

    Args:
        folder: an absolute path.

    Raises:
        OSError: it is no folder, or a link that another user can turn leads there.
    """
    descriptor = _opened(folder)
    try:
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def _opened(folder: Path) -> int:
    """Open a folder name by name, from the root on."""
    names = deque(folder.parts[1:])
    links = 0
    here = os.open("/", _FLAGS | os.O_DIRECTORY)
    try:
        while names:
            name = names.popleft()
            found = os.open(name, _FLAGS, dir_fd=here)
            if not stat.S_ISLNK(os.fstat(found).st_mode):
                here, before = found, here
                os.close(before)
                continue
            links += 1
            try:
                if links > _MOST_LINKS or not _is_roots_alone(here, found):
                    reason = "a link that another user can turn leads there; name the folder itself"
                    raise OSError(errno.ELOOP, reason, os.fspath(folder))
                target = Path(os.readlink("", dir_fd=found))
            finally:
                os.close(found)
            if target.is_absolute():
                os.close(here)
                here = os.open("/", _FLAGS | os.O_DIRECTORY)
            names.extendleft(part for part in reversed(target.parts) if part != target.root)
        if not stat.S_ISDIR(os.fstat(here).st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), os.fspath(folder))
        return os.dup(here)
    finally:
        os.close(here)


def _is_roots_alone(folder: int, link: int) -> bool:
    """Return whether only root can replace a link in a folder."""
    around = os.fstat(folder)
    writable = around.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not around.st_mode & stat.S_ISVTX
    return around.st_uid == os.fstat(link).st_uid == 0 and not writable
