"""What becomes of a predicate later in the call: left out, put off, or taken up and done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.deeds import does
from edgebox.scoring.predicates import SAME_FORM

if TYPE_CHECKING:
    from edgebox.scoring.alignment import Item
    from edgebox.scoring.stances import Stances

_SOON: Final = 3
"""Utterances behind an offer in which it is taken up."""

_AT_ONCE: Final = re.compile(r"(?<![가-힣])(?:바로|당장|지금)(?=은? )")


def is_left_out(key: Item, stances: Stances) -> bool:
    """Return whether somebody says not to do it (취소하지 말고), and it is not done later."""
    spoken = stances.spoken
    word = re.escape(key.word)
    not_to = re.compile(
        rf"{word}(?:[을를은는도])?(?:하|되)?지 ?(?:는 |를 )?(?:말|않|마)|(?<![가-힣])안 {word}"
    )
    left = done = -1
    for piece, degree in sorted(key.where.items()):
        if degree < SAME_FORM or stances[piece].asks or stances[piece].depends:
            continue
        text = spoken.text_of(piece)
        if not_to.search(text):
            left = piece
        elif not stances[piece].denies and spoken.speaker_of(piece) != "customer" and does(text):
            done = piece
    return left > done


def is_put_off(key: Item, stances: Stances) -> bool:
    """Return whether a predicate is refused for the moment only: 저희가 바로 못 고치고."""
    return any(
        stances[piece].refuses and _AT_ONCE.search(stances.spoken.text_of(piece))
        for piece in key.where
    )


def is_followed_up(key: Item, stances: Stances) -> bool:
    """Return whether the agent does anything soon after a predicate was named."""
    spoken = stances.spoken
    named = {spoken.pieces[p].utterance for p, degree in key.where.items() if degree >= SAME_FORM}
    return any(
        spoken.speaker_of(piece) != "customer"
        and does(spoken.text_of(piece))
        and not (stances[piece].asks or stances[piece].denies or stances[piece].depends)
        for number in named
        for after in range(number + 1, min(number + _SOON, len(spoken.utterances)))
        for piece in spoken.pieces_of(after)
    )
