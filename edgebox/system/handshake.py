"""Whether a request asks rightly for a WebSocket (RFC 6455, 4.2.1)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Scope: TypeAlias = Mapping[str, Any]
_Headers: TypeAlias = dict[bytes, list[bytes]]

VERSION = b"13"

_KEY_BYTES = 16
_READ_AS_ASCII = frozenset(
    {b"connection", b"upgrade", b"sec-websocket-protocol", b"sec-websocket-extensions"}
)


def fault_of(scope: Scope) -> str | None:
    """Return what is wrong with a request for a WebSocket, or None.

    What passes is what wsproto reads without an exception: it decodes several headers.

    Args:
        scope: of ASGI, type ``http``.
    """
    headers: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name, []).append(value)
    for is_right, text in _RULES:
        if not is_right(scope, headers):
            return text
    return None


def _is_key(values: list[bytes]) -> bool:
    try:
        return len(values) == 1 and len(base64.b64decode(values[0], validate=True)) == _KEY_BYTES
    except binascii.Error:
        return False


def _is_host(values: list[bytes]) -> bool:
    try:
        return len(values) == 1 and bool(values[0].decode("idna"))
    except UnicodeError:
        return False


def _upgrades(_: Scope, headers: _Headers) -> bool:
    tokens = headers.get(b"connection", [b""])[0].lower().split(b",")
    return (
        [value.lower() for value in headers.get(b"upgrade", [])] == [b"websocket"]
        and len(headers.get(b"connection", [])) == 1
        and b"upgrade" in [token.strip() for token in tokens]
    )


def _has_no_body(_: Scope, headers: _Headers) -> bool:
    none = b"transfer-encoding" not in headers
    return none and headers.get(b"content-length", [b"0"]) == [b"0"]


def _is_ascii(_: Scope, headers: _Headers) -> bool:
    return all(value.isascii() for name in _READ_AS_ASCII for value in headers.get(name, []))


_RULES: tuple[tuple[Callable[[Scope, _Headers], bool], str], ...] = (
    (_upgrades, "Send the headers Upgrade: websocket and Connection: Upgrade, each once."),
    (lambda scope, _: scope["http_version"] == "1.1", "A WebSocket begins with HTTP/1.1."),
    (
        lambda _, headers: headers.get(b"sec-websocket-version") == [VERSION],
        "Send the header Sec-WebSocket-Version: 13, once.",
    ),
    (
        lambda _, headers: _is_key(headers.get(b"sec-websocket-key", [])),
        "Send one header Sec-WebSocket-Key: 16 bytes in Base64.",
    ),
    (lambda _, headers: _is_host(headers.get(b"host", [])), "Send one header Host."),
    (_has_no_body, "A request for a WebSocket has no body."),
    (_is_ascii, "The headers of a request for a WebSocket are ASCII."),
)
