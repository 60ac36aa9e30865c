"""Digits as they are said: in figures or spelt out, in groups, with fillers between the groups."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SPELT: Final = {
    "하나": 1, "둘": 2, "셋": 3, "넷": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9,
    "제로": 0, "공": 0, "영": 0, "일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "륙": 6,
    "칠": 7, "팔": 8, "구": 9, "유": 6,
}  # fmt: skip
_WORDS: Final = "|".join(word for word in _SPELT if word != "유")
_SIGNS: Final = "나둘셋넷섯곱덟홉로공영일이삼사오육륙칠팔구"
"""What a spelt digit ends with: behind it, an 이 may be a digit."""
DIGIT: Final = f"(?:[0-9０-９]|{_WORDS})"
"""One digit."""

_COUNT: Final = rf"(?:[0-9]{{1,2}}|열? ?{DIGIT}|[두세네]) ?(?:자리|번째)"
"""How many digits there are, which is no digit: 뒤에 일곱 자리."""

_GAP_LISTED: Final = """
    에 다시 하이픈 대[시쉬] [작짝]대기 빼기 그리고 그다음[은에]? 다음[은에]? 뒷자리[는가도]?
    뒷번호[는가도]? 앞자리[는가도]? 뒤에?[는도]? 나머지[는도]? 네 예 어 음 그럼 그러면 그 아(?!홉)
    저 또 잠깐만요 잠시만요 이?요 이?에요 예요 입니다 이?고요? 이?구요? 인데요 맞아요 맞습니다
    까지 확인(?:했|됐|되었)(?:습니다|고요|어요) 확인할게요 확인하겠습니다
    부탁드(?:립니다|려요|릴게요|리겠습니다) 부탁(?:해요|합니다) 고객님 감사합니다 말씀(?=[해 ])
    불러 해 주(?:세요|시겠어요|시겠습니까|실래요) 계속 이어서 마저 숫자[는도]?
"""
_GAP: Final = re.compile(
    rf"(?:[ \n\t\-‐–—−_.,·…/?]++|{_COUNT}[는은도가]?|{'|'.join(_GAP_LISTED.split())}){{0,20}}+"
)

_NINE: Final = "[일이삼사오육칠팔구]"
_DATE: Final = (
    rf"(?P<year>(?:19|20)?[0-9]{{2}}|(?:천구백"
    rf"|이천)?(?:{_NINE}?십{_NINE}?|[공영]?{_NINE}|{_NINE}{{2}}))년 ?"
    rf"(?P<month>[0-9]{{1,2}}|[시십][일이]?|{_NINE}|유)월 ?"
    rf"(?P<day>[0-9]{{1,2}}|{_NINE}?십{_NINE}?|{_NINE})일(?!이?[삼사오육칠팔구])"
)
_WORD: Final = re.compile(
    rf"(?P<date>(?<![0-9가-힣]){_DATE})|하이픈"
    rf"|(?<=[0-9가-힣])(?<![{_SIGNS}])이구?(?=[요에고라])|{_COUNT}"
    rf"|(?P<digits>[0-9０-９]+|(?:{_WORDS})+)"
)
_ONE: Final = re.compile(DIGIT)
_COPULA: Final = re.compile("이구?$")
_AFTER_COPULA: Final = re.compile("[요에고라구지거세신시]|니까")


class Group(NamedTuple):
    """Digits without a gap.

    Attributes:
        ends: the place behind each digit.
        date: it is a date with its units, 팔십팔년 일월 일일, as six digits.
    """

    digits: str
    start: int
    ends: tuple[int, ...]
    date: bool = False


def runs(text: str, start: int = 0, end: int | None = None) -> Iterator[list[Group]]:
    """Yield the groups that nothing but fillers separates, in order."""
    run: list[Group] = []
    for word in _WORD.finditer(text, start, len(text) if end is None else end):
        if not word["digits"] and not word["date"]:
            continue
        group = _group(word)
        if run and not _is_gap(text, run[-1].ends[-1], group.start):
            yield run
            run = []
        run.append(group)
    if run:
        yield run


def _is_gap(text: str, start: int, end: int) -> bool:
    if end - start < 2 and text[start:end] in {"", " ", "-", "\n"}:
        return True
    return _GAP.fullmatch(text, start, end) is not None


def size(run: Sequence[Group]) -> int:
    """Return how many digits some groups have."""
    return sum(len(group.digits) for group in run)


def copula(text: str, group: Group) -> int:
    """Return how many digits at a group's end may be the 이 of 이에요 or the 이구 of 이구요."""
    end = group.ends[-1]
    found = _COPULA.search(text, max(group.start, end - 2), end)
    if found is None or not _AFTER_COPULA.match(text, end):
        return 0
    return min(len(found[0]), len(group.digits) - 1)


def _group(word: re.Match[str]) -> Group:
    if word["date"]:
        parts = (word["year"], word["month"], word["day"])
        digits = "".join(f"{_number(part) % 100:02}" for part in parts)
        return Group(digits, word.start(), (word.end(),) * 6, date=True)
    ones = list(_ONE.finditer(word[0]))
    digits = "".join(str(_SPELT[one[0]] if one[0] in _SPELT else int(one[0])) for one in ones)
    return Group(digits, word.start(), tuple(word.start() + one.end() for one in ones))


def _number(said: str) -> int:
    """Return a year, month or day; only the last two figures of a year count."""
    if said.isascii():
        return int(said)
    said = re.sub("천구백|이천", "", said).replace("시", "십")
    tens, ten, ones = said.rpartition("십")
    if not ten:
        return int("".join(str(_SPELT.get(one, 0)) for one in said) or 0)
    return 10 * _SPELT.get(tens, 1) + _SPELT.get(ones, 0)
