"""Counts the connections that were refused, and logs who made them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from edgebox.system import ecs

if TYPE_CHECKING:
    from edgebox.api.line_limit import LineLimit
    from edgebox.api.metrics import Metrics

log = logging.getLogger("edgebox.api")


class RefusedConnections:
    """The connections that the listeners and the protocol refused or gave up.

    Args:
        metrics: counts them too.
        lines: keeps a flood of connections from being a flood of lines.
    """

    def __init__(self, metrics: Metrics, lines: LineLimit) -> None:
        self._metrics = metrics
        self._lines = lines

    def add(self, reason: str, peer: str) -> None:
        """Count one. Called on the event loop.

        Args:
            reason: one of those that the metric names.
            peer: the address of the other end.
        """
        self._metrics.connections_refused.labels(reason).inc()
        # A silent connection is what a port scan, a health check and a browser leave behind.
        level = logging.DEBUG if reason == "silent" else logging.WARNING
        kind = "silent_connections" if reason == "silent" else "refused_connections"
        if self._lines.admits(kind, peer, level):
            fields = {"event.reason": reason, "source.ip": ecs.source(peer)}
            log.log(
                level,
                "connection from %s refused: %s",
                peer or "unknown",
                reason,
                extra=ecs.event("connection_refused", fields),
            )
