"""Turns from the JSON that speech-to-text products give, in a text.

Which list of a document is read: `listed`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from edgebox.reading.documents import (
    OPENINGS,
    Placed,
    document_in,
    parsed,
    placed,
    without_backslashes,
)
from edgebox.reading.listed import turns_in_document
from edgebox.reading.normal import INVISIBLE, visible
from edgebox.reading.talk import told

if TYPE_CHECKING:
    from edgebox.reading.turn import Turn

_WORDS: Final = frozenset({"null", "true", "false"})
"""JSON that nobody says: programs write it where they have no text."""
_KEYED: Final = re.compile(
    r"(?:\[_*\{_*[\"']|\{_*[\"'][^\"'\n{}]{1,60}(?:[\"']_*:|\Z))".replace(
        "_", f"(?:\\s|{INVISIBLE})"
    )
)
"""How JSON with quoted keys begins; no speech does, and no label in brackets."""
_CUE: Final = re.compile(r"^(\{[^\r\n]*)", re.MULTILINE)
"""A line of subtitles that is an object."""
_LOGGED: Final = re.compile(r"(?P<before>[^{}\r\n]{0,120}?)(?P<object>\{[^\r\n]*\})[\s,]*")
"""A line that is an object behind what a stream or a log writes before it."""
_DATA: Final = re.compile(r"\s*(?:data:)?\s*")
_SAID: Final = re.compile(
    r"[가-힣]|(?:[A-Za-z',?!]+ +){5}"
    r"|\b(?:agent|customer|caller|client|operator|user|speaker ?\w?|s\d)[\])]?\s*[:>]",
    re.IGNORECASE,
)
"""What no log writes before an object: Korean, a sentence, who speaks."""
_OF_A_STREAM: Final = re.compile(
    r"(?:(?:event|id|retry):.*|:.*|(?:data: ?)?(?:\[DONE\]|null))?", re.IGNORECASE
)
"""A line of a stream of events that holds no data."""
_FENCE: Final = re.compile(r"```(?:json[l5c]?)?[ \t]*\r?\n", re.IGNORECASE)
"""How Markdown begins a block of code."""


def damaged_at(text: str) -> int | None:
    """Return the character, from 1, at which a text that begins like JSON is cut off or damaged.

    None where it is whole, and where it begins like no JSON with quoted keys.
    """
    start, end = _bounds(text)
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
    return value is not None and turns_in_document(value) is None


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
    start, end = _bounds(text)
    if text.startswith("WEBVTT", start):
        return _of_cues(text, start)
    if text[start : start + 1] not in OPENINGS:
        return _of_logged(text, start, end)
    bare = without_backslashes(text[start:end])
    if bare != text[start:end]:
        value = document_in(Placed(bare, (start, end)))
    else:
        value = placed(bare, start)
    if value is None:
        value = parsed(bare)  # nested too deeply for the places of its strings
    return None if value is None else turns_in_document(value)


def _of_cues(text: str, start: int) -> list[Turn] | None:
    """Return the turns of subtitles each of which is an object, as Teams exports them."""
    cues = list(_CUE.finditer(text, start))
    if not cues or len(cues) != text.count("-->", start):
        return None
    values = [placed(cue[1], cue.start(1)) for cue in cues]
    return turns_in_document(values) if all(isinstance(one, dict) for one in values) else None


def _of_logged(text: str, start: int, end: int) -> list[Turn] | None:
    """Return the turns of lines each of which is an object: events of a stream, or a log.

    None where what stands before the objects may be who speaks.
    """
    if text.find('{"', start, end) < 0:
        return None
    values: list[dict[str, Any]] = []
    bare = True
    at = start
    for line in text[start:end].split("\n"):
        found = _LOGGED.fullmatch(line)
        value = placed(found["object"], at + found.start("object")) if found else None
        if found and isinstance(value, dict):
            values.append(value)
            bare &= _DATA.fullmatch(found["before"]) is not None
            if _SAID.search(found["before"]):
                return None
        elif not _OF_A_STREAM.fullmatch(line.strip()):
            return None
        at += len(line) + 1
    turns = turns_in_document(values) if values else None
    return turns if turns is None or bare or told(turns) else None


def _visible(text: str) -> str:
    start, end = _bounds(text)
    return text[start:end]


def _bounds(text: str) -> tuple[int, int]:
    """Return where a text begins and ends without what is not printed, and without a fence."""
    start, end = visible(text)
    if (fence := _FENCE.match(text, start)) and text.endswith("```", start, end):
        inner, after = visible(text[fence.end() : end - 3])
        return fence.end() + inner, fence.end() + after
    return start, end
