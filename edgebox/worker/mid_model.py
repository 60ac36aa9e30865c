"""The engine's mid model as a run uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from edgebox.consultation.analysis import Analyst
from edgebox.engine_client import EngineClient

if TYPE_CHECKING:
    from datetime import date

    from edgebox.consultation.analysis import AnalysisOutcome, NothingToAnalyse
    from edgebox.settings import Settings


class MidModel:
    """Opens a client for each run: its connections belong to the run's event loop.

    So an idle box holds no connection, and a fault in one run does not affect the next.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def __aenter__(self) -> Self:
        self._client = EngineClient(self._settings)
        self._analyst = Analyst(self._client, self._settings)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def ready(self) -> bool:
        """Return whether it can take an analysis now; never raises."""
        return await self._client.ready("mlm")

    async def analyse(
        self, transcript: str, call_date: date | None, *, wanted: bool
    ) -> AnalysisOutcome | NothingToAnalyse:
        """Analyse one consultation; raises what ``Analyst.analyse`` raises."""
        return await self._analyst.analyse(transcript, call_date, wanted=wanted)
