"""Denials of a record that nobody in the call makes, where somebody says the opposite.

A record tells what was done, can be done or was agreed. Where the clauses of the call that hold
most of its words and figures affirm it (구만 원으로 정정했습니다) and nobody denies anything there,
a line that denies it (9만 원으로 정정되지 않아) is wrong, whatever its verb is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.stances import ABSENT, NEGATION, TURNED_DOWN
from edgebox.scoring.topics import is_of_another_topic

if TYPE_CHECKING:
    from edgebox.scoring.alignment import Item
    from edgebox.scoring.predicates import Part
    from edgebox.scoring.stances import Stances

_STEPS: Final = {0: 1.0, -1: 0.8, 1: 0.8, -2: 0.6, 2: 0.6, -3: 0.4, 3: 0.4}
"""Clauses around one, and what a word there counts for it: one sentence is several clauses."""

_LEAST: Final = 0.5
"""Share of a part's weight that a clause must hold, with those around it, to be of the same."""

_NEAR: Final = 0.6
"""Of the best share: clauses this near to it speak of the same too."""

_OF_WHAT_IS: Final = re.compile(
    rf"{TURNED_DOWN}|아니|(?<!수 )(?<!수[가는도] )(?<!필요 )(?<!필요[가는도] )없(?!이)"
)
"""A denial in a noun, or of what there is: a call has other words for it (자리가 다 찼어요)."""

_UNABLE: Final = re.compile(
    r"수[가는도]? ?없|(?:안|못) ?(?:된|한|됩|합)|되지 ?않|지 ?못|필요[가는도]? ?없|않아도"
)
"""A denial of what can or must be, to which what is offered is the opposite."""

_DENIES: Final = re.compile(
    rf"{NEGATION.pattern}|(?<![가-힣])(?:안|못)(?= ?[가-힣])(?!내|녕|심|전|에|으로)"
    r"|지(?:는|도)? ?(?:마|말)|못[하해했할한함]|없|아니|힘들|곤란|거절|거부|취소|철회|보류"
    r"|됐[어습고]|(?<![때날로면네은] )괜찮아|말고|빼고|보다는"
    r"|(?<=[가-힣])(?<!지)만 (?=[가-힣]*(?:[돼되됩]|인정|가능|드[려립]|있))"
)
"""Speech that denies in any words, or limits what it affirms."""

_SETTLES: Final = re.compile(
    r"(?:[할갈볼낼릴올쓸둘을줄]|드릴)게[요유]|겠습니다|겠어요|드[려렸립릴]|[됐했](?:습니다|어요|고요)"
    r"|나[갑가]|예정|걸로"
)
_OFFERS: Final = re.compile(
    rf"{_SETTLES.pattern}|됩니다|돼요|있어요|있습니다|가능|[가-힣]세요|[해셔]도 |야 ?[돼되됩]"
)
"""The same of an agent, and what can or must be."""

_LATER: Final = re.compile(r"(?:다음|나중)에|생각해|고민")

_UNDER: Final = re.compile(r"[가-힣](?<!화)면(?:은|요)?[ ,]*$")

_CUSTOMER_AFFIRMS: Final = re.compile(
    r"[할갈볼낼릴올쓸둘을줄]게[요유]|겠습니다|겠어요|걸로|[할갈볼낼릴올쓸둘을]래요"
)


def is_denied_by_nobody(part: Part, key: Item | None, stances: Stances) -> bool:
    """Return whether the call affirms what a part denies, and nobody denies anything beside it.

    Args:
        part: it denies its predicate, once.
        key: the predicate, if the call holds it.
        stances: of the call.
    """
    if _OF_WHAT_IS.search(part.text):
        return False
    near = _near(part, stances)
    if any(_denies(piece, part, stances) for piece in near):
        return False
    affirms = _OFFERS if _UNABLE.search(part.text) else _SETTLES
    return any(
        _affirms(piece, affirms, stances)
        and _holds(piece, part, key)
        and not _is_turned_down(piece, stances)
        for piece in near
    )


def _near(part: Part, stances: Stances) -> list[int]:
    """Return the clauses that hold most of a part with those around them, if any holds much."""
    shares = _shares(part, stances)
    best = max(shares.values(), default=0.0)
    if best < _LEAST:
        return []
    return [piece for piece, share in shares.items() if share >= _NEAR * best]


def _shares(part: Part, stances: Stances) -> dict[int, float]:
    """Return what clauses hold of a part, with those around them."""
    count = len(stances.spoken.pieces)
    total = sum(item.weight for item in part.items) or 1.0
    shares: dict[int, float] = {}
    for item in part.items:
        held: dict[int, float] = {}
        for piece, degree in item.where.items():
            for step, worth in _STEPS.items():
                if 0 <= piece + step < count:
                    held[piece + step] = max(held.get(piece + step, 0.0), worth * degree)
        for piece, value in held.items():
            shares[piece] = shares.get(piece, 0.0) + value * item.weight / total
    return shares


def _denies(piece: int, part: Part, stances: Stances) -> bool:
    """Return whether a clause denies anything, but for a topic of its own or under a condition."""
    one, text = stances[piece], stances.spoken.text_of(piece)
    if not (one.denies or one.refuses or _DENIES.search(text) or ABSENT.search(text)):
        return False
    words = [item.word for item in part.items if item.word]
    beside = not any(piece in item.where for item in part.items)
    return not (_UNDER.search(text) or (beside and is_of_another_topic(text, words)))


def _affirms(piece: int, affirms: re.Pattern[str], stances: Stances) -> bool:
    """Return whether a clause, or the next one of the same utterance, settles something."""
    spoken = stances.spoken
    last = spoken.pieces_of(spoken.pieces[piece].utterance).stop
    if spoken.speaker_of(piece) == "customer":
        affirms = _CUSTOMER_AFFIRMS
    return any(
        affirms.search(spoken.text_of(at)) is not None
        and not (stances[at].asks or stances[at].depends or stances[at].denies)
        for at in range(piece, min(piece + 2, last))
    )


def _is_turned_down(piece: int, stances: Stances) -> bool:
    """Return whether the customer does without what a clause affirms, or puts it off, soon."""
    spoken = stances.spoken
    at = spoken.pieces[piece].utterance
    # what a customer decides, the agent's answer may still change
    last = at + (2 if spoken.speaker_of(piece) == "customer" else 1)
    return any(
        one.speaker != "agent" and (_DENIES.search(one.text) or _LATER.search(one.text))
        for one in spoken.utterances[at + 1 : last + 1]
    )


def _holds(piece: int, part: Part, key: Item | None) -> bool:
    """Return whether a part's figures, or its predicate, stand around a clause."""
    figures = [item.where for item in part.items if item.number]
    if figures:
        return all(any(piece + step in where for step in range(-2, 3)) for where in figures)
    return key is not None and any(piece + step in key.where for step in (-1, 0, 1))
