"""Figures that nobody said and that follow from what was: totals, refunds, a fee of some months.

A call says 삼만 팔천 원 and 석 달, its record 3개월분 114,000원. Such a figure is borne out if a
word beside it says how it was computed (총, 뺀, 3개월분, 부가세 포함, 차액) and it follows exactly
from amounts of the sentence, or from amounts that were said near each other. Sums take neighbours
only: of any amounts of a call some two would add up to almost anything.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.reading.sentences import split_sentences
from edgebox.scoring.arithmetic import differences, products, shares, sums, weighted
from edgebox.scoring.joined import is_between, joined_sums
from edgebox.scoring.stances import NEGATION
from edgebox.scoring.windows import EACH_AFTER, FIGURE, ON_DAY, near_of, windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from edgebox.language.number import Number
    from edgebox.scoring.evidence import Text
    from edgebox.scoring.windows import Near

_UNKNOWN: Final = 8
_ROUNDS: Final = 3
"""Figures of a sentence that are computed, and how often one is computed from another."""

_WINDOWS: Final = 400
"""Places of a call that are looked at: more than a call of an hour has."""

_TOTAL: Final = re.compile(
    r"총|합계|합[쳐친한해하산]|더[해한하]|모두|도합|전부|전체|포함|까지|원리금|수령|일급"
    r"|[가-힣](?:[와과]|하고|이랑|랑| 및|,|·) ?[가-힣]+[은는의이가]? ?$"
)
"""Also 교통비와 숙박비 153,000원: what is told of two things together."""

_TOTAL_ITSELF: Final = re.compile(r"(?:총|합계)(?:액|금액)?[은이]? ?(?:약 ?)?$")
_TWICE: Final = re.compile(r"이중|중복|두 ?번|두 ?차례|[2두] ?[회건번]")
_INCLUDED: Final = re.compile(r"[을를]? ?포함")
_LESS: Final = re.compile(
    r"빼|뺀|빠진|제하|제한|제외|공제|차감|차액|차이|나머지|남[은는았]|잔액|잔여|잔금|환불|환급|반환"
    r"|돌려|저렴|싼|싸[게졌]|비싼|비싸|줄[어였]|절약|덜|할인|추가|인상|인하|올[라랐]|내[려렸]|초과"
    r"|부족|더 |카드 ?결제|감면|늘[었어]|증가|감소|상승|하락|많이|적게|낮[아은춰]|높[아은]|오[르른]"
    r"|떼|사용 후|쓰고|최종|깎"
)
_LEFT: Final = re.compile(
    r"남[은는았]|잔여|나머지|더 |줄[어였]|빼|뺀|빠[지진졌]|제외|늘[었어]|증가|감소|차이|초과|부족"
)
_SHARE: Final = re.compile(
    r"%|퍼센트|할인|위약금|수수료|이자|환불|환급|공제|적립|감면|계약금|부가세|빼|뺀"
)
_PERCENT_OF: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?) ?(?:%|퍼센트)인 ?(?:약 ?)?$")
_PAID_BACK: Final = re.compile("환불|환급|돌려|반환")
"""Of several amounts some may have been refused: where the call refuses anything, their sum
follows from nothing."""

_TAX: Final = re.compile(r"부가세|부가가치세|VAT|vat")
_TAX_RATE: Final = Decimal("0.1")
_YEAR: Final = re.compile(r"(?:연|1년|일 ?년|연간|1년간|1년 ?치|1년분)(?: ?(?:총|약|합계))? ?$")
_EACH: Final = re.compile(
    r"(?:월|매월|매달|한 ?달에?|하루에?|1일|1인|한 ?명|1박에?|1회|1개|[가-힣1]당)"
    r"(?: ?(?:약|평균|이자|납입액은?|요금은?))? ?$"
)
_MONTHS_OF_YEAR: Final = Decimal(12)
_PACKED: Final = re.compile(r"짜리|씩|하루|[가-힣]당 ")
_TAKEN_OFF: Final = re.compile(r"[을를] ?(?:빼|뺀|제하|제한|제외|공제|차감|떼)")
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


def computed(text: Text, wanted: Iterable[Number], source: Text) -> set[Number]:
    """Return those numbers of a text that follow from what its source says.

    Args:
        text: of an analysis.
        wanted: numbers of it that its source does not have.
        source: what was said.
    """
    left = [
        one
        for one in wanted
        if one.kind in {"amount", "count"}
        and FIGURE.match(one.value)
        and not ON_DAY.match(text.text, one.end - 1)
    ]
    found: set[Number] = set()
    if not left:
        return found
    said = list(islice(windows(source), _WINDOWS))
    call = _Call(
        NEGATION.search(source.text) is not None,
        _PACKED.search(source.text) is not None,
        joined_sums(source),
    )
    for start, end in _sentences(text.text):
        own = [one for one in text.numbers if start <= one.start < end]
        of_sentence = [one for one in left if start <= one.start < end][:_UNKNOWN]
        for _ in range(_ROUNDS):  # a total may be of figures that were computed themselves
            unknown = [one for one in of_sentence if one not in found]
            near = near_of(text, (each for each in own if each not in unknown))
            more = {
                one
                for one in unknown
                if _follows(_told(text, start, end, one, call), one.kind, near, said)
                or is_between(one, text.text[start:end], source)
            }
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


class _Call(NamedTuple):
    """What a whole call tells of how to compute.

    Attributes:
        refuses: it refuses something.
        packed: it speaks of what there is of each: 여섯 병짜리 네 상자.
        together: the sums of amounts that it says one right behind the other.
    """

    refuses: bool
    packed: bool
    together: set[Decimal]


class _Told(NamedTuple):
    """A figure of an analysis with the words beside it, and the call."""

    value: Decimal
    before: str
    after: str
    sentence: str
    call: _Call


def _told(text: Text, start: int, end: int, one: Number, call: _Call) -> _Told:
    match = FIGURE.match(one.value)
    return _Told(
        Decimal(match[0]) if match else Decimal(0),
        text.text[start : one.start][-_BEFORE:],
        text.text[one.end : end][:_AFTER],
        text.text[start:end],
        call,
    )


def _follows(told: _Told, kind: str, own: Near, said: Sequence[Near]) -> bool:
    """Whether a figure is computed as the words beside it say."""
    before, after = told.before, told.after
    if (
        kind == "amount"
        and told.value in told.call.together
        and not (told.call.refuses and _PAID_BACK.search(after))
    ):
        return True
    if kind == "count":
        return any(told.value in _of_counts(near.counts, told) for near in (own, *said))
    if EACH_AFTER.match(after) or (_EACH.search(before) and not _LESS.search(after)):
        return any(
            abs(whole / n - told.value) < 1
            for near in (own, *said)
            for whole in near.amounts
            for n in own.counts or [*near.counts, _MONTHS_OF_YEAR]
        )
    if len(own.amounts) > 1 and _OF_THESE.search(before):
        said = ()
    return any(
        told.value in way(own, near, told)
        for near in (own, *said)
        for way in (_of_several, _of_one, _of_what_is_shown)
    )


def _of_counts(counts: Sequence[Decimal], told: _Told) -> Iterator[Decimal]:
    if re.search(r"총|합계|합[쳐친한해하]|모두|전체", told.sentence):
        yield from sums(counts)
        if told.call.packed:
            yield from products(counts, counts)
    if _LEFT.search(told.sentence):
        yield from differences(counts)


def _of_one(own: Near, near: Near, told: _Told) -> Iterator[Decimal]:
    """Yield what follows from one amount: so many of it, a share of it, its tax."""
    amounts, counts, before = near.amounts, own.counts or near.counts, told.before
    around = f"{before} {told.after}"
    several: list[Decimal] = list(products(near.rates, counts))
    total = _TOTAL.search(before) or _INCLUDED.match(told.after)
    if _COUNTED.search(before):
        several += products(amounts, counts)
        several += (each * n / m for each in amounts for n in own.counts for m in near.counts)
    elif (total and not _OPERAND.match(told.after)) or _is_part(told):
        several += products(amounts, counts)
    yield from several
    if _YEAR.search(before):
        yield from (each * 12 for each in amounts)
    if _TAX.search(around):
        yield from (each * rate for each in amounts for rate in (_TAX_RATE, 1 + _TAX_RATE))
    percents = {*own.percents, *near.percents}
    if _SHARE.search(around) and not told.after.startswith("에서"):
        of_share = _PERCENT_OF.search(before)
        if of_share:
            yield from (each * Decimal(of_share[1]) / 100 for each in amounts)
        else:
            yield from shares([*amounts, *products(amounts, counts)], percents)
    elif several:
        yield from shares(several, percents)


def _is_part(told: _Told) -> bool:
    """Whether a figure is told as what is taken off, or as the total from which it is."""
    itself = _TOTAL_ITSELF.search(told.before) is not None
    return itself or _TAKEN_OFF.match(told.after) is not None


def _of_several(own: Near, near: Near, told: _Told) -> Iterator[Decimal]:
    """Yield what follows from several amounts: their sums, and what is left of one."""
    amounts, before, after = near.amounts, told.before, told.after
    if _OPERAND.match(after) and not _TOTAL_ITSELF.search(before):
        return
    if (_TOTAL.search(before) or _INCLUDED.match(after)) and not (
        told.call.refuses and _PAID_BACK.search(after)
    ):
        yield from sums(amounts)
        yield from weighted(amounts, [own.counts, near.counts])
    if _TWICE.search(before):
        yield from (2 * each for each in amounts)
    if _LESS.search(f"{before} {after}"):
        yield from differences(amounts)
        yield from (each - part for each in amounts for part in own.amounts if part < each)


def _of_what_is_shown(own: Near, near: Near, told: _Told) -> Iterator[Decimal]:
    """Yield what a sentence computes before its reader: 12,000원씩 3개, 배송비 3,000원으로."""
    if near is not own or "씩" not in told.sentence:
        return
    for several in products(own.amounts, own.counts):
        yield several
        yield from (several + each for each in own.amounts)
