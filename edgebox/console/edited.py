"""Two texts word by word: what a person took out of a draft, and what they put in."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

_WORD = re.compile(r"\s+|[^\s]+")
MOST_PAIRS = 50_000
"""Of a word in one text with the same word in the other: with more, the texts are shown one after
the other. Comparing takes time by these times the words: words that repeat would take minutes."""


class Piece(NamedTuple):
    """A part of the comparison: words that stayed, that were taken out, or that were put in."""

    kind: Literal["same", "out", "in"]
    text: str


def compared(before: str, after: str) -> list[Piece]:
    """Return the pieces in order; those that stayed or came in make ``after``."""
    one, other = _WORD.findall(before), _WORD.findall(after)
    counts = Counter(one)
    if sum(counts[word] for word in other) > MOST_PAIRS:
        return _replaced(before, after)
    pieces: list[Piece] = []
    old = new = ""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        out, put = "".join(one[i1:i2]), "".join(other[j1:j2])
        if tag == "equal" and (put.strip() or not (old or new)):
            pieces += [*_replaced(old, new), Piece("same", put)]
            old = new = ""
        else:  # a mere space between two changes belongs to them
            old, new = old + out, new + put
    return [*pieces, *_replaced(old, new)]


def _replaced(old: str, new: str) -> list[Piece]:
    found: list[Piece] = [Piece("out", old), Piece("in", new)]
    return [piece for piece in found if piece.text]
