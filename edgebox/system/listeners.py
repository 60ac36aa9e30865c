"""Who listens on a port of this machine, before a key is sent there."""

from __future__ import annotations

import ipaddress
import os
import struct
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

_LISTEN = "0A"


def foreign_listener(url: str, state_dir: Path, proc: Path = Path("/proc")) -> int | None:
    """Return the user that listens there if it is not the box's, root or this one; else None.

    Any user may take a port that is free while the API is down.

    Args:
        url: the box's own, with its port.
        state_dir: its owner is the box's user.
        proc: where procfs is.
    """
    ours = {0, os.geteuid()}
    with suppress(OSError):
        ours.add(state_dir.stat().st_uid)
    place = urlsplit(url)
    listening = _listeners(place.port or 0, proc)
    found = [uid for address, uid in listening if _takes(address, place.hostname or "")]
    return next((uid for uid in found if uid not in ours), None)


def _listeners(port: int, proc: Path) -> list[tuple[str, int]]:
    """Return (address, user) of each TCP socket that listens on the port."""
    found = []
    for name in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (proc / "net" / name).read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                address, _, number = fields[1].partition(":")
                if fields[3] == _LISTEN and int(number, 16) == port:
                    found.append((_address(address), int(fields[7])))
    return found


def _address(text: str) -> str:
    """Return an address that procfs writes as 32-bit words in this machine's byte order."""
    raw = bytes.fromhex(text)
    if sys.byteorder == "little":
        words = struct.unpack(f">{len(raw) // 4}I", raw)
        raw = struct.pack(f"<{len(words)}I", *words)
    address = ipaddress.ip_address(raw)
    return str(getattr(address, "ipv4_mapped", None) or address)


def _takes(address: str, host: str) -> bool:
    """Return whether a socket at ``address`` may get what is sent to ``host``."""
    if host == "localhost":
        return True
    return address in (host, "0.0.0.0", "::")  # noqa: S104 - compared
