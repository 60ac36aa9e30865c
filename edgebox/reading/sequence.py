"""Turns without times that have numbers, in the order of these."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

from edgebox.reading.entries import named
from edgebox.reading.starts import start_of

_NUMBERS: Final = (
    "seq", "seqno", "sequence", "sequenceid", "sequenceno", "sequencenumber", "index", "idx",
    "turn", "turnno", "turnid", "turnindex", "turnorder", "order", "orderno", "utteranceindex",
    "utteranceno", "sentenceindex", "phraseindex", "no", "순번", "순서", "번호",
    "발화순번", "발화번호",
)  # fmt: skip
"""Fields that number the turns of a call."""
_FEWEST: Final = 3
_DIGITS: Final = 9


def in_sequence(values: list[Any]) -> list[Any]:
    """Return objects without times in the order of their numbers.

    They are sorted where two sides stand one after the other, each in its order, and turned where
    the newest is first.
    """
    if len(values) < _FEWEST or not all(isinstance(one, dict) for one in values):
        return values
    first = named(values[0])
    name = next((one for one in _NUMBERS if _number(first.get(one)) is not None), None)
    if name is None or start_of(first) is not None:
        return values
    fields = [named(one) for one in values]
    numbers = [number for one in fields if (number := _number(one.get(name))) is not None]
    falls = sum(after < before for before, after in pairwise(numbers))
    if len(set(numbers)) < len(values) or falls not in (1, len(values) - 1):
        return values
    if any(start_of(one) is not None for one in fields):
        return values
    order = sorted(range(len(values)), key=numbers.__getitem__)
    return [values[at] for at in order]


def _number(value: Any) -> int | None:  # noqa: ANN401 - JSON
    if isinstance(value, str) and value.isdecimal() and len(value) <= _DIGITS:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
