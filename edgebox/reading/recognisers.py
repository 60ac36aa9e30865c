"""Turns from the JSON that speech-to-text products give.

Known by their shapes, not by their names: whichever product a list of objects is from, it has a
text, mostly a speaker, mostly a start. The shapes are those of Amazon Transcribe and Contact Lens,
Azure, Google, Deepgram, RTZR, CLOVA Speech, Kakao, Daglo, Speechmatics, Whisper, WhisperX, NeMo,
pyannote, OpenAI and chat histories. A document often holds the same speech several times, as words,
as sentences and as a whole: the first list with speakers that holds nearly all of it is read. What
stands beside it under other names, tags and summaries, is searched where there is no such list.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from edgebox.reading.documents import parsed, placed
from edgebox.reading.entries import (
    NEARLY_ALL,
    Turn,
    joined,
    named,
    of_list,
    of_role,
    roles_in,
    size,
    turns_in,
    word_in,
)
from edgebox.reading.normal import INVISIBLE, visible
from edgebox.reading.roles import role_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_LISTS: Final = (
    "turns", "utterances", "segments", "transcript", "recognizedphrases", "messages",
    "conversation", "dialogue", "dialog", "entries", "items", "sentences", "monologues",
    "results", "data", "phrases", "chunks", "records", "audiosegments", "transcription",
)  # fmt: skip
_CHANNELS: Final = ("channels", "tracks", "streams")
_WHOLE: Final = frozenset(["text", "transcript", "transcription", "recognized", "value", "words"])
"""Fields of an object that is a call by itself."""
_DEEPEST: Final = 8
_WORDS: Final = frozenset({"null", "true", "false"})
"""JSON that nobody says: programs write it where they have no text."""
_FEW: Final = 4
"""Objects of a list that are searched for lists of their own, though they are turns."""
_BEGINS: Final = frozenset('{["')


_KEYED: Final = re.compile(
    r"(?:\[_*\{_*[\"']|\{_*[\"'][^\"'\n{}]{1,60}(?:[\"']_*:|\Z))".replace(
        "_", f"(?:\\s|{INVISIBLE})"
    )
)
"""How JSON with quoted keys begins; no speech does, and no label in brackets."""


def damaged_at(text: str) -> int | None:
    """Return the character, from 1, at which a text that begins like JSON is cut off or damaged.

    None where it is whole, and where it begins like no JSON with quoted keys.
    """
    start, end = visible(text)
    if not _KEYED.match(text, start) or parsed(text[start:end]) is not None:
        return None
    try:
        json.loads(text[start:end], strict=False)
    except json.JSONDecodeError as error:
        return min(len(text), start + error.pos + 1)
    except (ValueError, RecursionError):  # a number of thousands of digits; nested too deeply
        return 1
    return None


def is_foreign_json(text: str) -> bool:
    """Return whether a text is JSON of no known recogniser: neither words nor turns."""
    stripped = _visible(text)
    if stripped in _WORDS:
        return True
    if (stripped[:1], stripped[-1:]) not in {("{", "}"), ("[", "]")}:
        return False
    value = parsed(stripped)
    return value is not None and _read(value) is None


def conversation_of(text: str) -> str | None:
    """Return the ``conversation_text`` of the body of a request; None where it is no such body."""
    stripped = _visible(text)
    value = parsed(stripped) if _KEYED.match(stripped) else None
    found = value.get("conversation_text") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def turns_of(text: str) -> list[Turn] | None:
    """Return the turns of a recogniser's JSON.

    Returns:
        None where the text is no JSON, or no JSON of a known shape. Empty where its shape is
        known and nothing was recognised.
    """
    start, end = visible(text)
    if text[start : start + 1] not in _BEGINS:
        return None
    value = placed(text[start:end], start)
    if value is None:
        value = parsed(text[start:end])  # nested too deeply for the places of its strings
    return None if value is None else _read(value)


def _visible(text: str) -> str:
    start, end = visible(text)
    return text[start:end]


def _read(value: Any) -> list[Turn] | None:  # noqa: ANN401 - JSON
    """Return the turns of the best list of a document."""
    roles: dict[str, str] = {}
    found = list(_lists(value, 0, roles))
    if not found:
        return None
    best = _first_whole([turns for turns in found if _told(turns)] or found)
    return _ordered([replace(one, speaker=roles.get(one.speaker, one.speaker)) for one in best])


def _first_whole(lists: list[list[Turn]]) -> list[Turn]:
    """Return the first list, of one at least, that holds nearly all that the longest one does."""
    most = max(map(size, lists))
    return next(turns for turns in lists if size(turns) >= NEARLY_ALL * most)


def _told(turns: list[Turn]) -> bool:
    """Return whether turns are of two speakers or more."""
    return len({one.speaker for one in turns}) > 1


def _lists(value: Any, depth: int, roles: dict[str, str]) -> Iterator[list[Turn]]:  # noqa: ANN401
    """Yield every list of turns, the outermost first; put what participants are in ``roles``."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        yield from _of_a_list(value, depth, roles)
    elif isinstance(value, dict):
        yield from _of_an_object(value, depth, roles)


