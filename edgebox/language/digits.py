"""What is said sign by sign: telephone numbers, codes, rooms, models (에스이십사).

Digits are said in Sino-Korean words, and on the telephone also as 하나, 둘, 셋, 넷. Between them
stand spaces, 에, 다시 (a hyphen), or a filler (공일공 어 일이삼사).
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.atoms import Atom
from edgebox.language.number import Number, code, either, plain, quantity
from edgebox.language.numerals import DIGIT, SINO_DIGITS, ZEROS

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILLER: Final = r"에?[ ,.…\n]{1,3}(?:으?[어음]|그|저|아|네|예|저기|그러니까)[,.…]{0,3}[ \n]"
_GAP: Final = rf"(?:,\ ?|[ -]|\ ?(?:다시|하이픈|대시)\ ?|\ ?에\ |{_FILLER})"
_SPOKEN: Final = rf"{DIGIT}(?:{_GAP}?{DIGIT}){{3,30}}"
SAID: Final = rf"""
    (?P<hotline>천[오육륙팔]백(?:[{SINO_DIGITS}]?십)?[{SINO_DIGITS}]?
        (?:\ |\ ?(?:국에|에|다시)\ ?){DIGIT}(?:\ ?{DIGIT}){{3}}(?!{DIGIT}(?!요|에요|고)))
  | (?P<room>{DIGIT}{{2,5}}(?=\ ?(?:동|호|편|호실|번지)(?!안|[기로]\ )))
  | (?P<plan>{DIGIT}{{2,3}}(?=\ ?요금제))
  | (?P<spoken>(?!(?<=[가-힣]\ )(?<![은는이가]\ )(?<!번호\ )(?<!자리\ )사이\ ){_SPOKEN})
"""
"""Alternatives of a verbose pattern, where a word begins; `said` reads what they match."""

_MONTH: Final = rf"(?:\d{{1,2}}|[{SINO_DIGITS}유십시]{{1,2}})\ ?월"
YEAR_SPELT: Final = rf"""
    (?P<year_spelt>(?:(?:일구|이[{ZEROS}])[{ZEROS}{SINO_DIGITS}]{{2}}(?=\ ?년)
      |[{ZEROS}{SINO_DIGITS}]{{2}}(?=\ ?년\ ?{_MONTH})
      |(?!사|삼사)[{ZEROS}{SINO_DIGITS}]{{2}}(?=\ ?년(?:도(?:에|부터|까지|식)|식))
      |[{ZEROS}](?!사)[{ZEROS}{SINO_DIGITS}](?=\ ?년도?(?:[식형산]|\ (?:차|모델)))))
"""
"""Alternative of a verbose pattern; `spelt_year` reads it: 이공이삼년, 구오년 십이월, 공팔 년도 차.

삼사 년도 is three years or four, and 사이 년도 too far ahead."""

_LETTERS: Final = {
    "에이치": "H", "더블유": "W", "에이": "A", "에프": "F", "아이": "I", "제이": "J", "케이": "K",
    "에스": "S", "브이": "V", "엑스": "X", "와이": "Y", "제트": "Z", "엘": "L", "엠": "M",
    "엔": "N", "비": "B", "씨": "C", "시": "C", "디": "D", "이": "E", "지": "G", "오": "O",
    "피": "P", "큐": "Q", "알": "R", "티": "T", "유": "U",
}  # fmt: skip
LETTER: Final = "|".join(_LETTERS)
_WORDS_LISTED: Final = """
    아이디 아이피 티비 피[시씨디] 시[디비] 디비 오[이지시] 이[유지오씨시] 유[지이] 비[유오] 지[지시]
"""
LETTERS_FIRST: Final = "".join(sorted({name[0] for name in _LETTERS}))
MODEL: Final = rf"""
    (?P<model>(?=[{LETTERS_FIRST}])(?!{"|".join(_WORDS_LISTED.split())}|[오이]{{2}})
        (?:(?:에이치|더블유|에이|에프|제이|케이|에스|브이|엑스|와이|제트|엘|엠)(?:{LETTER}){{0,3}}?
          |(?:{LETTER}){{2,4}}?)
        \ ?(?=[{ZEROS}{SINO_DIGITS}십백천]{{2}}))
