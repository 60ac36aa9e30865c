"""Names in a text with a syllable less or more than in the call: 맑은정수기 for 맑은샘정수기."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from edgebox.language.inflected import VERBAL
from edgebox.language.kinds import PLACE
from edgebox.language.misheard import readings
from edgebox.language.ordinary import is_ordinary
from edgebox.language.vocabulary import BEHIND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.language.vocabulary import Vocabulary

_SHORTEST: Final = 4
"""Syllables of the shorter of the two: 서울점 may be what people call 서울역점."""

_LONGEST: Final = 12


def lost_or_added(text: str, said: Vocabulary) -> Iterator[str]:
    """Yield the words of a text that are a name of the call but for one syllable less or more.

    Only what the call introduces as a name, and names that end in a kind of place or company.
    """
    for token, forms in readings(text):
        if VERBAL.search(token) or any(word in said.squeezed for word, _ in forms):
            continue
        if any(
            _is_name(word, double, said)
            for word, _ in forms
            if _SHORTEST - 1 <= len(word) <= _LONGEST
            for run in said.beginning(word[0])
            for double in (run[: len(word) + 1], run[: len(word) - 1])
            if BEHIND.fullmatch(run, len(double))
        ):
            yield token


def _is_name(word: str, double: str, said: Vocabulary) -> bool:
    """Return whether a word is a name of the call with a syllable less or more inside it."""
    short, long = sorted((word, double), key=len)
    if len(long) != len(short) + 1 or len(short) < _SHORTEST:
        return False
    at = next((at for at in range(len(short)) if short[at] != long[at]), len(short))
    if not 0 < at < len(short) or long[at + 1 :] != short[at:] or is_ordinary(long, at):
        return False
    kind = PLACE.search(double)
    place = kind is not None and len(kind[0]) > 1 and word.endswith(kind[0])
    return double in said.introduced or place
