"""The events of a stream of recognition, without those that later ones replace."""

from __future__ import annotations

import math
import re
from typing import Any, Final

from edgebox.reading.entries import channel_of, named

_KINDS: Final = ("message", "type", "event")
_WORDS_ADDED: Final = "addtranscript"
"""Speechmatics' event, whose ``results`` are words, and whose ``message`` is its name."""
_PIECE: Final = re.compile(r"[a-z_.]+\.delta")
_SEGMENT: Final = re.compile(r"[a-z_.]+\.segment")
_WHOLE: Final = re.compile(r"[a-z_.]+\.(?:done|completed)")
"""OpenAI's events: a piece of the text, a turn of it, and all of it."""

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
    replaced = _replaced(kinds) | _said_again(events)
    return [one for at, one in enumerate(values) if at not in replaced] if replaced else values


def _kind(event: dict[str, Any]) -> str:
    return next((one.lower() for name in _KINDS if isinstance(one := event.get(name), str)), "")


def _replaced(kinds: list[str]) -> set[int]:
    """Return the places of pieces where the whole stands, and of the whole where turns stand."""
    segments = any(map(_SEGMENT.fullmatch, kinds))
    wholes = {at for at, kind in enumerate(kinds) if _WHOLE.fullmatch(kind)}
    pieces = {at for at, kind in enumerate(kinds) if _PIECE.fullmatch(kind)}
    if segments:
        return wholes | pieces
    return pieces if wholes else set()


def _with_channel(word: Any, event: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    channel = channel_of(event)
    return {"channel": channel, **word} if channel and isinstance(word, dict) else word


def _said_again(events: list[dict[str, Any]]) -> set[int]:
    """Return the places of AssemblyAI's turns that stand again, longer or with their signs."""
    last: dict[tuple[str, int], tuple[int, str]] = {}
    replaced: set[int] = set()
    for at, one in enumerate(events):
        number, text = one.get("turnorder"), one.get("transcript")
        if isinstance(number, int) and "endofturn" in one and isinstance(text, str):
            said = _SIGNS.sub("", text).lower()
            turn = (channel_of(one), number)
            before = last.get(turn)
            if before and said.startswith(before[1][: math.ceil(_SAME_BEGINNING * len(before[1]))]):
                replaced.add(before[0])
            last[turn] = (at, said)
    return replaced
