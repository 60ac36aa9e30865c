"""How much a person changed a draft before accepting it."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language.korean import numbers_in
from edgebox.language.names import names_in
from edgebox.language.number import provided, supports
from edgebox.language.words import squeeze

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from edgebox.language.number import Number

MATERIAL: Final = 0.2
"""Of the characters: from here on a change is material, whatever was changed."""

_SOME_DAY: Final = dt.date(2001, 5, 16)
"""Without the day of the call, 내일 and 모레 must still be two days; any Wednesday does."""


class Edit(NamedTuple):
    """The size of an edit.

    Attributes:
        changed: the edit distance without white space, of the longer text's characters: 0 to 1.
        material: a number, a date, an amount or a name is another one, or ``changed`` is at least
            MATERIAL.
    """

    changed: float
    material: bool


def edit_of(
    shown: Mapping[str, str],
    accepted: Mapping[str, str],
    on: dt.date | None = None,
) -> Edit:
    """Compare what was shown with what was accepted, field by field.

    A field that was not accepted at all was left out, not edited: it is not compared. A field that
    was not shown counts as written by the person.

    Args:
        shown: the draft's texts by field.
        accepted: the person's.
        on: the day of the call, if it is known.
    """
    names = list(accepted)
    before = [_plain(shown.get(name, "")) for name in names]
    after = [_plain(accepted[name]) for name in names]
    distance = longest = 0
    for one, other in zip(map(squeeze, before), map(squeeze, after), strict=True):
        distance += edit_distance(one, other)
        longest += max(len(one), len(other))
    changed = distance / longest if longest else 0.0
    facts = _facts_differ("\n".join(before), "\n".join(after), on or _SOME_DAY)
    return Edit(round(changed, 4), facts or changed >= MATERIAL)


def edit_distance(one: str, other: str) -> int:
    """Return the Levenshtein distance of two texts.

    Hyyrö's form of Myers' bit vectors (A Bit-Vector Algorithm for Computing Levenshtein and Damerau
    Edit Distances, 2003): a row of the matrix is one integer, so 2,000 characters take
    milliseconds.
    """
    if not one or not other:
        return len(one) + len(other)
    masks: dict[str, int] = {}
    for place, sign in enumerate(one):
        masks[sign] = masks.get(sign, 0) | 1 << place
    every = (1 << len(one)) - 1
    last = 1 << (len(one) - 1)
    up, down, distance = every, 0, len(one)
    for sign in other:
        match = masks.get(sign, 0)
        zero = (((match & up) + up) ^ up) | match | down
        more, less = down | ~(zero | up), zero & up
        distance += bool(more & last) - bool(less & last)
        more = more << 1 | 1
        up = (less << 1 | ~(zero | more)) & every
        down = more & zero & every
    return distance


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _facts_differ(before: str, after: str, on: dt.date) -> bool:
    """Return whether a number or a name of one text is not in the other."""
    earlier, later = numbers_in(before, on), numbers_in(after, on)
    return (
        not _all_held(earlier, provided(later))
        or not _all_held(later, provided(earlier))
        or set(names_in(before)) != set(names_in(after))
    )


def _all_held(numbers: Collection[Number], provided: frozenset[str]) -> bool:
    return all(supports(provided, number) for number in numbers)
