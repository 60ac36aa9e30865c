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
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.consultation import numerals
from edgebox.consultation.dates import WRITTEN, with_relative, written
from edgebox.consultation.digits import MODEL, SAID, model, said
from edgebox.consultation.number import (
    Number,
    code,
    date,
    either,
    plain,
    quantity,
    time_of_day,
)
from edgebox.consultation.numerals import MULTIPLIERS, SINO_DIGITS, ZEROS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence


class _Atom(NamedTuple):
    """A value and its unit, before dates and times are put together."""

    value: Decimal
    unit: str
    start: int
    end: int
    sure: bool
    literal: str = ""
    others: tuple[Decimal, ...] = ()
    """Other possible readings: 천이백이 is 1202, or 1200 and a particle."""


_DAYS: Final = {
    "하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "이레": 7,
    "여드레": 8, "아흐레": 9, "열흘": 10, "보름": 15, "일주일": 7,
}  # fmt: skip
_COUNTERS: Final = """
    개 명 건 번 번째 회 차 대 장 병 잔 권 마리 가지 군데 곳 차례 배 통 켤레 벌 줄 박스 상자 봉지
    세트 팩 캔 종류 종 사람 인 인분 세 살 층 호 호선 학년 학기 주년 평 점 도 등 위 급 단계 초
    킬로 킬로그램 그램 미터 센티 리터 기가 메가 테라 달러 불 유로 엔 포인트 마일 매 부 편 좌 구좌
    계좌 회선 채널 박 칸 쌍 조각 끼 팀 판 해 째 동 교시 식구 가구 남매 자매 형제 분기
"""
# Unit as written → unit as compared; "" is a plain counter.
_UNITS: Final = dict.fromkeys(_COUNTERS.split(), "") | {
    "원": "won", "퍼센트": "percent", "프로": "percent", "%": "percent", "년": "year",
    "월": "month", "일": "day", "시": "hour", "시간": "hours", "분": "minute",
    "개월": "months", "달": "months", "주": "weeks", "주일": "weeks", "주간": "weeks",
}  # fmt: skip
_UNIT_WORD: Final = "|".join(sorted(_UNITS, key=len, reverse=True))
_UNIT: Final = re.compile(f" ?({_UNIT_WORD})")
# What may follow a unit after number words: the word's end or a particle. It keeps out 번호,
# 시스템, 분실, 주소, 대리 ….
_TAIL: Final = re.compile(
    r"$|[^가-힣]|은|는|이|가(?!입|능|족|격)|을|를|의(?!료|견|사|무|점)|에|로|으로|과(?!정)|와|만"
    r"|까지|도(?!착|움)|부터|보다|씩|정도|쯤|경|간|동안|내|안(?!내)|뒤|후|전(?!화|체|자)|째|짜리|대"
    r"|입니|예요|요(?!금|청|일)|인(?!터|증|출|하|사|상|력)|였|나|밖|마다|당|치|어치|반|중|하고"
    r"|랑|지[나만]|권|라(?:서|고|도|며)|세요|시(?:고|구|네|는|니|면|죠|지)|신(?:데|가|지)|[고구]요|네요"
    r"|부로|자로|거든|니까|죠|대(?=[^가-힣]|[의로에이인라]|$)|이라"
)
_NOT_WON: Final = re.compile(r"원(?:인(?![데지가])|장|서)")
# Units that one syllable may stand before. Any other single syllable stays a word, unless the
# date or time around it needs a number there.
_ANY_DIGIT: Final = "일이삼사오육칠팔구십백"
_SINGLES: Final = (
    dict.fromkeys(["퍼센트", "프로", "개월", "학년", "인분", "호선", "주년", "교시"], _ANY_DIGIT)
    | dict.fromkeys(["킬로", "기가", "메가", "미터", "센티", "그램", "년", "층"], _ANY_DIGIT)
    | dict.fromkeys(["명", "개", "건", "포인트", "달러", "점"], "십백천만")
    | {
        "차": "일이삼사육칠팔",
        "주일": "이삼사오육칠팔",
        "월": "일삼사오칠팔구",
        "일": "삼육칠팔",
        "원": "십백천만억",
    }
)
# 사 일 이내, 오 분 정도: before these a single syllable with 일, 분, 주 is a duration.
_SPAN: Final = re.compile(r" ?(?:이내|안에|안으로|뒤|후|정도|동안|간|걸|이면|만에|전에|에서)")
# 한 번, 한 분, 한 가지 … mean 'a' or 'just'.
_ONE_IS_A: Final = frozenset(
    ["번", "분", "가지", "군데", "곳", "사람", "편", "판", "대", "해", "통", "벌", "줄", "주", "장"]
)
_SINO_ONLY: Final = frozenset(["월", "일", "원", "년", "세", "인", "도", "위", "등", "호", "프로"])
_NATIVE_WORDS: Final = re.compile(
    r"네 가구|네 형제|네 동|[두세네]시[고구네는니면죠지]|두통|두부|세대|세부|세장|세주|세점|네트"
    r"|열차|열등|열통|한세"
)

