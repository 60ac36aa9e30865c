"""What systemd is to a process: a datagram socket that takes its messages."""

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
        """This environment, as the supervisor hands it to a service."""
        return os.environ | {
            "NOTIFY_SOCKET": self.address,
            "WATCHDOG_USEC": str(int(watchdog_seconds * 1_000_000)),
        }

    def received(self) -> list[dict[str, str]]:
        """Everything so far."""
        self._receive(0.0)
        return self.seen

    def wait_for(self, name: str, *, after: int = 0, seconds: float = 30.0) -> int:
        """Wait for a message with this name; returns how many messages came until then.

        Args:
            name: such as READY.
            after: how many messages of ``seen`` are passed over.
            seconds: at most.
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
        """What is there, and wait so long for the first if nothing is."""
        self._socket.settimeout(max(seconds, 0.0))
        try:
            while True:
                lines = self._socket.recv(65536).decode().splitlines()
                self.seen.append(dict(line.split("=", 1) for line in lines))
                self._socket.settimeout(0.0)
        except (BlockingIOError, TimeoutError):
            return
