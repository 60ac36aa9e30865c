"""Hosts in URLs and messages, and the address of a peer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def bracketed(host: str) -> str:
    """Return the host as it is written before a port: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def peer_of(scope: Mapping[str, Any]) -> str:
    """Return the address of the other end of a request's connection; empty where there is none.

    Behind a proxy it is the proxy's: ``X-Forwarded-For`` is not read, because anyone may write it.

    Args:
        scope: of ASGI.
    """
    client = scope.get("client")
    return str(client[0]) if client else ""
