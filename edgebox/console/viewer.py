"""Who may open a socket: a person with a session from the box's own page, or a client's program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from starlette.datastructures import Headers

from edgebox.api.auth import HEADER
from edgebox.console.https import way_of
from edgebox.console.origin import is_same_origin
from edgebox.errors import Forbidden, LoginNeeded
from edgebox.store.acts import Actor
from edgebox.system.addresses import peer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from starlette.websockets import WebSocket

    from edgebox.api.auth import Gate
    from edgebox.api.services import Services
    from edgebox.console.sessions import Sessions
    from edgebox.store.acts import Action


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a socket.

    Attributes:
        client_id: whose calls there are.
        operator: whose screen it is, for a program that names one too; else empty.
        display: how the screen names them.
        role: an agent sees their own calls and those of nobody, the others all of the client.
        address: where the socket comes from.
        session: the hash of a person's session; empty for programs.
    """

    client_id: str
    operator: str
    display: str
    role: Literal["agent", "lead", "program"]
    address: str
    session: str = ""

    @property
    def actor(self) -> Actor:
        """Who acts, for the audit: a person, or nobody in particular."""
        return Actor(self.operator if self.session else None, self.address or None)

    def note(self, services: Services, action: Action, consultation_id: str) -> None:
        """Note in the audit that a call is shown.

        Raises:
            BoxBusy: it cannot be noted, so it must not be shown.
        """
        operator = self.operator if self.session else None
        services.reads.note(action, self.client_id, self.address, consultation_id, operator)

    @property
    def sees_all(self) -> bool:
        """Whether every call of the client may be opened."""
        return self.role != "agent"


class Doors:
    """Admits sockets.

    Args:
        gate: checks the keys of programs.
        sessions: who is logged in; None if the pages for people are turned off.
        further: origins of this box behind a proxy.
    """

    def __init__(self, gate: Gate, sessions: Sessions | None, further: Collection[str]) -> None:
        self._gate = gate
        self._sessions = sessions
        self._further = further

    async def admit(self, websocket: WebSocket) -> Viewer:
        """Return who opens a socket.

        A request with a key never looks at cookies, and the other way round: a page of another
        site could send neither a key nor the right origin.

        Raises:
            RequestError: they may not.
            StoreBusy: it cannot be looked up.
        """
        if HEADER in websocket.headers:
            return await self._program(websocket)
        if self._sessions is None:
            raise Forbidden(f"Send the header {HEADER}: the pages for people are turned off.")
        if way_of(websocket, self._further) == "plain":
            raise Forbidden("A page opens a socket over HTTPS only.")
        secure = websocket.url.scheme == "wss"
        if not is_ours(websocket.headers, self._further, secure=secure):
            raise Forbidden("A socket with a session has to come from a page of this box.")
        person = await self._sessions.person(websocket, touch=False)  # it may be an idle page's
        if person is None:
            raise LoginNeeded("There is no session, or it has ended. Log in again.")
        if person.must_change:
            raise Forbidden("Change the one-time password first.")
        if person.role == "admin" or person.client_id is None:
            raise Forbidden("This is for agents and leads.")
        websocket.state.client_id = person.client_id  # for the record in the log
        return Viewer(
            client_id=person.client_id,
            operator=person.name,
            display=person.display,
            role="lead" if person.role == "lead" else "agent",
            address=person.address,
            session=person.session,
        )

    async def goes_on(self, websocket: WebSocket, viewer: Viewer, *, work: bool) -> bool:
        """Return whether a socket may go on: the session of a person, or the client, has not ended.

        Args:
            websocket: the socket.
            viewer: whose it is.
            work: the session lasts longer for it.

        Raises:
            StoreBusy: it cannot be looked up.
        """
        if not viewer.session or self._sessions is None:
            return await self._gate.goes_on(viewer.client_id, viewer.address)
        person = await self._sessions.person(websocket, touch=work)
        return person is not None and person.role == viewer.role

    def on_end(self, viewer: Viewer, tell: Callable[[], None]) -> Callable[[], None]:
        """Have ``tell`` called when a person's session ends; what is returned takes it back."""
        if not viewer.session or self._sessions is None:
            return lambda: None
        return self._sessions.on_end(viewer.session, tell)

    async def _program(self, websocket: WebSocket) -> Viewer:
        if "origin" in websocket.headers:
            raise Forbidden("A page of a browser opens a socket with its session, not with a key.")
        client = await self._gate.admit(websocket)
        return Viewer(client.client_id, "", client.client_id, "program", peer_of(websocket.scope))


def is_ours(headers: Headers, further: Collection[str], *, secure: bool) -> bool:
    """Return whether a handshake comes from a page of this box.

    Browsers put no same-origin policy on WebSockets, but they always send ``Origin``. It has to be
    there and ours, whatever else they say.

    Args:
        headers: of the handshake.
        further: origins of this box behind a proxy.
        secure: it came over TLS to the box itself, so its page did too.
    """
    origins = headers.getlist("origin")
    if len(origins) != 1:
        return False
    origin = origins[0]
    if origin in further:
        return True
    said = Headers({"origin": origin, "host": headers.get("host", "")})
    whole = not secure or origin.startswith("https://")
    same = headers.get("sec-fetch-site", "same-origin") == "same-origin"
    return whole and same and is_same_origin(said, further)
