"""Weekdays said alone of the week that was named before: 다음 주 화요일 아니 수요일이요.

To 다음 주요 the answer is 목요일 세 시요, and it is no 목요일 of this week.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.language.days import IN_THE_PAST, resolved
from edgebox.language.number import either
from edgebox.language.weeks import WEEKDAYS

if TYPE_CHECKING:
    from edgebox.language.number import Number

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

_BESIDE: Final = re.compile(
    r"(?:어제|그제|그저께|오늘|금일|내일|명일|모레|글피)(?:이|은|는|도|가)?[ ,(]{0,2}$"
)
"""Before a weekday whose day is told with it: 오늘이 화요일이니까."""

_NOT_SO: Final = re.compile(
    r"원래|이미|안 ?[되됩돼된될]|못|휴[무가업일]|쉬[는어]|마감|불가|어렵|어려|없|찼|꽉"
)
"""Between a week and a weekday that is hardly of it: 다음 주는 안 됩니다. 금요일은요."""

_OTHER_WEEK: Final = re.compile(r"[^\n]{0,40}?(?:다음|담|이번|요번|지난|그) ?주(?![문소])")


class Week(NamedTuple):
    """A week where it was named.

    Attributes:
        monday: its first day.
        end: where its words end.
        day: that which was named with it.
        coming: whether it is not over.
    """

    monday: dt.date
    end: int
    day: dt.date | None
    coming: bool

    def weekday(self, text: str, one: Number, on: dt.date) -> Number:
        """Return a weekday said alone, as one of this week if it may be of it.

        Where it may be of another week too, all its days are provided, and the value is the month.

        Args:
            text: what was said.
            one: the weekday, as it is without the week.
            on: the date of the call.
        """
        before = max(self.end, one.start - 8), one.start
        if not 0 <= one.start - self.end <= _FAR or _BESIDE.search(text, *before):
            return one
        day = self.monday + dt.timedelta(WEEKDAYS.index(text[one.start]))
        of_week = resolved(day, one.start, one.end)
        if of_week.value == one.value:
            return of_week
        if self.coming and day < on and not IN_THE_PAST.match(text, one.end):
            return one
        meant, answered = self._is_meant(text, one.start), self._is_answered(text, one)
        if (meant or answered) and self.day is not None and day < self.day:
            later = either(of_week, resolved(day + dt.timedelta(weeks=1), one.start, one.end))
            both = later if meant and self.coming else either(later, one)
            return replace(both, value=f"{day.year}-{day.month}")
        if meant:
            return of_week
        both = either(of_week, one)
        sure = answered and day >= on
        return both if sure else replace(both, value=f"{day.year}-{day.month}")

    def _is_meant(self, text: str, start: int) -> bool:
        """Whether a weekday is surely of this week: 다음 주 화요일 아니 수요일이요."""
        return self.day is not None and OR.fullmatch(text, self.end, start) is not None

    def _is_answered(self, text: str, one: Number) -> bool:
        """Whether a weekday says at once which day of this week is meant: 다음 주요. 목요일요."""
        if not self.coming:
            return False
        if self.day is not None:
            return _BUT.fullmatch(text, self.end, one.start) is not None
        if _AT_ONCE.fullmatch(text, self.end, one.start) is None:
            return False
        return not (_NOT_SO.search(text, self.end, one.start) or _OTHER_WEEK.match(text, one.end))
