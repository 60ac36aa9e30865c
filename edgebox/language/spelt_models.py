"""Models of which a call says letters by their names: 엠알 육공일에스 is MR601S, 에이포 A4."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.digits import LETTER, latin
from edgebox.language.number import code
from edgebox.language.numerals import SINO_DIGITS, ZEROS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.language.number import Number

_ENDS: Final = (
    r"(?=[^가-힣]|$|이?라|이?[요고]|[은는을를가로]|용지|[예이]?에요|입니|인데|이네|이시|이신)"
)
_MODEL: Final = re.compile(
    rf"(?<![가-힣])((?:{LETTER}){{1,4}}) ?([{SINO_DIGITS}{ZEROS}]{{2,8}})"
    rf"((?:{LETTER}){{1,2}}){_ENDS}"
)
_ENGLISH: Final = {
    "원": 1, "투": 2, "쓰리": 3, "포": 4, "파이브": 5, "식스": 6, "세븐": 7, "에잇": 8, "나인": 9,
}  # fmt: skip
_IN_ENGLISH: Final = re.compile(
    rf"(?<![가-힣])((?:{LETTER}){{1,3}}) ?({'|'.join(_ENGLISH)}){_ENDS}"
)

_WORD: Final = re.compile("(?:[가-힣]|아이)원")
"""지원, 시원, 아이원: words."""


def models(text: str) -> Iterator[Number]:
    """Yield models with letters before their figures, and behind them."""
    for match in _MODEL.finditer(text):
        front, back = latin(match[1]), latin(match[3])
        yield code("code", f"{front}{numerals.digits(match[2])}{back}", *match.span())
    for match in _IN_ENGLISH.finditer(text):
        if not _WORD.fullmatch(match[0]):
            yield code("code", f"{latin(match[1])}{_ENGLISH[match[2]]}", *match.span())
