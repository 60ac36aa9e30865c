"""Numbers said in groups, some of them as numerals: 이백십사 다시 칠, 공이에 삼백이십에 사천이백.

These forms are read generously, as those of `possible` are: what a call bears out.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.number import Number, code
from edgebox.language.numerals import DIGIT, SINO_DIGITS, ZEROS

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMERAL: Final = rf"(?=[{SINO_DIGITS}천백십])(?:[{SINO_DIGITS}]?[천백십]){{1,3}}[{SINO_DIGITS}]?"
_GROUP: Final = rf"(?:\d{{2,7}}|{_NUMERAL}|{DIGIT}{{2,8}})"
_GROUPS: Final = re.compile(
    rf"(?<![가-힣\d])({_GROUP})(?:에 ?| ?다시 ?| )({_GROUP})(?:에 ?| ?다시 ?| )({_GROUP})"
    rf"(?!\d| ?(?:만|억|[{SINO_DIGITS}]?[천백십]))"
)
_ONE: Final = rf"\d{{1,4}}|{_NUMERAL}"
_MAIN: Final = rf"(?<![가-힣\d])({_ONE}|{DIGIT}{{2,4}})"
_MORE: Final = rf"({_ONE}|{DIGIT}{{1,4}})"
_LOT: Final = re.compile(
    rf"{_MAIN} ?(?:다시|하이픈|대시|짝대기|작대기|빼기) ?{_MORE}"
    r"(?=$|[^가-힣 ]| ?번| ?호|이?요(?!일)|이?[에예]요|입니|이?고|이?라|으?로|에|의)"
)
"""With its end: 일이 다시 일어났어요 is none."""
_LOT_OF: Final = re.compile(
    rf"{_MAIN}(?:(?<=[\d{SINO_DIGITS}{ZEROS}천백십]{{3}})[에의] ?| ?번지[에의] ?"
    rf"| ?번지 ?(?!이(?! ?호|[{SINO_DIGITS}{ZEROS}십])))"
    rf"{_MORE}(?=$|[^가-힣 ]| ?번지| ?호(?![텔선출전감])"
    r"|이?요(?![일금청])|이?[에예]요|입니|이고|이라)"
)
"""육백사십육에 일 번지, 육백사십육 번지 일호; and no 번지에 사고가, 번지이고요."""
_PHONE: Final = re.compile(r"0\d{8,10}")
_MULTIPLIER: Final = re.compile("[천백십]")
_OTHERWISE: Final = re.compile(r"[천백십]|\d[^a-z]*[가-힣]{2}|[가-힣]{2}[^a-z]*\d")
"""A numeral, or figures beside digits that are said."""
_COPULA: Final = re.compile(r"요|[에예]요|고|라|세|시|신|니까|거든|구")


def group(words: str) -> str:
    """Return the figures of one group: 234 of 이백삼십사, 이삼사 or 234."""
    if words.isdigit():
        return words
    if not _MULTIPLIER.search(words):
        return numerals.digits(words)
    stops = numerals.stops(words.strip(), 0)
    return f"{stops[-1].value:f}" if stops else ""


def groups(text: str) -> Iterator[Number]:
    """Yield the telephone, account and lot numbers that are said in groups."""
    for match in _GROUPS.finditer(text):
        if not _OTHERWISE.search(match[0]):
            continue  # read as a code already
        for last in _lasts(match, 3):
            signs = group(match[1]) + group(match[2]) + group(last)
            phone = _PHONE.fullmatch(signs) is not None
            if phone or (len(signs) >= 10 and len(group(match[1])) <= 6):
                yield code("phone" if phone else "code", signs, match.start(), match.end())
    for match in itertools.chain(_LOT.finditer(text), _LOT_OF.finditer(text)):
        for last in _lasts(match, 2):
            yield _lot(group(match[1]), group(last), *match.span())


def _lasts(match: re.Match[str], number: int) -> Iterator[str]:
    """Yield the last group, and the same without the 이 of 이요."""
    words = match[number]
    yield words
    if len(words) > 1 and words[-1] == "이" and _COPULA.match(match.string, match.end()):
        yield words[:-1]


def _lot(main: str, more: str, start: int, end: int) -> Number:
    """Return a lot number, ``214다시7``, which is written 214-7."""
    value, signs = f"{main}다시{more}", f"{main}{more}"
    provides = {value, signs, f"#{signs}", main, f"#{main}", more, f"#{more}"}
    return Number("code", value, frozenset({value}), frozenset(provides), start, end)