def _of_an_object(value: dict[str, Any], depth: int, roles: dict[str, str]) -> Iterator[list[Turn]]:
    value = _with_labels(named(value))
    if (keyed := _keyed(value, depth)) is not None:
        yield keyed
        return
    for name in ("participants", "speakers"):
        roles |= roles_in(value.get(name))
    lists = [value[name] for name in _LISTS if isinstance(value.get(name), list)]
    lists += [value[name] for name in _LISTS if isinstance(value.get(name), dict)]
    channels = [value[name] for name in _CHANNELS if isinstance(value.get(name), list)]
    known = [turns for one in channels if (turns := _channels(one, depth))]
    for one in lists:
        known += _lists(one, depth + 1, roles)
    others: list[list[Turn]] = []
    for one in value.values():
        if isinstance(one, dict | list) and not any(one is inner for inner in lists):
            others += _lists(one, depth + 1, roles)
    alone = turns_in(value) if _WHOLE & value.keys() else []
    yield from known
    if not any(map(_told, known)):
        least = NEARLY_ALL * max(map(size, [*known, alone]))
        said = any(map(size, known))
        yield from (one for one in others if size(one) >= least and (_told(one) or not said))
    if alone:
        yield alone


def _with_labels(value: dict[str, Any]) -> dict[str, Any]:
    """Return an object whose words have the speakers that Amazon lists beside them, by time."""
    told, words = value.get("speakerlabels"), value.get("items")
    segments = told.get("segments") if isinstance(told, dict) else None
    if not isinstance(segments, list) or not isinstance(words, list):
        return value
    items = [one.get("items") for one in segments if isinstance(one, dict)]
    speakers = {
        str(one.get("start_time")): one.get("speaker_label")
        for part in items
        for one in (part if isinstance(part, list) else ())
        if isinstance(one, dict)
    }
    labelled = [
        {"speaker_label": speakers.get(str(one.get("start_time"))), **one}
        if isinstance(one, dict)
        else one
        for one in words
    ]
    return value | {"items": labelled}


def _keyed(value: dict[str, Any], depth: int) -> list[Turn] | None:
    """Return the turns of an object whose names are roles, or the numbers of turns."""
    if value and all(_is_number(name.strip()) for name in value):
        return next(_lists([value[name] for name in sorted(value, key=int)], depth + 1, {}), None)
    sides = [name for name, one in value.items() if isinstance(one, list) and _role(name)]
    if len(sides) < 2:
        return None
    found: list[Turn] = []
    for name in sides:
        turns = next(_lists(value[name], depth + 1, {}), [])
        found += (replace(turn, speaker=name) for turn in turns)
    return _ordered(found)


