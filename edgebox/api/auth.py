"""Authentication: a request's bound key, and its client's rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edgebox.api.problems import request_id_of
from edgebox.errors import InvalidBoundKey
from edgebox.signing import verify_bound_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from edgebox.api.clients_cache import ClientsCache
    from edgebox.api.ratelimit import RateLimiter
    from edgebox.api.refused_keys import RefusedKeys
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
        refused: takes the keys that are refused.
        tolerance: seconds that a key's timestamp may differ from the clock.
        clock: Unix seconds.
    """

    def __init__(
        self,
        clients: ClientsCache,
        limiter: RateLimiter,
        refused: RefusedKeys,
        *,
        tolerance: float,
        clock: Callable[[], float],
    ) -> None:
        self._clients = clients
        self._limiter = limiter
        self._refused = refused
        self._tolerance = tolerance
        self._clock = clock

    async def check_header(self, request: Request) -> None:
        """Verify the key in the header, if there is one, before the body is read.

        Raises:
            InvalidBoundKey: the same for every reason.
            StoreBusy: the clients have never been read.
        """
        if HEADER in request.headers:
            await self._client(request, None)

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
        client = await self._client(request, body)
        request.scope["state"]["client_id"] = client.client_id
        self._limiter.take(client.client_id)
        return client

    async def _client(self, request: Request, body: Mapping[str, Any] | None) -> Client:
        """Return the client whose key this is; note the key where it is refused."""
        sent = keys_of(request, body)
        try:
            key = key_of(sent)
            await self._clients.refresh()
            try:
                return self._verify(key)
            except InvalidBoundKey:
                await self._clients.refresh(SECOND_LOOK)
                return self._verify(key)
        except InvalidBoundKey as refusal:
            first = next((key for key in sent if isinstance(key, str)), "")
            self._refused.add(request_id_of(request), first, refusal.reason)
            raise

    def _verify(self, key: str) -> Client:
        client_id = verify_bound_key(key, self._clients.get, self._clock(), self._tolerance)
        client = self._clients.get(client_id)
        if client is None:  # pragma: no cover - it was found a moment ago
            raise InvalidBoundKey
        return client


def keys_of(request: Request, body: Mapping[str, Any] | None) -> list[object]:
    """Return every key that a request carries, the headers' first."""
    sent: list[object] = list(request.headers.getlist(HEADER))
    inside = body.get("bound_key") if body else None
    return sent if inside is None else [*sent, inside]


def key_of(sent: list[object]) -> str:
    """Return the one key among those that were sent.

    Raises:
        InvalidBoundKey: there is none, or there are several that differ.
    """
    if not sent:
        raise InvalidBoundKey("no key was sent")
    if not isinstance(sent[-1], str):
        raise InvalidBoundKey("bound_key in the body is not a string")
    if len(set(sent)) > 1:
        empty = ": one of them is empty" if "" in sent else ""
        raise InvalidBoundKey(f"{HEADER} and bound_key, or two headers, differ{empty}")
    return sent[-1]
