r"""Bound keys of the second kind, which sign one request: its method, target and body.

::

    v2:CLIENT:TIMESTAMP:NONCE:hex(HMAC-SHA256(secret, MESSAGE))
    MESSAGE = "v2\n" METHOD "\n" TARGET "\n" TIMESTAMP "\n" NONCE "\n" hex(SHA-256(body))

The target is the path and query as they are sent, without a ``?`` where there is no query.
docs/api.md describes them for clients; tests/data/keys-v2.json has examples.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgebox.errors import InvalidBoundKey
from edgebox.signing import CLIENT_ID, signed_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.signing import KeyHolder, Window

NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
"""The hash of a request without a body."""

_VERSION = "v2"
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,11}")
_SIGNATURE = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True)
class Signed:
    """The request that a key is for.

    Attributes:
        method: in capitals.
        target: path and query as sent.
        body_sha256: of the body as sent, in lower-case hex; EMPTY_SHA256 without a body.
    """

    method: str
    target: str
    body_sha256: str = EMPTY_SHA256

    def message(self, timestamp: str, nonce: str) -> bytes:
        """Return what is signed."""
        lines = (_VERSION, self.method, self.target, timestamp, nonce, self.body_sha256)
        return "\n".join(lines).encode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class KeyV2:
    """The parts of a well-formed key. ``timestamp`` is Unix seconds, as text."""

    client_id: str
    timestamp: str
    nonce: str
    signature: str


def is_v2(value: str) -> bool:
    """Whether a key means to be one of these. A client of the old keys may be called ``v2``."""
    return value.startswith(f"{_VERSION}:") and value.count(":") == 4


def parse_v2(value: str) -> KeyV2:
    """Return a key's parts.

    Raises:
        InvalidBoundKey: it is not well formed.
    """
    parts = value.split(":")
    if len(parts) != 5 or parts[0] != _VERSION:
        raise InvalidBoundKey
    key = KeyV2(*parts[1:])
    if not (
        CLIENT_ID.fullmatch(key.client_id)
        and _TIMESTAMP.fullmatch(key.timestamp)
        and NONCE.fullmatch(key.nonce)
        and _SIGNATURE.fullmatch(key.signature)
    ):
        raise InvalidBoundKey
    return key


def bound_key_v2(client_id: str, secret: str, now: float, nonce: str, request: Signed) -> str:
    """Return a key that is valid now, once, for one request.

    Args:
        client_id: see ``signing.CLIENT_ID``.
        secret: one of the client's live secrets.
        now: Unix seconds; the fraction is dropped.
        nonce: see NONCE; a random one for each key.
        request: what the key is for.

    Raises:
        ValueError: client id or nonce could never be verified.
    """
    if not (CLIENT_ID.fullmatch(client_id) and NONCE.fullmatch(nonce)):
        raise ValueError("a client id or a nonce that no key can have")
    timestamp = str(int(now))
    signature = hmac.digest(secret.encode(), request.message(timestamp, nonce), "sha256").hex()
    return ":".join((_VERSION, client_id, timestamp, nonce, signature))


def verify_v2(
    key: KeyV2, lookup: Callable[[str], KeyHolder | None], window: Window, request: Signed
) -> None:
    """Check a key but for its nonce, which only the caller knows to be new.

    The cost is the same for every client, known or not, as in ``signing.verify_bound_key``.

    Args:
        key: what was sent.
        lookup: returns the client of an id, or None.
        window: the timestamps that are accepted now.
        request: what was received.

    Raises:
        InvalidBoundKey: for every reason, without naming it.
    """
    client = lookup(key.client_id)
    message = request.message(key.timestamp, key.nonce)
    matched = signed_by(client, message, key.signature)
    if not (matched and window.holds(int(key.timestamp))):
        raise InvalidBoundKey
