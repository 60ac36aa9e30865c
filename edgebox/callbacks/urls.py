"""Parses callback URLs and decides which of them are allowed.

Receivers are on private addresses, so "no private addresses" cannot be the rule. The rules:

1. The URL has http or https, a host, no user name and no fragment.
2. Host and port are on the client's list: ``host`` (the scheme's own port) or ``host:port``.
3. Link-local, unspecified and multicast addresses (cloud metadata, "this host"), and the box's
   own ports on any of its addresses, are forbidden even when they are listed.

A URL is parsed once, into a :class:`Destination`, and delivery connects to that, so no other
parser can read the URL differently. Addresses in every form that ``inet_aton`` accepts
(``2852039166``, ``0xa9fea9fe``, ``169.254.43518``) and IPv4 inside IPv6 are converted to what
they mean. Names are resolved at delivery, and rule 3 is applied to the result.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import httpx

from edgebox.contract.limits import MAX_URL_CHARACTERS
from edgebox.errors import InvalidFields, UsageError
from edgebox.system.addresses import bracketed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from edgebox.settings import Settings

POINTER = "/callback_url"

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*")
_DIGITS = re.compile(r"[0-9.]+")  # meant as an address: no name consists of numbers
_PORT = re.compile(r"[0-9]{1,5}")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_THIS_NETWORK = ipaddress.IPv4Network("0.0.0.0/8")
_BROADCAST = ipaddress.IPv4Address("255.255.255.255")
# IPv6 ranges with an IPv4 address in the last 32 bits that a gateway may connect to: NAT64
# (RFC 6052), compatible (RFC 4291), translated (RFC 2765, SIIT), a site's own NAT64 (RFC 8215).
_SITES_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")
_IPV4_INSIDE = (
    ipaddress.IPv6Network("64:ff9b::/96"),
    ipaddress.IPv6Network("::/96"),
    ipaddress.IPv6Network("::ffff:0:0:0/96"),
    _SITES_NAT64,
)


@dataclass(frozen=True)
class Destination:
    """A parsed callback URL.

    Attributes:
        scheme: ``http`` or ``https``.
        host: lower case, no trailing dot, IDNA-encoded; an address in its canonical form.
        port: 1 to 65535.
        path: path and query as they go on the request line; starts with ``/``.
        address: set when the host is an address instead of a name.
    """

    scheme: str
    host: str
    port: int
    path: str
    address: Address | None

    @property
    def authority(self) -> str:
        """The value of the Host header, with the port unless it is the scheme's own."""
        host = bracketed(self.host)
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def check_callback_url(url: str, allowed: Iterable[str], own_ports: Collection[int]) -> Destination:
    """Parse a URL and refuse one that a callback must not go to.

    Names are resolved only at delivery; ``localhost`` and this machine's own name count as the
    box without resolving them.

    Args:
        url: what the client sent.
        allowed: the client's list, with entries as :func:`parse_allowed` reads them.
        own_ports: TCP ports that this box listens on; see :func:`own_ports`.

    Raises:
        InvalidFields: at ``/callback_url``; the message never repeats the URL.
    """
    destination = parse_callback_url(url)
    host, port = destination.host, destination.port
    if destination.address is not None:
        reason = forbidden(destination.address, port, own_ports)
        if reason:
            raise _refused(reason)
    elif port in own_ports and (
        host in {"localhost", socket.gethostname().lower()} or host.endswith(".localhost")
    ):
        raise _refused("must not point at this box's own ports")
    default = _DEFAULT_PORTS[destination.scheme]
    if not any(
        (listed, default if listed_port is None else listed_port) == (host, port)
        for listed, listed_port in map(parse_allowed, allowed)
    ):
        raise _refused(
            "host and port are not on this client's list; ask the administrator of the box"
        )
    return destination


def parse_callback_url(url: str) -> Destination:
    """Parse a URL without checking where it leads.

    Raises:
        InvalidFields: at ``/callback_url``: not an absolute http(s) URL with a plain host.
    """
    if len(url) > MAX_URL_CHARACTERS:
        raise _refused(f"must be at most {MAX_URL_CHARACTERS} characters")
    if any(char.isspace() or char == "\\" for char in url):
        raise _refused("must not contain spaces or backslashes")
    try:
        parsed = httpx.URL(url)
        path = parsed.raw_path.decode("ascii")
        sent = parsed.raw_host.decode("ascii")
        named = parsed.host  # decodes xn--, which fails for what stands for nothing
    except (httpx.InvalidURL, ValueError):
        raise _refused("must be an absolute http:// or https:// URL") from None
    if parsed.scheme not in _DEFAULT_PORTS or not named:
        raise _refused("must be an absolute http:// or https:// URL")
    if parsed.userinfo:
        raise _refused("must not contain a user name or password")
    if "#" in url:
        raise _refused("must not contain a fragment")
    host, address = _canonical(sent)
    port = parsed.port or _DEFAULT_PORTS[parsed.scheme]
    if host is None or parsed.port == 0 or not 0 < port < 65536:
        raise _refused("has an impossible host or port")
    return Destination(parsed.scheme, host, port, path, address)


