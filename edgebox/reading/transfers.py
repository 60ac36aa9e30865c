"""What is said in the legs of a call: that it is transferred, and what is only noted about it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from edgebox.reading.parts import are_both_sides
from edgebox.reading.roles import role_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edgebox.reading.turn import Turn

_LAST: Final = 4
"""Turns of a leg in one of which its end is told."""
_CONNECTS: Final = re.compile(
    r"(?:연결|이관|넘겨|전화 ?돌려|(?:담당자|책임자|팀장님?) ?바꿔)(?:을|를)? ?(?:해|하여|도와)? ?"
    r"(?:드리겠|드릴|드려|할게|하겠)"
)
_OF_ANOTHER_CALL: Final = re.compile(
    r"example|sample|similar|script|suggest|recommend|template|past|previous|prior|history|faq"
    r"|related|other|guide|train|test|gold|label|expect|result|output|predict|generat|final|raw"
    r"|draft|예시|예제|유사|추천|스크립트|과거|이력|관련|다른|학습|가이드|결과|최종|원본",
    re.IGNORECASE,
)
"""Names of fields that hold what was said in other calls, or may be said, or this call again."""
_OF_A_BOT: Final = re.compile(
    r"(?:chat|voice|call)?bot(?:s|chat|talk|dialog(?:ue)?|conversation|session)?_?history"
    r"|(?:챗|콜|보이스|음성|상담)?봇[ _]?(?:대화|상담)?[ _]?이력",
    re.IGNORECASE,
)
"""Names of fields that hold what a bot said before a person took over."""
_NOTED: Final = re.compile(
    r"(?:(?<![성포편])함|됨|[가-힣]임|[있없같었았했겠였렸졌됐왔갔받않많]음)[\s.]*$"
)
"""How a note ends, and hardly speech: 요청함, not 성함."""
_OF_THE_SIDES: Final = re.compile(
    r"(?:^|\s)(?:고객|상담[사원])(?:이|가|은|는|의|에게|께서|께|을|를)(?:\s|$)"
)
"""How a note names the sides: who speaks says 고객님."""
_MOSTLY: Final = 0.6
"""Share of the turns of a note."""


def are_noted(turns: Sequence[Turn]) -> bool:
    """Return whether most turns are worded as notes about a call, of which nothing was said."""
    noted = sum(bool(_NOTED.search(one.text) or _OF_THE_SIDES.search(one.text)) for one in turns)
    return noted >= _MOSTLY * len(turns)


def transferred(lists: Mapping[str, list[Turn]]) -> list[str]:
    """Return the names of lists that are legs of one call whatever they are called, in order.

    Each is talk of a customer and another one. They are in the order of time where each begins
    after the one before it has ended; else those that end with a transfer come before the others.
    Empty where they are neither: what two engines heard ends alike.
    """
    legs = {
        name: turns
        for name, turns in lists.items()
        if (_OF_A_BOT.fullmatch(name) or not _OF_ANOTHER_CALL.search(name))
        and are_both_sides(turns)
    }
    if len(legs) < 2:
        return []
    if order := _by_time(legs):
        return order
    ends = {name: _connects(turns) for name, turns in legs.items()}
    return sorted(legs, key=lambda name: not ends[name]) if len(set(ends.values())) > 1 else []


def _by_time(legs: Mapping[str, list[Turn]]) -> list[str]:
    starts: dict[str, tuple[float, float]] = {}
    for name, turns in legs.items():
        times = [one.start_ms for one in turns if one.start_ms is not None]
        if len(times) < len(turns):
            return []
        starts[name] = min(times), max(times)
    order = sorted(legs, key=lambda name: starts[name])
    follow = all(starts[one][1] < starts[after][0] for one, after in pairwise(order))
    return order if follow else []


def _connects(turns: Sequence[Turn]) -> bool:
    """Return whether a leg ends with a transfer that is told by one who is no customer."""
    return any(
        role_of(one.speaker.lower()) != "customer" and _CONNECTS.search(one.text)
        for one in turns[-_LAST:]
    )
