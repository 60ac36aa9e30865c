"""Whether a number stands beside a word that the call ties to other numbers only.

위약금 3만 원 is wrong if the call says 위약금 with 사만 이천 원 alone, and 삼만 원 with 수수료. A
word is tied to the number that follows it in its clause, to one that stands before it, and to the
number with which the next utterance answers.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from edgebox.language.agreement import counter_of
from edgebox.language.number import supports
from edgebox.language.words import content_words
from edgebox.scoring.contrasts import BELIEVED
from edgebox.scoring.evidence import is_loose, telling
from edgebox.scoring.spoken import MANY_NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.language.number import Number
    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.spoken import Spoken

_FEW: Final = 3
"""Words behind a date that say what is on it."""

_LONGEST: Final = 16
"""Characters from a word to the number that it is tied to."""

_FILLER: Final = re.compile(
    r"(?:원래|하루|약|총|월|연|매월|매달|각각?|대략|최대|최소|한|현재|기존|이번|달|추가|단|일단|보통|무려"
    r"|전체|합계|모두|어|음|그|네|예|아|세후|세전)$"
)
"""What may stand between a word and its number."""

_SEVERAL: Final = """
    요금 금액 비용 가격 금리 이율 시간 날짜 기준 기간 예약 방문 결제 신청 변경 취소 사용 이용 상품
    제품 서비스 오전 오후 새벽 저녁 아침 고객 기사 직원 통화 주문 구매 진행 확인 안내 문의 요청 납부
    청구 합계 전체 원래 보다 대신 이내 이상 초과 미만 이하 가량 정도 할인 적용
"""
_GENERIC: Final = frozenset(_SEVERAL.split())
"""Words of which a call has several numbers."""

_ON_OFFER: Final = """
    요금제 플랜 코스 패키지 세트 메뉴 객실 좌석 회원권 이용권 정기권 구독권 입장권 항공권 티켓
    상품권 강좌 강의 수업 모델 옵션 품목 물건 차량
