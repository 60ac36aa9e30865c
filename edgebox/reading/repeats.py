"""Utterances that a recogniser wrote again and again."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final, TypeAlias

from edgebox.reading import noise

if TYPE_CHECKING:
    from collections.abc import Sequence

Said: TypeAlias = tuple[str, str, str]
"""Side, label and text of an utterance."""

_ROUNDS: Final = {2: 6, 3: 4}
"""Times in a row that so many utterances come, at least, to be a loop.

Who orders one more thing and one more has four answers.
"""
_ANSWER: Final = 4
"""Characters of an answer: 여보세요 and 네 may go to and fro."""


def without_repeats(spoken: Sequence[Said]) -> list[int]:
    """Return which utterances stay: one of three or more equal ones in a row.

    Of two without a label that come six times in a row, and of three that come four times, one of
    each stays. Figures said digit by digit all stay. Takes time linear in their number.
    """
    kept: list[int] = []
    for _, group in groupby(range(len(spoken)), key=lambda at: spoken[at]):
        same = list(group)
        once = len(same) > 2 and not noise.is_spelled(spoken[same[0]][2])
        kept += same[:1] if once else same
    for period in _ROUNDS:
        kept = _without_rounds(spoken, kept, period)
    return kept


def _without_rounds(spoken: Sequence[Said], places: list[int], period: int) -> list[int]:
    """Return the places without those of ``period`` utterances that go round and round."""
    kept: list[int] = []
    at = 0
    while at < len(places):
        after = at + period
        long = any(len(spoken[one][2]) > _ANSWER for one in places[at:after])
        while (
            long and after < len(places) and _again(spoken, places[after], places[after - period])
        ):
            after += 1
        rounds = (after - at) // period
        if rounds >= _ROUNDS[period]:
            kept += places[at : at + period]
            at += rounds * period
        else:
            kept.append(places[at])
            at += 1
    return kept


def _again(spoken: Sequence[Said], at: int, before: int) -> bool:
    _, label, text = spoken[at]
    return not (label or noise.is_spelled(text)) and spoken[at] == spoken[before]
