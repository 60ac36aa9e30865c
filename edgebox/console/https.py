"""How a request reached the box: pages are served over TLS, and to the machine itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from edgebox.settings.origins import as_browsers_write
from edgebox.system.addresses import is_in, peer_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.requests import HTTPConnection

Way = Literal["tls", "loopback", "plain"]

LOOPBACK = ("127.0.0.0/8", "::1")


def way_of(connection: HTTPConnection, further: Collection[str]) -> Way:
    """Return how a request came.

    Args:
        connection: the request, or the handshake of a WebSocket.
        further: origins of this box behind a proxy on this machine, which ends TLS.

    Returns:
        ``tls``: encrypted up to the box, or up to the proxy. ``loopback``: from this machine, and
        meant for it: its ``Host`` is a name of the loopback, so no other site's name leads here.
        ``plain``: neither.
    """
    if connection.url.scheme in {"https", "wss"}:
        return "tls"
    if not is_in(peer_of(connection.scope), LOOPBACK):
        return "plain"
    host = connection.headers.get("host", "")
    if _origin(host) in further:
        return "tls"
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    return "loopback" if name == "localhost" or is_in(name.strip("[]"), LOOPBACK) else "plain"


def _origin(host: str) -> str:
    """Return the origin behind TLS that a ``Host`` names, also as ``NAME:443``; or nothing."""
    try:
        return as_browsers_write(f"https://{host}")
    except ValueError:
        return ""
