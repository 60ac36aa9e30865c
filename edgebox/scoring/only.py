"""Whether a line goes beyond what an agent does alone of several things: 정지만 해 놓겠습니다."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.heard import does
from edgebox.scoring.predicates import SAME

if TYPE_CHECKING:
    from edgebox.scoring.alignment import Item
    from edgebox.scoring.predicates import Part
    from edgebox.scoring.stances import Stances

_ONLY: Final = re.compile(
    r"(?<![가-힣])(?!하지|다만|그만|잠시|잠깐|조금|하나|한번|이번|오늘|그것|그거|이것|이거)"
    r"(?P<thing>[가-힣]{1,5}?[가-힣](?<!지)(?<!까지))만 "
)
"""The only thing that a clause does something about."""

_ALL: Final = re.compile(r"모두|전부|둘 ?다|(?<![가-힣])다 ")
_ALSO: Final = re.compile(r"(?P<thing>[가-힣]{2,6}?)(?:도|까지|[과와] ?함께)(?![가-힣])")

_BACK: Final = 6
"""Utterances before such a clause that speak of what it leaves out."""


def goes_beyond(part: Part, key: Item, stances: Stances) -> bool:
    """Return whether a part tells as done what the agent left out, doing one thing only.

    Args:
        part: that affirms, with its items.
        key: its predicate.
        stances: of the call.
    """
    others = [match["thing"] for match in _ALSO.finditer(part.text)]
    every = _ALL.search(part.text) is not None
    if not (others or every):
        return False
    spoken = stances.spoken
    left_out = {
        item.word: {spoken.pieces[piece].utterance for piece in item.where}
        for item in part.items
        if item.word in others and not _is_done(item, stances)
    }
    for piece in range(len(spoken.pieces)):
        text = spoken.text_of(piece)
        match = _ONLY.search(text)
        if match is None or not _acts(piece, stances):
            continue
        if every and key.where.get(piece, 0.0) >= SAME and key.word not in match["thing"]:
            return True
        number = spoken.pieces[piece].utterance
        for word, named in left_out.items():
            if word not in text and any(number - step in named for step in range(_BACK + 1)):
                return True
    return False


def _is_done(item: Item, stances: Stances) -> bool:
    """Return whether the agent does something in a clause that holds a word."""
    spoken = stances.spoken
    return any(
        degree >= SAME and _acts(piece, stances) and _ONLY.search(spoken.text_of(piece)) is None
        for piece, degree in item.where.items()
    )


def _acts(piece: int, stances: Stances) -> bool:
    """Return whether the agent does something in a clause, without a condition."""
    one, spoken = stances[piece], stances.spoken
    return (
        spoken.speaker_of(piece) == "agent"
        and not (one.asks or one.denies or one.depends)
        and does(spoken.text_of(piece))
    )
