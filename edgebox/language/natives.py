"""Native numerals: 세 개, 열 한 시, 스물두 살, and 일흔여덟이요 as an answer."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from edgebox.language.atoms import Atom
from edgebox.language.counters import (
    NATIVE_WORDS,
    NUMERAL_TAIL,
    ONE_IS_A,
    SINO_ONLY,
    SPAN,
    TAIL,
    UNIT,
    UNITS,
)

ONES: Final = {
    word: value
    for value, words in enumerate(
        ["한", "두", "세 석", "네 넉", "다섯", "여섯", "일곱", "여덟", "아홉"], 1
    )
    for word in words.split()
}
ALONE: Final = {"하나": 1, "둘": 2, "셋": 3, "넷": 4} | ONES
"""With those that stand without a noun."""

_DAYS: Final = {
    "하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "이레": 7,
    "여드레": 8, "아흐레": 9,
}  # fmt: skip
DAYS: Final = (
    {"열흘": 10, "보름": 15, "일주일": 7, "스무날": 20, "스무 날": 20}
    | _DAYS
    | {
        f"{tens}{word}": value + more
        for tens, more in (("열", 10), ("스무", 20))
        for word, value in _DAYS.items()
    }
)
DAY_PAIRS: Final = {
    "사나흘": (4, 3), "너댓새": (5, 4), "네댓새": (5, 4), "대엿새": (6, 5),
    "예니레": (7, 6),
}  # fmt: skip
"""Either of two numbers of days, the higher first."""
DAY_WORD: Final = "|".join(sorted([*DAYS, *DAY_PAIRS], key=len, reverse=True)).replace(" ", r"\ ")
"""For a verbose pattern."""
_ALONE: Final = {"하나": 1, "둘": 2, "셋": 3, "넷": 4}
TENS: Final = {
    word: value * 10
    for value, words in enumerate(
        ["열", "스물 스무", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔"], 1
    )
    for word in words.split()
}
_ANY_TEN: Final = "|".join(TENS)
_SPACED: Final = re.compile(rf"({_ANY_TEN}) ({'|'.join(ONES)})")
_JOINED: Final = re.compile(rf"(?=[가-힣])({_ANY_TEN})?({'|'.join(ONES)})?")
_WITHOUT_UNIT: Final = re.compile(
    rf"({_ANY_TEN})(?:(?P<gap> ?)({'|'.join([*_ALONE, *(one for one in ONES if len(one) > 1)])}))?"
)
_ANSWER: Final = re.compile(
    r" ?\n| ?$|[.?!,]|이?요|이?[에예]요|입니|이[고구라신세시며거니었]|인데|인가|(?:이|은|을)? ?넘"
)


def native(text: str, start: int) -> Atom | None:
    """Read a native numeral: before a counter, or alone from eleven on."""
    for pattern in (_SPACED, _JOINED):
        match = pattern.match(text, start)
        if match and (found := _counted(text, match, spaced=pattern is _SPACED)):
            return found
    return _answered(text, start)


def _counted(text: str, match: re.Match[str], *, spaced: bool) -> Atom | None:
    start = match.start()
    word = NATIVE_WORDS.match(text, match.start(2) if spaced else start)
    unit = UNIT.match(text, match.end())
    if (word and not (spaced and " " in word[0])) or unit is None:
        return None
    if not TAIL.match(text, unit.end()) or unit[1] in SINO_ONLY:
        return None
    value = TENS.get(match[1], 0) + ONES.get(match[2], 0)
    if spaced and value == 11 and unit[1] == "번":
        return None  # 열 한 번 쟀어요: a temperature, taken once
    if value == 1 and unit[1] == "주차":
        return None  # 처리하기로 한 주차 사고
    if value == 1 and unit[1] in ONE_IS_A:
        week = unit[1] == "주" and SPAN.match(text, unit.end())
        if not week:
            return None
    known = "" if unit[1] == "분" else UNITS[unit[1]]  # 두 분, 세 분 are people
    return Atom(Decimal(value), known, start, unit.end(), sure=True)


def _answered(text: str, start: int) -> Atom | None:
    """Read 일흔여덟이요, 스물셋입니다, 서른이에요. 열이요 may be a temperature."""
    match = _WITHOUT_UNIT.match(text, start)
    if match is None or match.group() in {"열", "스무"}:
        return None
    plain = match[3] is not None and not match["gap"]
    if not (NUMERAL_TAIL if plain else _ANSWER).match(text, match.end()):
        return None
    value = TENS[match[1]] + (_ALONE | ONES).get(match[3], 0)
    return Atom(Decimal(value), "", start, match.end(), sure=True)
