"""Open questions in a line: what somebody looked up, and what is told as decided."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.stances import denies

if TYPE_CHECKING:
    from edgebox.scoring.stances import Stances

ASKS_WHETHER: Final = (
    r"[가-힣](?:는|은|인|한|된|할|될)지(?:를|도|는)? ?(?:[가-힣]+ )?"
    r"(?:확인|알아|묻|물었|물어|여쭤|여쭈|점검|살펴|문의)"
)
"""A part that says what somebody looked up or asked: 재배달이 가능한지 알아봤습니다."""

_WHETHER: Final = re.compile(
    r"(?:여부|[할될갈올낼]지)(?:[가는은를도]|까지)? .{0,20}?"
    r"(?:확정|결정|정)(?:됐|되었|했|해졌|하였)"
)
"""What says that an open question is settled: 반환 여부는 확정됐습니다."""

_DECIDED: Final = re.compile(r"확정|결정|정[했해]|나왔|걸로 (?:할|하)")


def settled_whether(text: str, stances: Stances) -> bool:
    """Return whether a part tells as decided what nobody in the call decides."""
    if not _WHETHER.search(text) or denies(text):
        return False
    spoken = stances.spoken
    return not any(
        _DECIDED.search(spoken.text_of(piece))
        and not (stances[piece].denies or stances[piece].asks)
        for piece in range(len(spoken.pieces))
    )
