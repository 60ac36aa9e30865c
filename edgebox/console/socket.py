"""``GET /api/v1/live``: the WebSocket of a screen, subprotocol ``edgebox.v1``.

The first message is ``hello``, the answer is ``welcome``: everything that the screen shows. What
changes afterwards is told as it happens. A screen that lost its connection begins anew: there is no
replay, and a gap cannot be.

One task reads and acts, one writes. Nothing that tells a screen ever waits for it:
messages go into its outbox.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar

from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect

from edgebox.api.problems import request_id_of
from edgebox.console import messages
from edgebox.console.outbox import Outbox, encoded
from edgebox.console.screen import BEAT_SECONDS, Screen
from edgebox.console.viewer import Doors
from edgebox.contract.paths import Paths
from edgebox.errors import MalformedRequest, StoreBusy, UpgradeRequired, where
from edgebox.system.http import FAULT, HANG_UP

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.websockets import WebSocket

    from edgebox.api.services import Services
    from edgebox.console.desk import Desks
    from edgebox.console.sessions import Sessions
    from edgebox.console.viewer import Viewer

log = logging.getLogger("edgebox.console")

T = TypeVar("T")

SUBPROTOCOL: Final = "edgebox.v1"

LOG_IN: Final = "The session, or the client, has ended. Log in again."

HELLO_SECONDS = 5.0
"""From the handshake to the first message."""
MESSAGES_A_SECOND: Final = 20
MESSAGES_AT_ONCE: Final = 60
"""A page sends some when it comes back, and people paste several long calls in a row."""
CHARACTERS_A_MESSAGE: Final = 32 * 1024
"""A longer one, or one whose answer is longer, counts as several: JSON holds the event loop up."""
LOOK_SECONDS = 30.0
"""Between two looks whether a socket that only listens may go on."""

NOT_UNDERSTOOD, ENDED, NOT_YOURS, NO_HELLO = 4400, 4401, 4403, 4408
TOO_MANY_SCREENS, TOO_FAST, TRY_LATER, FAILED = 4409, 4429, 1013, 1011


class LiveSocket:
    """The endpoint.

    Args:
        services: the objects that endpoints share.
        desks: of all operators.
        sessions: of people; None if the pages for them are turned off.
    """

    def __init__(self, services: Services, desks: Desks, sessions: Sessions | None) -> None:
        self._services = services
        self._desks = desks
        further = services.settings.console.further_origins
        self._doors = Doors(services.gate, sessions, further)

    async def refuse(self, request: Request) -> NoReturn:
        """Answer a request at this path that begins no WebSocket.

        Raises:
            UpgradeRequired: always; it says what is wrong with the handshake.
        """
        fault = request.scope["state"].get(FAULT)
        raise UpgradeRequired(f"This path speaks WebSocket. {fault or 'See docs/api.md.'}")

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one socket from its handshake to its end.

        Raises:
            RequestError: refused, before anything was opened.
        """
        viewer = await self._doors.admit(websocket)
        if SUBPROTOCOL not in websocket.scope["subprotocols"]:
            raise MalformedRequest(f"Ask for the subprotocol {SUBPROTOCOL}.")
        request_id = websocket.scope["state"]["request_id"].encode()
        await websocket.accept(SUBPROTOCOL, headers=[(b"x-request-id", request_id)])
        await _Conversation(self._services, self._doors, self._desks, websocket, viewer).run()


def socket_routes(services: Services, desks: Desks, sessions: Sessions | None) -> list[BaseRoute]:
    """Return the socket, and the answer to requests at its path that begin none."""
    endpoint = LiveSocket(services, desks, sessions)
    plain = Route(Paths.SCREEN, endpoint.refuse)
    plain.methods = {"GET"}
    return [
        WebSocketRoute(Paths.SCREEN, endpoint.serve),
        plain,
    ]


class _Over(Exception):
    """The connection has ended."""