_SPOKEN: Final = f"[{ZEROS}{SINO_DIGITS}]"
# 이삼일, 두세 개, 사오만 원: either of the two is said.
_PAIRS: Final = {
    "일이": (1, 2), "이삼": (2, 3), "삼사": (3, 4), "사오": (4, 5), "오륙": (5, 6), "오육": (5, 6),
    "육칠": (6, 7), "칠팔": (7, 8), "팔구": (8, 9), "한두": (1, 2), "두세": (2, 3), "두서": (2, 3),
    "서너": (3, 4), "너댓": (4, 5), "네댓": (4, 5), "네다섯": (4, 5), "대여섯": (5, 6),
    "예닐곱": (6, 7),
}  # fmt: skip
# Where no candidate can begin, no other rule is tried: at four fifths of all characters.
_FIRST_SYLLABLES: Final = "절하이사나닷엿여아열보반정자유시첫둘셋넷스서마쉰예한두세네석넉다너대"
_CANDIDATE: Final = re.compile(
    rf"""
  {MODEL} | (?=[\dA-Za-z{ZEROS}{SINO_DIGITS}{"".join(sorted(MULTIPLIERS))}{_FIRST_SYLLABLES}])
  (?:
    {WRITTEN}
  | (?P<clock>(?<![\d:])(?:[01]?\d|2[0-4]):[0-5]\d(?![\d:]))
  | (?P<phone>(?<!\d)(?:
        0\d{{1,2}}(?:[-.\ ]|에\ ?|\ ?다시\ ?)?\d{{3,4}}(?:[-.\ ]|에\ ?|\ ?다시\ ?)?\d{{4}}
      | 1[568]\d\d(?:[-\ ]|(?:국에|에)\ ?)\d{{4}} )(?!\d))
  | (?P<measure>(?<![A-Za-z0-9.])\d[\d,]{{0,15}}(?:\.\d{{1,9}})?\ ?(?:
        [KMGT]B|[km]?g|[kmc]?m|m?l|k?Wh?|[MG]bps|[GVAKpx])(?![A-Za-z0-9]))
  | (?P<code>(?<![A-Za-z0-9])(?=[A-Za-z0-9-]{{0,30}}\d)(?=[\d-]{{0,30}}[A-Za-z])
        [A-Za-z0-9]{{1,30}}(?:-[A-Za-z0-9]{{1,30}}){{0,6}})
  | (?P<hyphen>(?<!\d)\d{{2,20}}(?:-\d{{2,20}}){{1,6}} | (?<!\d)\d{{4}}(?:\ \d{{4}}){{3}}(?!\d))
  | (?P<pointed>\d{{1,3}}\ ?[점쩜]\ ?\d{{1,3}}(?=\ ?(?:퍼센트|프로|%)))
  | (?P<counted>\d)
  | (?:(?<![가-힣])|(?<=총)|(?<=약)|(?<=각))(?:
        (?P<point>[{ZEROS}{SINO_DIGITS}십]{{1,4}}(?:[점쩜]{_SPOKEN}{{1,4}}
            |\ ?[점쩜]\ ?{_SPOKEN}(?:\ ?{_SPOKEN}){{0,3}}(?=\ ?(?:퍼센트|프로|%))))
      | (?P<birth>{_SPOKEN}{{2}}(?=년\ ?생|년\ ?\S띠))
      | (?P<pair>(?:{"|".join(sorted(_PAIRS, key=len, reverse=True))})(?![공영이삼사오육륙칠팔구])
            (?P<scale>[십백천]?[만억]?)\ ?(?P<unit>{_UNIT_WORD})(?={_TAIL.pattern}))
      | {SAID}
      | (?P<days>{"|".join(_DAYS)})
      | (?P<half>반\ ?년) | (?P<portion>절반|반\ ?값|반액)
      | (?P<noon>정오|자정) | (?P<month>[유시]월)
      | (?P<first>첫\ ?번째|첫째|둘째|셋째|넷째)
      | (?P<native>열|스[물무]|서른|마흔|쉰|예순|일흔|여[든섯덟]|아[흔홉]|[한두세네석넉]|다섯|일곱)
      | (?P<sino>[{SINO_DIGITS}{"".join(sorted(MULTIPLIERS))}])
    )
  )
    """,
    re.ASCII | re.VERBOSE,
)
_DAYPART: Final = re.compile(r"(오전|오후|새벽|아침|낮|점심|저녁|밤)\s?(?:에\s)?$")
_HALF: Final = re.compile(r" ?반(?:(?![가-힣])|(?=에|까지|쯤|정도|부터|으로|이|입|경))")
_VAGUE: Final = re.compile(r"[몇수]\s?$")
_JOINED: Final = frozenset("십" + SINO_DIGITS)
_OPEN: Final = frozenset(["year", "month", "hour", "hours"])
_PARTS: Final = {
    ("year", "month"),
    ("year", "months"),
    ("month", "day"),
    ("hour", "minute"),
    ("hours", "minute"),
}


