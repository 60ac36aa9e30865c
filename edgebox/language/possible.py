"""Numbers that a word may be: 오 분 is five minutes or the fifth, 이 분 two minutes or this person.

`korean.numbers_in` reads what is surely a number: it says what a text claims. What a call bears out
is read generously with this module, because a true number must not be refused or flagged.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.ages import ages
from edgebox.language.articles import articles
from edgebox.language.bare import bare_amounts, bare_decimals, bare_shares, is_no_amount, is_sum
from edgebox.language.births import births
from edgebox.language.charwise import charwise
from edgebox.language.compounds import compounds
from edgebox.language.counters import TAIL, UNIT_WORD, UNITS
from edgebox.language.days import may_be_of_a_month
from edgebox.language.dialled import dialled
from edgebox.language.digits import networks_said
from edgebox.language.groups import groups
from edgebox.language.holidays import holidays
from edgebox.language.korean import numbers_in
from edgebox.language.months import dates_of, month_at, named_months
from edgebox.language.natives import ALONE, ONES, TENS
from edgebox.language.number import date, plain, quantity, time_of_day
from edgebox.language.numerals import SINO_DIGITS
from edgebox.language.parties import parties
from edgebox.language.periods import periods
from edgebox.language.plates import possible_plates
from edgebox.language.possible_dates import possible_dates
from edgebox.language.signs import ENDS, codes, numbered
from edgebox.language.spans import possible_spans
from edgebox.language.spelt_models import models
from edgebox.language.vitals import vitals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.language.months import Month
    from edgebox.language.number import Number

_VALUES: Final = {word: value for value, word in enumerate("영일이삼사오육칠팔구십")} | {
    "백": 100,
    "천": 1000,
}
_OF_YEAR: Final = re.compile("[년해] ?$")
"""Before a month that is of one year only: 이십사 년 삼월, 올해 팔월."""

_NO_DECIMAL: Final = rf"(?<![{''.join(_VALUES)}공로] [점쩜] )(?<![{''.join(_VALUES)}공로][점쩜] )"
_SHARE: Final = re.compile(rf"의 ?[0-9{SINO_DIGITS}십백]")
_POSSIBLE: Final = re.compile(
    rf"(?<![가-힣\d])(?<![십백천] )(?<!\d (?=[십백천])){_NO_DECIMAL}"
    rf"(?<!(?<![가-힣])[일삼사오육칠팔구] (?=[십백천]))([{''.join(_VALUES)}])"
    rf" ?({UNIT_WORD})(?!(?<=삼일)절)"
)
"""Not the last digit of a numeral that is written apart (이십 오 분, 삼 십 분) or of a decimal."""

_ON_A_DAY: Final = re.compile(
    r"(?:(?<!이 일)(?<!이일)(?:에(?!서| ?대)|부터)|까지|날|자로| ?\(?[월화수목금토일](?:요일|\)))"
)
"""After 오 일: it is no matter and lasts no five days."""

_ROUND: Final = re.compile(
    rf"(?<![가-힣\d])(?<![만억조] )(?<!천 )(?<!백 (?=[{SINO_DIGITS}]?십))"
    rf"[{SINO_DIGITS}]?[백천](?:[{SINO_DIGITS}]?[백십]){{0,2}}[{SINO_DIGITS}]?{ENDS}"
)
"""이백으로: a number without a counter."""


_CARRIED: Final = re.compile(
    r"이월(?: ?(?:잔액|상품(?!권)|처리|가능|불가|시[키켜켰킬]|된(?!장)|되|돼|됐|될)|하|해|했|할)"
)
"""What is carried over, and not of February."""
_MONTH: Final = re.compile(r"(?<![가-힣])(?<![년해] )([유시])월(?![드절])")
"""유월이라, 시월에: a month without a day."""

_MIXED: Final = re.compile(
    rf"(?<![가-힣])([{SINO_DIGITS}]?백?[{SINO_DIGITS}]?십)({'|'.join(ONES)}) ?({UNIT_WORD})"
)
"""육십네 개, 이십두 명: tens as in figures, ones as they are counted."""

_COUNTED: Final = (
    rf" (?:[만억천백십]|(?!원래)(?:{UNIT_WORD}|[기석정실면구알포본캔팩갑줄쪽칸필쌍톨선강열])"
    rf"(?:{TAIL.pattern}| ))"
)
"""After 이십이: its 이 is a figure, and no particle."""
_BARE: Final = re.compile(
    rf"(?<![가-힣\d])(?<![만천백십억] )"
    rf"([{SINO_DIGITS}]?[십백천](?:[{SINO_DIGITS}]?[백십]){{0,2}}[{SINO_DIGITS}]?)"
    rf"(?=에(?!서)|은|는|을|를|이(?!{_COUNTED}|[가-힣])|이?요|으?로"
    rf"|만(?![가-힣]| 원| [{SINO_DIGITS}]?[천백십])|까지|부터|밖에"
    rf"|에서(?= (?:[{SINO_DIGITS}십백천]{{1,4}}(?:으?로|까지|사이)|세금|떼|빼|공제|깎))"
    r"| (?:더|정도|빼|남|나[오왔온가갔]|들[어었]|갚|받|벌|내[고면]|냈|부르|주[고면]|줬|올[리려라]"
    r"|깎|쓰|썼|넣|찍|빌|보[내냈])|[.,?!\n]|$)"
)
"""구십은 빠져나갔고, 천에 오십오로: 만 원 is left out where amounts are talked about."""

_NUMERAL: Final = rf"(?:[{SINO_DIGITS}]?[십백천]){{1,3}}[{SINO_DIGITS}]?"
_OTHER_UNIT: Final = (
    rf"(?!인[데가지거])(?:{UNIT_WORD})|[기메테]가|테라|유로|달러|엔|위안|파운드|킬로|리터|톤|밀리|센티"
    "|미터|와트"
)
_NUMERAL_ENDS: Final = rf"(?:$|[^가-힣]|[{SINO_DIGITS}십백천만억]|{UNIT_WORD})"
_BEFORE_NOUN: Final = re.compile(
    rf"(?<![가-힣])((?=[{SINO_DIGITS}][십백천]|[십백천][{SINO_DIGITS}십백]){_NUMERAL})"
    rf"(?![{SINO_DIGITS}십백천만억]|(?:에서|내지) ?[{SINO_DIGITS}십백천]{{1,4}}[만억]"
    rf"| [{SINO_DIGITS}]?[만억]{_NUMERAL_ENDS})"
    rf"(?!(?<=천) [{SINO_DIGITS}]?[십백]{_NUMERAL_ENDS}|(?<=백) [{SINO_DIGITS}]?십{_NUMERAL_ENDS})"
    rf"(?= ?(?!{_OTHER_UNIT})[가-힣]{{2}})"
    rf"|(?<=[가-힣]{{2}})(?<![{SINO_DIGITS}십백천만억])([{SINO_DIGITS}]십[{SINO_DIGITS}]?)"
    r"(?=인데|이[고요에]|입니다|[은는을를에점]|[^가-힣]|$)"
)
"""이백 포대, 삼십 마지기: nouns that count and are in no list; 두레마트이십오: a name."""

_MORE_COUNTERS: Final = re.compile(
    rf"(?<![가-힣])((?=[{SINO_DIGITS}][십백천]|[십백천][{SINO_DIGITS}십백]){_NUMERAL})"
    rf"(?= ?(?!{_OTHER_UNIT})[기석롤정실면구량알포본캔팩갑줄곡쪽칸척폭필쌍짝톨판선급강열]"
    rf"(?:{TAIL.pattern}| ))"
)
"""십이 기, 삼십 정, 이백포: counters that are too short to be in the list. Not any syllable is one:
가 of 십이 가 삼사오육, the number of a vehicle, is none."""

_DOSE: Final = re.compile(
    rf"(?<![가-힣])({'|'.join(ONES)}|[{SINO_DIGITS}]) ?"
    r"(?:알|정(?!도|[가-힣]{2})|캡슐|포(?![가-힣]{2})|방울)"
)
"""두 알, 이 정: of a medicine."""

_ONES: Final = {"하난": 1, "서이": 3, "너이": 4} | ALONE
_MORE_ONES: Final = (
    rf"{'|'.join(one for one in _ONES if len(one) > 1)}|[둘셋넷]"
    rf"|(?<! )[한두세네석넉]|[한두세네석넉] ?(?:{UNIT_WORD})(?:{TAIL.pattern})"
)
"""After tens: 예순다섯부터 says no sixty."""
_NATIVE: Final = re.compile(
    rf"(?<![가-힣])(?:([열쉰]|스물|서른|마흔|예순|일흔|여든|아흔) ?({'|'.join(_ONES)})"
    rf"|(스무(?![스디])|서른|마흔|예순|일흔|여든|아흔)(?! ?(?:{_MORE_ONES})))"
    rf"(?= ?(?:개들이|(?!{_OTHER_UNIT})[가-힣]))"
)
"""스무 실, 서른두 석: any noun may follow."""

_NO_SYLLABLE: Final = "|".join(one for one in _ONES if len(one) > 1 or one in "둘셋넷")
_MIXED_ALONE: Final = re.compile(rf"(?<![가-힣])([{SINO_DIGITS}]?십) ?({_NO_SYLLABLE})")
"""칠십둘, 육십 아홉: an age, in tens as in figures."""

_RENT: Final = re.compile(r"보증금|월세|전세|급여|월급|연봉")
_NEAR: Final = 30
"""Characters on either side in which an amount is talked about."""
_FAR: Final = 300
"""The same of rent and wages, whose amounts are hardly ever said with their unit."""

_NAMED: Final = re.compile(
    r"(?:윈도우|안드로이드|아이오에스|아이폰|갤럭시|플립|폴드|버전|게이트|탑승구|출구)[는은이가]? ?"
    rf"((?=[{SINO_DIGITS}]?십|[{SINO_DIGITS}]{{2}})[{SINO_DIGITS}]?십?[{SINO_DIGITS}]?)"
    rf"(?= |$|[^가-힣]|으?로|[은는을를에이]|예요|번|버전)"
)
"""아이폰 십오로, 윈도우 십일은: what is told apart by a number."""

_ENDING: Final = re.compile(r"이(?=[요에고])")
"""오십이요 is fifty, with the ending of a noun."""


def possible_numbers(text: str) -> Iterator[Number]:
    """Yield what may be a number: a syllable before a unit, signs one by one, a bare 이백."""
    yield from _without_unit(text)
    yield from possible_spans(text)
    yield from networks_said(text)
    yield from compounds(text)
    yield from possible_plates(text)
    yield from groups(text)
    yield from vitals(text)
    yield from bare_amounts(text)
    yield from bare_shares(text)
    yield from bare_decimals(text)
    yield from models(text)
    yield from parties(text)
    yield from ages(text)
    yield from births(text)
    yield from holidays(text)
    yield from possible_dates(text)
    yield from articles(text)
    yield from dialled(text)
    yield from charwise(text)
    yield from periods(text)
    for match in _MIXED.finditer(text):
        tens = numerals.stops(match[1], 0)[-1].value
        yield quantity(tens + ONES[match[2]], UNITS[match[3]], *match.span())
    for match in _MONTH.finditer(text):
        yield date(0, 6 if match[1] == "유" else 10, 0, *match.span())
    months: list[Month] | None = None
    for match in _POSSIBLE.finditer(text):
        value, unit = _VALUES[match[1]], UNITS[match[2]]
        if match[2] == "분" and _SHARE.match(text, match.end()):
            continue  # 삼분의 일, not 오 분의 시간
        if unit == "month" and not _CARRIED.match(text, match.start()):
            dated = _OF_YEAR.search(text, max(0, match.start() - 2), match.start())
            if 0 < value <= 12 and not dated:
                yield date(0, value, 0, *match.span())
        elif unit == "hour" and value <= 24:
            yield time_of_day(value, 0, "", *match.span())
        elif unit == "hours":
            yield quantity(Decimal(value * 60), "minute", *match.span())
        else:
            one = quantity(Decimal(value), unit, *match.span())
            if unit == "day" and _ON_A_DAY.match(text, match.end()):
                months = named_months(text, numbers_in(text)) if months is None else months
                one = _dated(text, one, months)
            yield one


def _without_unit(text: str) -> Iterator[Number]:
    yield from codes(text)
    yield from numbered(text)
    for match in _ROUND.finditer(text):
        stops = numerals.stops(text, match.start())
        if stops and stops[-1].value > 1:
            yield quantity(stops[-1].value, "", *match.span())
    for match in _NAMED.finditer(text):
        tens = "십" in match[1]
        figures = f"{numerals.stops(match[1], 0)[-1].value}" if tens else numerals.digits(match[1])
        yield plain("plain", figures, *match.span())
    for match in _BEFORE_NOUN.finditer(text):
        value = numerals.stops(match[1] or match[2], 0)[-1].value
        yield quantity(value, "", *match.span())
        yield plain("plain", str(value), *match.span())
    for match in _MORE_COUNTERS.finditer(text):
        yield quantity(numerals.stops(match[1], 0)[-1].value, "", *match.span())
    for match in _DOSE.finditer(text):
        value = Decimal(ONES.get(match[1]) or _VALUES[match[1]])
        yield quantity(value, "", *match.span())
    for match in _NATIVE.finditer(text):
        value = Decimal(TENS[match[1] or match[3]] + _ONES.get(match[2], 0))
        yield quantity(value, "", *match.span())
    for match in _MIXED_ALONE.finditer(text):
        whole = numerals.stops(match[1], 0)[-1].value + _ONES[match[2]]
        yield quantity(whole, "", *match.span())
    yield from _in_myriads(text)


def _in_myriads(text: str) -> Iterator[Number]:
    """Yield the amounts that bare numerals may be beside others: 구십은 of 백구십만 원.

    Away from money, and behind a word of which they are no amount, they have no unit.
    """
    for match in _BARE.finditer(text):
        near, far = (
            text[max(0, match.start() - reach) : match.end() + reach] for reach in (_NEAR, _FAR)
        )
        word = match[1][:-1] if _ENDING.match(text, match.end() - 1) else match[1]
        value, money = numerals.stops(word, 0)[-1].value, is_sum(match, near)
        if money or (_RENT.search(far) and not is_no_amount(match)):
            yield quantity(value * 10_000, "won", *match.span())
        elif len(word) > 1:  # 속도가 육십은 나와요
            yield quantity(value, "", *match.span())


def _dated(text: str, one: Number, months: list[Month]) -> Number:
    """Return a day that was said alone with its date in the month that was named."""
    named = month_at(months, one.start)
    if named is None or named.relative or not may_be_of_a_month(text, one):
        return one
    return replace(one, provides=one.provides | dates_of(months, one.start, int(one.value[:-1])))
