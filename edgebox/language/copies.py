"""The figures of a call as they stand in it: 아이폰15프로, 10시-12시, 140/90, 10,000mAh.

`spelling` writes a number that was said. This module copies what was written, with the letters,
Hangul and signs that are joined to it.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from edgebox.language.form import Form
from edgebox.language.korean import numbers_in
from edgebox.language.number import supports
from edgebox.language.spelling import MAX_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from edgebox.language.number import Number

MAX_COPIES: Final = 4_000
"""Different pieces that are read again: those said first. 4,000 take 0.1 s."""

_REACH: Final = 12
"""Characters that are looked at before and after a number."""

_BEFORE: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9가-힣\-.,:/~()%+]+$")
_AFTER: Final = re.compile(r"[A-Za-z]+|[0-9]+|[가-힣]+|[-.,:/~()%+]")
_PRODUCT: Final = re.compile(r"[가-힣A-Za-z]{1,8}(?= ?$)")
_PRO: Final = re.compile(r" ?프로")
_FIGURE: Final = re.compile(r"[0-9]")


def copies(
    numbers: Iterable[Number], text: str, provided: Collection[str]
) -> Iterator[tuple[Form, str]]:
    """Yield what the call has in figures, as it has them, by how it ends.

    A piece whose numbers are others when it stands alone (15프로, of 아이폰15프로) is left out.

    Args:
        numbers: as `numbers_in` reads them from ``text``.
        text: the call.
        provided: what the numbers of the call support.
    """
    seen: set[str] = set()
    places: set[tuple[str, str]] = set()
    begins = ends = 0
    for number in numbers:
        for piece in _product(number, text):
            if piece not in seen:
                seen.add(piece)
                yield from ((Form.CLOSED, whole) for _, whole in _copied(piece, provided))
        at, end = number.start, number.end + _REACH
        place = (text[max(0, at - 2 * _REACH) : at], text[at:end])
        if place not in places and _FIGURE.search(text, number.start, number.end):
            places.add(place)
            before = _BEFORE.search(text, max(0, number.start - _REACH), number.start)
            start = before.start() if before else number.start
            # Z플립6 256GB: of two figures beside each other, both are copied together.
            beside = 0 < ends == start - 1 and text[ends] == " "
            starts = {number.start, start, begins if beside else start}
            *_, ends = stops = list(_stops(text, number.end))
            begins = start
            for first, last in itertools.product(starts, stops):
                piece = text[first:last].strip("(,.:/~-")
                if piece not in seen and len(piece) <= MAX_CHARACTERS:
                    seen.add(piece)
                    yield from _copied(piece, provided)
        if len(seen) > MAX_COPIES:
            return


def _product(number: Number, text: str) -> Iterator[str]:
    """Yield 아이폰 15 프로, whose 프로 is no percent, together and apart."""
    if number.kind in {"plain", "count"} and _PRO.match(text, number.end):
        name = _PRODUCT.search(text, max(0, number.start - 9), number.start)
        for one, other in itertools.product((" ", ""), repeat=2):
            if name:
                yield f"{name[0]}{one}{number.value}{other}프로"


def _stops(text: str, end: int) -> Iterator[int]:
    """Yield where a copy of the number that ends there may end: in Hangul after each syllable."""
    yield end
    at = end
    while at < end + _REACH and (piece := _AFTER.match(text, at, end + _REACH)):
        if piece[0][0] >= "가":
            yield from range(at + 1, piece.end())
        at = piece.end()
        if piece[0][-1] not in "(,.:/~-":
            yield at


def _copied(piece: str, provided: Collection[str]) -> Iterator[tuple[Form, str]]:
    found = numbers_in(piece)
    if not found or not all(supports(provided, number) for number in found):
        return
    if found[0].kind == "time":
        yield Form.BARE_HOUR if piece[-1] >= "가" else Form.BARE_CLOCK, piece
    elif piece[-1].isdigit():
        yield Form.FIGURES, piece
    elif piece[-1].isalpha() and piece.isascii():
        yield Form.CODE, piece
    else:
        yield Form.COPIED, piece
