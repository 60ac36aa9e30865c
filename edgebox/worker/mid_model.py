"""The mid model as a run uses it: our engine's, or another server's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from edgebox.consultation.analysis import AnalysisOutcome, Analyst
from edgebox.engine_client import EngineClient
from edgebox.engine_client.waits import READY
from edgebox.errors import EngineBusy, EngineError, EngineOverloaded

if TYPE_CHECKING:
    from datetime import date

    from edgebox.consultation.analysis import NothingToAnalyse
    from edgebox.engine_client import Concurrency, EngineHealth
    from edgebox.settings import Settings


READING = 0.1
"""Work of a token that is read, in tokens that are written. It only makes short and long calls
comparable, so it need not be this server's."""


class OwnPlaces:
    """How many analyses our own engine is sent at once.

    Attributes:
        limit: as many as the engine found fastest when it started, or as the settings allow.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.limit = most

    def learn(self, health: EngineHealth) -> None:
        """Take what the engine says of itself."""
        if (role := health.roles.get("mlm")) is not None:
            self.limit = max(1, min(self._most, role.parallel))


class MidModel:
    """Opens a client for each run: its connections belong to the run's event loop.

    So an idle box holds no connection, and a fault in one run does not affect the next.

    Args:
        settings: the engine, or the other server.
        concurrency: learns from each analysis what the other server can take; None for our engine.

    Attributes:
        places: how many analyses at once, as it is learned of whoever answers.
    """

    def __init__(self, settings: Settings, concurrency: Concurrency | None = None) -> None:
        self._settings = settings
        self._concurrency = concurrency
        self._own = OwnPlaces(settings.analyses_at_once)
        self.places = concurrency or self._own

    async def __aenter__(self) -> Self:
        self._client = EngineClient(self._settings)
        self._analyst = Analyst(self._client, self._settings)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def ready(self) -> bool:
        """Return whether it can take an analysis now; never raises."""
        if self._client.is_remote("mlm"):
            return await self._client.ready("mlm")
        try:
            health = await self._client.health(READY)
        except EngineError:
            return False
        self._own.learn(health)
        return health.ready

    async def analyse(
        self, transcript: str, call_date: date | None, *, wanted: bool
    ) -> AnalysisOutcome | NothingToAnalyse:
        """Analyse one consultation; raises what ``Analyst.analyse`` raises."""
        places = self._concurrency
        if places is None:
            return await self._analyst.analyse(transcript, call_date, wanted=wanted)
        place = places.begin()
        try:
            outcome = await self._analyst.analyse(transcript, call_date, wanted=wanted)
        except (EngineBusy, EngineOverloaded):
            places.refused(place)
            raise
        except BaseException:
            places.dropped(place)
            raise
        places.answered(place, _work(outcome, transcript))
        return outcome


def _work(outcome: AnalysisOutcome | NothingToAnalyse, transcript: str) -> float:
    """Return what the analysis was for the server, in tokens; 0 if it was not asked.

    A server that does not count its tokens is measured by the length of the transcripts.
    """
    if not isinstance(outcome, AnalysisOutcome):
        return 0.0
    read = outcome.prompt_tokens - outcome.cached_tokens
    return outcome.completion_tokens + READING * read or float(len(transcript))
