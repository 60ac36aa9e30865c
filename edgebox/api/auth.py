"""Authentication: a request's bound key, and its client's rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edgebox.api.problems import request_id_of
from edgebox.errors import InvalidBoundKey
from edgebox.signing import is_callback_key, verify_bound_key
from edgebox.system.addresses import is_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from edgebox.api.clients_cache import ClientsCache
    from edgebox.api.ratelimit import RateLimiter
    from edgebox.api.refused_keys import RefusedKeys
    from edgebox.signing import Window
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
        window: returns the timestamps that are accepted now.
    """

    def __init__(
        self,
        clients: ClientsCache,
        limiter: RateLimiter,
        refused: RefusedKeys,
        *,
        window: Callable[[], Window],
    ) -> None:
        self._clients = clients
        self._limiter = limiter
        self._refused = refused
        self._window = window

    async def check_header(self, request: Request) -> str | None:
        """Verify the key in the header, if there is one, before the body is read.

        Returns:
            The client's id; None without a key in the header.

        Raises:
            InvalidBoundKey: the same for every reason.
            StoreBusy: the clients have never been read.
        """
        if HEADER not in request.headers:
            return None
        return (await self._client(request, None)).client_id

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
        headers = request.headers.getlist(HEADER)
        peer = request.client.host if request.client else ""
        inside = body.get("bound_key") if body else None
        try:
            key = key_of(headers, inside)
            await self._clients.refresh()
            try:
                return self._verify(key, peer)
            except InvalidBoundKey:
                await self._clients.refresh(SECOND_LOOK)
                return self._verify(key, peer)
        except InvalidBoundKey as refusal:
            first = headers[0] if headers else inside if isinstance(inside, str) else ""
            self._refused.add(request_id_of(request), first, refusal.reason)
            raise

    def _verify(self, key: str, peer: str) -> Client:
        client_id = verify_bound_key(key, self._clients.get, self._window())
        client = self._clients.get(client_id)
        if is_callback_key(key):
            raise InvalidBoundKey
        if client is None:  # pragma: no cover - it was found a moment ago
            raise InvalidBoundKey
        if client.allowed_from and not is_in(peer, client.allowed_from):
            sender = peer or "an unknown address"
            raise InvalidBoundKey(f"the key is right, but {sender} is not in the client's networks")
        return client


def key_of(headers: list[str], inside: object) -> str:
    """Return the one key that a request carries.

    Args:
        headers: the values of ``X-Bound-Key``.
        inside: ``bound_key`` of the body, or None.

    Raises:
        InvalidBoundKey: there is none, or there are several that differ.
    """
    if len(set(headers)) > 1:
        raise InvalidBoundKey(f"there are {len(headers)} headers {HEADER}, and they differ")
    if inside is None:
        if not headers:
            raise InvalidBoundKey("no key was sent")
        return headers[0]
    if not isinstance(inside, str):
        raise InvalidBoundKey("bound_key in the body is not a string")
    if headers and headers[0] != inside:
        beside = "is empty beside" if not inside else "differs from"
        raise InvalidBoundKey(f"bound_key in the body {beside} the header {HEADER}")
    return inside
