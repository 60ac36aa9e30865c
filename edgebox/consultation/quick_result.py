"""A finished quick summary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["success", "partial", "fallback", "no_content"]
FallbackReason = Literal[
    "engine_down", "no_time", "no_text", "leak", "number", "language", "repetition"
]
"""The engine is away or failed; there was no time for reading or for a sentence; the model wrote
nothing that says something; it wrote what only the prompt says; a number that was never said; it
slipped into another language than the call's; it looped."""

EXTRACTIVE = "extractive"
"""The model of a fallback."""
NO_MODEL = "none"
"""The model where nothing was said."""


@dataclass(frozen=True, slots=True)
class QuickResult:
    """A finished quick summary, with what it cost and how much of the input it saw."""

    summary: str
    processing_time: float
    model_used: str
    status: Status
    characters: int
    characters_used: int
    truncated: bool
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    first_text_seconds: float | None = None  # from the arrival to the model's first text
    fallback_reason: FallbackReason | None = None