# 십오만 칠팔천, 이십삼사만: two digits after a multiplier are either of the two.
_WITHIN: Final = re.compile(
    rf"(?:\d{{1,4}}|[{SINO_DIGITS}십백천])?[{SINO_DIGITS}십백천만억 ]{{0,10}}?[십백천만억] ?"
    rf"(?P<pair>이삼|삼사|사오|오륙|오육|육칠|칠팔|팔구|일이(?=[십백천만]))"
    rf"(?=[십백천만억]| ?(?:{_UNIT_WORD}))"
)
# 2~4시, 10~20만 원: the unit is that of the second.
_UNTIL: Final = re.compile(
    rf" ?[~∼〜] ?\d[\d,.]{{0,12}} ?(?P<scale>[십백천]?[만억]?) ?(?P<unit>{_UNIT_WORD})"
)
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
    found = _without_repaired(text, _numbers(text))
    return found if on is None else with_relative(text, found, on)


def _without_repaired(text: str, numbers: list[Number]) -> list[Number]:
    """Leave out numbers that the next one corrects. It supports what they support."""
    found: list[Number] = []
    for one in numbers:
        last = found[-1] if found else None
        repaired = (
            last is not None
            and last.kind == one.kind
            and 2 <= one.start - last.end <= 16
            and _REPAIRED.fullmatch(text, last.end, one.start)
        )
        if last is not None and repaired:
            found[-1] = replace(one, provides=one.provides | last.provides)
        else:
            found.append(one)
    return found


def _numbers(text: str) -> list[Number]:
    found: list[Number] = []
    chain: list[_Atom] = []
    pos = 0
    while match := _CANDIDATE.search(text, pos):
        pos = match.start() + 1
        read = _read(match)
        if isinstance(read, Number):
            found += _put_together(chain, text)
            chain = []
            found.append(read)
            pos = read.end
        while isinstance(read, _Atom):
            if chain and not _adjoin(text, chain[-1], read):
                found += _put_together(chain, text)
                chain = []
            chain.append(read)
            pos = read.end
            # The next part may follow without a space.
            joined = read.unit in _OPEN and text[pos : pos + 1] in _JOINED
            read = _counted(text, pos) if joined else None
    found += _put_together(chain, text)
    return found


