"""Where a monologue without sentence ends is cut: between words, and never inside a number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIGURES: Final = "0-9영공일이삼사오육륙칠팔구십백천만억조"
_UNITS: Final = (
    r"원|프로|퍼센트|%|개|월|달|일|주|년|시|분|초|건|번|회|명|분|호|동|층|점|대|장|평|가지|반"
    r"|달러|엔|유로|킬로|그램|미터|리터|기가|메가"
)
_NATIVE: Final = (
    "한|두|세|네|석|넉|다섯|여섯|일곱|여덟|아홉|열|스물?|스무|서른|마흔|쉰|예순|일흔|여든|아흔"
)
_SPACE: Final = re.compile(r"\s+")
_IN_A_NUMBER: Final = re.compile(
    rf"(?<=[0-9.,:~/-])\s+(?=\S)|\s+(?=[{_FIGURES}.,:~/-])"
    rf"|(?<=[{_FIGURES}])\s+(?={_UNITS})|(?<=시)\s+반"
)
"""White space that a number may go on behind; before 이번 and 일단 another is taken as well."""
_PART: Final = "오전|오후|새벽|아침|저녁|낮|밤"
_BEFORE: Final = re.compile(rf"(?:^|[\s{_FIGURES}])(?:{_NATIVE}|{_PART})$")
_LONGEST: Final = 4
_FIGURE: Final = re.compile(rf"[{_FIGURES}.,-]{{2}}")


def in_a_number(text: str, start: int, end: int) -> bool:
    """Return whether the white space from ``start`` to ``end`` may stand inside a number."""
    return (
        _IN_A_NUMBER.match(text, start, end + 3) is not None
        or _BEFORE.search(text[max(0, start - _LONGEST) : start]) is not None
    )


def pieces(text: str, start: int, end: int, most: int) -> Iterator[tuple[int, int]]:
    """Yield the pieces of a stretch, none longer than ``most`` characters.

    It is cut at the last white space that is not in a number, else at the last white space, else
    between two characters.
    """
    while end - start > most:
        cut = _cut(text, start, start + most)
        yield start, cut
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end


def _cut(text: str, start: int, most: int) -> int:
    spaces = [match.span() for match in _SPACE.finditer(text, start + 1, most + 1)]
    if spaces:
        between = (a for a, b in reversed(spaces) if not in_a_number(text, a, b))
        return next(between, spaces[-1][0])
    at = most
    while at > start and _FIGURE.match(text, at - 1):
        at -= 1
    return at if at > start else most
