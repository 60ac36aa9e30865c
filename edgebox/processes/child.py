"""One child process of ``edgebox up``: how it starts, what it prints, how it ends."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from edgebox.system.notifier import VARIABLES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

_CHUNK = 65_536
_PR_SET_PDEATHSIG = 1

# Loaded here, not after the fork: nothing there may take a lock that a thread might hold.
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Child:
    """A process to keep running.

    Attributes:
        name: what its lines begin with.
        argv: the command.
        stop_seconds: how long it may take to end after SIGTERM.
    """

    name: str
    argv: Sequence[str]
    stop_seconds: float = 10.0

    async def start(self) -> asyncio.subprocess.Process:
        """Start it, in a process group that the terminal's Ctrl-C does not reach.

        Raises:
            OSError: the command cannot be run.
        """
        inherited = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        return await asyncio.create_subprocess_exec(
            *self.argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            process_group=0,
            preexec_fn=partial(_end_with_parent, os.getpid()),
            env={**inherited, "PYTHONUNBUFFERED": "1"},
        )


async def lines_of(process: asyncio.subprocess.Process) -> AsyncIterator[str]:
    """Yield the lines that it prints, without line feed; a very long one in parts."""
    assert process.stdout is not None  # noqa: S101 - it was asked for
    rest = b""
    while chunk := await process.stdout.read(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _CHUNK:
            lines, rest = [*lines, rest], b""
        for line in lines:
            yield line.decode("utf-8", "replace")
    if rest:
        yield rest.decode("utf-8", "replace")


def ending(code: int) -> str:
    """Return how a process ended, in words; ``code`` is negative for a signal."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def _end_with_parent(parent: int) -> None:
    """Between fork and exec: end when the parent ends, however it ends.

    SIGTERM, not SIGKILL: the worker then gives its leases back.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != parent:  # it ended before the kernel knew
        os._exit(1)
