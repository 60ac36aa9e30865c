"""One object of a recogniser's JSON: what was said, by whom and when.

Names of fields are compared in small letters without signs: ``speaker_label``, ``speakerLabel`` and
``SpeakerLabel`` are one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from edgebox.reading.documents import Placed
from edgebox.reading.joining import SIGN, joined, with_pieces
from edgebox.reading.roles import role_of
from edgebox.reading.sentences import is_sentence
from edgebox.reading.starts import milliseconds, start_of, written_at
from edgebox.reading.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEXTS: Final = (
    "textedited", "predtext", "text", "msg", "content", "transcript", "utterance", "sentence",
    "message", "display", "displaytext", "itn", "lexical", "recognized", "transcription",
    "stttext", "stttxt", "plaintext", "txt",
    "내용", "발화", "발화내용", "발화문", "대화", "대화내용", "텍스트", "문장", "메시지",
    "발언", "발언내용", "대사",
    "phrase", "messagetext", "spokentext", "body", "line", "form", "sttctnt", "sttcont",
)  # fmt: skip
_WORD: Final = ("punctuatedword", "word", "text", "content")
_SPEAKERS: Final = (
    "participantrole", "role", "participantpurpose", "speaker", "spk", "speakerlabel",
    "speakerid", "speakertag", "speakername", "diarization", "segmentparticipant",
    "participantid", "participant", "party", "from", "who", "author", "sender", "users",
    "name", "label", "spkid", "spkno", "speakerno", "speakernum", "speakerindex", "talker",
    "user", "authorname", "sendername", "displayname", "nickname", "username",
    "authorid", "senderid", "personname", "participantname", "attendee", "attendeename",
    "attendeeid", "externaluserid", "화자", "발화자", "화자구분", "역할", "구분", "말한사람",
)  # fmt: skip
_CHANNELS: Final = (
    "channel", "channeltag", "channellabel", "channelid", "channelindex", "mediachannel", "ch",
    "채널",
)  # fmt: skip
_UNRANKED: Final = ("candidates", "variants")
_HYPOTHESES: Final = (
    "alternatives", "nbest", "hypotheses", *_UNRANKED,
    "alternativetranscripts", "alternativetranscriptions", "nbestlist", "nbestresults",
)  # fmt: skip
"""Fields whose lists hold one utterance several times."""
_IN_OTHER_WORDS: Final = ("translations", "translation", "translated")
"""Those that hold it in other languages: read only where nothing else is there."""
_VERSIONS: Final = frozenset([*_HYPOTHESES, *_IN_OTHER_WORDS])
_PARTS: Final = ("sentences", "elements", "parts")
_WORDS: Final = ("words", "items")
NEARLY_ALL: Final = 0.8
"""Share of what was said that a list of words may lack."""
_OF_A_SPEAKER: Final = (
    "label",
    "name",
    "username",
    "nickname",
    "displayname",
    "role",
    "id",
    "type",
    "externaluserid",
    "attendeeid",
)
_DEEPEST_LABEL: Final = 3
_BESIDE_ROLES: Final = 2
"""Fields, a time and a number, of an object whose other fields are roles."""
_NOT_IN_A_NAME: Final = re.compile(r"[\W_]+")


def named(value: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """Return the fields of an object by their names in small letters without signs.

    Those of the best of several hypotheses are its own, where it has none of that name.
    """
    found = {plain(name): one for name, one in value.items()}
    if depth > _DEEPEST_LABEL or _VERSIONS.isdisjoint(found):
        return found
    nested = {name for name, one in found.items() if isinstance(one, dict | list)}
    alone = nested <= {*_IN_OTHER_WORDS} and _first(found, _TEXTS) is None
    for name in (*_HYPOTHESES, *_IN_OTHER_WORDS) if alone else _HYPOTHESES:
        best = _best(name, found.get(name), depth + 1)
        if best is not None:
            return best | {name: one for name, one in found.items() if name not in _VERSIONS}
    return found


def plain(name: str) -> str:
    """Return the name of a field in small letters without signs."""
    return _NOT_IN_A_NAME.sub("", name).lower()


def is_text(name: str) -> bool:
    """Return whether a field of this name may hold what was said."""
    return plain(name) in _TEXTS


def is_speaker(name: str) -> bool:
    """Return whether a field of this name may say who speaks."""
    return plain(name) in (*_SPEAKERS, *_CHANNELS)


def _best(name: str, hypotheses: Any, depth: int) -> dict[str, Any] | None:  # noqa: ANN401 - JSON
    """Return the fields of the likeliest of several hypotheses; None where there is none.

    It is the first, since engines rank by more than the confidence, but where each has one and the
    list has no rank by its name.
    """
    if not isinstance(hypotheses, list) or not hypotheses:
        return None
    if isinstance(hypotheses[0], str):
        return {"text": hypotheses[0]}
    objects = [named(one, depth) for one in hypotheses if isinstance(one, dict)]
    if len(objects) < len(hypotheses):
        return objects[0] if isinstance(hypotheses[0], dict) else None
    if len({speaker_of(one) for one in objects} - {""}) > 1:
        return None  # it is a call
    sure = [one.get("confidence") for one in objects]
    numbers = [one for one in sure if isinstance(one, int | float)]
    if name not in _UNRANKED or len(numbers) < len(objects):
        return objects[0]
    return objects[numbers.index(max(numbers))]


def size(turns: Iterable[Turn]) -> int:
    """Return how many characters were said, without spaces."""
    return sum(len(turn.text) - turn.text.count(" ") for turn in turns)


def turns_in(value: dict[str, Any]) -> list[Turn]:
    """Return what one object says: one turn, or one for each speaker that its words have.

    Empty where it is no turn.
    """
    fields = named(value)
    whole = _turn(fields)
    for name in _WORDS:
        words = fields.get(name)
        if isinstance(words, list) and (found := _of_words(words)) is not None:
            own = whole.speaker if whole else speaker_of(fields)
            told = len({turn.speaker for turn in found} - {""}) > (own != "")
            if told and (whole is None or size(found) >= NEARLY_ALL * size([whole])):
                return [replace(one, interim=is_interim(fields)) for one in found]
            if whole is None and len(found) == 1:
                start = start_of(fields)
                return [replace(found[0], speaker=own, start_ms=start or found[0].start_ms)]
    return [] if whole is None else [whole]


FINAL: Final = frozenset({"final", "isfinal"})
_PARTIAL: Final = ("partial", "ispartial", "interim", "isinterim")
_KINDS: Final = ("type", "messagetype", "resulttype", "event")
_INTERIM: Final = re.compile(r"(?:partial|interim|recognizing)(?:[_-]?\w+)?", re.IGNORECASE)


def is_interim(fields: dict[str, Any]) -> bool:
    """Return whether an object is what a recogniser understood before it had heard all of it."""
    return (
        any(fields.get(name) is False for name in FINAL)
        or any(fields.get(name) is True for name in _PARTIAL)
        or any(_INTERIM.fullmatch(str(fields.get(name, ""))) for name in _KINDS)
    )


def _of_words(words: list[Any]) -> list[Turn] | None:
    """Return the turns of a list of words."""
    found = [word_in(one) for one in words if isinstance(one, dict)]
    turns = [one for one in found if one is not None]
    return joined(turns) if turns and len(turns) == len(words) else None


def word_in(value: dict[str, Any]) -> Turn | None:
    """Return a word as a turn of its own."""
    fields = named(value)
    word = _first(fields, _WORD)
    return _made(fields, word) if isinstance(word, str) else None


def of_roles(value: dict[str, Any]) -> list[Turn]:
    """Return the turns of an object like {"상담사": "네"}: a role is the name of what it says.

    Of several roles one at least says a sentence: {"agent": "김나래", "customer": "VIP"} is not.
    """
    said: dict[str, str] = {}
    others = 0
    for name, one in value.items():
        if not role_of(name.strip().lower()):
            others += 1
        elif isinstance(one, str):
            said[name] = one
        else:
            return []
        if others > _BESIDE_ROLES:
            return []
    texts = list(said.values())
    if len(said) > 1 and not any(map(is_sentence, texts)):
        return []
    fields = named(value)
    return [
        replace(_made(fields, text), speaker=name.strip())
        for name, text in said.items()
        if text.strip() or len(said) == 1
    ]


def of_list(value: list[Any]) -> Turn | None:
    """Return the turn of a list like [0.5, 2.1, "상담사", "네"]: the last text is what was said."""
    texts = [one for one in value if isinstance(one, str)]
    numbers = [one for one in value if isinstance(one, int | float) and not isinstance(one, bool)]
    if not 1 <= len(texts) <= 2 or value[-1] is not texts[-1] or len(value) > 4:
        return None
    if len(texts) + len(numbers) != len(value) or (len(texts) == 1 and not numbers):
        return None
    start = milliseconds(numbers[0], 1000) if numbers else None
    return Turn(texts[0] if len(texts) > 1 else "", texts[-1], start, place=_place(texts[-1]))


def roles_in(value: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    """Return the roles of speakers, by their labels, that a list of participants tells."""
    found: dict[str, str] = {}
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict) and not turns_in(one):
            fields = named(one)
            label = _first(fields, ("participantid", "id", "label", "speakerid", "speaker"))
            roles = [fields.get(name) for name in ("participantrole", "role", "name", "type")]
            role = next((r for r in roles if isinstance(r, str) and role_of(r.lower())), None)
            if role and isinstance(label, str | int):
                found[str(label)] = role
    return found


def _turn(fields: dict[str, Any]) -> Turn | None:
    text = _first(fields, _TEXTS)
    if isinstance(text, list):
        return _of_parts(fields, text)
    if text is None and isinstance(fields.get("words"), str):
        text = fields["words"]
    if isinstance(text, str):
        return _made(fields, text)
    for name in _PARTS:
        if isinstance(fields.get(name), list):
            return _of_parts(fields, fields[name])
    value = fields.get("value")
    final = str(fields.get("type", "")).lower() == "finalresult"
    return _made(fields, value) if final and isinstance(value, str) else None


def _of_parts(fields: dict[str, Any], parts: list[Any]) -> Turn | None:
    """Return the turn whose text is in parts: sentences, or words with the spaces between them."""
    texts = [
        text
        for part in parts
        if isinstance(part, dict)
        and isinstance(text := _first(named(part), ("text", "value", "transcript")), str)
    ]
    if not texts:
        return None
    apart = "" if any(text.isspace() for text in texts) else " "
    pieces = [texts[0], *(text if SIGN.match(text) else apart + text for text in texts[1:])]
    return with_pieces(_made(fields, ""), pieces, [_place(text) for text in texts])


def _made(fields: dict[str, Any], text: str) -> Turn:
    told = channel_of(fields)
    speaker = speaker_of(fields) or told
    turn = Turn(speaker, text, None, told, _place(text), interim=is_interim(fields))
    return timed(turn, fields)


def timed(turn: Turn, fields: dict[str, Any]) -> Turn:
    """Return a turn that was said, or written, when the fields of an object say; if they do."""
    start = start_of(fields)
    written = written_at(fields) if start is None else None
    if start is None and written is None:
        return turn
    return replace(turn, start_ms=written if start is None else start, written=start is None)


def channel_of(fields: dict[str, Any]) -> str:
    """Return the channel that the fields of an object name, also as the first of [1, 2]."""
    return next((one for name in _CHANNELS if name in fields for one in _labels(fields[name])), "")


def without_channel(value: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an object, and of its hypotheses, without those that name a channel."""
    return {name: one for name, one in named(value).items() if name not in _CHANNELS}


def _place(text: str) -> tuple[int, int] | None:
    return text.place if isinstance(text, Placed) else None


def speaker_of(fields: dict[str, Any]) -> str:
    """Return the word of a role if one of the fields has it, else the first label."""
    labels = [label for name in _SPEAKERS if name in fields for label in _labels(fields[name])]
    role = next((label for label in labels if role_of(label.lower())), None)
    return role or next(iter(labels), "")


def _labels(value: Any, depth: int = 0) -> list[str]:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict) and depth < _DEEPEST_LABEL:
        inner = named(value)
        return [one for key in _OF_A_SPEAKER for one in _labels(inner.get(key), depth + 1)]
    if isinstance(value, float) and value.is_integer():
        return [str(int(value))]  # a table with gaps has fractions in its place
    if isinstance(value, bool) or not isinstance(value, str | int):
        return []
    label = unicodedata.normalize("NFC", str(value).strip())
    return [label] if label else []


def _first(fields: dict[str, Any], names: tuple[str, ...]) -> Any:  # noqa: ANN401 - JSON
    """Return the first field that is there; an empty text only where no other is."""
    there = [fields[name] for name in names if fields.get(name) is not None]
    return next((one for one in there if one != ""), there[0] if there else None)
