"""What the API answers."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny

from edgebox.contract.results import (  # noqa: TC001 - pydantic reads them at run time
    BatchState,
    CallbackState,
    Result,
)


class Answer(BaseModel):
    """A JSON answer."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())


class InputUsed(Answer):
    """How much of the transcript was read."""

    characters: int
    characters_used: int
    truncated: bool


class TokenUsage(Answer):
    """The tokens of one answer; ``cached_tokens`` of the prompt had been read before."""

    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int


class QuickSummaryAnswer(Answer):
    """A quick summary. Times in seconds."""

    consultation_id: str
    summary: str
    processing_time: float
    model_used: str
    status: Literal["success", "partial", "fallback", "no_content"]
    input: InputUsed
    usage: TokenUsage


class BatchAccepted(Answer):
    """202: the rows are on disk."""

    batch_id: str
    total_consultations: int
    estimated_completion: str
    status: Literal["queued"] = "queued"


class Counts(Answer):
    """Consultations by state."""

    pending: int
    running: int
    done: int
    failed: int


class CallbackStatus(Answer):
    """``waiting`` until the batch has ended."""

    state: CallbackState
    attempts: int


class RemovedWords(Answer):
    """When retention removed the batch's transcripts and results; null while they are kept."""

    transcripts: str | None
    results: str | None


class BatchSummary(Answer):
    """A batch's present state."""

    batch_id: str
    state: BatchState
    total_consultations: int
    counts: Counts
    created_at: str
    completed_at: str | None
    estimated_completion: str | None = Field(description="null once the batch has ended")
    callback: CallbackStatus | None = Field(description="null without a callback_url")
    removed: RemovedWords | None = Field(description="null before retention removed anything")


class BatchStatus(BatchSummary):
    """A batch with the results there are so far, as the callback carries them."""

    results: SerializeAsAny[list[Result]]


class BatchPage(Answer):
    """The caller's batches, newest first."""

    batches: list[BatchSummary]
    next_cursor: str | None = Field(description="null on the last page")


class Alive(Answer):
    """``/healthz``."""

    status: Literal["ok"] = "ok"
    version: str


class Ready(Answer):
    """``/readyz`` while everything is ready; otherwise a Problem."""

    status: Literal["ready"] = "ready"
    parts: dict[str, str] = Field(description="Each part's state")


class FieldProblem(Answer):
    """One field that is wrong."""

    pointer: str
    detail: str


class Problem(Answer):
    """RFC 9457. Members without a value are left out."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldProblem] | None = None
    error: str | None = Field(None, description='401 only: "Invalid bound key"')
    expected: int | None = Field(None, description="resync only: the offset to send from")
    parts: dict[str, str] | None = Field(None, description="/readyz only: each part's state")
