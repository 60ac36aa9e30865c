"""Asking a running engine about the cases.

There are three passes, because speed and skill are different questions:

* ``quick``: what an agent gets on this machine, within the deadline and from shortened input;
* ``full_text``: the same prompt with the whole transcript and without a deadline;
* ``analysis``: the detailed analysis.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edgebox.consultation.analysis import AnalysisOutcome, Analyst
from edgebox.consultation.content import has_content
from edgebox.consultation.engine_monitor import EngineMonitor
from edgebox.consultation.grounding import Figures
from edgebox.consultation.prompts import example_texts, summary_messages
from edgebox.consultation.quick import FREQUENCY_PENALTY, QuickSummaries
from edgebox.consultation.quick_draft import MAX_SENTENCES
from edgebox.consultation.quick_result import NO_MODEL
from edgebox.engine_client import Completion, EngineClient
from edgebox.errors import (
    BoxNotRunning,
    EngineBusy,
    EngineError,
    EngineFault,
    EngineUnavailable,
)
from edgebox.lab.evaluation.judging import (
    judge_analysis,
    judge_failure,
    judge_no_content,
    judge_summary,
)
from edgebox.reading.call import read, render
from edgebox.reading.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgebox.lab.evaluation.cases import Case
    from edgebox.lab.evaluation.judging import Judgement
    from edgebox.lab.evaluation.totals import Pass
    from edgebox.settings import Role, Settings

ROLE_OF: dict[Pass, Role] = {"quick": "slm", "full_text": "slm", "analysis": "mlm"}

BUSY_PAUSE = 1.0
"""Seconds until an analysis is offered again to an engine whose queue is full."""


@dataclass(slots=True)
class Evaluator:
    """Asks a running engine about cases.

    Summaries are asked for one at a time: their latencies are those of a quiet box.

    Attributes:
        client: the engine.
        settings: the deadline and limits that users have.
        together: analyses in flight at a time. The time of each then holds its waiting.
        clock: monotonic seconds.
    """

    client: EngineClient
    settings: Settings
    together: int = 1
    clock: Callable[[], float] = time.monotonic
    _examples: tuple[str, ...] = field(default_factory=example_texts)
    _monitor: EngineMonitor = field(init=False)
    _summaries: QuickSummaries = field(init=False)

    def __post_init__(self) -> None:
        self._monitor = EngineMonitor(self.client)
        self._summaries = QuickSummaries(
            self.client, self._monitor, self.settings.quick, clock=self.clock
        )

    async def run(
        self,
        kind: Pass,
        cases: Sequence[Case],
        *,
        each: Callable[[Judgement], None] = lambda _: None,
    ) -> list[Judgement]:
        """Ask about every case and return the answers in the order of the cases.

        Args:
            kind: the pass.
            cases: at least one.
            each: called with every answer as it comes.

        Raises:
            BoxNotRunning: no engine answers, or it stopped meanwhile.
        """
        if not self.client.is_remote(ROLE_OF[kind]):
            try:
                health = await self.client.health()
            except EngineUnavailable as error:
                raise BoxNotRunning(error.detail) from None
            if not health.ready:
                raise BoxNotRunning(
                    "The engine is still loading its models. Try again in a minute."
                )
        room = asyncio.Semaphore(self.together if kind == "analysis" else 1)

        async def answered(case: Case) -> Judgement:
            async with room:
                answer = await self._answer(kind, case)
            each(answer)
            return answer

        tasks = [asyncio.create_task(answered(case)) for case in cases]
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, kind: Pass, case: Case) -> Judgement:
        ask = {"quick": self._quick, "full_text": self._full_text, "analysis": self._analysis}[kind]
        started = self.clock()
        try:
            return await ask(case)
        except EngineUnavailable as error:
            raise BoxNotRunning(error.detail) from None
        except EngineError as error:
            seconds, model = self.clock() - started, self.client.model_name(ROLE_OF[kind])
            return judge_failure(case, error, seconds=round(seconds, 3), model=model)

    @property
    def _grounded(self) -> bool:
        """Whether our engine holds summaries to the figures of the call."""
        return self.client.grounds_numbers and not self.client.is_remote("slm")

    async def _quick(self, case: Case) -> Judgement:
        await self._monitor.poll()
        result = await self._summaries.summarise(
            self._summaries.admit(case.transcript, call_date=case.call_date)
        )
        return judge_summary(
            case,
            result.summary,
            status=result.status,
            seconds=result.processing_time,
            model=result.model_used,
            examples=self._examples,
        )

    async def _full_text(self, case: Case) -> Judgement:
        started = self.clock()
        call = read(case.transcript)
        if not has_content(call):
            return judge_no_content(case, seconds=round(self.clock() - started, 3), model=NO_MODEL)
        text, model = "", self.client.model_name("slm")
        said = "\n".join(utterance.text for utterance in call.said)
        stream = self.client.stream(
            "slm",
            summary_messages(render(call.said)),
            max_tokens=self.settings.quick.max_tokens,
            frequency_penalty=FREQUENCY_PENALTY,
            regex=Figures(said, case.call_date).expression if self._grounded else None,
        )
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                if isinstance(piece, Completion):
                    text, model = piece.text, piece.model
                    break
                text += piece.text
                # A third sentence has begun, so the second is whole.
                if len(split_sentences(text)) > MAX_SENTENCES:
                    break
        spans = split_sentences(text)[:MAX_SENTENCES]
        if not spans:
            raise EngineFault("The model gave an empty answer.")
        return judge_summary(
            case,
            " ".join(text[: spans[-1][1]].split()),
            status="success",
            seconds=round(self.clock() - started, 3),
            model=model,
            examples=self._examples,
        )

    async def _analysis(self, case: Case) -> Judgement:
        analyst = Analyst(self.client, self.settings, self.clock)
        while True:
            try:
                outcome = await analyst.analyse(case.transcript, case.call_date)
                break
            except EngineBusy:
                await asyncio.sleep(BUSY_PAUSE)
        if not isinstance(outcome, AnalysisOutcome):
            return judge_no_content(case, seconds=outcome.processing_time, model=NO_MODEL)
        return judge_analysis(
            case,
            outcome.analysis,
            flags=outcome.quality.flags,
            score=outcome.quality.score,
            seconds=outcome.processing_time,
            model=outcome.model,
            examples=self._examples,
        )
