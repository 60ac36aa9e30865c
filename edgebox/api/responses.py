"""What clients get: the shapes of the contract, sections 2 to 4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgebox.consultation.quick import QuickResult


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class InputUsed(_Answer):
    """How much of the transcript was read."""

    characters: int
    characters_used: int
    truncated: bool


class TokenUsage(_Answer):
    """What it cost; ``cached_tokens`` are those of the prompt that were read before."""

    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int


class QuickSummaryAnswer(_Answer):
    """A quick summary. Times in seconds."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    consultation_id: str
    summary: str
    processing_time: float
    model_used: str
    status: Literal["success", "partial", "fallback"]
    input: InputUsed
    usage: TokenUsage

    @classmethod
    def of(cls, consultation_id: str, result: QuickResult) -> QuickSummaryAnswer:
        """From what the consultation layer made."""
        return cls(
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


class BatchAccepted(_Answer):
    """202: the rows are on disk."""

    batch_id: str
    total_consultations: int
    estimated_completion: str
    status: Literal["queued"] = "queued"


class Counts(_Answer):
    """Consultations by state."""

    pending: int
    running: int
    done: int
    failed: int


class CallbackStatus(_Answer):
    """``waiting`` until the batch has ended."""

    state: Literal["waiting", "pending", "delivered", "dead"]
    attempts: int


class RemovedWords(_Answer):
    """When retention removed the batch's words; null: they are there."""

    transcripts: str | None
    results: str | None


class BatchSummary(_Answer):
    """A batch as it stands."""

    batch_id: str
    state: Literal["queued", "running", "completed", "failed"]
    total_consultations: int
    counts: Counts
    created_at: str
    completed_at: str | None
    estimated_completion: str | None = Field(description="null once the batch has ended")
    callback: CallbackStatus | None = Field(description="null without a callback_url")
    removed: RemovedWords | None = Field(description="null before retention removed anything")


class BatchStatus(BatchSummary):
    """A batch with the results there are so far, as the callback carries them."""

    results: list[dict[str, Any]]


class BatchPage(_Answer):
    """The caller's batches, newest first."""

    batches: list[BatchSummary]
    next_cursor: str | None = Field(description="null on the last page")


class FieldProblem(_Answer):
    """One field that is wrong."""

    pointer: str
    detail: str


class Problem(_Answer):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldProblem] | None = None
    error: str | None = Field(None, description='401 only: "Invalid bound key"')


def json_response(
    answer: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer as JSON with readable Hangul."""
    return Response(answer.model_dump_json(), status, headers, media_type="application/json")
