"""Korean numerals at a given place in a text: figures, Sino-Korean, spoken digits.

`korean` decides what a numeral measures, and whether a word may be read as one at that place.
The grammar is that of 한글 맞춤법 제44항: groups of 만, in each 천, 백, 십 and a digit, the digit
before 십/백/천 left out for one. Figures may stand for any digit word (48만 7천, 3천5백).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

from edgebox.language import apart

SINO_DIGITS: Final = apart.SINO_DIGITS
ZEROS: Final = "공영"
_DIGITS: Final = {c: i for i, c in enumerate("영일이삼사오육칠팔구")} | {"공": 0, "륙": 6}
_SPELT: Final = {
    "하나": "1", "둘": "2", "셋": "3", "넷": "4", "다섯": "5", "여섯": "6", "일곱": "7",
    "여덟": "8", "아홉": "9",
}  # fmt: skip
DIGIT: Final = f"(?:{'|'.join(_SPELT)}|[{ZEROS}{SINO_DIGITS}])"
"""A digit as it is said on the telephone: 하나 for 일 where 일 could be misheard."""

_SMALL: Final = {"십": 10, "백": 100, "천": 1000}
_BIG: Final = {"만": 10**4, "억": 10**8, "조": 10**12}
MULTIPLIERS: Final = frozenset([*_SMALL, *_BIG])
FIGURE: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?")

_LONGEST_FIGURE: Final = 20
"""Longer runs of figures are codes, not quantities."""

# 만 28, 만28세: years fully lived, not 10,028.
_AGE: Final = re.compile(r"만 ?[0-9]{1,3}(?![0-9,.]| ?[천백십원])")


LAW: Final = r"(?:(?:약관|규정|조례|법령?) ?제?|조항|(?<![가-힣])제) ?"
"""Before an article of a contract or a law."""

_ARTICLE: Final = re.compile(rf"{LAW}$")
_ARTICLE_NEAR: Final = 5
"""Characters before 7조 in which it is said that it is of a contract or a law: no trillions."""

_WON: Final = re.compile(" ?원")
_OF_ARTICLE: Final = re.compile(
    rf"(?: ?제?| ?의) ?[0-9{SINO_DIGITS}십]{{1,3}} ?[항호](?![가-힣]{{2}})|의 ?[0-9]"
    r"|에 ?(?:따[라르]|의[거해하]|근거|명시|규정|해당)"
)
"""23조 2항, 7조의2."""


class Stop(NamedTuple):
    """A place where a numeral may end.

    ``lone`` means that its last token is one digit word after a space, as in 오만 이. More often it
    is the beginning of the next word than the end of this number.
    """

    end: int
    value: Decimal
    lone: bool


def stops(text: str, start: int) -> list[Stop]:
    """Return every place where the numeral that begins at ``start`` may end, nearest first.

    It is empty if no numeral begins there. A run of more than 20 figures is no quantity: its value
    is 0, and the caller keeps it as written.
    """
    total, section = Decimal(0), Decimal(0)
    current: Decimal | None = None
    small, big = 10**4, 10**16
    found: list[Stop] = []
    pos, spaced = start, False
    while pos < len(text):
        char = text[pos]
        figures = FIGURE.match(text, pos)
        step = 1
        if figures is not None and current is None:
            step = figures.end() - pos
            long = step > _LONGEST_FIGURE
            current = Decimal(0 if long else figures.group().replace(",", ""))
        elif char in SINO_DIGITS and current is None:
            current = Decimal(_DIGITS[char])
        elif _SMALL.get(char, small) < small:
            small = _SMALL[char]
            section += (1 if current is None else current) * small
            current = None
        elif pos == start and _AGE.match(text, pos):
            break
        elif char == "조" and (pos == start or _is_article(text, start, pos + 1)):
            break  # 조사원, 약관 7조
        elif _BIG.get(char, big) < big:
            big = _BIG[char]
            total += (section + (current or 0) or 1) * big
            section, current, small = Decimal(0), None, 10**4
        else:
            break
        pos += step
        lone = spaced and char in SINO_DIGITS
        found.append(Stop(pos, total + section + (current or 0), lone))
        spaced = text[pos : pos + 1] == " " and (
            current is None or apart.SPACED_MULTIPLIER.match(text, pos) is not None
        )
        pos += spaced
    return found


def _is_article(text: str, start: int, end: int) -> bool:
    """Whether the number before 조 is that of an article: 제7조, and not 제 7조 원."""
    if _WON.match(text, end):
        return False
    if _OF_ARTICLE.match(text, end):
        return True
    return _ARTICLE.search(text, max(0, start - _ARTICLE_NEAR), start) is not None


def digits(spoken: str) -> str:
    """Return 공일공 하나둘 as 01012. Characters that are no digit words are skipped."""
    found: list[str] = re.findall(DIGIT, spoken)
    return "".join(_SPELT.get(word) or str(_DIGITS[word]) for word in found)


def canonical(value: Decimal | str) -> str:
    """Return figures for comparison: no commas or zeros at a fraction's end, leading zeros kept."""
    plain = f"{value:f}" if isinstance(value, Decimal) else value.replace(",", "")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
