r"""Numbers and codes in Korean speech, read into a form that can be compared.

A caller says 사십팔만 칠천 원 and a summary writes 487,000원; 오후 세 시 becomes 15:00, and
공일공 일이삼사 오육칠팔 a telephone number. Both sides are read into `Number`, which knows what it
claims (``requires``) and what it supports (``provides``).

Errors come from number words: 일, 이, 사, 오, 구, 만 and 천 begin everyday words (일단, 이번, 사용,
오늘, 구매, 만약, 천천히). So a word is read as a number only

* if it begins a word and is followed by a unit or counter that ends there or has a particle
  (``\b`` does not match at that end: Hangul particles are word characters), or
* in a run too long to be anything else: three syllables with a multiplier, or spoken digits;
* and a single syllable only before units that make no everyday word with it (이월, 이 분, 사원).

Sources: 한글 맞춤법 제43·44항 (units and numerals may be written together, numerals by groups of
만), 표준어 규정 제17항 (한/두/세/네, 석/넉 before counters), 국어 사전 for 하루 … 열흘, 보름; the
exceptions are words that everyday call transcripts made this misread.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING, Final

from edgebox.language import decimals, numerals
from edgebox.language.apart import FIGURES, THIS, listed, may_close
from edgebox.language.atoms import BORN, DAYPART, OF_MODEL, Atom, adjoin, put_together
from edgebox.language.counters import (
    ABOUT,
    MEASURE,
    NOT_WON,
    SINGLES,
    SPACED,
    SPAN,
    TAIL,
    UNIT,
    UNITS,
)
from edgebox.language.dates import with_relative
from edgebox.language.digits import (
    LETTERS_FIRST,
    MODEL,
    NETWORK,
    SAID,
    YEAR_SPELT,
    lot,
    model,
    network,
    repaired_code,
    said,
    spelt_year,
)
from edgebox.language.fractions import QUARTER, QUARTER_SAID, SHARE, SHARE_SAID, quarter, share
from edgebox.language.months import with_named_months
from edgebox.language.natives import DAY_PAIRS, DAY_WORD, DAYS, native
from edgebox.language.number import Number, born, code, either, plain, quantity, time_of_day
from edgebox.language.numerals import MULTIPLIERS, SINO_DIGITS, ZEROS
from edgebox.language.plates import with_plates
from edgebox.language.spans import (
    NO_CODE,
    PAIR,
    UNTIL,
    WITHIN,
    pair,
    scale_of,
    tens_of,
    with_shared_heads,
)
from edgebox.language.written import WRITTEN, written

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence


_SPOKEN: Final = f"[{ZEROS}{SINO_DIGITS}]"
# Where no candidate can begin, no other rule is tried: at four fifths of all characters.
_FIRST_SYLLABLES: Final = "".join(sorted({*ZEROS, *SINO_DIGITS, *MULTIPLIERS, *LETTERS_FIRST})) + (
    "절하이사나닷엿여아열보반정자유시첫둘셋넷스서마쉰예한두세네석넉다너대"
)
_GAP: Final = r"(?:\ ?[-.]\ ?|\ |에\ ?|\ ?다시\ ?)?"
_CANDIDATE: Final = re.compile(
    rf"""
  (?=[\dA-Za-z])(?:
    {SHARE}
  | {QUARTER}
  | {WRITTEN}
  | (?P<clock>(?<![\d:])(?:[01]?\d|2[0-4]):[0-5]\d(?![\d:]))
  | (?P<phone>(?<!\d)(?:
        0\d{{1,2}}{_GAP}\d{{3,4}}{_GAP}\d{{4}}
      | 1[568]\d\d(?:\ ?-\ ?|\ |(?:국에|에)\ ?)\d{{4}} )(?!\d))
  | (?P<measure>(?<![A-Za-z0-9.])\d[\d,]{{0,15}}(?:\.\d{{1,9}})?\ ?
        {MEASURE}(?![A-Za-z0-9]))
  | (?P<code>(?<![A-Za-z0-9])(?![vV]\d{{1,3}}\.\d)
        (?=[A-Za-z0-9-]{{0,30}}\d)(?=[\d-]{{0,30}}[A-Za-z])
        [A-Za-z0-9]{{1,30}}(?:-[A-Za-z0-9]{{1,30}}){{0,6}})
  | (?P<lot>(?<![\d-])(?!{NO_CODE}|(?:19|20)\d\d-)\d{{3,6}}-\d(?![\d-]|[.,]\d))
  | (?P<hyphen>(?<!\d)(?<!\d-)(?!{NO_CODE})\d{{2,20}}(?:-\d{{2,20}}){{1,6}}
      | (?<!\d)\d{{4}}(?:\ \d{{4}}){{3}}(?!\d)
      | (?<!\d)(?!(?:19|20)\d\d\ )\d{{2,20}}(?:\ ?-\ ?\d{{2,20}}){{2,6}}(?!\d|\ ?[-=+%]))
  | (?P<pointed>{decimals.FIGURES})
  | (?P<born>(?<!\d)\d\d(?=년\ ?생))
  | (?P<counted>\d)
  )
  | (?=[{_FIRST_SYLLABLES}])(?:(?<![가-힣])|(?<=총)|(?<=약)|(?<=각)|(?<=갤럭시))(?:
        {SHARE_SAID}
      | {QUARTER_SAID}
      | {MODEL}
      | (?P<point>{decimals.WORDS})
      | (?P<birth>{_SPOKEN}{{2}}(?=\ ?년\ ?생|년\ ?\S띠|년\ ?[{SINO_DIGITS}십유시]{{1,2}}월생))
      | {YEAR_SPELT}
      | {PAIR}
      | {SAID}
      | (?P<days>{DAY_WORD})
      | (?P<half>반\ ?(?:년|시간)) | (?P<portion>절반|반\ ?값|반액)
      | (?P<noon>정오|자정) | (?P<month>[유시]월)
      | (?P<tally>[둘셋넷](?!\ [수거걸때게])(?=\ [다중]|[이도은을만]))
      | (?P<first>첫\ ?번째|첫째|둘째|셋째|넷째)
      | (?P<native>열|스[물무]|서른|마흔|쉰|예순|일흔|여[든섯덟]|아[흔홉]|[한두세네석넉]|다섯|일곱)
      | (?P<sino>[{SINO_DIGITS}{"".join(sorted(MULTIPLIERS))}])
  )
    """,
    re.ASCII | re.VERBOSE,
)
_VAGUE: Final = re.compile(
    rf"(?<![가-힣])(?:몇\s?(?=[\d{SINO_DIGITS}십백천만억])"
    rf"|(?:(?<![가-힣] )|(?<=[이가은는을를도에만] ))수\s?(?=[십백천만억]))"
)
"""몇 만 원 and 손해가 수 십만 원 name no number; 접수 15일, 환자 수 백 명 and 수 15시 do."""
_FIGURES: Final = frozenset(["counted", "sino"])
_ROUND: Final = frozenset("0십백천만억")
_JOINED: Final = re.compile(f"십|[{SINO_DIGITS}](?=[십월일분]|개월)")
"""구월십삼일, 세시이십분; not 삼 년이요, 이십사 시간이에요."""
_OPEN: Final = frozenset(["year", "month", "hour", "hours"])
# 이일에 결제했는데 is the second; 이일에 대해, 오일에 문제가 are words.
_ON_THE_DAY: Final = re.compile(
    r"[이사구]일(?:에(?!서)|까지|부터|날)(?! ?(?:대|관|집중|신경|매|쓰|필요|따|참여|지장))"
    r"|[일오]일(?:에|까지|부터) ?(?:결제|출금|이체|입금|납부|인출|방문|빠[져지]|나[가갔왔온]|배송"
    r"|예약|가입|신청|개통|설치|만기|받|[왔갔]|오[기시]|도착|발송|주문|구매|해지|접수"
    r"|적용|시작|변경|인상|시행)"
)
_YEAR_NAMED: Final = re.compile(r"(?:[작내금매후]년|[올난그듬 ]해)에? ?$")
_IN_FEBRUARY: Final = re.compile(r"에|까지|부터|[말초]|달|이?요|이?[에예]요|이었|입니")
"""작년 이월에; 작년 이월 금액 was carried over."""
_MONTHLY: Final = re.compile(r"(?:매월|매달|[음양]력|달) ?$")
_PRODUCT: Final = re.compile(
    r"(?:폰|아이패드|갤럭시|맥북|에어팟|버즈|픽셀|서피스|탭|phone|ipad|macbook|airpods) ?$",
    re.IGNORECASE,
)
_PRODUCT_GOES_ON: Final = re.compile(r" ?(?:맥스|max|플러스|모델|기종|단말|케이스)", re.IGNORECASE)
# 칠칠이공, 아니 칠칠이일: what was said first was wrong.
_REPAIRED: Final = re.compile(
    r"(?:이|가|은)? ?[,.…]{0,3} ?(?:아 )?(?:아니(?:고|구|라|[요다야지])?[,.… ]{1,3}){1,2}(?:아 )?"
)


def numbers_in(text: str, on: dt.date | None = None) -> list[Number]:
    """Return every number in ``text``, in order, without overlaps, in linear time.

    Args:
        text: what was said or written.
        on: the date of the call. With it relative dates (내일, 다음 주 화요일) are dates too.
    """
    found = with_plates(text, _numbers(text))
    found = with_shared_heads(text, _without_repaired(text, found))
    if on is not None:
        found = with_relative(text, found, on)
    return with_named_months(text, found, dated=on is not None)


def _without_repaired(text: str, numbers: list[Number]) -> list[Number]:
    """Leave out numbers that the next one corrects. It supports what they support."""
    found: list[Number] = []
    for one in numbers:
        last = found[-1] if found else None
        repaired = (
            last is not None
            and 2 <= one.start - last.end <= 16
            and _REPAIRED.fullmatch(text, last.end, one.start)
        )
        whole = repaired_code(last, one) if last is not None and repaired else None
        if last is not None and whole:
            found[-1] = replace(whole, provides=whole.provides | one.provides | last.provides)
        elif last is not None and repaired and last.kind == one.kind:
            found[-1] = replace(one, provides=one.provides | last.provides)
        else:
            found.append(one)
    return found


def _numbers(text: str) -> list[Number]:
    found: list[Number] = []
    chain: list[Atom] = []
    pos = 0
    while match := _CANDIDATE.search(text, pos):
        pos = match.start() + 1
        if match.lastgroup in _FIGURES and _is_vague(text, match.start()):
            pos = numerals.stops(text, match.start())[-1].end
            continue
        read = _read(match)
        if isinstance(read, Number):
            found += put_together(chain, text)
            chain = []
            found.append(read)
            pos = read.end
        while isinstance(read, Atom):
            if chain and not adjoin(text, chain[-1], read):
                found += put_together(chain, text)
                chain = []
            chain.append(read)
            pos = read.end
            # The next part may follow without a space.
            joined = read.unit in _OPEN and _JOINED.match(text, pos) is not None
            read = _counted(text, pos) if joined else None
    found += put_together(chain, text)
    return found


def _is_vague(text: str, start: int) -> bool:
    """Return whether what stands before a numeral leaves open how many it means."""
    vague = _VAGUE.search(text, max(0, start - 2), start + 1)
    return vague is not None and vague.end() == start


def _read(match: re.Match[str]) -> Number | Atom | None:
    """Read a candidate: a number, a part of one, or None if it is a word after all."""
    kind, text, start = match.lastgroup, match.string, match.start()
    if read := _READ.get(kind or ""):
        return read(match) or _counted(text, start)
    if kind in _FIGURES:
        return _counted(text, start)
    if kind in {"native", "model"}:
        return native(text, start) if kind == "native" else model(match)
    if kind == "month":
        month = Decimal(6 if text[start] == "유" else 10)
        sure = _of_a_year(text, start)
        return Atom(month, "month", start, match.end(), sure)
    if kind in {"days", "half", "portion", "tally", "first", "pair", "birth", "born"}:
        return _worded(match)
    return _formed(match)


_READ: Final[Mapping[str, Callable[[re.Match[str]], Number | Atom | None]]] = {
    "hotline": said, "room": said, "plan": said, "spoken": said,
    "year_spelt": spelt_year,
    "point": decimals.decimal, "pointed": decimals.decimal,
    "share": share, "share_said": share, "quarter": quarter, "quarter_said": quarter,
}  # fmt: skip


def _worded(match: re.Match[str]) -> Number:
    """Read a word that is a number by itself."""
    word, span = match.group(), match.span()
    if match.lastgroup == "pair":
        return pair(match)
    if match.lastgroup == "days":
        either_day = DAY_PAIRS.get(word) or (DAYS[word],)
        return reduce(either, (quantity(Decimal(day), "day", *span) for day in either_day))
    if match.lastgroup == "half":
        hours = word.endswith("시간")
        return quantity(Decimal(30 if hours else 6), "minute" if hours else "months", *span)
    if match.lastgroup == "portion":
        return replace(quantity(Decimal(50), "percent", *span), relative=True)
    if match.lastgroup in {"birth", "born"}:
        year = int(word if word.isdigit() else numerals.digits(word))
        return born(year, *span)
    number = quantity(Decimal("첫둘셋넷".index(word[0]) + 1), "", *span)
    return replace(number, relative=match.lastgroup == "tally")


def _formed(match: re.Match[str]) -> Number:
    """Read a number whose form alone says what it is."""
    if match.lastgroup in {"iso", "short", "points", "slash", "solid"}:
        return written(match)
    text, (start, end) = match.group(), match.span()
    parts = [int(part) for part in re.findall(r"\d{1,4}", text)]
    before = DAYPART.search(match.string, max(0, start - 5), start)
    match match.lastgroup:
        case "clock":
            return time_of_day(parts[0], parts[1], before[1] if before else "", start, end)
        case "noon":
            return time_of_day(12, 0, "낮" if text == "정오" else "밤", start, end)
        case "measure":
            figure = numerals.FIGURE.match(text)
            size = plain("count", numerals.canonical(figure[0] if figure else text), start, end)
            return either(size, network(text, start, end)) if NETWORK.fullmatch(text) else size
        case "lot":
            return lot(text, start, end)
        case kind:
            signs = re.sub(r"[^A-Za-z0-9]", "", text).upper()
            return code("phone" if kind == "phone" else "code", signs, start, end)


def _counted(text: str, start: int) -> Atom | None:
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


def _of_a_year(text: str, start: int) -> bool:
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
        sure = sure and not _goes_on(text, unit) and (len(run) > 1 or unit[0] not in {" 차", " 급"})
        sure = sure or _ON_THE_DAY.match(text, start) is not None
        if known == "month" and (run != "이" or _IN_FEBRUARY.match(text, unit.end())):
            sure = sure or _of_a_year(text, start)
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
    if f"{unit[1]}{after}" in {"분의", "세요", "동안", "주차장", "주차권"}:
        return False  # 십만분의 이십이; 칠천이백이세요; 이십일 동안
    if unit[1] in {"년", "월", "일"} and BORN.match(text, unit.end()):
        return True
    if unit[1] == "년" and OF_MODEL.match(text, unit.end()):
        return True
    figures = text[stop.end - 1].isdigit()
    return figures or _goes_on(text, unit) or TAIL.match(text, unit.end()) is not None


def _goes_on(text: str, unit: re.Match[str]) -> bool:
    """Whether the next part of a date or time follows immediately: 구월십삼일."""
    return UNITS[unit[1]] in _OPEN and _JOINED.match(text, unit.end()) is not None


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
        if long and TAIL.match(text, end):
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


def _in_figures(text: str, start: int, stops: Sequence[numerals.Stop]) -> Atom:
    """Read a number without a unit that begins with a figure."""
    end, value, _ = stops[-1]
    if text[end - 1] == "이" and _COPULA.match(text, end):  # 1억 2천이요
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


_THOUSANDS_ON: Final = re.compile(r"억 ?[0-9천백 ]*[천백]$")
_COPULA: Final = re.compile("요|시|신|세|니까|라|고|거든|[에예]요")


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
