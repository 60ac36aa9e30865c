"""The wire format, each shape spelled once: requests, results, answers, problems and paths.

Results and callbacks are typed dicts, the other shapes are models. A result is stored as JSON
and leaves the box as it was stored, without being validated or changed: a callback is signed
over its bytes, and a row of another release may lack a field or have more.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    SerializeAsAny,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict  # pydantic takes no other below Python 3.12

from edgebox.consultation.types import QualityParts  # noqa: TC001 - pydantic reads it at run time

BatchState = Literal["queued", "running", "completed", "failed"]
CallbackState = Literal["waiting", "pending", "delivered", "dead"]


class Paths:
    """The API's paths as routes; ``Paths.BATCH.format(batch_id=...)`` is one batch's."""

    QUICK_SUMMARY: Final = "/api/v1/consultation/quick-summary"
    BATCH_ANALYSIS: Final = "/api/v1/consultation/batch-analysis"
    BATCHES: Final = "/api/v1/batches"
    BATCH: Final = "/api/v1/batches/{batch_id}"
    ALIVE: Final = "/healthz"
    READY: Final = "/readyz"
    METRICS: Final = "/metrics"
    OPENAPI: Final = "/openapi.json"


# Requests ---------------------------------------------------------------------------

MAX_ID_CHARACTERS = 128
MAX_METADATA_BYTES = 16 * 1024
MAX_METADATA_DEPTH = 32

TOO_LARGE = "too_large"
"""The error type whose status is 413, not 422."""

OWN_ERRORS = frozenset({TOO_LARGE, "blank", "long", "control", "object", "deep", "unicode"})
"""Error types raised below: their messages are ours and never repeat a value."""

_NOT_UNICODE = "Holds half of a surrogate pair, which is not Unicode text."

# Tab, line feed and carriage return stay. The rest means nothing in a text, and some of it
# (NUL, escape) is dangerous somewhere further on.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_VISIBLE = re.compile("[^\\s\u200b-\u200f\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class Limits:
    """The most characters of one transcript, and the most consultations of one batch."""

    characters: int = 200_000
    consultations: int = 500


def _limits(info: ValidationInfo) -> Limits:
    return info.context if isinstance(info.context, Limits) else Limits()


def _unicode(value: str) -> str:
    """JSON can carry half a surrogate pair, and pydantic lets it pass; UTF-8 cannot."""
    if _SURROGATE.search(value):
        raise PydanticCustomError("unicode", _NOT_UNICODE)
    return value


def _identifier(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "Must not be empty.")
    if len(value) > MAX_ID_CHARACTERS:
        raise PydanticCustomError("long", f"At most {MAX_ID_CHARACTERS} characters.")
    if _CONTROL.search(value) or "\n" in value or "\r" in value or "\t" in value:
        raise PydanticCustomError("control", "Must not contain control characters.")
    return value


def _transcript(value: str, info: ValidationInfo) -> str:
    most = _limits(info).characters
    if len(value) > most:
        raise PydanticCustomError(
            TOO_LARGE, f"At most {most} characters. Split the consultation, or shorten it."
        )
    text = _CONTROL.sub("", value)
    if not _VISIBLE.search(text):
        raise PydanticCustomError("blank", "Has no text. Send what was said in the consultation.")
    return text


def _at_most(value: object, info: ValidationInfo) -> object:
    most = _limits(info).consultations
    if isinstance(value, list) and len(value) > most:
        raise PydanticCustomError(
            TOO_LARGE, f"At most {most} consultations a batch. Send several batches."
        )
    return value


def _metadata(value: object) -> dict[str, Any]:
    if value is None:
        return {}  # null means left out, as many serialisers write it
    if not isinstance(value, dict):
        raise PydanticCustomError("object", "Send an object, or leave it out.")
    if _depth(value, MAX_METADATA_DEPTH) > MAX_METADATA_DEPTH:
        raise PydanticCustomError("deep", f"At most {MAX_METADATA_DEPTH} levels of nesting.")
    try:
        size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    except UnicodeEncodeError:
        raise PydanticCustomError("unicode", _NOT_UNICODE) from None
    if size > MAX_METADATA_BYTES:
        raise PydanticCustomError("long", f"At most {MAX_METADATA_BYTES} bytes as JSON.")
    return value


def _depth(value: object, most: int) -> int:
    """Levels of nesting, counted level by level and no further than ``most`` + 1."""
    level: list[object] = [value]
    depth = 0
    while level and depth <= most:
        containers = [one for one in level if isinstance(one, dict | list)]
        if not containers:
            break
        depth += 1
        level = [
            inner
            for one in containers
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return depth


def _no_null(value: object) -> object:
    """``null`` means the default, as many serialisers write it."""
    return "normal" if value is None else value


ConsultationId = Annotated[
    str,
    AfterValidator(_unicode),
    AfterValidator(_identifier),
    Field(
        description="Yours; the same id with a longer transcript reuses what was already read.",
        json_schema_extra={"minLength": 1, "maxLength": MAX_ID_CHARACTERS},
    ),
]
Transcript = Annotated[
    str,
    AfterValidator(_unicode),
    AfterValidator(_transcript),
    Field(
        description="What was said. Control characters are removed.",
        json_schema_extra={"minLength": 1, "maxLength": Limits().characters},
    ),
]
BoundKey = Annotated[
    str | None,
    Field(description="Instead of the header X-Bound-Key.", exclude=True, repr=False),
]


class Request(BaseModel):
    """A request's body. Unknown fields are ignored: clients add their own."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class QuickSummaryRequest(Request):
    """``POST /api/v1/consultation/quick-summary``."""

    consultation_id: ConsultationId
    conversation_text: Transcript
    bound_key: BoundKey = None
    priority: Annotated[Literal["high", "normal", "low"], BeforeValidator(_no_null)] = "normal"


