"""Numbers whose unit does not fit the words beside it: 포인트가 지나, 두 곳 안에, 26일 말부터.

Such a number was exchanged with another one, whatever the call says of either: only a length of
time or a day passes, only a month has an end, and the second number of a range has the unit of
both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language.agreement import counter_of
from edgebox.language.number import lasting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.language.number import Number
    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.spoken import Spoken

_ANYTHING: Final = re.compile("")
_MONEY: Final = frozenset({"amount"})
_PEOPLE: Final = frozenset(["명", "사람", "인"])
_PLACES: Final = frozenset(["곳", "군데"])
_AGES: Final = frozenset(["세", "살"])
_TIMES: Final = frozenset(["번", "차례"])
_SUMS: Final = frozenset(["포인트", "점", "마일", "유로", "달러", "엔"])
_THINGS: Final = frozenset(["개", "건", "장", "대", "권", "병", "박스", "벌"])
_SIZES: Final = frozenset(
    ["GB", "MB", "기가", "메가", "kg", "g", "cm", "센티", "mm", "평", "L", "ml"]
)


class _Frame(NamedTuple):
    """Words beside a number, and what no number there counts.

    Attributes:
        before: what stands before it.
        behind: what stands behind it.
        wrong: kinds of numbers, counters and units of time that do not fit.
    """

    before: re.Pattern[str]
    behind: re.Pattern[str]
    wrong: frozenset[str]


_FRAMES: Final = (
    _Frame(  # 30일이 지나면
        _ANYTHING,
        re.compile(r"[이가]? 지(?:나[ 서면야고도기지]|났|난 (?:뒤|후|경우|다음|것)|날 때)"),
        _MONEY | _PEOPLE | _PLACES | _AGES | _TIMES | _SUMS | _THINGS | _SIZES,
    ),
    _Frame(  # 두 달 전부터
        _ANYTHING,
        re.compile(r" ?(?:전부터|뒤부터|후부터|만에)(?![가-힣])"),
        _MONEY | _PLACES | _SUMS | _SIZES,
    ),
    _Frame(  # 30분 안에
        _ANYTHING, re.compile(r" ?안에 (?!들|포함|속)"), _PEOPLE | _PLACES | _SUMS
    ),
    _Frame(  # 석 달 동안
        _ANYTHING,
        re.compile(r" ?동안(?![가-힣])"),
        _MONEY | _PEOPLE | _PLACES | _AGES | _TIMES | _SUMS | _THINGS | _SIZES | {"plain", "동"},
    ),
    _Frame(  # 40분이 걸린다
        _ANYTHING, re.compile(r"[이가]? ?(?:걸[리린렸릴]|소요)"), _AGES | _SUMS | _SIZES
    ),
    _Frame(  # 60분 넘게 늦어
        _ANYTHING,
        re.compile(r" (?:넘게 )?(?:늦[게어었은]|지나[ 서면]|걸[리려렸린])"),
        frozenset({"plain"}),
    ),
    _Frame(  # 12개월 할부, 24개월 약정
        _ANYTHING,
        re.compile(r" (?:할부|약정|무이자|거치)(?![가-힣]{2})"),
        _PEOPLE | _PLACES | _AGES | _TIMES,
    ),
    _Frame(  # 만 3세
        re.compile(r"(?<![가-힣\d])만 $"),
        _ANYTHING,
        _PEOPLE | _PLACES | _SUMS | _THINGS | _SIZES | _TIMES,
    ),
    _Frame(  # 6개월권
        _ANYTHING, re.compile(r"권(?=[ 을를은는이의])"), _PLACES | _TIMES
    ),
    _Frame(  # 석 달 치
        _ANYTHING, re.compile(r" 치(?=[ 를는의])"), _PLACES | _AGES | _TIMES
    ),
    _Frame(  # 세 번 바뀌었고, 다섯 번 틀려
        _ANYTHING, re.compile(r" (?:바뀌|바뀐|바뀔|바꿨|틀[려리렸린]|접수했)"), frozenset({"m"})
    ),
)

_PART_OF_MONTH: Final = re.compile(
    r" ?(?:말|초|중순)(?=까지|부터|[에쯤경, ])| (?:첫|둘|셋|넷)째 주"
)
_OF_DAY: Final = re.compile(r" (?:오전|오후|새벽|저녁 \d|\d{1,2}시)")
_RANGE: Final = re.compile(r" ?[~–] ?$")
_BARE: Final = re.compile(r" (?!차|종|호|배|단계|관|지점|개|명|번)[가-힣]{2}")


def misfits(made: Sequence[Statement], spoken: Spoken) -> bool:
    """Return whether a number of the statements counts what cannot stand beside its words."""
    return any(
        _misfits(place, numbers, one.text, spoken)
        for one in made
        for numbers in [one.numbers]
        for place in range(len(numbers))
    )


def _misfits(place: int, numbers: Sequence[Number], text: str, spoken: Spoken) -> bool:
    number = numbers[place]
    if number.relative:
        return False
    if number.kind == "date":
        of = _PART_OF_MONTH if _is_day(number) else _OF_DAY
        return of.match(text, number.end) is not None
    if place + 1 < len(numbers) and _RANGE.fullmatch(text, number.end, numbers[place + 1].start):
        return _is_no_range(number, numbers[place + 1], text, spoken)
    if _RANGE.search(text[: number.start]):
        return False
    counts = {number.kind, lasting(number) or counter_of(text, number)}
    return any(
        not counts.isdisjoint(frame.wrong)
        and frame.behind.match(text, number.end)
        and frame.before.search(text[: number.start])
        for frame in _FRAMES
    )


def _is_day(number: Number) -> bool:
    return re.fullmatch(r"(?:\d{4}-)?\d{1,2}-\d{1,2}", number.value) is not None


def _is_no_range(one: Number, other: Number, text: str, spoken: Spoken) -> bool:
    """Return whether the first number of a range has a unit, which is not that of the second."""
    unit = _unit(text, one)
    behind = _unit(text, other)
    if not unit or unit == behind or one.kind == "date" or (lasting(one) and lasting(other)):
        return False
    if not behind:  # 12시~9
        return other.kind == "plain" and _BARE.match(text, other.end) is not None
    if {one.kind, other.kind} <= {"date", "time"}:
        return False
    said = {spoken.pieces[piece].utterance for _, piece in spoken.supporting(one)}
    return said.isdisjoint(spoken.pieces[piece].utterance for _, piece in spoken.supporting(other))


def _unit(text: str, number: Number) -> str:
    return re.sub(r"^[\d.,]+ ?", "", text[number.start : number.end])
