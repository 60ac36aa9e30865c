"""Whether more of the call speaks against a denial of a record than for it.

A call hardly ever says the opposite of a denial in the denial's own words, and hardly ever denies
nothing anywhere near it. So no sign decides alone: what the call does with the predicate, what its
clauses about the same thing do, what its sentences most like the denial do, and how the denial is
put are weighed together.

The weights are log-odds, rounded from a logistic regression on the denials of some 600 calls, whose
true and false records were written without a look at the score; those of `reasoned`, `aside` and
`conceded` were chosen by counting, after it. `always` is set a little lower than fitted: a true
denial that is flagged harms more than a false one that is not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language.syllables import PAST
from edgebox.scoring.affirmed import DECIDED_AGAINST
from edgebox.scoring.burden import SIDES, bears_out, places_of
from edgebox.scoring.claims import REQUIRES, WHOLE, predicate_of_part
from edgebox.scoring.deeds import does
from edgebox.scoring.heard import Heard, commits, heard_of
from edgebox.scoring.predicates import LIGHT, words_beside
from edgebox.scoring.stances import NEGATION, ONLY, PREDICATE, TWICE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.scoring.alignment import Item
    from edgebox.scoring.predicates import Part
    from edgebox.scoring.spoken import Spoken
    from edgebox.scoring.stances import Stances


class _Signs(NamedTuple):
    """What speaks against a denial, and for it.

    Attributes:
        affirmed: the call affirms the predicate, by what it says of it last or does.
        lead: what the best clause that affirms anything holds of the part, less the best that
            denies anything.
        after: what the agent affirms of the predicate behind the last refusal.
        denying: how much of what the sentences most like it hold of it is in those that deny.
        figures: how many the part has. Records hardly give figures of what was not done.
        ends: it ends with the denial.
        also: it denies one thing more (문자도 보내지 않고), where another was not denied.
        conceded: it denies in spite of something (확인되어도) that the call says as no such thing,
            unless the call denies the predicate last.
        of_one: it denies of one thing (새 카드는 보내지 않고), so that it is true beside others.
        unable: it denies what can be, not what was done.
        names: it only names what it denies, or gives a reason.
        limited: it denies under a condition, or the whole of something.
        reasoned: it gives a reason, which hardly a false one has.
        aside: it denies of one way or place alone (전화로는), beside which there are others.
        for_now: it denies of this moment or call, so that it is true beside what comes later.
        last: what the last clause that decides the predicate holds of the part, negative if that
            clause denies it.
        denied: what a clause that denies the predicate in any words holds.
        decided: it says that somebody decided against something.
        past: it denies what was done.
        always: 1.
    """

    affirmed: float
    lead: float
    after: float
    denying: float
    figures: float
    ends: float
    also: float
    conceded: float
    of_one: float
    unable: float
    names: float
    limited: float
    reasoned: float
    aside: float
    for_now: float
    last: float
    denied: float
    decided: float
    past: float
    always: float = 1.0


_WEIGHTS: Final = _Signs(
    affirmed=1.75,
    lead=2.0,
    after=0.5,
    denying=-1.75,
    figures=0.5,
    ends=1.5,
    also=1.5,
    conceded=2.25,
    of_one=-1.25,
    unable=-0.5,
    names=-0.75,
    limited=-0.75,
    reasoned=-2.0,
    aside=-1.5,
    for_now=-1.5,
    last=0.5,
    denied=-0.75,
    decided=1.25,
    past=0.75,
    always=-2.6,
)

_SHORTEST: Final = 12
"""Utterances of a call with fewer of which nothing is far from anything."""

_LIKEST: Final = 4
"""Sentences of a call that are compared with a denial."""

_NEAR: Final = 0.5
"""Of what the best clause holds of a denial, that one must hold to say what it concedes."""

_OF_ONE: Final = re.compile(
    r"[가-힣0-9](?<![하되있없])(?:은|는) (?:[^ ]+ ){0,3}[^ ]*(?:않|못|안 |없|불가)"
)

_UNABLE: Final = re.compile(r"수[가는도]? ?없|불가|못|어렵|안 ?[되된됩]")

_OPEN: Final = "해어아여돼와려져워춰러써겨줘봐꿔켜쳐퍼펴놔둬눠쏴"
"""The syllables in which a verb goes over into 도, 서 and the like."""

_ALSO: Final = re.compile(rf"[가-힣](?<![{_OPEN}라])도 (?:[^ ]+ ){{0,2}}[^ ]*(?:않|못|안 |없)")

_CONCEDES: Final = re.compile(
    rf"(?:[가-힣](?:(?<=[{_OPEN}])도|더라도|하고도|[었였인]는?데도)"
    r"|[을를에로] [가-힣]{0,2}[내가나사자타차서대매]도) (?![되돼됩된될됐]|괜찮)"
)
_CONCEDED: Final = re.compile(rf"[{_OPEN}]도 (?![되돼됩]|괜찮)|더라도|도요")
"""What is no reason against it: 확인되어도, and the same where it is said."""

_REASONED: Final = re.compile(
    r"(?:때문에|사정으로|이라서?|[가-힣]므로|[다라]고 ?(?:하여|해)|[아어여해돼려와워져]서),? "
)
_ASIDE: Final = re.compile(r"[가-힣0-9](?:로|에서?|까지)[는도] ")

_FOR_NOW: Final = re.compile("이번 통화|이번에|당장|아직|바로|지금|통화 중")

_PAST: Final = re.compile(rf"지 ?(?:않았|못했)|(?:안|못) ?[가-힣]{{1,3}}[{PAST}]")

_ASKS: Final = re.compile(r"(?:나요|까요|습니까|십니까|시죠|맞으|으세요|으신가)[?.~ ]*$")
"""A question that has no mark."""

_OF_OTHERS: Final = re.compile(rf"(?P<word>[가-힣]+?)(?<![하되다]){ONLY}(?:은|요)? ")
"""Speech about one thing alone, which says nothing of others: 모아카드만 정지했습니다."""


def tilts_against(
    part: Part, text: str, key: Item | None, stances: Stances, *, affirmed: bool, named_only: bool
) -> bool | None:
    """Return whether the call speaks against a denial, or None of a call too short to tell.

    Args:
        part: it denies its predicate.
        text: without the report around it.
        key: the predicate, if the call holds it.
        stances: of the call.
        affirmed: the call affirms the predicate.
        named_only: it only names what it denies, or gives a reason.
    """
    if len(stances.spoken.utterances) < _SHORTEST:
        return None
    signs = _signs(part, text, key, stances, affirmed=affirmed, named_only=named_only)
    return sum(sign * weight for sign, weight in zip(signs, _WEIGHTS, strict=True)) > 0.0


def _signs(
    part: Part, text: str, key: Item | None, stances: Stances, *, affirmed: bool, named_only: bool
) -> _Signs:
    """Return what speaks against a denial, and for it."""
    decided = DECIDED_AGAINST.search(text) is not None
    items = told(part)
    heard = Heard()
    if key is not None:
        heard = heard_of(_said(key, stances), words_beside(key, part), stances)
    places = places_of(items, stances)
    ending = text[-PREDICATE:]
    concedes = _CONCEDES.search(text) is not None
    return _Signs(
        affirmed=affirmed,
        lead=lead_of(items, places, stances, decided=decided),
        after=heard.after,
        denying=_denying(text, stances),
        figures=sum(bool(item.number) for item in items),
        ends=NEGATION.search(ending) is not None,
        also=not (decided or concedes) and _ALSO.search(text) is not None,
        conceded=concedes and heard.last >= 0.0 and not _is_conceded(places, stances.spoken),
        of_one=_OF_ONE.search(text) is not None,
        unable=_UNABLE.search(ending) is not None,
        names=named_only,
        limited=bool(REQUIRES.search(text) or WHOLE.search(text)),
        reasoned=_REASONED.search(text) is not None,
        aside=_ASIDE.search(text) is not None,
        for_now=_FOR_NOW.search(text) is not None,
        last=heard.last,
        denied=heard.denied,
        decided=decided,
        past=_PAST.search(ending) is not None,
    )


def _denying(text: str, stances: Stances) -> float:
    """Return how much of what the likest sentences hold of a text is in those that deny."""
    likest = stances.sentences.likest(NEGATION.sub(" ", text), _LIKEST)
    held = sum(share for _, share in likest)
    return sum(share for said, share in likest if NEGATION.search(said)) / (held or 1.0)


def _is_conceded(places: dict[int, float], spoken: Spoken) -> bool:
    """Return whether any clause that holds much of a denial concedes something too."""
    least = _NEAR * max(places.values(), default=0.0)
    return any(
        value > least and _CONCEDED.search(spoken.text_of(piece)) for piece, value in places.items()
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


def lead_of(
    items: Sequence[Item], places: dict[int, float], stances: Stances, *, decided: bool
) -> float:
    """Return how much more of a denial a clause that affirms anything holds than one that denies.

    Args:
        items: the words and numbers of the denial.
        places: the clauses around them, with how much each holds.
        stances: of the call.
        decided: it says that somebody decided against something.

    Returns:
        A share of their weight, -1 to 1.
    """
    spoken = stances.spoken
    own = {item.word for item in items if item.word}
    affirms = denies = 0.0
    for piece, value in places.items():
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
    items = told(part)
    return lead_of(items, places_of(items, stances), stances, decided=False)


def heard_of_part(part: Part, stances: Stances) -> Heard:
    """Return what the call says of a part's predicate, nothing if it does not hold it."""
    key = predicate_of_part(part, stances)
    return Heard() if key is None else heard_of(key, words_beside(key, part), stances)