def _read(match: re.Match[str]) -> Number | _Atom | None:
    """Read a candidate: a number, a part of one, or None if it is a word after all."""
    kind, text, start = match.lastgroup, match.string, match.start()
    if kind in {"hotline", "room", "plan", "spoken", "point", "pointed"}:
        return (_decimal(match) if kind in {"point", "pointed"} else said(match)) or _counted(
            text, start
        )
    if kind in {"counted", "sino"}:
        return _counted(text, start)
    if kind in {"native", "model"}:
        return _native(text, start) if kind == "native" else model(match)
    if kind == "month":
        month = Decimal(6 if text[start] == "유" else 10)
        return _Atom(month, "month", start, match.end(), sure=False)
    if kind in {"days", "half", "portion", "first", "pair", "birth"}:
        return _worded(match)
    return _formed(match)


def _worded(match: re.Match[str]) -> Number:
    """Read a word that is a number by itself."""
    word, span = match.group(), match.span()
    if match.lastgroup == "pair":
        low, high = next(pair for name, pair in _PAIRS.items() if word.startswith(name))
        scale = numerals.stops(match["scale"] or "일", 0)[-1].value
        unit = _UNITS[match["unit"]]
        return either(*(quantity(n * scale, unit, *span) for n in (high, low)))
    if match.lastgroup == "days":
        return quantity(Decimal(_DAYS[word]), "day", *span)
    if match.lastgroup == "half":
        return quantity(Decimal(6), "months", *span)
    if match.lastgroup == "portion":
        return replace(quantity(Decimal(50), "percent", *span), relative=True)
    if match.lastgroup == "birth":
        year = int(numerals.digits(word))
        return quantity(Decimal(year + (1900 if year > 25 else 2000)), "year", *span)
    return quantity(Decimal("첫둘셋넷".index(word[0]) + 1), "", *span)


def _formed(match: re.Match[str]) -> Number:
    """Read a number whose form alone says what it is."""
    if match.lastgroup in {"iso", "short", "points", "slash", "solid"}:
        return written(match)
    text, (start, end) = match.group(), match.span()
    parts = [int(part) for part in re.findall(r"\d{1,4}", text)]
    before = _DAYPART.search(match.string, max(0, start - 5), start)
    match match.lastgroup:
        case "clock":
            return time_of_day(parts[0], parts[1], before[1] if before else "", start, end)
        case "noon":
            return time_of_day(12, 0, "낮" if text == "정오" else "밤", start, end)
        case "measure":
            figure = numerals.FIGURE.match(text)
            return plain("count", numerals.canonical(figure[0] if figure else text), start, end)
        case kind:
            signs = re.sub(r"[^A-Za-z0-9]", "", text).upper()
            return code("phone" if kind == "phone" else "code", signs, start, end)


def _counted(text: str, start: int) -> _Atom | None:
    """Read the number in figures, words or both at ``start``, with its unit.

    십오만 칠팔천 and 이십삼사만 are either of two numbers.
    """
    pair = _WITHIN.match(text, start)
    if pair is None:
        return _counted_once(text, start)
    low, high = (
        _counted_once(
            f"{text[start : pair.start('pair')]}{digit}{text[pair.end('pair') :][:20]}", 0
        )
        for digit in pair["pair"]
    )
    if low is None or high is None or low[1:] != high[1:]:
        return _counted_once(text, start)
    return high._replace(start=start, end=start + high.end + 1, others=(low.value,))


