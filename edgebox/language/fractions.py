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
_PERSON: Final = re.compile(r"이 ?분의 ?일")
_WHOLE: Final = re.compile(r"(?:[가-힣]의|(?<![가-힣])(?:약|딱|정확히|거의|대략)) ?$")
_PART: Final = re.compile(
    r"만(?!나)|씩|밖에|정도|쯤|수준|가격|금액|비용|로 ?(?:줄|감|낮|할인|떨어|깎|나[눠누뉘]|인하)"
    r"|[을를] ?(?:내|납부|부담|환급|할인|돌려|지원|감면)"
)

_TENTHS: Final = 10
_LONG: Final = 10_000


def share(match: re.Match[str]) -> Number | None:
    """Read 삼분의 일, or return None if it is more than one: 오 분의 십."""
    of = _OF.search(match[0])
    if of is None or (_PERSON.match(match[0]) and not _is_part(match)):
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


def _is_part(match: re.Match[str]) -> bool:
    """Whether 이분의 일 is a half here, and no matter of this person."""
    text, start, end = match.string, match.start(), match.end()
    return _WHOLE.search(text, max(0, start - 5), start) is not None or (
        _PART.match(text, end) is not None
    )


def fraction(part: Decimal, whole: Decimal, start: int, end: int) -> Number:
    """Return a part of a whole, and what percentage it is if that has no fraction."""
    value = f"{part:f}/{whole:f}"
    share = part * 100 / whole
    provides = {value, f"{share:.0f}%"} if share == int(share) else {value}
    return Number("count", value, frozenset({value}), frozenset(provides), start, end)


def quarter(match: re.Match[str]) -> Number:
    """Read 3분기, 3/4분기 or 삼사분기."""
    return quantity(numerals.stops(match[0], 0)[0].value, "", *match.span())


def written_fractions(part: int, whole: int) -> Iterator[str]:
    """Yield the written forms of a fraction. 15/100 would be read as two numbers."""
    if whole <= _TENTHS:
        yield f"{part}/{whole}"
    if whole < _LONG:
        yield from (f"{whole}분의{gap}{part}" for gap in (" ", ""))
