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
from edgebox.language.articles import or_article
from edgebox.language.atoms import DAYPART, Atom, adjoin, put_together
from edgebox.language.counted import counted, goes_on, of_a_year
from edgebox.language.counters import MEASURE
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
from edgebox.language.periods import nearly
from edgebox.language.plates import with_plates
from edgebox.language.spans import NO_CODE, PAIR, pair, with_shared_heads
from edgebox.language.written import WRITTEN, written

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping


_SPOKEN: Final = f"[{ZEROS}{SINO_DIGITS}]"
# Where no candidate can begin, no other rule is tried: at four fifths of all characters.
_FIRST_SYLLABLES: Final = "".join(sorted({*ZEROS, *SINO_DIGITS, *MULTIPLIERS, *LETTERS_FIRST})) + (
    "제절하이사나닷엿여아열보반정자유시첫둘셋넷스서마쉰예한두세네석넉다너대"
)
_SCALED: Final = re.compile("[십백천만억]")
_HOUR_SAID: Final = r"(?:열(?:\ ?[한두])?|다섯|여섯|일곱|여덟|아홉|[한두세네])\ ?시(?![간작원끄])"
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
        (?:[십백천]?[만억]?\ ?(?=[kcm]?m[23]))?{MEASURE}(?![A-Za-z0-9]))
  | (?P<code>(?<![A-Za-z0-9])(?![vV]\d{{1,3}}\.\d)
        (?=[A-Za-z0-9-]{{0,30}}\d)(?=[\d-]{{0,30}}[A-Za-z])
        [A-Za-z0-9]{{1,30}}(?:-[A-Za-z0-9]{{1,30}}){{0,6}})
  | (?P<lot>(?<![\d-])(?!{NO_CODE}|(?:19|20)\d\d-)\d{{3,6}}-\d(?![\d-]|[.,]\d))
  | (?P<hyphen>(?<!\d)(?<!\d-)(?!{NO_CODE})\d{{2,20}}(?:-\d{{2,20}}){{1,6}}
      | (?<!\d)\d{{4}}(?:\ \d{{4}}){{2,3}}(?!\d)
      | (?<!\d)(?!0\d\d)\d{{3}}\ \d{{2,3}}\ \d{{5,6}}(?!\d)
      | (?<!\d)(?!(?:19|20)\d\d\ )\d{{2,20}}(?:\ ?-\ ?\d{{2,20}}){{2,6}}(?!\d|\ ?[-=+%]))
  | (?P<pointed>{decimals.FIGURES})
  | (?P<born>(?<!\d)\d\d(?=년\ ?생))
  | (?P<counted>\d)
  )
  | (?=[{_FIRST_SYLLABLES}])(?:(?<![가-힣])|(?<=총)|(?<=약)|(?<=각)|(?<=갤럭시)
        |(?:(?<=오전)|(?<=오후)|(?<=새벽)|(?<=저녁)|(?<=아침))(?={_HOUR_SAID}))(?:
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
      | (?P<noon>정오|자정) | (?P<month>[유시]월
          |[유시]\ 월(?=\ (?:\d|[{SINO_DIGITS}십])[\d\ {SINO_DIGITS}십]{{0,4}}일))
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
    found = with_named_months(text, found, dated=on is not None)
    return [or_article(text, nearly(text, one)) for one in found]


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
            stops = numerals.stops(text, match.start())
            pos = stops[-1].end if stops else pos  # 수 만6개월: no numeral, but an age
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
            read = counted(text, pos) if goes_on(text, pos, read.unit) else None
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
        return read(match) or counted(text, start)
    if kind in _FIGURES:
        return counted(text, start)
    if kind in {"native", "model"}:
        return native(text, start) if kind == "native" else model(match)
    if kind == "month":
        month = Decimal(6 if text[start] == "유" else 10)
        sure = of_a_year(text, start)
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
            value = numerals.canonical(figure[0] if figure else text)
            if _SCALED.search(text):  # 1만km2 holds no code
                value = numerals.canonical(numerals.stops(text, 0)[-1].value)
            size = plain("count", value, start, end)
            return either(size, network(text, start, end)) if NETWORK.fullmatch(text) else size
        case "lot":
            return lot(text, start, end)
        case kind:
            signs = re.sub(r"[^A-Za-z0-9]", "", text).upper()
            return code("phone" if kind == "phone" else "code", signs, start, end)
