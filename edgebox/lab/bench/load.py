"""The load of a search for a box's capacity: summaries through its API, analyses in its engine.

Summaries arrive at random moments whatever became of the earlier ones, as agents send them: a box
that is too slow gets a queue, and refuses.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from typing import TYPE_CHECKING

import httpx

from edgebox.consultation.prompts import ANALYSIS_SCHEMA, analysis_messages
from edgebox.contract.paths import Paths
from edgebox.engine_client import BACKGROUND_PRIORITY, EngineClient
from edgebox.errors import EngineError
from edgebox.lab.bench.calls import call
from edgebox.lab.bench.capacity import FEWEST, LONGEST, Answer, Found, RateSearch, Trial
from edgebox.lab.bench.workload import ANALYSIS_TOKENS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from edgebox.lab.bench.capacity import Outcome
    from edgebox.settings import Settings

PATIENCE = 10.0
"""Seconds after the deadline at which an unanswered request counts as failed."""
_BACKLOG_SEEDS = 700_000  # of the calls that are analysed beside the summaries


class Load:
    """Sends summaries to a running box, and analyses to its engine.

    Args:
        http: of the box's API; it signs its requests.
        settings: of the box.
        lines: of each made-up call.
        salt: different in every session, so that no call was read before.
        share: of a trial's requests that have to be good, 0 to 1.
        requests: of a trial; fewer if they would take too long to arrive.
        told: called whenever something has happened, with the trial.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        settings: Settings,
        *,
        lines: int,
        salt: int,
        share: float,
        requests: int,
        told: Callable[[Trial], None],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._http = http
        self._settings = settings
        self._deadline = settings.quick.deadline_seconds
        self._lines = lines
        self._salt = salt
        self._share = share
        self._requests = requests
        self._told = told
        self._clock = clock
        self._sent = 0

    async def search(self, found: Found, first: float, seconds: float) -> None:
        """Search for the highest rate that holds, and keep what is known in ``found``.

        Args:
            found: filled trial by trial.
            first: rate a minute to begin with.
            seconds: that the search may take. The first trial is made in any case.
        """
        began = self._clock()
        # A client's own limit of requests a minute, with room for a burst of arrivals.
        rates = RateSearch(first, 0.9 * self._settings.api.rate_per_minute)
        try:
            while rate := rates.next():
                left = seconds - (self._clock() - began) - self._deadline
                within = min(LONGEST, left) if found.trials else LONGEST
                planned = min(self._requests, int(rate * within / 60 + 1e-9))
                if planned < min(FEWEST, self._requests):
                    found.ended = "time"
                    return
                trial = Trial(rate, planned, self._share)
                found.trials.append(trial)
                await self._try(trial)
                rates.learn(rate, holds=trial.holds)
                found.held, found.missed = rates.held, rates.missed
            if found.held is None:
                found.ended = "slowest"
            else:
                found.ended = "highest" if found.missed is None else "found"
        finally:
            found.seconds = self._clock() - began

    async def _try(self, trial: Trial) -> None:
        """Send a trial's requests at random moments, whether or not earlier ones are answered."""
        lost = asyncio.Event()

        async def ask(number: int) -> None:
            trial.answers.append(await self.ask(number))
            if trial.lost:
                lost.set()
            self._told(trial)

        moment = self._clock()
        async with asyncio.TaskGroup() as tasks:
            for pause in (0.0, *_pauses(trial.planned - 1, 60 / trial.rate)):
                moment += pause
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), max(0.0, moment - self._clock()))
                if lost.is_set():
                    break
                self._sent += 1
                tasks.create_task(ask(self._sent))

    async def ask(self, number: int) -> Answer:
        """Ask for the summary of the call of this number, and return how that ended."""
        body = {
            "consultation_id": f"bench-{self._salt}-{number}",
            "conversation_text": call(number, self._lines, self._salt),
        }
        sent = self._clock()
        try:
            response = await self._http.post(
                Paths.QUICK_SUMMARY, json=body, timeout=self._deadline + PATIENCE
            )
            seconds = self._clock() - sent
            return _answer(response, seconds, self._deadline)
        except (httpx.HTTPError, ValueError, KeyError, TypeError, ZeroDivisionError):
            return Answer("failed", self._clock() - sent)

    @contextlib.asynccontextmanager
    async def batch(self, found: Found) -> AsyncIterator[None]:
        """Keep as many analyses in progress as the worker does of a batch, during the block.

        They are asked of the engine, as the worker asks. No row is written, so nothing of them is
        left when the block ends.
        """
        client = EngineClient(self._settings)
        numbers = iter(range(_BACKLOG_SEEDS, 2 * _BACKLOG_SEEDS))

        async def worker() -> None:
            for number in numbers:
                try:
                    await client.complete(
                        "mlm",
                        analysis_messages(call(number, self._lines, self._salt)),
                        max_tokens=ANALYSIS_TOKENS,
                        priority=BACKGROUND_PRIORITY,
                        json_schema=ANALYSIS_SCHEMA,
                    )
                    found.analyses += 1
                except EngineError:
                    found.failed_analyses += 1
                    await asyncio.sleep(1.0)

        workers = [asyncio.create_task(worker()) for _ in range(self._settings.analyses_at_once)]
        try:
            yield
        finally:
            for task in workers:
                task.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
            await client.aclose()


def _pauses(count: int, mean: float) -> list[float]:
    """Return the seconds between arrivals at random moments, with exactly this mean.

    They are the same in every session.
    """
    chance = random.Random(count)  # noqa: S311 - reproducible, not secret
    drawn = [chance.expovariate(1.0) for _ in range(count)]
    return [pause * mean * count / sum(drawn) for pause in drawn]


def _answer(response: httpx.Response, seconds: float, deadline: float) -> Answer:
    """Return what an answer of the API is.

    Raises:
        ValueError, KeyError, TypeError, ZeroDivisionError: it is not of the API's form.
    """
    if response.status_code in (429, 503):
        return Answer("refused", seconds)
    if response.status_code != 200:
        return Answer("failed", seconds)
    body = response.json()
    status = body["status"]
    used, usage = body["input"], body["usage"]
    outcome: Outcome = "failed"
    for known in ("success", "partial", "fallback"):
        if status == known:
            outcome = "late" if seconds > deadline else known
    return Answer(
        outcome,
        seconds,
        used["characters_used"] / used["characters"],
        usage["prompt_tokens"],
        usage["cached_tokens"],
        usage["completion_tokens"],
    )
