"""Another machine's OpenAI-compatible server, as its own documentation says that it behaves."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal

from support.samples import ANALYSIS

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

MODEL = "far/model"
Conduct = Literal["answer", "die", "hang", "hang_all", "drip", "drip_all"]


@dataclass
class FarServer:
    """The script; its fields may change while it serves.

    Attributes:
        key: a request without it gets 401.
        lists_freely: the list of models needs no key, as llama-server's.
        models: what it lists.
        content: what it writes.
        seconds: that an answer takes.
        room: answers at once; further requests are refused ...
        refusal: ... with this status ...
        retry_after: ... and this header, if it is not empty ...
        refuses_in_stream: ... or with 200 and an event that has it as ``code``, as SGLang does.
        full_for: requests that are refused first, whatever the room, once all of them have come.
        before: called before each answer.
        status: of every chat request, if it is not 200.
        longest: characters of a chat; more is answered with 400, as a prompt that does not fit.
        listing: of the list of models.
        conduct: of chat requests: "die" breaks off within the answer, "hang" says nothing;
            "hang_all" of the list too; "drip" sends the head of the answer so slowly that it never
            ends, "drip_all" of the list too.
        deaths: answers that are broken off first, whatever the conduct.
        halfway: called in the middle of each answer.
        bodies: of chat requests, as received.
        arrivals: when each of them came, by the monotonic clock.
        most: chat requests that were under way at once.
        refused: those that were refused for want of room.
    """

    key: str = ""
    lists_freely: bool = False
    models: tuple[str, ...] = (MODEL,)
    content: str = ANALYSIS
    seconds: float = 0.0
    room: int = 10_000
    refusal: int = 429
    retry_after: str = ""
    refuses_in_stream: bool = False
    full_for: int = 0
    before: Callable[[], None] = lambda: None
    status: int = 200
    longest: int = 10**9
    listing: int = 200
    conduct: Conduct = "answer"
    deaths: int = 0
    halfway: Callable[[], None] = lambda: None
    bodies: list[dict[str, Any]] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)
    most: int = 0
    refused: int = 0
    under_way: int = 0
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    far: FarServer

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""

    def do_GET(self) -> None:
        far = self.far
        if far.conduct == "hang_all":
            far.closing.wait()
        elif far.conduct == "drip_all":
            self._drip()
        elif not (far.lists_freely or self._has_key()):
            self._json(401, _error(401))
        elif self.path != "/v1/models":
            self._json(404, _error(404))
        elif far.listing != 200:
            self._json(far.listing, _error(far.listing))
        else:
            self._json(200, {"object": "list", "data": [{"id": name} for name in far.models]})

    def do_POST(self) -> None:
        far = self.far
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with far.lock:
            far.bodies.append(body)
            far.arrivals.append(time.monotonic())
            full = far.under_way >= far.room or far.full_for > 0
            far.full_for -= far.full_for > 0
            far.under_way += not full
            far.refused += full
            far.most = max(far.most, far.under_way)
            dies = far.conduct == "die" or (not full and far.deaths > 0)
            far.deaths -= not full and far.deaths > 0
        try:
            if not self._has_key():
                self._json(401, _error(401))
            elif full and far.refuses_in_stream:
                self._events([_error(far.refusal)])
            elif full:
                while far.full_for and not far.closing.wait(0.01):
                    pass
                self._json(far.refusal, _error(far.refusal), far.retry_after)
            elif far.status != 200:
                self._json(far.status, _error(far.status))
            elif sum(len(one["content"]) for one in body["messages"]) > far.longest:
                self._json(400, _error(400))
            elif far.conduct in ("hang", "hang_all"):
                far.closing.wait()
            elif far.conduct in ("drip", "drip_all"):
                self._drip()
            else:
                far.before()
                time.sleep(far.seconds)
                self._answer(body, dies=dies)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client is gone
        finally:
            with far.lock:
                far.under_way -= not full

    def _has_key(self) -> bool:
        return not self.far.key or self.headers.get("Authorization") == f"Bearer {self.far.key}"

    def _answer(self, body: dict[str, Any], *, dies: bool) -> None:
        content, usage = self.far.content, {"prompt_tokens": 400, "completion_tokens": 100}
        if not body.get("stream"):
            choice = {"message": {"content": content}, "finish_reason": "stop"}
            self._json(200, {"model": MODEL, "choices": [choice], "usage": usage})
            return
        half = len(content) // 2
        pieces = [{"choices": [{"delta": {"content": part}}]} for part in (content[:half],)]
        if dies:
            self._events(pieces, end=False)
            # Without the end of the answer, and with a reset, as of a process that was killed.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        self._events(pieces, end=False)
        self.far.halfway()
        pieces = [{"choices": [{"delta": {"content": content[half:]}}]}]
        pieces.append({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        pieces.append({"choices": [], "usage": usage, "model": MODEL})
        self._events(pieces, begin=False)

    def _events(
        self, events: list[dict[str, Any]], *, begin: bool = True, end: bool = True
    ) -> None:
        if begin:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
        for event in events:
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        if end:
            self.wfile.write(b"data: [DONE]\n\n")
        self.wfile.flush()
        self.close_connection = True

    def _drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.far.closing.wait(0.05):
            self.wfile.write(b"x")

    def _json(self, status: int, body: dict[str, Any], retry_after: str = "") -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(content)


def _error(status: int) -> dict[str, Any]:
    kind = "HTTPStatus.SERVICE_UNAVAILABLE" if status == 503 else "invalid_request_error"
    return {"error": {"message": "as told", "type": kind, "param": None, "code": status}}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """A client that is gone is no error of a test."""


@contextmanager
def far_server(
    *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None, **script: Any
) -> Iterator[FarServer]:
    """Serve on a free port of this machine."""
    far = FarServer(**script)
    handler = type("Handler", (_Handler,), {"far": far})
    server = _Server((host, 0), handler)
    if tls:
        # In the thread of a connection: a client that refuses the certificate stops nobody else.
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    far.url = f"{'https' if tls else 'http'}://{host}:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield far
    finally:
        far.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
