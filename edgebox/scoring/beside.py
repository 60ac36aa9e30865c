"""What a part does not claim of a word: who does it, where somebody goes, what is granted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.reading.jobs import is_job
from edgebox.reading.roles import ROLES

if TYPE_CHECKING:
    from edgebox.scoring.alignment import Item
    from edgebox.scoring.stances import Stances

_BY_WHOM: Final = re.compile(
    r"(?:님|분)?[이가](?:.*[0-9분시일에])?(?!접수|처리|진행|신청|적용|등록|완료)[가-힣]{2,4}?[하했해]"
)
"""What follows who does it: 기사가 방문하고."""

_WHERE_TO: Final = re.compile(
    r"(?:으로|로|까지)(?:(?:들어|올라|내려|찾아|돌아|다시|직접)?[가오]|나[가오])(?:기로|고|며)"
)
"""What follows where somebody goes: 골목으로 들어가기로."""


def is_beside(word: str, after: str) -> bool:
    """Return whether a word is who does what a part claims, or where somebody goes.

    Args:
        word: that the call holds.
        after: what follows it in the part, up to what makes it a claim, without spaces.
    """
    if _WHERE_TO.match(after):
        return True
    return (word in ROLES or is_job(word)) and _BY_WHOM.match(after) is not None


_CONCEDED: Final = re.compile(r"[가-힣](?:긴|기는) ?(?:했|하|한|해)")
"""Speech that grants one thing before it refuses another: 나오긴 했는데."""


def is_conceded(key: Item, stances: Stances) -> bool:
    """Return whether somebody grants a predicate in what is said of it or in the answer."""
    spoken = stances.spoken
    named = {spoken.pieces[piece].utterance for piece in key.where}
    return any(
        _CONCEDED.search(spoken.utterances[number].text)
        for one in named
        for number in (one, one + 1)
        if number < len(spoken.utterances)
    )
