"""Denials that the call bears out in other words.

락커는 정지하지 않음 is what 락커는 계속 쓸게요 says, 조식은 추가하지 않음 what 조식은 빼고요 does.
상자가 없으면 환불이 어렵다고 안내함 tells a condition as one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.predicates import SAME

if TYPE_CHECKING:
    from edgebox.scoring.predicates import Part
    from edgebox.scoring.stances import Stances

_DENIED: Final = re.compile(
    r"(?:(?P<of>[가-힣]{2,6}) )?(?P<thing>[가-힣]{2,8})[은는] (?:[^ ]+ )?"
    r"(?:(?P<changes>변경|바꾸|옮기|정지|해지|취소|교체|환불|반납|교환|연기|중단|철회|줄이|늘리)"
    r"|(?P<adds>추가|포함|신청|주문|넣|제공|준비))(?:하|되)?지(?:는|도)? ?않"
)
_KEEPS: Final = re.compile(r"그대로|계속|유지|놔 ?[두둘뒀]|내버려")
_LEAVES_OUT: Final = re.compile(r"빼|빠[지져졌]|제외|됐어|필요 ?없")

_GENERAL: Final = frozenset(
    ["시간", "날짜", "요금", "금액", "번호", "장소", "주소", "예약", "보험", "서비스", "상품"]
)
"""Things of which each has its name before it."""

_SUPPOSES: Final = re.compile(r"[가-힣]면|경우")

_HALF: Final = 0.5


def is_kept(text: str, stances: Stances) -> bool:
    """Return whether the call keeps, or leaves out, the thing of which a text denies a change."""
    match = _DENIED.search(text)
    if match is None or (match["thing"] in _GENERAL and not match["of"]):
        return False
    words = (match["of"], match["thing"]) if match["thing"] in _GENERAL else (match["thing"],)
    does = _does(match["changes"] or match["adds"])
    says = _KEEPS if match["changes"] else _LEAVES_OUT
    kept = False
    spoken = stances.spoken
    for piece in range(len(spoken.pieces)):
        said = spoken.text_of(piece)
        if not all(word in said for word in words):
            continue
        if spoken.follows(piece):
            said += spoken.text_of(piece + 1)
        one = stances[piece]
        if says.search(said):
            kept = kept or not one.asks
        elif does.search(said) and not (one.asks or one.denies or one.depends):
            kept = False
    return kept


_MELTED: Final = {
    "꾸": "[꾸꿔꿀]",
    "기": "[기겨길]",
    "이": "[이여일]",
    "리": "[리려릴]",
    "넣": "넣[어을]",
}


def _does(verb: str) -> re.Pattern[str]:
    """Return what says that a verb is done: 정지해, 바꿔, not 정지 중에도."""
    last = _MELTED.get(verb[-1])
    return re.compile(
        verb[:-1] + last if last else rf"{verb}(?:을|를)? ?(?:해|하[기겠]|할|드|됐|되셨|처리)"
    )


def is_under_the_same(condition: Part, part: Part, stances: Stances) -> bool:
    """Return whether the call denies what a part denies, under the condition before it."""
    spoken = stances.spoken
    least = _HALF * sum(item.weight for item in condition.items)
    denied = {
        piece
        for item in part.items
        for piece, degree in item.where.items()
        if degree >= SAME and (stances[piece].denies or stances[piece].refuses)
    }
    for piece in denied:
        first = spoken.pieces_of(spoken.pieces[piece].utterance).start
        near = range(max(first, piece - 1), piece + 1)
        held = sum(i.weight for i in condition.items if any(one in i.where for one in near))
        if held and held >= least and any(_SUPPOSES.search(spoken.text_of(one)) for one in near):
            return True
    return False
