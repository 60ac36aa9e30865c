"""Whether a result says how a call ended though few of its words are in the call's last part."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.scoring.granting import declined
from edgebox.scoring.heard import heard_of
from edgebox.scoring.predicates import key_of, parts_of
from edgebox.scoring.stances import denies

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.stances import Stances

_GOES_ON: Final = re.compile(r"(?:그냥|계속|그대로)[^.]{0,16}기로 ?(?:했|하|함)")

_OF_THE_CALL: Final = re.compile(
    r"(?:문의|요청|안내|설명|확인)(?:[함됨]|했|하였|됐|되었)[가-힣.]*$"
)

_WHOLLY: Final = 0.9
"""Support of a short result, each word of which the call holds."""


def tells_what_was_done(made: Iterable[Statement], stances: Stances, on: dt.date | None) -> bool:
    """Return whether a result says in the call's words what the agent did and nobody denies.

    For a short one (회원권 정지 처리 완료), of which only the verb is in the call's last part, and
    for what a customer says in words of all calls (그냥 쓸게요).
    """
    for one in (one for one in made if one.field == "result"):
        if _GOES_ON.search(one.text) and declined(stances):
            return True
        held = [item for item in one.items if item.where]
        if one.support < _WHOLLY or len(held) < 2:
            continue
        for part in parts_of(one, stances.spoken, on):
            found = [item for item in part.items if item.where]
            told = not (denies(part.text) or _OF_THE_CALL.search(part.text))
            key = key_of(part, found) if told else None
            if key and heard_of(key, [i for i in found if i is not key], stances).settled:
                return True
    return False
