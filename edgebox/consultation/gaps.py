"""What may stand before a figure and right after it, for the expression of `grounding`.

A number word beside a figure makes another number of it: 만 487,000, 사십팔만 7천, 십 3일, 20만
오천, 9월 이십오일. Other words end as it does (하지만, 고객만), but with another syllable before.
So a gap before a figure ends in

1. no space, and no letter that joins with figures;
2. spaces after a syllable that ends no number word;
3. spaces after a word that ends as one does, with another syllable before: 하지만, 상담만.
"""

from __future__ import annotations

from typing import Final

# Digits of every script, and the characters that NFKC turns into digits, or into spaces, points and
# letters beside digits: ² ① ４ ㏠ ㎏. The invisible ones would join two figures for the eye.
# Control characters, quotation marks and backslashes: so JSON can hold the text as it is.
OUT: Final = (
    '0-9\\x00-\\x1f"\\\\\\x7f\u0080-\u00a0\u00ad\u00b2\u00b3\u00b9\u00bc-\u00be\u0660-\u11ff\u1369-\u1c59'
    "\u2000-\u200f\u2024\u2028-\u202f\u205f-\u2089\u2150-\u2189\u2460-\u24ff\u2776-\u2793\u2cfd\u3000"
    "\u3007\u3021-\u303a\u3192-\u3195\u3220-\u3229\u3248-\u325f\u3280-\u3289\u32b1-\u33ff"
    "\ua620-\uabf9\ufe10-\ufe6f\ufeff\uff01-\uff5e\U00010000-\U0001f16f\U0001fbf0-\U0001fbf9"
)
FREE: Final = f"[^{OUT}]"

SIZES: Final = "십백천만억조"
DIGITS: Final = "일이삼사오육륙칠팔구"
_NUMERAL: Final = f"{DIGITS}영공{SIZES}"

# Letters and a hyphen make a code of the figure after them, and a date is none after a point.
_LETTERS: Final = "A-Za-z.\\/\\-"
JOINS: Final = f"{_LETTERS}{SIZES}"

# The last two syllables of 스물, 서른, 마흔 …, of which other words have only the last: 선물 2개.
_TENS: Final = {"물": "스", "른": "서", "흔": "마일아", "순": "예", "든": "여"}
_NATIVE: Final = "".join(_TENS)

# The last syllables of 오전, 오후, 새벽 …, which say which 3시 it is. They may stand there with 에.
_PARTS: Final = "전후벽침낮심녁밤"


def _syllables_but(left_out: str) -> str:
    """Return Hangul syllables as the inside of a class of characters, without those given."""
    ranges, first = [], "가"
    for char in [*sorted({one for one in left_out if one >= "가"}), chr(ord("힣") + 1)]:
        if first < char:
            ranges.append(f"{first}-{chr(ord(char) - 1)}")
        first = chr(ord(char) + 1)
    return "".join(ranges)


# A word that ends as a number word does and is none: 하지만, 상담만, VIP만.
_WORDLIKE: Final = f"[{_syllables_but(_NUMERAL)}A-Za-z][{_NUMERAL}]*[{SIZES}]"
_TEAM: Final = f"[^{OUT}{_NUMERAL}]조"  # 각 조 3명: no number is 조 alone
_NATIVE_LIKE: Final = [f"[^{OUT}{before}]{last}" for last, before in _TENS.items()]


def _gap(not_last: str = "", not_spaced: str = "") -> str:
    """Return what may stand before a figure, from a place within a word or at a beginning.

    Args:
        not_last: characters that may not stand right before the figure.
        not_spaced: syllables that may not end the word before, besides those of number words.
    """
    ends = [
        f"[^{OUT}{JOINS}{_NATIVE}{not_last} ]",
        *[f"{word} *" for word in _NATIVE_LIKE],
        f"(?:[^{OUT}{SIZES}{_NATIVE}{not_spaced} ]|{_WORDLIKE}|{_TEAM}) +",
    ]
    return f"{FREE}*(?:{'|'.join(ends)})"


BEFORE: Final = f"(?: *|{_gap()})"
BEFORE_HOUR: Final = (
    f"(?: *|{_gap(_PARTS + '에:', _PARTS + '에')}|(?:{FREE}*[^{OUT}{_PARTS}])?에 +)"
)
BEFORE_AGE: Final = f"(?:{FREE}*[^{OUT}가-힣A-Za-z])?만 ?"
"""만 19세, 만 3년: the years are full, and no number word stands there."""

_COUNTERS: Final = "원명개건회번장대권"
"""Of which a space may stand before: 7천 원만 20만 원에서."""

AFTER_CLOSED: Final = "(?:만 +)?"
"""14일만 3번: 만 as a particle, after what takes any word."""


def leaves(blocked: str, *, spaced: bool) -> list[str]:
    """Return what ends a figure: a character that may stand there, and the rest of its word.

    Args:
        blocked: characters that may not, as the inside of a class.
        spaced: whether a space stands before.
    """
    if spaced:
        units = "".join(unit for unit in _COUNTERS if unit not in blocked)
        return [f"[^{OUT}{JOINS}{blocked}]", *([f"[{units}]만 +"] if units else [])]
    word = _syllables_but(_NUMERAL + blocked)
    return [f"[^{OUT}{JOINS}{blocked}]", f"[{word}][{_NUMERAL}]*[{SIZES}] +"]


def joined(signs: str, *, spaced: bool) -> list[str]:
    """Return how text goes on to the next figure after a sign that joins with one.

    Args:
        signs: as the inside of a class.
        spaced: whether a space stands before them, so that 만 is no particle.
    """
    on = f"{FREE}*[^{OUT}{JOINS} ]"
    if not spaced:
        return [f"[{signs}](?: +|{on})"]
    letters = signs.translate(dict.fromkeys(map(ord, SIZES)))
    return [f"[{signs}]{on}", *([f"[{letters}] +"] if letters else [])]
