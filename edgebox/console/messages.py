"""What a screen sends, message by message."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from edgebox.contract.asks import Reason  # noqa: TC001 - pydantic reads the annotation
from edgebox.contract.requests import ConsultationId  # noqa: TC001 - as above
from edgebox.contract.texts import one_line, unicode_text

T = TypeVar("T")

MOST_REASON = 120
"""Characters of a reason, all ASCII: a close has room for 123 bytes."""


class NotUnderstood(Exception):
    """A message is none of the protocol.

    ``reason`` is short, and never repeats what was sent.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


Text = Annotated[str, AfterValidator(unicode_text)]
AskId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Id = Annotated[str, AfterValidator(unicode_text), AfterValidator(one_line)]
Seconds = Annotated[float, Field(ge=0, le=10_000_000, allow_inf_nan=False)]
FieldName = Literal["customer", "agent", "result"]


class Hello(_Message):
    """The first message. ``operator`` is for programs: whose screen it is."""

    type: Literal["hello"]
    screen: Annotated[str, Field(max_length=200)] = ""
    operator: Annotated[Text, Field(max_length=128)] = ""


class Open(_Message):
    """Show a call: again, or one that is not the operator's own."""

    type: Literal["open"]
    consultation_id: ConsultationId


class Paste(_Message):
    """A call that this operator has as text; nobody else sees it."""

    type: Literal["paste"]
    consultation_id: ConsultationId | None = None
    text: Text


class Close(_Message):
    """Forget a pasted call."""

    type: Literal["close"]
    consultation_id: ConsultationId


class Summarise(_Message):
    """A summary now."""

    type: Literal["summarise"]
    consultation_id: ConsultationId


class Prepare(_Message):
    """A question about this call is being typed."""

    type: Literal["prepare"]
    consultation_id: ConsultationId


class Ask(_Message):
    """A question about a call. ``ask_id`` is the screen's own."""

    type: Literal["ask"]
    ask_id: AskId
    question: Text
    consultation_id: ConsultationId
    cache: bool = True


class Cancel(_Message):
    """Give a question up."""

    type: Literal["cancel"]
    ask_id: AskId


class End(_Message):
    """The end of a pasted call: keep it, and make its record."""

    type: Literal["end"]
    consultation_id: ConsultationId


class Edit(_Message):
    """A draft of the summary is being edited: it can be accepted as long as there is its call."""

    type: Literal["edit"]
    consultation_id: ConsultationId
    draft_id: Id


class Content(_Message):
    """What was accepted: the text of a summary, or the fields of a record."""

    text: Text | None = None
    customer: Text | None = None
    agent: Text | None = None
    result: Text | None = None


class Accept(_Message):
    """A draft was accepted, as it was or edited."""

    type: Literal["accept"]
    consultation_id: ConsultationId
    draft_id: Id
    content: Content
    dropped: tuple[FieldName, ...] = ()
    copied: bool = False
    seconds: Seconds = 0.0


class Feedback(_Message):
    """What the operator says of an answer or a draft."""

    type: Literal["feedback"]
    what: Literal["ask", "summary", "record"]
    id: Id
    rating: Literal["up", "down"]
    reason: Reason = ""
    comment: Annotated[Text, Field(max_length=2000)] = ""


Act = Open | Paste | Close | Summarise | Prepare | Ask | Cancel | End | Edit | Accept | Feedback

_HELLO = TypeAdapter(Hello)
_ACTS: TypeAdapter[Act] = TypeAdapter(Annotated[Act, Field(discriminator="type")])
_TYPES = frozenset(_ACTS.json_schema()["discriminator"]["mapping"])


def hello(text: str) -> Hello:
    """Return the first message.

    Raises:
        NotUnderstood: it is another one, or none.
    """
    fields, text = _object(text)
    if fields.get("type") != "hello":
        raise NotUnderstood("The first message has to be hello.")
    return _validated(_HELLO, text, "hello")


def act(text: str) -> Act:
    """Return a message after the first one.

    Raises:
        NotUnderstood: it is none of the protocol.
    """
    fields, text = _object(text)
    if not isinstance(fields.get("type"), str) or fields["type"] not in _TYPES:
        raise NotUnderstood("There is no message of this type.")
    return _validated(_ACTS, text, fields["type"])


def _object(text: str) -> tuple[dict[str, Any], str]:
    """Return a message's fields, and its text without those that are null: they are left out."""
    try:
        fields = json.loads(text)
        if not isinstance(fields, dict):
            raise NotUnderstood("A message is a JSON object.")
        given = {name: value for name, value in fields.items() if value is not None}
        return given, text if len(given) == len(fields) else json.dumps(given)
    except (ValueError, RecursionError):
        raise NotUnderstood("A message is a JSON object.") from None


def _validated(kind: TypeAdapter[T], text: str, name: str) -> T:
    try:
        return kind.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        at = ".".join(str(step) for step in first["loc"] if step != name)
        reason = f"{name}: the field {at} is not valid." if at else f"{name} is not valid."
        raise NotUnderstood(reason[:MOST_REASON]) from None
