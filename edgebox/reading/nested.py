"""A call whose labels stand inside the texts of a JSON document: one turn, or no speakers."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from edgebox.reading.lines import spoken_lines
from edgebox.reading.normal import Normal, normalise
from edgebox.reading.roles import role_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.reading.lines import Spoken
    from edgebox.reading.turn import Turn

_SHOWN: Final = 8_000
"""Characters of the texts in which the labels of both sides are looked for."""
_ESCAPE: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\."
)


def lines_of(turns: Sequence[Turn]) -> str | None:
    """Return the texts of turns as lines, where these have labels and the turns no two speakers.

    Returns:
        None where the turns say who speaks, or where their texts do not.
    """
    speakers = {one.speaker.lower() for one in turns}
    sides = {one for one in speakers if role_of(one) != "system"}
    if len(sides) > 1:
        return None
    text = "\n".join(_line(one) for one in turns)
    opening = normalise(text[:_SHOWN]).text
    labels = {one.label.lower() for one in spoken_lines(opening) if one.label}
    people = {role_of(label) for label in labels} & {"customer", "agent"}
    told = len(labels) > 1 if sides <= {""} else len(people) > 1
    return text if told else None


def read_lines(turns: Sequence[Turn], text: str, received: str) -> tuple[list[Spoken], Normal]:
    """Return the turns in the lines of a document's texts, with offsets in the document.

    Args:
        turns: of the document.
        text: their lines.
        received: the document.
    """
    places, origins = [0], [0]
    size = 0
    for turn in turns:
        start, end = turn.place or (origins[-1], origins[-1])
        exact = turn.place is not None and not turn.words
        prefix = len(_line(turn)) - len(turn.text)
        places += (size, size + prefix)
        origins += (start, start)
        size += prefix
        at = start
        for match in _ESCAPE.finditer(received, start, end) if exact else ():
            size += match.start() - at
            places += (size, size + 1)
            origins += (match.start(), match.end())
            size, at = size + 1, match.end()
        if not exact:  # it is not written so: each of its characters is at the same place
            places += range(size, size + len(turn.text))
            origins += (start for _ in turn.text)
            size += len(turn.text)
        else:
            size += end - at
        places.append(size)
        origins.append(end)
        size += 1
    joined = Normal(text, len(received), tuple(places), tuple(origins))
    normal = replace(normalise(text), before=joined)
    return spoken_lines(normal.text), normal


def _line(turn: Turn) -> str:
    """Return a turn as lines of their own; a machine's keeps its label."""
    machine = turn.speaker and role_of(turn.speaker.lower()) == "system"
    return f"{turn.speaker}: {turn.text}" if machine else turn.text
