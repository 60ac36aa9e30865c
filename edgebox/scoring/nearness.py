"""How near a word is to a number in a written clause, so that it may say what the number is of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.language.number import Number

_BETWEEN: Final = 0.3
"""What is left of a word's nearness in a statement if another number stands between, or the word is
before another number, to which it rather belongs."""

_BESIDE: Final = 2
"""Characters up to a noun that a number stands before."""

_COMPARED: Final = re.compile(r"[가-힣]{0,2}보다|[가-힣]? ?대비|[가-힣]?의 ?[가-힣0-9.]{1,3} ?배")
"""Behind a word with which a number is compared, and that has another number: 지난달의 두 배인."""

_AFTERWARDS: Final = re.compile(r"[가-힣]{0,3}(?: [가-힣]{1,4}){0,2} [뒤후]에? ")
"""Behind what comes before the number's day: 수리 방문 뒤 10월 2일에."""

_LISTED: Final = re.compile(r" ?(?:[과와] |하고 |및 )")
"""Behind a number: what follows is another thing."""

_OBJECT: Final = re.compile(r" [가-힣]{1,8}[을를] ")
"""A noun that a number stands before and that the rest of its clause is about: 11시 예약을 옮겨."""


def nearness(text: str, number: Number, word: str, alike: Sequence[Number]) -> float:
    """Return how near a word is to a number in a statement, 1 beside it.

    Less if another number of its kind stands between them.
    """
    at = text.find(word)
    if at < 0:
        return 0.5
    if _COMPARED.match(text, at + len(word)):
        return 0.0
    if at < number.start and _AFTERWARDS.match(text, at + len(word), number.start):
        return 0.0
    if at > number.end:
        if _LISTED.match(text, number.end):
            return 0.0
        object_ = _OBJECT.match(text, number.end)
        if object_ and at >= object_.end():
            return _distance(at, number, word) * _BETWEEN
    between = any(at < one.start < number.start or number.start < one.start < at for one in alike)
    if at > number.end + _BESIDE:
        between = between or any(at < one.start for one in alike)  # 36만 원 중 수수료 9만 원
    return _distance(at, number, word) * (_BETWEEN if between else 1.0)


def _distance(at: int, number: Number, word: str) -> float:
    if at < number.start:
        distance = number.start - at - len(word)
        return 1 / (1 + max(0, distance) / 6)
    return 0.8 / (1 + max(0, at - number.end) / 6)
