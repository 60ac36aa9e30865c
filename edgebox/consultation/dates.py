"""Relative dates (내일, 다음 주 화요일, 사흘 뒤), resolved with the date of the call."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from edgebox.consultation import number

if TYPE_CHECKING:
    from edgebox.consultation.number import Number

_DAYS: Final = {"그저께": -2, "그제": -2, "어제": -1, "오늘": 0, "내일": 1, "모레": 2, "글피": 3}
_RELATIVE: Final = re.compile(rf"(?<![가-힣])(?P<day>{'|'.join(_DAYS)})")


def relative_dates(text: str, on: dt.date) -> list[Number]:
    """Return the relative dates of ``text``, said on the day ``on``, in order."""
    return [
        _resolved(on + dt.timedelta(_DAYS[match["day"]]), match.start(), match.end())
        for match in _RELATIVE.finditer(text)
    ]


def _resolved(day: dt.date, start: int, end: int) -> Number:
    """Return the number of a resolved date: its figures alone, and its year alone, it is not."""
    found = number.date(day.year, day.month, day.day, start, end)
    provides = frozenset(
        form for form in found.provides if not form.startswith("#") and form[-1] != "y"
    )
    return replace(found, provides=provides, relative=True)
