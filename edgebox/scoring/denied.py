"""Whether what is denied of a predicate is something else than what a part affirms of it.

A call denies 신청 of one thing and takes another's, of now and not of July, of the agent and not of
the customer, or of what a part itself takes out (입학금을 뺀 환불).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.predicates import LIGHT
from edgebox.scoring.topics import predicate_of

if TYPE_CHECKING:
    from edgebox.scoring.alignment import Item
    from edgebox.scoring.predicates import Part
    from edgebox.scoring.spoken import Spoken
    from edgebox.scoring.stances import Stances

_BUT_FOR: Final = re.compile(r"(?P<thing>[가-힣]{2,6})[을를] (?:뺀|제외한|빼고|제외하고)")
_NOW: Final = re.compile(r"(?<![가-힣])(?:지금|현재|당장|바로|아직|즉시)")
_LATER: Final = re.compile(r"부터|이후")
_BY_CUSTOMER: Final = re.compile(
    r"(?:고객|본인|직접|학부모|보호자|앱|홈페이지)[가-힣]{0,3} .*(?:기로|해야|하면|가능|수 있)"
)
_NOT_BY_US: Final = re.compile(
    r"(?<![가-힣])(?:저희|제가|상담원|여기|전화로)[가-힣]{0,2} "
    r"|셔야|시면 (?:되|돼|됩)|직접"
)
"""A denial of the agent's own doing: 제가 신청은 못 해 드리고 어머니가 하셔야 돼요."""

_HALF: Final = 0.5
"""Share of a part that a denial must hold of which the predicate says nothing alone."""


def is_of_something_else(
    part: Part, text: str, key: Item, stances: Stances, *, affirmed: bool
) -> bool:
    """Return whether no denial of a predicate is one of what a part says.

    Args:
        part: that affirms its predicate.
        text: its text without the report around it.
        key: the predicate.
        stances: of the call.
        affirmed: some clause of the call affirms the predicate, whatever of.
    """
    spoken = stances.spoken
    pieces = [
        piece
        for piece in key.where
        for says in (stances[predicate_of(piece, key.word, spoken)],)
        if says.denies or says.refuses
    ]
    light = affirmed and LIGHT.fullmatch(key.word) and len(part.items) > 1
    if light and not _names(part, pieces, spoken):
        return True
    if not pieces:
        return False
    denied = [_with_next(piece, stances) for piece in pieces]
    match = _BUT_FOR.search(text)
    if match is not None and all(match["thing"] in one for one in denied):
        return True
    later = _LATER.search(text) is not None and _NOW.search(text) is None
    if later and all(_NOW.search(one) for one in denied):
        return True
    return _BY_CUSTOMER.search(text) is not None and all(_NOT_BY_US.search(one) for one in denied)


def _names(part: Part, pieces: list[int], spoken: Spoken) -> bool:
    """Return whether speech that denies a light predicate also has the part's noun for it."""
    said = {spoken.pieces[piece].utterance for piece in pieces}
    held = (
        sum(
            one.weight
            for one in part.items
            if any(spoken.pieces[piece].utterance == number for piece in one.where)
        )
        for number in said
    )
    return max(held, default=0.0) >= _HALF * sum(one.weight for one in part.items)


def _with_next(piece: int, stances: Stances) -> str:
    """Return a clause with the one behind it in the same utterance."""
    spoken = stances.spoken
    after = spoken.text_of(piece + 1) if spoken.follows(piece) else ""
    return f"{spoken.text_of(piece)} {after}"
