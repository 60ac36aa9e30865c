"""What runs are given: the model that analyses, the sending of callbacks, and how long to wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from datetime import date

    from edgebox.consultation.analysis import AnalysisOutcome, NothingToAnalyse


class Engine(Protocol):
    """The mid model, as a run uses it: opened when the run starts, closed when it ends."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...

    async def ready(self) -> bool:
        """Return whether it can take an analysis now; never raises."""

    async def analyse(
        self, transcript: str, call_date: date | None, *, wanted: bool
    ) -> AnalysisOutcome | NothingToAnalyse:
        """Analyse one consultation of a day, if that is known; sooner if it is wanted.

        Raises:
            EngineError: see the list in ``attempts.py``.
        """


class Callbacks(Protocol):
    """The sending of callbacks, as a run uses it."""

    def wake_if_due(self) -> None:
        """Have callbacks sent if one is due; called after consultations have ended."""


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
