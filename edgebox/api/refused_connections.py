"""Counts the connections that were refused, and says so in one line now and then."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgebox.api.metrics import Metrics

log = logging.getLogger("edgebox.api")

LINE_SECONDS = 10.0
"""At most one line in this time: a flood of connections must not become a flood of lines."""


class RefusedConnections:
    """The connections that the listeners and the protocol refused or gave up.

    Args:
        metrics: counts them too.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._since: Counter[str] = Counter()

    def add(self, reason: str) -> None:
        """Count one. Called on the event loop.

        Args:
            reason: one of those that the metric names.
        """
        self._metrics.connections_refused.labels(reason).inc()
        if not self._since:
            asyncio.get_running_loop().call_later(LINE_SECONDS, self._tell)
        self._since[reason] += 1

    def _tell(self) -> None:
        counts, self._since = self._since, Counter()
        # A silent connection is what a port scan, a health check and a browser leave behind.
        level = logging.DEBUG if set(counts) <= {"silent"} else logging.WARNING
        log.log(level, json.dumps({"event": "connections_refused", **counts}))
