"""The turns of a list of objects: one a turn, one a word, or one around a turn."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from edgebox.reading.entries import (
    NEARLY_ALL,
    channel_of,
    is_interim,
    is_text,
    named,
    of_list,
    of_roles,
    size,
    speaker_of,
    timed,
    turns_in,
    without_channel,
    word_in,
)
from edgebox.reading.joining import joined
from edgebox.reading.roles import role_of
from edgebox.reading.same_speech import same_speech
from edgebox.reading.sentences import is_sentence
from edgebox.reading.sequence import in_sequence
from edgebox.reading.sides import by_another_field, by_side, with_zero
from edgebox.reading.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

_DEEPEST: Final = 4
_SAMPLE: Final = 50
"""Objects that tell under which names the others have their turns."""
_FEWEST_WORDS: Final = 8
_FASTEST: Final = 100
"""Characters a second: four times what two people say who talk at once, for times that are rounded
or made up."""
_SECOND: Final = 1000
_DATED: Final = 1e11
"""Milliseconds that are counted from 1970, not from the beginning of a call."""
_DAY: Final = 24 * 60 * 60 * 1000
_MOST_SAID: Final = 10**20
"""Numbers of twenty digits are said: those of accounts and cards are shorter."""


def turns_of_list(values: list[Any]) -> list[Turn] | None:
    """Return the turns of a list; None where less than half of it are turns."""
    if not values:
        return []
    if all(isinstance(one, str) for one in values):
        return [Turn("", one, place=getattr(one, "place", None)) for one in values]
    found: list[tuple[Any, list[Turn]]] = []
    words = 0
    for one in _with_figures(_without_a_channel(in_sequence(values))):
        turns = turns_in(one) if isinstance(one, dict) else []
        if not turns:
            turns, is_word = _of_another_shape(one)
            words += is_word
        elif str(named(one).get("type", "")).lower() in _WORD_TYPES:
            words += 1
        found.append((one, turns))
    found = _without_events(_without_records(found))
    if sum(bool(turns) for _, turns in found) * 2 < len(values):
        found = _without_events(_around(values))
    known = [turn for _, turns in found for turn in turns]
    if not known or sum(bool(turns) for _, turns in found) * 2 < len(values):
        return None
    last = found[-1][1]  # Google: the words of the whole call, with their speakers
    before = known[: -len(last)]
    again = len(last) > 1 and size(last) >= NEARLY_ALL * size(before)
    if again and (not before or same_speech(last, before)):
        return ordered(merged(by_channel(last)))
    known = by_side(found) or by_channel(by_another_field(found) or with_zero(found))
    return ordered(joined(known) if words == len(values) else merged(known))


def _without_a_channel(values: list[Any]) -> list[Any]:
    """Return objects without the channel that all of them have, where their words have speakers."""
    objects = [named(one) for one in values if isinstance(one, dict)]
    if len({channel_of(one) for one in objects} - {""}) != 1:
        return values
    words = [one["words"] for one in objects if isinstance(one.get("words"), list)]
    speakers = {
        speaker_of(named(word)) for part in words for word in part if isinstance(word, dict)
    }
    if len(speakers - {""}) < 2:
        return values
    return [without_channel(one) if isinstance(one, dict) else one for one in values]


def _with_figures(values: list[Any]) -> list[Any]:
    """Return objects whose text is a number, where most others have a text, with it as a text.

    Tables that become JSON have 1234 where somebody said only that. How long nobody spoke, or how
    many points a customer gave, has no speaker or a type of its own.
    """
    texts = Counter(
        name
        for one in values
        if isinstance(one, dict)
        for name, text in one.items()
        if isinstance(text, str) and is_text(name)
    )
    if not texts:
        return values
    name, count = texts.most_common(1)[0]
    if 2 * count <= len(values):
        return values
    types = {
        str(one.get("type"))
        for one in values
        if isinstance(one, dict) and isinstance(one.get(name), str)
    }
    return [
        {**one, name: figures}
        if isinstance(one, dict)
        and (figures := _figures(one.get(name)))
        and str(one.get("type")) in types
        and (speaker_of(named(one)) or channel_of(named(one)))
        else one
        for one in values
    ]


def _figures(value: Any) -> str:  # noqa: ANN401 - JSON
    """Return the figures of a whole number that may be said; empty where it is none, and for 0."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if not 0 < abs(value) < _MOST_SAID or value != int(value):
        return ""
    return str(int(value))


