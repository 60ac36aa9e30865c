"""What was said, compared by its runs of three characters: two lists may be the same speech.

Two engines understand a call each in its own way. Two calls that begin alike, or two sides who
repeat each other, are not the same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from edgebox.reading.entries import size
from edgebox.reading.roles import role_of
from edgebox.reading.sounds import is_hidden, says_otherwise, sound_alike

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from edgebox.reading.turn import Turn

_COMPARED: Final = 20_000
"""Characters of a list that are compared with another one."""
_GRAM: Final = 3
_FEWEST: Final = 20
"""Runs of three characters in speech that can be known again."""
_SAME: Final = 0.4
"""Share of these runs that two engines have in common where each mishears a tenth to a fifth.

The halves of one call, or its sides, share 0.24 at most in 164 calls of the test data.
"""
_SHORT: Final = 400
"""Runs below which calls, or sides who read back a number, share more than two engines would."""
_SAME_SHORT: Final = 0.8
"""Share of the runs of short speech that is the same."""
_GAP: Final = 4
"""Runs in a row that short speech has alone where a word of two syllables was misheard."""
_PIECE: Final = 100
_NEWS: Final = 0.2
"""Share of a piece of so many runs that two engines have in common at least where each mishears an
eighth; of 95 in 100 pieces of other calls less is in a call of the test data."""
_AS_LONG: Final = 0.7
"""Share of the longer one that the shorter of two engines heard at least."""
_FOUND: Final = 0.9
"""Share of these runs that are those of the call where a list was found in it."""
MOST: Final = 8
"""Lists that are compared each with each."""


def same_speech(one: Sequence[Turn], other: Sequence[Turn]) -> bool:
    """Return whether two lists say the same, each as its own engine understood it."""
    return "".join(_said_first(one)) == "".join(_said_first(other)) or _same(
        grams(one), grams(other)
    )


def said_once(
    parts: Sequence[list[Turn]], labels: Sequence[str] = (), *, exact: bool = False
) -> list[bool]:
    """Return which parts of a call say what none before them, and no larger one, says.

    Many parts are compared only where each begins with all of the one before it. What agent and
    customer say is dropped only where it is the same to the letter: they repeat each other.

    Args:
        parts: the turns of each.
        labels: who speaks in each, if it is known: of all parts or of none.
        exact: whether only what is the same but for what is hidden in it is said again.
    """
    if len(parts) > 1 and _grow(parts):
        return [False] * (len(parts) - 1) + [True]
    if not 1 < len(parts) <= MOST:
        return [True] * len(parts)
    named = labels or [""] * len(parts)
    if exact:
        texts = ["".join(_said_first(turns)) for turns in parts]
        return [
            not any(is_hidden(text, before) for before in texts[:number])
            for number, text in enumerate(texts)
        ]
    heard = [_Heard.of(turns, label) for turns, label in zip(parts, named, strict=True)]
    return [
        not any(one.repeats(before) for before in heard[:number])
        and not any(one.is_in(other) for other in heard)
        for number, one in enumerate(heard)
    ]


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a part of a call says.

    Attributes:
        text: without spaces.
        runs: of three characters, in their order.
        grams: how often each of them is there.
        side: of which alone it is, where that is known.
    """

    text: str
    runs: list[str]
    grams: Counter[str]
    side: str

    @classmethod
    def of(cls, turns: Sequence[Turn], label: str) -> _Heard:
        text = "".join(_said_first(turns))
        runs = list(_runs(text))
        sides = {role_of(turn.speaker.lower()) for turn in turns}
        side = sides.pop() if len(sides) == 1 else None
        return cls(text, runs, Counter(runs), side or role_of(label.strip().lower()) or "")

    def repeats(self, other: _Heard) -> bool:
        """Return whether both are the same speech, as two engines understood it."""
        if len(self.runs) < _FEWEST or not _same(self.grams, other.grams):
            return False
        if self._is_of_another_side(other):
            return self.grams == other.grams
        if min(len(self.runs), len(other.runs)) >= _SHORT:
            return not self._has_news(other)
        close = _same(self.grams, other.grams, _SAME_SHORT)
        if close and max(self._gap(other), other._gap(self)) <= _GAP:
            return not says_otherwise(self.text, other.text)
        return sound_alike(self.text, other.text)

    def is_in(self, larger: _Heard) -> bool:
        """Return whether a larger part says again all that this one does."""
        if len(self.runs) < 2 * _FEWEST or self._is_of_another_side(larger):
            return False
        found = (self.grams & larger.grams).total() >= _FOUND * len(self.runs)
        return found and len(self.runs) < _SAME * len(larger.runs) and self._gap(larger) <= _GAP

    def _is_of_another_side(self, other: _Heard) -> bool:
        return {self.side, other.side} == {"agent", "customer"}

    def _has_news(self, other: _Heard) -> bool:
        """Return whether a stretch of long speech is one that the other hardly has."""
        pieces = [self.runs[at : at + _PIECE] for at in range(0, len(self.runs), _PIECE)]
        pieces[-1] = self.runs[-_PIECE:]
        return any(
            sum(run in other.grams for run in piece) < _NEWS * len(piece) for piece in pieces
        )

    def _gap(self, other: _Heard) -> int:
        """Return how many runs in a row the other does not have, at most."""
        longest = now = 0
        for run in self.runs:
            now = 0 if run in other.grams else now + 1
            longest = max(longest, now)
        return longest


def _grow(parts: Sequence[list[Turn]]) -> bool:
    texts = [[turn.text for turn in turns] for turns in parts]
    long = len(parts) > 2 or size(parts[0]) >= _FEWEST  # 네 may be said again
    return long and all(
        len(one) < len(after) and after[: len(one)] == one for one, after in pairwise(texts)
    )


def _same(one: Counter[str], other: Counter[str], share: float = _SAME) -> bool:
    least, most = sorted((one.total(), other.total()))
    return least >= _AS_LONG * most > 0 and (one & other).total() >= share * most


def found_in(turns: Sequence[Turn], speech: Counter[str]) -> bool:
    """Return whether nearly all that is said stands in other speech, of these runs."""
    found = {one for text in _said_first(turns) for one in _runs(text)}
    return bool(found) and sum(one in speech for one in found) >= _FOUND * len(found)


def grams(turns: Iterable[Turn]) -> Counter[str]:
    """Return the runs of three characters in what was said first, without spaces."""
    return Counter(_runs("".join(_said_first(turns))))


def _said_first(turns: Iterable[Turn]) -> Iterator[str]:
    left = _COMPARED
    for turn in turns:
        if left <= 0:
            return
        text = "".join(turn.text[:left].split())
        left -= len(text)
        yield text


def _runs(text: str) -> Iterator[str]:
    return (text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1))
