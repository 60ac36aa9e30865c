"""Names in a text that stand where the call has another: 라일락 셔틀 원피스 for 셔링 원피스.

A name of two syllables, or one that is wrong by more than a syllable, is not known by its sound. It
is known by the words around it: before the same kind (홍대 주차장), behind the same name.
"""

from __future__ import annotations

import re
from operator import ne
from typing import TYPE_CHECKING, Final

from edgebox.language.inflected import VERBAL, is_short_verb
from edgebox.language.loans import spelt_alike
from edgebox.language.ordinary import is_noun, is_ordinary
from edgebox.language.syllables import confusable, letters_of
from edgebox.language.vocabulary import BEHIND, PARTICLE
from edgebox.language.words import REPORT_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.language.vocabulary import Vocabulary

_WORDS: Final = re.compile(r"(?<![가-힣\d])[가-힣]+(?: [가-힣]+)+(?![가-힣\d])")

_KINDS: Final = re.compile(
    r"(?:주차장|지점|매장|정류장|터미널|공항|캠핑장|해수욕장|시장|아파트|빌라|오피스텔|타워|병원|의원|약국|호텔"
    r"|펜션|리조트|카페|식당|체육관|도서관|학원|유치원|어린이집|서버|캐릭터|코스|요금제|반)"
)
"""Kinds of which each has its name before it."""

_NO_NOUN_LAST: Final = frozenset(
    "고며면서지게던려록다여니데채은는을를이가도만의에로어아히인한할된될해기임음함워져쳐켜겨"
)

_ADVERB_LAST: Final = frozenset("고며면서지게던려록다여니데채히인한할된될")

_LONGEST: Final = 10


def misframed(text: str, said: Vocabulary) -> Iterator[str]:
    """Yield the words of a text that stand where the call has another name.

    Args:
        text: of the analysis.
        said: the words of the call.
    """
    for run in _WORDS.findall(text):
        words = run.split(" ")
        for place, token in enumerate(words):
            before = words[place - 1] if place else ""
            after = words[place + 1] if place + 1 < len(words) else ""
            if _is_misframed(token, before, after, said):
                yield token


def _is_misframed(token: str, before: str, after: str, said: Vocabulary) -> bool:
    """Return whether a word is another name than the call has between two words."""
    match = PARTICLE.search(token, 2)
    bare = token[: match.start()] if match else token
    if VERBAL.search(token) or not _may_be_name(bare, said):
        return False
    size = len(bare)
    left = {
        one[:size]
        for one in said.behind(before)
        if len(one) >= size and sum(map(ne, bare, one)) <= size // 2 and BEHIND.fullmatch(one, size)
    }
    right = said.before(after[:2]) if after and not match else frozenset()
    both = left & right
    named = _names_a_thing(before)
    for double in (left if named else both) | right:
        if not _is_near(bare, double) or not _is_name(double):
            continue
        if double in both or (double in left and size > _SHORT and bare[:-1] != double[:-1]):
            return True
        often = said.squeezed.count(double) > 1
        kind = _KINDS.match(after) is not None and not _may_be_misheard(bare, double)
        rare = letters_of(bare[-1])[2] not in _OF_VERBS and bare[-1] not in "야운은던"
        if double in right and size == _SHORT and (often or kind or rare):
            return True
    return False


_SHORT: Final = 2

_OF_VERBS: Final = (8, 20)
"""Final consonants of forms of verbs, by their place in Unicode's order: ㄹ, ㅆ."""


_DAYS: Final = frozenset(
    ["그날", "이날", "첫날", "그때", "이때", "그달", "이달", "그해", "지금", "방금", "당장"]
)


_ADVERBS: Final = frozenset(
    """
    자주 자꾸 계속 매번 항상 거의 아주 매우 너무 다시 이미 아직 바로 먼저 함께 같이 모두
    전부 각각 따로 직접 혼자 서로 미리 잠시 잠깐 가끔 종종 주로 더욱 특히 결국 일단 우선
    대략 약간 조금 많이 무척 훨씬 서서히 천천히 급히 빨리 갑자기 제대로 그대로 새로 별로
    보통 대개 그전 열두 두세 거둔 다섯 여섯 일곱 여덟 아홉 나온 다친 다녀
    """.split()  # noqa: SIM905 - a list of words
)


def _may_be_name(word: str, said: Vocabulary) -> bool:
    return (
        _SHORT <= len(word) <= _LONGEST
        and word not in said.squeezed
        and word not in REPORT_WORDS
        and word not in _DAYS
        and word not in _ADVERBS
        and _is_name(word)
    )


def _names_a_thing(word: str) -> bool:
    """Return whether the word before a name is one itself, without a particle: 한마음 든든종신."""
    return len(word) > 1 and not (
        word in REPORT_WORDS
        or word[-1] in _ADVERB_LAST
        or is_noun(word)
        or VERBAL.search(word)
        or PARTICLE.search(word, 1)
    )


def _is_name(word: str) -> bool:
    """Return whether a word may be a name: it is no verb and no ordinary noun."""
    return not (
        is_noun(word) or VERBAL.search(word) or is_short_verb(word) or word[-1] in _NO_NOUN_LAST
    )


def _is_near(word: str, double: str) -> bool:
    """Return whether two words of one length differ in half of their syllables at most.

    And in none that is part of an ordinary noun: 결제일 and 결재일.
    """
    if len(word) != len(double) or spelt_alike(word, double):
        return False
    differ = [at for at in range(len(word)) if word[at] != double[at]]
    return 0 < len(differ) <= len(word) // 2 and not any(
        is_ordinary(word, at) or is_ordinary(double, at) for at in differ
    )


def _may_be_misheard(word: str, double: str) -> bool:
    """Return whether a recogniser may have written one word for the other."""
    return all(confusable(a, b) for a, b in zip(word, double, strict=True) if a != b)
