"""Two numbers of a sentence of which its words say which one is larger or earlier.

최소 12명인데 9명만 모였다 and 26일에 가서 3일에 오는 hold for numbers in one order only, whatever
the call says.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.language.number import Number

_FIGURE: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_DATE: Final = re.compile(r"(?:(\d{4})-)?(\d{1,2})-(\d{1,2})")
_SAME: Final = re.compile(r"(\d[\d,]*[가-힣]{1,3}?)[이가] 아니(?:라|고) \1(?![\d가-힣]*\d)")
"""102동이 아니라 102동: what is something else is not the same."""


class _Order(NamedTuple):
    """Words around two numbers of one kind, of which the first is to be the larger, or the earlier.

    Attributes:
        kinds: of the numbers.
        before: what ends before the first.
        between: what stands between them.
        behind: what begins behind the second.
        first: whether the first one is ``larger``, ``smaller`` or ``earlier``.
    """

    kinds: frozenset[str]
    before: re.Pattern[str]
    between: re.Pattern[str]
    behind: re.Pattern[str]
    first: str


_COUNTED: Final = frozenset({"count", "amount", "percent"})
_ANY: Final = re.compile("")
_MORE: Final = r"[이가]? ?(?:나와|나왔|나온|청구|찍[혀혔]|부과)"

_ORDERS: Final = (
    _Order(  # 최소 12명인데 9명만 모였다
        _COUNTED,
        re.compile(r"(?:최소|최저|적어도|정원) ?$"),
        re.compile(r"[이은는]? ?(?:인데|이어야 하는데|필요한데|있어야 하는데) ?(?:[가-힣]{1,4} )?"),
        re.compile(r"만(?![ ]?원)|밖에|뿐|[이가]? 모자"),
        "larger",
    ),
    _Order(  # 지난달 86,000원이던 요금이 241,300원 나와 말이 안 된다
        frozenset({"amount"}),
        _ANY,
        re.compile(r"이?(?:던|었던|였는데|이었는데) ?(?:[가-힣]{1,6} ?){0,2}"),
        re.compile(rf"{_MORE}[가-힣]{{0,3}} (?:말이 안|너무|많|비싸|이상|왜|항의|따[져졌])"),
        "smaller",
    ),
    _Order(  # 26일에 가서 3일에 오는
        frozenset({"date"}),
        _ANY,
        re.compile(
            r"(?:에|날)? ?(?:출발|체크인|입실|입주|대여|가서|나가서|떠나|빌려)"
            r"[가-힣]{0,3},? ?(?:[가-힣]{1,4} )?"
        ),
        re.compile(r"(?:에|날)? ?(?:도착|체크아웃|퇴실|퇴거|반납|돌아오|오는|오기|귀국)"),
        "earlier",
    ),
    _Order(  # 9월 1일부터 10월 3일까지
        frozenset({"date"}),
        _ANY,
        re.compile(r"(?: ?초| ?말)?(?:부터|에서) ?"),
        re.compile(r"까지"),
        "earlier",
    ),
)

_TURN: Final = 100
"""Days by which one date may be later than another: from 12월 28일 to 1월 2일 a year ends."""


def out_of_order(text: str, numbers: Sequence[Number]) -> bool:
    """Return whether two numbers of a text stand in the order that its words exclude."""
    if _SAME.search(text):
        return True
    return any(
        one.kind == other.kind
        and one.kind in order.kinds
        and order.between.fullmatch(text, one.end, other.start)
        and order.behind.match(text, other.end)
        and order.before.search(text[: one.start])
        and _is_other_way(one, other, order.first)
        for one, other in pairwise(numbers)
        for order in _ORDERS
    )


def _is_other_way(one: Number, other: Number, first: str) -> bool:
    if first == "earlier":
        return _is_later(one, other)
    if _FIGURE.sub("", one.value) != _FIGURE.sub("", other.value):
        return False
    figures = [_figure(number) for number in (one, other)]
    return figures[0] < figures[1] if first == "larger" else figures[0] > figures[1]


def _figure(number: Number) -> Decimal:
    match = _FIGURE.match(number.value)
    return Decimal(match[0]) if match else Decimal(0)


def _is_later(one: Number, other: Number) -> bool:
    """Return whether a date is after another one, and not one of the year before."""
    dates = [_DATE.fullmatch(number.value) for number in (one, other)]
    if dates[0] is None or dates[1] is None:
        return False
    (year, month, day), (other_year, other_month, other_day) = (
        (int(date[1] or 0), int(date[2]), int(date[3])) for date in dates if date
    )
    if year and other_year:
        return (year, month, day) > (other_year, other_month, other_day)
    days = 31 * (month - other_month) + day - other_day
    return 0 < days <= _TURN
