"""Which numbers of a record stand as in the call, so that nothing can have been exchanged.

다음 예약이 27일 is read with the words around it, and these may fit another number as well. But
where the call says the same figure with the same word right beside it, or two figures of a kind one
behind the other as the record does, the record has them from there. Figures that are told together
(713호와 714호) have no words of their own.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from edgebox.language.number import same_kind, supports
from edgebox.scoring.evidence import telling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.language.number import Number
    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.spoken import Spoken

_TOGETHER: Final = re.compile(r"(?:[은는이가을를]?,| ?·|[과와]|하고| 및|이나|나| 또는)? ?")
"""Between two figures that are told of the same thing: 713호와 714호, 3월 12일과 26일."""

_BEHIND: Final = re.compile(
    r"(?:[은는이가을를에의로도만]|으로|까지|부터|짜리|인)? "
    r"(?!안내|확인|가능|예정|정도|[월화수목금토일]요일|오[전후])([가-힣]{2}|[가-힣] [가-힣])"
)
"""The particle of a number and the beginning of the next word."""

_HEAD: Final = re.compile(
    r"((?:(?<![가-힣])[가-힣] )?[가-힣A-Za-z]{2,}?)(?:[은는이가을를의도만]|[은는]요|이요?)? ?"
    r"(?:약|총|월|연|최대|매월)? ?$"
)
"""The word before a number, without its particle."""

_NO_HEADS: Final = """
    그럼 그러 그리고 하고 해서 합쳐서 추가 지금 오늘 내일 모레 원래 현재 대략 보통 이제 오전 오후
    저녁 아침 새벽 요금 금액 비용 가격 시간 날짜 고객 상담
"""
_NO_HEAD: Final = frozenset(_NO_HEADS.split())
"""Words before a number that say nothing of it alone."""

_LONGEST: Final = 16

_FROM: Final = re.compile(r"에서 ?$")
_FROM_NEAR: Final = 3
_TO: Final = re.compile(r"으?로")

_ORDERED: Final = 40
"""Characters between two figures of a call that are one behind the other."""


def is_anchored(number: Number, place: int, made: Sequence[Statement], spoken: Spoken) -> bool:
    """Return whether a number of the statement at a place stands as in the call."""
    own = made[place]
    if any(_became(said, piece, spoken) for said, piece in spoken.supporting(number)):
        return True
    if _is_beside(number, own.text, spoken):
        return True
    line = [
        one
        for beside in made[max(0, place - 1) : place + 2]
        if beside.field == own.field
        for one in beside.numbers
        if same_kind(one, number)
    ]
    return any(
        (one is number or other is number) and _in_order(one, other, spoken)
        for one, other in pairwise(line)
    )


def _became(said: Number, piece: int, spoken: Spoken) -> bool:
    """Return whether a number is told as what became of another: 이십오 일에서 십사 일로."""
    before = _FROM.search(spoken.text, max(0, said.start - _FROM_NEAR), said.start)
    if before is None or not _TO.match(spoken.text, said.end):
        return False
    return any(
        one.end == before.start() and same_kind(one, said)
        for one, _ in spoken.numbers_of(spoken.pieces[piece].utterance)
    )


def are_together(one: Number, value: str, made: Statement) -> bool:
    """Return whether a number of a statement and one of some value are told of the same thing."""
    for other in made.numbers:
        first, second = sorted((one, other), key=lambda n: n.start)
        if other.value == value and _TOGETHER.fullmatch(made.text, first.end, second.start):
            return True
    return False


def _is_beside(number: Number, text: str, spoken: Spoken) -> bool:
    """Return whether the same word stands before or behind a number in both texts.

    It is no other number's: 접수 번호는 and 확정일자 번호는 are both of a 번호.
    """
    for beside in (_behind, _before):
        word = beside(text, number)
        if not word or not any(
            beside(spoken.text, said) == word for said, _ in spoken.supporting(number)
        ):
            continue
        if not any(
            beside(spoken.text, other) == word
            for other, _ in spoken.numbers
            if same_kind(other, number) and not supports(other.provides, number)
        ):
            return True
    return False


def _behind(text: str, number: Number) -> str:
    match = _BEHIND.match(text, number.end)
    return match[1] if match else ""


def _before(text: str, number: Number) -> str:
    match = _HEAD.search(text, max(0, number.start - _LONGEST), number.start)
    return match[1] if match and match[1] not in _NO_HEAD else ""


def _in_order(one: Number, other: Number, spoken: Spoken) -> bool:
    """Return whether the call has two numbers one behind the other, as a line has them."""
    for said, piece in spoken.supporting(one):
        utterance = spoken.pieces[piece].utterance
        for number, _ in (*spoken.numbers_of(utterance), *spoken.numbers_of(utterance + 1)):
            apart = number.start - said.end
            if 0 <= apart <= _ORDERED and supports(number.provides, other):
                return True
            if apart >= 0 and same_kind(number, said) and telling(number):
                break
    return False