_WORD_TYPES: Final = frozenset(["pronunciation", "punctuation", "word"])
_IDENTIFIER: Final = re.compile(
    r"(?!www\.)[A-Za-z]+(?:[_.][A-Za-z]+)+(?<!\.com)(?<!\.net)(?<!\.org)(?<!\.kr)(?<!\.io)"
)
"""A name that a program gives; 4.5 and hanbit.co.kr are said."""
_OF_TALK: Final = re.compile(
    r"agent|operator|customer|client|caller|user|person|human|message|msg|text|chat|reply|utter"
    r"|speech|said|transcript|sentence|link|url|고객|손님|상담|발화|대화|메시지",
    re.IGNORECASE,
)
"""A type of what somebody says, also where a call has one turn of it."""


def _without_events(found: list[tuple[Any, list[Turn]]]) -> list[tuple[Any, list[Turn]]]:
    """Return what objects say, without what the product noted among it under a type of its own.

    ``{"type": "moment", "content": "positive_sentiment"}`` is said by nobody.
    """
    kinds = [
        (str(one.get("type", "")) if isinstance(one, dict) else "", turns) for one, turns in found
    ]
    spoken = {
        kind
        for kind, turns in kinds
        if _OF_TALK.search(kind)
        or role_of(kind.lower())
        or any(not _IDENTIFIER.fullmatch(turn.text.strip()) for turn in turns)
    }
    return [
        (one, turns if not kind or not spoken or kind in spoken else [])
        for (one, _), (kind, turns) in zip(found, kinds, strict=True)
    ]


def _without_records(found: list[tuple[Any, list[Turn]]]) -> list[tuple[Any, list[Turn]]]:
    """Return what objects say, without who takes part: ``{"callId": "1", "agent": "이서연"}``.

    Such an object stands among turns that have a field for what was said.
    """
    texts = [isinstance(one, dict) and any(map(is_text, one)) for one, _ in found]
    if 2 * sum(texts) <= len(found):
        return found
    return [
        (value, [] if turns and not text and _is_record(value) else turns)
        for (value, turns), text in zip(found, texts, strict=True)
    ]


def _is_record(value: Any) -> bool:  # noqa: ANN401 - JSON
    said = of_roles(value) if isinstance(value, dict) and not turns_in(value) else []
    return len(said) == 1 and len(value) > 1 and not is_sentence(said[0].text)


def _of_another_shape(value: Any) -> tuple[list[Turn], bool]:  # noqa: ANN401 - JSON
    """Return what a row, the names of sides, or a word says; and whether it is a word."""
    if isinstance(value, list):
        row = of_list(value)
        return ([row] if row else []), False
    if not isinstance(value, dict):
        return [], False
    if said := of_roles(value):
        return said, False
    word = word_in(value)
    return ([word] if word else []), word is not None


def _around(values: Sequence[Any]) -> list[tuple[Any, list[Turn]]]:
    """Return what objects hold that have their turn under the names that most of them share."""
    paths = Counter(_path(one) for one in values[:_SAMPLE] if isinstance(one, dict))
    del paths[None]
    most = paths.most_common(1)
    return [_at_path(one, most[0][0] or ()) if most else (one, []) for one in values]


def _path(value: dict[str, Any], depth: int = 0) -> tuple[str, ...] | None:
    """Return the names under which an object has the only object in it that is a turn."""
    if depth > _DEEPEST:
        return None
    if turns_in(value):
        return ()
    found = [
        (name, *path)
        for name, one in value.items()
        if isinstance(one, dict) and (path := _path(one, depth + 1)) is not None
    ]
    return found[0] if len(found) == 1 else None


