"""Whether what a call says of a predicate affirms what a part of a record denies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.granting import declined
from edgebox.scoring.heard import DECIDES

if TYPE_CHECKING:
    from edgebox.scoring.heard import Heard
    from edgebox.scoring.stances import Stances

DECIDED_AGAINST: Final = re.compile(
    r"지(?:는|도|를)? ?(?:않|말)기로|(?<![가-힣])(?:안|못) ?(?!내)[가-힣]{1,3}기로"
)

_NOT_DONE: Final = re.compile(
    r"[하되]지 ?(?:않|못)(?:았|했|아 |은 채|습니다)"
    r"|해 ?(?:주|드리)지 ?(?:않|못)"
)
"""A denial to which any word of the agent about it is the opposite."""

_IS_UNABLE: Final = re.compile(r"수[가는도]? ?없|불가|못|안 ?[되된됩돼]|되지 ?않")
"""A denial to which an offer is the opposite. What is offered may be left undone."""

_NEEDLESS: Final = re.compile(r"(?:지 ?않아도|없이도) ?[되된됩돼]|필요[는가도]? ?없|불필요")
"""A denial to which what must be is the opposite."""

SURE: Final = 0.4
"""What one clause must hold of a part to speak against it where none decides, and a refusal."""

_RELATED: Final = 0.12
"""What a clause that does it must hold of a part where nobody denies it in any words."""

UNDISPUTED: Final = 0.3
"""The same of a clause that says so."""

_DOUBT: Final = 0.15
"""What a denial must hold to leave the matter open."""

_CLEARLY: Final = 1.5
"""How much more of a part than any that denies a clause must hold to decide alone."""

_SOME: Final = 0.35
"""The same where somebody is said to have decided against what nobody denies."""


def affirms(text: str, heard: Heard, stances: Stances) -> bool:
    """Return whether the call affirms what a part denies."""
    if heard.settled or (heard.last > DECIDES and heard.done > DECIDES):
        return True
    says = heard.done > _RELATED or max(heard.stated, heard.possible) > UNDISPUTED
    if says and not heard.denied and _NOT_DONE.search(text):
        return True
    if heard.done > max(SURE, heard.denied * _CLEARLY):
        return True  # what is denied is something else
    if (
        DECIDED_AGAINST.search(text)
        and not declined(stances)
        and (heard.chosen > SURE or not heard.denied)
    ):
        return max(heard.done, heard.stated, heard.possible, heard.wanted) > _SOME
    return _stated(text, heard)


def _stated(text: str, heard: Heard) -> bool:
    """Return whether the agent says the opposite of a denial, and hardly anybody denies it."""
    speaks = heard.done
    if _NOT_DONE.search(text):
        speaks = max(speaks, heard.stated)
    elif _NEEDLESS.search(text):
        speaks = max(speaks, heard.required)
    elif _IS_UNABLE.search(text):
        speaks = max(speaks, heard.possible)
    return speaks > SURE and heard.denied <= _DOUBT
