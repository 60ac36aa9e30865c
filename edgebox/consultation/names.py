"""Names in a text. Only certain forms are read, because a wrong name is worse than none."""

from __future__ import annotations

import re
from typing import Final

_FAMILY: Final = (
    "강고공곽구권김나남노류문민박배백변서성손송신심안양엄오우원유윤이임"
    "장전정조주진차채천최추하한허현홍황"
)
_NAME: Final = re.compile(
    rf"(?<![가-힣])([{_FAMILY}][가-힣]{{2}})(?<!님)"
    r"(?= ?(?:고객|회원|기사|선생|매니저|팀장|과장|대리|사장)?님)"
    rf"|(?:상담[사원]|성함은|이름은|본인은|저는) ([{_FAMILY}][가-힣]{{2}})"
    r"(?=입니다|이에요|예요|이고|이라고|이요)"
)
# Three syllables that begin like a family name and are roles.
_ROLES: Final = """
    이용자 신청자 구매자 배우자 안내원 주문자 송금인 전문가 임차인 임대인 임직원 조합원 정회원
    이사장 차주분 전담자 주인분 변호사 세무사 이웃분 공급자 신고자 공무원 신고인 양육자 채무자
"""
_NOT_NAMES: Final = frozenset(_ROLES.split())
_LATIN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z+]{1,30}(?![A-Za-z0-9])")


def names_in(text: str) -> list[str]:
    """Return the names of people and of products in Latin letters (casefolded), without repeats.

    Only certain forms are read: 홍길동 고객님, 김하늘님, 상담사 김하늘입니다, LTE, iPhone.
    """
    people = [a or b for a, b in _NAME.findall(text)]
    latin = [word.casefold() for word in _LATIN.findall(text)]
    return list(dict.fromkeys([name for name in people if name not in _NOT_NAMES] + latin))
