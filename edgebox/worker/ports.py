"""What runs are given: the model that analyses, and the sending of callbacks."""

from __future__ import annotations

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
