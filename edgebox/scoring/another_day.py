"""What is refused for one day and done on another: 내일은 못 가고 모레 오전에 갑니다."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.paraphrase import paraphrases
from edgebox.scoring.predicates import SAME

if TYPE_CHECKING:
    from edgebox.scoring.alignment import Item
    from edgebox.scoring.predicates import Part
    from edgebox.scoring.stances import Stances

_DAY: Final = re.compile(
    r"오늘|내일|모레|글피|[월화수목금토일]요일|(?:이번|다음) ?주(?! ?[월화수목금토일])"
)
_THAT_DAY_INSTEAD: Final = re.compile(
    rf"(?:{_DAY.pattern})(?:에|엔|로|으로|은|는|부터)? (?:(?:오전|오후|아침|저녁|밤)(?:에|으로)? )?"
    r"(?!확인|연락|전화|문의|말씀|안내|알[려아]|다시)"
    r"(?P<does>[가-힣]{1,7}(?: 드[가-힣]{1,4})?)[.~ ]*$"
)
"""A clause that says of another day the opposite of the one before, and names nothing else."""
_MAY_BE_DONE: Final = re.compile(r"가능|[됩되돼]|해 ?드[려리릴]|할게|합니다|하[시셔]|해요")
"""What such a clause says of whatever was denied: 모레는 됩니다, and no 모레는 쉽니다."""


_REASON: Final = re.compile(
    r"^.*(?:이라서?|라서|[아어여해돼려와]서|없어|[하되]여|때문에|탓에|인해|관계로),? ", re.DOTALL
)
"""What stands before a claim: 내일은 휴진이라 모레 예약했습니다 claims nothing of 내일."""


def is_of_another_day(word: str, text: str, stances: Stances) -> bool:
    """Return whether the call denies it for another day only: 내일은 못 가고 모레 오전에 갑니다.

    What it does on the other day is the same in its own or other words, or in none.
    """
    days = set(_DAY.findall(_REASON.sub("", text)) or _DAY.findall(text))
    before: set[str] = set()  # the days of a clause that denies
    for piece in range(len(stances.spoken.pieces) if days else 0):
        said = stances.spoken.text_of(piece)
        found = set(_DAY.findall(said))
        instead = before and days & found and _THAT_DAY_INSTEAD.search(said.rstrip())
        if instead and not stances[piece].denies and _is_done(word, instead["does"]):
            return True
        before = found if stances[piece].denies and not days & found else set()
    return False


def _is_done(word: str, predicate: str) -> bool:
    bare = predicate.replace(" ", "")
    same = any(form in bare for form in (word[:_STEM], *paraphrases(word)))
    return same or (_MAY_BE_DONE.match(predicate) is not None)


_STEM: Final = 2


def is_done_another_day(key: Item, part: Part, stances: Stances) -> bool:
    """Return whether the call affirms a predicate only for another date than a denial's.

    이번 달은 적용되지 않고 denies nothing of 다음 달부터 적용됩니다.
    """
    spoken = stances.spoken
    dates = [item for item in part.items if item.number and item.number.kind == "date"]
    when = _year_of(_REASON.sub("", part.text)) or _year_of(part.text)
    affirmed = [
        piece
        for piece, degree in key.where.items()
        if degree >= SAME and spoken.speaker_of(piece) != "customer" and not stances[piece].is_open
    ]
    if when and affirmed and all(_is_of_another_year(one, when, stances) for one in affirmed):
        return True
    return bool(dates and affirmed) and all(
        piece not in item.where and item.number and spoken.has_another(piece, item.number)
        for item in dates
        for piece in affirmed
    )


_YEARS: Final = (
    re.compile(r"작년|지난해|전년"),
    re.compile(r"올해|올핸|올 ?해는|금년"),
    re.compile(r"내년|이듬해"),
    re.compile(r"(?:지난|저번) ?달|전달(?!해|하|받|드)"),
    re.compile(r"이번 ?달|이달|요번 ?달"),
    re.compile(r"다음 ?달|담달|내달"),
)
"""Years and months as they are named from the day of a call."""
_MONTHS: Final = _YEARS[3:]


def _year_of(text: str) -> re.Pattern[str] | None:
    """Return the form of the year or month that a text names last."""
    found = [(match.start(), at) for at, one in enumerate(_YEARS) for match in one.finditer(text)]
    return _YEARS[max(found)[1]] if found else None


def _is_of_another_year(piece: int, when: re.Pattern[str], stances: Stances) -> bool:
    """Return whether a clause, or the last before it that names any, names another year."""
    spoken = stances.spoken
    own = spoken.pieces_of(spoken.pieces[piece].utterance)
    said = " ".join(spoken.text_of(one) for one in range(own.start, piece + 1))
    named = _year_of(said)
    return named is not None and named is not when and (named in _MONTHS) == (when in _MONTHS)
