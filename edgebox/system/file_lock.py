"""A lock of an open file that leaves the file's content free.

``flock`` locks a whole file. On a share of the network (SMB, since Linux 5.5) nothing may then
read or write it, not even this process through another descriptor; on NFS a lock needs a file that
is open for writing. So a byte far behind any content is locked, for the open file description
(``F_OFD_SETLK``): the kernel drops the lock when its last descriptor is closed, however the process
ends, and one can ask for a holder without becoming one.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct

_FLOCK = struct.Struct("hhqqi4x")
"""``struct flock`` of 64-bit Linux: type, whence, start, length, pid."""

_BYTE = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 2**62, 1, 0)


def hold(descriptor: int) -> None:
    """Lock a file until its descriptor, and every copy of that, is closed.

    Args:
        descriptor: open for writing.

    Raises:
        BlockingIOError: somebody else holds the lock.
        OSError: the disk has no locks.
    """
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _BYTE)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN):
            raise BlockingIOError(error.errno, error.strerror) from None
        raise


def is_held(descriptor: int) -> bool:
    """Return whether somebody holds the lock of a file, without taking it.

    Args:
        descriptor: open for reading or writing, and not the holder's.

    Raises:
        OSError: the disk has no locks.
    """
    kind: int = _FLOCK.unpack(fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, _BYTE))[0]
    return kind != fcntl.F_UNLCK