def _counted_once(text: str, start: int) -> _Atom | None:
    if _VAGUE.search(text, max(0, start - 2), start):
        return None  # 몇 만 원, 수천 명
    stops = numerals.stops(text, start)
    for stop in reversed(stops):
        unit = _UNIT.match(text, stop.end)
        if unit is None or not _may_count(text, stop, unit):
            continue
        run, known, value = text[start : stop.end], _UNITS[unit[1]], stop.value
        if unit[1] == "프로" and _is_product(text, start, unit.end()):
            return _Atom(value, "", start, stop.end, sure=True)
        sure = run[0].isdigit() or len(run) > 1 or run in _SINGLES.get(unit[1], "")
        sure = sure and not _goes_on(text, unit) and (len(run) > 1 or unit[0] != " 차")
        if not sure and unit[1] in {"일", "분", "주", "시간"}:
            after = run not in "이만천" or (run, unit[1]) == ("이", "주")
            sure = after and _SPAN.match(text, unit.end()) is not None
            sure = sure or (
                known == "day" and bool(_MONTHLY.search(text, max(0, start - 4), start))
            )
        if run.startswith("만 ") and unit[1] in {"세", "살"}:
            value -= 10_000  # 만 20세: years fully lived
        if sure or known in {"month", "day", "minute", "hour"}:
            return _Atom(value, known, start, unit.end(), sure)
    return _uncounted(text, start, [stop for stop in stops if not stop.lone])


def _may_count(text: str, stop: numerals.Stop, unit: re.Match[str]) -> bool:
    """Whether what follows a numeral is a unit and not the beginning of a word."""
    if unit[1] == "원" and _NOT_WON.match(text, unit.start(1)):
        return False
    if stop.lone and unit[1] != "원":
        return False
    after = text[unit.end() : unit.end() + 1]
    if (unit[1], after) in {("분", "의"), ("세", "요")}:
        return False  # 십만분의 이십이; 칠천이백이세요
    figures = text[stop.end - 1].isdigit()
    return figures or _goes_on(text, unit) or _TAIL.match(text, unit.end()) is not None


def _goes_on(text: str, unit: re.Match[str]) -> bool:
    """Whether the next part of a date or time follows immediately: 구월십삼일."""
    return _UNITS[unit[1]] in _OPEN and text[unit.end() : unit.end() + 1] in _JOINED


def _uncounted(text: str, start: int, stops: Sequence[numerals.Stop]) -> _Atom | None:
    """Read a number without a unit: figures always, words in a run of three or more."""
    if not stops:
        return None
    if text[start].isdigit():
        end, value, _ = stops[-1]
        run = text[start:end]
        literal = numerals.canonical(run) if re.fullmatch(r"[\d,.]+", run) else ""
        if literal and (until := _UNTIL.match(text, end)):
            scale = numerals.stops(until["scale"] or "일", 0)[-1].value
            return _Atom(value * scale, _UNITS[until["unit"]], start, end, sure=True)
        return _Atom(value, "", start, end, sure=True, literal=literal)
    for at in range(len(stops) - 1, -1, -1):
        end, value, _ = stops[at]
        run = text[start:end]
        long = len(run.replace(" ", "")) >= 3 and not MULTIPLIERS.isdisjoint(run)
        if long and _TAIL.match(text, end):
            readings = [value]
            if run[-1] == "이" and at > 0:  # 천이백이 오면, 천이백이시면
                readings = [value, stops[at - 1].value]
                readings.sort(reverse=_COPULA.match(text, end) is None)
            short = [rest for one in readings if (rest := _in_ten_thousands(one)) is not None]
            others = (*readings[1:], *short)
            return _Atom(value, "", start, end, sure=True, others=others)
    return None


_COPULA: Final = re.compile("요|시|신|세|니까|라|고|거든|[에예]요")


def _in_ten_thousands(value: Decimal) -> Decimal | None:
    """Read 이억 천오백 and 연봉 사천육백, which leave out 만 because it is understood."""
    rest = value % 10**8
    if rest and rest < 10**4 and rest % 100 == 0:
        return value - rest + rest * 10**4
    return None


