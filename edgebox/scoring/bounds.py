"""Bounds of another number: 칠 일 넘게 where the call says 십사 일 넘게.

A call says how long, from when and until when with 부터, 까지, 이내, 넘게. If a summary writes such
a word with a number that the call never has it with, and the call has it with another number in a
clause with the summary's words, the numbers are mixed up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language.agreement import counter_of
from edgebox.language.number import supports
from edgebox.scoring.contrasts import BELIEVED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.language.number import Number
    from edgebox.scoring.alignment import Item, Statement
    from edgebox.scoring.spoken import Spoken

_BOUNDS: Final = (
    re.compile(r"(?: ?(?:말|초|중순|쯤|정도|[가-힣]{1,4}(?<!부터)(?<!까지)))?부터"),
    re.compile(r"(?: ?(?:말|초|중순|쯤|정도))?까지"),
    re.compile(r" ?(?:이상|넘게|넘으|넘어|넘기|초과)|[을를] ?(?:넘|초과)"),
    re.compile(r" ?(?:이내|안에|안으로|내에|내로)"),
    re.compile(r" ?(?:이하|미만|못 ?[미넘]|안 ?[되돼])|[이가]? ?(?:안 ?[되돼]|못 ?[미되])"),
)
_COMMON: Final = 4
"""Clauses with a word, of which more would lead anywhere."""

_ENOUGH: Final = 2
"""Words of a statement in a clause with another number, which outweigh the same bound."""


class _Bound(NamedTuple):
    number: Number
    bound: re.Pattern[str]


def bound_of_another(made: Sequence[Statement], spoken: Spoken) -> bool:
    """Return whether a bound of a statement is that of another number in the call."""
    return any(_is_of_another(one, bound, spoken) for one in made for bound in _bounds(one))


def _bounds(one: Statement) -> Iterator[_Bound]:
    for item in one.items:
        if item.number is None or BELIEVED.match(one.text, item.number.end):
            continue
        for bound in _BOUNDS:
            if bound.match(one.text, item.number.end):
                yield _Bound(item.number, bound)
                break


def _unit(text: str, number: Number) -> str:
    if number.kind == "count":
        lasts = re.search(r"[dm]$|min$", number.value)
        return lasts[0] if lasts else counter_of(text, number)
    if number.kind == "date":
        return "day" if re.search(r"-\d+-\d+$|^\d\d?-\d+$", number.value) else "month"
    return number.kind


def _is_of_another(one: Statement, told: _Bound, spoken: Spoken) -> bool:
    unit = _unit(one.text, told.number)
    words = [item for item in one.items if item.number is None and 0 < len(item.where) <= _COMMON]
    if not unit or not words:
        return False
    own = [(n, piece) for n, piece in spoken.numbers if supports(n.provides, told.number)]
    if not own:
        return False
    if any(_answers(piece, told.bound, spoken) for _, piece in own):
        return False
    bound = any(told.bound.match(spoken.text, n.end) for n, _ in own)
    if any(_shared(words, piece, spoken) for _, piece in own):
        return False
    others = [
        _shared(words, piece, spoken, beside=False)
        for n, piece in spoken.numbers
        if _unit(spoken.text, n) == unit
        and not supports(n.provides, told.number)
        and told.bound.match(spoken.text, n.end)
    ]
    return max(others, default=0) >= (_ENOUGH if bound else 1)


def _answers(piece: int, bound: re.Pattern[str], spoken: Spoken) -> bool:
    """Return whether a clause answers a question for such a bound: 얼마까지 원하세요?"""
    asked = spoken.pieces[piece].utterance - 1
    if asked < 0:
        return False
    pieces = spoken.pieces_of(asked)
    question = spoken.text[spoken.pieces[pieces[0]].start : spoken.pieces[pieces[-1]].end]
    return any(bound.match(question, match.end()) for match in _QUESTION.finditer(question))


_QUESTION: Final = re.compile(r"얼마|언제|몇 ?[가-힣]{1,2}?(?=부터|까지|이상|이내|안에|넘)")


def _shared(words: Sequence[Item], piece: int, spoken: Spoken, *, beside: bool = True) -> int:
    """Return how many words a clause holds, and with ``beside`` those before and behind it."""
    of = spoken.pieces[piece].utterance
    near = [piece]
    if beside:
        near += [
            p
            for p in (piece - 1, piece + 1)
            if 0 <= p < len(spoken.pieces) and spoken.pieces[p].utterance == of
        ]
    return sum(any(item.where.get(p, 0.0) >= 0.9 for p in near) for item in words)
