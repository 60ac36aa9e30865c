"""Names of things in a text that differ from a word of the call by one syllable or letter.

A street, a shop or a product has no form of address that tells it from other nouns. It is known by
its double: the call has 맑은샘정수기, and the text 맑은생정수기, which the call never says. The two
syllables must sound alike, so that 계약금 is no mistake for 예약금.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOUN: Final = re.compile(
    r"(?<![가-힣])([가-힣]{3,10}?)"
    r"(을|를|은|는|이|가|의|에서|에게|에|으로|로|와|과|도|만|까지|부터)?(?![가-힣])"
)
_CASE: Final = frozenset(["을", "를", "의", "에서", "에게", "에", "으로", "와", "과", "이", "가"])
"""Particles that only a noun has."""

_VERBAL: Final = re.compile(
    r"[했됐있없않못겠]|(?:고|며|면|지|게|서|던|려|록|요|다|여|야|러|나|던|니|데|채|음|은|는|인|라|자|까|죠|어|아|시|려고|다고|라고)$"
)
_VARIANTS: Final = frozenset(
    frozenset(pair.split("/"))
    for pair in """
    렌터카/렌트카 메시지/메세지 콘텐츠/컨텐츠 카탈로그/카달로그 비즈니스/비지니스 바비큐/바베큐
    스케줄/스케쥴 텔레비전/텔레비젼 주니어/쥬니어 캐비닛/캐비넷 심포지엄/심포지움
    초콜릿/초콜렛 애프터/에프터 액세서리/악세서리 리포트/레포트 데이터/데이타 모니터/모니타
    배터리/밧데리 컴퓨터/컴퓨타 소시지/소세지 슈퍼마켓/수퍼마켓
    """.split()  # noqa: SIM905 - a list of words
)
"""Two ways to write one word."""

_FORMS: Final = (set("하했한할함합해"), set("되됐된될됨됩돼"))
"""Syllables of one verb."""

_CONTRACTED: Final = frozenset([4, 8])
"""Places in Unicode's order from an open syllable to the same with ㄴ or ㄹ: 고속도론데, 제주돌."""

_WITH_CASE: Final = re.compile("..?(?:으로|에서|에게|까지|부터|[을를이가의와과도만에])")
"""A shorter noun with its particle: 집으로, 아기가."""

_PLACE: Final = re.compile(
    r"(?:은행|병원|의원|약국|약품|지점|점|역|동|로|길|아파트|빌라|타워|호텔|리조트|펜션|마트|백화점|택배|항공|여행사?"
    r"|통신|텔레콤|전자|카드|캐피탈|증권|생명|화재|손해보험|대학교?|학교|학원|분식|치킨|피자|카페|식당|렌터?카"
    r"|정수기|청정기|워치|폰|매트리스)$"
)
"""Ends of names of places, companies and products. Any other word must be said twice in the call:
what is said once may be a recogniser's mistake (고간절) that the text puts right (고관절)."""

_LONGEST: Final = 8
"""Syllables of a name that is looked for."""

_LATIN: Final = re.compile(r"(?<![A-Za-z])[A-Za-z]{4,20}(?![A-Za-z])")
_ALIKE: Final = ({0, 1, 15}, {3, 4, 16}, {7, 8, 17}, {9, 10}, {12, 13, 14})
"""First consonants that are heard for one another, by their place in Unicode's order: ㄱㄲㅋ,
ㄷㄸㅌ, ㅂㅃㅍ, ㅅㅆ, ㅈㅉㅊ."""


def misheard(text: str, call: str, squeezed: str) -> Iterator[str]:
    """Yield the words of a text that differ from a word of the call by a syllable or a letter.

    Args:
        text: of the analysis.
        call: what was said.
        squeezed: the same without white space, casefolded.
    """
    for match in _NOUN.finditer(text):
        word, particle = match.groups()
        if (
            len(word) > _LONGEST
            or word in squeezed
            or _WITH_CASE.fullmatch(word)
            or _VERBAL.search(word)
        ):
            continue
        if any(_is_double(word, at, particle, call) for at in range(len(word))):
            yield word
    said = {word.casefold() for word in _LATIN.findall(call)}
    for word in {word.casefold() for word in _LATIN.findall(text)} - said:
        if word not in squeezed and any(_one_letter(word, other) for other in said):
            yield word


_PARTICLES = (
    "(?:[을를은는이가의에로와과도만건요]|으로|에서|까지|부터"
    "|이나|이고|이라|이에요|예요|이죠|잖아요?|입니다)*"
)
"""What follows a noun: 배송이 and 배송을 are no doubles of 배송일."""


def _is_double(word: str, at: int, particle: str | None, call: str) -> bool:
    """Return whether the call has a word that differs in one syllable, and sounds alike."""
    before, after = re.escape(word[:at]), re.escape(word[at + 1 :])
    last = at == len(word) - 1
    if last and particle not in _CASE:
        return False
    if particle is None and word[2:] == "로":
        return False  # 문제로 and 문자로
    rest = word[:at] if last else word[1:] if at == 0 else ""
    if rest and re.search(f"(?<![가-힣]){re.escape(rest)}{_PARTICLES}(?![가-힣])", call):
        return False  # 환불금 and 환불건 are two words with 환불
    found = 0
    for match in re.finditer(f"(?<![가-힣]){before}([가-힣]){after}", call):
        pair = {word[at], match[1]}
        contracted = last and ord(match[1]) - ord(word[at]) in _CONTRACTED
        if contracted or {word, match[0]} in _VARIANTS:
            continue
        if any(pair <= forms for forms in _FORMS):
            continue
        if not _sounds_alike(word[at], match[1]) or _VERBAL.search(match[0]):
            continue
        found += 1
    return found > 1 or (found == 1 and _PLACE.search(word) is not None)


def _sounds_alike(one: str, other: str) -> bool:
    """Return whether two syllables begin alike, or differ in how hard they begin."""
    a, b = ord(one) - 0xAC00, ord(other) - 0xAC00
    if a == b:
        return False
    first, second = a // 588, b // 588
    if first == second:
        return True
    return a % 588 == b % 588 and any({first, second} <= alike for alike in _ALIKE)


def _one_letter(one: str, other: str) -> bool:
    """Return whether two words of Latin letters differ in one letter that is not an ending."""
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    if abs(len(one) - len(other)) != 1:
        return False
    short, long = sorted((one, other), key=len)
    return not long.startswith(short) and any(
        long[:at] + long[at + 1 :] == short for at in range(len(long))
    )
