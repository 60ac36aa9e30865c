"""Numbers that a word may be: 오 분 is five minutes or the fifth, 이 분 two minutes or this person.

`korean.numbers_in` reads what is surely a number: it says what a text claims. What a call bears out
is read generously with this module, because a true number must not be refused or flagged.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edgebox.language.counters import UNIT_WORD, UNITS
from edgebox.language.number import date, quantity, time_of_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.language.number import Number

_VALUES: Final = {word: value for value, word in enumerate("영일이삼사오육칠팔구십")}
_POSSIBLE: Final = re.compile(rf"(?<![가-힣])([{''.join(_VALUES)}]) ?({UNIT_WORD})")


def possible_numbers(text: str) -> Iterator[Number]:
    """Yield every single syllable before a unit or a counter as the number that it may be."""
    for match in _POSSIBLE.finditer(text):
        value, unit = _VALUES[match[1]], UNITS[match[2]]
        if unit == "month":
            if value > 0:
                yield date(0, value, 0, *match.span())
        elif unit == "hour":
            yield time_of_day(value, 0, "", *match.span())
        elif unit == "hours":
            yield quantity(Decimal(value * 60), "minute", *match.span())
        else:
            yield quantity(Decimal(value), unit, *match.span())
