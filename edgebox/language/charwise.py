"""Figures that a recogniser writes with a space between any two: 1 2 만 9 천 원, 3 시 3 0 분.

A run of them may be several numbers, so these forms are read generously, as those of `possible`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from edgebox.language.counters import UNIT_WORD
from edgebox.language.korean import numbers_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.language.number import Number

_RUN: Final = re.compile(
    rf"(?:(?:오전|오후|새벽|아침|낮|저녁|밤) ?)?(?<![\d.,])\d(?:(?: |(?<=[가-힣])|(?=[가-힣]))"
    rf"(?:\d(?!\d)|[십백천만억]|{UNIT_WORD})(?![.,:/-]\d)){{2,14}}",
    re.ASCII,
)
_BETWEEN: Final = re.compile(r"(?<=\d) (?=\d)", re.ASCII)


def charwise(text: str) -> Iterator[Number]:
    """Yield the numbers of runs of single figures, the spaces between them left out."""
    for match in _RUN.finditer(text):
        closed = _BETWEEN.sub("", match[0])
        if closed == match[0] or closed.isdigit():
            continue
        left_out = {gap.start() for gap in _BETWEEN.finditer(match[0])}
        places = [
            at for at in range(match.start(), match.end()) if at - match.start() not in left_out
        ]
        for number in numbers_in(closed):
            start, end = places[number.start], places[number.end - 1] + 1
            yield replace(number, start=start, end=end)