def _at_path(value: Any, path: tuple[str, ...]) -> tuple[Any, list[Turn]]:  # noqa: ANN401 - JSON
    """Return an object in others, and its turns, said by whom and when the outer ones say."""
    outer: dict[str, Any] = {}
    inner = value
    for name in path:
        if not isinstance(inner, dict) or name not in inner:
            return value, []
        outer = named(inner) | outer
        inner = inner[name]
    turns = turns_in(inner) if isinstance(inner, dict) else []
    speaker, channel = speaker_of(outer), channel_of(outer)
    told = {name: one for name, one in outer.items() if isinstance(one, str | bool)}
    return told | inner if isinstance(inner, dict) else inner, [
        replace(
            timed(turn, outer) if turn.start_ms is None or turn.written else turn,
            speaker=turn.speaker or speaker or channel,
            channel=turn.channel or channel,
            interim=turn.interim or is_interim(outer),
        )
        for turn in turns
    ]


def by_channel(turns: list[Turn]) -> list[Turn]:
    """Return turns with their channels as labels where these tell them apart and labels do not."""
    labels, channels = {turn.speaker for turn in turns}, {turn.channel for turn in turns}
    if len(labels) == 1 and len(channels - {""}) > 1:
        return [replace(turn, speaker=turn.channel) for turn in turns]
    return turns


def merged(turns: list[Turn]) -> list[Turn]:
    """Join lists of single words into turns: neighbours of one speaker."""
    if any(" " in turn.text.strip() for turn in turns) or len(turns) < _FEWEST_WORDS:
        return turns
    return joined(turns)


def ordered(turns: list[Turn]) -> list[Turn]:
    """Sort by start where every turn has one: two channels often come one after the other.

    Their order is kept where the starts are no times of this speech: where more was said than
    anybody says in the time, where a clock begins again at midnight, and where some are times of
    records; but a list with its newest first is turned, and two sides that stand one after the
    other are put together.
    """
    found = by_start(turns)
    if found == turns or _passes_midnight(turns):
        return turns
    if is_newest_first(turns):
        return turns[::-1]
    written = any(turn.written for turn in turns)
    return found if _is_said_in(found) and (not written or _are_two_sides(turns)) else turns


def by_start(turns: list[Turn]) -> list[Turn]:
    """Sort by start where every turn has one, whatever the starts are."""
    if any(turn.start_ms is None for turn in turns):
        return turns
    return sorted(turns, key=lambda turn: turn.start_ms or 0.0)


def _is_said_in(turns: Sequence[Turn]) -> bool:
    """Return whether the turns before the last one can be said in the time that passed.

    Times from the beginning of a call are those of speech, whatever their unit.
    """
    first = turns[0].start_ms or 0.0
    passed = (turns[-1].start_ms or 0.0) - first
    return first < _DATED or size(turns[:-1]) <= _FASTEST * passed / 1000


def _are_two_sides(turns: Sequence[Turn]) -> bool:
    """Return whether all of one speaker stands before all of another one who spoke meanwhile."""
    starts = [turn.start_ms or 0.0 for turn in turns]
    falls = [at for at, (before, after) in enumerate(pairwise(starts), 1) if after < before]
    if len(falls) != 1:
        return False
    one, other = turns[: falls[0]], turns[falls[0] :]
    alone = [{turn.speaker for turn in side} for side in (one, other)]
    meanwhile = starts[0] < starts[-1] and starts[falls[0] - 1] - starts[falls[0]] >= _SECOND
    several = min(len(one), len(other)) > 1
    return meanwhile and several and max(map(len, alone)) == 1 and alone[0] != alone[1]


def is_newest_first(turns: Sequence[Turn]) -> bool:
    """Return whether no turn is newer than the one before it, and most are older by a second."""
    starts = [turn.start_ms or 0.0 for turn in turns]
    falls = [before - after for before, after in pairwise(starts)]
    return min(falls) >= 0 and 2 * sum(fall >= _SECOND for fall in falls) > len(falls)


def _passes_midnight(turns: Sequence[Turn]) -> bool:
    """Return whether the starts are times of a day that ends once, and the first of its evening.

    Milliseconds that are read as seconds fall as far from one channel to the next.
    """
    starts = [turn.start_ms or 0.0 for turn in turns]
    falls = [before - after for before, after in pairwise(starts) if after < before]
    evening = max(starts) < _DAY and starts[0] > _DAY / 2 and starts[-1] < starts[0]
    return evening and len(falls) == 1 and falls[0] > _DAY / 2
