"""Authentication: a request's bound key, and its client's rate."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from edgebox.api.problems import request_id_of
from edgebox.api.refusals import kind_of
from edgebox.contract.paths import Paths
from edgebox.errors import InvalidBoundKey, StoreBusy
from edgebox.signing import is_callback_key, verify_bound_key
from edgebox.signing_v2 import EMPTY_SHA256, Signed, is_v2, parse_v2, verify_v2
from edgebox.system.addresses import is_in, peer_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from starlette.requests import HTTPConnection

    from edgebox.api.clients_cache import ClientsCache
    from edgebox.api.dated_ahead import DatedAhead
    from edgebox.api.nonces import Nonces
    from edgebox.api.ratelimit import RateLimiter
    from edgebox.api.refused_keys import RefusedKeys
    from edgebox.signing import Window
    from edgebox.store.clients import Client

HEADER = "X-Bound-Key"
HASH_HEADER = "X-Content-SHA256"
"""The body's hash in hex: with it, a v2 key is checked before the body is read."""

_HASH = re.compile(r"[0-9a-fA-F]{64}")
_RECEIVED = "body_sha256"
"""Where a request's state has the hash of the body as it arrived."""


@dataclass(frozen=True, slots=True)
class Sender:
    """What a request's header says, before its body is read.

    Attributes:
        client_id: whose key is in the header; None without a key, and for a v2 key whose body is
            not known yet.
        check_body: takes the hash of the body as it arrived, in hex, before the body is parsed.
            It raises InvalidBoundKey. None where no key covers the body.
    """

    client_id: str | None
    check_body: Callable[[str], Awaitable[None]] | None = None


