"""Sessions: a token in a cookie, whose hash is in the store, and how they end.

A token is new at every login and at every change of the password. A session ends by logging out,
when its account is disabled or gets another password, after some time without work, and after a
shift in any case. Whatever holds a session open, such as a socket, asks to be told (``on_end``).
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from edgebox.console.https import way_of
from edgebox.console.person import Person
from edgebox.errors import EdgeBoxError, LoginRefused
from edgebox.store.acts import Actor
from edgebox.system.addresses import peer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import HTTPConnection
    from starlette.responses import Response

    from edgebox.api.threads import Threads
    from edgebox.settings.model import ConsoleSettings
    from edgebox.store.db import Store
    from edgebox.store.operators import Operator

COOKIE = "__Host-edgebox"
LOOPBACK_COOKIE = "edgebox"
"""Over plain HTTP to the machine itself: a browser takes no ``__Host-`` or ``Secure`` there."""

TOUCH_SECONDS = 60.0
"""Between two writes of a session's last use."""
LOOK_SECONDS = 1.0
"""Until an act of another process, such as ``edgebox operators disable``, ends what is open."""
LOOK_AGAIN_SECONDS = 30.0
"""Between two looks for sessions that have ended by their age."""

_POOL = "console"
"""The name of the console among the clients that take turns in the store's threads."""


class Sessions:
    """Sessions as requests carry them.

    Args:
        store: the accounts and their sessions.
        threads: for what blocks.
        settings: how long a session lasts.
        clock: Unix seconds.
        new_token: makes an unguessable token.
    """

    def __init__(
        self,
        store: Store,
        threads: Threads,
        settings: ConsoleSettings,
        *,
        clock: Callable[[], float],
        new_token: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._store = store
        self._threads = threads
        self._settings = settings
        self._clock = clock
        self._new_token = new_token
        self._told: dict[str, list[Callable[[], None]]] = {}
        self._seen: int | None = None
        self._watching: asyncio.Task[None] | None = None

    async def person(self, connection: HTTPConnection, *, touch: bool = True) -> Person | None:
        """Return who sent a request, or None without a session that goes on.

        Args:
            connection: the request, or the handshake of a WebSocket.
            touch: the request is work: the session lasts longer. Not for a machine's own looks.

        Raises:
            StoreBusy: the session cannot be looked up.
        """
        token = connection.cookies.get(self._cookie(connection), "")
        if not token or way_of(connection, self._settings.further_origins) == "plain":
            return None
        digest = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
        found = await self._threads.read(_POOL, lambda: self._store.sessions.find(digest))
        used_after, created_after = self._ages()
        if found is None or found.used_at <= used_after or found.created_at <= created_after:
            return None
        if touch and self._clock() - found.used_at >= TOUCH_SECONDS:
            await self.touch(digest)
        operator = found.operator
        return Person(
            name=operator.name,
            client_id=operator.client_id,
            role=operator.role,
            display=operator.display,
            address=peer_of(connection.scope),
            session=digest,
            proved_at=found.proved_at,
            must_change=operator.must_change,
        )

    async def touch(self, session: str) -> None:
        """Note that a session is in use. A store that is busy ends no session: it is left out."""
        with suppress(EdgeBoxError):
            await self._threads.write(_POOL, lambda: self._store.sessions.touch(session))

    async def start(self, operator: Operator, person: Person | None, peer: str) -> str:
        """Begin a session, and remove those that have ended by their age.

        Args:
            operator: whose password was found right.
            person: who was logged in on this browser before; that session ends.
            peer: the address that the login came from.

        Returns:
            The token.

        Raises:
            LoginRefused: the account was disabled or got another password meanwhile.
        """
        token = self._new_token()
        digest = hashlib.sha256(token.encode()).hexdigest()
        by = Actor(operator.name, peer or None)
        used_after, created_after = self._ages()

        def write() -> bool:
            sessions = self._store.sessions
            sessions.sweep(used_after=used_after, created_after=created_after)
            return sessions.start(digest, operator, by=by)

        if not await self._threads.write(_POOL, write):
            raise LoginRefused("The account was changed meanwhile.")
        if person is not None:
            await self.end(person)
        return token

    async def prove(self, person: Person) -> None:
        """Note that the password was given again."""
        await self._threads.write(
            _POOL, lambda: self._store.sessions.prove(person.session, by=person.actor)
        )

    async def end(self, person: Person) -> None:
        """End a session by logging out."""
        await self._threads.write(
            _POOL, lambda: self._store.sessions.end(person.session, by=person.actor)
        )
        with suppress(EdgeBoxError):  # the session has ended; what is open ends a little later
            await self.look()

    def on_end(self, session: str, tell: Callable[[], None]) -> Callable[[], None]:
        """Have ``tell`` called once, on the event loop, when a session ends.

        Args:
            session: as in Person.
            tell: must not block.

        Returns:
            Takes it back.
        """
        told = self._told.setdefault(session, [])
        told.append(tell)
        self._seen = None  # it may have ended since it was looked up
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())

        def take_back() -> None:
            if tell in told:
                told.remove(tell)
            if not told and self._told.get(session) is told:
                del self._told[session]

        return take_back

    async def look(self) -> None:
        """Tell what is open of sessions that have ended.

        Raises:
            StoreBusy: they cannot be looked up. It is tried again within a second.
        """
        if not self._told:
            return
        tokens = frozenset(self._told)
        used_after, created_after = self._ages()
        try:
            live = await self._threads.box(
                lambda: self._store.sessions.live(
                    tokens, used_after=used_after, created_after=created_after
                )
            )
        except EdgeBoxError:
            self._seen = None  # so that the next look comes soon
            raise
        for session in tokens - live:
            for tell in self._told.pop(session, []):
                tell()

    async def close(self) -> None:
        """Stop looking."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    def set_cookie(self, connection: HTTPConnection, response: Response, token: str) -> None:
        """Give the browser its token."""
        response.set_cookie(
            self._cookie(connection),
            token,
            max_age=None,  # until the browser closes: the box knows when it ends
            path="/",
            secure=self._is_secure(connection),
            httponly=True,
            samesite="strict",
        )

    def clear_cookie(self, connection: HTTPConnection, response: Response) -> None:
        """Take the token from the browser."""
        response.delete_cookie(
            self._cookie(connection),
            path="/",
            secure=self._is_secure(connection),
            httponly=True,
            samesite="strict",
        )

    def _is_secure(self, connection: HTTPConnection) -> bool:
        return way_of(connection, self._settings.further_origins) == "tls"

    def _cookie(self, connection: HTTPConnection) -> str:
        return COOKIE if self._is_secure(connection) else LOOPBACK_COOKIE

    def _ages(self) -> tuple[float, float]:
        """Return the moments (used, began) after which a session goes on."""
        now = self._clock()
        idle, shift = self._settings.idle_minutes * 60, self._settings.session_hours * 3600
        return now - idle, now - shift

    async def _watch(self) -> None:
        """Look while something is open: often for acts, seldom for ages."""
        waited = 0.0
        try:
            while self._told:
                with suppress(EdgeBoxError):
                    found = await self._threads.box(self._store.operators.data_version)
                    if found != self._seen or waited >= LOOK_AGAIN_SECONDS:
                        self._seen = found  # before the look: on_end() during it wants another one
                        await self.look()
                        waited = 0.0
                await asyncio.sleep(LOOK_SECONDS)
                waited += LOOK_SECONDS
        finally:
            self._watching = None
