"""The box as the agent's screen sees it: the real static files, and a socket of the tests' own.

The WebSocket side is the ``websockets`` library's, so the browser meets another implementation than
the box's own.
"""

import asyncio
import json
import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

STATIC = Path(__file__).resolve().parents[2] / "edgebox/console/static"
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
PAGE = """<!doctype html><html lang="{language}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>EdgeBox</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/static/r1/app.css">
<link rel="stylesheet" href="/static/r1/agent.css"><script src="/static/r1/theme.js"></script>
<body class="agent"><main id="main" tabindex="-1">
<div id="agent" data-language="{language}" data-release="r1"></div></main>
<script type="module" src="/static/r1/agent/main.js"></script></body></html>"""


class FakeBox:
    """Serves the page, and says over every socket what the test tells it to say.

    Attributes:
        snapshot: what ``welcome`` holds.
        received: messages of the browser that no ``expect`` has taken.
        sockets: those that are open.
        session: whether the agent is logged in.
    """

    def __init__(self) -> None:
        self.address = ""
        self.language = "ko"
        self.received: queue.Queue[dict] = queue.Queue()
        self.sockets: list[WebSocket] = []
        self.fresh()

    def fresh(self) -> None:
        """Forget what a test said."""
        self.session = True
        self.hellos = 0
        self.snapshot = {
            "type": "welcome",
            "operator": {"name": "kim01", "display": "김민지", "role": "agent"},
            "calls": [],
            "drafts": [],
            "asks": [],
            "settings": {"language": "ko", "beat_seconds": 10, "draft_seconds": 10},
            "release": "r1",
        }
        while not self.received.empty():
            self.received.get()

    def tell(self, *messages: dict) -> None:
        """Send messages to every open socket, in order."""

        async def send() -> None:
            for message in messages:
                for one in list(self.sockets):
                    await one.send_text(json.dumps(message, ensure_ascii=False))

        self._run(send())

    def close(self, code: int) -> None:
        """Close every socket with a code."""

        async def close() -> None:
            for one in list(self.sockets):
                await one.close(code)

        self._run(close())

    def expect(self, kind: str, seconds: float = 5) -> dict:
        """Return the browser's next message of a type; others before it are dropped."""
        until = time.monotonic() + seconds
        while True:
            message = self.received.get(timeout=max(0.01, until - time.monotonic()))
            if message["type"] == kind:
                return message

    def sent(self, kind: str) -> list[dict]:
        """Return the messages of a type that wait."""
        return [message for message in list(self.received.queue) if message["type"] == kind]

    def _run(self, work) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(5)

    async def _page(self, request) -> Response:
        if not self.session:
            return RedirectResponse("/login?next=/agent", 303)
        page = HTMLResponse(PAGE.format(language=self.language))
        page.headers["Content-Security-Policy"] = POLICY
        return page

    async def _empty(self, request) -> Response:
        return HTMLResponse("<!doctype html>", headers={"Content-Security-Policy": POLICY})

    async def _log_in(self, request) -> Response:
        form = (await request.body()).decode()
        if "password=right" not in form:
            return HTMLResponse("wrong", 401)
        self.session = True
        return RedirectResponse("/agent", 303)

    async def _static(self, request) -> Response:
        file = STATIC / request.path_params["path"]
        return Response(file.read_bytes(), headers={"Content-Type": TYPES[file.suffix]})

    async def _live(self, websocket: WebSocket) -> None:
        if not self.session:
            await websocket.close(4401)
            return
        await websocket.accept(subprotocol="edgebox.v1")
        assert json.loads(await websocket.receive_text())["type"] == "hello"
        self.hellos += 1
        await websocket.send_text(json.dumps(self.snapshot, ensure_ascii=False))
        self.sockets.append(websocket)
        try:
            while True:
                self.received.put(json.loads(await websocket.receive_text()))
        except WebSocketDisconnect:
            pass
        finally:
            self.sockets.remove(websocket)

    @contextmanager
    def serving(self) -> Iterator["FakeBox"]:
        """Serve on a free port of this machine."""
        app = Starlette(
            routes=[
                Route("/agent", self._page),
                Route("/empty", self._empty),
                Route("/login", self._log_in, methods=["POST"]),
                Route("/static/r1/{path:path}", self._static),
                WebSocketRoute("/api/v1/live", self._live),
            ]
        )
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
            config = uvicorn.Config(app, ws="websockets-sansio", log_level="error", lifespan="off")
            server = uvicorn.Server(config)
            ready = threading.Event()

            async def serve() -> None:
                self._loop = asyncio.get_running_loop()
                ready.set()
                await server.serve([listening])

            thread = threading.Thread(target=lambda: asyncio.run(serve()))
            thread.start()
            ready.wait()
            try:
                yield self
            finally:
                server.should_exit = server.force_exit = True
                thread.join()
