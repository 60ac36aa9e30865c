"""Fractions and quarters: 삼분의 일, 3분의 1, 1/3, 삼사분기. In `Number` a third is ``1/3``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.number import Number, quantity
from edgebox.language.numerals import SINO_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

_WORDS: Final = f"[{SINO_DIGITS}십백천만]{{1,6}}"
SHARE: Final = rf"(?P<share>\d{{1,4}}\ ?분의\ ?(?:\d{{1,4}}|[{SINO_DIGITS}십백]{{1,4}}))"
SHARE_SAID: Final = rf"(?P<share_said>{_WORDS}\ ?분의\ ?(?:\d{{1,4}}|[{SINO_DIGITS}십백]{{1,4}}))"
QUARTER: Final = r"(?P<quarter>[1-4](?:/4|\ ?사)?\ ?분기)"
QUARTER_SAID: Final = r"(?P<quarter_said>(?!이\ 분)[일이삼사](?:\ ?사)?\ ?분기)"
"""Alternatives of a verbose pattern; `share` and `quarter` read what they match."""

_OF: Final = re.compile(r" ?분의 ?")


def share(match: re.Match[str]) -> Number | None:
    """Read 삼분의 일, or return None if it is more than one: 오 분의 십."""
    of = _OF.search(match[0])
    if of is None:
        return None
    whole = numerals.stops(match[0][: of.start()], 0)
    parts = numerals.stops(match[0], of.end())
    if not whole or whole[-1].end != of.start():
        return None
    # 사분의 삼이에요: the 이 is no part of it.
    for part in reversed(parts):
        if part.value < whole[-1].value:
            start = match.start()
            return fraction(part.value, whole[-1].value, start, start + part.end)
    return None


def fraction(part: Decimal, whole: Decimal, start: int, end: int) -> Number:
    """Return a part of a whole."""
    value = f"{part:f}/{whole:f}"
    provides = {value, "50%"} if part * 2 == whole else {value}
    return Number("count", value, frozenset({value}), frozenset(provides), start, end)


def quarter(match: re.Match[str]) -> Number:
    """Read 3분기, 3/4분기 or 삼사분기."""
    return quantity(numerals.stops(match[0], 0)[0].value, "", *match.span())


def written_fractions(part: int, whole: int) -> Iterator[str]:
    """Yield the written forms of a fraction."""
    yield f"{part}/{whole}"
    yield from (f"{whole}분의{gap}{part}" for gap in (" ", ""))
