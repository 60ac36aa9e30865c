"""Numbers that name a person or pay: resident registration, card, passport, driving licence.

Sources: 주민등록법 시행규칙 제2조 (six figures of the birth date, then seven of which the first is
sex and century, 5 to 8 for foreigners), ISO/IEC 7812-1 (card numbers and their check digit),
개인정보 보호법 시행령 제19조 (resident, passport, licence and alien registration numbers),
여권 번호 of the forms M12345678 and M123A4567, licences of the form 11-90-123456-78.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.reading.masking.digits import Group, copula, runs, size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

RESIDENT: Final = "[주민번호]"
CARD: Final = "[카드번호]"
PASSPORT: Final = "[여권번호]"
LICENCE: Final = "[면허번호]"

_OTHER_LISTED: Final = """
    주문 접수 송장 예약 계좌 통장 전화 연락처 핸드폰 휴대폰 고객 ?번호 회원 관리 바코드 일련
    시리얼 증권 청구 모델 영수증 포인트 멤버[십쉽] 상품권 승인 기프트 쿠폰 적립 사업자 고지서 납부
    전자 ?납부 가상 거래 계약 조회 등기 티켓 발권 마일리지 교통 ?카드 출입 ?카드 도서 ?카드
    선물 ?카드 제품 ?번호
"""
_OTHER: Final = "|".join(_OTHER_LISTED.replace(" ?", "_").split()).replace("_", " ?")
_BACK: Final = "뒷자리|뒤 ?(?:일곱|7) ?자리|뒤에 (?:일곱|7) ?자리"
_TOPIC: Final = re.compile(
    rf"(?P<other>(?:{_OTHER})(?: ?카드)?(?: ?번호)?(?:의|는)?(?: ?(?:{_BACK}))?)"
    rf"|(?P<resident>주민|외국인 ?등록)|(?P<back>{_BACK})|(?P<card>카드의? ?넘버"
    r"|카드(?:에|는)? ?(?:앞면|앞쪽|앞|위)?에? ?(?:적힌|쓰인|쓰여 있는|적혀 있는|있는|찍힌)? ?"
    r"(?:번호|숫자|열여섯|16))"
    r"|(?P<passport>여권 ?번호|여권[은는이] )"
    r"|(?P<licence>면허증? ?번호|면허증?[은는이] |운전 ?면허)"
    r"|(?P<birth>생년월일|생일|유효 ?기간)"
)
_NEAR: Final = 100
"""Characters before a number in which the last word for its kind decides."""

_CARD_BEFORE: Final = re.compile(r"카드(?:는|가|요|은)?[ ,.]{0,3}$")
_OF_ANOTHER: Final = re.compile(rf" ?(?:인|으?로 (?:된|끝나는)) ?(?:제 )?(?:{_OTHER}|카드|번호)")
_LICENCE: Final = re.compile(r"(?<![\d-])(?:1[1-9]|2[0-8])-\d\d-\d{6}-\d\d(?![\d-])")
_PASSPORT: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{1,2}\d{3}[A-Za-z0-9]\d{4}(?![0-9])")
_PASSPORT_LETTER: Final = re.compile(r"(?:(?<![A-Za-z])[A-Za-z]|엠|에스|알|피엠) ?$")
_TELEPHONE: Final = re.compile("01[016789]")

_MOST: Final = 19
"""Digits of the longest card number."""
_MOST_NAMED: Final = 40
"""Digits of a run that is named a card number: with slips and repeats, its expiry and code."""
_LENGTHS: Final = frozenset({7, 13, 14, 15, 16})
"""Digits of the numbers that are known by themselves, and of the second half of a resident's."""
_SAID_AGAIN: Final = 6
"""Digits of a group that is no new part of a number where it stands twice: a birth date."""
_VARIANTS: Final = 4
"""Readings of one number that are kept, where an 이 may be a digit or an ending."""


class Found(NamedTuple):
    """The place of a number and what stands there instead."""

    start: int
    end: int
    mask: str


def topic(text: str, start: int) -> str:
    """Return what the last telling word before a number says of it, or an empty text."""
    last = ""
    for match in _TOPIC.finditer(text, max(0, start - _NEAR), start):
        last = match.lastgroup or ""
    if last in {"", "birth"} and _CARD_BEFORE.search(text, max(0, start - 8), start):
        return "plastic"
    return last


def names_another(text: str) -> bool:
    """Whether a turn names a number of another kind, or a birth date."""
    return any(match.lastgroup in {"other", "birth"} for match in _TOPIC.finditer(text))


def numbers(text: str, topic_at: Callable[[int], str]) -> Iterator[Found]:
    """Yield the places of the numbers in a text.

    Args:
        text: turns in one.
        topic_at: returns what the words before a place of ``text`` name.
    """
    for form, kind, mask in ((_LICENCE, "licence", LICENCE), (_PASSPORT, "passport", PASSPORT)):
        for match in form.finditer(text):
            named = topic_at(match.start())
            if named == kind or (kind == "licence" and named != "other"):
                yield Found(*match.span(), mask)
    for run in runs(text):
        for part in _without_telephones(text, run):
            if size(part) >= 7:
                yield from _in_run(text, part, topic_at(part[0].start))


