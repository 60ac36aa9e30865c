"""Weekdays said alone of the week that was named before: 다음 주 화요일 아니 수요일이요.

To 다음 주요 the answer is 목요일 세 시요, and it is no 목요일 of this week.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language.weeks import WEEKDAYS

if TYPE_CHECKING:
    import datetime as dt

WEEK_ALONE: Final = (
    r"주(?:말(?!고))?(?=[^가-힣]|$|[는은에엔의도요로쯤]|이[요고면라에]|[가면고]\ |부터|까지|[중정])"
)
"""Behind 다음, in a verbose pattern. 이번 주문 names no week."""

_FAR: Final = 80
"""Characters from a week to a weekday that may be of it."""

OR: Final = re.compile(
    r"(?:이?요|에|로|쯤)?[ ,.?…]{0,3}(?:아 ?)?"
    r"(?:아니(?:[고라면요다지]|에요|예요)?|말고는?|대신에?|에서|부터|까지|[와과~∼-]|하고|이?랑"
    r"|이?나|또는|혹은)[ ,.?…]{0,3}(?:아 ?)?(?:그냥 ?)?"
)
"""Between two days of one week or month: 다음 주 화요일 아니 수요일, 사월 십오일에서 십육일로."""

_AT_ONCE: Final = re.compile(
    r"(?:은요|는요|[은는에엔도요]|이요|중에|쯤)?[ ,.?…]{0,3}"
    rf"(?:[\n.?] ?|(?=[{WEEKDAYS}])|[^\n]{{0,12}}\n)(?:[^\n]{{0,12}}[ \n])?"
)
"""Between a week and its weekday, which is told at once or in answer."""

_BUT: Final = re.compile(r"[은는] [^\n]{1,12}?(?:고|는데|지만|니까|[어아]서|면) ?")
"""Between two weekdays of a week: 다음 주 화요일은 안 되고 수요일은 됩니다."""


class Week(NamedTuple):
    """A week where it was named.

    Attributes:
        monday: its first day.
        end: where its words end.
        day: whether one of its days was named with it.
        coming: whether it is not over.
    """

    monday: dt.date
    end: int
    day: bool
    coming: bool

    def is_near(self, start: int) -> bool:
        """Whether a weekday said alone at an offset may be of this week."""
        return 0 <= start - self.end <= _FAR

    def is_meant(self, text: str, start: int) -> bool:
        """Whether a weekday is surely of this week: 다음 주 화요일 아니 수요일이요."""
        return self.day and OR.fullmatch(text, self.end, start) is not None

    def is_answered(self, text: str, start: int) -> bool:
        """Whether a weekday says at once which day of this week is meant: 다음 주요. 목요일요."""
        pattern = _BUT if self.day else _AT_ONCE
        return self.coming and pattern.fullmatch(text, self.end, start) is not None
