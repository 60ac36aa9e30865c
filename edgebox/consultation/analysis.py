"""The detailed analysis: one schema-constrained generation per consultation.

A transcript that does not fit the model's context is analysed in overlapping parts, and the parts'
analyses are merged by a last pass. No part of the transcript is left out.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from edgebox.consultation.answers import grammar, parsed, with_pattern
from edgebox.consultation.budget import parts
from edgebox.consultation.content import has_content
from edgebox.consultation.dated import with_dates
from edgebox.consultation.grounding import Figures
from edgebox.consultation.prompts import (
    ANALYSIS_SCHEMA,
    analysis_messages,
    example_texts,
    merge_messages,
)
from edgebox.consultation.quotes import filled
from edgebox.engine_client import (
    BACKGROUND_PRIORITY,
    WANTED_PRIORITY,
    Completion,
    EngineClient,
    TokenCount,
)
from edgebox.errors import EngineFault, EngineRefused, where
from edgebox.reading.call import Call, Utterance, read, render
from edgebox.scoring.quality import Quality, Scorer
from edgebox.scoring.types import Analysis

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from edgebox.engine_client import Messages
    from edgebox.settings import Settings

log = logging.getLogger("edgebox.consultation")

MEASURED_CHARACTERS = 20_000
"""Of a long transcript, counted to learn how many of its characters a prompt can hold."""

KEPT_SHARE = 0.9
"""Share of the context that a transcript may fill: parts differ from the measured beginning."""

OVERLAP = 0.08
"""Of a part, repeated from the previous part: a question and its answer stay together."""

PATIENCE = 60.0
"""Seconds for a token count: on a saturated box it may take a while, and a timeout would count as
a death of the engine."""

RETRY_TEMPERATURE = 0.4
"""A greedy model would repeat an answer that was not valid; a warmer one may not."""


class AnalysisInvalid(EngineFault):
    """The model twice gave an answer that is no valid analysis."""


@dataclass(frozen=True, slots=True)
class AnalysisOutcome:
    """An analysis with its score and its cost."""

    analysis: Analysis
    quality: Quality
    processing_time: float
    model: str
    parts: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class NothingToAnalyse:
    """A call without content.

    Attributes:
        processing_time: seconds.
    """

    processing_time: float


class _Form(TypedDict, total=False):
    json_schema: dict[str, Any]
    grammar: str


@dataclass(frozen=True, slots=True)
class _Hold:
    """What an answer is held to, and the call's numbers, if the answer is held to them."""

    options: _Form
    figures: Figures | None = None


_PLAIN = _Hold({"json_schema": ANALYSIS_SCHEMA})


@dataclass(slots=True)
class _Cost:
    """What one analysis takes of the engine.

    Attributes:
        priority: the engine's, of each request.
    """

    priority: int
    model: str = ""
    prompt: int = 0
    cached: int = 0
    completion: int = 0

    def add(self, answer: Completion) -> None:
        self.model = answer.model
        self.prompt += answer.prompt_tokens
        self.cached += answer.cached_tokens
        self.completion += answer.completion_tokens


