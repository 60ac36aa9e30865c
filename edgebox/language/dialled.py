"""Telephone numbers in other forms than their own: 플러스 팔이 일공, +82 10, and 일일구 불러.

These forms are read generously, as those of `possible` are: what a call bears out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.number import code, plain
from edgebox.language.numerals import DIGIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.language.number import Number

_GAP: Final = r"(?:[ -]|에 ?| ?다시 ?)?"
_ABROAD: Final = re.compile(
    rf"(?:\+ ?|플러스 ?)(?:82|팔이){_GAP}(?:0|공)?"
    rf"((?:\d|{DIGIT})(?:{_GAP}(?:\d|{DIGIT})){{8,9}})(?![0-9])",
    re.ASCII,
)
_DIGIT: Final = re.compile(rf"\d|{DIGIT}", re.ASCII)
_EMERGENCY: Final = re.compile(
    r"(?<![가-힣])(일일[구사팔공]|일일이(?=에|로|를| ?(?:불[러렀]|부르))"
    r"|일이공|일삼[이삼]공|백십[구이사팔]?|백이십)"
    r"(?= ?(?:에다?|로|을|를|은|이?라도)? ?"
    r"(?:불러|불렀|부르|신고|전화|출동|구급|콜센터|상담|걸[었어면]))"
)
"""일일구 불렀고, 백십이에 신고했어요. 일일이 is an adverb too: 일일이 전화했어요."""


def dialled(text: str) -> Iterator[Number]:
    """Yield the telephone numbers that were dialled."""
    for match in _ABROAD.finditer(text):
        signs = "".join(
            one if one.isdigit() else numerals.digits(one) for one in _DIGIT.findall(match[1])
        )
        yield code("phone", f"0{signs}", *match.span())
        yield code("phone", f"82{signs}", *match.span())
    for match in _EMERGENCY.finditer(text):
        tens = numerals.stops(match[0], 0)[-1].value
        yield plain(
            "plain", f"{tens:f}" if "십" in match[0] else numerals.digits(match[0]), *match.span()
        )
