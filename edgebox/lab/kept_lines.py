"""A file of lines, each written when it is there, that one command at a time goes on with."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from edgebox.errors import RunInvalid
from edgebox.system.files import open_file

if TYPE_CHECKING:
    from pathlib import Path


class KeptLines:
    """A file that only its owner can read, held for this command alone.

    Nothing in it is changed before :meth:`mend` is called: it may be another file.

    Args:
        path: it is made if it is not there.

    Attributes:
        lines: that are whole.
        broken: what stands behind them: a line that was being written.

    Raises:
        RunInvalid: another command has it, or it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._descriptor = open_file(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        except OSError as error:
            raise RunInvalid(f"{path} cannot be written: {error.strerror}.") from None
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise RunInvalid(f"Another command is writing {path}.") from None
        whole, end, self.broken = path.read_bytes().rpartition(b"\n")
        self._length = len(whole + end)
        self.lines = whole.splitlines()

    def mend(self) -> None:
        """Cut off what is broken."""
        os.ftruncate(self._descriptor, self._length)

    def add(self, line: bytes) -> None:
        """Write a line, to the disk.

        Raises:
            OSError: it cannot be written.
        """
        os.write(self._descriptor, line + b"\n")
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Let another command have it."""
        os.close(self._descriptor)
