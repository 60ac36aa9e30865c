"""A model hub on 127.0.0.1 that misbehaves on request."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class HubServer:
    """Serves one file under ``path``. Its attributes set what it does wrong.

    Args:
        content: the file.
        path: its address below the server's root.
    """

    def __init__(self, content: bytes, path: str) -> None:
        self.content = content
        self.path = path
        self.etag: str | None = '"v1"'
        self.linked_etag: str | None = None
        self.ranges = True
        self.chunked = False
        self.cuts: list[int] = []  # bytes to send, one per answer, before hanging up
        self.statuses: list[int] = []  # answered first, one per request
        self.shift = 0  # bytes between the start that was asked for and that of a 206
        self.asked: list[str | None] = []  # the Range header of each request
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                hub.answer(self)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda request, address: None  # clients hang up on purpose
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    @contextlib.contextmanager
    def running(self) -> Iterator["HubServer"]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        if request.path == f"/{self.path}" and self.linked_etag is not None:
            # The real hub names the file's hash, and redirects to the bytes.
            request.send_response(302)
            request.send_header("Location", "/cdn")
            request.send_header("X-Linked-Etag", self.linked_etag)
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        wanted = request.headers.get("Range")
        self.asked.append(wanted)
        if request.path not in (f"/{self.path}", "/cdn"):
            self._bare(request, 404)
        elif self.statuses:
            self._bare(request, self.statuses.pop(0))
        elif wanted and self.ranges and request.headers.get("If-Range") in (None, self.etag):
            self._range(request, int(wanted.removeprefix("bytes=").removesuffix("-")))
        else:
            self._body(request, 200, self.content)

    def _bare(self, request: BaseHTTPRequestHandler, status: int) -> None:
        request.send_response(status)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def _range(self, request: BaseHTTPRequestHandler, start: int) -> None:
        total = len(self.content)
        if start >= total:
            request.send_response(416)
            request.send_header("Content-Range", f"bytes */{total}")
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        start = max(0, start + self.shift)
        span = f"bytes {start}-{total - 1}/{total}"
        self._body(request, 206, self.content[start:], ("Content-Range", span))

    def _body(
        self, request: BaseHTTPRequestHandler, status: int, body: bytes, *extra: tuple[str, str]
    ) -> None:
        request.send_response(status)
        if self.etag:
            request.send_header("ETag", self.etag)
        for name, value in extra:
            request.send_header(name, value)
        if self.chunked:
            request.send_header("Connection", "close")
        else:
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        cut = self.cuts.pop(0) if self.cuts else None
        with contextlib.suppress(ConnectionError):  # the client may stop reading
            request.wfile.write(body if cut is None else body[:cut])
        if cut is not None or self.chunked:
            request.wfile.flush()
            request.close_connection = True
