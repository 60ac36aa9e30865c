"""The nouns of a written clause: the things that it names, whatever it says about them.

What a person says in other words has other verbs (물러 달라 for 취소해 달라), and other adverbs and
endings. The things stay the same more often, so a claim is compared by these.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.inflected import VERBAL
from edgebox.language.ordinary import is_noun
from edgebox.language.words import REPORT_WORDS, ends_closed

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD: Final = re.compile(r"[가-힣]+")

_PARTICLE: Final = re.compile(
    r"(?:(?P<closed>으로는?|[을과이])|(?P<open>[를와가])|에게서?|에서[는도]?|까지|부터|의|에|로)$"
)
"""Particles of nouns, those apart that follow a consonant or a vowel only."""

_AFTER_R: Final = 8
"""Place of ㄹ among the final consonants: 로 follows it as it follows a vowel."""

_OF_VERBS: Final = frozenset("라려러어아해와져쳐겨켜")
"""Last syllables before 가 that make it a verb: 올라가, 돌려가."""

_NO_NOUN_LAST: Final = frozenset("고며면서지게던려록다여니데채는은을어아히인한할된될만도야되자듯럼")
"""Last syllables with which a word that has no particle may be a verb or an adverb."""

_PEOPLE_AND_REASONS: Final = """
    손님 이용자 사용자 구독자 가입자 예약자 신청자 수강생 학부모 보호자 회원 유저 승객 환자 민원인
    어르신 노인 부모 엄마 아빠 어머니 아버지 아들 아이 자녀 남편 아내 가족 식구 부부 언니 동생 친구
    이웃 본인 직원 담당자 담당 기사 회사 업체 사람 주인 학생 신부 신랑
    사정 까닭 이유 사유 걱정 불만 속상 부탁 연락 전화 통화 소식 사실 이야기 얘기 마음 생각 형편
    자리 대신 정도 나중 전날 당일 다음날 이튿날 며칠 하루 이틀 사흘 나흘 요즘 최근 처음 원래 나머지
    하나 둘이 여럿 서로 각자 모두 전부 스스로 이곳 그곳 이쪽 저쪽 물음 답변 응대 대답 사이 동안
    실수 잘못 책임 부담 도움 방법 다른 급히
"""
_OF_ANY_CALL: Final = frozenset(_PEOPLE_AND_REASONS.split()) | REPORT_WORDS


def things(text: str) -> Iterator[str]:
    """Yield the nouns of two syllables or more, without particles and words of any record.

    A word without a particle is one where a noun follows it (공항 라운지 이용권을) or where it is
    an ordinary noun.
    """
    found: list[str] = []
    follows = False
    for word in reversed(_WORD.findall(text)):
        noun = _noun(word, follows=follows)
        follows = bool(noun)
        if noun and noun not in _OF_ANY_CALL:
            found.append(noun)
    return reversed(found)


def _noun(word: str, *, follows: bool) -> str:
    """Return a word without its particle, or "" if it may be no noun."""
    if word.endswith("대로"):
        return ""  # 그대로
    if VERBAL.search(word):
        done = _DONE.match(word)
        return done[1] if done and is_noun(done[1]) else ""
    match = _PARTICLE.search(word, 2)
    if match is None:
        bare = len(word) > 1 and (is_noun(word) or (follows and word[-1] not in _NO_NOUN_LAST))
        return word if bare else ""
    stem = word[: match.start()]
    return stem if _takes(stem, match) else ""


_DONE: Final = re.compile(r"(.{2,}?)(?:[하되됐했함됨]|$)")


def _takes(stem: str, match: re.Match[str]) -> bool:
    """Return whether a noun that ends like a stem has a particle: 물건을, 회사를."""
    closed = ends_closed(stem)
    if match[0] == "로":  # not 방으로
        after_r = (ord(stem[-1]) - ord("가")) % 28 == _AFTER_R
        return (not closed or after_r) and not stem.endswith("으")
    if match[0] == "가" and stem[-1] in _OF_VERBS:
        return False
    return not ((match["closed"] and not closed) or (match["open"] and closed))
