"""What is wrong with a refused bound key, in words for the administrator.

The client's answer never says it (docs/api.md). No word here repeats a part of the key: a fault
names counts and seconds only.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from typing import TYPE_CHECKING

from edgebox.signing import MAX_LIVE_SECRETS
from edgebox.signing_v2 import NONCE, is_v2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from edgebox.signing import KeyHolder, Window

LONGEST = 220
"""Characters of a key that are looked at. A bound key has at most 142, a v2 key 210."""

_UNITS = {13: "milliseconds", 16: "microseconds", 19: "nanoseconds"}
_HEX = re.compile(r"[0-9a-fA-F]+")
_HASHES = {32: "MD5", 40: "SHA-1", 96: "SHA-384", 128: "SHA-512"}
_KOREA = 9 * 3600
_NO_SECRET = "0" * 64
_BOM = b"\xef\xbb\xbf"
_MATCHES = ""
_NO_MATCH = "signature does not match the secret"


def faults_of(
    value: str, lookup: Callable[[str], KeyHolder | None], window: Window
) -> tuple[str | None, str]:
    """Return the client that a refused key names, and what is wrong with the key.

    A key of three parts costs the same number of HMACs whichever client it names, as in
    ``signing.verify_bound_key``, so that timing does not reveal which client ids exist.

    Args:
        value: what was sent, any text.
        lookup: returns the client of an id, or None.
        window: the timestamps that were accepted when it was sent.

    Returns:
        (client_id, faults); the id is None unless such a client exists.
    """
    if len(value) > LONGEST:
        return None, f"the key has more than {LONGEST} characters"
    key = value.strip().strip("\"'").strip()
    parts = key.split(":")
    named = parts[1] if is_v2(key) else parts[0]
    client = lookup(named)
    client_id = None if client is None else named
    if not key:
        return None, "the key is empty"
    faults = [] if key == value else ["there are blanks, a line end or quotes around the key"]
    if is_v2(key):
        faults += _of_v2(parts, client, window)
    elif len(parts) == 3:
        faults += _of_parts(parts, client, window)
    else:
        date = "; is the timestamp a date?" if len(parts) > 3 else ""
        faults.append(f"the key is not client:timestamp:signature (colons: {len(parts) - 1}{date})")
    return client_id, "; ".join(faults) or "none: the client was changed a moment ago"


def _of_parts(parts: list[str], client: KeyHolder | None, window: Window) -> Iterator[str]:
    signed, signature = ":".join(parts[:2]), parts[2]
    of_signature = _of_signature(client.secrets if client else (), signed, signature)
    if client is None:
        yield "unknown client"
    elif client.disabled:
        yield "disabled client"
    if of_timestamp := _of_timestamp(parts[1], window):
        yield of_timestamp
    if client is not None and of_signature:
        yield of_signature


def _of_v2(parts: list[str], client: KeyHolder | None, window: Window) -> Iterator[str]:
    """Yield what is wrong with a v2 key; what it signs is no longer known, and so found last."""
    found = []
    if client is None:
        found.append("unknown client")
    elif client.disabled:
        found.append("disabled client")
    if not NONCE.fullmatch(parts[3]):
        found.append("nonce is not 16 to 64 letters, digits, - or _")
    if of_timestamp := _of_timestamp(parts[2], window):
        found.append(of_timestamp)
    if shape := _digest_of(parts[4])[1]:
        found.append(shape)
    yield from found or [
        "signature does not match the secret, or the method, path with query, or body that was sent"
    ]


def _of_timestamp(text: str, window: Window) -> str:
    """Return what is wrong with a timestamp, or an empty string."""
    if not (text.isascii() and text.isdigit()):
        return "timestamp is no whole number" if text else "timestamp is empty"
    if len(text) > 12:
        return f"timestamp has {len(text)} digits: {_UNITS.get(len(text), 'no Unix seconds')}"
    if window.holds(int(text)):
        return "it is the key of a callback, which only receivers accept" if text[0] == "0" else ""
    ahead = int(text) - window.now
    if -window.past <= ahead < window.floor - window.now:
        back = window.floor + 2 * window.past - window.now
        return (
            f"timestamp is from before the box's clock was set back by {back:.0f} s, or soon after "
            "(if it is right now: systemctl restart edgebox-api)"
        )
    hint = ""
    if abs(abs(ahead) - _KOREA) <= window.past:
        hint = " (9 h: local time instead of UTC?)"
    elif 0 < ahead <= window.past:
        hint = f" (at most {window.future:g} s: is the client's clock ahead, or this one behind?)"
    return f"timestamp is {abs(ahead):.0f} s {'ahead' if ahead > 0 else 'old'}{hint}"


def _of_signature(secrets: Sequence[str], signed: str, signature: str) -> str:
    """Return what is wrong with a signature, or an empty string."""
    given, shape = _digest_of(signature)
    found = _NO_MATCH
    for index in range(max(MAX_LIVE_SECRETS, len(secrets))):
        real = index < len(secrets)
        secret = secrets[index] if real else _NO_SECRET
        for fault, key, message in _ways_to_sign(secret, signed):
            digest = hmac.digest(key, message, "sha256")
            if hmac.compare_digest(digest, given) and real and found == _NO_MATCH:
                found = fault
    return "; ".join(one for one in (shape, found if given else "") if one)


def _digest_of(signature: str) -> tuple[bytes, str]:
    """Return a signature's 32 bytes (none if it has no such form), and what is wrong with it."""
    if _HEX.fullmatch(signature):
        if len(signature) == 64:
            return bytes.fromhex(signature), ""
        other = f", as of {_HASHES[len(signature)]}" if len(signature) in _HASHES else ""
        return b"", f"signature has {len(signature)} hexadecimal digits{other}, not 64"
    try:
        padded = signature.rstrip("=") + "=" * (-len(signature.rstrip("=")) % 4)
        decoded = base64.b64decode(padded, altchars=b"-_" if set("-_") & set(signature) else None)
    except (binascii.Error, ValueError):
        decoded = b""
    if len(decoded) == 32:
        return decoded, "signature is Base64 instead of hexadecimal"
    return b"", "signature is not 64 hexadecimal digits"


def _ways_to_sign(secret: str, signed: str) -> Iterator[tuple[str, bytes, bytes]]:
    """Yield (fault, HMAC key, message) of the right way to sign and of the usual wrong ones."""
    key, message = secret.encode(), signed.encode("utf-8", "surrogatepass")
    made = "signature was made with"
    yield _MATCHES, key, message
    for end in (b"\n", b"\r\n", b" "):
        yield f"{made} a line end or blank after the secret", key + end, message
    for mark in (b'"', b"'"):
        yield f"{made} quotes around the secret", mark + key + mark, message
    yield f"{made} a byte order mark before the secret", _BOM + key, message
    yield f"{made} the secret in capitals", key.upper(), message
    yield f"{made} the secret decoded to bytes instead of its text", _decoded(secret), message
    for end in (b"\n", b"\r\n"):
        yield f"{made} a line end after the timestamp (echo, not printf?)", key, message + end


def _decoded(secret: str) -> bytes:
    try:
        return bytes.fromhex(secret)
    except ValueError:  # not one of ours
        return secret.encode()
