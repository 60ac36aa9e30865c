"""Authentication: a request's bound key, and its client's rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edgebox.errors import InvalidBoundKey
from edgebox.signing import verify_bound_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from edgebox.api.clients_cache import ClientsCache
    from edgebox.api.ratelimit import RateLimiter
    from edgebox.store.clients import Client

HEADER = "X-Bound-Key"
SECOND_LOOK = 0.05
"""A key that fails is checked once more against a client list read at most this many seconds ago.
So a client made a moment ago works at once, and guessing costs at most 20 rereads a second."""


class Gate:
    """Lets requests with a valid key through.

    Args:
        clients: those who may send.
        limiter: counts each client's requests.
        tolerance: seconds that a key's timestamp may differ from the clock.
        clock: Unix seconds.
    """

    def __init__(
        self,
        clients: ClientsCache,
        limiter: RateLimiter,
        *,
        tolerance: float,
        clock: Callable[[], float],
    ) -> None:
        self._clients = clients
        self._limiter = limiter
        self._tolerance = tolerance
        self._clock = clock

    async def check_header(self, request: Request) -> None:
        """Verify the key in the header, if there is one, before the body is read.

        Raises:
            InvalidBoundKey: the same for every reason.
            StoreBusy: the clients have never been read.
        """
        if HEADER in request.headers:
            await self._client(key_of(request, None))

    async def admit(self, request: Request, body: Mapping[str, Any] | None = None) -> Client:
        """Check the key and count the request.

        A header's key is verified again: a body may take half a minute to arrive, and a client
        that was disabled meanwhile is refused.

        Args:
            request: gets its ``client_id`` for the log.
            body: a JSON body that may hold ``bound_key``.

        Raises:
            InvalidBoundKey: the same for every reason.
            RateLimited: too many requests of this client.
            StoreBusy: the clients have never been read.
        """
        key = key_of(request, body)
        client = await self._client(key)
        request.scope["state"]["client_id"] = client.client_id
        self._limiter.take(client.client_id)
        return client

    async def _client(self, key: str) -> Client:
        """Return the client whose key this is."""
        await self._clients.refresh()
        try:
            return self._verify(key)
        except InvalidBoundKey:
            await self._clients.refresh(SECOND_LOOK)
            return self._verify(key)

    def _verify(self, key: str) -> Client:
        client_id = verify_bound_key(key, self._clients.get, self._clock(), self._tolerance)
        client = self._clients.get(client_id)
        if client is None:  # pragma: no cover - it was found a moment ago
            raise InvalidBoundKey
        return client


def key_of(request: Request, body: Mapping[str, Any] | None) -> str:
    """Return the one key that a request carries.

    Raises:
        InvalidBoundKey: there is none, or there are several that differ.
    """
    sent = set(request.headers.getlist(HEADER))
    inside = body.get("bound_key") if body else None
    if inside is not None:
        if not isinstance(inside, str):
            raise InvalidBoundKey
        sent.add(inside)
    if len(sent) != 1:
        raise InvalidBoundKey
    return sent.pop()
