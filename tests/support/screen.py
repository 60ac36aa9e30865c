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

import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from edgebox.console.headers import secured
from edgebox.console.navigation import Navigation
from edgebox.console.pages.agent import modules
from edgebox.console.rendering import Templates
from edgebox.console.static_files import StaticFiles
from support.polling import PATIENCE


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
        self._static = StaticFiles()
        self._templates = Templates("ko", self._static, Navigation())
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

    def module(self, name: str) -> str:
        """Return the path of a script."""
        return self._static.address(name)

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

    def restart(self) -> None:
        """Close every socket, and wait until the screen has come back: a banner may be missed."""
        before, until = self.hellos, time.monotonic() + PATIENCE
        self.close(1012)
        while self.hellos == before or not self.sockets:
            assert time.monotonic() < until, "the screen did not come back"
            time.sleep(0.02)

    def expect(self, kind: str, seconds: float = PATIENCE) -> dict:
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
        values = {"release": "r1", "modules": modules(self._static, "ko")}
        return secured(self._templates.page(request, "agent.html", **values))

    async def _empty(self, request) -> Response:
        return secured(HTMLResponse("<!doctype html>"))

    async def _log_in(self, request) -> Response:
        form = (await request.body()).decode()
        if "password=right" not in form:
            return HTMLResponse("wrong", 401)
        self.session = True
        return RedirectResponse("/agent", 303)

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
                self._static.route(),
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
