"""How many people come, counted by age: 어른 열하나에 애가 셋 are 열네 명."""

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


def parties(text: str) -> Iterator[Number]:
    """Yield how many people there are of several ages together."""
    for match in _PARTY.finditer(text):
        people = sum(_value(one[1]) for one in _OF.finditer(match[0]))
        yield quantity(Decimal(people), "", *match.span())


def _value(words: str) -> int:
    native = _NATIVE.fullmatch(words)
    if native:
        return TENS.get(native[1], 0) + ALONE.get(native[2], 0)
    stops = numerals.stops(words, 0)
    return int(stops[-1].value) if stops else 0
