"""Hosts in URLs and messages, the address of a peer, and the networks that an address is in."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, TypeAlias

from edgebox.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_MAPPED_BITS = 96
"""Bits in front of the IPv4 address in ``::ffff:0:0/96``."""


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


def network_of(text: str) -> str:
    """Return a network as it is stored: ``10.0.0.0/8``, or ``10.0.0.5`` for one address.

    IPv4 inside IPv6 (``::ffff:10.0.0.0/104``) is written as IPv4.

    Raises:
        UsageError: it is no address or network, or an address inside of a network.
    """
    text = text.strip()
    try:
        loose = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise UsageError(
            f"'{text}' is not an address or a network, such as 10.1.2.3 or 10.1.0.0/16."
        ) from None
    try:
        network: _Network = ipaddress.ip_network(text)
    except ValueError:
        raise UsageError(f"'{text}' is an address in a network. Did you mean {loose}?") from None
    if isinstance(network, ipaddress.IPv6Network) and network.prefixlen >= _MAPPED_BITS:
        inside = network.network_address.ipv4_mapped
        if inside is not None:
            network = ipaddress.IPv4Network((inside, network.prefixlen - _MAPPED_BITS))
    alone = network.num_addresses == 1
    return str(network.network_address if alone else network)


def is_in(host: str, networks: Iterable[str]) -> bool:
    """Whether an address is in one of the networks.

    Args:
        host: an address of a peer; False for anything else. IPv4 inside IPv6, as a socket for
            both has it, counts as IPv4.
        networks: as ``network_of`` writes them.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in ipaddress.ip_network(network) for network in networks)
