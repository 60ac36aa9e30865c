"""Turns from the JSON that speech-to-text products give.

Known by their shapes, not by their names: whichever product a list of objects is from, it has a
text, mostly a speaker, mostly a start. The shapes are those of Amazon Transcribe and Contact Lens,
Azure, Google, Deepgram, RTZR, CLOVA Speech, WhisperX, pyannote, OpenAI and chat histories.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final

from edgebox.reading.normal import INVISIBLE, visible

_LISTS: Final = (
    "turns", "utterances", "segments", "Transcript", "transcript", "recognizedPhrases",
    "messages", "conversation", "dialogue", "dialog", "entries", "items", "sentences",
    "monologues", "results", "data", "phrases", "chunks", "records", "audio_segments",
    "alternatives",
)  # fmt: skip
_CHANNELS: Final = ("channels", "tracks", "streams")
_TEXTS: Final = (
    "text", "msg", "content", "transcript", "Content", "utterance", "sentence", "message",
    "display", "lexical", "textEdited",
)  # fmt: skip
_SPEAKERS: Final = (
    "speaker", "spk", "role", "ParticipantRole", "ParticipantId", "speaker_label", "speakerLabel",
    "speaker_id", "speakerId", "speakerTag", "speaker_tag", "channelTag", "channel_tag", "channel",
    "participant", "participantId", "ch", "party", "from", "name", "who", "author", "label",
    "spk_id",
)  # fmt: skip
_STARTS: Final = {
    "start_ms": 1, "start_at": 1, "startTimeMs": 1, "startMs": 1, "BeginOffsetMillis": 1,
    "offsetMilliseconds": 1,
    "start": 1000, "start_time": 1000, "startTime": 1000, "begin": 1000, "from_ms": 1,
}  # fmt: skip
_DEEPEST: Final = 8
_WORDS: Final = frozenset({"null", "true", "false"})
"""JSON that nobody says: programs write it where they have no text."""
_BEGINS: Final = frozenset('{["')


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn as a client or a recogniser gives it.

    Attributes:
        speaker: the label, in any words; empty where there is none.
        text: what was said.
        start_ms: milliseconds from the beginning of the call, where known.
    """

    speaker: str
    text: str
    start_ms: float | None = None


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
    if not _KEYED.match(text, start) or _parsed(text[start:end]) is not None:
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
    value = _parsed(stripped)
    return value is not None and _search(value, 0) is None


def conversation_of(text: str) -> str | None:
    """Return the ``conversation_text`` of the body of a request; None where it is no such body."""
    stripped = _visible(text)
    value = _parsed(stripped) if _KEYED.match(stripped) else None
    found = value.get("conversation_text") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def turns_of(text: str) -> list[Turn] | None:
    """Return the turns of a recogniser's JSON.

    Returns:
        None where the text is no JSON, or no JSON of a known shape. Empty where its shape is
        known and nothing was recognised.
    """
    stripped = _visible(text)
    value = _parsed(stripped) if stripped[:1] in _BEGINS else None
    return None if value is None else _search(value, 0)


def _visible(text: str) -> str:
    start, end = visible(text)
    return text[start:end]


def _parsed(text: str) -> Any:  # noqa: ANN401 - JSON
    try:
        value = json.loads(text, strict=False)
    except RecursionError:
        return None
    except ValueError:
        return _lines(text)
    if isinstance(value, str) and _visible(value)[:1] in {"{", "["}:
        return _parsed(_visible(value))  # a document that was made a string
    return value if isinstance(value, dict | list) else None


def _lines(text: str) -> list[Any] | None:
    """Return the objects of JSON Lines: one a line."""
    found: list[Any] = []
    for line in text.splitlines() if text[:1] == "{" else ():
        try:
            value = json.loads(_visible(line)) if _visible(line) else None
        except (ValueError, RecursionError):
            return None
        if isinstance(value, dict):
            found.append(value)
        elif value is not None:
            return None
    return found or None