"""
"""The letters before a spoken number; `model` reads both."""

NETWORK: Final = re.compile("[2-6] ?G")
_GENERATIONS: Final = {"투": 2, "삼": 3, "쓰리": 3, "사": 4, "포": 4, "오": 5, "파이브": 5}
_OF_NETWORK: Final = (
    "요금|폰|단말|기기|망|모델|통신|서비스|속도|전용|무제한|유심|스마트|핸드|휴대|가입|상품|네트워크|데이터"
    "|전환|지원|주파수|엘티이|LTE"
)
_NETWORK_SAID: Final = re.compile(
    rf"(?<![가-힣])(?<![안못왜] )({'|'.join(_GENERATIONS)}) ?지(?=$|[\n.,?!]| ?(?:{_OF_NETWORK})"
    r"|로(?![가-힣])|에서|[은는를가] (?!않|안|못|말|마)|라|이?요|[예이]에?요|입니|이?랑|하고|인데)"
)
"""오지 요금제, 파이브지로: a network, and none of 오지 않아요."""


def network(signs: str, start: int, end: int) -> Number:
    """Return a generation of networks, which is no amount of data: 5G."""
    value = f"{signs[0]}G"
    return Number("code", value, frozenset({value}), frozenset({value}), start, end)


def networks_said(text: str) -> Iterator[Number]:
    """Yield the networks that are named in words."""
    for match in _NETWORK_SAID.finditer(text):
        yield network(str(_GENERATIONS[match[1]]), *match.span())


# A spoken digit word is digits to its end, or has an ending that follows numbers.
_ENDING: Final = re.compile(
    r"$|[^가-힣]|번|이?요|입니|이에|[예에]요|이?[고구]|으?로|은|는|을|를|님|인데|맞|에|이?[세시신]"
    r"|이?니까|이?라|이?거든"
)
# 공일이삼이요 may end in 3 and 이요, 삼칠이구요 in 2 and 구요.
_ENDINGS: Final = {
    "이": re.compile("요|에요|고|라|세|시|신|니까|거든|구"),
    "구": re.compile("요"),
    "이구": re.compile("요"),
}
_DIGITS: Final = re.compile(f"{DIGIT}+")
_THIS: Final = re.compile("이 ")
_RUN: Final = re.compile(_SPOKEN, re.VERBOSE)
_ONE_LETTER: Final = re.compile(LETTER)
_MODEL_ENDING: Final = re.compile(
    r" ?(?:편|번|호)|$|[^가-힣 ]"
    r"| (?!만|억|원|프로|퍼센트|개|분|시|일|월|년|건|명|회|주|달|대|권|평|층|세|살|배|점)"
    r"|이요|요|입니|이에|예요|이고|으로|로|은|는|을|를|이[가라]|인데"
)


def said(match: re.Match[str]) -> Number | None:
    """Read what `SAID` matched, or return None if its digits may be words after all."""
    start, end = match.span()
    digits = numerals.digits(match.group())
    match match.lastgroup:
        case "hotline":
            front = numerals.stops(match.string, start)
            value = max((stop for stop in front if stop.value < 2000), key=lambda stop: stop.end)
            return code("phone", f"{value.value}{digits[-4:]}", start, end)
        case "room":
            certain = len(digits) > 2 or not set(ZEROS).isdisjoint(match.group())
            return quantity(Decimal(digits), "", start, end) if certain else None
        case "plan":
            return plain("plain", digits, start, end)
    return _run(match.string, start, end)


def spelt_year(match: re.Match[str]) -> Atom:
    """Read a year that is said figure by figure, of two figures or four."""
    figures = numerals.digits(match[0])
    year = int(figures) + (2000 if len(figures) == 2 and figures[0] == "0" else 0)
    end = match.string.index("년", match.end()) + 1
    return Atom(Decimal(year), "year", match.start(), end, sure=True)


def _run(text: str, start: int, end: int) -> Number | None:
    """Read digits (공일공 일이삼사 오육칠팔) if they are too long to be words."""
    words = list(_DIGITS.finditer(text, start, end))
    while words and not _ENDING.match(text, words[-1].end()):
        words.pop()  # it continues as a word
    if (
        len(words) > 1
        and words[-1][0] == "이"
        and len(words[-2][0]) > 1
        and _THIS.match(text, words[-1].start())
    ):
        words.pop()  # 오육칠팔 이 번호로
    counts = [len(numerals.digits(word[0])) for word in words]
    size = sum(counts)
    sino = any(re.search(f"[{ZEROS}{SINO_DIGITS}]", word[0]) for word in words)
    if size < 4 or not sino:
        return None
    if max(counts) < 3 and size < 7 and not len(counts) == size >= 5:
        return None
    end = words[-1].end()
    digits = numerals.digits(text[start:end])
    readings = [digits]
    for ending, more in _ENDINGS.items():
        if text[start:end].endswith(ending) and more.match(text, end):
            readings.append(digits[: -len(ending)])
    if any(map(_MOBILE.fullmatch, readings)):
        readings = [one for one in readings if len(one) <= _LONGEST_PHONE]
    # Four figures, eight or eleven are what is dictated most.
    readings.sort(key=lambda one: len(one) not in {4, 8, 11})
    return reduce(either, (_copied(one, start, end) for one in readings))


def _copied(digits: str, start: int, end: int) -> Number:
    phone = digits.startswith("0") and 9 <= len(digits) <= 11
    return code("phone" if phone else "code", digits, start, end)


def repaired_code(first: Number, more: Number) -> Number | None:
    """Return a number of which only the last groups are said again: 오육칠팔 아니 오육칠구."""
    signs, again = first.value, more.value
    if not (first.kind in _COPIED and more.kind in _COPIED and (signs + again).isdigit()):
        return None
    if len(again) < len(signs):
        whole = signs[: -len(again)] + again
    elif _MOBILE.fullmatch(signs[:-4] + again):  # 공일공 일이삼사 아니 일이삼오 오육칠팔
        whole = signs[:-4] + again
    else:
        return None
    return _copied(whole, first.start, more.end)


_LONGEST_PHONE: Final = 11
_COPIED: Final = frozenset(["phone", "code"])
_MOBILE: Final = re.compile(r"01[016789]\d{7,8}")


def lot(signs: str, start: int, end: int) -> Number:
    """Return a number of two groups, 646-2. Its first is known by itself too."""
    main, more = signs.split("-")
    whole, alone = code("code", main + more, start, end), plain("plain", main, start, end)
    return replace(whole, provides=whole.provides | alone.provides | {f"#{more}"})


def latin(names: str) -> str:
    """Return letters whose names are said: 에스 is S, 케이이 KE."""
    return "".join(_LETTERS[name] for name in _ONE_LETTER.findall(names))


def model(match: re.Match[str]) -> Number | None:
    """Read letters and the number after them: 에스이십사 is S24, 케이이 칠공일편 KE701."""
    text, start, at = match.string, match.start(), match.end()
    letters = latin(text[start:at])
    run = _RUN.match(text, at)
    number = _run(text, at, run.end()) if run else None
    if number is None:
        number = _short(text, at)
    if number is None:
        return None
    codes = [code("code", f"{letters}{number.value}", start, number.end)]
    if text[:at].rstrip().endswith("이") and len(letters) > 1:  # 엘디엘이 백오십팔로
        codes.append(code("code", f"{letters[:-1]}{number.value}", start, number.end))
    whole = reduce(either, codes)
    return replace(whole, provides=whole.provides | number.provides)


def _short(text: str, start: int) -> Number | None:
    """Read a number of two or three digits, or one with 십, 백 or 천, that has no unit."""
    stops = numerals.stops(text, start)
    end, value = stops[-1][:2] if stops else (start, Decimal(0))
    figures = numerals.canonical(value)
    digits = _DIGITS.match(text, start)
    if digits and digits.end() > end:
        end, figures = digits.end(), numerals.digits(digits[0])
    if end - start < 2 or not figures.isdigit() or not _MODEL_ENDING.match(text, end):
        return None
    return plain("plain", figures, start, end)
