"""How many people come, counted by age, and ages that are named after a birthday.

어른 열하나에 애가 셋 are 열네 명, and whose 칠순 it is will be seventy.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.natives import ALONE, TENS
from edgebox.language.number import quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.language.number import Number

_COUNT: Final = (
    rf"(?:(?:{'|'.join(TENS)})? ?(?:{'|'.join(ALONE)})|{'|'.join(TENS)}|\d{{1,3}}"
    r"|[이삼사오육칠팔구]?십[일이삼사오육칠팔구]?)"
)
_WHO: Final = (
    r"(?:어른|성인|대인|소인|애|아이|아기|아동|어린이|초등학생|중학생|고등학생|청소년|학생|유아|영유아"
    r"|남자|여자|경로|어르신|부모님?|직원)(?:들)?(?:[이가은는도만] ?)?"
)
_AND: Final = r"(?:[은이]?[에고]|이고요?|하고|이?랑|과|와|,)? ?(?:또 |그리고 )?"
_PARTY: Final = re.compile(
    rf"{_WHO} ?{_COUNT} ?(?:명|분|사람)?(?:{_AND}{_WHO} ?{_COUNT} ?(?:명|분|사람)?){{1,3}}"
)
_OF: Final = re.compile(rf"{_WHO} ?({_COUNT})")
_NATIVE: Final = re.compile(rf"({'|'.join(TENS)})? ?({'|'.join(ALONE)})?")

_AGES: Final = {
    "환갑": (60, 61), "회갑": (60, 61), "진갑": (61, 62), "칠순": (70,), "고희": (70,),
    "희수": (77,), "팔순": (80,), "미수": (88,), "구순": (90,), "졸수": (90,), "백수연": (99,),
    "돌잔치": (1,), "첫돌": (1,),
}  # fmt: skip
_AGE: Final = re.compile(
    rf"(?<![가-힣])({'|'.join(_AGES)})(?! ?(?:씨|님|고객|회원|대리|과장|부장)|[금령납])"
)
"""Not 미수금, nor somebody whose name is 백수연."""


def parties(text: str) -> Iterator[Number]:
    """Yield how many people there are of several ages together, and ages by their birthday."""
    for match in _PARTY.finditer(text):
        people = sum(_value(one[1]) for one in _OF.finditer(match[0]))
        yield quantity(Decimal(people), "", *match.span())
    for match in _AGE.finditer(text):
        for years in _AGES[match[1]]:
            yield quantity(Decimal(years), "", *match.span())


def _value(words: str) -> int:
    native = _NATIVE.fullmatch(words)
    if native:
        return TENS.get(native[1], 0) + ALONE.get(native[2], 0)
    stops = numerals.stops(words, 0)
    return int(stops[-1].value) if stops else 0
