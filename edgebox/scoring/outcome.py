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


_SETTLES: Final = re.compile(
    r"기로 ?(?:했|하|함)|받아들여지지|[않못](?:았|했|은 상태)|미[뤄뤘]|달려 있"
    r"|(?:접수|처리|예약|변경|확정|완료|취소|연기|포기|보류|거절|불가|등록|발급|교체|환불|예정)"
    r"(?:[됐돼했함됨하]|되[었어]|이[며다]|임|해|[.]?$)"
)
"""What a result that tells of an ending holds."""

_WORDS_HELD: Final = 3
_SHARE_HELD: Final = 0.4
"""Words of a result that the call has anywhere, and their share: with less it is empty, or of
another call."""


def tells_of_an_ending(made: Iterable[Statement]) -> bool:
    """Return whether a result of several parts says in words of the call what was settled.

    For one that tells of several requests, of which some were settled early, or in other words.
    """
    results = [one for one in made if one.field == "result"]
    if len(results) < 2:
        return False
    items = [item for one in results for item in one.items]
    held = sum(bool(item.where) for item in items)
    if held < _WORDS_HELD or held < _SHARE_HELD * len(items):
        return False
    return any(_SETTLES.search(_OF_THE_CALL.sub("", one.text)) for one in results)


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
