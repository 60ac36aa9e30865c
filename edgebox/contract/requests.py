"""What clients send."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from edgebox.contract.limits import (
    MAX_ID_CHARACTERS,
    MAX_METADATA_BYTES,
    MAX_METADATA_DEPTH,
    MAX_URL_CHARACTERS,
)
from edgebox.contract.texts import (
    BLANK,
    GARBLED,
    ID_PATTERN,
    NOT_UNICODE,
    TOO_LARGE,
    Limits,
    has_text,
    limits_of,
    one_line,
    printed,
    transcript_text,
    unicode_text,
)
from edgebox.reading.garbled import is_garbled
from edgebox.system.times import local_date

OWN_ERRORS = frozenset(
    {
        TOO_LARGE,
        "blank",
        "long",
        "control",
        "object",
        "deep",
        "unicode",
        "json",
        "garbled",
        "either",
        "call_date",
    }
)
"""Error types raised here and in `texts`: their messages are ours and never repeat a value."""

MISSING_TEXT = "missing_text"
"""The error type of a consultation with neither ``conversation_text`` nor ``turns``."""


def _transcript(value: str, info: ValidationInfo) -> str:
    return transcript_text(value, limits_of(info).characters)


def _at_most(value: object, info: ValidationInfo) -> object:
    most = limits_of(info).consultations
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
        raise PydanticCustomError("unicode", NOT_UNICODE) from None
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


def _call_date(value: object) -> date | None:
    if value is None:
        return None  # null means left out
    found = local_date(value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError(
            "call_date",
            "Send an RFC 3339 date or time: 2025-09-13 or 2025-09-13T14:30:00+09:00.",
        )
    return found


def _other_metadata(value: object) -> dict[str, Any]:
    """Metadata where only the call's date is read, and nothing else in it can be wrong."""
    return value if isinstance(value, dict) else {}


def _no_null(value: object) -> object:
    """``null`` means the default, as many serialisers write it."""
    return "normal" if value is None else value


def nothing(value: object) -> object:
    """Return the empty text for ``null``, which means left out."""
    return "" if value is None else value


def or_null(schema: dict[str, Any]) -> None:
    """Document a field whose ``null`` means left out."""
    schema.pop("default", None)
    if "anyOf" in schema:
        schema.update(schema.pop("anyOf")[0])
    schema["type"] = [schema["type"], "null"]
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]


ConsultationId = Annotated[
    str,
    AfterValidator(unicode_text),
    AfterValidator(one_line),
    Field(
        description="Yours; the same id with a longer transcript reuses what was already read.",
        json_schema_extra={
            "minLength": 1,
            "maxLength": MAX_ID_CHARACTERS,
            "pattern": ID_PATTERN,
        },
    ),
]
Transcript = Annotated[str, AfterValidator(unicode_text), AfterValidator(_transcript)]
BoundKey = Annotated[
    str | None,
    Field(description="Instead of the header X-Bound-Key.", exclude=True, repr=False),
]


