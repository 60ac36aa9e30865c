"""The workloads: which requests are sent in which order, and how long each answer takes.

Every request is a function of its workload, round and index alone, so every target gets the same
requests.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pydantic import ValidationError

from edgebox.ask.prompts import TOPIC_SCHEMA, answer_messages, topic_messages
from edgebox.ask.question import Turn
from edgebox.ask.race import ACKNOWLEDGE_PRIORITY
from edgebox.consultation.prompts import ANALYSIS_SCHEMA, analysis_messages, summary_messages
from edgebox.engine_client import BACKGROUND_PRIORITY, Completion, Delta
from edgebox.errors import EngineError, UsageError
from edgebox.lab.bench.calls import call, utterances
from edgebox.lab.bench.process import Watch
from edgebox.scoring.types import Analysis

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

    from edgebox.engine_client import EngineClient, Options
    from edgebox.lab.bench.target import BenchTarget

Name = Literal["quick", "analysis", "growing", "mixed", "ask", "mixed-ask"]
NAMES: tuple[Name, ...] = ("quick", "analysis", "growing", "mixed", "ask", "mixed-ask")

QUESTION = "고객이 무엇을 요청했고 어떻게 처리하기로 했지?"
"""It can be asked about every call."""
ANSWER_TOKENS = 160
TOPIC_TOKENS = 48

SUMMARY_TOKENS = 96
ANALYSIS_TOKENS = 512
GROWS_BY = 5
GROWS_TO = 40
_COLD = 500_000  # seeds of the calls that a growing one is compared with
_WARM = 900_000  # seeds of calls that only warm a server up
_LONGEST = 600.0  # seconds for one answer


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer.

    Attributes:
        kind: "quick", "analysis", "grown" (its beginning was read before), "cold", "topic" or
            "answer" (both of one question, sent at once).
        index: of the request among those of its kind. It has the same text for all targets.
        start: seconds from the beginning of the workload to the request.
        seconds: from the request to the last character.
        first: seconds to the first character; None if there was none.
        prompt, cached, generated: tokens, as the server counts them.
        valid: False for an analysis that does not keep to the schema.
        error: why there is no answer, else empty.
    """

    kind: str
    index: int
    start: float
    seconds: float
    first: float | None
    prompt: int = 0
    cached: int = 0
    generated: int = 0
    valid: bool = True
    error: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One workload on one target, once.

    Attributes:
        wall: seconds from the first request to the last answer.
        analyses: seconds until the last analysis; 0 if there was none.
        cpu: CPU seconds of the server's processes; None if they are unknown.
        memory: bytes, the highest resident memory; None if the processes are unknown.
    """

    target: str
    workload: Name
    round: int
    samples: list[Sample]
    wall: float
    analyses: float = 0.0
    cpu: float | None = None
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class Size:
    """The size of the workloads.

    Attributes:
        quick: summaries of the quick and the mixed-ask workload, questions of the ask workload.
        analyses: analyses of the analysis and the mixed workload.
        concurrency: analyses in flight.
        salt: the same for every target, and different in every session, so that no server answers
            from the cache of an earlier session.
        rate: of the mixed workload, 60 / the mean pause in seconds before the next summary.
    """

    quick: int = 8
    analyses: int = 6
    concurrency: int = 4
    rate: float = 12.0
    salt: int = 0


@dataclass(slots=True)
class _Session:
    client: EngineClient
    began: float = field(default_factory=time.perf_counter)
    samples: list[Sample] = field(default_factory=list)

    async def summary(self, kind: str, index: int, text: str, *, grows: bool = False) -> None:
        """Ask for one summary, as the API does."""
        options: Options = {"max_tokens": SUMMARY_TOKENS, "priority": 0, "retain": grows}
        await self._ask(kind, index, self.client.stream("slm", summary_messages(text), **options))

    async def _analysis(self, index: int, text: str) -> None:
        options: Options = {
            "max_tokens": ANALYSIS_TOKENS,
            "priority": BACKGROUND_PRIORITY,
            "json_schema": ANALYSIS_SCHEMA,
        }
        stream = self.client.stream("mlm", analysis_messages(text), **options)
        await self._ask("analysis", index, stream)

    async def question(self, index: int, text: str) -> None:
        """Send both halves of a question at once, as the API does."""
        topic: Options = {
            "max_tokens": TOPIC_TOKENS,
            "priority": ACKNOWLEDGE_PRIORITY,
            "json_schema": TOPIC_SCHEMA,
        }
        answer: Options = {"max_tokens": ANSWER_TOKENS, "priority": Turn.FIRST}
        await asyncio.gather(
            self._ask("topic", index, self.client.stream("slm", topic_messages(QUESTION), **topic)),
            self._ask(
                "answer",
                index,
                self.client.stream("mlm", answer_messages(text, QUESTION), **answer),
            ),
        )

    async def _ask(self, kind: str, index: int, stream: AsyncIterator[Delta | Completion]) -> None:
        """Send one request and record it, also if it fails."""
        sent = time.perf_counter()
        first: float | None = None
        last = Completion("", "", "", 0, 0, 0)
        error = ""
        try:
            async with asyncio.timeout(_LONGEST):
                async for event in stream:
                    if isinstance(event, Completion):
                        last = event
                    elif first is None and event.text:
                        first = time.perf_counter() - sent
        except (EngineError, TimeoutError) as failure:
            error = type(failure).__name__
        self.samples.append(
            Sample(
                kind,
                index,
                sent - self.began,
                time.perf_counter() - sent,
                first,
                last.prompt_tokens,
                last.cached_tokens,
                last.completion_tokens,
                valid=bool(error) or kind != "analysis" or _is_analysis(last.text),
                error=error,
            )
        )

    async def analyses(self, numbers: range, concurrency: int, salt: int) -> None:
        """Ask for the analysis of every call of ``numbers``, ``concurrency`` at a time."""
        waiting = iter(enumerate(numbers))

        async def worker() -> None:
            for index, number in waiting:
                await self._analysis(index, call(number, salt=salt))

        await asyncio.gather(*(worker() for _ in range(concurrency)))


def named(name: str) -> Name:
    """Return a workload's name if there is one of this name.

    Raises:
        UsageError: there is none.
    """
    for known in NAMES:
        if name == known:
            return known
    raise UsageError(f"There is no workload '{name}'. There are: {', '.join(NAMES)}.")


async def warm_up(target: BenchTarget, wanted: Iterable[Name], size: Size) -> None:
    """Ask for one answer of each wanted kind in every slot, so that shared prefixes are cached."""
    client = target.client()
    session = _Session(client)
    try:
        if {"quick", "growing", "mixed", "mixed-ask"} & set(wanted):
            await session.summary("quick", 0, call(_WARM, salt=size.salt))
        if {"ask", "mixed-ask"} & set(wanted):
            await session.question(0, call(_WARM, salt=size.salt))
        if {"analysis", "mixed"} & set(wanted):
            first = _WARM + 1
            numbers = range(first, first + size.concurrency)
            await session.analyses(numbers, size.concurrency, size.salt)
    finally:
        await client.aclose()


async def run(target: BenchTarget, workload: Name, number: int, size: Size) -> Measurement:
    """Measure one workload on one target.

    Args:
        target: a server that answers.
        workload: its name.
        number: of the round. Every round asks about other calls.
        size: of the workload.
    """
    jobs: dict[Name, Callable[[_Session, int, Size], Awaitable[float]]] = {
        "quick": _quick,
        "analysis": _analysis,
        "growing": _growing,
        "mixed": _mixed,
        "ask": _asks,
        "mixed-ask": _mixed_ask,
    }
    client = target.client()
    try:
        with Watch(target.pids) as watch:
            session = _Session(client)
            analyses = await jobs[workload](session, number, size)
            wall = time.perf_counter() - session.began
    finally:
        await client.aclose()
    known = bool(target.pids)
    return Measurement(
        target.name,
        workload,
        number,
        sorted(session.samples, key=lambda sample: (sample.kind, sample.index)),
        wall,
        analyses,
        watch.cpu if known else None,
        watch.peak if known else None,
    )


def _seed(number: int, index: int = 0) -> int:
    return number * 1000 + index


async def _quick(session: _Session, number: int, size: Size) -> float:
    """Ask about distinct consultations, one after the other."""
    for index in range(size.quick):
        await session.summary("quick", index, call(_seed(number, index), salt=size.salt))
    return 0.0


async def _analysis(session: _Session, number: int, size: Size) -> float:
    """Ask about distinct consultations, ``concurrency`` at a time."""
    first = _seed(number, 500)
    numbers = range(first, first + size.analyses)
    await session.analyses(numbers, size.concurrency, size.salt)
    return time.perf_counter() - session.began


async def _growing(session: _Session, number: int, size: Size) -> float:
    """Summarise a growing call at every fifth line, beside cold calls of the same length."""
    lines = utterances(_seed(number, 900), GROWS_TO, size.salt)
    for index, length in enumerate(range(GROWS_BY, GROWS_TO + 1, GROWS_BY)):
        kind = "grown" if index else "cold"
        await session.summary(kind, index, "\n".join(lines[:length]), grows=bool(index))
        if index:
            stranger = utterances(_COLD + _seed(number, index), length, size.salt)
            await session.summary("cold", index, "\n".join(stranger))
    return 0.0


async def _mixed(session: _Session, number: int, size: Size) -> float:
    """Send the analyses of ``analysis`` beside summaries, one after the other.

    Each summary is requested some time after the previous answer, so that the analyses' effect on
    a summary is measured and not a queue of summaries. The stories are those of ``quick`` and
    ``analysis`` with other beginnings, so that no cache holds them.
    """
    other = size.salt + 1
    first = _seed(number, 500)
    backlog = asyncio.create_task(
        session.analyses(range(first, first + size.analyses), size.concurrency, other)
    )
    gaps = random.Random(number)  # noqa: S311 - the same pauses for every target
    index = 0
    while True:
        await asyncio.wait({backlog}, timeout=gaps.expovariate(size.rate / 60))
        if backlog.done():
            break
        await session.summary("quick", index, call(_seed(number, index), salt=other))
        index += 1
    await backlog
    return max(s.start + s.seconds for s in session.samples if s.kind == "analysis")


async def _asks(session: _Session, number: int, size: Size) -> float:
    """Ask about distinct consultations, one question after the other."""
    for index in range(size.quick):
        await session.question(index, call(_seed(number, 700 + index), salt=size.salt))
    return 0.0


async def _mixed_ask(session: _Session, number: int, size: Size) -> float:
    """Send the summaries of ``quick`` beside questions that never stop, one after the other."""

    async def questions() -> None:
        index = 0
        while True:
            await session.question(index, call(_seed(number, 800 + index), salt=size.salt + 1))
            index += 1

    asking = asyncio.create_task(questions())
    gaps = random.Random(number)  # noqa: S311 - the same pauses for every target
    try:
        for index in range(size.quick):
            await asyncio.sleep(gaps.expovariate(size.rate / 60))
            await session.summary("quick", index, call(_seed(number, index), salt=size.salt + 1))
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    return 0.0


def _is_analysis(text: str) -> bool:
    try:
        Analysis.model_validate_json(text)
    except ValidationError:
        return False
    return True
