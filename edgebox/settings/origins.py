"""Origins as browsers write them, so that one in the file can be compared with a header."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?")


def as_browsers_write(origin: str) -> str:
    """Return an origin in small letters, without its scheme's own port, its name in ASCII.

    Raises:
        ValueError: it is no origin of a web page.
    """
    refusal = ValueError("has to be origins such as https://edgebox.centre.local")
    try:
        parts = urlsplit(origin)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise refusal from None
    rest = origin.partition("://")[2]
    if parts.scheme not in _DEFAULT_PORTS or not host or re.search(r"[/?#@\\]", rest):
        raise refusal
    if port == 0 or rest.endswith(":"):
        raise refusal
    try:
        written = _host(host)
    except ValueError:
        raise refusal from None
    shown = "" if port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{port}"
    return f"{parts.scheme}://{written}{shown}"


def _host(host: str) -> str:
    """Return a host's name or address; ValueError: it is neither."""
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host)}]"
    name = host if host.isascii() else host.encode("idna").decode("ascii")
    if not _NAME.fullmatch(name):
        raise ValueError
    if re.fullmatch(r"[0-9.]+", name):
        return str(ipaddress.IPv4Address(name))
    return name