"""
ON_OFFER: Final = frozenset(_ON_OFFER.split())
"""Words for what is on offer, of which each has a number of its own: 39,000원 요금제."""

_HEAD: Final = re.compile(r"([가-힣]{2,}?)(?:이?[은는]|[이가의만도])?$")
_NO_HEAD: Final = re.compile(
    r"(?:[을를에로과와]|까지|부터|에서|에게|한테|하고|이랑|보다|[가-힣][고며서면데지]|니까|이고|[요다죠])$"
)
"""The end of a word that no number behind it is of."""

_ON: Final = re.compile(r"(?:에|날|자|부로)? ?")
_OF_VERB: Final = re.compile(r"[을를]|까지|부터|에서|보다|하고|이랑")
"""The end of a word in a call that no number behind it is of."""

_BEHIND: Final = re.compile(r"(?: |의 |짜리 ?)([가-힣]{2,})")
_BEHIND_DAY: Final = re.compile(r"(?:에|날|자|부로)? ([가-힣]{2,})")
_SHORTEST_DAY: Final = 2
"""Characters of 이틀, which is no day of a month."""

_POINTING: Final = re.compile(r"(?<![가-힣])그[건거게](?:[는은가도])? ?$")

_WITH_DAY: Final = re.compile(r"(?:\d{4}-)?\d\d?-\d\d?")
_OF_MONTH: Final = re.compile(r"[\d십일이삼사오육칠팔구] ?일$")
"""십사일 and 14일, which may be a day of a month; 열흘 is none."""

_CUT: Final = re.compile(r"[.?!]|(?:[고며죠데]요?|지만|니까|[요다])(?=\s)")


def tied_to_another(made: Sequence[Statement], spoken: Spoken) -> bool:
    """Return whether a number stands beside a word that is tied to other numbers in the call."""
    return any(
        _is_of_another(number, words, one.text, spoken)
        for one in made
        for number, words in _claims(one)
    )


def _unit(text: str, number: Number) -> str:
    """Return what a number counts, "" where it is not known or nothing that words are tied to."""
    if number.kind in {"amount", "percent"}:
        return number.kind
    if number.kind == "date":
        return "date" if _WITH_DAY.fullmatch(number.value) else ""
    if number.kind != "count":
        return ""
    if number.value.endswith("d"):
        return "date" if _OF_MONTH.search(text, number.start, number.end) else ""
    return "" if number.value[-1:].isalpha() else counter_of(text, number)


def _claims(one: Statement) -> Iterator[tuple[Number, list[str]]]:
    """Yield the numbers of a statement with the words beside each."""
    numbers = one.numbers
    for place, number in enumerate(numbers):
        if number.relative or not telling(number) or is_loose(one.text, number):
            continue
        words = _words(one.text, numbers, place, 0, len(one.text))
        if words and not BELIEVED.match(one.text, number.end):
            yield number, words


def _words(text: str, numbers: Sequence[Number], place: int, start: int, end: int) -> list[str]:
    """Return the words beside a number, between two offsets of a text."""
    number = numbers[place]
    unit = _unit(text, number)
    if not unit:
        return []
    following = numbers[place + 1].start if place + 1 < len(numbers) else end
    after = text[number.end : min(end, following)]
    behind = (_BEHIND_DAY if unit == "date" else _BEHIND).match(after)
    found = [behind[1]] if behind else []
    if unit != "date":
        head = _head(_before(text, numbers[:place], number, unit, start))
        found += [head] if head else []
    words = (next(content_words(word), "") for word in found)
    return [word for word in words if word and word not in _GENERIC | ON_OFFER]


def _before(text: str, numbers: Sequence[Number], number: Number, unit: str, start: int) -> str:
    """Return what stands before a number, back to the last one of its unit, without the others."""
    found, end = "", number.start
    for one in reversed(numbers):
        if one.end <= start:
            break
        found, end = text[one.end : end] + found, one.start
        if _unit(text, one) == unit:
            return found
        found = re.sub(r"^[이가을를은는에의]+(?= )", "", found)
    return text[start:end] + found


def _head(before: str) -> str:
    """Return the last word before a number that it may be of: 위약금, 아기 침대는 원래 하루."""
    cuts = list(_CUT.finditer(before))
    words: list[str] = re.findall(r"[가-힣A-Za-z]+", before[cuts[-1].end() if cuts else 0 :][-40:])
    while words and _FILLER.match(words[-1]):
        words.pop()
    if not words or _NO_HEAD.search(words[-1]):
        return ""
    match = _HEAD.match(words[-1])
    head = match[1] if match else ""
    if head in _GENERIC and len(words) > 1 and not _NO_HEAD.search(words[-2]):
        return words[-2]  # 아동 요금은
    return head


def _is_of_another(number: Number, words: Sequence[str], text: str, spoken: Spoken) -> bool:
    """Whether the call ties each word to other numbers, and the number to other words."""
    unit = _unit(text, number)
    wrong = False
    for word in words:
        tied = list(_tied(word, unit, spoken))
        if any(_same(one, number) for one in tied):
            return False
        wrong = wrong or bool(tied)
    if not wrong:
        return False
    said = [(one, piece) for one, piece in spoken.numbers if _same(one, number)]
    return bool(said) and all(
        _has_other_word(one, piece, text, words, spoken) for one, piece in said
    )


def _has_other_word(
    one: Number, piece: int, text: str, words: Sequence[str], spoken: Spoken
) -> bool:
    """Whether a number of the call stands beside words that a statement does not have."""
    utterance, _, end = spoken.pieces[piece]
    numbers = [n for n, _ in spoken.numbers_of(utterance)]
    if len(numbers) > MANY_NUMBERS:
        return False
    if _unit(spoken.text, one) == "date":
        behind = content_words(spoken.text[one.end : end])
        beside = [word for word in islice(behind, _FEW) if word not in _GENERIC]
    else:
        pieces = spoken.pieces_of(utterance)
        first, last = spoken.pieces[pieces[0]].start, spoken.pieces[pieces[-1]].end
        if _points_back(spoken.text, first, one.start):
            return not _named_near(utterance, words, spoken)
        beside = _words(spoken.text, numbers, numbers.index(one), first, last)
    return bool(beside) and not any(word in text or word in words for word in beside)


def _points_back(text: str, first: int, start: int) -> bool:
    """Whether what stands before a number of a call is 그건 or 그거."""
    return _POINTING.search(text, max(first, start - _LONGEST), start) is not None


def _named_near(utterance: int, words: Sequence[str], spoken: Spoken) -> bool:
    """Whether one of the words is in an utterance or in the one before it."""
    return any(
        spoken.held_in(spoken.where(word), utterance - back) >= 0.9
        for word in words
        for back in (0, 1)
    )


def _same(one: Number, told: Number) -> bool:
    """Whether two numbers may be the same: 십사일 has no month."""
    if supports(one.provides, told):
        return True
    day = re.search(r"-(\d+)$", told.value) if told.kind == "date" else None
    return day is not None and one.value == f"{day[1]}d" and one.end - one.start > _SHORTEST_DAY


def _tied(word: str, unit: str, spoken: Spoken) -> Iterator[Number]:
    """Yield the numbers that a word is tied to."""
    form = re.compile(r"\s?".join(map(re.escape, word)))
    for piece, held in spoken.where(word).items():
        utterance, start, end = spoken.pieces[piece]
        if held < 1.0 or len(spoken.numbers_of(utterance)) > MANY_NUMBERS:
            continue
        own = [n for n, _ in spoken.numbers_of(utterance)]
        for match in form.finditer(spoken.text, start, end):
            before = [n for n in own if n.end <= match.start()]
            if before and _stands_before(before[-1], match.start(), unit, spoken.text):
                yield before[-1]
            if unit != "date":
                after = [n for n in own if n.start >= match.end()]
                yield from _behind(match.end(), after, unit, spoken.text)
                if not after:
                    yield from _answer(utterance, spoken.text[match.end() : end], unit, spoken)


def _stands_before(number: Number, start: int, unit: str, text: str) -> bool:
    """Whether a number stands before a word: 만 원 할인, 십칠일에 만기."""
    gap = text[number.end : start]
    beside = gap in {"", " "} or (unit == "date" and _ON.fullmatch(gap) is not None)
    return beside and _unit(text, number) == unit


def _behind(end: int, after: Sequence[Number], unit: str, text: str) -> Iterator[Number]:
    """Yield the first number of a unit behind a word, in the same clause."""
    near = next((n for n in after if _unit(text, n) == unit), None)
    if near is not None:
        gap = text[end : near.start]
        if len(gap) <= _LONGEST and not _CUT.search(gap) and not _OF_VERB.match(gap):
            yield near


def _answer(utterance: int, rest: str, unit: str, spoken: Spoken) -> Iterator[Number]:
    """Yield the number with which the next utterance answers a question that a word ends."""
    answer = spoken.numbers_of(utterance + 1)
    if answer and len(rest) <= _LONGEST and re.search(r"[?요죠까](?:[.\s]*)$", rest):
        first, _ = answer[0]
        start = spoken.pieces[spoken.pieces_of(utterance + 1)[0]].start
        if first.start - start <= _LONGEST and _unit(spoken.text, first) == unit:
            yield first
