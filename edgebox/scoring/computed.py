"""Figures that nobody said and that follow from what was: totals, refunds, a fee of some months.

A call says 삼만 팔천 원 and 석 달, its record 3개월분 114,000원. Such a figure is borne out if a
word beside it says how it was computed (총, 뺀, 3개월분, 부가세 포함, 차액) and it follows exactly
from amounts of the sentence, or from amounts that were said near each other. Sums take neighbours
only: of any amounts of a call some two would add up to almost anything.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.reading.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from edgebox.language.number import Number
    from edgebox.scoring.evidence import Text

_LINES: Final = 4
"""Utterances that are looked at together."""

_MOST: Final = 8
"""Figures of a kind that are looked at together."""

_FEW: Final = 5
"""Different amounts of a whole call that are looked at together, wherever they were said."""

_WINDOWS: Final = 400
"""Places of a call that are looked at: more than a call of an hour has."""

_LARGEST_COUNT: Final = 366

_FIGURE: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_TOTAL: Final = re.compile(r"총|합계|합[쳐친한해하산]|더[해한하]|모두|도합|전부|전체|포함|까지")
_INCLUDED: Final = re.compile(r"[을를]? ?포함")
_LESS: Final = re.compile(
    r"빼|뺀|빠진|제하|제한|제외|공제|차감|차액|차이|나머지|남[은는았]|잔액|잔여|잔금|환불|환급|반환"
    r"|돌려|저렴|싼|싸[게졌]|비싼|비싸|줄[어였]|절약|덜|할인|추가|인상|인하|올[라랐]|내[려렸]|초과"
    r"|부족|더 |카드 ?결제|감면"
)
_SHARE: Final = re.compile(
    r"%|퍼센트|할인|위약금|수수료|이자|환불|환급|공제|적립|감면|계약금|부가세|빼|뺀"
)
_PERCENT_OF: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?) ?(?:%|퍼센트)인 ?(?:약 ?)?$")
_PAID_BACK: Final = re.compile("환불|환급|돌려|반환")
"""Of several amounts some may have been refused: their sum follows from nothing."""

_TAX: Final = re.compile(r"부가세|부가가치세|VAT|vat")
_TAX_RATE: Final = Decimal("0.1")
_YEAR: Final = re.compile(r"(?:연|1년|일 ?년|연간|1년간|1년 ?치|1년분)(?: ?(?:총|약|합계))? ?$")
_EACH: Final = re.compile(
    r"(?:월|매월|매달|한 ?달에?|하루에?|1일|1인|한 ?명|1박에?|1회|1개|[가-힣1]당)"
    r"(?: ?(?:약|평균))? ?$"
)
_EACH_AFTER: Final = re.compile(r" ?씩")
_OPERAND: Final = re.compile(
    r"에서|[을를] ?(?:빼|뺀|제하|제한|제외|공제|차감|더[해한하]|합)|[과와] "
)
_OF_THESE: Final = re.compile(r"[을를] ?(?:합|더|빼|뺀|제하|제한|공제|차감)[가-힣]{0,3}")
"""Behind two amounts of the sentence: what follows is computed from them alone."""

_COUNTED: Final = re.compile(
    r"(?:[0-9]{1,3} ?(?:개월|달|명|인|박|회|개|일|년|장|대|주|번|매|병|박스|켤레|권|시간)"
    r"(?: ?(?:분|치|간|동안))?의?(?: ?[가-힣]{1,6}){0,2}(?:[은는이가])?,? ?(?:총 ?|합계 ?)?)$"
)

_BEFORE: Final = 30
_AFTER: Final = 20
"""Characters before and behind a figure in which a word says how it was computed."""


class _Near(NamedTuple):
    """Figures that were said near each other, or that a sentence holds, in order."""

    amounts: list[Decimal]
    counts: list[Decimal]
    percents: list[Decimal]


def computed(text: Text, wanted: Iterable[Number], source: Text) -> set[Number]:
    """Return those numbers of a text that follow from what its source says.

    Args:
        text: of an analysis.
        wanted: numbers of it that its source does not have.
        source: what was said.
    """
    left = [one for one in wanted if one.kind in {"amount", "count"} and _FIGURE.match(one.value)]
    found: set[Number] = set()
    if not left:
        return found
    said = list(islice(_windows(source), _WINDOWS))
    for start, end in _sentences(text.text):
        own = [one for one in text.numbers if start <= one.start < end]
        of_sentence = [one for one in left if start <= one.start < end]
        for _ in of_sentence:  # a total may be of figures that were computed themselves
            unknown = [one for one in of_sentence if one not in found]
            near = _near(text, (each for each in own if each not in unknown))
            more = {one for one in unknown if _follows(text.text, (start, end), one, near, said)}
            if not more:
                break
            found |= more
    return found


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        for a, b in split_sentences(line):
            yield start + a, start + b
        start += len(line) + 1


def _windows(source: Text) -> Iterator[_Near]:
    """Yield what was said in a few utterances, and in a call with few amounts in all."""
    starts = [0, *(match.end() for match in re.finditer("\n", source.text))]
    lines: list[list[Number]] = [[] for _ in starts]
    place = 0
    for one in source.numbers:
        while place + 1 < len(starts) and starts[place + 1] <= one.start:
            place += 1
        lines[place].append(one)
    if len({one.value for one in source.numbers if one.kind == "amount"}) <= _FEW:
        yield _near(source, source.numbers)
    for first in range(len(lines)):
        if lines[first]:
            yield _near(source, (one for line in lines[first : first + _LINES] for one in line))


def _near(text: Text, numbers: Iterable[Number]) -> _Near:
    found = _Near([], [], [])
    for one in numbers:
        figure = _FIGURE.match(one.value)
        if figure is None or (one.relative and one.kind != "count"):
            continue
        value = Decimal(figure[0])
        if one.kind == "amount":
            into = found.amounts
        elif one.kind == "percent":
            into = found.percents
        elif text.text[one.end - 1] == "건":
            continue  # 3건 총 45,000원 counts what was added up
        elif one.kind == "count" and 1 < value <= _LARGEST_COUNT:
            into = found.counts
        else:
            continue
        if len(into) < _MOST and (one.kind == "count" or into[-1:] != [value]):
            into.append(value)
    return found


def _follows(
    text: str, sentence: tuple[int, int], one: Number, own: _Near, said: Sequence[_Near]
) -> bool:
    """Whether a figure is computed as the words beside it say."""
    start, end = sentence
    before, after, whole = text[start : one.start], text[one.end : end], text[start:end]
    before, after = before[-_BEFORE:], after[:_AFTER]
    match = _FIGURE.match(one.value)
    value = Decimal(match[0]) if match else Decimal(0)
    if one.kind == "count":
        return any(value in _of_counts(near.counts, whole) for near in (own, *said))
    if _EACH_AFTER.match(after) or (_EACH.search(before) and not _LESS.search(after)):
        counts = own.counts
        return any(
            abs(whole_ / n - value) < 1
            for near in (own, *said)
            for whole_ in near.amounts
            for n in counts or near.counts
        )
    if len(own.amounts) > 1 and _OF_THESE.search(before):
        said = ()
    return any(value in _of_amounts(own, near, before, after) for near in (own, *said))


def _of_counts(counts: Sequence[Decimal], sentence: str) -> Iterator[Decimal]:
    if re.search(r"총|합계|합[쳐친한해하]|모두|전체", sentence):
        yield from _sums(counts)
    if re.search(r"남[은는았]|잔여|나머지|더 |줄[어였]|빼|뺀|제외", sentence):
        yield from _differences(counts)


def _of_amounts(own: _Near, near: _Near, before: str, after: str) -> Iterator[Decimal]:
    """Yield what follows from amounts, in the ways that the words beside a figure name."""
    amounts, around = near.amounts, f"{before} {after}"
    total = _TOTAL.search(before) or _INCLUDED.match(after)
    operand = _OPERAND.match(after)
    if _COUNTED.search(before) or (total and not operand):
        yield from (each * n for each in amounts for n in own.counts or near.counts)
    if _YEAR.search(before):
        yield from (each * 12 for each in amounts)
    if _TAX.search(around):
        yield from (each * rate for each in amounts for rate in (_TAX_RATE, 1 + _TAX_RATE))
    if _SHARE.search(around) and not after.startswith("에서"):
        of_share = _PERCENT_OF.search(before)
        if of_share:
            yield from (each * Decimal(of_share[1]) / 100 for each in amounts)
        else:
            yield from _shares(amounts, {*own.percents, *near.percents})
    if total and not operand and not _PAID_BACK.search(after):
        yield from _sums(amounts)
        yield from _weighted(amounts, [own.counts, near.counts])
    if _LESS.search(around) and not operand:
        yield from _differences(amounts)


def _shares(amounts: Iterable[Decimal], percents: Collection[Decimal]) -> Iterator[Decimal]:
    for each in amounts:
        for percent in percents:
            yield each * percent / 100
            yield each * (100 - percent) / 100


def _sums(figures: Sequence[Decimal]) -> Iterator[Decimal]:
    """Yield the sums of neighbours."""
    for first in range(len(figures)):
        total = figures[first]
        for figure in figures[first + 1 :]:
            total += figure
            yield total


def _weighted(amounts: Sequence[Decimal], counts: Sequence[Sequence[Decimal]]) -> Iterator[Decimal]:
    """Yield 어른 둘 · 아이 둘 with 이만 원 · 만이천 원: two amounts with two counts, in order."""
    for one, other in pairwise(amounts):
        for listed in counts:
            for n, m in pairwise(listed):
                yield one * n + other * m
            if len(listed) == 1:  # 이만 원에 세 개, 배송비 삼천 원
                yield one * listed[0] + other
                yield one + other * listed[0]
            for n in listed:
                yield (one + other) * n


def _differences(figures: Sequence[Decimal]) -> Iterator[Decimal]:
    """Yield what is left of each figure without its neighbours' sum, or another figure."""
    for place, figure in enumerate(figures):
        yield from (figure - other for other in figures if other < figure)
        rest = [*figures[:place], *figures[place + 1 :]]
        yield from (figure - total for total in _sums(rest) if total < figure)
