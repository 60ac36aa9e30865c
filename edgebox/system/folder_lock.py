"""A lock of a folder, for those who read one of its files, change it and write it again.

The file itself cannot be locked: it is replaced in one step, and a lock goes with the old one.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE_SECONDS = 10.0
"""A file is written within milliseconds; but whoever may read the folder may lock it."""


@contextmanager
def held(folder: Path, if_held: Callable[[str], Exception]) -> Iterator[None]:
    """Hold the folder's lock in the block: one writer at a time.

    Args:
        folder: an existing one.
        if_held: makes the exception for the case that another program does not let go of it, from
            a sentence that says so.

    Raises:
        OSError: the folder cannot be opened, or its disk has no locks.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        end = time.monotonic() + PATIENCE_SECONDS
        while not _taken(descriptor):
            if time.monotonic() >= end:
                raise if_held(
                    f"Another program has {folder} locked. To see which: fuser -v {folder}"
                )
            time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
