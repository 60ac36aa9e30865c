"""What is measured at a patient: 백이십에 팔십 is a blood pressure, 삼십팔 도 오 분 38.5도.

These forms are read generously, as those of `possible` are: what a call bears out.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.number import Number, quantity
from edgebox.language.numerals import SINO_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEGREES: Final = rf"3[4-9]|4[0-2]|삼십[{SINO_DIGITS}]|사십[일이]?"
_FEVER: Final = re.compile(
    rf"(?<![가-힣\d])({_DEGREES}) ?(?P<unit>도) ?(?P<tenth>[1-9{SINO_DIGITS}])"
    r"(?: ?[분부](?!마다|씩| ?(?:정도|동안|간|뒤|후|전|만))"
    r"|(?<!이)(?=이?[요에라]|예요|까지|였|[.,?!\n]|$))"
)
_SIZE: Final = rf"\d{{2,3}}|[{SINO_DIGITS}백십]{{2,6}}"
_PRESSURE: Final = re.compile(
    rf"(?<![가-힣\d])({_SIZE})(?:에서?| 다시|/|,)? ?({_SIZE})(?![\d만천억원])"
)
_OF_BLOOD: Final = re.compile(r"혈압|수축기|이완기|최고.{0,30}최저")
_NEAR: Final = 120
"""Characters before a pressure in which blood is talked about, or a third of it behind."""


def vitals(text: str) -> Iterator[Number]:
    """Yield the temperatures and blood pressures of a text."""
    for match in _FEVER.finditer(text):
        whole, tenth = (numerals.stops(match[group], 0)[-1].value for group in (1, "tenth"))
        # Up to its unit: behind 칠 부 another one stands.
        yield quantity(whole + tenth / Decimal(10), "", match.start(), match.end("unit"))
    if _OF_BLOOD.search(text):
        yield from _pressures(text)


def _pressures(text: str) -> Iterator[Number]:
    """Yield blood pressures, ``120에80``: what is written 120/80."""
    for match in _PRESSURE.finditer(text):
        start, end = match.span()
        if not _OF_BLOOD.search(text, max(0, start - _NEAR), end + _NEAR // 3):
            continue
        high, low = numerals.stops(match[1], 0), numerals.stops(match[2], 0)
        if not (high and low and high[-1].end == len(match[1])):
            continue
        for stop in low[-2 if match[2][-1] == "이" else -1 :]:  # 구십이 나왔어요 may be 90
            if 30 <= stop.value < high[-1].value <= 260:
                pressure = f"{high[-1].value:f}에{stop.value:f}"
                said = frozenset({pressure})
                yield Number("count", pressure, said, said, start, end)
