"""What a call settles behind a clause that only asks for it, or supposes it.

A line tells it as settled (약부터 처방받기로 했습니다), and the clause that it looks like is a
condition (처방받으시면 배상해 드립니다). What is said behind that decides: the customer takes it up
with a word of the line (일단 약부터 받을게요) or with none (그렇게 할게요), or the agent does it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.predicates import SAME
from edgebox.scoring.taken import WILL

if TYPE_CHECKING:
    from edgebox.scoring.predicates import Part
    from edgebox.scoring.stances import Stances

SETTLES: Final = re.compile(
    r"드렸|드릴게|드리겠|하겠습|했습니다|했어요|했고요|됐습니다|됐어요|됐고요|되셨|진행|걸로"
    r"|넣었|보냈|잡았|걸었|났습니다|났어요|났고요|보겠습니다|놓겠습니다|두겠습니다|놓을게요|둘게요"
)

RESOLVED: Final = re.compile(r"기로 ?(?:했|함|하[며고])")
"""A part that tells what was agreed on."""

_REPORTS: Final = re.compile(r"[다라]고")

_DEED: Final = re.compile(r"(?<![되으])(?:했|[드주][렸었]|줬|냈|놨|놓았|뒀)")
"""A part that tells what somebody did, and not only what became of a thing."""

_VERB: Final = 12
"""Characters at a part's end that hold its verb."""

_ASKS_FOR: Final = re.compile(r"주세요|줘|주시|부탁|주십|달라")

_AGREES: Final = re.compile(
    r"(?<![가-힣])(?:할|그럴)게|해 ?(?:주세요|줘)|(?:기|기서|집에서?|앞에서?) 기다[리릴]"
)
"""A customer who takes what was said, in no word of its own."""

_SOON: Final = 7
"""Utterances behind a clause in which that is of the clause."""


def settled_afterwards(about: int, part: Part, stances: Stances) -> bool:
    """Return whether somebody settles a part behind a clause that it looks like."""
    first = stances.spoken.pieces[about].utterance
    text = part.text[-_VERB:]
    if _REPORTS.search(text) is None and _is_wanted_behind(first, part, stances):
        return True
    if RESOLVED.search(text):
        return _is_agreed_behind(first, stances)
    return _DEED.search(text) is not None and _is_done_behind(about, part, stances)


def _is_wanted_behind(first: int, part: Part, stances: Stances) -> bool:
    """Return whether the customer wants something behind an utterance, with a part's word."""
    spoken = stances.spoken
    return any(
        any(spoken.held_in(item.where, number) >= SAME for item in part.items)
        and any(_is_wanted(piece, stances) for piece in spoken.pieces_of(number))
        for number in range(first + 1, len(spoken.utterances))
        if spoken.utterances[number].speaker != "agent"
    )


def _is_wanted(piece: int, stances: Stances) -> bool:
    text = stances.spoken.text_of(piece)
    wanted = WILL.search(text) or _ASKS_FOR.search(text)
    return wanted is not None and not stances[piece].denies


def _is_agreed_behind(first: int, stances: Stances) -> bool:
    """Return whether the customer soon agrees behind an utterance: 네, 오늘 저녁에 할게요."""
    spoken = stances.spoken
    return any(
        _AGREES.search(spoken.text_of(piece)) is not None and not stances[piece].denies
        for number in range(first + 1, min(first + _SOON + 1, len(spoken.utterances)))
        if spoken.utterances[number].speaker != "agent"
        for piece in spoken.pieces_of(number)
    )


def _is_done_behind(about: int, part: Part, stances: Stances) -> bool:
    """Return whether the agent does something with a part's word behind a clause."""
    spoken = stances.spoken
    return any(
        piece > about
        and degree >= SAME
        and spoken.speaker_of(piece) == "agent"
        and SETTLES.search(spoken.text_of(piece)) is not None
        and not (stances[piece].denies or stances[piece].is_wanted or stances[piece].depends)
        for item in part.items
        for piece, degree in item.where.items()
    )
