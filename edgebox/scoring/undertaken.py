"""Whether the call undertakes an act that a line tells as done or agreed: 해지, 취소, 환불, 교환.

These end a matter and have few words each, in calls too (끊어, 없던 걸로, 돌려, 갈아).
Where no agent does or offers the act and no customer decides on it, in any of its words, near what
the line names, the line tells of another ending than the call's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language.syllables import PAST
from edgebox.scoring.alignment import Item
from edgebox.scoring.at_once import HARDLY, LITTLE, affirming
from edgebox.scoring.balance import lead_of_part, told
from edgebox.scoring.deeds import does
from edgebox.scoring.heard import heard_of
from edgebox.scoring.predicates import SAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.scoring.predicates import Part
    from edgebox.scoring.stances import Stances


class _Act(NamedTuple):
    """An act that ends a matter.

    Attributes:
        told: how a record tells of it.
        said: the words of a call for it.
        leads: the call must speak against it as well, not only have nothing for it.
        stated: what the agent says is so, or can be, bears it out.
    """

    told: re.Pattern[str]
    said: re.Pattern[str]
    leads: bool
    stated: bool


_ACTS: Final = (
    _Act(
        re.compile(r"해지|해약|탈퇴|그만[두뒀둡]|(?<!전화를 )(?<!고 )끊[기어었는]"),
        re.compile(r"해지|해약|탈퇴|끊|그만|없애|정리"),
        leads=True,
        stated=False,
    ),
    _Act(
        re.compile(r"취소(?![표자분]| ?문자)|무르"),
        re.compile(r"취소|무르|무를|물러|없던|철회|빼|안 [할갈받]|거둬|환불"),
        leads=True,
        stated=True,
    ),
    _Act(
        re.compile(r"(?:환불|환급)(?:[을를이가])?(?: ?처리| ?접수)?[받하되됐했]|돌려받"),
        re.compile(r"환불|환급|돌려|들어[가와오갑옵]|입금|취소|빼|빠[지져]|반환|토해|감액|차감"),
        leads=False,
        stated=True,
    ),
    _Act(
        re.compile(r"교환|교체|새것"),
        re.compile(r"교환|교체|바[꾸꿔꿀]|갈[아고려을]|새 ?[걸것거]|새로|다시 보내"),
        leads=True,
        stated=True,
    ),
    _Act(
        re.compile(r"보상|배상|물어 ?주|변상"),
        re.compile(r"보상|배상|물어 ?[주드]|변상|드릴|적립|쿠폰|부담"),
        leads=True,
        stated=True,
    ),
)

_CLAIMS: Final = re.compile(rf"(?:[{PAST}](?:습니다|고|으며)|기로 ?[하했합]|[하받두]고)[., ]*$")
_NO_CLAIM: Final = re.compile(
    r"[다라냐자]고 (?:안내|설명|답|알|말)|수 [있없]|보류|철회|거두|포기|단념|대신|여부|문자"
    r"|[0-9가-힣](?<!까지)만 |[가-힣](?<![감화대측방전표정])면[ ,]|경우|[뒤후][ ,에]|거쳐|나서"
)
"""What tells of no such ending: a report, a condition, or of one thing only."""

_VERB: Final = 18
"""Characters at a part's end that hold the act."""

_ITSELF: Final = 0.95
"""How surely a word of an act is that act."""


def is_not_undertaken(part: Part, stances: Stances) -> bool:
    """Return whether a part tells of an act that nobody in the call does, offers or decides on.

    Args:
        part: it denies nothing.
        stances: of the call.
    """
    text = part.text
    if not _CLAIMS.search(text) or _NO_CLAIM.search(text):
        return False
    at, word, act = max(
        ((match.start(), match[0], act) for act in _ACTS for match in act.told.finditer(text)),
        key=lambda found: found[0],
        default=(0, "", None),
    )
    spoken = stances.spoken
    if act is None or len(text) - at > _VERB:
        return False
    said = [piece for piece in range(len(spoken.pieces)) if act.said.search(spoken.text_of(piece))]
    if not said:
        return True
    others = [i for i in told(part) if i.number or not _is_in(i.word, word)]
    if any(_does(piece, others, stances) for piece in affirming(said, stances)):
        return False
    heard = heard_of(Item(1.0, dict.fromkeys(said, _ITSELF), None, word), others, stances)
    told_of = max(heard.done, heard.chosen, *([heard.stated, heard.possible] * act.stated))
    return told_of < HARDLY and not (act.leads and lead_of_part(part, stances) >= LITTLE)


def _does(piece: int, others: Sequence[Item], stances: Stances) -> bool:
    """Return whether a clause that affirms an act does it, and holds more words of a part."""
    return (
        not stances[piece].depends
        and does(stances.spoken.text_of(piece))
        and any(item.where.get(piece, 0.0) >= SAME for item in others)
    )


def _is_in(word: str, other: str) -> bool:
    """Return whether one word holds another."""
    return word in other or other in word
