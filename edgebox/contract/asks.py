"""Questions about a call: what clients send, and what they get."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from edgebox.contract.answers import Answer, Problem, TokenUsage
from edgebox.contract.limits import MAX_ID_CHARACTERS
from edgebox.contract.requests import (
    BoundKey,
    Consultation,
    ConsultationId,
    Request,
    Transcript,
    only,
    or_null,
)
from edgebox.contract.texts import (
    ID_PATTERN,
    PRINTED_PATTERN,
    has_text,
    one_line,
    printed,
    unicode_text,
)

MAX_QUESTION = 2_000
MAX_HISTORY = 4
MAX_HISTORY_CHARACTERS = 4_000
LEAST_DEADLINE, MOST_DEADLINE = 3, 60

Source = Literal["transcript", "general"]
AskStatus = Literal["success", "partial", "fallback", "no_evidence", "no_content", "failed"]
Rated = Literal["ask", "summary", "record"]
Rating = Literal["up", "down"]
Reason = Literal["", "wrong", "incomplete", "not_found", "unclear", "slow", "other"]


def question_text(value: str) -> str:
    """Return a question without what stands around it.

    Raises:
        PydanticCustomError: it has no text, is too long, or has control characters beside those
            that end or indent lines.
    """
    text = value.strip()
    if not has_text(text):
        raise PydanticCustomError("blank", "Has no text. Send the question.")
    if len(text) > MAX_QUESTION:
        raise PydanticCustomError("long", f"At most {MAX_QUESTION} characters.")
    if printed(text) != text:
        raise PydanticCustomError("control", "Must not contain control characters.")
    return text


_QuestionText = Annotated[
    str,
    AfterValidator(unicode_text),
    AfterValidator(question_text),
    Field(
        json_schema_extra={
            "minLength": 1,
            "maxLength": MAX_QUESTION,
            "pattern": PRINTED_PATTERN,
        }
    ),
]


class Pair(Request):
    """An earlier question about the call and its answer."""

    question: _QuestionText
    answer: Annotated[str, AfterValidator(unicode_text), AfterValidator(printed)]


def _history(pairs: list[Pair]) -> list[Pair]:
    if sum(len(pair.question) + len(pair.answer) for pair in pairs) > MAX_HISTORY_CHARACTERS:
        raise PydanticCustomError(
            "long", f"At most {MAX_HISTORY_CHARACTERS} characters in all. Send the latest only."
        )
    return pairs


def _not_both(value: object, info: ValidationInfo) -> object:
    if value is not None and info.data.get("turns") is not None:
        raise PydanticCustomError("either", "Send conversation_text or turns, not both.")
    return value


def _left_out(value: object, default: object) -> object:
    return default if value is None else value


_NULL: dict[str, Any] = {"type": "null"}


class AskRequest(Consultation):
    """``POST /api/v1/consultation/ask``."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                only("conversation_text", "string", other="turns"),
                only("turns", "array", other="conversation_text"),
                {
                    "required": ["consultation_id"],
                    "properties": {
                        "consultation_id": {"type": "string"},
                        "conversation_text": _NULL,
                        "turns": _NULL,
                    },
                },
            ]
        }
    )

    question: Annotated[_QuestionText, Field(description="About the call.")]
    consultation_id: ConsultationId | None = Field(  # type: ignore[assignment]
        default=None,
        description="Names a consultation that was handed in, where no text is sent.",
    )
    conversation_text: Annotated[Transcript | None, BeforeValidator(_not_both)] = Field(
        default=None, description="What was said. Control characters are left out when it is read."
    )
    sources: Annotated[
        list[Source] | None,
        Field(min_length=1, max_length=2, description="Default: the transcript."),
    ] = None
    history: Annotated[
        list[Pair],
        BeforeValidator(lambda value: _left_out(value, [])),
        Field(max_length=MAX_HISTORY),
        AfterValidator(_history),
    ] = Field(
        default_factory=list,
        description="Earlier questions about this call, oldest first.",
        json_schema_extra=or_null,
    )
    priority: Annotated[
        Literal["normal", "low"],
        BeforeValidator(lambda value: _left_out(value, "normal")),
        Field(description="``null``: normal.", json_schema_extra=or_null),
    ] = "normal"
    deadline: Annotated[
        float | None,
        Field(ge=LEAST_DEADLINE, le=MOST_DEADLINE, description="Seconds for the whole answer."),
    ] = None
    cache: Annotated[
        bool,
        BeforeValidator(lambda value: _left_out(value, default=True)),
        Field(
            description="Whether a known answer will do.", strict=True, json_schema_extra=or_null
        ),
    ] = True
    bound_key: BoundKey = None

    @property
    def has_text(self) -> bool:
        """Whether the call itself was sent."""
        return self.conversation_text is not None or self.turns is not None


