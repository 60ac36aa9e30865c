"""Figures told less exactly than they were said.

21만 6천 원 is told as 20만 원이 넘는다 or 20만 원대, 5만 9천 원 as 6만 원 가까이.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edgebox.language.number import same_kind

if TYPE_CHECKING:
    from edgebox.language.number import Number
    from edgebox.scoring.evidence import Text

_OVER: Final = re.compile(
    r"(?:[을를이도] ?)?(?:넘|초과)| ?[초중후]반|대(?![가-힣])|대[로에의가라를인]| ?남짓"
)
_UNDER: Final = re.compile(r"(?:에|이)? ?(?:가까|육박|못 ?미|안 ?[되돼])")
_ABOUT: Final = re.compile(r" ?(?:쯤|정도|가량|안팎|내외|선(?![가-힣]))")
_ABOUT_BEFORE: Final = re.compile(r"(?:약|대략|한|거의) ?$")
_HALF: Final = Decimal("0.5")
_SMALLEST: Final = 10

_MOST: Final = 400


def is_rounded(number: Number, text: str, source: Text) -> bool:
    """Return whether a figure is told as near to one that was said and has more digits."""
    return any(rounds(number, text, said) for said in source.numbers[:_MOST])


def rounds(number: Number, text: str, said: Number) -> bool:
    """Return whether a text tells a figure as near to another one, which has more digits."""
    if not (same_kind(said, number) and number.value.isdigit() and said.value.isdigit()):
        return False
    value, apart = Decimal(number.value), Decimal(said.value) - Decimal(number.value)
    step = _step(number.value)
    if number.kind not in {"amount", "count"} or value < _SMALLEST or _step(said.value) >= step:
        return False
    if abs(apart) >= step:
        return False
    if apart > 0 and _OVER.match(text, number.end):
        return True
    if apart < 0 and _UNDER.match(text, number.end):
        return True
    about = _ABOUT.match(text, number.end) or _ABOUT_BEFORE.search(
        text, max(0, number.start - 4), number.start
    )
    return about is not None and abs(apart) <= step * _HALF


def _step(value: str) -> int:
    """Return what the last figure of a number that is not zero counts: 10,000 of 120,000."""
    return int("1" + "0" * (len(value) - len(value.rstrip("0"))))
