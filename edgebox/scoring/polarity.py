"""Whether a statement denies what the call affirms, or affirms what the call denies.

A part of the agent's or the result's line is compared with the spoken clauses about the same
predicate. It is wrong if every one of them denies what it affirms, or the other way round.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.predicates import SAME, Part, key_of, near, parts_of
from edgebox.scoring.settlement import SETTLED, other_side, settled_elsewhere, unsettled
from edgebox.scoring.stances import ABSENT, NEGATION, PREDICATE, REFUSAL, TWICE, denies

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.stances import Stance, Stances

_DECIDED_AGAINST: Final = re.compile(r"지 ?않기로|안 하기로|지 ?말기로")

_DECLINED: Final = re.compile(r"거[절부](?:해|하)")
"""A side says no: 됐어요 and 괜찮아요 say so without a negation."""

_MENTIONS: Final = re.compile(
    r"[을를] ?(?:설명|안내|문의|질문)[했하]|(?:안내|문의|요청|설명|제안)[.]?$"
)
"""A thing is named in it and nothing is said of it."""

_CONDITION: Final = re.compile(r"(?<!감)면,?$|경우,?$|려면,?$")
"""A part that is a condition asserts nothing."""

_LESS: Final = re.compile(r"\d[^ ]{0,4}[이가도] 안 [되돼]")
"""3cm가 안 되어: less than."""

_CAN: Final = re.compile(r"수 ?있|가능")

_AFTER: Final = 3
"""Clauses of an utterance behind one that names a thing, in which it may be denied."""

_TELLS: Final = 0.5
"""Weight of a word, and degree of a hit, from which a clause is about the same thing."""

_SURE: Final = 0.6
"""Support from which a statement's utterances are surely the right ones."""


def faults(
    made: Sequence[Statement], stances: Stances, on: dt.date | None
) -> Iterator[tuple[str, str]]:
    """Yield (part, flag) of the agent's and the result's line.

    The flags are ``polarity``, ``conditional`` and ``speakers_swapped``.
    """
    spoken = stances.spoken
    said = {"agent": "", "result": ""}
    for statement in made:
        if statement.field == "customer":
            continue
        for part in parts_of(statement, spoken, on):
            about = near(part, stances)
            said[statement.field] += f"{part.text} "
            if other_side(said[statement.field], statement, part, about, stances):
                yield part.text, "speakers_swapped"
            heard = [
                stances[piece]
                for piece in about
                if not stances[piece].is_wanted
                and not (denies(part.text) and _CAN.search(spoken.text_of(piece)))
            ]
            if (
                (heard and _opposed(part.text, heard) and not _is_borne_out(part, about, stances))
                or (denies(part.text) and not about and _affirmed(part, statement, stances))
                or (not about and _refused(part, stances))
            ):
                yield part.text, "polarity"
            elif unsettled(part, statement, about, stances):
                yield part.text, "conditional"


def _opposed(text: str, heard: Sequence[Stance]) -> bool:
    """Return whether a part denies what every clause affirms, or the other way round.

    수수료 면제 and 수수료가 없습니다 agree: a word of absence beside 없 proves nothing.
    """
    if (
        TWICE.search(text)
        or _DECLINED.search(text)
        or _MENTIONS.search(text)
        or _CONDITION.search(text)
        or _LESS.search(text)
        or (denies(text) and "아직" in text)
    ):
        return False
    lacks = REFUSAL.search(text) is None
    if denies(text):
        return not any(one.denies or (one.absent and lacks) for one in heard)
    absent = ABSENT.search(text) is not None and not any(one.refuses for one in heard)
    return not absent and all(one.refuses for one in heard)


def _is_borne_out(part: Part, about: Sequence[int], stances: Stances) -> bool:
    """Return whether a clause beside the near ones, or with the predicate, does as the part."""
    spoken = stances.spoken
    if not denies(part.text):
        return settled_elsewhere(part, stances) or _offered_instead(part, about, stances)
    looked = {*about}
    looked |= {
        after
        for piece in about
        for after in range(piece + 1, piece + 1 + _AFTER)
        if after < len(spoken.pieces)
        and spoken.pieces[after].utterance == spoken.pieces[piece].utterance
    }
    key = key_of(part, [item for item in part.items if item.where])
    of = {spoken.pieces[piece].utterance for piece in about}
    if key is not None:
        looked |= {piece for piece in key.where if spoken.pieces[piece].utterance in of}
    return any(stances[piece].denies and not stances[piece].asks for piece in looked)


def _offered_instead(part: Part, about: Sequence[int], stances: Stances) -> bool:
    """Return whether the agent speaks of the part's other words after the refusal."""
    spoken = stances.spoken
    last = max((spoken.pieces[piece].utterance for piece in about), default=0)
    return any(
        item.word
        and item.weight >= _TELLS
        and not any(piece in item.where for piece in about)
        and any(
            spoken.pieces[piece].utterance > last and spoken.speaker_of(piece) == "agent"
            for piece in item.where
        )
        for item in part.items
    )


def _refused(part: Part, stances: Stances) -> bool:
    """Return whether a part affirms what the agent refuses wherever the agent speaks of it."""
    if denies(part.text) or ABSENT.search(part.text) or not SETTLED.search(part.text):
        return False
    key = key_of(part, [item for item in part.items if item.where])
    if key is None:
        return False
    heard = [
        stances[piece]
        for piece, degree in key.where.items()
        if degree >= SAME
        and stances.spoken.speaker_of(piece) == "agent"
        and not stances[piece].is_wanted
    ]
    return bool(heard) and all(one.refuses for one in heard)


def _affirmed(part: Part, statement: Statement, stances: Stances) -> bool:
    """Return whether a part denies while nothing is denied where its statement's words are."""
    spoken = stances.spoken
    if (
        "아직" in part.text
        or _CONDITION.search(part.text)
        or not NEGATION.search(part.text[-PREDICATE + 6 :])
    ):
        return False
    if _DECIDED_AGAINST.search(part.text):
        pieces = [
            piece
            for item in statement.items
            if item.word and item.weight >= _TELLS
            for piece, degree in item.where.items()
            if degree >= _TELLS
        ]
    elif statement.support >= _SURE and any(item.word and item.where for item in part.items):
        around = {number + step for number in statement.chosen for step in (0, 1, 2)}
        pieces = [
            piece
            for number in around
            if number < len(spoken.utterances)
            for piece in spoken.pieces_of(number)
        ]
    else:
        return False
    return bool(pieces) and not any(
        stances[piece].denies or stances[piece].absent for piece in pieces
    )
