"""Dates as they are written: 2025-09-13, 9/13, and 2025. 9. 13., the National Institute's norm."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edgebox.language.fractions import fraction
from edgebox.language.number import date, either, plain

if TYPE_CHECKING:
    from edgebox.language.number import Number

_M: Final = r"(?:1[0-2]|0?[1-9])"
DAY: Final = r"(?:[12]\d|3[01]|0?[1-9])"
WRITTEN: Final = rf"""
    (?P<iso>(?<![\d.])(?:19|20)\d\d(?:[-./]\d{{1,2}}[-./]|\.\ {_M}\.\ ){DAY}(?!\d))
  | (?P<short>(?<![\d.])[23]\d(?:\.\ ?{_M}\.\ ?{DAY}|/(?:0\d|1[0-2])/[0-3]\d)(?![\d/]|\.\d))
  | (?P<points>(?<![\d.])(?<!\d\.\ )(?:{_M}\.\ {DAY}\.(?!\d|\ \d{{1,2}}\.)
        | (?:0[1-9]\.{DAY}|{_M}\.{DAY}\.?(?=\ ?\([월화수목금토일]\)|일자))(?!\d|\.\d)))
  | (?P<slash>(?<![\d/.])(?:0?[1-9]|1[0-2])/(?:[12]\d|3[01]|0?[1-9])(?![\d/]))
  | (?P<solid>(?<![\dA-Za-z-])20[0-4]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![\dA-Za-z-]))
"""
"""Alternatives of a verbose pattern; `written` reads what they match."""

_DATED_BEFORE: Final = re.compile(r"(?:일|일자|날짜|년월일)(?:은|는|이|을)? ?:? ?$")
_DATED_AFTER: Final = re.compile(r" ?(?:일자|까지|부터|자로|기준|~)")


def written(match: re.Match[str]) -> Number:
    """Read what `WRITTEN` matched. Eight figures are a date only beside a word for one."""
    start, end = match.span()
    if match.lastgroup == "solid":
        figures = match.group()
        number = plain("plain", figures, start, end)
        text = match.string
        dated = _DATED_BEFORE.search(text, max(0, start - 7), start)
        if not dated and not _DATED_AFTER.match(text, end):
            return number
        day = date(int(figures[:4]), int(figures[4:6]), int(figures[6:]), start, end)
        return either(day, number)
    parts = [int(part) for part in re.findall(r"\d{1,4}", match.group())]
    year = {"iso": 0, "short": 2000}.get(match.lastgroup or "")
    month, day_of_month = parts[-2:]
    day = date(0 if year is None else parts[0] + year, month, day_of_month, start, end)
    if match.lastgroup == "slash" and month < day_of_month <= 10 and "0" not in match.group()[:-1]:
        return either(day, fraction(Decimal(month), Decimal(day_of_month), start, end))
    return day