class Gate:
    """Lets requests with a valid key through.

    A v2 key is accepted once. Those with a timestamp from before this object are refused, because
    it does not know which of them were used; of later ones it knows (``DatedAhead``).

    Args:
        clients: those who may send.
        limiter: counts each client's requests.
        refused: takes the keys that are refused.
        nonces: those of v2 keys that were used.
        ahead: those of them that were dated ahead, also before a restart.
        window: returns the timestamps that are accepted now.
        count: takes the kind of each refusal, one of ``refusals.KINDS``.
    """

    def __init__(
        self,
        clients: ClientsCache,
        limiter: RateLimiter,
        refused: RefusedKeys,
        nonces: Nonces,
        ahead: DatedAhead,
        *,
        window: Callable[[], Window],
        count: Callable[[str], None] = lambda _kind: None,
    ) -> None:
        self._clients = clients
        self._limiter = limiter
        self._refused = refused
        self._nonces = nonces
        self._ahead = ahead
        self._window = window
        self._count = count
        self._since = int(window().now)

    async def check_header(self, request: HTTPConnection) -> Sender:
        """Verify the key in the header, if there is one, before the body is read.

        A v2 key can be verified only if ``X-Content-SHA256`` is there too. Otherwise its form is
        checked, and nothing that depends on the client.

        Raises:
            InvalidBoundKey: the same for every reason.
            StoreBusy: the clients have not been read for too long, or never.
        """
        key = request.headers.get(HEADER)
        if key is None:
            return Sender(None)
        if not is_v2(key):
            return Sender((await self._client(request, None)).client_id)
        check = partial(self._check_body, request)
        if HASH_HEADER not in request.headers:
            with self._noted(request, key):
                parse_v2(key)
            return Sender(None, check)
        return Sender((await self._client(request, None)).client_id, check)

    async def admit(
        self,
        request: HTTPConnection,
        body: Mapping[str, Any] | None = None,
        *,
        rate: RateLimiter | None = None,
    ) -> Client:
        """Check the key and count the request.

        A header's key is verified again: a body may take half a minute to arrive, and a client
        that was disabled meanwhile is refused.

        Args:
            request: gets its ``client_id`` for the log.
            body: a JSON body that may hold ``bound_key``.
            rate: counts it instead of the client's rate of all other requests.

        Raises:
            InvalidBoundKey: the same for every reason.
            RateLimited: too many requests of this client.
            StoreBusy: the clients have not been read for too long, or never.
        """
        client = await self._client(request, body)
        request.scope["state"]["client_id"] = client.client_id
        (rate or self._limiter).take(client.client_id)
        key = request.headers.get(HEADER, "")
        if is_v2(key):
            of_key = parse_v2(key)
            window, timestamp = self._window(), int(of_key.timestamp)
            self._nonces.add(client.client_id, of_key.nonce, timestamp, window.earliest)
            if timestamp > window.now:
                self._ahead.note(client.client_id, timestamp)
        return client

    def client_ids(self) -> list[str]:
        """Return the clients that are known, disabled ones too."""
        return self._clients.ids()

    async def goes_on(self, client_id: str, peer: str) -> bool:
        """Return whether a client that was let in before may go on: for connections that last.

        Raises:
            StoreBusy: the clients have not been read for too long.
        """
        await self._clients.refresh()
        client = self._clients.get(client_id)
        if client is None or client.disabled:
            return False
        return not client.allowed_from or is_in(peer, client.allowed_from)

    async def ready(self) -> bool:
        """Return whether keys can be checked: the clients are known, and not too old."""
        try:
            await self._clients.refresh()
        except StoreBusy:
            return False
        return True

    async def close(self) -> None:
        """Store what a restart must know of the keys that were used."""
        await self._ahead.close()

    async def _check_body(self, request: HTTPConnection, sha256: str) -> None:
        request.scope["state"][_RECEIVED] = sha256
        await self._client(request, None)

    async def _client(self, request: HTTPConnection, body: Mapping[str, Any] | None) -> Client:
        """Return the client whose key this is; note the key where it is refused."""
        headers = request.headers.getlist(HEADER)
        inside = body.get("bound_key") if body else None
        first = headers[0] if headers else inside if isinstance(inside, str) else ""
        with self._noted(request, first):
            if not headers and inside is None:
                raise InvalidBoundKey(_no_key(request), kind="missing")
            key = key_of(headers, inside)
            if is_v2(key) and not headers:
                raise InvalidBoundKey(
                    f"a v2 key belongs into the header {HEADER}", kind="malformed"
                )
            await self._clients.refresh()
            if is_v2(key):
                await self._ahead.ready()
            try:
                return self._verify(key, request)
            except InvalidBoundKey:
                await self._clients.look_again()
                return self._verify(key, request)

    @contextmanager
    def _noted(self, request: HTTPConnection, key: str) -> Iterator[None]:
        """Note the key for the administrator if the block refuses it."""
        try:
            yield
        except InvalidBoundKey as refusal:
            peer = peer_of(request.scope)
            self._refused.add(request_id_of(request), key, refusal.reason, peer)
            self._count(refusal.kind or kind_of(key, self._clients.get, self._window()))
            raise

    def _verify(self, key: str, request: HTTPConnection) -> Client:
        if is_v2(key):
            client_id = self._verify_v2(key, request)
        else:
            client_id = verify_bound_key(key, self._clients.get, self._window())
            if is_callback_key(key):
                raise InvalidBoundKey
        client = self._clients.get(client_id)
        if client is None:  # pragma: no cover - it was found a moment ago
            raise InvalidBoundKey
        if client.key_version > 1 and not is_v2(key):
            raise InvalidBoundKey(
                "the key is right, but this client has to send v2 keys", kind="version"
            )
        peer = peer_of(request.scope)
        if client.allowed_from and not is_in(peer, client.allowed_from):
            sender = peer or "an unknown address"
            raise InvalidBoundKey(
                f"the key is right, but {sender} is not in the client's networks", kind="network"
            )
        return client

    def _verify_v2(self, value: str, request: HTTPConnection) -> str:
        """Return the client's id of a v2 key for this request, which was not used before."""
        key = parse_v2(value)
        scope = request.scope
        claimed = request.headers.get(HASH_HEADER)
        received = scope["state"].get(_RECEIVED, claimed or EMPTY_SHA256).lower()
        if claimed is not None and not (_HASH.fullmatch(claimed) and claimed.lower() == received):
            raise InvalidBoundKey(f"{HASH_HEADER} is not the hash of the body")
        query = scope["query_string"].decode("latin-1")
        path = scope["raw_path"].decode("latin-1")
        signed = Signed(scope.get("method", "GET"), f"{path}?{query}", received)
        try:
            verify_v2(key, self._clients.get, self._window(), signed)
        except InvalidBoundKey:
            if query:
                raise
            # The server drops the question mark of an empty query: mostly there was none.
            verify_v2(key, self._clients.get, self._window(), replace(signed, target=path))
        timestamp = int(key.timestamp)
        if timestamp < self._since or self._ahead.may_be_used(key.client_id, timestamp):
            raise InvalidBoundKey("the key is right, but older than the API's start", kind="clock")
        if self._nonces.used(key.client_id, key.nonce):
            raise InvalidBoundKey(
                "the key was used already: each request needs its own", kind="reused"
            )
        return key.client_id


def _no_key(request: HTTPConnection) -> str:
    """Say that no key was sent, and what was sent instead."""
    if "authorization" not in request.headers:
        return "no key was sent"
    if request.scope["path"] == Paths.METRICS:
        return "no key was sent, and Authorization is not the token of metrics_token_file"
    return f"no key was sent, but Authorization: the key belongs into the header {HEADER}"


def key_of(headers: list[str], inside: object) -> str:
    """Return the one key that a request carries, in one of the two or in both.

    Args:
        headers: the values of ``X-Bound-Key``.
        inside: ``bound_key`` of the body, or None.

    Raises:
        InvalidBoundKey: it is no string, or there are several that differ.
    """
    if len(set(headers)) > 1:
        raise InvalidBoundKey(
            f"there are {len(headers)} headers {HEADER}, and they differ", kind="malformed"
        )
    if inside is None:
        return headers[0]
    if not isinstance(inside, str):
        raise InvalidBoundKey("bound_key in the body is not a string", kind="malformed")
    if headers and headers[0] != inside:
        beside = "is empty beside" if not inside else "differs from"
        raise InvalidBoundKey(
            f"bound_key in the body {beside} the header {HEADER}", kind="malformed"
        )
    return inside
