"""Calls in progress: what speech-to-text sends, and what it gets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from edgebox.contract.answers import Answer
from edgebox.contract.limits import MAX_ID_CHARACTERS
from edgebox.contract.requests import (
    BoundKey,
    CallbackUrl,
    CallDate,
    Metadata,
    Request,
    count_or_null,
    nothing,
    or_null,
)
from edgebox.contract.texts import ID_PATTERN, one_line, unicode_text

MAX_PARTIAL = 2_000


def _name(value: str | None, info: ValidationInfo) -> str | None:
    if value is None or value == "":
        return None
    if info.field_name == "extension" and info.data.get("operator") is not None:
        raise PydanticCustomError("either", "Send operator or extension, not both.")
    return one_line(unicode_text(value))


def _whole_number(value: object) -> object:
    """JSON knows one kind of number: 5.0 is 5."""
    if value is None:
        return 0
    whole = isinstance(value, float) and value.is_integer()
    return int(value) if whole and isinstance(value, float) else value


def _yes(value: object) -> object:
    return True if value is None else value


_Name = Annotated[
    str | None,
    AfterValidator(_name),
    Field(
        json_schema_extra={"maxLength": MAX_ID_CHARACTERS, "pattern": ID_PATTERN},
    ),
]


class LiveAppend(Request):
    """``PUT /api/v1/live/{consultation_id}``: what was said since the last one."""

    operator: Annotated[
        _Name, Field(description="The account whose screen shows the call. Left out: as before.")
    ] = None
    extension: Annotated[
        _Name, Field(description="Instead of ``operator``: that account's extension.")
    ] = None
    offset: Annotated[
        int,
        BeforeValidator(_whole_number),
        Field(
            ge=0,
            strict=True,
            description="Characters (code points) of the call before ``text``.",
            json_schema_extra=count_or_null,
        ),
    ] = 0
    text: Annotated[
        str,
        BeforeValidator(nothing),
        AfterValidator(unicode_text),
        Field(description="Whole lines, as in ``conversation_text``.", json_schema_extra=or_null),
    ] = ""
    partial: Annotated[
        str,
        BeforeValidator(nothing),
        AfterValidator(unicode_text),
        Field(
            max_length=MAX_PARTIAL,
            description="What is being recognised: shown grey, stored nowhere, replaced each time.",
            json_schema_extra=or_null,
        ),
    ] = ""
    bound_key: BoundKey = None


class LiveEnd(Request):
    """``POST /api/v1/live/{consultation_id}/end``."""

    analyse: Annotated[
        bool,
        BeforeValidator(_yes),
        Field(
            strict=True,
            description="false: the call only ends, and nothing of it is kept.",
            json_schema_extra=or_null,
        ),
    ] = True
    received: Annotated[
        Annotated[int, BeforeValidator(_whole_number), Field(ge=0, strict=True)] | None,
        Field(
            description="Characters of the whole call. If the box has not all of them: 409.",
            json_schema_extra=count_or_null,
        ),
    ] = None
    callback_url: CallbackUrl = None
    call_date: CallDate = None
    metadata: Metadata = Field(default_factory=dict)
    bound_key: BoundKey = None


class AcceptedTexts(Answer):
    """What was accepted: the text of a summary, or those fields of a record that were kept."""

    text: str | None = None
    customer: str | None = None
    agent: str | None = None
    result: str | None = None


class AcceptedRecord(Answer):
    """What somebody accepted of a consultation last: its record, or else its summary."""

    consultation_id: str
    kind: Literal["summary", "record"]
    content: AcceptedTexts
    accepted_at: str
    accepted_by: str | None = Field(description="The account; null if a program did.")


class LiveReceived(Answer):
    """What the box has of a call."""

    received: int = Field(description="Characters received: the next ``offset``.")
    watching: int = Field(description="Screens that show the call.")


class LiveEnded(Answer):
    """202: the call is on disk and is analysed at once."""

    batch_id: str | None = Field(description="null if it is not to be analysed")
    consultation_id: str
    status: Literal["queued", "ended"]
