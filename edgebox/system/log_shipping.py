"""How the records get on that rsyslog sends to a log server: what waits, what was refused.

rsyslog has no metrics of its own. Its configuration is ``monitoring/logs/rsyslog-edgebox.conf``.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

QUEUE = "edgebox.*"
"""The files of its queue."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where it is on Debian: configuration, folder of the queue, what the server refused."""

    configuration: Path = Path("/etc/rsyslog.d/30-edgebox.conf")
    spool: Path = Path("/var/spool/rsyslog")
    refused: Path = Path("/var/log/edgebox-refused.json")


LOGS = Places()


@dataclass(frozen=True, slots=True)
class Shipping:
    """Bytes. ``waiting`` is None where this user may not look into the folder."""

    waiting: int | None
    refused: int


def shipping(places: Places) -> Shipping | None:
    """Return how it is now, or None where no records are sent."""
    if not places.configuration.exists():
        return None
    waiting = None
    with suppress(OSError):
        names = [path for path in places.spool.iterdir() if path.match(QUEUE)]
        waiting = sum(_size(path) for path in names)
    return Shipping(waiting, _size(places.refused))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
