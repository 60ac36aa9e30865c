"""Who may open a socket: a person with a session from the box's own page, or a client's program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from edgebox.api.auth import HEADER
from edgebox.errors import Forbidden
from edgebox.store.acts import Actor
from edgebox.system.addresses import peer_of

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from edgebox.api.auth import Gate


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a socket.

    Attributes:
        client_id: whose calls there are.
        operator: whose screen it is; empty for a program that names nobody.
        display: how the screen names them.
        role: what they may see: an agent their own calls, the others all of the client.
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

    @property
    def sees_all(self) -> bool:
        """Whether every call of the client may be opened."""
        return self.role != "agent"


class Doors:
    """Admits sockets.

    Args:
        gate: checks the keys of programs.
    """

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def admit(self, websocket: WebSocket) -> Viewer:
        """Return who opens a socket.

        Raises:
            RequestError: they may not.
            StoreBusy: it cannot be looked up.
        """
        if HEADER not in websocket.headers:
            raise Forbidden("A socket needs a session of the console, or a bound key.")
        if "origin" in websocket.headers:
            raise Forbidden("A page of a browser opens a socket with its session, not with a key.")
        client = await self._gate.admit(websocket)
        return Viewer(client.client_id, "", client.client_id, "program", peer_of(websocket.scope))
