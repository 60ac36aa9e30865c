"""A webhook receiver for the demo's callback."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

from edgebox.errors import InvalidBoundKey
from edgebox.signing import Window, verify_bound_key, verify_webhook

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOLERANCE_SECONDS = 300


@dataclass(frozen=True)
class Callback:
    """A callback as it arrived, and which of its two signatures are valid."""

    url: str
    payload: dict[str, Any]
    webhook_signed: bool
    key_signed: bool


class Receiver:
    """A real webhook receiver on a free port of 127.0.0.1, as a centre would run one.

    Args:
        client: the client whose callbacks it takes.

    Attributes:
        secret: the client's, which signs its callbacks; set before the first one arrives.
        arrived: the callbacks, valid or not.
    """

    def __init__(self, client: str) -> None:
        self.secret = ""
        self._client = client
        self.arrived: queue.Queue[Callback] = queue.Queue()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            timeout: ClassVar[float] = 10.0

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(
                    204 if receiver.take(self.path, dict(self.headers), body) else 401
                )
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Keep requests off the demo's screen."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def host(self) -> str:
        """``address:port``, as in a client's list of allowed callbacks."""
        return f"127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Start to answer, on a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port; harmless before ``start``."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Check one callback and keep it; return whether both of its signatures are valid."""
        now = time.time()
        lower = {name.lower(): value for name, value in headers.items()}
        key_signed = False
        with contextlib.suppress(InvalidBoundKey):
            holder = _Holder((self.secret,))
            window = Window(now, _TOLERANCE_SECONDS, _TOLERANCE_SECONDS)
            key = lower.get("x-bound-key", "")
            named = verify_bound_key(key, lambda _: holder, window)
            key_signed = named == self._client
        webhook_signed = verify_webhook(lower, body, [self.secret], now, _TOLERANCE_SECONDS)
        try:
            payload = json.loads(body)
        except ValueError:
            return False
        self.arrived.put(Callback(f"http://{self.host}{path}", payload, webhook_signed, key_signed))
        return webhook_signed and key_signed


@dataclass(frozen=True)
class _Holder:
    secrets: tuple[str, ...]
    disabled: bool = False
