"""How much of a call an answer reads: all of it, or its best utterances, by measured speed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from edgebox.consultation.dated import with_dates
from edgebox.consultation.excerpts import GAP, size
from edgebox.reading.call import Utterance, render

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from edgebox.ask.ground import Place
    from edgebox.ask.retrieve import Findings
    from edgebox.engine_client import RoleHealth

READING: Final = 0.4
"""Of the time that is left, the share in which an answer's call is read."""

FEWEST: Final = 160
"""Characters of a call that are read at least: the best utterance and its neighbours."""

LEAST_TOKENS: Final = 64
"""Of an answer: a shorter one would be cut before it has said anything."""

_CAUTION: Final = 0.9
"""Of the writing speed: measured speed varies by about a tenth."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a model sees of a call.

    Attributes:
        text: as the prompt has it.
        places: its utterances.
        whole: nothing was left out.
    """

    text: str
    places: tuple[Place, ...]
    whole: bool


def choose(
    places: Sequence[Place], findings: Findings, characters: int, on: dt.date | None
) -> Shown:
    """Return what fits: all of the call, or its best utterances with their neighbours, in order.

    If nothing was found for the question, it is the ending, where what is left to do is said.

    Args:
        places: the utterances of people.
        findings: for the question.
        characters: of the prompt's text, at most.
        on: the date of the call.
    """
    sizes = [size(place.utterance) for place in places]
    if sum(sizes) <= characters:
        return Shown(_rendered(places, places, on), tuple(places), whole=True)
    scores = findings.scores
    order = sorted(range(len(places)), key=lambda at: (-scores[at], -at))
    kept: set[int] = set()
    room = max(FEWEST, characters)
    for at in order:
        for one in (at, at - 1, at + 1):
            if 0 <= one < len(places) and one not in kept and sizes[one] <= room:
                kept.add(one)
                room -= sizes[one]
        if room < FEWEST // 4:
            break
    chosen = [places[at] for at in sorted(kept)] or [places[order[0]]]
    return Shown(_rendered(chosen, places, on), tuple(chosen), whole=False)


def _rendered(places: Sequence[Place], all_places: Sequence[Place], on: dt.date | None) -> str:
    following = {one.number: after.number for one, after in pairwise(all_places)}
    lines: list[Utterance] = []
    for number, place in enumerate(places):
        if number and following[places[number - 1].number] != place.number:
            lines.append(Utterance("unknown", GAP, 0, 0))
        lines.append(place.utterance)
    return render(with_dates(lines, on))


def answer_tokens(role: RoleHealth | None, unread: float, seconds: float, most: int) -> int:
    """Return the tokens of an answer that can be written in the time that reading leaves.

    Args:
        role: the model's speeds; None if they are not known.
        unread: prompt tokens that it has to read.
        seconds: until the answer must have ended.
        most: tokens.
    """
    if role is None:
        return most
    left = seconds - unread / role.prefill_tps
    return max(min(LEAST_TOKENS, most), min(most, int(left * role.decode_rate(1) * _CAUTION)))
