"""What a line tells in words of its own, and the call settled the other way.

An opposite outcome has no negation, and mostly no word of the call for what it claims: 그 자리에서
환불해 줌, 깎아 주기로 함, 변경은 안 된다고 잘라 말함. What such a claim needs is known by its form:
what was done at once must have been done, a promise must be the agent's, what was refused must not
have been granted, the whole of something must be spoken of. A line is wrong where the call has
nothing of the kind and speaks against it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.at_once import (
    BY_CUSTOMER,
    HARDLY,
    LATER,
    LITTLE,
    PRESENT,
    TALKS,
    VERB,
    affirming,
    is_too_soon,
    says,
)
from edgebox.scoring.balance import heard_of_part, lead_of_part, told
from edgebox.scoring.claims import predicate_of_part
from edgebox.scoring.granting import DECLINES
from edgebox.scoring.predicates import SAME
from edgebox.scoring.stances import denies
from edgebox.scoring.undertaken import is_not_undertaken

if TYPE_CHECKING:
    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.predicates import Part
    from edgebox.scoring.stances import Stance, Stances

_SHORTEST: Final = 24
"""Clauses of a call with fewer of which nothing is far from anything."""

_SOME: Final = 0.2
"""What a denial must hold of a part to be of it."""

_CURTLY: Final = re.compile(
    r"(?:다며|다고|라며|라고|므로|으며|니까?|면서) ?(?:[가-힣]+ )?"
    r"(?:돌려보[내냈]|잘라 ?[말답]|거[절부][하했합]|물리[치쳤])"
)
"""An agent who says no, with a reason: 신청 대상이 아니라고 돌려보냈습니다."""

_PROMISES: Final = re.compile(r"(?:[어아여해려워켜혀쳐둬춰] ?주|드리)(?:겠다고|기로)")
_NO_PROMISE: Final = re.compile(r"제안|고객[이은]|문의하겠|알려 ?주|(?<![가-힣])해 ?주|[가-힣]만 ")
"""An offer, news, 해 주기로 without what, or what is promised of one thing only."""

_FAVOURS: Final = re.compile(r"[어아여해려워와켜혀쳐둬춰내] ?(?:줬|주었|주[고며]|드렸|드리고)")
"""What the agent did for the customer."""

_GIVES_UP: Final = re.compile(
    r"(?:포기|단념)(?:기로|했|하[고여며기])|그만두(?:기로|고)|(?:마음|생각)을 접"
)
_LEAVES: Final = re.compile(
    rf"{DECLINES.pattern}|(?:[은는도건]|그럼|그냥|아|에이|^) ?됐[고어습]|그때 [할갈]|다음에|나중"
    r"|(?<![가-힣])안 (?:[해하할살받갈쓸바]|[가-힣]{1,2}[려래])"
    r"|그대로 (?=[가-힣]*[두둬쓸보할갈탈받주하])|포기|말[고래게]|지 ?않|생각|취소"
    r"|(?<![가-힣])(?:그냥|일단|차라리|그럼) [^?]*(?:걸로|[가-힣]게요)"
)
"""A customer who leaves anything, or takes something else instead: 그럼 옮기는 걸로 할게요."""

_ADMITS: Final = re.compile(
    r"(?:잘못|실수|고장|불량|책임|착오|과실|결함|하자|누락|오류|것)(?:이|임|였음)?"
    r"(?:이?라고|[을를]|으?로)? ?[^ ]* ?인정[하해했]"
)
_FAULT: Final = re.compile(r"실수|잘못|착오|누락|과실|책임|인정|저희 ?(?:[쪽측가])|죄송")
"""Speech of an agent who may admit a fault."""

_ALLOWS: Final = re.compile(r"(?:허락|승낙|수락)[하해했합]")

_WHOLE: Final = re.compile(r"모두|전부|전액|통째|한꺼번에|한 ?번에|둘 ?다")
_WHOLE_SAID: Final = re.compile(rf"{_WHOLE.pattern}|(?<![가-힣])다 (?!찼|차|나갔|떨어)")
_OF_NONE: Final = re.compile(r"안내|설명|줄었|늘[었어]|알|힘들")


def is_opposed(part: Part, statement: Statement, stances: Stances) -> bool:
    """Return whether a part claims in other words what the call settled the other way.

    Args:
        part: of the agent's or the result's line.
        statement: of which it is a part.
        stances: of the call.
    """
    if len(stances.spoken.pieces) < _SHORTEST:
        return False
    text = part.text
    if denies(text):
        refuses = statement.field == "agent" and _CURTLY.search(text) is not None
        return refuses and lead_of_part(part, stances) > 0.0
    return (
        is_too_soon(part, stances)
        or _is_granted_in_vain(part, stances)
        or _is_made_whole(part, stances)
        or _has_no_word(part, stances)
        or is_not_undertaken(part, stances)
    )


def _is_granted_in_vain(part: Part, stances: Stances) -> bool:
    """Return whether a part tells that the agent promises, does or allows what the call denies."""
    text = part.text
    if _ALLOWS.search(text):
        return lead_of_part(part, stances) < LITTLE
    if LATER.search(text):
        return False
    if _PROMISES.search(text):
        return _is_promised_in_vain(part, stances)
    return _is_favoured_in_vain(part, stances)


def _is_promised_in_vain(part: Part, stances: Stances) -> bool:
    """Return whether a part tells of a promise of what the call denies, and nobody promises."""
    if _NO_PROMISE.search(part.text) or _is_said(part, stances):
        return False
    heard = heard_of_part(part, stances)
    least = LITTLE if predicate_of_part(part, stances) else -LITTLE
    if heard.done < HARDLY and lead_of_part(part, stances) < least:
        return True
    return heard.denied > max(_SOME, heard.done)


def _is_favoured_in_vain(part: Part, stances: Stances) -> bool:
    """Return whether a part tells that the agent did for the customer what the call denies."""
    end = part.text[-VERB:]
    if not _FAVOURS.search(end) or BY_CUSTOMER.search(part.text):
        return False
    heard = heard_of_part(part, stances)
    if heard.denied <= _SOME or max(heard.done, heard.chosen) >= HARDLY:
        return False
    return TALKS.search(end) is None or lead_of_part(part, stances) < LITTLE


def _is_made_whole(part: Part, stances: Stances) -> bool:
    """Return whether a part tells of the whole where no agent does, and the call is against it."""
    text = part.text
    if not _WHOLE.search(text) or LATER.search(text) or _OF_NONE.search(text):
        return False
    if not PRESENT.search(text[-VERB:]) or lead_of_part(part, stances) >= LITTLE:
        return False
    return heard_of_part(part, stances).done < HARDLY and not says(_tells_of_the_whole, stances)


def _has_no_word(part: Part, stances: Stances) -> bool:
    """Return whether a part tells what somebody did, for which the call has no word at all."""
    end = part.text[-VERB:]
    said = stances.spoken.utterances
    if _GIVES_UP.search(end):
        return not any(one.speaker != "agent" and _LEAVES.search(one.text) for one in said)
    if _ADMITS.search(part.text):
        return not any(one.speaker != "customer" and _FAULT.search(one.text) for one in said)
    return False


def _is_said(part: Part, stances: Stances) -> bool:
    """Return whether a clause of the agent affirms a part's predicate with more of its words."""
    key = predicate_of_part(part, stances)
    if key is None:
        return False
    others = [item for item in told(part) if item.word != key.word]
    return any(
        key.where[piece] >= SAME and any(item.where.get(piece, 0.0) >= SAME for item in others)
        for piece in affirming(key.where, stances)
    )


def _tells_of_the_whole(text: str, _: Stance) -> bool:
    """Return whether a clause tells of all of anything, if under a condition: 다 돌려드려요."""
    return _WHOLE_SAID.search(text) is not None
