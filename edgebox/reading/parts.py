"""The parts of a call, joined: pages, channels, legs and speakers that stand apart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from edgebox.reading.entries import channel_of, named, speaker_of
from edgebox.reading.roles import ANONYMOUS, role_of
from edgebox.reading.same_speech import said_once
from edgebox.reading.turn_lists import by_start, merged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgebox.reading.turn import Turn


def are_both_sides(turns: list[Turn]) -> bool:
    """Return whether a customer and another one talk, as in a leg of a call: ivr and agent."""
    sides = {role_of(turn.speaker.lower()) for turn in turns}
    return "customer" in sides and len(sides - {None}) > 1


def are_alike(legs: list[list[Turn]]) -> bool:
    """Return whether all legs have speakers or none has; where one has roles, all have."""
    speakers = [{turn.speaker.lower() for turn in turns} for turns in legs]
    if any(map(are_both_sides, legs)):
        return all(role_of(one) for labels in speakers for one in labels)
    return len({labels <= {""} for labels in speakers}) == 1


def is_of_a_speaker(name: str) -> bool:
    """Return whether the name of a field is that of a speaker."""
    word = name.strip().lower()
    return role_of(word) is not None or ANONYMOUS.fullmatch(word) is not None


def together(parts: list[tuple[str, list[Turn]]]) -> list[Turn]:
    """Join the turns of parts of a call, in the order of time.

    Their labels are those of the parts, where their own do not tell the parts apart.
    """
    parts = parts_said_once([part for part in parts if part[1]])
    if len(parts) == 1:
        return parts[0][1]
    speakers = [{turn.speaker for turn in turns} for _, turns in parts]
    apart = len(set().union(*speakers)) == sum(map(len, speakers)) and {""} not in speakers
    found: list[Turn] = []
    for label, turns in parts:
        found += turns if apart else [replace(turn, speaker=label) for turn in turns]
    return merged(by_start(found))


def parts_said_once(
    parts: list[tuple[str, list[Turn]]], *, exact: bool = False
) -> list[tuple[str, list[Turn]]]:
    """Return the parts, each with its label, that say what no other one says: see `said_once`."""
    labels = [label for label, _ in parts]
    kept = said_once([turns for _, turns in parts], labels, exact=exact)
    return [part for part, is_kept in zip(parts, kept, strict=True) if is_kept]


def timed_words(words: list[Turn]) -> list[Turn]:
    """Return words of which those without a time, the signs, have that of the word before."""
    found: list[Turn] = []
    for word in words:
        start = found[-1].start_ms if found and word.start_ms is None else word.start_ms
        found.append(replace(word, start_ms=start))
    return found


def one_after_another(parts: Iterable[tuple[str, list[Turn]]]) -> list[Turn]:
    """Join the turns of parts of a call, in the order of the parts."""
    found = [turn for _, turns in parts for turn in turns]
    starts = [turn.start_ms for turn in found if turn.start_ms is not None]
    if starts != sorted(starts):  # each part counts from its own beginning
        found = [replace(turn, start_ms=None) for turn in found]
    return merged(found)


def label_of(part: Any) -> str:  # noqa: ANN401 - JSON
    """Return who speaks in a part of a call, where it says so."""
    fields = named(part) if isinstance(part, dict) else {}
    speaker = speaker_of(fields)
    return speaker if is_of_a_speaker(speaker) else channel_of(fields)


def inner_names(part: Any) -> set[str]:  # noqa: ANN401 - JSON
    """Return the names under which a part holds others; a list is one by itself."""
    if isinstance(part, list):
        return {""}
    return {name for name, one in named(part).items() if isinstance(one, dict | list)}