class FeedbackRequest(Request):
    """``POST /api/v1/feedback``: what somebody says of an answer. The latest word counts."""

    what: Rated
    id: Annotated[
        str,
        AfterValidator(unicode_text),
        AfterValidator(one_line),
        Field(
            description="``ask_id`` of a question, else the ``consultation_id``.",
            json_schema_extra={
                "minLength": 1,
                "maxLength": MAX_ID_CHARACTERS,
                "pattern": ID_PATTERN,
            },
        ),
    ]
    rating: Rating
    reason: Annotated[
        Reason,
        BeforeValidator(lambda value: _left_out(value, "")),
        Field(json_schema_extra=or_null),
    ] = ""
    bound_key: BoundKey = None


class Acknowledgement(Answer):
    """What is being looked for; ``by`` is the small model, or ``template``."""

    text: str
    by: str


class AnswerText(Answer):
    """The answer in a small part of Markdown: paragraphs, ``-`` lists, ``**``, ``[n]``.

    ``by`` is the model, ``extractive`` for the call's own utterances, ``none`` without any.
    ``source`` is ``general`` if it is what the model knows: nothing bears it out.
    """

    markdown: str
    by: str
    source: Source


class Citation(Answer):
    """What ``[n]`` points at. ``start`` and ``end`` are offsets in the transcript as received."""

    n: int
    source: Literal["transcript"] = "transcript"
    utterance: int
    start: int
    end: int
    speaker: Literal["agent", "customer", "unknown", "system"]
    text: str


class UnsupportedSpan(Answer):
    """A part of the Markdown that nothing in the call bears out."""

    start: int
    end: int
    kind: Literal["number", "claim", "name"]


class Grounding(Answer):
    """The answer held against the call. ``flags`` are empty if nothing is wrong."""

    grounded: bool
    flags: list[str]
    unsupported: list[UnsupportedSpan]


class AskTiming(Answer):
    """Seconds from the arrival of the question; null if it did not happen."""

    evidence: float | None
    first: float | None = Field(description="The acknowledgement or the first text.")
    answer_first: float | None
    total: float


class ModelUsage(TokenUsage):
    """The tokens of one model, and the engine's seconds for them."""

    engine_seconds: float


class Cost(Answer):
    """What the engine's seconds cost, at the price of the box's hour."""

    amount: float
    currency: Literal["KRW"] = "KRW"


class AskAnswer(Answer):
    """The end of a question."""

    ask_id: str
    consultation_id: str | None
    status: AskStatus
    acknowledgement: Acknowledgement | None
    answer: AnswerText | None = Field(description="null if it failed")
    citations: list[Citation]
    grounding: Grounding
    cached: bool
    age_seconds: float | None = Field(description="Of an answer that was known before.")
    timing: AskTiming
    usage: dict[Literal["slm", "mlm"], ModelUsage]
    cost: Cost | None = Field(description="null unless the box's hour has a price")
    error: Problem | None


def event_schema() -> dict[str, Any]:
    """Return the description of the event stream."""
    return {
        "schema": {"type": "string"},
        "example": 'event: start\ndata: {"ask_id": "ask_…"}\n\nevent: done\ndata: {…}\n\n',
    }
