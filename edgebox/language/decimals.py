"""Decimals as they are said: 삼십팔 점 이 도, 일쩜오, 사점일오 프로.

점 is also a unit (팔십오 점이요), and 이 a particle or a copula. What follows the digits decides:
a unit that has fractions, or an ending. Where both readings fit, both are kept.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.atoms import Atom
from edgebox.language.counters import NUMERAL_TAIL, TAIL, UNIT, UNITS
from edgebox.language.numerals import SINO_DIGITS, ZEROS

if TYPE_CHECKING:
    from collections.abc import Iterator

_POINT: Final = re.compile("[점쩜]")
_DIGIT: Final = f"[{ZEROS}{SINO_DIGITS}]"
_WHOLE: Final = rf"(?=[{ZEROS}{SINO_DIGITS}십백천])(?:[{SINO_DIGITS}]?[십백천]\ ?){{0,3}}{_DIGIT}?"
_MORE: Final = re.compile(rf" ?[점쩜] ?{_DIGIT}")
_NOUGHT: Final = "제로"
WORDS: Final = rf"(?:{_NOUGHT}|{_WHOLE})\ ?[점쩜]\ ?{_DIGIT}(?:\ ?{_DIGIT}){{0,3}}"
FIGURES: Final = r"\d{1,3}\ ?[점쩜]\ ?\d{1,3}(?![\d.,])"
"""Alternatives of a verbose pattern; `decimal` reads what they match."""

_FRACTIONAL_LISTED: Final = """
    도 배 평 점 초 년 개월 시간 인분 킬로 키로 킬로그램 그램 톤 미터 센티 센치 인치 제곱미터 리터
    밀리 미리 밀리그램 밀리리터 씨씨 기가 메가 테라 와트 볼트 헤르츠 달러 불 유로 포인트 마일
    킬로미터 센티미터 밀리미터 킬로와트 제곱 헤베 데시벨 파운드 위안 원 세제곱미터 루베 배속
"""
_FRACTIONAL: Final = frozenset(_FRACTIONAL_LISTED.split())
_NOT_AFTER_THIS: Final = frozenset(["년", "개월", "시간", "초"])
"""이 점 삼 개월 동안 is this point, for three months."""

_SCALE: Final = re.compile(r" ?([천백십]?[만억])(?= ?(?:원|달러)| ?정도|[^가-힣 ]|$|이[요에고라])")
_ENDING: Final = re.compile(
    r"$|[^가-힣 ]| ?(?:이?요|이?[에예]요|입니|이?[고구라래네며](?![가-힣]{2})|이?라[고는서]"
    r"|이?래[요서]|이?[거구]든|이?니까|이?었|였|인데|인가|인지|까지|정도|쯤|이상|이하|넘|나[오왔옵온]|됐|되[었고]"
    r"|밖에|으로|로(?![가-힣])|디옵터|등급|마력|학점)"
)
_COPULA: Final = re.compile("요|[에예]요|고|구|라|래|세|시|신|었|네|며|지|니까|거든")


def decimal(match: re.Match[str]) -> Atom | None:
    """Return the decimal that a match begins with, or None if it is none after all."""
    text, start = match.string, match.start()
    at = _POINT.search(text, start)
    if at is None:
        return None
    whole = text[start : at.start()].strip()
    front = numerals.stops(whole, 0)
    if whole == _NOUGHT or (whole[0] in ZEROS and len(whole) == 1):
        value = Decimal(0)
    elif front and front[-1].end == len(whole):
        value = front[-1].value
    else:
        return None
    for end, digits in _fractions(text, at.end(), match.end()):
        exact = Decimal(f"{value}.{digits}")
        found = _measured(text, start, end, exact) or _bare(text, start, end, value, digits)
        if found:
            return found
    return None


def _fractions(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Yield where the digits after the point may end and what they are, longest first."""
    spoken = text[start:end]
    if spoken.strip().isdigit():
        yield end, spoken.strip()
        return
    for size in range(len(spoken), 0, -1):
        apart = size > 1 and _MORE.match(text, start + size)  # 영 점 삼 영 점 사: two of them
        if spoken[size - 1] != " " and not apart:
            yield start + size, numerals.digits(spoken[:size])


def _measured(text: str, start: int, end: int, exact: Decimal) -> Atom | None:
    """Read a decimal with its unit: 일 점 오 킬로, 이 점 오억 원."""
    scale = _SCALE.match(text, end)
    if scale and text[start] not in ZEROS:  # 영점 오만 내려가도: only 0.5
        value = exact * numerals.stops(scale[1], 0)[-1].value
        unit = UNIT.match(text, scale.end())
        won = unit is not None and unit[1] == "원"
        after = unit.end() if unit is not None and won else scale.end()
        return Atom(value, "won" if won else "", start, after, sure=True)
    unit = UNIT.match(text, end)
    if unit is None or not TAIL.match(text, unit.end()):
        return None
    if unit[1] not in _FRACTIONAL and UNITS[unit[1]] != "percent":
        return None
    this = text[start : start + 2] == "이 " and unit[1] in _NOT_AFTER_THIS
    score = unit[1] == "점" and text[start].isdigit()  # 4점 5점
    if this or score:
        return None
    return Atom(exact, UNITS[unit[1]], start, unit.end(), sure=True)


def _bare(text: str, start: int, end: int, value: Decimal, digits: str) -> Atom | None:
    """Read a decimal that an ending closes: 칠 점 오요, 일쩜오, 영점팔."""
    spoken = text[start:end]
    sure = "쩜" in spoken or spoken[0] in ZEROS
    copula = spoken[-1] in "이구" and _COPULA.match(text, end) is not None
    open_end = copula or spoken[-1] == "이"
    if not ((sure and open_end) or copula or (NUMERAL_TAIL if sure else _ENDING).match(text, end)):
        return None
    exact = Decimal(f"{value}.{digits}")
    if not open_end:
        return Atom(exact, "", start, end, sure=True)
    readings: tuple[Decimal, ...] = (exact,)
    if len(digits) > 1:  # 영점오이요 is 0.52, or 0.5 and an ending
        shorter = Decimal(f"{value}.{digits[:-1]}")
        readings = (shorter, exact) if copula else (exact, shorter)
    elif not sure and spoken[0] in "이오" and len(spoken.replace(" ", "")) == 3:
        return None  # 이점이요, 오점이: an advantage, a blot
    elif not sure:
        apart = spoken[-2] == " " and value % 10 != 0  # not 팔십오 점이요, 백 점 이요
        readings = (exact, value) if apart else (value, exact)
    return Atom(readings[0], "", start, end, sure=True, others=readings[1:])
