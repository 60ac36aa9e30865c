"""A stand-in for systemd: a datagram socket that receives a process's notifications."""

import os
import socket
import time


class Supervisor:
    """Receives notifications on ``address``: a path, or "@" and a name.

    ``seen`` keeps them, each as a dictionary, in the order in which they came.
    """

    def __init__(self, address) -> None:
        self.address = str(address)
        self.seen: list[dict[str, str]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)

    def __enter__(self):
        self._socket.bind(self.address.replace("@", "\0", 1))
        return self

    def __exit__(self, *_):
        self._socket.close()

    def environment(self, watchdog_seconds: float = 0.0) -> dict[str, str]:
        """Return this environment with the variables that systemd sets for a service."""
        return os.environ | {
            "NOTIFY_SOCKET": self.address,
            "WATCHDOG_USEC": str(int(watchdog_seconds * 1_000_000)),
        }

    def received(self) -> list[dict[str, str]]:
        """Return the messages so far."""
        self._receive(0.0)
        return self.seen

    def wait_for(self, name: str, *, after: int = 0, seconds: float = 30.0) -> int:
        """Wait for a message with this name; returns the number of messages up to it.

        Args:
            name: such as READY.
            after: how many messages of ``seen`` to skip.
            seconds: the longest wait.
        """
        until = time.monotonic() + seconds
        while True:
            for at, message in enumerate(self.seen[after:], start=after):
                if name in message:
                    return at + 1
            left = until - time.monotonic()
            assert left > 0, f"no {name} in {seconds} s, but {self.seen}"
            self._receive(left)

    def _receive(self, seconds: float) -> None:
        """Receive what has arrived; wait up to ``seconds`` for the first message."""
        self._socket.settimeout(max(seconds, 0.0))
        try:
            while True:
                lines = self._socket.recv(65536).decode().splitlines()
                self.seen.append(dict(line.split("=", 1) for line in lines))
                self._socket.settimeout(0.0)
        except (BlockingIOError, TimeoutError):
            return