class Request(BaseModel):
    """A request's body. Unknown fields are ignored: clients add their own."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Turn(Request):
    """One turn of a call."""

    speaker: Annotated[
        str,
        BeforeValidator(nothing),
        AfterValidator(unicode_text),
        Field(
            max_length=64,
            description="``agent``, ``customer``, or any label.",
            json_schema_extra=or_null,
        ),
    ] = ""
    text: Annotated[str, AfterValidator(unicode_text), AfterValidator(printed)]
    start_ms: Annotated[
        float | None,
        # Also as text: "Infinity" is a number to Python, and none of JSON.
        Field(
            ge=0, allow_inf_nan=False, description="Milliseconds from the beginning of the call."
        ),
    ] = None


def _turns(turns: list[Turn], info: ValidationInfo) -> list[Turn]:
    most = limits_of(info).characters
    if sum(len(turn.text) for turn in turns) > most:
        raise PydanticCustomError(
            TOO_LARGE, f"At most {most} characters. Split the consultation, or shorten it."
        )
    if not any(has_text(turn.text) for turn in turns):
        raise PydanticCustomError("blank", BLANK)
    if is_garbled("\n".join(turn.text for turn in turns)):
        raise PydanticCustomError("garbled", GARBLED)
    return turns


def _text_or_turns(value: object, info: ValidationInfo) -> object:
    """Exactly one of the two; turns that are wrong have an error of their own."""
    turns = info.data.get("turns")
    if value is None and turns is None and "turns" in info.data:
        raise PydanticCustomError(MISSING_TEXT, "Required.")
    if value is not None and turns is not None:
        raise PydanticCustomError("either", "Send conversation_text or turns, not both.")
    return value


def count_or_null(schema: dict[str, Any]) -> None:
    """Document a number from 0 on whose ``null`` means left out.

    pydantic writes its own word for the bound where a validator of ours comes before it.
    """
    or_null(schema)
    schema.pop("ge", None)
    schema["minimum"] = 0


def _text_schema(schema: dict[str, Any]) -> None:
    or_null(schema)
    schema.update(minLength=1, maxLength=Limits().characters)


def _date_schema(schema: dict[str, Any]) -> None:
    or_null(schema)
    schema["anyOf"] = [{"format": "date"}, {"format": "date-time"}]


def _url_schema(schema: dict[str, Any]) -> None:
    or_null(schema)
    schema.update(pattern="^[Hh][Tt][Tt][Pp][Ss]?://.", maxLength=MAX_URL_CHARACTERS)


CallDate = Annotated[
    date | None,
    PlainValidator(_call_date, json_schema_input_type=str),
    Field(
        description="The day of the call, an RFC 3339 date or time: with it 내일 becomes a "
        "date. Left out: that of ``metadata.call_date``.",
        json_schema_extra=_date_schema,
    ),
]
Metadata = Annotated[
    dict[str, Any],
    PlainValidator(_metadata, json_schema_input_type=dict[str, Any]),
    Field(
        description=f"Comes back unchanged; at most {MAX_METADATA_BYTES} bytes.",
        json_schema_extra=or_null,
    ),
]
CallbackUrl = Annotated[
    Annotated[str, AfterValidator(unicode_text)] | None,
    Field(
        description="On this client's list of hosts. Left out: read by GET.",
        json_schema_extra=_url_schema,
    ),
]


def only(name: str, kind: str, other: str) -> dict[str, Any]:
    """Document that ``name`` is there and ``other`` is left out."""
    properties = {name: {"type": kind}, other: {"type": "null"}}
    return {"required": [name], "properties": properties}


class Consultation(Request):
    """What was said, a text or turns, and when."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                only("conversation_text", "string", other="turns"),
                only("turns", "array", other="conversation_text"),
            ]
        }
    )

    consultation_id: ConsultationId
    turns: Annotated[
        Annotated[list[Turn], Field(min_length=1), AfterValidator(_turns)] | None,
        Field(description="Instead of ``conversation_text``.", json_schema_extra=or_null),
    ] = None
    conversation_text: Annotated[Transcript | None, BeforeValidator(_text_or_turns)] = Field(
        default=None,
        validate_default=True,
        description="What was said. Control characters are left out when it is read.",
        json_schema_extra=_text_schema,
    )
    call_date: CallDate = None
    metadata: Annotated[
        dict[str, Any],
        PlainValidator(_other_metadata, json_schema_input_type=Any),
        Field(
            description="An object. Its ``call_date`` is read where the field is left out; "
            "anything else is ignored."
        ),
    ] = Field(default_factory=dict)

    @property
    def date_of_call(self) -> date | None:
        """The day of the call, from the field or else from the metadata (`local_date`)."""
        named = self.metadata.get("call_date")
        return self.call_date or (local_date(named) if isinstance(named, str) else None)

    @property
    def transcript(self) -> str:
        """The text, or the turns as JSON: ``reading.call.read`` reads both."""
        if self.conversation_text is not None:
            return self.conversation_text
        turns = [turn.model_dump(exclude_none=True) for turn in self.turns or ()]
        return json.dumps({"turns": turns}, ensure_ascii=False)


class QuickSummaryRequest(Consultation):
    """``POST /api/v1/consultation/quick-summary``."""

    bound_key: BoundKey = None
    priority: Annotated[
        Literal["high", "normal", "low"],
        BeforeValidator(_no_null),
        Field(description="``null``: normal.", json_schema_extra=or_null),
    ] = "normal"


class ConsultationItem(Consultation):
    """One consultation of a batch."""

    metadata: Metadata = Field(default_factory=dict)


class BatchAnalysisRequest(Request):
    """``POST /api/v1/consultation/batch-analysis``."""

    consultations: Annotated[
        list[ConsultationItem],
        BeforeValidator(_at_most),
        Field(min_length=1, json_schema_extra={"maxItems": Limits().consultations}),
    ]
    bound_key: BoundKey = None
    callback_url: CallbackUrl = None
