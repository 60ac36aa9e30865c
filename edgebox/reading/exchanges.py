"""Lists of which each object holds both sides: what a customer asked, and what was answered.

So the histories of chatbots are kept that passed the customer on: those of Dialogflow and Amazon
Lex, or of whoever notes a request and its response in one row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from edgebox.reading.entries import is_text, named, speaker_of, timed
from edgebox.reading.roles import role_of
from edgebox.reading.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OF_A_PERSON: Final = ("answer", "답변", "답변내용", "상담답변")
"""Fields of what is written to a customer who wrote a question."""
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
    "output", *_OF_A_PERSON,
)  # fmt: skip
_HEARD: Final = ("querytext", "transcript", "text")
_NO_SPEAKER: Final = ("name", "label", "user", "users", "username")
"""Fields of an exchange that say which one it is, or in whose account."""
_NEARLY_ALL: Final = 0.9
_DEEPEST: Final = 6


def with_answers(read: Sequence[Turn], exchanges: Sequence[list[Turn]]) -> list[Turn]:
    """Return the exchanges that say all that was read of a call, and more; empty where none do.

    Suggestions and frequent questions that stand beside a call do not say what it says.

    Args:
        read: the turns that were found without exchanges.
        exchanges: of each list of them, the turns.
    """
    texts = {turn.text for turn in read}
    for said in (*exchanges, [turn for turns in exchanges for turn in turns]):
        if len(said) > len(read) and texts <= {turn.text for turn in said}:
            return said
    return []


def exchanges_in(values: Sequence[Any]) -> list[Turn]:
    """Return the turns of a list of exchanges; empty where it is none."""
    objects = [_of_dialogflow(named(one)) for one in values if isinstance(one, dict)]
    if not objects or len(objects) < len(values) or _are_turns(objects):
        return []
    if _is_newest_first(objects):
        objects.reverse()
    found = [(_part(one, _ASKED), _part(one, _ANSWERED)) for one in objects]
    asked = sum(bool(question) for (_, question), _ in found)
    answered = sum(bool(answer) for _, (_, answer) in found)
    either = sum(bool(question or answer) for (_, question), (_, answer) in found)
    if 2 * min(asked, answered) < len(objects) or either < _NEARLY_ALL * len(objects):
        return []
    turns: list[Turn] = []
    for fields, (question, answer) in zip(objects, found, strict=True):
        said = [("user", text) for text in question[1]]
        side = "agent" if answer[0] in _OF_A_PERSON else "bot"
        said += [(side, text) for text in answer[1]]
        turns += [
            timed(Turn(side, text, place=getattr(text, "place", None)), fields)
            for side, text in said
        ]
    return turns


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


def _is_newest_first(objects: Sequence[dict[str, Any]]) -> bool:
    starts = [timed(Turn("", ""), fields).start_ms for fields in objects]
    known = [start for start in starts if start is not None]
    return len(known) == len(objects) and known[0] > known[-1] and known == sorted(known)[::-1]


def _are_turns(objects: Sequence[dict[str, Any]]) -> bool:
    """Return whether objects say who speaks in each: roles, or labels that differ."""
    labels = {
        speaker_of({name: one for name, one in fields.items() if name not in _NO_SPEAKER})
        for fields in objects
    }
    return len(labels) > 1 or any(role_of(label.lower()) for label in labels)


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
        for name, one in value.items():
            yield from _texts(one, depth + 1, said=is_text(name))
    elif depth < _DEEPEST and isinstance(value, list):
        for one in value:
            yield from _texts(one, depth + 1, said=said)
