"""Replaces files in one step, so that a file is the old one or the new one and never half."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def sync_folder(folder: Path) -> None:
    """Sync ``folder``, so that a rename inside it survives a power cut.

    Some shares of the network sync no folders and say EINVAL: their server does.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)


def present(path: Path) -> bool:
    """Return whether something is at the path.

    Since Python 3.14, Path.exists() says no where this user may not look.

    Raises:
        PermissionError: this user may not look.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        if error.errno == errno.ELOOP:  # links to each other
            return False
        raise
    return True


def readable(path: Path) -> bool:
    """Return whether the user as whom this process acts may read what is at the path."""
    return os.access(path, os.R_OK, effective_ids=os.access in os.supports_effective_ids)


def open_file(path: Path, flags: int = os.O_RDONLY) -> int:
    """Open a file that may be a trap, and return its descriptor.

    A pipe of that name would hold the process; neither a pipe nor a folder is opened.

    Args:
        path: the file; a new one gets mode 0600.
        flags: of open(2).

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a file", os.fspath(path))
    return descriptor


def write_text(
    path: Path, text: str, *, mode: int = 0o644, check: Callable[[Path], object] | None = None
) -> None:
    """Replace the content of ``path`` by ``text`` and sync it.

    An existing file keeps its mode and, if this user may set it, its owner. A link is followed:
    the file that it names is replaced.

    Args:
        path: the file; its folder exists.
        text: written as UTF-8, with its line ends unchanged.
        mode: permissions of a new file.
        check: called with the finished new file before it replaces the old one. When it
            raises, the old file stays.

    Raises:
        OSError: nothing was changed.
    """
    target = path.resolve()
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            with contextlib.suppress(FileNotFoundError):
                old = target.stat()
                mode = old.st_mode & 0o7777
                with contextlib.suppress(PermissionError):
                    os.fchown(file.fileno(), old.st_uid, old.st_gid)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        if check is not None:
            check(fresh)
        fresh.replace(target)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def leave_bytes(path: Path, content: bytes) -> None:
    """Replace a file in one step; its folder's owner alone may read it. Not synced: it is soon old.

    A command of root leaves it to the processes, which run as the owner of the folder.

    Raises:
        OSError: the old one stays.
    """
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    # A new one, and no link that somebody else has put there: root may be writing.
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    fresh.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(fresh, flags, 0o600), "wb") as file:
            if os.geteuid() == 0:
                owner = path.parent.stat()
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            file.write(content)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
