"""What 제 numbers: articles of a law or contract (제이십삼조 이항), and instalments (제이차 접종).

In `Number` an article is ``23조``, because 23조 alone may be one as well as an amount.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.counters import TAIL
from edgebox.language.number import Number, quantity
from edgebox.language.numerals import SINO_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMERAL: Final = (
    rf"[{SINO_DIGITS}]?(?:[백십] ?)?[{SINO_DIGITS}]?(?:십 ?)?[{SINO_DIGITS}]?|\d{{1,4}}"
)
_ARTICLE: Final = re.compile(
    rf"{numerals.LAW}(?=[{SINO_DIGITS}백십\d])({_NUMERAL}) ?조(?! ?원|[가-힣]*[억만])", re.ASCII
)
_NTH: Final = re.compile(
    rf"(?<![가-힣])제 ?(?=[{SINO_DIGITS}백십])({_NUMERAL})"
    rf" ?(?:회차|[차회호항목관장절권편기종급])(?={TAIL.pattern}| [가-힣])"
)
_TRILLIONS: Final = re.compile(r"(\d{1,3}) ?조")


def articles(text: str) -> Iterator[Number]:
    """Yield the articles and what else 제 numbers, of what a call says."""
    for match in _ARTICLE.finditer(text):
        if value := _value(match[1]):
            provides = frozenset({f"{value}조", value, f"#{value}", f"~{value}"})
            yield Number("plain", value, frozenset({value}), provides, *match.span(1))
    for match in _NTH.finditer(text):
        if value := _value(match[1]):
            yield quantity(Decimal(value), "", match.start(1), match.end())


def or_article(text: str, number: Number) -> Number:
    """Return a number of which 23조 alone may also be an article."""
    if alone := _TRILLIONS.fullmatch(text, number.start, number.end):
        return replace(number, requires=number.requires | {f"{int(alone[1])}조"})
    return number


def _value(words: str) -> str:
    """Return the figures of a numeral, or nothing if it does not end where the words do."""
    words = words.replace(" ", "")
    stops = numerals.stops(words, 0)
    whole = stops and stops[-1].end == len(words)
    return f"{stops[-1].value:f}" if whole else ""