@dataclass(slots=True)
class Analyst:
    """Analyses transcripts with the mid model.

    Attributes:
        client: the engine.
        settings: token limits, and the model's context if another server does not tell it.
        clock: monotonic seconds.
    """

    client: EngineClient
    settings: Settings
    clock: Callable[[], float] = time.monotonic
    _examples: tuple[str, ...] = field(default_factory=example_texts)

    async def analyse(
        self, transcript: str, call_date: date | None = None, *, wanted: bool = False
    ) -> AnalysisOutcome | NothingToAnalyse:
        """Analyse one consultation. No model is asked if nothing was said in it.

        Args:
            transcript: as received.
            call_date: the day of the call, if it is known.
            wanted: somebody waits for it.

        Raises:
            EngineUnavailable: the engine does not answer, or died (EngineDied). Try again later.
            EngineRefused: no retry can help.
            AnalysisInvalid: the model's answers were not valid.
        """
        started = self.clock()
        cost = _Cost(WANTED_PRIORITY if wanted else BACKGROUND_PRIORITY)
        call = await asyncio.to_thread(read, transcript)
        if not await asyncio.to_thread(has_content, call):
            return NothingToAnalyse(round(self.clock() - started, 3))
        said = await asyncio.to_thread(with_dates, call.said, call_date)
        pieces, size = await self._pieces(said)
        hold = await asyncio.to_thread(self._hold, call.said, call_date)
        found = [await self._ask(analysis_messages(piece), hold, cost) for piece in pieces]
        analysis = await self._merge(found, size, hold, cost)
        analysis, quality = await asyncio.to_thread(self._judged, analysis, call, call_date)
        return AnalysisOutcome(
            analysis=analysis,
            quality=quality,
            processing_time=round(self.clock() - started, 3),
            model=cost.model,
            parts=len(pieces),
            prompt_tokens=cost.prompt,
            cached_tokens=cost.cached,
            completion_tokens=cost.completion,
        )

    def _judged(self, analysis: Analysis, call: Call, on: date | None) -> tuple[Analysis, Quality]:
        """Return an analysis with its quality, and its gaps filled if the settings say so."""
        scorer = Scorer(call, call_date=on, examples=self._examples)
        if self.settings.quality.quotes == "off":
            return analysis, scorer.score(analysis)
        return filled(analysis, call, scorer, on)

    async def _pieces(self, utterances: Sequence[Utterance]) -> tuple[list[str], int]:
        """Return the texts to analyse, and the characters of transcript that one prompt can hold.

        Nearly every transcript fits and costs one request to the engine.
        """
        text = render(utterances)
        counted = await self._count(text[:MEASURED_CHARACTERS])
        room = counted.context - self.settings.batch.max_tokens
        if len(text) <= MEASURED_CHARACTERS and counted.count <= KEPT_SHARE * room:
            return [text], len(text)
        if self.client.is_remote("mlm"):
            size = max(500, room - _characters(analysis_messages("")))
        else:
            empty = (await self._count("")).count
            measured = max(1, min(len(text), MEASURED_CHARACTERS))
            per_character = max(0.05, (counted.count - empty) / measured)
            size = int(KEPT_SHARE * (room - empty) / per_character)
        whole = len(text) <= size
        pieces = [text] if whole else parts(utterances, size, int(size * OVERLAP))
        return [fit for piece in pieces for fit in await self._fitting(piece)], size

    async def _fitting(self, piece: str) -> list[str]:
        """Return the piece, or its halves if it has more tokens than its length suggested."""
        if self._fits(await self._count(piece)):
            return [piece]
        utterances = (await asyncio.to_thread(read, piece)).said
        if len(utterances) < 2:
            return [piece]
        half = len(piece) // 2
        halves = parts(utterances, half, int(half * OVERLAP))
        return [fit for part in halves for fit in await self._fitting(part)]

    def _fits(self, counted: TokenCount) -> bool:
        return counted.count + self.settings.batch.max_tokens <= counted.context

    async def _count(self, text: str) -> TokenCount:
        """Count the prompt with this transcript.

        The tokenizer of another server is not known, but no model here needs more than a token a
        character of Korean.
        """
        messages = analysis_messages(text)
        counted = await self.client.tokenize("mlm", messages, timeout=PATIENCE)
        context = self.settings.engines.mlm.context_tokens
        return counted or TokenCount(_characters(messages), 0, context)

    def _hold(self, said: Sequence[Utterance], on: date | None) -> _Hold:
        """Return what each answer is held to: a part's and the merged one's to the whole call.

        Another server gets the figures only where the settings say so: llama-server does not
        understand the expression, takes any text for it, and writes all of it into its log.

        If the call's numbers cannot be made into an expression, an answer is held to its form only:
        the score finds what was not said.
        """
        if not self.client.grounds_numbers:
            return _PLAIN
        try:
            figures = Figures("\n".join(utterance.text for utterance in said), on)
            if self.client.is_remote("mlm"):
                if self.settings.engines.mlm.url_figures == "off":
                    return _Hold(_PLAIN.options, figures)
                schema = with_pattern(ANALYSIS_SCHEMA, figures.expression)
                return _Hold({"json_schema": schema}, figures)
            return _Hold({"grammar": grammar(ANALYSIS_SCHEMA, figures.expression)}, figures)
        except Exception as error:  # noqa: BLE001 - of any text that people may say
            log.warning("An analysis goes on without the call's figures: %s", where(error))
            return _PLAIN

    async def _merge(self, found: list[Analysis], size: int, hold: _Hold, cost: _Cost) -> Analysis:
        """Join the parts' analyses, in several rounds if they do not fit one prompt."""
        while len(found) > 1:
            merged: list[Analysis] = []
            for group in _groups([a.model_dump_json() for a in found], size):
                if len(group) == 1:
                    merged.append(Analysis.model_validate_json(group[0]))
                else:
                    merged.append(await self._ask(merge_messages(list(group)), hold, cost))
            found = merged
        return found[0]

    async def _ask(self, messages: Messages, hold: _Hold, cost: _Cost) -> Analysis:
        """Ask the model, once more if its answer is not valid.

        A server that refuses the figures is asked without them, and so is another server that fails
        over them. A fault of our own engine has other causes.
        """
        try:
            return await self._try(messages, hold, cost)
        except (EngineRefused, EngineFault) as error:
            ours = isinstance(error, EngineFault) and not self.client.is_remote("mlm")
            if hold.options is _PLAIN.options or ours or isinstance(error, AnalysisInvalid):
                raise
            return await self._try(messages, _PLAIN, cost)

    async def _try(self, messages: Messages, hold: _Hold, cost: _Cost) -> Analysis:
        limited = "grammar" in hold.options  # in tokens
        for temperature in (0.0, RETRY_TEMPERATURE):
            answer = await self.client.complete(
                "mlm",
                messages,
                max_tokens=self.settings.batch.max_tokens,
                temperature=temperature,
                priority=cost.priority,
                seed=1,
                retain=False,  # nobody goes on with it
                **hold.options,
            )
            cost.add(answer)
            try:
                return parsed(
                    answer.text,
                    hold.figures,
                    tokens=answer.completion_tokens if limited else None,
                    keep=temperature > 0,
                )
            except ValueError:
                continue
        raise AnalysisInvalid("The model's answer was not a valid analysis, twice.")


def _groups(texts: Sequence[str], size: int) -> list[list[str]]:
    """Group neighbours that fit one prompt together, at least two each, so that rounds end."""
    groups: list[list[str]] = []
    for text in texts:
        fits = groups and sum(map(len, groups[-1])) + len(text) <= size
        if groups and (fits or len(groups[-1]) < 2):
            groups[-1].append(text)
        else:
            groups.append([text])
    return groups


def _characters(messages: Messages) -> int:
    return sum(len(message["content"]) for message in messages)
