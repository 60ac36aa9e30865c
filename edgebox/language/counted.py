"""A numeral with the unit or counter behind it: what decides whether a word is a number at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language import numerals
from edgebox.language.apart import FIGURES, THIS, listed, may_close
from edgebox.language.atoms import BORN, OF_MODEL, Atom
from edgebox.language.counters import (
    ABOUT,
    NOT_WON,
    NUMERAL_TAIL,
    SINGLES,
    SPACED,
    SPAN,
    TAIL,
    UNIT,
    UNITS,
)
from edgebox.language.numerals import MULTIPLIERS, SINO_DIGITS
from edgebox.language.spans import UNTIL, WITHIN, scale_of, tens_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

_JOINED: Final = re.compile(f"십|[{SINO_DIGITS}](?=[십월일분]|개월)")
"""구월십삼일, 세시이십분; not 삼 년이요, 이십사 시간이에요."""
_OPEN: Final = frozenset(["year", "month", "hour", "hours"])
_ROUND: Final = frozenset("0십백천만억")
# 이일에 결제했는데 is the second; 이일에 대해, 오일에 문제가 are words.
_ON_THE_DAY: Final = re.compile(
    r"[이사구]일(?:에(?!서)|까지|부터|날)(?! ?(?:대|관|집중|신경|매|쓰|필요|따|참여|지장))"
    r"|[일오]일(?:에|까지|부터) ?(?:결제|출금|이체|입금|납부|인출|방문|빠[져지]|나[가갔왔온]|배송"
    r"|예약|가입|신청|개통|설치|만기|받|[왔갔]|오[기시]|도착|발송|주문|구매|해지|접수"
    r"|적용|시작|변경|인상|시행)"
)
_YEAR_NAMED: Final = re.compile(r"(?:[작내금매후]년|[올난그듬 ]해)에? ?$")
_IN_FEBRUARY: Final = re.compile(
    r"에|까지|부터| ?[말초](?:까지|부터|쯤|경|이[요에]|(?![가-힣]{2}))| ?[상중하]순|달|이?요"
    r"|이?[에예]요|이었|입니"
)
"""작년 이월에; 작년 이월 금액 was carried over."""
_MONTHLY: Final = re.compile(r"(?:매월|매달|[음양]력|달) ?$")
_PRODUCT: Final = re.compile(
    r"(?:폰|아이패드|갤럭시|맥북|에어팟|버즈|픽셀|서피스|탭|phone|ipad|macbook|airpods) ?$",
    re.IGNORECASE,
)
_PRODUCT_GOES_ON: Final = re.compile(r" ?(?:맥스|max|플러스|모델|기종|단말|케이스)", re.IGNORECASE)
_THOUSANDS_ON: Final = re.compile(r"억 ?[0-9천백 ]*[천백]$")
_COPULA: Final = re.compile("요|시|신|세|니까|라|고|거든|[에예]요")


def counted(text: str, start: int) -> Atom | None:
    """Read the number in figures, words or both at ``start``, with its unit.

    십오만 칠팔천 and 이십삼사만 are either of two numbers, and so is 이 천 원: this 1,000 won.
    """
    if apart := FIGURES.match(text, start):
        return _closed_up(apart) or _counted_once(text, start)
    if this := THIS.match(text, start):
        found, rest = _counted_once(text, start), _counted_once(text, this.end())
        if found and rest and (found.unit, found.end) == (rest.unit, rest.end):
            return found._replace(others=(*found.others, rest.value))
        return found
    within = WITHIN.match(text, start)
    if within is None:
        return _counted_once(text, start)
    low, high = (
        _counted_once(
            f"{text[start : within.start('pair')]}{digit}{text[within.end('pair') :][:20]}", 0
        )
        for digit in within["pair"]
    )
    if low is None or high is None or low[1:] != high[1:]:
        return _counted_once(text, start)
    return high._replace(start=start, end=start + high.end + 1, others=(low.value,))


def of_a_year(text: str, start: int) -> bool:
    """Whether a month stands after the name of its year: 작년 유월, 그 해 시월."""
    return _YEAR_NAMED.search(text, max(0, start - 5), start) is not None


def _closed_up(apart: re.Match[str]) -> Atom | None:
    """Read figures with a space beside their point or comma, if a unit follows: 4 . 5 퍼센트."""
    text, end = apart.string, apart.end()
    figures = "".join(apart[0].split())
    found = _counted_once(f"{figures}{text[end:][:20]}", 0)
    if found is None or found.end <= len(figures):
        return None
    end += found.end - len(figures)
    return found._replace(start=apart.start(), end=end, others=listed(figures))


def _counted_once(text: str, start: int) -> Atom | None:
    stops = numerals.stops(text, start)
    for stop in reversed(stops):
        about = ABOUT.match(text, stop.end)
        if about and text[stop.end - 1] in _ROUND:
            scale = numerals.stops(about["scale"] or "일", 0)[-1].value
            return Atom(stop.value * scale, UNITS[about["unit"]], start, about.end(), sure=True)
        unit = UNIT.match(text, stop.end)
        if unit is None or not _may_count(text, stop, unit):
            continue
        run, known, value = text[start : stop.end], UNITS[unit[1]], stop.value
        if unit[1] == "프로" and _is_product(text, start, unit.end()):
            return Atom(value, "", start, stop.end, sure=True)
        sure = run[0].isdigit() or len(run) > 1 or run in SINGLES.get(unit[1], "")
        sure = sure or run in SPACED.get(unit[0], "")
        sure = sure and not goes_on(text, unit.end(), known)
        sure = sure and (len(run) > 1 or unit[0] not in {" 차", " 급"})
        sure = sure or _ON_THE_DAY.match(text, start) is not None
        if known == "month" and (run != "이" or _IN_FEBRUARY.match(text, unit.end())):
            sure = sure or of_a_year(text, start)
        if not sure and unit[1] in {"일", "분", "주", "시간"}:
            after = run not in "이만천" or (run, unit[1]) == ("이", "주")
            sure = after and SPAN.match(text, unit.end()) is not None
            sure = sure or (
                known == "day" and bool(_MONTHLY.search(text, max(0, start - 4), start))
            )
        if run[0] == "만" and 10_000 < value < 10_200 and unit[1] in {"세", "살"}:
            value -= 10_000  # 만 이십 세: years fully lived
        if sure or known in {"month", "day", "minute", "hour"}:
            return Atom(value, known, start, unit.end(), sure)
    return _uncounted(text, start, [stop for stop in stops if not stop.lone])


def _may_count(text: str, stop: numerals.Stop, unit: re.Match[str]) -> bool:
    """Whether what follows a numeral is a unit and not the beginning of a word."""
    if unit[1] == "원" and NOT_WON.match(text, unit.start(1)):
        return False
    if stop.lone and not may_close(text, stop.end, unit[1]):
        return False
    after = text[unit.end() : unit.end() + 1]
    if unit[1] == "월" and after == "달":
        return True  # 사월달에
    if f"{unit[1]}{after}" in {"분의", "세요", "동안", "주차장", "주차권"}:
        return False  # 십만분의 이십이; 칠천이백이세요; 이십일 동안
    dated = unit[1] in {"년", "월", "일"} and BORN.match(text, unit.end())
    if dated or (unit[1] == "년" and OF_MODEL.match(text, unit.end())):
        return True
    figures = text[stop.end - 1].isdigit()
    end = unit.end()
    return figures or goes_on(text, end, UNITS[unit[1]]) or TAIL.match(text, end) is not None


def goes_on(text: str, end: int, unit: str) -> bool:
    """Whether the next part of a date or time follows immediately: 구월십삼일."""
    return unit in _OPEN and _JOINED.match(text, end) is not None


def _uncounted(text: str, start: int, stops: Sequence[numerals.Stop]) -> Atom | None:
    """Read a number without a unit: figures always, words in a run of three or more."""
    if not stops:
        return None
    if text[start].isdigit():
        return _in_figures(text, start, stops)
    for at in range(len(stops) - 1, -1, -1):
        end, value, _ = stops[at]
        run = text[start:end]
        until = UNTIL.match(text, end) if len(run) > 1 else None
        if until:
            return Atom(value * scale_of(until, run), UNITS[until["unit"]], start, end, sure=True)
        long = len(run.replace(" ", "")) >= 3 and not MULTIPLIERS.isdisjoint(run)
        long = long or (len(run) > 1 and "억" in run)
        if long and NUMERAL_TAIL.match(text, end):
            readings = [value]
            if run[-1] == "이" and at > 0:  # 천이백이 오면, 천이백이시면
                readings = [value, stops[at - 1].value]
                readings.sort(reverse=_COPULA.match(text, end) is None)
            short = [rest for one in readings if (rest := _in_ten_thousands(one)) is not None]
            if short and "억" in run:  # 일억 이천 is never 100,002,000
                readings, short = short, []
            lived = [one - 10_000 for one in readings if run[0] == "만" and one < 10_200]
            others = (*readings[1:], *short, *lived)
            return Atom(readings[0], "", start, end, sure=True, others=others)
    return None


_SUBJECT: Final = re.compile(r"(?<=[만천백]이)(?=[ ,.]|$)")


def _in_figures(text: str, start: int, stops: Sequence[numerals.Stop]) -> Atom:
    """Read a number without a unit that begins with a figure."""
    end, value, _ = stops[-1]
    if (
        text[end - 1] == "이"
        and len(stops) > 1
        and (_COPULA.match(text, end) or _SUBJECT.match(text, end))
    ):  # 1억 2천이요, 35만이 된 거예요
        end, value, _ = stops[-2]
    run = text[start:end]
    literal = numerals.canonical(run) if re.fullmatch(r"[\d,.]+", run) else ""
    if not literal and _THOUSANDS_ON.search(run):  # 1억 2천
        value = _in_ten_thousands(value) or value
    if literal and (until := UNTIL.match(text, end)):
        scale = numerals.stops((until["scale"] or "").strip() or "일", 0)[-1].value
        others = tuple(ten * scale for ten in tens_of(run, until["most"] or ""))
        return Atom(value * scale, UNITS[until["unit"]], start, end, sure=True, others=others)
    return Atom(value, "", start, end, sure=True, literal=literal)


def _in_ten_thousands(value: Decimal) -> Decimal | None:
    """Read 이억 천오백 and 연봉 사천육백, which leave out 만 because it is understood."""
    rest = value % 10**8
    if rest and rest < 10**4 and rest % 100 == 0:
        return value - rest + rest * 10**4
    return None


def _is_product(text: str, start: int, end: int) -> bool:
    """Whether 프로 is part of a product's name: 아이폰 십오 프로, 15 프로 맥스."""
    before = _PRODUCT.search(text, max(0, start - 8), start)
    return before is not None or _PRODUCT_GOES_ON.match(text, end) is not None
