"""The lock that the worker holds while it runs: one worker for each state folder.

The kernel drops the lock with the process, however it ends, so no lock is ever stale. One can ask
for its holder without taking it (``file_lock``), so that a question never keeps a worker from
starting. ``flock`` cannot do that.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from edgebox.system import file_lock
from edgebox.system.files import open_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "worker.lock"


@contextmanager
def hold(state_dir: Path, if_held: Exception) -> Iterator[None]:
    """Hold the lock in the block.

    Args:
        state_dir: an existing folder.
        if_held: raised where another process holds the lock.

    Raises:
        OSError: the lock's file cannot be opened.
    """
    descriptor = open_file(state_dir / NAME, os.O_CREAT | os.O_RDWR)
    try:
        try:
            file_lock.hold(descriptor)
        except OSError:
            raise if_held from None
        yield
    finally:
        os.close(descriptor)


def is_held(state_dir: Path) -> bool:
    """Return whether a process holds the lock, without taking it.

    False where this user may not look.
    """
    try:
        descriptor = open_file(state_dir / NAME)
    except OSError:
        return False
    try:
        return file_lock.is_held(descriptor)
    finally:
        os.close(descriptor)
