"""The lock that the worker holds while it runs: one worker for each state folder.

The kernel drops the lock with the process, however it ends, so no lock is ever stale.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

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
    descriptor = os.open(state_dir / NAME, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise if_held from None
        yield
    finally:
        os.close(descriptor)


def is_held(state_dir: Path) -> bool:
    """Return whether a process holds the lock; False where this user may not look."""
    try:
        descriptor = os.open(state_dir / NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
