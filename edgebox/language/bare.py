"""Figures whose unit is left out: 여기는 130이잖아요, 한 240 받제, where 만 원 is meant."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.counters import TAIL, UNIT_WORD
from edgebox.language.number import quantity
from edgebox.language.numerals import SINO_DIGITS, ZEROS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.language.number import Number

_BARE: Final = re.compile(
    r"(?<![\d.,A-Za-z:/~-])([0-9]{1,2}0|[0-9]{3,4}|[0-9],[0-9]{3}|(?<=(?<!\d)월 )[0-9]{2}"
    r"|[0-9]{1,2}천(?: ?[0-9]{1,2}백)?|[0-9]{1,2}백(?: ?[0-9]{1,2}십)?)"
    r"(?=이(?![가-힣])|이(?:나|요|잖|에요|고|라|면|네|니|었|던|지)|인데|은|을|으로|에(?!서)|까지"
    r"|에서(?= ?[0-9]{2,4}(?:으?로|까지|사이))"
    r"|짜리|부터|밖에|[.,?!\n]|$"
    r"| (?:더|정도|빼|남|나[오왔온]|들[어었]|받|벌|내|냈|안|부르|주|줬|[되돼된될됩됐]|올|깎|쓰|썼"
    r"|넣|찍|갚|빌|보내|모[았으]|모아))"
)
_MONEY: Final = re.compile(
    r"만 ?원|[십백천\d]만(?!에)|(?<![가-힣])돈[도은을이만 ]|월급|연봉|급여|소득|수입|한도|견적"
    r"|보증금|월세|전세|약금|잔금|중도금|권리금|위자료|합의금|수리비"
    r"|에 월(?:세)? ?[\d일이삼사오육칠팔구십백]"
)
_SUM: Final = re.compile(
    r"(?:진단금|진단비|수술비|입원비|치료비|보험금|병원비|등록금|수강료|학원비|생활비|용돈|축의금|조의금"
    r"|대출|현금 ?서비스|카드론|적금|예금)"
    r"(?:금|액|금액|이자|원금|잔액)?(?: ?상환)?(?:[이가은는도을를만]|으?로)?"
    r" ?(?:(?:한|약|총|딱|다 해서|합쳐서?|모두|전부|거의|매달|월|또|다시|제가|지금) ?)?"
    r"(?:[\d,일이삼사오육칠팔구십백천]{1,6} ?(?:에서|이?랑|하고) ?)?$"
)
"""What is an amount only right before its figure: in a talk of treatment most figures are none."""
_NEAR: Final = 60
"""Characters on either side in which money is talked about."""

_OF_ANOTHER: Final = re.compile(
    r"(?:번호|버스|노선|호실|좌석|혈압|맥박|혈당|체중|몸무게|(?<![가-힣])키|시력|도수|버전|평점|별점"
    r"|학점|사이즈|치수|온도|습도|점수|성적|신발|운동화|구두|마일리지|포인트|면적|인원"
    r"|사람|수량|호수|층수|내선|거리|채널|속도|무게|페이지|콜레스테롤|나이|연세|평수|지수|사번|학번"
    r"|(?<![가-힣])동|키로수|체온|수치|백혈구|적혈구|혈소판|헤모글로빈|청력|일수|직원|대기|입원"
    r"|학생|회원|환자)(?:[이가은는도을를]|에서)?"
    r" ?(?:한|약|제가|지금)? ?(?:\d{2,3}에 ?)?$"
)
"""Words of which a figure behind them says how much, and which are no money and no share."""

_BEFORE: Final = r"(?:[이가은는도를]|에서)? ?(?:약|한|지금)? ?$"
"""Between a word and its figure."""
_RATE: Final = re.compile(rf"(?:금리|이율|이자율|비율|할인율){_BEFORE}")
"""Of which a figure is a share."""
_VITAL: Final = re.compile(
    r"[^.?!\n]{0,20}(?<![가-힣])(?:혈압|맥박|혈당|체온|체중|몸무게)(?:이?요|이에요|이고요?|입니다)"
)
"""떨어졌어요 혈압이요: said after its figure."""

_BEHIND: Final = 16
"""Characters before a figure in which they stand."""

_YEAR: Final = re.compile(r"(?:19|20)[0-9][1-9]")
"""2025 될 때: hardly anybody tells 2,025만 원 so."""

_SHARE: Final = re.compile(
    r"(?<![\d.,A-Za-z])(\d{1,2}\.\d{1,2})(?=[은는이을를로]|이?요|에서|까지|[^\d.%가-힣A-Za-z ]|$)"
    rf"|(?<![가-힣])([{SINO_DIGITS}십]{{1,3}}) ?[점쩜] ?([{SINO_DIGITS}{ZEROS}]{{1,2}})"
    r"(?=[은는을를로]|이?요|에서|까지|[^가-힣 ]|$)"
)
"""5.7은, 삼 점 팔오로: of an interest or a discount, without 퍼센트."""

_WHOLE: Final = rf"(?:[{SINO_DIGITS}]?백)?[{SINO_DIGITS}]?십?[{SINO_DIGITS}{ZEROS}]?"
_DECIMAL: Final = re.compile(
    rf"(?<![가-힣])(?=[{SINO_DIGITS}{ZEROS}십백])({_WHOLE}) ?[점쩜] ?"
    rf"([{SINO_DIGITS}{ZEROS}](?: ?[{SINO_DIGITS}{ZEROS}]){{0,2}})"
    rf"(?= (?!(?:{UNIT_WORD})(?:{TAIL.pattern}|[{SINO_DIGITS}십백]))[가-힣]{{2}})"
)
"""이 점 오 터보, 시력 일 점 오 양쪽: a decimal before a noun."""
_DECIMAL_OF: Final = re.compile(
    r"(?:시력|색소|혈당|수치|금리|이율|이자율|학점|평점|별점|버전|배기량|도수|체온|지수|비율)"
    rf"{_BEFORE}"
)
"""Before them 이 is a figure too: 색소 칠 점 이 공복혈당. Else it may be this noun's, and
이십 점 사 가지고 is twenty points."""


def is_sum(match: re.Match[str], near: str) -> bool:
    """Return whether a figure may be an amount in a text near it, or by the word before it."""
    start = match.start()
    about = _MONEY.search(near) or _SUM.search(match.string, max(0, start - _BEHIND), start)
    return about is not None and not is_no_amount(match)


def bare_decimals(text: str) -> Iterator[Number]:
    """Yield the decimals that may stand before a noun."""
    for match in _DECIMAL.finditer(text):
        front = numerals.stops(match[1], 0)
        zero = match[1] in ZEROS
        if not zero and (not front or front[-1].end != len(match[1])):
            continue
        sure = match[2][-1] not in "이일" and match[1][-1] not in "십백"
        start = match.start()
        if sure or _DECIMAL_OF.search(text, max(0, start - _BEHIND), start):
            whole = 0 if zero else front[-1].value
            yield quantity(Decimal(f"{whole}.{numerals.digits(match[2])}"), "", *match.span())


def bare_amounts(text: str) -> Iterator[Number]:
    """Yield the amounts that bare figures may be where money is talked about, in won."""
    for match in _BARE.finditer(text):
        near = text[max(0, match.start() - _NEAR) : match.end() + _NEAR]
        if not _YEAR.fullmatch(match[1]) and is_sum(match, near):
            value = numerals.stops(match[1].replace(",", ""), 0)[-1].value * 10_000
            yield quantity(value, "won", *match.span())


_TENTHS: Final = re.compile(
    rf"(?<![가-힣])([{SINO_DIGITS}십\d]) ?할(?: ?([{SINO_DIGITS}\d]) ?푼)?"
    r"(?=$|[.,?!\n]|이(?![가-힣])|[은을](?![가-힣])|만(?![가-힣]| ?하)|이?[요에]|이[라나고]|까지"
    r"| ?(?:정도|쯤|할인|감면|이상|이하))",
    re.ASCII,
)
"""삼 할, 이 할 오 푼; and no 이 할 일."""


def bare_shares(text: str) -> Iterator[Number]:
    """Yield the percentages that decimals without a unit may be, and 삼 할."""
    for match in _TENTHS.finditer(text):
        whole, more = (numerals.stops(part or "0", 0)[-1].value for part in match.groups())
        yield quantity(whole * 10 + more, "percent", *match.span())
    for match in _SHARE.finditer(text):
        if _is_of_another(match):
            continue
        if match[1]:
            yield quantity(Decimal(match[1]), "percent", *match.span())
            continue
        stops = numerals.stops(match[2], 0)
        if stops and stops[-1].end == len(match[2]):
            value = f"{stops[-1].value}.{numerals.digits(match[3])}"
            yield quantity(Decimal(value), "percent", *match.span())


def _is_of_another(match: re.Match[str]) -> bool:
    """Return whether a figure stands behind a word of which it is no money and no share."""
    start = match.start()
    return _OF_ANOTHER.search(match.string, max(0, start - _BEHIND), start) is not None


def is_no_amount(match: re.Match[str]) -> bool:
    """Return whether a figure is that of something else than money, or a share of it."""
    start = match.start()
    return (
        _is_of_another(match)
        or _RATE.search(match.string, max(0, start - _BEHIND), start) is not None
        or _VITAL.match(match.string, match.end()) is not None
    )