def _is_number(name: str) -> bool:
    return name.isdecimal() and len(name) < 10


def _role(name: str) -> bool:
    return role_of(name.strip().lower()) is not None


def _channels(values: list[Any], depth: int) -> list[Turn]:
    """Read one list of turns a channel, put in the order of time."""
    read = [_read_channel(one, depth) for one in values]
    speakers = [{turn.speaker for turn in turns} for turns in read if turns]
    apart = len(set().union(*speakers)) == sum(map(len, speakers)) and {""} not in speakers
    found: list[Turn] = []
    for number, turns in enumerate(read):
        label = f"channel {number}" if len(speakers) > 1 else ""
        found += (turn if apart else replace(turn, speaker=label) for turn in turns)
    return _merged(_ordered(found))


def _read_channel(value: Any, depth: int) -> list[Turn]:  # noqa: ANN401 - JSON
    words = named(value).get("items") if isinstance(value, dict) else None
    if isinstance(words, list):  # Amazon: joined with those of the other channel, by their times
        found = [word_in(one) for one in words if isinstance(one, dict)]
        return _timed([one for one in found if one is not None])
    lists = list(_lists(value, depth + 1, {}))
    return _first_whole(lists) if lists else []


def _timed(words: list[Turn]) -> list[Turn]:
    """Return words of which those without a time, the signs, have that of the word before."""
    found: list[Turn] = []
    for word in words:
        start = found[-1].start_ms if found and word.start_ms is None else word.start_ms
        found.append(replace(word, start_ms=start))
    return found


def _of_a_list(values: list[Any], depth: int, roles: dict[str, str]) -> Iterator[list[Turn]]:
    turns = _turns(values)
    if turns is not None:
        yield turns
        if len(values) > _FEW:
            return
    for one in values:
        row = turns is not None and isinstance(one, list) and of_list(one) is not None
        if isinstance(one, dict | list) and not row:
            yield from _lists(one, depth + 1, roles)


def _turns(values: list[Any]) -> list[Turn] | None:
    """Return the turns of a list; None where less than half of it are turns."""
    if not values:
        return []
    if all(isinstance(one, str) for one in values):
        return [Turn("", one, place=getattr(one, "place", None)) for one in values]
    found: list[list[Turn]] = []
    words = 0
    for one in values:
        turns = turns_in(one) if isinstance(one, dict) else []
        if not turns:
            other = of_role(one) if isinstance(one, dict) else None
            other = of_list(one) if isinstance(one, list) else other
            word = word_in(one) if other is None and isinstance(one, dict) else None
            words += word is not None
            turns = [one for one in (other, word) if one]
        found.append(turns)
    known = [turn for turns in found for turn in turns]
    if not known or sum(map(bool, found)) * 2 < len(values):
        return None
    last = found[-1]  # Google: the words of the whole call, with their speakers
    if len(last) > 1 and size(last) >= NEARLY_ALL * size(known[: -len(last)]):
        known = last
    known = _by_channel(known)
    return _ordered(joined(known) if words == len(values) else _merged(known))


def _by_channel(turns: list[Turn]) -> list[Turn]:
    """Return turns with their channels as labels where these tell them apart and labels do not."""
    labels, channels = {turn.speaker for turn in turns}, {turn.channel for turn in turns}
    if len(labels) == 1 and len(channels - {""}) > 1:
        return [replace(turn, speaker=turn.channel) for turn in turns]
    return turns


def _merged(turns: list[Turn]) -> list[Turn]:
    """Join lists of single words into turns: neighbours of one speaker."""
    if any(" " in turn.text.strip() for turn in turns) or len(turns) < 8:
        return turns
    return joined(turns)


def _ordered(turns: list[Turn]) -> list[Turn]:
    """Sort by start where every turn has one: two channels often come one after the other."""
    if any(turn.start_ms is None for turn in turns):
        return turns
    return sorted(turns, key=lambda turn: turn.start_ms or 0.0)
