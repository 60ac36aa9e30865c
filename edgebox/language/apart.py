"""Numerals whose parts are written apart: 칠 천 원, 이십 오 프로, 12, 000원, 4 . 5 퍼센트.

A recogniser puts spaces anywhere. A space joins two parts of a numeral only if what follows them
says that they are one, because 일, 이, 만, 천 and 백 also begin everyday words.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from edgebox.language.counters import TAIL, UNIT_WORD

SINO_DIGITS: Final = "일이삼사오육륙칠팔구"

# "48 만 원" and "칠 천 원" are one number, "2 만나서" and "이 천장" are not: after a space and a
# multiplier the number must continue, or a unit must follow that begins no word with it.
_GOES_ON: Final = rf"[0-9]|[{SINO_DIGITS}]?[천백십]|[{SINO_DIGITS}] [천백십]"
_WON: Final = r"원(?!인(?![데지가])|장|서)"
_SAFE: Final = "퍼센트|프로|개월|시간|포인트|달러"
_SAFE_BUT_AFTER_THIS: Final = "명|건|개|분|일|년|세"
SPACED_MULTIPLIER: Final = re.compile(
    rf" (?=[만억] ?(?:원|{_GOES_ON})"
    rf"|[십백천] ?(?:{_WON}|{_GOES_ON}|[{SINO_DIGITS}] [십백천]|[만억](?= ?(?:원|{_GOES_ON}))"
    rf"|[{SINO_DIGITS}] ?[만억] ?원)"
    rf"|[십백천](?: ?[{SINO_DIGITS}]|[만억])? (?:{UNIT_WORD})(?:{TAIL.pattern})"
    rf"|[만억] (?:{UNIT_WORD})(?:{TAIL.pattern})"
    rf"|[십백천][만억]?(?:{_SAFE})(?:{TAIL.pattern})"
    rf"|(?<!(?<![가-힣])이 )[십백천](?:{_SAFE_BUT_AFTER_THIS})(?:{TAIL.pattern}))"
)

THIS: Final = re.compile(rf"(?<![가-힣])이 (?=[십백천만](?! [{SINO_DIGITS}] [십백천만]))")
"""이 천 원 is 2,000 won, or this 1,000 won; but 이 천 오 백 원 is 2,500."""

_COUNTED: Final = "원|포인트|마일|달러|불|유로|엔|명|건|개"
FIGURES: Final = re.compile(
    r"(?<![\d.,])(?<!\d )(?:\d{1,4} \. ?\d{1,3}(?![\d.,]| ?\. ?\d)"
    rf"|\d{{1,3}}(?= ,|, )(?: ?, ?\d{{3}})+(?= ?(?:{_COUNTED})))"
)
"""4 . 5 and 12, 000. In 4. 5퍼센트 the first may be the number of a list, and 월드컵로 12, 301호 is
an address."""

_NATIVELY_COUNTED: Final = frozenset(
    ["사람", "가지", "마리", "군데", "곳", "차례", "달", "살", "조각", "벌", "끼"]
)
_AFTER_ONE: Final = frozenset(
    [
        "퍼센트",
        "프로",
        "%",
        "개월",
        "년",
        "월",
        "일",
        "시",
        "분",
        "세",
        "명",
        "건",
        "개",
        "번",
        "번째",
    ]
)
"""Before other units 이십 일 may be a day: 이십 일 회의에."""


def may_close(text: str, end: int, unit: str) -> bool:
    """Return whether a digit word that stands apart is the last of a numeral: 이십 오 프로.

    Args:
        text: that holds the numeral.
        end: offset behind the digit.
        unit: that follows it.
    """
    if unit == "원":
        return True
    digit, before = text[end - 1], text[end - 3]
    if before not in "십백천" or unit in _NATIVELY_COUNTED:
        return False
    if (digit, unit) == ("이", "분") and before != "십":
        return False  # 백 이 분이: this person
    return digit != "일" or unit in _AFTER_ONE


def listed(figures: str) -> tuple[Decimal, ...]:
    """Return what 100,200 is if it is two numbers. 12,000 is one."""
    parts = figures.split(",")
    return () if "." in figures or "000" in parts else tuple(Decimal(part) for part in parts)
