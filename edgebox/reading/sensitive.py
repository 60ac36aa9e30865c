"""Masking: what was said in a call and belongs into no record of it.

Resident registration numbers, payment cards and passwords are replaced before anything else sees
an utterance, so no prompt, summary, evidence or score can hold them. Telephone, order and account
numbers and birth dates stay, because a record needs them.

A number is found in figures or in spoken digits, with fillers and hyphens between them, and spread
over several turns: over all of them, and over those of one speaker where the other only confirmed
or repeated.

Sources: 주민등록법 시행규칙 제2조 (six figures of the birth date, then seven of which the first is
sex and century, 5 to 8 for foreigners), ISO/IEC 7812-1 (card numbers and their check digit).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

RESIDENT: Final = "[주민번호]"
CARD: Final = "[카드번호]"
PASSWORD: Final = "[비밀번호]"  # noqa: S105 - what stands in its place

_SPELT: Final = {
    "하나": 1, "둘": 2, "셋": 3, "넷": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9,
    "제로": 0, "공": 0, "영": 0, "일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "륙": 6,
    "칠": 7, "팔": 8, "구": 9,
}  # fmt: skip
_DIGIT: Final = f"(?:[0-9０-９]|{'|'.join(_SPELT)})"
_GAP: Final = (
    r"(?:[ \n\-‐–—−.,·…/]|에|다시|하이픈|대시|빼기|그리고|그 ?다음[은에]?|다음[은에]?"
    r"|뒷자리[는가]?|뒷번호[는가]?|뒤에?는?|네|예|어|음|그|아(?!홉)|저){0,6}+"
)
_RUN: Final = re.compile(rf"{_DIGIT}(?:{_GAP}{_DIGIT}){{6,}}+")
_WORD: Final = re.compile(f"하이픈|(?P<digits>{_DIGIT}+)")
_ONE: Final = re.compile(_DIGIT)
_COPULA: Final = re.compile("이구?$")
_AFTER_COPULA: Final = re.compile("[요에고라구지거세신시]|니까")

_OTHER_LISTED: Final = """
    주문 접수 송장 예약 계좌 통장 전화 연락처 핸드폰 휴대폰 고객번호 회원 관리 바코드 일련 시리얼
    증권 청구 모델
"""
_TOPIC: Final = re.compile(
    r"(?P<resident>주민|외국인 ?등록)|(?P<back>뒷자리|뒤 ?(?:일곱|7) ?자리)|(?P<card>카드)"
    rf"|(?P<other>{'|'.join(_OTHER_LISTED.split())})"
)
_NEAR: Final = 60
"""Characters before a number in which the last word for its kind decides."""

_KEYWORD: Final = re.compile(
    r"비밀 ?번호|비번|패스워드|핀 ?번호|씨브이[씨시브]|(?<![A-Za-z])(?:CVC|CVV|PIN)2?(?![A-Za-z])",
    re.IGNORECASE,
)
_SECRET: Final = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z!@#$%^&*]{0,12}[0-9][A-Za-z0-9!@#$%^&*-]{1,19}"
    rf"|(?:(?<![가-힣])|(?<=[는은가호])){_DIGIT}(?:[ ,]?{_DIGIT}){{1,11}}"
)
_COUNTS: Final = re.compile(
    r" ?(?:회|번(?!호)|자리|개|글자|분|일|시간|차례|원|년|월|만|천|백|프로|퍼센트|%|대)"
)
"""After figures: they count something (비밀번호 5회 오류, 네 자리)."""
_TELEPHONE: Final = re.compile(r"0\d{1,2}-?\d{3,4}-?\d{4}|1[568]\d\d-?\d{4}")
_TOLD: Final = re.compile(r"이?[요에]|입니다|이?[고구]|인데|\n|$")
_ANOTHER: Final = re.compile(
    r"접수|주문|전화|연락처|핸드폰|휴대폰|계좌|카드|송장|예약|회원|사번|이메일|금액|요금|문자"
    r"|끝|성함|이름|본인|생일"
)
"""Between a keyword and figures: they are of something else."""
_LONGEST_ANSWER: Final = 15
"""Characters of a turn between two parts of a number: 네, 다음이요."""


class _Group(NamedTuple):
    """Digits without a gap, with their place."""

    digits: str
    start: int
    ends: tuple[int, ...]


def masked(turns: Sequence[tuple[str, str]]) -> list[str]:
    """Return the texts of (speaker, text) pairs with sensitive numbers replaced.

    Takes time linear in the texts. No text becomes empty.
    """
    texts = [text for _, text in turns]
    spans: list[list[tuple[int, int, str]]] = [[] for _ in texts]
    every = list(range(len(texts)))
    whole, places = _joined(texts, every, one=False)
    for found in (*_numbers(whole, partial(_topic, whole)), *_secrets(whole)):
        _spread(whole, places, every, found, spans)
    for order in _by_speaker(turns):
        joined, starts = _joined(texts, order, one=True)

        def topic_at(place: int, order: list[int] = order, starts: list[int] = starts) -> str:
            at = bisect_right(starts, place) - 1
            return _topic(whole, places[order[at]] + place - starts[at])

        for found in _numbers(joined, topic_at):
            _spread(joined, starts, order, found, spans)
    return [_replaced(text, here) for text, here in zip(texts, spans, strict=True)]


def _words(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Yield the digits between two places that stand without a gap."""
    return (word for word in _WORD.finditer(text, start, end) if word["digits"])


