"""What the delivery of callbacks counts."""

from __future__ import annotations

from typing import get_args

from prometheus_client import CollectorRegistry, Histogram

from edgebox.callbacks.retry import AttemptKind
from edgebox.counting import counter

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15)


class CallbackMetrics:
    """Attempts, and how long receivers take.

    Args:
        registry: where they are published; a new one that nothing reads when None.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        self._attempts = counter(
            registry,
            "edgebox_callback_attempts",
            "Attempts to deliver a callback, by outcome: delivered, retry, dead (given up), unsent "
            "(not tried: the worker stops, the database is busy, the client is disabled).",
            outcome=get_args(AttemptKind),
        )
        self._seconds = Histogram(
            "edgebox_callback_seconds",
            "Seconds from looking the receiver's name up to its answer, or to giving up.",
            buckets=SECONDS,
            registry=registry,
        )

    def sent(self, seconds: float) -> None:
        """Observe how long an attempt took."""
        self._seconds.observe(seconds)

    def ended(self, outcome: AttemptKind) -> None:
        """Count an attempt whose outcome was recorded."""
        self._attempts.labels(outcome).inc()
