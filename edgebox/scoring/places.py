"""How much of a part's words stands around an utterance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.scoring.alignment import Item
    from edgebox.scoring.spoken import Spoken

_AROUND: Final = {0: 1.0, -1: 0.8, -2: 0.6, -3: 0.5, 1: 0.5, 2: 0.3}
"""Utterances around a clause, and what a part's words there count for it: 네 변경됐습니다 is about
what was said before."""

_ELSEWHERE: Final = 0.15
"""What they count anywhere else in the call."""

_ALONE: Final = 0.6
"""What a clause holds of a part that is its predicate alone."""


class Places:
    """The utterances that hold a word, with how surely."""

    def __init__(self, item: Item, spoken: Spoken) -> None:
        self.said = bool(item.where)
        self.weight = item.weight
        self._of: dict[int, float] = {}
        for piece, degree in item.where.items():
            utterance = spoken.pieces[piece].utterance
            self._of[utterance] = max(degree, self._of.get(utterance, 0.0))
        self._elsewhere = _ELSEWHERE * max(self._of.values(), default=0.0)

    def near(self, utterance: int) -> float:
        """Return how much of the word stands around an utterance."""
        steps = (share * self._of.get(utterance + step, 0.0) for step, share in _AROUND.items())
        return max(self._elsewhere, *steps)


def share_of(around: Sequence[Places], utterance: int) -> float:
    """Return the share of a part's other words that stand around an utterance."""
    if not any(places.said for places in around):
        return _ALONE
    total = sum(places.weight for places in around)
    return sum(places.weight * places.near(utterance) for places in around) / total
