"""The detailed analysis: one schema-constrained generation per consultation.

A transcript that does not fit the model's context is analysed in overlapping
parts and merged by a last pass; nothing of it is left out.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import ValidationError

from edgebox.consultation.budget import parts
from edgebox.consultation.prompts import (
    ANALYSIS_SCHEMA,
    analysis_messages,
    example_texts,
    merge_messages,
)
from edgebox.consultation.quality import Quality, score
from edgebox.consultation.transcript import render, split_utterances
from edgebox.consultation.types import Analysis
from edgebox.engine_client import BATCH_PRIORITY, Completion, EngineClient
from edgebox.errors import EngineFault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edgebox.engine_client import Messages
    from edgebox.settings import Settings

OVERLAP = 0.08
"""Of a part, repeated from the part before: a question and its answer stay together."""

PATIENCE = 60.0
"""Seconds for the engine's small answers: on a saturated box they may take a while, and a
timeout here would count as a death of the engine."""

RETRY_TEMPERATURE = 0.4
"""A greedy answer that was not valid would come again; a warmer one may not."""


class AnalysisInvalid(EngineFault):
    """The model gave no valid analysis, twice."""


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


@dataclass(slots=True)
class _Cost:
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
        settings: token limits and the model's context where the engine does not say.
        clock: monotonic seconds.
    """

    client: EngineClient
    settings: Settings
    clock: Callable[[], float] = time.monotonic
    _examples: tuple[str, ...] = field(default_factory=example_texts)

    async def analyse(self, transcript: str) -> AnalysisOutcome:
        """Analyse one consultation.

        Raises:
            EngineUnavailable: the engine is not there, or died (EngineDied); try again later.
            EngineRefused: it can never work.
            AnalysisInvalid: the model's answers were not valid.
        """
        started = self.clock()
        cost = _Cost()
        utterances = await asyncio.to_thread(split_utterances, transcript)
        text = render(utterances)
        size = await self._part_characters(text)
        pieces = [text] if len(text) <= size else parts(utterances, size, int(size * OVERLAP))
        pieces = [fit for piece in pieces for fit in await self._fitting(piece)]
        found = [await self._ask(analysis_messages(piece), cost) for piece in pieces]
        analysis = await self._merge(found, size, cost)
        quality = await asyncio.to_thread(score, analysis, transcript, examples=self._examples)
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

    async def _part_characters(self, text: str) -> int:
        """Characters of transcript that one prompt can hold."""
        context = await self._context()
        if self.client.is_remote("mlm"):
            # Another server: its tokenizer is unknown, and no model here needs more
            # than a token a character of Korean.
            return max(500, context - self.settings.batch.max_tokens - len(_prompt_text("")))
        empty = await self._count(analysis_messages(""))
        whole = await self._count(analysis_messages(text[:20_000]))
        per_character = max(0.05, (whole - empty) / max(1, min(len(text), 20_000)))
        # A tenth is kept back: parts differ from the measured beginning.
        return int(0.9 * (context - empty - self.settings.batch.max_tokens) / per_character)

    async def _fitting(self, piece: str) -> list[str]:
        """The piece, or its halves where it has more tokens than its length suggested."""
        context = await self._context()
        count = await self._count(analysis_messages(piece))
        utterances = split_utterances(piece)
        if count + self.settings.batch.max_tokens <= context or len(utterances) < 2:
            return [piece]
        half = len(piece) // 2
        halves = parts(utterances, half, int(half * OVERLAP))
        return [fit for part in halves for fit in await self._fitting(part)]

    async def _context(self) -> int:
        """Tokens that the mid model's context holds."""
        if not self.client.is_remote("mlm"):
            health = await self.client.health(timeout=PATIENCE)
            if "mlm" in health.roles:
                return health.roles["mlm"].context_tokens
        return self.settings.engines.mlm.context_tokens

    async def _count(self, messages: Messages) -> int:
        count = await self.client.tokenize("mlm", messages, timeout=PATIENCE)
        return count.count if count else len(_joined(messages))

    async def _merge(self, found: list[Analysis], size: int, cost: _Cost) -> Analysis:
        """Join the parts' analyses, in several rounds where they do not fit one prompt."""
        while len(found) > 1:
            merged: list[Analysis] = []
            for group in _groups([a.model_dump_json() for a in found], size):
                if len(group) == 1:
                    merged.append(Analysis.model_validate_json(group[0]))
                else:
                    merged.append(await self._ask(merge_messages(list(group)), cost))
            found = merged
        return found[0]

    async def _ask(self, messages: Messages, cost: _Cost) -> Analysis:
        for temperature in (0.0, RETRY_TEMPERATURE):
            answer = await self.client.complete(
                "mlm",
                messages,
                max_tokens=self.settings.batch.max_tokens,
                temperature=temperature,
                priority=BATCH_PRIORITY,
                json_schema=ANALYSIS_SCHEMA,
                seed=1,
            )
            cost.add(answer)
            try:
                return Analysis.model_validate_json(answer.text)
            except ValidationError:
                continue
        raise AnalysisInvalid("The model's answer was not a valid analysis, twice.")


def _groups(texts: Sequence[str], size: int) -> list[list[str]]:
    """Neighbours that fit one prompt together; always at least two, so that rounds end."""
    groups: list[list[str]] = []
    for text in texts:
        fits = groups and sum(map(len, groups[-1])) + len(text) <= size
        if groups and (fits or len(groups[-1]) < 2):
            groups[-1].append(text)
        else:
            groups.append([text])
    return groups


def _joined(messages: Messages) -> str:
    return "".join(message["content"] for message in messages)


def _prompt_text(transcript: str) -> str:
    return _joined(analysis_messages(transcript))
