"""Numbers of vehicles: 12가 3456, 123나4567, 십이 가 삼사오육, 서울 삼십이 바 사천오백육십칠.

The syllable in the middle is one of forty. Some of them are also units, particles, digits or what
people say while they think (어), and are read only right after a word for the number.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.counters import TAIL, UNIT_WORD
from edgebox.language.number import Number
from edgebox.language.numerals import DIGIT, SINO_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_USES: Final = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주하허호배바사아자"
_UNSURE: Final = frozenset("어아저도로부주호배조수구오사두")
_FRONT: Final = rf"(?:[{SINO_DIGITS}]?백 ?)?(?:[{SINO_DIGITS}]?십 ?)?[{SINO_DIGITS}]?"
_THOUSANDS: Final = (
    rf"[{SINO_DIGITS}]?천 ?(?:[{SINO_DIGITS}]?백 ?)?(?:[{SINO_DIGITS}]?십 ?)?[{SINO_DIGITS}]?"
)
_LAST_FOUR: Final = rf"(?:{DIGIT}(?: ?{DIGIT}){{3}}|{_THOUSANDS})"
_FIGURES: Final = r"\d{4}(?![\d-]|[,.]\d)"
_NO_UNIT: Final = rf"(?! ?(?:{UNIT_WORD})(?:{TAIL.pattern})| ?[만억천])"
_ENDS: Final = (
    r"(?=$|[^가-힣]|이?[요고라에예]|입니|번|[은을로]|으로|이?[세시]|인데|맞)"
    rf"(?! ?{DIGIT}{{2}})"
)
_PLATE: Final = re.compile(
    rf"(?=[\d{SINO_DIGITS}백십])(?:"
    rf"(?<![\dA-Za-z.,-])\d{{2,3}} ?[{_USES}] ?{_FIGURES}{_NO_UNIT}"
    rf"|(?<![가-힣])(?:[{SINO_DIGITS}]{{2}}(?:{DIGIT})?|{_FRONT}) ?[{_USES}](?:에|에서)? ?"
    rf"{_LAST_FOUR}{_NO_UNIT}{_ENDS})"
)
_MIDDLE: Final = re.compile(rf" ?(?P<use>[{_USES}])(?:에|에서)? ?(?P<rest>{_LAST_FOUR}|\d{{4}})")
_NUMBER_OF: Final = re.compile(
    r"(?:(?:번호판|넘버|(?:차량?|자동차|등록) ?번호)(?:[는은이가도]|으?로)?[ ,.:]{0,3}"
    r"|(?:차량?|자동차)[는은이가][ ,]{1,2})(?:(?:어|음|그|네|저)[ ,.]{1,2}){0,2}$"
    r"|(?:서울|경기|인천|부산|대[구전]|광주|울산|세종|강원|[충경][북남]|전[북남]|제주) ?$"
)
_VEHICLE: Final = re.compile(
    r"차량|자동차|번호판|차 ?번호|넘버|[입출주]차|(?<![가-힣])(?:제 ?)?차(?=[가는를은 ]|$)"
)
_NO_PLATE: Final = re.compile(
    r"(?:(?:접수|인증|고객|주문|예약|송장|승인|회원|카드|계좌|전화|문의|상담|사건|민원|주민|사업자)"
    r" ?(?:번호|코드)(?:[는은이가도]|으?로)?[ ,.:]{0,3}"
    r"|[가-힣](?:로|길|대로)|\d동) ?$"
)
"""Before figures: a code of another kind, a street (을지로 12가), a building."""
_NEAR: Final = 40


def with_plates(text: str, numbers: Sequence[Number]) -> list[Number]:
    """Return the numbers of a text, those that are parts of a vehicle's number as one."""
    plates = list(_plates(text, possible=False))
    if not plates:
        return list(numbers)
    found: list[Number] = []
    at = 0
    for one in plates:
        while at < len(numbers) and numbers[at].end <= one.start:
            found.append(numbers[at])
            at += 1
        parts = at
        while parts < len(numbers) and numbers[parts].start < one.end:
            parts += 1
        # A longer number is a telephone's or a code: 삼이일 어 오육칠팔 구공일이.
        # Of 삼사오육이에요 the 이 may be no digit, of 4567 차량 the 차 no unit.
        if all(one.start <= n.start and n.end <= one.end + 2 for n in numbers[at:parts]):
            found.append(one)
        else:
            found += numbers[at:parts]
        at = parts
    return [*found, *numbers[at:]]


def possible_plates(text: str) -> Iterator[Number]:
    """Yield what may be the number of a vehicle, though none is talked about."""
    return _plates(text, possible=True)


def _plates(text: str, *, possible: bool) -> Iterator[Number]:
    for match in _PLATE.finditer(text):
        if one := _read(match, possible=possible):
            yield one


def _read(match: re.Match[str], *, possible: bool) -> Number | None:
    text, start, end = match.string, match.start(), match.end()
    before = max(0, start - _NEAR), start
    named = _NUMBER_OF.search(text, *before) is not None
    near = named or _VEHICLE.search(text, *before) is not None
    if _NO_PLATE.search(text, *before) and not named:
        return None
    for middle in _middles(text, start, end):
        front = _front(text[start : middle.start()])
        rest = middle["rest"]
        counted = "천" in rest
        stops = numerals.stops(rest, 0) if counted else []
        tail = str(stops[-1].value) if stops else numerals.digits(rest) or rest
        sure = named or (middle["use"] not in _UNSURE and (near or possible or not counted))
        if front and len(tail) == 4 and sure:
            signs = f"{front}{middle['use']}{tail}"
            parts = {f"{sign}{part}" for part in (tail, front + tail) for sign in ("", "#")}
            parts |= {front} if middle["use"] in _UNSURE else set()  # 123호 is read by itself
            return Number("code", signs, frozenset({signs}), frozenset({signs, *parts}), start, end)
    return None


def _middles(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Yield the places of the syllable in the middle: 사 and 오 may be digits before it."""
    for at in range(start + 1, min(end - 3, start + 9)):
        if middle := _MIDDLE.fullmatch(text, at, end):
            yield middle


def _front(words: str) -> str:
    """Return the two or three figures before the syllable, or nothing if there are others."""
    words = words.strip()
    if re.search("[십백]", words):
        stops = numerals.stops(words, 0)
        front = str(stops[-1].value) if stops and stops[-1].end == len(words) else ""
    else:
        front = words if words.isdigit() else numerals.digits(words)
    return front if re.fullmatch(r"[1-9]\d{1,2}", front) else ""
