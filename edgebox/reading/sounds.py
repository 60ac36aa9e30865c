"""Whether two texts sound alike: two recognisers mishear a word, each in its own way."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_FEWEST: Final = 60
"""Characters of speech in which words that were misheard are few beside the others."""
_LONGEST: Final = 1_000
_SAME: Final = 0.75
"""Share of the characters that both have in one order."""
_SHORT: Final = 2
"""Syllables that may differ however they sound, or be missing in one."""
_UNLIKE: Final = 0.05
"""Share of them in the text."""
_CHANCE: Final = 1
"""Characters between two others that differ, which are the same by chance."""
_ALIKE: Final = 0.5
"""Share of the letters that two engines hear alike in a word, in their order.

재발급 and 제발금 share 0.75, 해지해 and 혜지에 0.5; 연결해 and 접수해 0.27, 김나래 and 이도윤 0.14.
"""
_HIDDEN: Final = re.compile(r"[*○◯〇●#]+|[xX]{2,}")
_MOST_HIDDEN: Final = 30
_NUMBER: Final = re.compile(
    r"(?:[일이삼사오육륙칠팔구십백천만억영공\d]+|(?:열|스물|스무|서른|마흔|쉰)?"
    r"(?:하나|한|두|둘|세|셋|네|넷|다섯|여섯|일곱|여덟|아홉)|열|스무|서른|마흔|쉰)"
    r"(?:원|번|월|일|시|분|개|명|년|회|장|통|대|건|달|살|퍼센트|프로)"
)
_DAY: Final = re.compile(r"[월화수목금토일]요일|오늘|내일|모레|글피|어제|오전|오후")
_DECIDED: Final = re.compile(
    r"아니|아뇨|안돼|안되|안됩|안됐|안할|안해|안했|안합|않|못|지마|말고|취소|해지|철회|거절|거부"
    r"|불가|접수|승인|완료"
)


def sound_alike(one: str, other: str) -> bool:
    """Return whether what differs in two texts, without spaces, is what engines mishear.

    Each stretch that differs sounds alike or is hidden in one of them; a few short ones may not.
    """
    if not _FEWEST <= min(len(one), len(other)) <= max(len(one), len(other)) <= _LONGEST:
        return False
    found = SequenceMatcher(None, one, other, autojunk=False)
    if found.ratio() < _SAME or says_otherwise(one, other):
        return False
    unlike = [max(len(a), len(b)) for a, b in _stretches(found, one, other) if not _alike(a, b)]
    return max(unlike, default=0) <= _SHORT and sum(unlike) <= _UNLIKE * min(len(one), len(other))


def is_hidden(one: str, other: str) -> bool:
    """Return whether two texts, without spaces, are the same but for what is hidden in one."""
    return one == other or _hides(one, other) or _hides(other, one)


def _hides(masked: str, text: str) -> bool:
    first, *rest = _HIDDEN.split(masked)
    if not rest or not text.startswith(first):
        return False
    at = len(first)
    for piece in rest[:-1]:
        found = text.find(piece, at, at + _MOST_HIDDEN + len(piece))
        if found < 0:
            return False
        at = found + len(piece)
    return text.endswith(rest[-1]) and 0 <= len(text) - len(rest[-1]) - at <= _MOST_HIDDEN


def says_otherwise(one: str, other: str) -> bool:
    """Return whether two texts, without spaces, differ in a number, a day, a yes or a no.

    A number that only one of them has may be one that an engine misheard.
    """
    for pattern in (_NUMBER, _DAY):
        said, again = Counter(pattern.findall(one)), Counter(pattern.findall(other))
        if said.total() == again.total() and said != again:
            return True
    return Counter(_DECIDED.findall(one)) != Counter(_DECIDED.findall(other))


def _stretches(found: SequenceMatcher[str], one: str, other: str) -> Iterator[tuple[str, str]]:
    """Yield the stretches that differ; those that hardly anything stands between are one."""
    begin = (0, 0)
    for match in found.get_matching_blocks():
        last = match.size == 0
        if match.size > _CHANCE or last:
            a, b = one[begin[0] : match.a], other[begin[1] : match.b]
            if a or b:
                yield a, b
            begin = (match.a + match.size, match.b + match.size)


def _alike(one: str, other: str) -> bool:
    if _HIDDEN.fullmatch(one) or _HIDDEN.fullmatch(other):
        return max(len(one), len(other)) <= _MOST_HIDDEN
    a, b = (unicodedata.normalize("NFD", text) for text in (one, other))
    return SequenceMatcher(None, a, b, autojunk=False).ratio() >= _ALIKE