def _without_telephones(text: str, run: Sequence[Group]) -> Iterator[Sequence[Group]]:
    """Yield what stands between mobile numbers."""
    first = at = 0
    while at < len(run):
        count = _telephone(text, run[at : at + 3])
        if count:
            yield run[first:at]
            first = at + count
        at += count or 1
    yield run[first:]


def _telephone(text: str, groups: Sequence[Group]) -> int:
    """Return how many of some groups are a mobile number."""
    if not _TELEPHONE.match(groups[0].digits) or len(groups[0].digits) not in {3, 10, 11, 12}:
        return 0
    total = 0
    for count, group in enumerate(groups, 1):
        total += len(group.digits)
        if total in {10, 11} or total - copula(text, group) in {10, 11}:
            return count
    return 0


def _in_run(text: str, run: Sequence[Group], kind: str) -> Iterator[Found]:
    """Yield the numbers of one run."""
    run = [
        group
        for before, group in zip((None, *run), run, strict=False)
        if before is None or len(group.digits) < _SAID_AGAIN or group.digits != before.digits
    ]
    whole = _whole(text, run, kind)
    if whole:
        yield whole
        return
    spares = [copula(text, group) for group in run]
    at = 0
    while at < len(run):
        found = _from(text, run, spares, at, kind)
        if found is None:
            at += 1
            continue
        last, end, mask = found
        yield Found(run[at].start, end, mask)
        at = last + 1


_NAMED: Final = {
    "card": (CARD, 14, _MOST_NAMED, (14, 15, 16)),
    "resident": (RESIDENT, 12, 15, (13,)),
    "passport": (PASSPORT, 8, 9, (8,)),
    "licence": (LICENCE, 10, 13, (10, 12)),
}
"""By the kind that is named: mask, fewest and most digits of a run, the right counts."""


def _whole(text: str, run: Sequence[Group], kind: str) -> Found | None:
    """Return a run as the number that the words before it name, slips and all, or None."""
    if kind not in _NAMED:
        return None
    mask, least, most, right = _NAMED[kind]
    count = size(run)
    if not least <= count <= most:
        return None
    spare = 0 if count in right else copula(text, run[-1])
    start = run[0].start
    if kind == "passport" and (letter := _PASSPORT_LETTER.search(text, max(0, start - 4), start)):
        start = letter.start()
    return Found(start, run[-1].ends[-1 - spare], mask)


def _from(
    text: str, run: Sequence[Group], spares: Sequence[int], first: int, kind: str
) -> tuple[int, int, str] | None:
    """Return (last group, end, mask) of the number that begins with a group, or None."""
    readings: list[tuple[str, tuple[int, ...]]] = [("", ())]
    for at in range(first, len(run)):
        group = run[at]
        if len(group.digits) > _MOST + 2 or (group.date and kind != "resident"):
            return None
        following: list[tuple[str, tuple[int, ...]]] = []
        for before, cuts in readings:
            for spare in range(spares[at] + 1):
                digits = before + group.digits[: len(group.digits) - spare]
                if len(digits) < _MOST:
                    following.append((digits, (*cuts, len(digits))))
                if len(digits) not in _LENGTHS:
                    continue
                end = group.ends[-1 - spare]
                alone = first == 0 and at + 1 == len(run)
                spoken = not re.search("[0-9]", text[run[first].start : end])
                mask = _kind(digits, cuts, kind, alone=alone, spoken=spoken)
                if mask and not _OF_ANOTHER.match(text, end):
                    return at, end, mask
        readings = following[:_VARIANTS]
        if not readings:
            return None
    return None


def _kind(digits: str, cuts: Sequence[int], kind: str, *, alone: bool, spoken: bool) -> str:
    """Return the mask of a number, or an empty text if it may stay.

    Args:
        digits: all of it.
        cuts: after how many digits a gap stands.
        kind: what the words before it name.
        alone: no other digits stand beside it.
        spoken: it is all words. A recogniser puts their gaps anywhere.
    """
    count = len(digits)
    if count == 13:
        born = _is_birthday(digits) and "1" <= digits[6] <= "8"
        halves = list(cuts) == [6]
        apart = not cuts or 6 in cuts or (spoken and alone)
        if kind == "resident" or (born and (halves or (apart and kind != "other"))):
            return RESIDENT
    if count == 7 and alone and "1" <= digits[0] <= "8":
        # 주민번호로는 삼오일이공육에 이: a birth date with its century stays.
        back = kind == "back" or (kind == "resident" and not _is_birthday(digits))
        return RESIDENT if back else ""
    if kind == "card" and count == 16:
        return CARD
    if kind != "other" and _is_issued(digits) and (kind == "plastic" or _luhn(digits)):
        return CARD
    return ""


def _is_issued(digits: str) -> bool:
    """Whether a number's length and first digits are those of payment cards."""
    count = len(digits)
    if count == 16:
        return digits[0] in "34569"
    return digits[:2] in {14: ("30", "36", "38", "39"), 15: ("34", "37")}.get(count, ())


def _is_birthday(digits: str) -> bool:
    return 1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:6]) <= 31


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
