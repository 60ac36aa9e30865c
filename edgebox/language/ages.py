"""How old somebody is, by a birthday that is named (칠순) or the year of birth."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edgebox.language.number import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edgebox.language.number import Number

_AGES: Final = {
    "환갑": (60, 61), "회갑": (60, 61), "진갑": (61, 62), "칠순": (70,), "고희": (70,),
    "희수": (77,), "팔순": (80,), "미수": (88,), "구순": (90,), "졸수": (90,), "백수연": (99,),
    "돌잔치": (1,), "첫돌": (1,),
}  # fmt: skip
_AGE: Final = re.compile(
    rf"(?<![가-힣])({'|'.join(_AGES)})(?! ?(?:씨|님|고객|회원|대리|과장|부장)|[금령납])"
)
"""Not 미수금, nor somebody whose name is 백수연."""

_YEAR: Final = re.compile(r"(\d{4})y")
_OLDEST: Final = 110


def ages(text: str) -> Iterator[Number]:
    """Yield the ages that are named after a birthday."""
    for match in _AGE.finditer(text):
        for years in _AGES[match[1]]:
            yield quantity(Decimal(years), "", *match.span())


def ages_in(numbers: Iterable[Number], year: int) -> Iterator[Number]:
    """Yield how old who was born in a year of the numbers is, in whole years and as counted.

    Args:
        numbers: of a text.
        year: of the call.
    """
    for one in numbers:
        for form in one.provides:
            born = _YEAR.fullmatch(form)
            age = year - int(born[1]) if born else 0
            if 0 < age <= _OLDEST:
                for years in (age - 1, age, age + 1):
                    yield quantity(Decimal(years), "", one.start, one.end)
