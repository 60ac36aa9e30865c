"""Figures that are said one by one, too few of them to be surely a code: 일일구, 끝자리 삼삼."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.counters import NUMERAL_TAIL
from edgebox.language.number import code, plain, quantity
from edgebox.language.numerals import SINO_DIGITS, ZEROS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.language.number import Number

ENDS: Final = (
    r"(?=$|[\n.,?!~]| ?번(?![호지째거개갈])|은|는|이(?![가-힣])|이?요|이에|예요|입니|을|를|으?로"
    r"|도|만(?![가-힣])|까지|에서?(?![가-힣])|이?라|이?고|이(?:시[네고라래니]|네|래|잖|던|었)|인데)"
)
"""What follows a number without a unit: a word after a space may be its unit."""

_SIGNS: Final = re.compile(
    rf"(?<![가-힣])[{ZEROS}{SINO_DIGITS}](?: ?[{ZEROS}{SINO_DIGITS}]){{2,5}}?{ENDS}"
)
"""일일구, 이 공 삼: figures said one by one, too few of them to be surely none."""

_NAMES: Final = re.compile(
    rf"(?<=[가-힣]{{2}} )[{SINO_DIGITS}][{ZEROS}{SINO_DIGITS}]{{2}}"
    r"(?= ?(?:패밀리|퍼스널|베이직|비즈니스|스탠[다더]드|프로(?![가-힣])|프리미엄|플러스|버전"
    r"|모델|시리즈|에디션|버스|노선|센터|의원|약국|마트))"
)
"""마이크로소프트 삼육오 패밀리: a number in the middle of a name."""

_APART: Final = re.compile(r"(?<![\d.,])[0-9](?: [0-9]){3,11}(?![\d.,])")
"""3 3 1 0 7 5: figures that a recogniser writes one by one."""

_IN_ORDER: Final = ("0123456789", "9876543210")
"""1 2 3 4 중에: what somebody counts, and no code."""

_NAMED_SIGNS: Final = re.compile(
    rf"(?:(?:끝|뒷?)(?: ?두)? ?자리|끝번호|오류|에러|코드|번호)(?:가|는|이|은|도)? ?"
    rf"([{ZEROS}{SINO_DIGITS}](?: ?[{ZEROS}{SINO_DIGITS}]){{1,5}})"
    rf"(?!(?!이(?:랑|[고요에야라]))[{ZEROS}{SINO_DIGITS}])(?={NUMERAL_TAIL.pattern})"
)
"""끝자리 삼삼, 에러 이일삼 떠서."""


_NO_SIGNS: Final = re.compile(".* ?일")
_LASTING: Final = re.compile(" ?(?:뒤|안에|째|까지|에|전|후|만에|부터|이내|동안)")
"""After 번호가 오 일: days."""
_SOME_DAYS: Final = re.compile(rf"[{SINO_DIGITS}]{{2}} 일")
_MOVING: Final = re.compile("이사 ?(?:가|간|갔|갈|오|온|왔|하|한|했|할|때|전|후|날)")
"""번호 이삼 일, 번호 이사 가서: no codes."""


_LOCKER: Final = 4
"""Figures of 공오육, which may be 056번 and 56번. Longer ones with 0 first are no quantity."""
_ZERO_FIRST: Final = re.compile(r"(?<![\w.,:/-])0[0-9]{1,3}(?![\d.,:/-])")
"""0327 in figures, which may be 0327번."""


def numbered(text: str) -> Iterator[Number]:
    """Yield the numbers that figures with 0 first may be, and those in the middle of a name."""
    for match in _NAMES.finditer(text):
        yield plain("plain", numerals.digits(match[0]), *match.span())
    for match in _ZERO_FIRST.finditer(text):
        yield quantity(Decimal(match[0]), "", *match.span())


def codes(text: str) -> Iterator[Number]:
    """Yield what may be a code, and what may be a number besides."""
    for match in _SIGNS.finditer(text):
        figures = numerals.digits(match[0])
        yield plain("plain", figures, *match.span())
        if figures[0] != "0" or len(figures) <= _LOCKER:
            yield quantity(Decimal(figures), "", *match.span())
    for match in _NAMED_SIGNS.finditer(text):
        if _NO_SIGNS.fullmatch(match[1]) and _LASTING.match(text, match.end()):
            continue
        if _SOME_DAYS.fullmatch(match[1]) or _MOVING.match(text, match.start(1)):
            continue
        signs = numerals.digits(match[1])
        ending = match[1][-1] == "이"
        if not (ending and text.startswith(("에요", "예요"), match.end())):
            yield plain("plain", signs, *match.span(1))
        if ending and len(signs) > 2:
            yield plain("plain", signs[:-1], *match.span(1))
    for match in _APART.finditer(text):
        figures = match[0].replace(" ", "")
        if not any(figures in order for order in _IN_ORDER):
            yield code("code", figures, *match.span())
