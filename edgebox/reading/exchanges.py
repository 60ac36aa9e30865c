"""Lists of which each object holds both sides: what a customer asked, and what was answered.

So the histories of chatbots are kept that passed the customer on: those of Dialogflow and Amazon
Lex, or of whoever notes a request and its response in one row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from edgebox.reading.entries import is_text, named, plain, speaker_of, timed, turns_in
from edgebox.reading.roles import role_of
from edgebox.reading.turn import Turn
from edgebox.reading.turn_lists import is_newest_first

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OF_A_PERSON: Final = ("answer", "답변", "답변내용", "상담답변")
"""Fields of what is written to a customer who wrote a question."""
_WRITTEN: Final = ("output", *_OF_A_PERSON)
"""Fields that a form may have as well."""
_ASKED: Final = (
    "request", "userrequest", "query", "queryinput", "querytext", "inputtranscript", "inputtext",
    "userinput", "usertext", "userquery", "userutterance", "usermessage", "utterance",
    "question", "input", "질문", "문의", "문의내용", "고객질문",
    "고객발화", "고객메시지", "고객입력", "사용자발화", "사용자메시지", "사용자입력", "요청",
)  # fmt: skip
_ANSWERED: Final = (
    "response", "reply", "botresponse", "botreply", "bottext", "botmessage", "botutterance",
    "botoutput", "outputtext", "fulfillmenttext", "systemresponse", "systemmessage",
    "responsemessages", "messages", "챗봇답변", "챗봇응답", "봇답변", "봇응답", "봇발화", "응답",
    *_WRITTEN,
)  # fmt: skip
_NAMES: Final = frozenset({*_ASKED, *_ANSWERED, "queryresult"})
_HEARD: Final = ("querytext", "transcript", "text")
_NO_SPEAKER: Final = ("name", "label", "user", "users", "username")
"""Fields of an exchange that say which one it is, or in whose account."""
_OFFERED: Final = re.compile(r"quickrepl.*|buttons?|suggest.*|chips")
"""Fields of what a customer may choose next."""
_NEARLY_ALL: Final = 0.9
_DEEPEST: Final = 6


def with_answers(read: Sequence[Turn], exchanges: Sequence[tuple[int, list[Turn]]]) -> list[Turn]:
    """Return the exchanges that say all that was read of a call, and more; empty where none do.

    Suggestions and frequent questions that stand beside a call do not say what it says. What an
    interface was asked and answered is no exchange where its answer is a call: of each object no
    more than one turn was read.

    Args:
        read: the turns that were found without exchanges.
        exchanges: of each list of them, how many there are, and their turns.
    """
    texts = {turn.text for turn in read}
    together = (
        sum(count for count, _ in exchanges),
        [turn for _, turns in exchanges for turn in turns],
    )
    for count, said in (*exchanges, together):
        if len(read) <= count and len(read) < len(said) and texts <= {turn.text for turn in said}:
            return said
    return []


def exchanges_in(values: Sequence[Any]) -> list[Turn]:
    """Return the turns of a list of exchanges, or of these and turns; empty where it is neither."""
    kinds = {tuple(one) for one in values if isinstance(one, dict)}
    if all(_NAMES.isdisjoint(map(plain, kind)) for kind in kinds):
        return []
    objects = [_of_dialogflow(named(one)) for one in values if isinstance(one, dict)]
    if len(objects) < len(values):
        return []
    found = [
        None if role_of(_speaker(fields).lower()) else _Exchange.of(fields) for fields in objects
    ]
    if not _are_exchanges([one for one in found if one]):
        return []
    said = [
        one.turns() if one else turns_in(fields) for one, fields in zip(found, objects, strict=True)
    ]
    if sum(map(bool, said)) < _NEARLY_ALL * len(objects):
        return []
    first = [turns[0] for turns in said if turns]
    if len(first) > 1 and all(turn.start_ms is not None for turn in first):
        said = said[::-1] if is_newest_first(first) else said
    return [turn for turns in said for turn in turns]


@dataclass(frozen=True)
class _Exchange:
    """What an object holds of both sides.

    Attributes:
        fields: of the object, by their names in small letters without signs.
        asked: the texts of the customer.
        answered: those of the other side.
        named: the field of these, or of what was asked where there are none.
    """

    fields: dict[str, Any]
    asked: list[str]
    answered: list[str]
    named: str

    @classmethod
    def of(cls, fields: dict[str, Any]) -> _Exchange | None:
        """Return the exchange of an object; None where nothing was asked or answered."""
        (question, asked), (answer, answered) = _part(fields, _ASKED), _part(fields, _ANSWERED)
        if not asked and not answered:
            return None
        return cls(fields, asked, answered, answer or question)

    def turns(self) -> list[Turn]:
        """Return what was said, the question first."""
        side = "agent" if self.named in _OF_A_PERSON else "bot"
        said = [("user", text) for text in self.asked] + [(side, text) for text in self.answered]
        return [
            timed(Turn(speaker, text, place=getattr(text, "place", None)), self.fields)
            for speaker, text in said
        ]


def _are_exchanges(found: Sequence[_Exchange]) -> bool:
    """Return whether objects hold both sides, and nobody else speaks in them.

    The short answers of a form, ``{"question": "친절했습니까?", "answer": "예"}``, are none.
    """
    asked = sum(bool(one.asked) for one in found)
    answered = sum(bool(one.answered) for one in found)
    labels = {_speaker(one.fields) for one in found}
    if not found or 2 * min(asked, answered) < len(found) or len(labels) > 1:
        return False
    written = [one for one in found if one.named in _WRITTEN]
    return 2 * sum(" " in text for one in written for text in one.answered[:1]) >= len(written)


def _speaker(fields: dict[str, Any]) -> str:
    return speaker_of({name: one for name, one in fields.items() if name not in _NO_SPEAKER})


def _of_dialogflow(fields: dict[str, Any]) -> dict[str, Any]:
    """Return an exchange in which Dialogflow tells what it heard beside what it answered."""
    response = fields.get("response")
    result = (named(response) if isinstance(response, dict) else fields).get("queryresult")
    if not isinstance(result, dict):
        return fields
    told = named(result)
    heard = next((told[name] for name in _HEARD if told.get(name)), fields.get("request"))
    answered = [one for name in ("responsemessages", "fulfillmenttext") if (one := told.get(name))]
    return fields | {"request": heard, "response": answered}


def _part(fields: dict[str, Any], names: Sequence[str]) -> tuple[str, list[str]]:
    """Return the first of some fields that says something, and its texts, each once."""
    for name in names:
        if texts := [text for text in _texts(fields.get(name), said=True) if text.strip()]:
            return name, list(dict.fromkeys(texts))
    return "", []


def _texts(value: Any, depth: int = 0, *, said: bool = False) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield the texts in a value that fields of texts hold.

    Args:
        said: whether the value is that of such a field.
    """
    if isinstance(value, str):
        if said:
            yield value
    elif depth < _DEEPEST and isinstance(value, dict):
        for name, one in named(value).items():
            if not _OFFERED.fullmatch(name):
                yield from _texts(one, depth + 1, said=is_text(name))
    elif depth < _DEEPEST and isinstance(value, list):
        for one in value:
            yield from _texts(one, depth + 1, said=said)
