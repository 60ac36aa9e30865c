"""What clients send: the fields, their limits, and what is said when they are wrong.

No message ever repeats a value: it may be a piece of a transcript.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from edgebox.errors import BodyTooLarge, InvalidFields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgebox.settings import ApiSettings

MAX_ID_CHARACTERS = 128
MAX_METADATA_BYTES = 16 * 1024
MAX_METADATA_DEPTH = 32
MAX_ERRORS = 50

TOO_LARGE = "too_large"
"""The error type whose status is 413, not 422 (contract, section 4)."""

_NOT_UNICODE = "Holds half of a surrogate pair, which is not Unicode text."

# Tab, line feed and carriage return stay. The rest means nothing in a text, and some of it
# (NUL, escape) is dangerous somewhere further on.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_VISIBLE = re.compile("[^\\s\u200b-\u200f\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a body may hold.

    Attributes:
        characters: of one transcript.
        consultations: of one batch.
    """

    characters: int = 200_000
    consultations: int = 500

    @classmethod
    def of(cls, settings: ApiSettings) -> Limits:
        """The administrator's."""
        return cls(settings.transcript_limit_characters, settings.batch_limit_consultations)


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


class _Request(BaseModel):
    """Unknown fields are ignored: clients add their own."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class QuickSummaryRequest(_Request):
    """``POST /api/v1/consultation/quick-summary``."""

    consultation_id: ConsultationId
    conversation_text: Transcript
    bound_key: BoundKey = None
    priority: Annotated[Literal["high", "normal", "low"], BeforeValidator(_no_null)] = "normal"


class ConsultationItem(_Request):
    """One consultation of a batch."""

    consultation_id: ConsultationId
    conversation_text: Transcript
    metadata: Annotated[
        dict[str, Any],
        PlainValidator(_metadata, json_schema_input_type=dict[str, Any]),
        Field(description=f"Comes back unchanged; at most {MAX_METADATA_BYTES} bytes."),
    ] = Field(default_factory=dict)


class BatchAnalysisRequest(_Request):
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


Fields = TypeVar("Fields", bound=_Request)


def read_fields(kind: type[Fields], fields: Mapping[str, Any], limits: Limits) -> Fields:
    """Check a body's fields.

    Args:
        kind: the model.
        fields: the parsed body.
        limits: the administrator's.

    Raises:
        InvalidFields: one entry per field that is wrong.
        BodyTooLarge: a transcript or the batch is over its limit.
    """
    try:
        request = kind.model_validate(fields, context=limits)
    except ValidationError as error:
        raise _refusal(error) from None
    if isinstance(request, BatchAnalysisRequest):
        _no_duplicates(request)
    return request


def _no_duplicates(request: BatchAnalysisRequest) -> None:
    first: dict[str, int] = {}
    errors = []
    for index, item in enumerate(request.consultations):
        earlier = first.setdefault(item.consultation_id, index)
        if earlier != index:
            pointer = f"/consultations/{index}/consultation_id"
            errors.append((pointer, f"The same id as /consultations/{earlier}."))
    if errors:
        raise InvalidFields(errors[:MAX_ERRORS], _over_all(errors))


def _refusal(error: ValidationError) -> InvalidFields | BodyTooLarge:
    found = error.errors(include_url=False, include_input=False)
    errors = [(_pointer(item["loc"]), _words(item)) for item in found]
    detail = _over_all(errors)
    if any(item["type"] == TOO_LARGE for item in found):
        return BodyTooLarge(detail, errors=errors[:MAX_ERRORS])
    return InvalidFields(errors[:MAX_ERRORS], detail)


def _over_all(errors: list[tuple[str, str]]) -> str:
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{errors[0][0]}: {errors[0][1]}{more}"


def _pointer(place: tuple[int | str, ...]) -> str:
    """RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)


_WORDS = {
    "missing": "Required.",
    "string_type": "Send a string.",
    "list_type": "Send an array.",
    "model_type": "Send an object.",
    "model_attributes_type": "Send an object.",
    "too_short": "Send at least one.",
    "literal_error": "Send one of: high, normal, low.",
}


def _words(item: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails, whose keys vary
    """Our own words for pydantic's error; pydantic's may quote the value."""
    kind = item["type"]
    if kind in _WORDS:
        return _WORDS[kind]
    if kind in (TOO_LARGE, "blank", "long", "control", "object", "deep", "unicode"):
        return str(item["msg"])
    return "Not valid."
