"""Models of which a call says letters by their names: 엠알 육공일에스 is MR601S, 에이포 A4."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.counters import TAIL, UNIT_WORD
from edgebox.language.digits import LETTER, latin
from edgebox.language.groups import group
from edgebox.language.number import code, plain, quantity
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

_TEENS: Final = {
    "텐": 10, "일레븐": 11, "트웰브": 12, "투엘브": 12, "써틴": 13, "서틴": 13, "포틴": 14,
    "피프틴": 15, "식스틴": 16, "세븐틴": 17, "에이틴": 18, "나인틴": 19,
} | {
    f"{twenty}{gap}{one}": 20 + value
    for twenty in ("트웬티", "트웨니")
    for gap in ("", " ")
    for one, value in {**_ENGLISH, "": 0}.items()
}  # fmt: skip
_TEEN: Final = "|".join(sorted(_TEENS, key=len, reverse=True))
_AFTER: Final = (
    r"(?=[^가-힣]|$|이?[요고]|[은는을를가로이에의도만]|으로|프로|울트라|플러스|입니|인데|에서)"
)
_PRODUCTS: Final = (
    "아이폰 아이패드 윈도우 윈도우즈 윈도 갤럭시 안드로이드 노트 플립 폴드 픽셀 버전 맥스"
)
_BEHIND_PRODUCT: Final = "|".join(f"(?<={one})" for one in _PRODUCTS.split())
_OF_TEENS: Final = re.compile(
    rf"(?<![가-힣])(?:((?:{LETTER}){{1,3}}) ?)?(?:(?<=아이폰 )|(?!세븐틴))({_TEEN}){_AFTER}"
    rf"|(?:{_BEHIND_PRODUCT})({_TEEN}){_AFTER}"
)
"""아이폰 식스틴, 에스 트웬티포, 윈도우텐, and neither 커텐 nor 세븐틴, who sing."""
_MAKES_CODES: Final = "에이치|더블유|에이|에프|제이|케이|에스|브이|엑스|와이|제트|엘|엠|큐"
_FIGURE: Final = f"[{SINO_DIGITS}{ZEROS}]"
_LETTERED: Final = re.compile(
    rf"(?<![가-힣])((?:{_MAKES_CODES})(?:{LETTER}){{0,2}}) ?(?!(?<=에이 )이 [가-힣]{{2}})"
    rf"({_FIGURE}(?: {_FIGURE}){{0,7}})(?! (?:{LETTER})(?![가-힣]))"
    rf"(?={_ENDS}| (?!{_FIGURE})(?!(?:{UNIT_WORD})(?:{TAIL.pattern}))[가-힣]{{2}})"
)
"""케이 칠, 에이 공 삼: one figure, or figures that are said apart."""
_ROOM: Final = re.compile(
    rf"(?<![가-힣])(에이|비|씨|디) ?"
    rf"(공{_FIGURE}{{1,3}}|(?:{_FIGURE}?백)?(?:{_FIGURE}?십)?{_FIGURE}?)"
    rf" ?호(?={TAIL.pattern})"
)
"""비 공일호, 비백이 호."""
_LETTER_LAST: Final = re.compile(
    rf"(?<![가-힣\d])({_FIGURE}{{2,4}}|(?=[{SINO_DIGITS}십])[{SINO_DIGITS}]?십?[{SINO_DIGITS}]?|\d{{1,4}})"
    rf" ?(에이|비|씨|디|에프) ?(?:번|석|열)(?={TAIL.pattern})",
    re.ASCII,
)
"""칠공이에이번, 십이 에이 석."""
_WORD: Final = re.compile("(?:[가-힣]|아이)원")
"""지원, 시원, 아이원: words."""


def models(text: str) -> Iterator[Number]:
    """Yield models with letters before their figures, and behind them."""
    for match in _MODEL.finditer(text):
        front, back = latin(match[1]), latin(match[3])
        yield code("code", f"{front}{numerals.digits(match[2])}{back}", *match.span())
    for match in _LETTERED.finditer(text):
        yield code("code", f"{latin(match[1])}{numerals.digits(match[2])}", *match.span())
    yield from _in_english(text)
    yield from _placed(text)


def _in_english(text: str) -> Iterator[Number]:
    for match in _IN_ENGLISH.finditer(text):
        if not _WORD.fullmatch(match[0]):
            yield code("code", f"{latin(match[1])}{_ENGLISH[match[2]]}", *match.span())
    for match in _OF_TEENS.finditer(text):
        figures = f"{_TEENS[match[2] or match[3]]}"
        yield plain("plain", figures, *match.span())
        if match[1]:
            yield code("code", f"{latin(match[1])}{figures}", *match.span())


def _placed(text: str) -> Iterator[Number]:
    """Yield rooms, seats and buses. 702A is read as amperes too, so its figures stand alone."""
    for match in _ROOM.finditer(text):
        if figures := group(match[2]):
            yield code("code", f"{latin(match[1])}{figures}", *match.span())
    for match in _LETTER_LAST.finditer(text):
        if figures := group(match[1]):
            yield code("code", f"{figures}{latin(match[2])}", *match.span())
            yield quantity(Decimal(figures), "", *match.span(1))
