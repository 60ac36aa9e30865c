"""Lists that are one call in two languages: the Korean one is what was said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.reading.roles import role_of
from edgebox.reading.same_speech import MOST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.reading.turn import Turn

_FEWEST: Final = 6
"""Turns of which two legs of a call hardly have the same speakers and lengths."""
_SHOWN: Final = 4_000
"""Characters that tell the language."""
_KOREAN: Final = re.compile(r"[가-힣]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_MOSTLY: Final = 0.5
_HARDLY: Final = 0.1
_AS_LONG: Final = 3.0
"""Times that a turn may be longer, or shorter, than its translation, beside the others."""
_ALIKE: Final = 0.9
"""Share of the turns that are."""


def without_translations(lists: Sequence[list[Turn]]) -> list[list[Turn]]:
    """Return the lists of turns without those that another one is the Korean version of.

    A version has as many turns, the same speakers one after the other, the same times if it has
    any, and is long where the other one is long. Many lists are not compared.
    """
    if not 1 < len(lists) <= MOST:
        return list(lists)
    shares = [_korean(turns) for turns in lists]
    korean = [turns for turns, share in zip(lists, shares, strict=True) if share >= _MOSTLY]
    return [
        turns
        for turns, share in zip(lists, shares, strict=True)
        if share > _HARDLY or not any(_is_version(turns, one) for one in korean)
    ]


def _korean(turns: Sequence[Turn]) -> float:
    """Return the share of Korean among the letters; 1 where there are none."""
    text, left = "", _SHOWN
    for turn in turns:
        text, left = text + turn.text[:left], left - len(turn.text)
        if left <= 0:
            break
    letters = len(_LETTER.findall(text))
    return len(_KOREAN.findall(text)) / letters if letters else 1.0


def _is_version(turns: Sequence[Turn], korean: Sequence[Turn]) -> bool:
    if not _FEWEST <= len(turns) == len(korean):
        return False
    pairs = list(zip(turns, korean, strict=True))
    if any(_speaker(one) != _speaker(other) for one, other in pairs):
        return False
    if any(one.start_ms != other.start_ms for one, other in pairs):
        return False
    ratios = sorted((len(one.text) + 1) / (len(other.text) + 1) for one, other in pairs)
    usual = ratios[len(ratios) // 2]
    alike = sum(usual / _AS_LONG <= ratio <= usual * _AS_LONG for ratio in ratios)
    return alike >= _ALIKE * len(ratios)


def _speaker(turn: Turn) -> str:
    label = turn.speaker.lower()
    return role_of(label) or label
