"""A chat on this machine: it takes Slack's messages, keeps them and prints them."""

from __future__ import annotations

import textwrap
import threading
import time
from typing import Any, NamedTuple, Self

from watch.processes import free_port
from watch.serving import in_thread, server

WIDTH = 78


class Told(NamedTuple):
    """One message; ``at`` is a time.monotonic()."""

    at: float
    title: str
    text: str


class Chat:
    """A Slack-compatible endpoint on a free port. A context manager.

    Args:
        shown: print each message as it arrives.
    """

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._arrived = threading.Condition()
        self.told: list[Told] = []

    def __enter__(self) -> Self:
        self._server = server(f"127.0.0.1:{free_port()}", self._take)
        self.url = f"http://{in_thread(self._server)}/"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, *words: str, seconds: float, since: float = 0.0) -> Told | None:
        """Return the first message after ``since`` with all these words, or None if none comes."""
        until = time.monotonic() + seconds
        with self._arrived:
            while True:
                for one in self.told:
                    if one.at >= since and all(
                        word in f"{one.title}\n{one.text}" for word in words
                    ):
                        return one
                left = until - time.monotonic()
                if left <= 0:
                    return None
                self._arrived.wait(left)

    def _take(self, payload: dict[str, Any]) -> None:
        attachments = payload.get("attachments") or [{}]
        one = Told(
            time.monotonic(),
            attachments[0].get("title") or payload.get("text", ""),
            attachments[0].get("text", "").strip(),
        )
        with self._arrived:
            self.told.append(one)
            self._arrived.notify_all()
        if self._shown:
            print(card(one), flush=True)


def card(one: Told) -> str:
    """Return a message as the terminal shows it."""
    lines = [f"  {time.strftime('%H:%M:%S')}  {one.title}"]
    for line in one.text.splitlines():
        lines += textwrap.wrap(
            line, WIDTH - 12, initial_indent=" " * 12, subsequent_indent=" " * 12
        )
    return "\n".join(lines)