class _Conversation:
    """One open socket."""

    def __init__(
        self,
        services: Services,
        doors: Doors,
        desks: Desks,
        websocket: WebSocket,
        viewer: Viewer,
    ) -> None:
        self._services = services
        self._doors = doors
        self._desks = desks
        self._websocket = websocket
        self._viewer = viewer
        self._outbox = Outbox(lambda: self._close(TRY_LATER, "The screen does not read."))
        self._rate = _Rate(services.monotonic)
        self._ending = False
        self._timer: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Speak until the connection ends."""
        tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._look())]
        take_back = self._doors.on_end(self._viewer, lambda: self._close(ENDED, LOG_IN))
        try:
            await self._speak()
        except _Over:
            return
        finally:
            take_back()
            if self._timer is not None:
                self._timer.cancel()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _speak(self) -> None:
        late = f"No hello came within {HELLO_SECONDS:g} s."
        self._later(HELLO_SECONDS, lambda: self._close(NO_HELLO, late))
        said = await self._next(messages.hello)
        viewer = self._viewer
        if viewer.role == "program" and said.operator:
            # It speaks for that person, so it sees what they may see.
            viewer = replace(viewer, operator=said.operator, display=said.operator, role="agent")
        screen = Screen(
            self._services,
            viewer,
            self._desks.of(viewer.client_id, viewer.operator),
            tell=self._outbox.put,
            give_up=lambda: self._close(TRY_LATER, "The box cannot show calls now. Try again."),
            request_id=request_id_of(self._websocket),
        )
        if not screen.join():
            self._close(TOO_MANY_SCREENS, "Too many screens of this operator are open.")
            await self._next(messages.act)
        try:
            screen.welcome()
            self._beat()
            while True:
                act = await self._next(messages.act)
                if await self._goes_on(work=True):
                    await screen.act(act)
                    self._rate.spend(_count_of(screen.shown) - 1)
        finally:
            screen.leave()

    async def _next(self, parse: Callable[[str], T]) -> T:
        """Return the next message.

        Raises:
            _Over: the connection has ended, by whichever side.
        """
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                raise _Over
            if self._ending:
                continue
            text = message.get("text")
            if text is None:
                self._close(NOT_UNDERSTOOD, "A message is text: JSON.")
            elif not self._rate.admits(_count_of(len(text))):
                self._close(TOO_FAST, f"More than {MESSAGES_A_SECOND} messages a second.")
            else:
                try:
                    return parse(text)
                except messages.NotUnderstood as error:
                    self._close(NOT_UNDERSTOOD, error.reason)

    async def _goes_on(self, *, work: bool) -> bool:
        """Look whether the session, or the client, has ended; close if it has."""
        try:
            goes_on = await self._doors.goes_on(self._websocket, self._viewer, work=work)
        except StoreBusy:
            return True  # the sessions' own look comes again in a second
        if not goes_on:
            self._close(ENDED, LOG_IN)
        return goes_on and not self._ending

    async def _look(self) -> None:
        """Look now and then. A screen that is only open is no work, a call that goes on is."""
        viewer, calls = self._viewer, self._services.live.calls
        while not self._ending:
            await asyncio.sleep(LOOK_SECONDS)
            mine = calls.of(viewer.client_id, viewer.operator)
            await self._goes_on(work=any(not call.ended for call in mine))

    async def _write(self) -> None:
        try:
            while True:
                await self._websocket.send_text(encoded(await self._outbox.take()))
        except WebSocketDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - the screen must not wait for ever
            log.error("a screen was not told: %s", where(error))  # noqa: TRY400
            self._close(FAILED, "Something failed in the box.")

    def _beat(self) -> None:
        self._outbox.put({"type": "beat", "at": self._services.clock()})
        self._later(BEAT_SECONDS, self._beat)

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, act)

    def _close(self, code: int, reason: str) -> None:
        """Close with a code. The server then reports the end to whoever receives."""
        self._ending = True
        self._websocket.scope["state"][HANG_UP](code, reason)


def _count_of(characters: int) -> int:
    return 1 + characters // CHARACTERS_A_MESSAGE


class _Rate:
    """Messages of one peer: so many a second, and some more at once.

    One that costs more than is left is let through, and what follows has to wait for longer.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._left = float(MESSAGES_AT_ONCE)
        self._at = clock()

    def admits(self, count: int) -> bool:
        """Count a message as ``count``, and return whether it may come."""
        now = self._clock()
        more = (now - self._at) * MESSAGES_A_SECOND
        self._left = min(float(MESSAGES_AT_ONCE), self._left + more)
        self._at = now
        admitted = self._left >= 1
        self.spend(count)
        return admitted

    def spend(self, count: int) -> None:
        """Count what a message turned out to cost beside itself."""
        self._left -= count
