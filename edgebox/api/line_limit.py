"""A limit on log lines that anyone on the network can cause.

journald drops the lines of a unit that writes too many, and then those of good requests are lost
with the rest. So a flood gets the first lines of its minute, and one line with the count at the
minute's end. The metrics count all of it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from contextvars import Context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edgebox.system import ecs

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("edgebox.api")

LINES = 20
"""Lines of one kind in one minute."""
MINUTE = 60.0
"""Seconds from the first of a kind to the line with the count."""
MOST_PEERS = 4096
"""Addresses that are told apart in one minute; an IPv6 network could send from more than fit."""


@dataclass
class _Minute:
    level: int
    count: int = 0
    peers: Counter[str] = field(default_factory=Counter)


class LineLimit:
    """Admits lines to the log by kind, and logs how many it did not admit.

    Args:
        later: calls a function after so many seconds; the event loop's when None.
    """

    def __init__(self, later: Callable[[float, Callable[[], None]], object] | None = None) -> None:
        self._later = later or _on_the_loop
        self._minutes: dict[str, _Minute] = {}

    def admits(self, kind: str, peer: str, level: int = logging.WARNING) -> bool:
        """Return whether the line may be written.

        Args:
            kind: lines of one kind share the limit; a word of ours, never the client's.
            peer: the address that caused the line; empty if it has none.
            level: of the line with the count.
        """
        minute = self._minutes.get(kind)
        if minute is None:
            minute = self._minutes[kind] = _Minute(level)
            self._later(MINUTE, lambda: self._end(kind))
        minute.count += 1
        if peer and (peer in minute.peers or len(minute.peers) < MOST_PEERS):
            minute.peers[peer] += 1
        return minute.count <= LINES

    def close(self) -> None:
        """Log what was not admitted so far."""
        for kind in list(self._minutes):
            self._end(kind)

    def _end(self, kind: str) -> None:
        minute = self._minutes.pop(kind, None)
        if minute is None or minute.count <= LINES:
            return
        most = minute.peers.most_common(1)
        left_out, busiest = minute.count - LINES, most[0][0] if most else ""
        fields: dict[str, ecs.Value] = {
            "edgebox.kind": kind,
            "edgebox.lines_left_out": left_out,
            "edgebox.addresses": len(minute.peers),
            "source.ip": ecs.source(busiest),
        }
        log.log(
            minute.level,
            "flood of %s: %d more lines left out, from %d addresses, most of them from %s",
            kind,
            left_out,
            len(minute.peers),
            busiest or "unknown",
            extra=ecs.event("flood", fields),
        )


def _on_the_loop(seconds: float, act: Callable[[], None]) -> object:
    # An empty context: the line with the count is about no single request.
    return asyncio.get_running_loop().call_later(seconds, act, context=Context())