def parse_allowed(entry: str) -> tuple[str, int | None]:
    """Parse one entry of a client's list.

    Args:
        entry: ``host``, ``host:port``, ``[v6]``, ``[v6]:port`` or a bare IPv6 address.

    Returns:
        (canonical host, port or None for the scheme's own port).

    Raises:
        UsageError: it is none of these.
    """
    text = entry.strip().lower()
    port_text = ""
    if text.count(":") > 1 and not text.startswith("["):
        host_text = text
    elif text.startswith("["):
        host_text, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            host_text = ""
        port_text = rest[1:] if rest else ""
        if rest == ":":
            host_text = ""
    else:
        host_text, colon, port_text = text.partition(":")
        if colon and not port_text:
            host_text = ""
    host, _ = _canonical(_idna(host_text))
    if host is None or (port_text and not _PORT.fullmatch(port_text)):
        raise UsageError(f"'{entry}' is not a host or host:port for callbacks.")
    port = int(port_text) if port_text else None
    if port is not None and not 0 < port < 65536:
        raise UsageError(f"'{entry}' has a port outside 1 to 65535.")
    return host, port


def forbidden(address: Address, port: int, own_ports: Collection[int]) -> str | None:
    """Return why nothing may be sent to this address and port, or None."""
    reached = [address]
    if isinstance(address, ipaddress.IPv6Address) and not address.is_loopback:
        reached += _ipv4_inside(address)
    for one in reached:
        if one.is_link_local or one.is_unspecified or one.is_multicast or one == _BROADCAST:
            return "must not point at a link-local, unspecified or multicast address"
        if isinstance(one, ipaddress.IPv4Address) and one in _THIS_NETWORK:
            return "must not point at a link-local, unspecified or multicast address"
        if port in own_ports and is_own_address(one):
            return "must not point at this box's own ports"
    return None


def _ipv4_inside(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """Return the IPv4 addresses that an IPv6 address carries and a gateway may connect to."""
    if inside := address.ipv4_mapped or address.sixtofour:
        return [inside]
    if address.teredo:
        return list(address.teredo)  # the server's, and the client's behind its NAT
    raw = address.packed
    found = [ipaddress.IPv4Address(raw[-4:])] if any(address in n for n in _IPV4_INSIDE) else []
    if address in _SITES_NAT64 and not any(raw[-4:]):
        found = [ipaddress.IPv4Address(raw[6:8] + raw[9:11])]  # RFC 6052 2.2, a prefix of 48 bits
    return found


def is_own_address(address: Address) -> bool:
    """Whether this machine has the address on one of its interfaces (loopback included).

    A socket can be bound to local addresses only, so binding one asks the kernel.
    """
    if address.is_loopback:
        return True
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True


def own_ports(settings: Settings) -> frozenset[int]:
    """Return the TCP ports that this box's own services listen on."""
    ports = {settings.api.port}
    metrics = settings.api.metrics_listen.rpartition(":")[2]
    if _PORT.fullmatch(metrics):
        ports.add(int(metrics))
    return frozenset(ports - {0})


def _refused(reason: str) -> InvalidFields:
    return InvalidFields([(POINTER, f"callback_url {reason}.")])


def _canonical(host: str) -> tuple[str | None, Address | None]:
    """Return (canonical host, its address if it is one), or (None, None) when it is not a host."""
    host = host.lower().removesuffix(".")
    try:
        address: Address = ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        if isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None:
            return None, None
        return str(address), address
    if len(host) > 253 or not _NAME.fullmatch(host):
        return None, None
    try:
        # The resolver takes 2852039166, 0xa9fea9fe and 0251.0376.1 for addresses.
        address = ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return (None, None) if _DIGITS.fullmatch(host) else (host, None)
    return str(address), address


def _idna(host: str) -> str:
    """Return a name as it is sent in requests, or "" when it has no such form."""
    if host.isascii():
        return host
    try:
        return httpx.URL(scheme="http", host=host).raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError):
        return ""
