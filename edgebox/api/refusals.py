"""What kind of refusal a refused key was, for the metrics. The client's answer never says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgebox.signing import CLIENT_ID
from edgebox.signing_v2 import is_v2

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.signing import KeyHolder, Window

KINDS = (
    "missing",
    "malformed",
    "unknown",
    "disabled",
    "clock",
    "signature",
    "network",
    "reused",
    "version",
)

_LONGEST_TIMESTAMP = 12


def kind_of(key: str, lookup: Callable[[str], KeyHolder | None], window: Window) -> str:
    """Return why a key was refused that was refused for what it is, one of KINDS.

    The signature is not computed again: a key that nothing else is wrong with has a wrong one.

    Args:
        key: what was sent, any text.
        lookup: returns the client of an id, or None.
        window: the timestamps that were accepted.
    """
    if not key.strip():
        return "missing"
    parts = key.split(":")
    at = 1 if is_v2(key) else 0
    named, stamp = parts[at], parts[at + 1] if len(parts) > at + 1 else ""
    shaped = len(parts) in {3, 5} and CLIENT_ID.fullmatch(named) is not None
    dated = stamp.isascii() and stamp.isdigit() and len(stamp) <= _LONGEST_TIMESTAMP
    if not (shaped and dated):
        return "malformed"
    client = lookup(named)
    if client is None:
        return "unknown"
    if client.disabled:
        return "disabled"
    return "signature" if window.holds(int(stamp)) else "clock"
