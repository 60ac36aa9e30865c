"""Whether what a part says was called off, or not turned down, was so in the call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.heard import DECIDES, Heard, heard_of
from edgebox.scoring.predicates import SAME, Part, key_of
from edgebox.scoring.stances import TURNED_DOWN

if TYPE_CHECKING:
    from edgebox.scoring.stances import Stances

_CALLED_OFF: Final = re.compile(
    r"(취소|철회|보류|중단)(?:됐|되었|하였|했|돼|되어|하기로 ?(?:했|하))[가-힣,.]*$"
)
"""A denial without a negation, unless the call itself speaks of it."""

_STOPS: Final = re.compile(
    r"묶|세[워웠]|멈[추춰췄]|막[아았]|끊[어었]|빼|뺐|미[뤄뤘루]|늦[추춰췄]|홀드|붙잡"
    r"|잡아 ?[두둘뒀놓놨]"
)
"""Speech that calls off or holds back, in words of its own: 정산은 묶어 놓을게요."""

NOT_TURNED_DOWN: Final = re.compile(
    rf"(?:{TURNED_DOWN})(?:되|하|당하|받)?지(?:는|도|를)? ?(?:않|못)[가-힣]*(?:[고며나만])?[., ]*$"
)
"""A refusal that is denied, at a part's end."""

_SURE: Final = 0.4
"""What the clauses that do it must hold of what was called off."""

_SOME: Final = 0.35
"""What those that deny it must hold of what was not turned down."""


def was_not_called_off(part: Part, text: str, stances: Stances) -> bool:
    """Return whether the agent does what a part says was called off, as the call never does."""
    match = _CALLED_OFF.search(text)
    if match is None or max(stances.spoken.where(match[1]).values(), default=0.0) >= SAME:
        return False
    heard = _heard_before(part, text[: match.start()], stances)
    if heard is None or not (heard.settled > 0 or heard.done > _SURE):
        return False
    return not any(
        _STOPS.search(stances.spoken.text_of(piece))
        for item in part.items
        for piece, degree in item.where.items()
        if degree >= SAME
    )


def was_turned_down(part: Part, before: str, stances: Stances) -> bool:
    """Return whether the call refuses what a part says was not refused.

    Args:
        part: with 거절되지 않았습니다 or the like.
        before: its text up to there.
        stances: of the call.
    """
    heard = _heard_before(part, before, stances)
    return heard is not None and (heard.last < -DECIDES or heard.denied > max(_SOME, heard.done))


def _heard_before(part: Part, before: str, stances: Stances) -> Heard | None:
    """Return what the call says of a part's text up to some word; None of nothing known."""
    found = [item for item in part.items if item.word in before and item.where]
    key = key_of(part._replace(text=before), found)
    if key is None:
        return None
    return heard_of(key, [item for item in found if item is not key], stances)
