"""Which field of a list's objects says the side of the call, whatever it is called."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from edgebox.reading.entries import is_speaker, named, speaker_of
from edgebox.reading.nested import lines_of
from edgebox.reading.roles import Speaker, role_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.reading.turn import Turn

_NEARLY_ALL: Final = 0.9
_NO_SPEAKER: Final = re.compile(
    r"to(?!ne|ken)|next|internal|external|.*(?:recip|receiv|target|address|listen|reply|수신)"
)
"""Fields that say to whom it was said, who speaks next, or who may see it."""
_OF_A_RECORD: Final = re.compile(
    r"(?!said|spoken|utter|sent|message|post|repl).*by(?:name|id|role|type)?"
    r"|(?:\w*?(?:assign|creat|updat|modif|edit|review|approv|own(?:er|ed)|handl|annotat|label[el]|check"
    r"|inspect|transfer|queu|rout|escalat|clos|regist|insert|delet|supervis|monitor|evaluat"
    r"|permission|access|visib|billing|담당|등록(?!자)|수정|작성(?!자)|검수|평가))\w*"
    r"|(?:agent|customer|client|counsel|operator|rep(?!ort|l)|상담|고객)\w*"
)
"""Fields about a record or about one side of the call, whoever speaks: updatedBy, agentId."""
_OF_BOTH: Final = re.compile(
    r"(?=.*(?:agent|counsel|operator|rep(?!ort)|상담))(?=.*(?:customer|client|고객|caller)).*"
    r"|(?:상담|고객)구분(?:명|코드)?"
)
"""Fields that name both sides, or tell one from the other: agentOrCustomer, 고객구분."""
_OTHER: Final[dict[Speaker, str]] = {"agent": "customer", "customer": "agent"}


_APART: Final = (
    "participantrole", "role", "speaker", "spk", "speakerlabel", "speakerid", "speakertag",
    "speakername", "diarization", "화자", "발화자", "화자구분",
)  # fmt: skip
"""Fields that tell speakers apart, though another one has the same word in every object."""
_APART_IN_CHATS: Final = ("역할", "구분", "말한사람")
"""Those that do so where the one who is logged in is the user of every object."""
_OF_A_SPEAKER: Final = re.compile(
    r".*(?:speaker|spk|sender|talker|participant|person|author|role|side|type|party|channel|who"
    r"|from|rx|tx|direction|화자|구분|역할).*"
)


def by_side(found: Sequence[tuple[Any, Sequence[Turn]]]) -> list[Turn] | None:
    """Return the turns of a list with the sides that a field of their objects tells.

    The field has words of both sides or of a customer and a bot, ``senderType: "CUSTOMER"``,
    ``event: "bot"``, or is named after one side, ``isAgent: true``. One label never has two sides,
    but one that every object has, beside a field about who speaks.

    Args:
        found: the values of a list, and the turns of each.

    Returns:
        None where labels that differ are words of roles, and where no field tells.
    """
    said = [(value, turns) for value, turns in found if turns]
    labels = {turn.speaker.lower() for _, turns in said for turn in turns}
    one_a_value = all(len(turns) == 1 for _, turns in said)
    if not one_a_value or (len(labels) > 1 and any(role_of(label) for label in labels)):
        return None
    fields = [named(value) if isinstance(value, dict) else {} for value, _ in said]
    turns = [one[0] for _, one in said]
    for name, count in Counter(name for one in fields for name in one).items():
        if count < _NEARLY_ALL * len(turns) or _NO_SPEAKER.match(name):
            continue
        of_a_record = _OF_A_RECORD.fullmatch(name) and not _OF_BOTH.fullmatch(name)
        if of_a_record and not (isinstance(fields[0].get(name), bool) or _ASKS.fullmatch(name)):
            continue
        sides = [_side(name, one.get(name)) for one in fields]
        told = [side for side in sides if side]
        if len(told) < _NEARLY_ALL * len(turns):
            continue
        roles = {role_of(one) for one in told}
        users = {
            turn.speaker
            for turn, side in zip(turns, sides, strict=True)
            if side and role_of(side) == "customer"
        }
        with_a_bot = "system" in roles and len(users) == 1  # all people may be users
        if not ({"agent", "customer"} <= roles or with_a_bot):
            continue
        one_label = len(labels) == 1 and _OF_A_SPEAKER.fullmatch(name)
        by_label = {
            ("" if one_label else turn.speaker, side)
            for turn, side in zip(turns, sides, strict=True)
            if side
        }
        if len({label for label, _ in by_label if label}) == sum(1 for one, _ in by_label if one):
            return [
                replace(turn, speaker=side or turn.speaker)
                for turn, side in zip(turns, sides, strict=True)
            ]
    return None


def by_another_field(found: Sequence[tuple[Any, Sequence[Turn]]]) -> list[Turn] | None:
    """Return the turns of a list with the labels of a field that tells speakers apart.

    Returns:
        None where their own labels do, and where no field does.
    """
    said = [(value, turns[0]) for value, turns in found if len(turns) == 1]
    labels = {turn.speaker for _, turn in said}
    if labels == {""}:
        return _by_code(said) if len(said) == len(found) else None
    if len(labels) != 1 or len(said) < sum(len(turns) for _, turns in found):
        return None
    fields = [named(value) if isinstance(value, dict) else {} for value, _ in said]
    columns = {
        name: [speaker_of({name: one.get(name)}) for one in fields]
        for name in (*_APART, *_APART_IN_CHATS)
    }
    own = any(set(columns[name]) == labels for name in _APART)  # a list of one side
    for told in columns.values():
        sides = {role_of(one.lower()) for one in told} >= {"agent", "customer"}
        if "" not in told and len(set(told)) > 1 and (sides or not own):
            return [replace(turn, speaker=one) for (_, turn), one in zip(said, told, strict=True)]
    return None


_CODE: Final = re.compile(
    r"(?:spk|speaker|talker|화자|발화자)(?:div|gbn?|se|type|tp|구분)?"
    r"(?:cd|code|gbn?|div|no|id|type|tp|구분|코드|번호)"
    r"|(?:rxtx|txrx|(?P<way>direction|inout|side|leg))(?:div|gbn?|type|tp|구분)?(?:cd|code|코드)?"
)
"""Fields of such codes; speakerEmotion and spkOverlap tell how somebody speaks."""
_MOST_CODES: Final = 4
_FEWEST_CHANGES: Final = 3
_CODES: Final = 8
"""Characters of a code, at most."""


def _by_code(said: Sequence[tuple[Any, Turn]]) -> list[Turn] | None:
    """Return turns without a speaker by the code of one: ``SPK_DIV_CD: "A"``, ``speakerGb: "01"``.

    It has two to four values, and the first two of them come again. A leg or a side may be one of
    several connections: their values take turns, and the texts have no labels.
    """
    fields = [named(value) if isinstance(value, dict) else {} for value, _ in said]
    for name in fields[0] if fields else ():
        told = [one.get(name) for one in fields]
        words = [str(one).strip() for one in told if isinstance(one, str | int)]
        counts = Counter(words)
        code = _CODE.fullmatch(name)
        if (
            code
            and len(words) == len(told)
            and 1 < len(counts) <= _MOST_CODES
            and all(0 < len(word) <= _CODES for word in counts)
            and all(count > 1 for _, count in counts.most_common(2))
            and not (code["way"] and (not _take_turns(words) or lines_of([one for _, one in said])))
        ):
            return [replace(turn, speaker=one) for (_, turn), one in zip(said, words, strict=True)]
    return None


def _take_turns(words: Sequence[str]) -> bool:
    changes = sum(before != after for before, after in pairwise(words))
    return changes >= max(_FEWEST_CHANGES, len(words) / 4)


_ZERO, _ONE = "0", "1"
_FEWEST: Final = 2


def with_zero(found: Sequence[tuple[Any, Sequence[Turn]]]) -> list[Turn]:
    """Return turns of which some are of a speaker or channel 1, and the others of 0.

    protobuf leaves out a field whose value is 0: Riva's ``speakerTag``.
    """
    turns = [turn for _, said in found for turn in said]
    counts = Counter(turn.speaker for turn in turns)
    left_out = all(
        isinstance(value, dict) and not any(map(is_speaker, value))
        for value, said in found
        if any(turn.speaker == "" for turn in said)
    )
    if counts.keys() == {"", _ONE} and min(counts.values()) >= _FEWEST and left_out:
        return [turn if turn.speaker else replace(turn, speaker=_ZERO) for turn in turns]
    return turns


_YES: Final = {
    "y": True, "n": False, "t": True, "f": False, "1": True, "0": False,
    "true": True, "false": False, "yes": True, "no": False,
}  # fmt: skip
_ASKS: Final = re.compile(r"(?:is|from)?(?P<flag>\w+?)(?:yn|flag|여부)|is(?P<side>\w+)")


def _side(name: str, value: Any) -> str:  # noqa: ANN401 - JSON
    """Return the word of a role that a field holds or is named after; empty where it is none."""
    asks = _ASKS.fullmatch(name)
    asked = (asks["flag"] or asks["side"]) if asks else ""
    if role_of(asked) in _OTHER and str(value).strip().lower() in _YES:
        name, value = asked, _YES[str(value).strip().lower()]
    if isinstance(value, bool):
        side = role_of(name.removeprefix("is").removeprefix("from"))
        if side not in _OTHER:
            return ""
        return side if value else _OTHER[side]
    word = unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else ""
    return word if word and role_of(word.lower()) else ""
