"""Results: what the worker stores, and how GET and the callback send it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict, TypeIs  # pydantic takes no other below Python 3.12

from edgebox.scoring.types import Evidence, QualityParts  # noqa: TC001 - pydantic reads them

BatchState = Literal["queued", "running", "completed", "failed"]
CallbackState = Literal["waiting", "pending", "delivered", "dead"]


class SummaryLines(TypedDict):
    """One line each: the customer's request, the agent's action, how the call ended."""

    customer: str
    agent: str
    result: str


class TitlePair(TypedDict):
    """A title made of keywords joined by ``_``, and one a person would write."""

    keyword: str
    descriptive: str


class Analysed(TypedDict):
    """An analysis as the worker stores it; empty once retention has removed it."""

    summary: SummaryLines
    keywords: list[str]
    titles: TitlePair
    quality_score: Annotated[float, Field(description="0 to 1, computed from the transcript")]
    quality: QualityParts
    evidence: Annotated[
        NotRequired[Evidence],
        Field(
            description="What bears out each statement of the summary, computed; results stored by "
            "an older release do not have it"
        ),
    ]
    processing_time: Annotated[float, Field(description="Seconds")]
    model_used: str


class OfConsultation(TypedDict):
    """The client's own id and metadata, unchanged."""

    consultation_id: str
    metadata: dict[str, Any]


class Success(OfConsultation, Analysed):
    """A consultation that was analysed."""

    status: Literal["success"]


class NothingSaid(TypedDict):
    """What the worker stores of a call without content."""

    status: Literal["no_content"]
    processing_time: Annotated[float, Field(description="Seconds")]


class NoContent(OfConsultation, NothingSaid):
    """A call in which nothing was said: no model was asked, and nothing is invented."""


class Failure(TypedDict):
    """``code`` is for programs, ``detail`` for people; neither quotes the transcript."""

    code: str
    detail: str


class Failed(OfConsultation):
    """A consultation that could not be analysed."""

    status: Literal["failed"]
    error: Failure
    processing_time: Annotated[NotRequired[float], Field(description="Seconds, if any were spent")]


Result = Annotated[Success | NoContent | Failed, Field(discriminator="status")]


class CallbackBody(TypedDict):
    """``POST callback_url``, once every consultation of the batch has ended."""

    batch_id: str
    results: list[Result]
    total_processing_time: float
    completed_at: str


def success(consultation_id: str, analysed: Analysed, metadata: dict[str, Any]) -> Success:
    """The result of an analysed consultation, in the order in which its fields are sent."""
    return {
        "consultation_id": consultation_id,
        **analysed,
        "status": "success",
        "metadata": metadata,
    }


def is_no_content(stored: Analysed | NothingSaid) -> TypeIs[NothingSaid]:
    """Return whether a stored result is that of a call without content."""
    return stored.get("status") == "no_content"


def no_content(consultation_id: str, stored: NothingSaid, metadata: dict[str, Any]) -> NoContent:
    """The result of a call without content, in the order in which its fields are sent."""
    return {"consultation_id": consultation_id, **stored, "metadata": metadata}


def failed(
    consultation_id: str,
    error: Failure,
    processing_time: float | None,
    metadata: dict[str, Any],
) -> Failed:
    """The result of a failed consultation, in the order in which its fields are sent."""
    if processing_time is None:
        return {
            "consultation_id": consultation_id,
            "status": "failed",
            "error": error,
            "metadata": metadata,
        }
    return {
        "consultation_id": consultation_id,
        "status": "failed",
        "error": error,
        "processing_time": processing_time,
        "metadata": metadata,
    }