def _decimal(match: re.Match[str]) -> _Atom | None:
    """Read 영점팔 프로, 사점일오 프로; without a unit only if it begins with zero."""
    text, start, end = match.string, match.start(), match.end()
    whole, part = (side.strip() for side in re.split("[점쩜]", match.group()))
    front = numerals.stops(whole, 0)
    if whole[0] in ZEROS:
        value = Decimal(0)
    elif front and front[-1].end == len(whole):
        value = front[-1].value
    else:
        return None
    unit = _UNIT.match(text, end)
    known = unit is not None and _TAIL.match(text, unit.end()) is not None
    digits = part if part.isdigit() else numerals.digits(part)
    exact, shorter = (value + Decimal(f"0.{d}") for d in (digits, digits[:-1] or "0"))
    if unit is not None and known:
        return _Atom(exact, _UNITS[unit[1]], start, unit.end(), sure=True)
    if whole[0] not in ZEROS or not (_TAIL.match(text, end) or part[-1] == "이"):
        return None
    others = (shorter,) if part[-1] == "이" and len(part) > 1 else ()
    return _Atom(exact, "", start, end, sure=True, others=others)


def _native(text: str, start: int) -> _Atom | None:
    """Read 세 개, 스물두 살, 열두 시: only before a counter."""
    match = numerals.NATIVE.match(text, start)
    if match is None or _NATIVE_WORDS.match(text, start):
        return None
    unit = _UNIT.match(text, match.end())
    if unit is None or not _TAIL.match(text, unit.end()) or unit[1] in _SINO_ONLY:
        return None
    value = numerals.native(match)
    if value == 1 and unit[1] in _ONE_IS_A:
        week = unit[1] == "주" and _SPAN.match(text, unit.end())
        if not week:
            return None
    known = "" if unit[1] == "분" else _UNITS[unit[1]]  # 두 분, 세 분 are people
    return _Atom(Decimal(value), known, start, unit.end(), sure=True)


def _is_product(text: str, start: int, end: int) -> bool:
    """Whether 프로 is part of a product's name: 아이폰 십오 프로, 15 프로 맥스."""
    before = _PRODUCT.search(text, max(0, start - 8), start)
    return before is not None or _PRODUCT_GOES_ON.match(text, end) is not None


def _adjoin(text: str, one: _Atom, other: _Atom) -> bool:
    """Whether two atoms are parts of one date, time or duration."""
    return (one.unit, other.unit) in _PARTS and not text[one.end : other.start].strip()


def _put_together(chain: Sequence[_Atom], text: str) -> Iterator[Number]:
    """Put neighbouring atoms together into one number."""
    if not chain or (len(chain) == 1 and not chain[0].sure):
        return
    first, start, end = chain[0], chain[0].start, chain[-1].end
    of = {atom.unit: atom.value for atom in chain}
    halved = chain[-1].unit in {"hour", "hours", "months"} or (
        chain[-1].unit == "year" and chain[-1].value < 100
    )
    half = _HALF.match(text, end) if halved else None
    minute = Decimal(30) if half else of.get("minute", Decimal(0))
    end = half.end() if half else end
    if "hour" in of:
        before = _DAYPART.search(text, max(0, start - 5), start)
        yield time_of_day(int(of["hour"]), int(minute), before[1] if before else "", start, end)
    elif "hours" in of:
        yield quantity(of["hours"] * 60 + minute, "minute", start, end)
    elif (half or "months" in of) and of.get("year", Decimal(0)) < 100:
        years, months = of.get("year", Decimal(0)), of.get("months", Decimal(0))
        part = Decimal("0.5") * (1 if "months" in of else 12) if half else Decimal(0)
        yield quantity(years * 12 + months + part, "months", start, end)
    elif "months" in of:
        yield quantity(first.value, first.unit, start, first.end)
        yield quantity(of["months"], "months", chain[-1].start, end)
    elif len(chain) > 1 or first.unit == "month":
        year, month, day = (int(of.get(unit, 0)) for unit in ("year", "month", "day"))
        yield date(year + 2000 if 0 < year < 100 else year, month, day, start, end)
    elif first.unit == "" and text[end - 1].isdigit():
        yield plain("plain", first.literal or numerals.canonical(first.value), start, end)
    else:
        values = (first.value, *first.others)
        yield reduce(either, (quantity(value, first.unit, start, end) for value in values))
