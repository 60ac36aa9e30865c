"""Messages to the supervisor about this process, as sd_notify(3) defines them.

Each message is one datagram to the socket that NOTIFY_SOCKET names. Nothing here raises: a
supervisor that cannot be reached is no reason to stop working.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
"""Meant for one process: messages of a child that inherits them would count as its parent's."""

_SEND_SECONDS = 1.0
_MICROSECONDS = 1_000_000


class Notifier:
    """Sends one process's messages to its supervisor. Callable from any thread.

    Args:
        address: a path, or "@" and the name of an abstract socket; empty: send nothing.
        watchdog_seconds: the time within which a heartbeat is expected; 0: none is.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        address: str = "",
        watchdog_seconds: float = 0.0,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.watchdog_seconds = watchdog_seconds
        self._address = address if address.startswith(("/", "@")) else ""
        self._clock = clock
        self._alive_at = float("-inf")
        self._status = ""
        self._ready = False

    @classmethod
    def of_process(cls, environ: MutableMapping[str, str] = os.environ) -> Notifier:
        """Return the notifier that the environment describes, and take its variables out of it."""
        address, microseconds, pid = (environ.pop(name, "") for name in VARIABLES)
        ours = pid in ("", str(os.getpid()))
        watchdog = int(microseconds) if ours and microseconds.isdecimal() else 0
        return cls(address, watchdog / _MICROSECONDS)

    def ready(self, status: str) -> None:
        """Report that the process has started; sent once."""
        if not self._ready:
            self._ready = True
            self._status = status
            self._send("READY=1", _status(status))

    def status(self, status: str) -> bool:
        """Send a line for ``systemctl status`` if it differs from the last one.

        Returns:
            Whether it differs.
        """
        if status == self._status:
            return False
        self._status = status
        self._send(_status(status))
        return True

    def stopping(self, status: str, seconds: float) -> None:
        """Report that the process is stopping, and how long that may take."""
        self._status = status
        self._send("STOPPING=1", _status(status), _extend(seconds))

    def extend(self, seconds: float) -> None:
        """Report that starting takes longer: the next message comes within ``seconds``."""
        self._send(_extend(seconds))

    def alive(self) -> None:
        """Report a heartbeat; call it as often as there is progress, it is sent when one is due."""
        now = self._clock()
        if self.watchdog_seconds and now - self._alive_at >= self.watchdog_seconds / 4:
            self._alive_at = now
            self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        name = self._address.replace("@", "\0", 1) if self._address[0] == "@" else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.settimeout(_SEND_SECONDS)
            to.sendto("\n".join(lines).encode("utf-8"), name)


def _status(text: str) -> str:
    return f"STATUS={' '.join(text.split())}"


def _extend(seconds: float) -> str:
    return f"EXTEND_TIMEOUT_USEC={round(seconds * _MICROSECONDS)}"
