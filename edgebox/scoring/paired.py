"""Two figures that belong together: 3년 약정하면 19,000원, and not the 8,000원 of one year.

A summary that puts what is counted beside an amount or a rate says that the one goes with the
other. In a call the figure goes with what was counted last before it, in the same utterance.
"""

from __future__ import annotations

import re
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final

from edgebox.language.agreement import PEOPLE, counter_of
from edgebox.language.counters import OWN_COUNTERS
from edgebox.language.number import lasting, supports
from edgebox.scoring.evidence import is_loose, telling
from edgebox.scoring.spoken import MANY_NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.language.number import Number
    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.spoken import Spoken

_BETWEEN: Final = re.compile(
    r"(?!.*(?:[씩분치]|동안|[과와]|하고|까지|부터|이[내전후]|[중뒤후전]에?) )"
    r"[가-힣]{0,3} ?(?:[가-힣]{1,5} ?)?(?:연|월)? ?"
)
"""What stands between what is counted and its figure: 3년 약정하면 8,000원, 3.5톤은 110만 원."""

_CONDITION: Final = re.compile(r" ?[가-힣]{0,5}면 (?:[가-힣]{1,5} )?")

_NEAR: Final = 30
"""Characters from what is counted to its figure in a call."""

_HAS: Final = re.compile(r"(?:에|짜리|에는|의)(?: [가-힣]{1,6})? ?")
"""Between a figure of a call and what is counted, which it has: 삼만 구천 원에 칠 기가."""

_BESIDE: Final = re.compile(r"[가-힣]{0,2} ?(?:연|월|에)? ?")


def paired_with_another(made: Sequence[Statement], spoken: Spoken) -> bool:
    """Return whether a statement puts a figure beside what has another figure in the call."""
    return any(
        _is_of_another(counted, figure, text, spoken) or _has_another(counted, figure, text, spoken)
        for text, counted, figure in [*chain.from_iterable(map(_pairs, made)), *_conditions(made)]
    )


def _unit(text: str, number: Number) -> str:
    """Return what a number counts, one word for those that mean the same: 2인, 두 분, 두 명."""
    if number.kind != "count":
        return ""
    if lasts := lasting(number):
        return lasts
    counter = counter_of(text, number)
    same = ["명"] if counter in PEOPLE else OWN_COUNTERS.get(counter, [counter])
    return same[0]


def _pairs(one: Statement) -> Iterator[tuple[str, Number, Number]]:
    """Yield what is counted in a statement with the figure beside it, and the statement's text."""
    for first, second in pairwise(one.numbers):
        between = one.text[first.end : second.start]
        for counted, figure in ((first, second), (second, first)):
            beside = between == " " or (counted is first and _BETWEEN.fullmatch(between))
            if beside and _may_pair(one.text, counted, figure):
                yield one.text, counted, figure


def _conditions(made: Sequence[Statement]) -> Iterator[tuple[str, Number, Number]]:
    """Yield the same of a condition with the statement behind it: 3년 약정하면 8,000원."""
    for one, other in pairwise(made):
        before, after = one.numbers, other.numbers
        if one.field != other.field or not before or not after:
            continue
        between = f"{one.text[before[-1].end :]} {other.text[: after[0].start]}"
        if _CONDITION.fullmatch(between) and _may_pair(one.text, before[-1], after[0]):
            yield one.text, before[-1], after[0]


def _may_pair(text: str, counted: Number, figure: Number) -> bool:
    """Whether what is counted may have a figure: not 2명, which a summary counts itself."""
    return (
        figure.kind in {"amount", "percent"}
        and telling(figure)
        and telling(counted)
        and _unit(text, counted) != ""
        and not is_loose(text, counted)
        and not counted.relative
        and not figure.relative
    )


def _is_of_another(counted: Number, figure: Number, text: str, spoken: Spoken) -> bool:
    """Whether a figure is said with other counts of the unit, and never near this one."""
    unit = _unit(text, counted)
    others = False
    for number, piece in spoken.numbers:
        if not supports(number.provides, figure) or number.kind != figure.kind:
            continue
        utterance = spoken.pieces[piece].utterance
        said = [n for n, _ in spoken.numbers_of(utterance)]
        if len(said) > MANY_NUMBERS:
            return False
        its = _count_of(number, said, unit, spoken)
        if its is None:
            near = [*said, *(n for n, _ in spoken.numbers_of(utterance - 1))]
            if any(supports(n.provides, counted) for n in near):
                return False
        elif supports(its.provides, counted):
            return False
        others = others or its is not None
    return others and any(supports(n.provides, counted) for n, _ in spoken.numbers)


def _has_another(counted: Number, figure: Number, text: str, spoken: Spoken) -> bool:
    """Whether what is counted is said beside another figure, and never near this one."""
    others = False
    for number, piece in spoken.numbers:
        if not supports(number.provides, counted) or number.kind != counted.kind:
            continue
        utterance = spoken.pieces[piece].utterance
        near = [n for back in (-1, 0, 1) for n, _ in spoken.numbers_of(utterance + back)]
        if len(near) > MANY_NUMBERS or any(supports(n.provides, figure) for n in near):
            return False
        others = others or any(
            _unit(spoken.text, number) == _unit(text, counted)
            and n.kind == figure.kind
            and _BESIDE.fullmatch(spoken.text, number.end, n.start)
            for n in near
            if n.start >= number.end
        )
    return others and any(
        supports(n.provides, figure) and n.kind == figure.kind for n, _ in spoken.numbers
    )


def _count_of(figure: Number, said: Sequence[Number], unit: str, spoken: Spoken) -> Number | None:
    """Return what was counted last before a figure of a call, or stands right behind it."""
    before = None
    for number in said:
        if _unit(spoken.text, number) != unit:
            continue
        if number.start >= figure.end:
            gap = spoken.text[figure.end : number.start]
            close = gap in {"", " "} and before is None
            return number if close or _HAS.fullmatch(gap) else before
        if figure.start - number.end <= _NEAR:
            before = number
    return before
