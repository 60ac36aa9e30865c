"""Signs and verifies bound keys (client to box) and webhooks (box to client).

Both use HMAC-SHA256 with the same key: **the client's secret string as UTF-8 bytes**. The
secret is 64 hexadecimal digits, which are used as text and never decoded to 32 bytes.

A library for Standard Webhooks expects ``whsec_`` + Base64 of the key's bytes::

    Webhook("whsec_" + base64.b64encode(secret.encode()).decode()).verify(body, headers)

Sources: docs/api.md (bound key); https://www.standardwebhooks.com (signatures).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from edgebox.errors import InvalidBoundKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""A client's id: no colon, so a bound key splits in one way only."""

MAX_LIVE_SECRETS = 2
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"[0-9a-fA-F]{64}")
_NO_SECRET = "0" * 64


class KeyHolder(Protocol):
    """What signatures need from a client, such as ``store.clients.Client``."""

    @property
    def secrets(self) -> Sequence[str]:
        """The live secrets, newest first."""

    @property
    def disabled(self) -> bool:
        """Whether the client's keys are refused."""


@dataclass(frozen=True)
class Window:
    """The timestamps of keys that are accepted at one moment.

    Attributes:
        now: Unix seconds on the clock of who checks.
        past: seconds that a timestamp may be old.
        future: seconds that a timestamp may be ahead.
        floor: Unix seconds; older timestamps are refused whatever ``now`` is.
    """

    now: float
    past: float
    future: float
    floor: float = 0.0

    @property
    def earliest(self) -> float:
        """Unix seconds of the oldest timestamp that is accepted."""
        return max(self.now - self.past, self.floor)

    def holds(self, timestamp: int) -> bool:
        """Whether a key of this Unix second is accepted."""
        return self.earliest <= timestamp <= self.now + self.future


def bound_key(client_id: str, secret: str, now: float) -> str:
    """Return a bound key that is valid now: ``client_id:timestamp:signature``.

    Args:
        client_id: see :data:`CLIENT_ID`.
        secret: one of the client's live secrets.
        now: Unix seconds; the fraction is dropped.

    Raises:
        ValueError: the client id could never be verified.
    """
    return _key(client_id, secret, str(int(now)))


def callback_key(client_id: str, secret: str, now: float) -> str:
    """Return the bound key that a callback carries, which the box itself does not accept.

    Its timestamp has zeros in front. A receiver that checks keys by the documented formula takes
    it as any other; sent back to the box, by the receiver or by who stands in for it, it is
    refused.

    Args:
        client_id: see :data:`CLIENT_ID`.
        secret: one of the client's live secrets.
        now: Unix seconds; the fraction is dropped.

    Raises:
        ValueError: the client id could never be verified.
    """
    return _key(client_id, secret, f"{int(now):012d}")


def is_callback_key(value: str) -> bool:
    """Whether a key is one that ``callback_key`` makes, whoever signed it."""
    parts = value.rsplit(":", 2)
    return len(parts) == 3 and parts[1].startswith("0")


def verify_bound_key(value: str, lookup: Callable[[str], KeyHolder | None], window: Window) -> str:
    """Check a bound key and return the client's id.

    A well-formed key costs the same number of HMACs whether the client is unknown,
    disabled or has one secret or two, so that timing does not reveal which client ids exist.

    Args:
        value: what was sent, any text.
        lookup: returns the client of an id, or None.
        window: the timestamps that are accepted now.

    Raises:
        InvalidBoundKey: for every reason, without naming it.
    """
    parts = value.rsplit(":", 2)
    if len(parts) != 3:
        raise InvalidBoundKey
    client_id, timestamp, signature = parts
    if not (
        CLIENT_ID.fullmatch(client_id)
        and _TIMESTAMP.fullmatch(timestamp)
        and _SIGNATURE.fullmatch(signature)
    ):
        raise InvalidBoundKey
    matched = signed_by(lookup(client_id), f"{client_id}:{timestamp}".encode("ascii"), signature)
    if not (matched and window.holds(int(timestamp))):
        raise InvalidBoundKey
    return client_id


def signed_by(client: KeyHolder | None, message: bytes, signature: str) -> bool:
    """Whether an enabled client signed ``message``, at the same cost for every client and None.

    Args:
        client: None for one that does not exist.
        message: what should have been signed.
        signature: 64 hexadecimal digits.
    """
    live = client is not None and not client.disabled
    secrets = tuple(client.secrets) if client is not None else ()
    given = bytes.fromhex(signature)
    matched = False
    for index in range(max(MAX_LIVE_SECRETS, len(secrets))):
        real = index < len(secrets)
        expected = _hmac(secrets[index] if real else _NO_SECRET, message)
        matched |= hmac.compare_digest(expected, given) and real
    return matched and live


def webhook_headers(
    webhook_id: str, timestamp: float, body: bytes, secrets: Sequence[str]
) -> dict[str, str]:
    """Return the three headers of Standard Webhooks.

    Args:
        webhook_id: the same for every attempt of one delivery.
        timestamp: Unix seconds of this attempt; the fraction is dropped.
        body: the exact bytes that are sent.
        secrets: the client's live secrets. One signature is made with each, so that a
            receiver can still verify while it has the old secret only.
    """
    signed = _signed_content(webhook_id, str(int(timestamp)), body)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(timestamp)),
        "webhook-signature": " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets),
    }


def _key(client_id: str, secret: str, timestamp: str) -> str:
    if not CLIENT_ID.fullmatch(client_id):
        raise ValueError("a client id is 1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first")
    signed = f"{client_id}:{timestamp}"
    return f"{signed}:{_hmac(secret, signed.encode('utf-8')).hex()}"


def verify_webhook(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: float, tolerance: float
) -> bool:
    """Whether a callback was signed with one of ``secrets`` within ``tolerance`` seconds of now.

    Args:
        headers: as received; names in any case.
        body: the exact bytes received.
        secrets: those the receiver knows.
        now: Unix seconds on the receiver's clock.
        tolerance: seconds the timestamp may differ from ``now`` in either direction.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    webhook_id = lower.get("webhook-id", "")
    timestamp = lower.get("webhook-timestamp", "")
    if not webhook_id or not _TIMESTAMP.fullmatch(timestamp):
        return False
    if abs(now - int(timestamp)) > tolerance:
        return False
    signed = _signed_content(webhook_id, timestamp, body)
    expected = [_signature(secret, signed).encode("ascii") for secret in secrets]
    matched = False
    for item in lower.get("webhook-signature", "").split():
        version, _, given = item.partition(",")
        if version == "v1":
            for one in expected:
                matched |= hmac.compare_digest(one, given.encode("utf-8", "surrogatepass"))
    return matched


def _signed_content(webhook_id: str, timestamp: str, body: bytes) -> bytes:
    return f"{webhook_id}.{timestamp}.".encode("utf-8", "surrogatepass") + body


def _signature(secret: str, signed: bytes) -> str:
    return base64.b64encode(_hmac(secret, signed)).decode("ascii")


def _hmac(secret: str, message: bytes) -> bytes:
    return hmac.new(secret.encode("utf-8"), message, hashlib.sha256).digest()
