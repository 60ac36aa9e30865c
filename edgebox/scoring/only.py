"""Whether a line goes beyond what an agent does of several things.

What is done alone (정지만 해 놓겠습니다) leaves the others out, and what a line tells as done as
well (베개까지 교환) must not have been turned down where it was named.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.deeds import does, is_possible
from edgebox.scoring.predicates import SAME
from edgebox.scoring.topics import is_of_another_topic

if TYPE_CHECKING:
    from edgebox.scoring.alignment import Item
    from edgebox.scoring.predicates import Part
    from edgebox.scoring.stances import Stances

_ONLY: Final = re.compile(
    r"(?<![가-힣])(?![일이삼사오육칠팔구십백천]+만 )"
    r"(?!하지|다만|그만|잠시|잠깐|조금|하나|한번|이번|오늘|그것|그거|이것|이거)"
    r"(?P<thing>[가-힣]{1,5}?[가-힣](?<!지)(?<!까지))만 "
)
"""The only thing that a clause does something about."""

_ALL: Final = re.compile(r"모두|전부|둘 ?다|(?<![가-힣])다 ")
_ALSO: Final = re.compile(
    r"(?P<thing>[가-힣]{2,6}?)(?<![라아어여해돼워려러와춰켜])"
    r"(?:도|까지|[과와] ?함께)(?![가-힣])"
)
"""A thing that is told as done as well, and no verb: 빨라도."""

_NAMED: Final = 4
"""Utterances that name a thing, with more of which the call is about it as a whole."""

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
    also = [item for item in part.items if item.word in others and item.where]
    if any(_is_turned_down(item, part, stances) for item in also):
        return True
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


def _is_turned_down(item: Item, part: Part, stances: Stances) -> bool:
    """Return whether each answer to what names a word says no to it, and none does or offers it."""
    spoken = stances.spoken
    words = [one.word for one in part.items if one.word]
    named = {
        spoken.pieces[piece].utterance for piece, degree in item.where.items() if degree >= SAME
    }
    if len(named) > _NAMED:
        return False
    answers = {_answer_to(number, stances) for number in named} - {-1}
    refused = False
    for number in answers:
        for piece in spoken.pieces_of(number):
            one, text = stances[piece], spoken.text_of(piece)
            if one.asks or is_of_another_topic(text, words):
                continue
            if one.denies or one.refuses:
                refused = refused or not one.depends
            elif does(text) or is_possible(text):
                return False
    return refused


def _answer_to(number: int, stances: Stances) -> int:
    """Return the agent's utterance at one that names a thing or right behind it, or -1."""
    said = stances.spoken.utterances
    for after in range(number, min(number + 2, len(said))):
        if said[after].speaker == "agent":
            return after
    return -1


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