def _numbers(text: str, topic_at: Callable[[int], str]) -> Iterator[tuple[int, int, str]]:
    """Yield the places of resident registration numbers and of cards.

    Args:
        text: turns in one.
        topic_at: returns what the words before a place of ``text`` name.
    """
    for run in _RUN.finditer(text):
        groups = [_group(word) for word in _words(text, *run.span())]
        topic = topic_at(run.start())
        at = 0
        while at < len(groups):
            found = _from(text, groups, at, topic)
            if found is None:
                at += 1
                continue
            last, end, mask = found
            yield groups[at].start, end, mask
            at = last + 1


def _group(word: re.Match[str]) -> _Group:
    ones = list(_ONE.finditer(word[0]))
    digits = "".join(str(_SPELT[one[0]] if one[0] in _SPELT else int(one[0])) for one in ones)
    return _Group(digits, word.start(), tuple(word.start() + one.end() for one in ones))


def _topic(text: str, start: int) -> str:
    """Return what the last telling word before a number says of it, or an empty text."""
    last = ""
    for match in _TOPIC.finditer(text, max(0, start - _NEAR), start):
        last = match.lastgroup or ""
    return last


def _from(
    text: str, groups: Sequence[_Group], first: int, topic: str
) -> tuple[int, int, str] | None:
    """Return (last group, end, mask) of the number that begins with a group, or None."""
    digits = ""
    cuts: list[int] = []
    for at in range(first, len(groups)):
        group = groups[at]
        digits += group.digits
        if len(digits) > 18:
            return None
        alone = first == 0 and at + 1 == len(groups)
        for spare in range(_copula(text, group) + 1):
            known = digits[: len(digits) - spare]
            if mask := _kind(known, cuts, topic, alone=alone):
                return at, group.ends[-1 - spare], mask
        cuts.append(len(digits))
    return None


def _copula(text: str, group: _Group) -> int:
    """Return how many digits at a group's end may be 이에요 or 이구요."""
    end = group.ends[-1]
    found = _COPULA.search(text, group.start, end)
    if found is None or not _AFTER_COPULA.match(text, end):
        return 0
    return min(len(found[0]), len(group.digits) - 1)


