"""The events of a stream of recognition, without those that later ones replace."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from edgebox.reading.entries import FINAL, channel_of, named, speaker_of, word_in

if TYPE_CHECKING:
    from edgebox.reading.turn import Turn

_KINDS: Final = ("message", "type", "event")
_WORDS_ADDED: Final = "addtranscript"
"""Speechmatics' event, whose ``results`` are words, and whose ``message`` is its name."""
_EVENT: Final = re.compile(
    r"(?P<stem>[a-z_.]+)\.(?:(?P<piece>delta)|(?P<segment>segment)|done|completed)"
)
"""OpenAI's events: a piece of the text, a turn of it, and all of it."""
_SAID: Final = ("transcript", "text")
_UNKNOWN: Final = "unknown"
_SESSIONS: Final = ("sessionid", "streamid", "callid", "session")

_SIGNS: Final = re.compile(r"[\W_]+")
_SAME_BEGINNING: Final = 0.3
"""Share of what was understood at first that the words written later begin with."""


def settled(values: list[Any]) -> Any:  # noqa: ANN401 - JSON
    """Return the events of a list that no later one replaces; the list itself where none is.

    Of Speechmatics' events the words of all that are final are returned as one object.
    """
    events = [named(one) for one in values if isinstance(one, dict)]
    if not events or len(events) < len(values):
        return values
    kinds = [_kind(one) for one in events]
    added = [
        [_with_channel(word, one) for word in one["results"]]
        for one, kind in zip(events, kinds, strict=True)
        if kind == _WORDS_ADDED and isinstance(one.get("results"), list)
    ]
    if added:
        return {"results": [word for words in added for word in words]}
    replaced = _replaced(events, kinds) | _said_again(events)
    kept = [one for at, one in enumerate(values) if at not in replaced] if replaced else values
    return _without_open_words(kept)


def _kind(event: dict[str, Any]) -> str:
    return next((one.lower() for name in _KINDS if isinstance(one := event.get(name), str)), "")


def _replaced(events: list[dict[str, Any]], kinds: list[str]) -> set[int]:
    """Return the places of pieces where the whole stands, and of the whole where turns stand.

    What replaces an event has the same kind of name, is of whom and what that one is of, and says
    all that it says; of a piece under ``delta`` nothing would be read.
    """
    found = [_EVENT.fullmatch(kind) for kind in kinds]
    turns: dict[tuple[str, ...], str] = defaultdict(str)
    wholes: dict[tuple[str, ...], str] = defaultdict(str)
    for one, kind in zip(events, found, strict=True):
        if kind and not kind["piece"]:
            for of in set(product(*({part, ""} for part in _of(one)))):
                (turns if kind["segment"] else wholes)[kind["stem"], *of] += _words(one)
    replaced: set[int] = set()
    for at, (one, kind) in enumerate(zip(events, found, strict=True)):
        if kind and not kind["segment"]:
            key, said = (kind["stem"], *_of(one)), _words(one)
            longer = turns[key] + (wholes[key] if kind["piece"] else "")
            if said in longer if said else kind["piece"] and longer:
                replaced.add(at)
    return replaced


def _of(event: dict[str, Any]) -> tuple[str, ...]:
    item = event.get("itemid")
    return speaker_of(event), channel_of(event), item if isinstance(item, str) else ""


def _words(event: dict[str, Any]) -> str:
    """Return what an event says, in small letters without spaces and signs."""
    said = (one for name in _SAID if isinstance(one := event.get(name), str))
    return _bare(next(said, ""))


def _bare(text: str) -> str:
    return _SIGNS.sub("", text).lower()


def _with_channel(word: Any, event: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    channel = channel_of(event)
    return {"channel": channel, **word} if channel and isinstance(word, dict) else word


def _said_again(events: list[dict[str, Any]]) -> set[int]:
    """Return the places of AssemblyAI's turns that stand again, longer or with their signs."""
    last: dict[tuple[str, str, int, str], tuple[int, str, bool]] = {}
    replaced: set[int] = set()
    for at, one in enumerate(events):
        number, text = one.get("turnorder"), one.get("transcript")
        if isinstance(number, int) and "endofturn" in one and isinstance(text, str):
            said = _bare(text)
            session = next((str(one[name]) for name in _SESSIONS if name in one), "")
            turn = (session, channel_of(one), number)
            speaker = "" if speaker_of(one).lower() == _UNKNOWN else speaker_of(one)
            before = last.get((*turn, speaker)) or last.get((*turn, ""))
            if before and _is_of(before[1], said, ended=before[2]):
                replaced.add(before[0])
            last[*turn, speaker] = (at, said, one["endofturn"] is not False)
    return replaced


def _is_of(before: str, said: str, *, ended: bool) -> bool:
    """Return whether a turn says what stood before: the same words, or, if unfinished, more."""
    if ended:
        return said == before
    return said.startswith(before[: math.ceil(_SAME_BEGINNING * len(before))])


def _without_open_words(values: list[Any]) -> list[Any]:
    """Return values without the words, or lists of words in them, that a stream wrote again.

    Soniox's tokens that are not final come with each message until they are.
    """
    found = [_words_of(one) for one in values]
    lists = [one for one in found if one]
    if any(not name for name, _ in lists) and len(lists) < len(values):
        return values
    words = [
        ((at, place), word)
        for at, one in enumerate(found)
        if one
        for place, word in enumerate(one[1])
    ]
    again = _written_again(words)
    if not again:
        return values
    kept: list[Any] = []
    for at, (value, one) in enumerate(zip(values, found, strict=True)):
        name = one[0] if one else ""
        if name:
            left = [word for place, word in enumerate(value[name]) if (at, place) not in again]
            kept.append({**value, name: left})
        elif (at, 0) not in again:
            kept.append(value)
    return kept


def _written_again(words: list[tuple[tuple[int, int], Turn]]) -> set[tuple[int, int]]:
    """Return the places of words that were not final and were written again.

    The stream later goes back to when they were said, or is sure of what was said.
    """
    found: set[tuple[int, int]] = set()
    earliest: dict[str, float] = defaultdict(lambda: math.inf)  # of the words that come later
    sure: set[str] = set()
    for place, word in reversed(words):
        start = math.inf if word.start_ms is None else word.start_ms
        back = earliest[word.channel] <= start < math.inf
        if not word.interim:
            sure.add(word.channel)
        elif back or word.channel in sure:
            found.add(place)
        earliest[word.channel] = min(start, earliest[word.channel])
    return found


def _words_of(value: Any) -> tuple[str, list[Turn]] | None:  # noqa: ANN401 - JSON
    """Return the field of a message that holds words, or "" of a word itself, and the words.

    None where none of them say whether they are final.
    """
    fields = named(value)
    if FINAL.isdisjoint(fields):
        lists = {name: one for name, one in value.items() if isinstance(one, list) and one}
    else:
        lists = {"": [value]}
    for name, items in lists.items():
        objects = [named(one) for one in items if isinstance(one, dict)]
        if len(objects) < len(items) or any(map(FINAL.isdisjoint, objects)):
            continue
        words = [word for one in objects if (word := word_in(one))]
        if len(words) == len(items) and not any(" " in word.text.strip() for word in words):
            channel = channel_of(fields)
            return name, [replace(word, channel=word.channel or channel) for word in words]
    return None
