"""Which field of a list's objects is what was said, where none has a name that tells.

Datasets of chats have ``from`` and ``value``, bots ``sender`` and ``reply``. Such names are those
of many other things too: what stands there is speech only where the speakers say so.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from edgebox.reading.entries import is_speaker, named, speaker_of
from edgebox.reading.roles import role_of
from edgebox.reading.sides import by_another_field, by_side
from edgebox.reading.talk import in_sentences, is_talk
from edgebox.reading.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TEXTS: Final = (
    "value", "says", "said", "say", "saying", "speech", "reply", "stt", "asr", "asrtext",
    "sttresult", "asrresult", "rawtext", "originaltext", "말", "말씀", "멘트", "대사",
    "sent", "cont", "ctnt", "음성인식결과",
)  # fmt: skip
"""Fields of what was said."""
_OF_MANY: Final = (
    "response", "payload", "data", "script", "result", "caption", "원문", "답변",
)  # fmt: skip
"""Those that hold it, or what is known of each side."""
_NOTES: Final = re.compile(
    r".*(?:memo|note|remark|comment|summar|descri|title|reason|purpose|intent|evaluat|opinion"
    r"|feedback|review|analy|prompt|instruct|translat|english|suggest|recommend|emotion|sentiment"
    r"|tags?|keyword|topic|label|score|history|goal|need|메모|비고|참고|요약|번역|설명|평가|의견"
    r"|action|activit|event|stat(?:e|us)|check|task|criteri|조치|활동|상태|점검|항목"
    r"|감정|의도|제목|사유|분석|추천|이력|후기|소감|특이).*"
    r"|en|eng|desc|info|detail|details"
)
"""Fields of what was written about it, or of it in another language."""
_SPEAKERS: Final = (
    "participantrole", "role", "participantpurpose", "speaker", "spk", "speakerlabel", "speakerid",
    "speakertag", "speakername", "party", "from", "who", "author", "sender", "authorname",
    "sendername", "authorid", "senderid", "화자", "발화자", "화자구분", "역할", "구분", "말한사람",
)  # fmt: skip
"""Fields that say who speaks, and are no name of a setting or of a question of a form."""
_NEARLY_ALL: Final = 0.9
_LONGEST: Final = 4
"""Fields of any name that are tried, those with most characters."""
_DEEPEST: Final = 3
_SAMPLE: Final = 50
"""Objects that tell which field the others have, too."""


def with_texts(values: Sequence[Any], *, any_name: bool) -> list[Any] | None:
    """Return a list whose objects have what was said as their ``text``; None where none has.

    Args:
        values: of a list that holds no turns by the names of its fields.
        any_name: whether the field may have any name. It then holds sentences, and the speakers
            are both sides.
    """
    path = _path(values[:_SAMPLE], any_name=any_name)
    return [_at(one, path) for one in values] if path else None


def _path(values: Sequence[Any], *, any_name: bool, depth: int = 0) -> list[str]:
    """Return the names under which objects have what was said; empty where they have none."""
    objects = [named(one) if isinstance(one, dict) else {} for one in values]
    counts = Counter(name for fields in objects for name in fields)
    shared = [name for name, count in counts.items() if count >= _NEARLY_ALL * len(objects)]
    name = _text_field(values, objects, shared)
    if name in (*_TEXTS, *_OF_MANY) or (name and any_name):
        return [name]
    for name in shared if depth < _DEEPEST else ():
        inner = [fields.get(name) for fields in objects]
        if all(isinstance(one, dict) for one in inner):
            path = _path(inner, any_name=any_name, depth=depth + 1)
            if path:
                return [name, *path]
    return []


def _at(value: Any, path: Sequence[str]) -> Any:  # noqa: ANN401 - JSON
    """Return the object under a path whose last name is that of its text, with this."""
    if not isinstance(value, dict):
        return value
    found = named(value).get(path[0])
    if len(path) > 1:
        return _at(found, path[1:])
    return {**value, "text": found} if isinstance(found, str) else value


def _text_field(
    values: Sequence[Any], objects: Sequence[dict[str, Any]], shared: Sequence[str]
) -> str:
    """Return the field of what was said; empty where none is, or where several may be."""
    for name in _TEXTS:
        if name in shared and _are_said(_turns(values, objects, name)):
            return name
    others = [name for name in shared if name not in _TEXTS and not _NOTES.fullmatch(name)]
    longest = sorted(others, key=lambda name: -_size(objects, name))[:_LONGEST]
    found = [name for name in longest if _are_sides(_turns(values, objects, name))]
    return found[0] if len(found) == 1 else ""


def _turns(values: Sequence[Any], objects: Sequence[dict[str, Any]], name: str) -> list[Turn]:
    """Return what objects say in a field, by whom; empty where it is no field of texts."""
    found = [
        (one, [Turn(_speaker(fields), text)])
        for one, fields in zip(values, objects, strict=True)
        if isinstance(text := fields.get(name), str)
    ]
    if is_speaker(name) or len(found) < _NEARLY_ALL * len(objects):
        return []
    return by_side(found) or by_another_field(found) or [turns[0] for _, turns in found]


def _speaker(fields: dict[str, Any]) -> str:
    return speaker_of({name: one for name, one in fields.items() if name in _SPEAKERS})


def _are_said(turns: Sequence[Turn]) -> bool:
    """Return whether the speakers of turns are roles, or talk, in sentences."""
    roles = set(_sides(turns)).isdisjoint({None})
    several = len({turn.text for turn in turns}) > 1 or len(turns) == 1
    return several and in_sentences(turns) and (roles or is_talk(turns))


def _are_sides(turns: Sequence[Turn]) -> bool:
    """Return whether a customer and another side take turns to say sentences, each another one."""
    sides = set(_sides(turns))
    both = "customer" in sides and len(sides - {None}) > 1 and len(sides) < len(turns)
    return both and 2 * len({turn.text for turn in turns}) > len(turns) and in_sentences(turns)


def _sides(turns: Sequence[Turn]) -> Iterator[str | None]:
    return (role_of(turn.speaker.lower()) for turn in turns)


def _size(objects: Sequence[dict[str, Any]], name: str) -> int:
    return sum(len(one) for fields in objects if isinstance(one := fields.get(name), str))
