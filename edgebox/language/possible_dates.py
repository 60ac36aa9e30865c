"""What may be a date in the forms of a recogniser: 9.13에 주문, 공구월 공삼일."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.months import has_day
from edgebox.language.number import date
from edgebox.language.numerals import SINO_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.language.number import Number

_POINTED: Final = re.compile(
    r"(?<![\d.,])(1[0-2]|[1-9])\.([12]\d|3[01]|0?[1-9])"
    r"(?=에(?!서)|(?<=\.\d\d)(?:까지|부터)(?! ?(?:오르|올[라리]|내[려리]|떨))"
    r"|자로|날|일자| ?\(?[월화수목금토일](?:요일|\)))",
    re.ASCII,
)
_MEASURED: Final = re.compile(
    r"(?:[A-Za-z]|버전|화면|인치|점|점수|평점|학점|시력|금리|이율|도수|배율|환율|당|수치"
    r"|[가-힣]율|[가-힣]압)"
    r"[이가은는도을를]? ?$"
)
"""Before a decimal: 시력이 1.2에 가까워요."""
_ZEROED: Final = re.compile(
    rf"(?<![가-힣\d])[공영] ?([{SINO_DIGITS}]) ?월 ?"
    rf"(?:[공영] ?([{SINO_DIGITS}])|([이삼]?십[{SINO_DIGITS}]?)) ?일"
)


def possible_dates(text: str) -> Iterator[Number]:
    """Yield what may be a date of a month: figures beside a point, and words with their zeros."""
    for match in _POINTED.finditer(text):
        if not _MEASURED.search(text, max(0, match.start() - 6), match.start()):
            yield from _of_month(int(match[1]), int(match[2]), match)
    for match in _ZEROED.finditer(text):
        month, day = (int(numerals.stops(word, 0)[-1].value) for word in match.groups() if word)
        yield from _of_month(month, day, match)


def _of_month(month: int, day: int, match: re.Match[str]) -> Iterator[Number]:
    if has_day(month, day):
        yield date(0, month, day, *match.span())
