"""CPU seconds and memory of a server's processes, read from /proc."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
from pathlib import Path
from typing import Self

from edgebox.system.machine import rss_bytes

TICKS = os.sysconf("SC_CLK_TCK")
_LISTENING = "0A"  # TCP_LISTEN of the kernel's tcp_states.h
_EVERY = 0.25  # seconds between two looks at the memory


def listener(path: Path) -> int:
    """Return the process that listens on a Unix socket (SO_PEERCRED: pid, uid, gid).

    Raises:
        OSError: no process listens there.
    """
    with socket.socket(socket.AF_UNIX) as probe:
        probe.connect(str(path))
        raw = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", raw)[0])


def port_listeners(port: int) -> set[int]:
    """Return the processes that listen on a TCP port of this machine, as far as they are visible.

    A server with workers has several, which share one socket.
    """
    wanted = set()
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    wanted.add(f"socket:[{fields[9]}]")
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile, or is another user's
            for link in (process / "fd").iterdir():
                with contextlib.suppress(OSError):  # it was closed meanwhile
                    if str(link.readlink()) in wanted:
                        found.add(int(process.name))
    return found


def families(pids: set[int]) -> tuple[int, ...]:
    """Return the processes with all their descendants, as they are now."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        if fields := _stat(int(folder.name)):
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found, new = set(pids), list(pids)
    while new:
        new = [child for pid in new for child in children.get(pid, ()) if child not in found]
        found.update(new)
    return tuple(sorted(found))


def cpu_seconds(pid: int) -> float:
    """Return the user and system time of a process so far, or 0 if it has ended."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat after the name (proc(5)), or none if it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []


class Watch:
    """Measures the CPU time and the highest memory of some processes during a block.

    Attributes:
        cpu: seconds, after the block.
        peak: bytes, the highest sum of resident memory.
    """

    def __init__(self, pids: tuple[int, ...]) -> None:
        self._pids = pids
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.cpu = 0.0
        self.peak = 0

    def __enter__(self) -> Self:
        self._before = sum(map(cpu_seconds, self._pids))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.cpu = sum(map(cpu_seconds, self._pids)) - self._before

    def _look(self) -> None:
        while True:
            self.peak = max(self.peak, sum(map(rss_bytes, self._pids)))
            if self._stop.wait(_EVERY):
                return
