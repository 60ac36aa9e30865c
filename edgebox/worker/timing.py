"""How long a run waits for what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds; tests make them small.

    Attributes:
        poll: first wait for an engine that is not ready; doubled up to ten times this.
        patience: how long a run waits for the engine before it leaves the rest to the next run.
        busy: until a consultation is offered again to an engine whose queue is full.
        busy_patience: how long one consultation is offered to a full queue before the run ends.
        grace: how long analyses in flight may take to end when the worker stops.
    """

    poll: float = 0.5
    patience: float = 60.0
    busy: float = 1.0
    busy_patience: float = 600.0
    grace: float = 10.0
