"""Answers as Starlette sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from edgebox.contract.answers import InputUsed, QuickSummaryAnswer, TokenUsage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgebox.consultation.quick_result import QuickResult
    from edgebox.contract.answers import Answer


def json_response(
    answer: Answer, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return the answer as JSON with readable Hangul."""
    return Response(answer.model_dump_json(), status, headers, media_type="application/json")


def quick_answer(consultation_id: str, result: QuickResult) -> QuickSummaryAnswer:
    """Return the answer that a quick summary makes."""
    return QuickSummaryAnswer(
        consultation_id=consultation_id,
        summary=result.summary,
        processing_time=round(result.processing_time, 3),
        model_used=result.model_used,
        status=result.status,
        input=InputUsed(
            characters=result.characters,
            characters_used=result.characters_used,
            truncated=result.truncated,
        ),
        usage=TokenUsage(
            prompt_tokens=result.prompt_tokens,
            cached_tokens=result.cached_tokens,
            completion_tokens=result.completion_tokens,
        ),
    )
