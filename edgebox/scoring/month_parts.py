"""Which part of a month is told: 다음 달 초 is no 4월 말, and 삼월 둘째 주 no 3월 셋째 주."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.weeks import weeks_counted

if TYPE_CHECKING:
    from edgebox.scoring.evidence import Text

_ENDS: Final = r"(?=[^가-힣]|$|[에은는이가로의도엔와과]|쯤|경|까지|부터|정도|께)"
_TOLD: Final = re.compile(
    rf"(?:\d월|[음번난이내] ?달) ?(?:(?P<early>초순?)|(?P<middle>중순)|(?P<late>말|하순)){_ENDS}"
)
_SAID: Final = re.compile(
    rf"(?:월|달|(?<![가-힣])) ?초순?{_ENDS}|초순|(?P<middle>중순)"
    rf"|(?P<late>(?:월|달|(?<![가-힣])) ?말{_ENDS}|말일|하순|그믐|연말)"
)
_ALSO: Final = {
    "early": re.compile(r"첫 ?날|초하루|첫째? ?주|초반"),
    "middle": re.compile(r"중간|중반|보름"),
    "late": re.compile(r"마지막 ?[주날]|막바지|막주"),
}
"""What a call may have for a part of a month, and for other things."""

_OTHER_WEEK: Final = re.compile(r"(?:다음|담|이번|요번|지난|그) ?주(?![문소차])")
"""A week that is counted from the call, or from the week of a month: 셋째 주 지나고 다음 주."""

_DAYS: Final = {"early": range(1, 11), "middle": range(10, 21), "late": range(20, 32)}
_DATE: Final = re.compile(r"\d{1,2}-\d{1,2}")
_DAY: Final = re.compile(r"(?:\d{4}-)?\d{1,2}-(\d{1,2})|(\d{1,2})d")


def another_part(text: Text, source: Text) -> bool:
    """Whether a text tells a part or week of a month, and its source another and no day in it."""
    return _is_another_part(text, source) or _is_another_week(text, source)


def _is_another_part(text: Text, source: Text) -> bool:
    told = {match.lastgroup or "" for match in _TOLD.finditer(text.text)}
    if not told:
        return False
    said = {match.lastgroup or "early" for match in _SAID.finditer(source.text)}
    also = {part for part in told if _ALSO[part].search(source.text)}
    return bool(said) and any(not _has_day(source, _DAYS[part]) for part in told - said - also)


def _is_another_week(text: Text, source: Text) -> bool:
    weeks = weeks_counted(text.text, of_a_month=True)
    if not weeks or _OTHER_WEEK.search(source.text):
        return False
    if not weeks_counted(source.text, of_a_month=True):
        return False
    if not weeks.isdisjoint(weeks_counted(source.text, of_a_month=False)):
        return False
    return not any(
        _DATE.fullmatch(form) for one in source.said if not one.relative for form in one.provides
    )


def _has_day(source: Text, days: range) -> bool:
    """Whether a source names a day between two of a month."""
    found = map(_DAY.fullmatch, source.provides)
    return any(match is not None and int(match[1] or match[2]) in days for match in found)
