"""Turns without times that have numbers or stretches, in the order of these."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

from edgebox.reading.entries import named, speaker_of
from edgebox.reading.starts import milliseconds, start_of, written_at

_NUMBERS: Final = (
    "seq", "seqno", "sequence", "sequenceid", "sequenceno", "sequencenumber", "index", "idx",
    "turn", "turnno", "turnid", "turnindex", "turnorder", "order", "orderno", "utteranceindex",
    "utteranceno", "sentenceindex", "phraseindex", "no", "순번", "순서", "번호",
    "발화순번", "발화번호",
)  # fmt: skip
"""Fields that number the turns of a call."""
_STRETCHES: Final = ("range", "interval", "timerange", "timespan")
"""Fields with a beginning and an end. They may be of characters: only those of two sides tell."""
_ENDS: Final = 2
_FEWEST: Final = 3
_DIGITS: Final = 9
_GAPS: Final = 1.5
"""Numbers from the least to the greatest, for each that there is: a few may be left out."""


def in_sequence(values: list[Any]) -> list[Any]:
    """Return objects without times in the order of their numbers.

    They are sorted where two sides stand one after the other, each in its order, and turned where
    the newest is first; not where many numbers are left out, nor where another field rises.
    """
    if len(values) < _FEWEST or not all(isinstance(one, dict) for one in values):
        return values
    first = named(values[0])
    names = (*_NUMBERS, *_STRETCHES)
    name = next((one for one in names if _place(one, first) is not None), None)
    if name is None or start_of(first) is not None:
        return values
    fields = [named(one) for one in values]
    numbers = [number for one in fields if (number := _place(name, one)) is not None]
    falls = [at for at, (one, after) in enumerate(pairwise(numbers), 1) if after < one]
    if len(set(numbers)) < len(values) or len(falls) not in (1, len(values) - 1):
        return values
    timed = any(start_of(one) is not None or written_at(one) is not None for one in fields)
    counted = name in _NUMBERS
    gaps = counted and max(numbers) - min(numbers) >= _GAPS * len(numbers)
    turned = counted and len(falls) > 1
    sides = len(falls) == 1 and _are_two_sides(fields, falls[0])
    if timed or gaps or _rises(fields) or not (turned or sides):
        return values
    order = sorted(range(len(values)), key=numbers.__getitem__)
    return [values[at] for at in order]


def _rises(fields: list[dict[str, Any]]) -> bool:
    """Return whether a field of all objects is a number or a time that rises with each."""
    for name in fields[0]:
        told = [milliseconds(one.get(name), 1) for one in fields]
        known = [one for one in told if one is not None]
        if len(known) == len(fields) and all(one < other for one, other in pairwise(known)):
            return True
    return False


def _are_two_sides(fields: list[dict[str, Any]], fall: int) -> bool:
    """Return whether all of one speaker stands before all of another, where the numbers fall."""
    speakers = [speaker_of(one) for one in fields]
    one, other = set(speakers[:fall]), set(speakers[fall:])
    return len(one) == len(other) == 1 and one != other


def _place(name: str, fields: dict[str, Any]) -> float | None:
    """Return the number of an object, or the beginning of its stretch."""
    value = fields.get(name)
    if name in _NUMBERS:
        return _number(value)
    pair = isinstance(value, dict) or (isinstance(value, list) and len(value) == _ENDS)
    return milliseconds(value, 1) if pair else None


def _number(value: Any) -> int | None:  # noqa: ANN401 - JSON
    if isinstance(value, str) and value.isdecimal() and len(value) <= _DIGITS:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