def _search(value: Any, depth: int) -> list[Turn] | None:  # noqa: ANN401 - JSON
    """Look for the list of turns, the outermost first."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, list):
        return _turns(value, depth)
    if not isinstance(value, dict):
        return None
    lists = [value[name] for name in _LISTS if isinstance(value.get(name), list)]
    found = [
        *(_channels(value[name], depth) for name in _CHANNELS if isinstance(value.get(name), list)),
        *(_search(one, depth + 1) for one in lists),
    ]
    found += [
        _search(one, depth + 1)
        for one in value.values()
        if isinstance(one, dict | list) and not any(one is known for known in lists)
    ]
    if best := next((turns for turns in found if turns), None):
        return best
    if any(turns == [] for turns in found):
        return []
    text = _first(value, ("text", "transcript"))
    return [Turn("", text)] if isinstance(text, str) else None


def _channels(values: list[Any], depth: int) -> list[Turn] | None:
    """Read one list of turns a channel, put in the order of time."""
    found: list[Turn] = []
    for number, one in enumerate(values):
        turns = _search(one, depth + 1) or []
        found += (
            Turn(turn.speaker or f"channel {number}", turn.text, turn.start_ms) for turn in turns
        )
    return _ordered(found) or None


def _turns(values: list[Any], depth: int) -> list[Turn] | None:
    if not values:
        return []
    if all(isinstance(one, str) for one in values):
        return [Turn("", one) for one in values]
    turns = [_turn(one) for one in values if isinstance(one, dict)]
    known = [one for one in turns if one is not None]
    if known and len(known) * 2 >= len(values):
        return _ordered(_merged(known))
    for one in values:
        if isinstance(one, dict | list) and (found := _search(one, depth + 1)):
            return found
    return None


def _turn(value: dict[str, Any]) -> Turn | None:
    text = _first(value, _TEXTS)
    if isinstance(text, list):
        text = " ".join(
            part["text"]
            for part in text
            if isinstance(part, dict) and isinstance(part.get("text"), str)
        )
    if not isinstance(text, str):
        best = value.get("nBest") or value.get("alternatives")
        if isinstance(best, list) and best and isinstance(best[0], dict):
            text = _first(best[0], _TEXTS)
    elements = value.get("elements")
    if not isinstance(text, str) and isinstance(elements, list):
        text = "".join(str(one.get("value", "")) for one in elements if isinstance(one, dict))
    if not isinstance(text, str):
        word = value.get("word") or value.get("punctuated_word")
        text = word if isinstance(word, str) else None
    return None if text is None else Turn(_speaker(value), text, _start(value))


def _speaker(value: dict[str, Any]) -> str:
    found = _first(value, _SPEAKERS)
    if isinstance(found, dict):
        found = _first(found, ("label", "name", "role", "id"))
    if isinstance(found, bool) or found is None:
        return ""
    return str(found).strip() if isinstance(found, str | int) else ""


def _start(value: dict[str, Any]) -> float | None:
    for name, scale in _STARTS.items():
        found = value.get(name)
        if isinstance(found, bool) or not isinstance(found, int | float | str):
            continue
        try:
            start = float(found.removesuffix("s") if isinstance(found, str) else found) * scale
        except (ValueError, OverflowError):
            continue
        if math.isfinite(start):
            return start
    return None


def _first(value: dict[str, Any], names: tuple[str, ...]) -> Any:  # noqa: ANN401 - JSON
    return next((value[name] for name in names if value.get(name) is not None), None)


def _merged(turns: list[Turn]) -> list[Turn]:
    """Join lists of single words into turns: neighbours of one speaker."""
    if any(" " in turn.text.strip() for turn in turns) or len(turns) < 8:
        return turns
    joined: list[Turn] = []
    for turn in turns:
        if joined and joined[-1].speaker == turn.speaker:
            joined[-1] = Turn(turn.speaker, f"{joined[-1].text} {turn.text}", joined[-1].start_ms)
        else:
            joined.append(turn)
    return joined


def _ordered(turns: list[Turn]) -> list[Turn]:
    """Sort by start where every turn has one: two channels often come one after the other."""
    if any(turn.start_ms is None for turn in turns):
        return turns
    return sorted(turns, key=lambda turn: turn.start_ms or 0.0)
