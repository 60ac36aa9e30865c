"""Analyses that no model made."""

from __future__ import annotations

import dataclasses

from edgebox.consultation.analysis import AnalysisOutcome
from edgebox.scoring.quality import Quality
from edgebox.scoring.types import Analysis, Summary, Titles

OUTCOME = AnalysisOutcome(
    analysis=Analysis(
        summary=Summary(customer="카드 분실", agent="정지", result="재발급"),
        keywords=["카드"],
        titles=Titles(keyword="카드_분실", descriptive="분실 카드 정지"),
    ),
    quality=Quality(0.91, 1.0, 0.8, 1.0, ("short",), {"short": 0.95}),
    processing_time=1.8,
    model="mid-model",
    parts=1,
    prompt_tokens=10,
    cached_tokens=5,
    completion_tokens=3,
)


def with_keywords(*keywords: str) -> AnalysisOutcome:
    """Return one that differs from others by its keywords."""
    analysis = OUTCOME.analysis.model_copy(update={"keywords": list(keywords)})
    return dataclasses.replace(OUTCOME, analysis=analysis)
