"""Whether more of the call speaks against a denial of a record than for it.

A call hardly ever says the opposite of a denial in the denial's own words, and hardly ever denies
nothing anywhere near it. So no sign decides alone: what the call does with the predicate, what its
clauses about the same thing do, and how the denial is put are weighed together.

The weights are log-odds, rounded from a logistic regression on the denials of 200 calls, whose
true and false records were written without a look at the score. Zero is where a false
record is as likely as it must be to cap one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.scoring.affirmed import DECIDED_AGAINST, NEEDLESS
from edgebox.scoring.burden import SIDES, bears_out, is_borne_out, places_of
from edgebox.scoring.claims import REQUIRES, WHOLE, predicate_of_part
from edgebox.scoring.deeds import does
from edgebox.scoring.heard import Heard, commits, heard_of
from edgebox.scoring.predicates import LIGHT, words_beside
from edgebox.scoring.stances import NEGATION, ONLY, PREDICATE, TWICE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.scoring.alignment import Item
    from edgebox.scoring.predicates import Part
    from edgebox.scoring.stances import Stances


class _Signs(NamedTuple):
    """What speaks against a denial, and for it.

    Attributes:
        last: what the last clause that decides the predicate holds of the part, negative if that
            clause denies it.
        stated: what the agent's clauses that say so hold.
        settled: the agent does the predicate itself, and nobody denies it.
        turned: what a refusal in other words holds.
        lead: what the best clause that affirms anything holds of the part, less the best that
            denies anything.
        borne_out: somebody denies something near what the part is about.
        figures: how many the part has. Records hardly give figures of what was not done.
        decided: it says that somebody decided against something.
        ends: it ends with the denial.
        of_one: it denies of one thing (새 카드는 보내지 않고), so that it is true beside others.
        names: it only names what it denies, or gives a reason.
        limited: it denies under a condition, or the whole of something.
        needless: it denies what must be.
        always: 1.
    """

    last: float
    stated: float
    settled: float
    turned: float
    lead: float
    borne_out: float
    figures: float
    decided: float
    ends: float
    of_one: float
    names: float
    limited: float
    needless: float
    always: float = 1.0


_WEIGHTS: Final = _Signs(
    last=1.0,
    stated=1.25,
    settled=1.5,
    turned=-0.75,
    lead=1.5,
    borne_out=-0.5,
    figures=0.5,
    decided=1.5,
    ends=1.5,
    of_one=-1.25,
    names=-0.75,
    limited=-1.0,
    needless=1.0,
    always=-2.75,
)

_SHORTEST: Final = 12
"""Utterances of a call with fewer of which nothing is far from anything."""

_FOR: Final = -1.25
"""Log-odds below which the call speaks for a denial, whatever a single rule says."""

_OF_ONE: Final = re.compile(
    r"[가-힣0-9](?<![하되있없])(?:은|는) (?:[^ ]+ ){0,3}[^ ]*(?:않|못|안 |없|불가)"
)

_ASKS: Final = re.compile(r"(?:나요|까요|습니까|십니까|시죠|맞으|으세요|으신가)[?.~ ]*$")
"""A question that has no mark."""

_OF_OTHERS: Final = re.compile(rf"(?P<word>[가-힣]+?)(?<![하되다]){ONLY}(?:은|요)? ")
"""Speech about one thing alone, which says nothing of others: 모아카드만 정지했습니다."""


def tilt_against(
    part: Part, text: str, key: Item | None, stances: Stances, *, named_only: bool
) -> bool | None:
    """Return whether the call speaks against a denial or for it, or None where it is hard to tell.

    Args:
        part: it denies its predicate.
        text: without the report around it.
        key: the predicate, if the call holds it.
        stances: of the call.
        named_only: it only names what it denies, or gives a reason.
    """
    if len(stances.spoken.utterances) < _SHORTEST:
        return None
    signs = _signs(part, text, key, stances, named_only=named_only)
    tilt = sum(sign * weight for sign, weight in zip(signs, _WEIGHTS, strict=True))
    if tilt > 0.0:
        return True
    return False if tilt < _FOR else None


def _signs(
    part: Part, text: str, key: Item | None, stances: Stances, *, named_only: bool
) -> _Signs:
    """Return what speaks against a denial, and for it."""
    decided = DECIDED_AGAINST.search(text) is not None
    items = [i for i in part.items if not LIGHT.fullmatch(i.word) and i.word not in SIDES]
    heard = Heard()
    if key is not None:
        heard = heard_of(_said(key, stances), words_beside(key, part), stances)
    return _Signs(
        last=heard.last,
        stated=heard.stated,
        settled=heard.settled,
        turned=heard.turned,
        lead=lead_of(items or part.items, stances, decided=decided),
        borne_out=is_borne_out(items, key, stances, decided=decided),
        figures=sum(bool(item.number) for item in items),
        decided=decided,
        ends=NEGATION.search(text[-PREDICATE:]) is not None,
        of_one=_OF_ONE.search(text) is not None,
        names=named_only,
        limited=bool(REQUIRES.search(text) or WHOLE.search(text)),
        needless=NEEDLESS.search(text) is not None,
    )


def _said(key: Item, stances: Stances) -> Item:
    """Return a predicate without the clauses that say nothing of it.

    They deny twice (동의 없이는 안 됩니다) or greet (에어컨 설치예약센터입니다 installs nothing).
    """
    spoken = stances.spoken

    def says(piece: int) -> bool:
        text = spoken.text_of(piece)
        greets = not spoken.pieces[piece].utterance and spoken.speaker_of(piece) != "customer"
        return not TWICE.search(text) and (not greets or does(text))

    return key._replace(where={piece: at for piece, at in key.where.items() if says(piece)})


def lead_of(items: Sequence[Item], stances: Stances, *, decided: bool) -> float:
    """Return how much more of a denial a clause that affirms anything holds than one that denies.

    Args:
        items: the words and numbers of the denial.
        stances: of the call.
        decided: it says that somebody decided against something.

    Returns:
        A share of their weight, -1 to 1.
    """
    spoken = stances.spoken
    own = {item.word for item in items if item.word}
    affirms = denies = 0.0
    for piece, value in places_of(items, stances).items():
        text = spoken.text_of(piece)
        if TWICE.search(text) or bears_out(piece, items, stances, decided=decided):
            denies = max(denies, value)
        elif spoken.pieces[piece].utterance and _affirms(piece, text, own, stances):
            affirms = max(affirms, value)
    return (affirms - denies) / (sum(item.weight for item in items) or 1.0)


def _affirms(piece: int, text: str, own: set[str], stances: Stances) -> bool:
    """Return whether an agent's clause says anything, or a customer's decides it."""
    one = stances[piece]
    if one.asks or one.denies or _ASKS.search(text):
        return False
    alone = _OF_OTHERS.search(text)
    if alone and not any(word in alone["word"] or alone["word"] in word for word in own):
        return False
    return stances.spoken.speaker_of(piece) != "customer" or commits(piece, stances)


def told(part: Part) -> Sequence[Item]:
    """Return the words and numbers of a part that say what it is about."""
    items = [i for i in part.items if not LIGHT.fullmatch(i.word) and i.word not in SIDES]
    return items or part.items


def lead_of_part(part: Part, stances: Stances) -> float:
    """Return how much more of a part what affirms anything holds than what denies, -1 to 1."""
    return lead_of(told(part), stances, decided=False)


def heard_of_part(part: Part, stances: Stances) -> Heard:
    """Return what the call says of a part's predicate, nothing if it does not hold it."""
    key = predicate_of_part(part, stances)
    return Heard() if key is None else heard_of(key, words_beside(key, part), stances)
