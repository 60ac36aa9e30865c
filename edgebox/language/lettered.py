"""Codes that differ from each other in a letter only: A24 for S24, 12B for 12A.

Letters are often lost in speech, so the figures of a code bear it out. Where the call has them with
another letter and nowhere else, they are those of another thing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgebox.language.number import Number

_CODE: Final = re.compile(r"([A-Z]{0,3})(\d{2,8})([A-Z]{0,3})", re.ASCII)


def has_another_letter(claim: Number, said: Iterable[Number]) -> bool:
    """Return whether a call has the figures of a code with one other letter only.

    Args:
        claim: a number of an analysis.
        said: what the call bears out.
    """
    code = _CODE.fullmatch(claim.value)
    if claim.kind != "code" or code is None or not code[1] + code[3]:
        return False
    known = {f"#{code[2]}", code[2]}
    holders = [one for one in said if not known.isdisjoint(one.provides)]
    if any(claim.value in one.provides for one in holders):
        return False
    others = _merged(one for one in holders if _differ_in_a_letter(code, one))
    return bool(others) and all(_overlaps(one, others) for one in holders)


def _merged(numbers: Iterable[Number]) -> list[tuple[int, int]]:
    """Return the spans of numbers in order, those that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((one.start, one.end) for one in numbers):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _overlaps(one: Number, spans: list[tuple[int, int]]) -> bool:
    last = bisect_left(spans, (one.end, 0)) - 1
    return last >= 0 and one.start < spans[last][1]


def _differ_in_a_letter(code: re.Match[str], one: Number) -> bool:
    other = _CODE.fullmatch(one.value)
    if one.kind != "code" or other is None or other[2] != code[2]:
        return False
    if [len(other[1]), len(other[3])] != [len(code[1]), len(code[3])]:
        return False
    return sum(a != b for a, b in zip(code[0], other[0], strict=True)) == 1
