"""Hosts in URLs and messages."""

from __future__ import annotations


def bracketed(host: str) -> str:
    """Return the host as it is written before a port: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host
