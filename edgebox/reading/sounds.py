"""Whether two texts sound alike: two recognisers mishear a word, each in its own way."""

from __future__ import annotations

import unicodedata
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_FEWEST: Final = 60
"""Characters of speech in which words that were misheard are few beside the others."""
_LONGEST: Final = 1_000
_SAME: Final = 0.75
"""Share of the characters that both have in one order."""
_SHORT: Final = 2
"""Syllables that may differ however they sound, or be missing in one."""
_UNLIKE: Final = 0.05
"""Share of them in the text."""
_CHANCE: Final = 1
"""Characters between two others that differ, which are the same by chance."""
_ALIKE: Final = 0.5
"""Share of the letters that two engines hear alike in a word, in their order.

재발급 and 제발금 share 0.75, 해지해 and 혜지에 0.5; 연결해 and 접수해 0.27, 김나래 and 이도윤 0.14.
"""
_HIDDEN: Final = frozenset("*○◯〇●#xX")


def sound_alike(one: str, other: str) -> bool:
    """Return whether what differs in two texts, without spaces, is what engines mishear.

    Each stretch that differs sounds alike or is hidden in one of them; a few short ones may not.
    """
    if not _FEWEST <= min(len(one), len(other)) <= max(len(one), len(other)) <= _LONGEST:
        return False
    found = SequenceMatcher(None, one, other, autojunk=False)
    if found.ratio() < _SAME:
        return False
    unlike = [max(len(a), len(b)) for a, b in _stretches(found, one, other) if not _alike(a, b)]
    return max(unlike, default=0) <= _SHORT and sum(unlike) <= _UNLIKE * min(len(one), len(other))


def _stretches(found: SequenceMatcher[str], one: str, other: str) -> Iterator[tuple[str, str]]:
    """Yield the stretches that differ; those that hardly anything stands between are one."""
    begin = (0, 0)
    for match in found.get_matching_blocks():
        last = match.size == 0
        if match.size > _CHANCE or last:
            a, b = one[begin[0] : match.a], other[begin[1] : match.b]
            if a or b:
                yield a, b
            begin = (match.a + match.size, match.b + match.size)


def _alike(one: str, other: str) -> bool:
    if not {*one}.isdisjoint(_HIDDEN) or not {*other}.isdisjoint(_HIDDEN):
        return True
    a, b = (unicodedata.normalize("NFD", text) for text in (one, other))
    return SequenceMatcher(None, a, b, autojunk=False).ratio() >= _ALIKE