class ConsultationItem(Request):
    """One consultation of a batch."""

    consultation_id: ConsultationId
    conversation_text: Transcript
    metadata: Annotated[
        dict[str, Any],
        PlainValidator(_metadata, json_schema_input_type=dict[str, Any]),
        Field(description=f"Comes back unchanged; at most {MAX_METADATA_BYTES} bytes."),
    ] = Field(default_factory=dict)


class BatchAnalysisRequest(Request):
    """``POST /api/v1/consultation/batch-analysis``."""

    consultations: Annotated[
        list[ConsultationItem],
        BeforeValidator(_at_most),
        Field(min_length=1, json_schema_extra={"maxItems": Limits().consultations}),
    ]
    bound_key: BoundKey = None
    callback_url: Annotated[
        Annotated[str, AfterValidator(_unicode)] | None,
        Field(description="On this client's list of hosts. Left out: read by GET."),
    ] = None


# Results: what the worker stores, and how GET and the callback send it ----------------


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
    processing_time: Annotated[float, Field(description="Seconds")]
    model_used: str


class OfConsultation(TypedDict):
    """The client's own id and metadata, unchanged."""

    consultation_id: str
    metadata: dict[str, Any]


class Success(OfConsultation, Analysed):
    """A consultation that was analysed."""

    status: Literal["success"]


class Failure(TypedDict):
    """``code`` is for programs, ``detail`` for people; neither quotes the transcript."""

    code: str
    detail: str


class Failed(OfConsultation):
    """A consultation that could not be analysed."""

    status: Literal["failed"]
    error: Failure
    processing_time: Annotated[NotRequired[float], Field(description="Seconds, if any were spent")]


Result = Annotated[Success | Failed, Field(discriminator="status")]


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


# Answers ------------------------------------------------------------------------------


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
    status: Literal["success", "partial", "fallback"]
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
    parts: dict[str, str] | None = Field(None, description="/readyz only: each part's state")