def _kind(digits: str, cuts: Sequence[int], topic: str, *, alone: bool) -> str:
    """Return the mask of a number, or an empty text if it may stay.

    Args:
        digits: all of it.
        cuts: after how many digits a gap stands.
        topic: the kind that the words before it name.
        alone: no other digits stand beside it.
    """
    size = len(digits)
    if size == 13:
        born = _is_birthday(digits) and "1" <= digits[6] <= "8"
        halves = list(cuts) == [6]
        apart = not cuts or 6 in cuts
        if topic == "resident" or (born and (halves or (apart and topic != "other"))):
            return RESIDENT
    if size == 7 and alone and "1" <= digits[0] <= "8":
        # 주민번호로는 삼오일이공육에 이: a birth date with its century stays.
        back = topic == "back" or (topic == "resident" and not _is_birthday(digits))
        return RESIDENT if back else ""
    if size == 16 or (size == 15 and digits[:2] in {"34", "37"}):
        right = topic != "other" and digits[0] in "345689" and _luhn(digits)
        if topic == "card" or right:
            return CARD
    return ""


def _is_birthday(digits: str) -> bool:
    return 1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:6]) <= 31


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _secrets(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the places of passwords, PINs and card verification codes."""
    for keyword in _KEYWORD.finditer(text):
        for found in _SECRET.finditer(text, keyword.end(), keyword.end() + 60):
            if _ANOTHER.search(text, keyword.end(), found.start()):
                break
            counts = _COUNTS.match(text, found.end()) or _TELEPHONE.fullmatch(found[0])
            if not counts and _is_secret(text, found):
                yield *found.span(), PASSWORD
                break


def _is_secret(text: str, found: re.Match[str]) -> bool:
    """Whether digits after a keyword are long enough to be no words."""
    if found[0].isascii():
        return True
    sizes = [len(_ONE.findall(word[0])) for word in _words(found[0], 0, len(found[0]))]
    if max(sizes) > 2 or len(sizes) > 3:
        return True
    return sum(sizes) >= 2 and _TOLD.match(text, found.end()) is not None


def _by_speaker(turns: Sequence[tuple[str, str]]) -> list[list[int]]:
    """Return the turns of each speaker, where there are two or more speakers."""
    order: dict[str, list[int]] = {}
    for index, (speaker, _) in enumerate(turns):
        order.setdefault(speaker, []).append(index)
    return list(order.values()) if len(order) > 1 else []


def _joined(texts: Sequence[str], order: Sequence[int], *, one: bool) -> tuple[str, list[int]]:
    """Return the texts of some turns in one, and where each begins in it.

    Between turns stands a line end, or a form feed where something was said that ends a number.
    """
    parts: list[str] = []
    starts: list[int] = []
    size, last = 0, -1
    for index in order:
        if parts:
            between = texts[last + 1 : index] if one else ()
            parts.append("\n" if all(map(_goes_on, between)) else "\f")
            size += 1
        starts.append(size)
        parts.append(texts[index])
        size += len(texts[index])
        last = index
    return "".join(parts), starts


def _goes_on(text: str) -> bool:
    """Whether a turn lets a number continue after it: it is short, or repeats digits."""
    return len(text) <= _LONGEST_ANSWER or _DIGITS_ONLY.fullmatch(text) is not None


_DIGITS_ONLY: Final = re.compile(rf"(?:{_DIGIT}|{_GAP}[0-9]?|[이입니다요?]){{1,80}}+")


def _spread(
    joined: str,
    starts: Sequence[int],
    order: Sequence[int],
    place: tuple[int, int, str],
    spans: list[list[tuple[int, int, str]]],
) -> None:
    """Note a place of the joined text in each of the turns that it covers."""
    begin, end, mask = place
    at = bisect_right(starts, begin) - 1
    while at < len(order) and starts[at] < end:
        begins = max(begin, starts[at])
        until = min(end, starts[at + 1] - 1 if at + 1 < len(starts) else len(joined))
        if (begins, until) != (begin, end):
            words = [word.span() for word in _words(joined, begins, until)]
            begins, until = (words[0][0], words[-1][1]) if words else (begins, begins)
        if begins < until:
            spans[order[at]].append((begins - starts[at], until - starts[at], mask))
        at += 1


def _replaced(text: str, places: list[tuple[int, int, str]]) -> str:
    """Put the masks in; of places that overlap the first one names both."""
    pieces: list[str] = []
    at = 0
    for start, end, mask in sorted(places, key=lambda place: place[:2]):
        if start >= at:
            pieces += (text[at:start], mask)
        at = max(at, end)
    return "".join([*pieces, text[at:]])
