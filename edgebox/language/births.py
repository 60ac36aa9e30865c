"""Days of birth that are said as six figures: 칠칠공삼공육 is the sixth of March 1977."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
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


def births(text: str) -> Iterator[Number]:
    """Yield the days that six figures may be, in the years that two figures may mean."""
    for match in _FIGURES.finditer(text):
        said = match[0].replace(" ", "")
        signs = said if said.isdigit() else numerals.digits(said)
        year, month, day = int(signs[:2]), int(signs[2:4]), int(signs[4:])
        for whole in birth_years(year):
            try:
                dt.date(whole, month, day)
            except ValueError:
                continue
            yield date(whole, month, day, *match.span())
