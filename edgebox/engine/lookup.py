"""Guesses at what a sequence writes next: what followed its last tokens where they were before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from array import array

SHORTEST = 2
"""Tokens that have to be repeated before what followed them is a guess."""

LONGEST = 8
"""A longer repetition says no more."""

_PLACES = 16  # of one pair that are looked at, the latest ones


@dataclass(frozen=True, slots=True)
class Draft:
    """A guess.

    Attributes:
        repeated: how many of the sequence's last tokens came before it the last time, of those
            that are compared (SHORTEST to LONGEST).
        tokens: what followed then.
        tried: how many of them the step reads.
    """

    repeated: int
    tokens: tuple[int, ...]
    tried: int = 0

    @property
    def rows(self) -> tuple[int, ...]:
        """The tokens that the step reads after the sequence's own."""
        return self.tokens[: self.tried]


class Lookup:
    """Where each pair of tokens of a sequence occurred.

    Args:
        tokens: of the sequence, which grows.
    """

    def __init__(self, tokens: array[int]) -> None:
        self._tokens = tokens
        self._after: dict[tuple[int, int], list[int]] = {}  # places after a pair, ascending
        self._indexed = SHORTEST

    def draft(self, most: int) -> Draft | None:
        """Return what followed the last tokens where most of them occurred before, the last time.

        Args:
            most: tokens of the guess, at most.
        """
        tokens, end = self._tokens, len(self._tokens)
        if end < SHORTEST or most < 1:
            return None
        for place in range(self._indexed, end):  # not the last pair: nothing followed it yet
            self._after.setdefault((tokens[place - 2], tokens[place - 1]), []).append(place)
        self._indexed = max(self._indexed, end)
        longest, found = 0, 0
        for place in reversed(self._after.get((tokens[-2], tokens[-1]), ())[-_PLACES:]):
            repeated = SHORTEST
            while (
                repeated < min(LONGEST, place)
                and tokens[place - repeated - 1] == tokens[end - repeated - 1]
            ):
                repeated += 1
            if repeated > longest:
                longest, found = repeated, place
            if longest == LONGEST:
                break
        if not longest:
            return None
        return Draft(longest, tuple(tokens[found : found + most]))
