"""Days of birth that are said as six figures: 칠칠공삼공육 is the sixth of March 1977."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.groups import group
from edgebox.language.number import birth_years, date
from edgebox.language.numerals import SINO_DIGITS, ZEROS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.language.number import Number

_FIGURES: Final = re.compile(
    rf"(?<![\d,.-])\d{{6}}(?![\d,.])"
    rf"|(?<![{SINO_DIGITS}{ZEROS}])(?:[{SINO_DIGITS}{ZEROS}] ?){{5}}[{SINO_DIGITS}{ZEROS}]"
    rf"(?!(?!이[요에고라여시네])[{SINO_DIGITS}{ZEROS}십백천만])"
)

_NUMBERED: Final = re.compile(
    r"(?<!주민)(?<!주민 )(?<!주민등록)(?<!주민등록 )번호(?:[가는도를로])? ?(?:혹시|제가|그게)? ?$"
)
"""Before six figures that are no birth: 접수번호가."""

_MONTH: Final = re.compile(
    rf"(?<![가-힣\d])(?P<year>\d\d|[{SINO_DIGITS}{ZEROS}]{{2}}|[{SINO_DIGITS}]?십[{SINO_DIGITS}]?)"
    rf" ?년 ?(?P<month>\d{{1,2}}|십[일이]|[{SINO_DIGITS}유시]) ?월 ?생",
    re.ASCII,
)
"""공삼년 오월생."""

_BEFORE: Final = 16
_AS_A_NUMBER: Final = re.compile(r" ?번(?:[^가-힣]|으로|이[요에고]|입니|$)")


def births(text: str) -> Iterator[Number]:
    """Yield the days that six figures may be, in the years that two figures may mean."""
    for match in _MONTH.finditer(text):
        month = {"유": 6, "시": 10}.get(match["month"]) or int(group(match["month"]))
        if 0 < month <= 12:
            for whole in birth_years(int(group(match["year"]))):
                yield date(whole, month, 0, *match.span())
    for match in _FIGURES.finditer(text):
        start = match.start()
        if _NUMBERED.search(text, max(0, start - _BEFORE), start):
            continue
        if _AS_A_NUMBER.match(text, match.end()):
            continue
        said = match[0].replace(" ", "")
        signs = said if said.isdigit() else numerals.digits(said)
        year, month, day = int(signs[:2]), int(signs[2:4]), int(signs[4:])
        for whole in birth_years(year):
            try:
                dt.date(whole, month, day)
            except ValueError:
                continue
            yield date(whole, month, day, *match.span())
