"""Small HTTP servers: the relay to a messenger, and the chat that is shown on the terminal."""

from __future__ import annotations

import http.client
import json
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LARGEST = 1 << 20  # bytes of a body

Take = Callable[[dict[str, Any]], None]


def server(address: str, take: Take) -> ThreadingHTTPServer:
    """Return a server that passes each posted JSON object to ``take``.

    It answers 200; 400 if the body is no JSON object; 502 if ``take`` raises OSError, so that
    Alertmanager sends it again.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self._answer(413 if length > LARGEST else passed_on(self.rfile.read(length), take))

        def do_GET(self) -> None:
            self._answer(200)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok" if status == 200 else b"no")

        def log_message(self, *_: object) -> None:
            pass

    host, _, port = address.rpartition(":")
    return ThreadingHTTPServer((host, int(port)), Handler)


def passed_on(text: bytes, take: Take) -> int:
    """Hand a body on and return the status of the answer."""
    try:
        body = json.loads(text)
        if not isinstance(body, dict):
            return 400
        take(body)
    except (OSError, http.client.HTTPException) as error:
        # Never the address: it is a secret.
        print(f"not delivered: {type(error).__name__}", file=sys.stderr, flush=True)
        return 502
    except (ValueError, KeyError, AttributeError) as error:
        print(f"not understood: {type(error).__name__}", file=sys.stderr, flush=True)
        return 400
    return 200


def in_thread(running: ThreadingHTTPServer) -> str:
    """Serve in a thread and return the server's address."""
    threading.Thread(target=running.serve_forever, daemon=True).start()
    host, port = running.server_address[:2]
    return f"{host!s}:{port}"
