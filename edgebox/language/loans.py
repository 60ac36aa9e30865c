"""Loan words that are spelt in two ways: 메세지 and 메시지, 도어락 and 도어록."""

from __future__ import annotations

from functools import reduce
from typing import Final

_SPELT: Final[tuple[tuple[str, str], ...]] = tuple(
    (pair.split("/")[0], pair.split("/")[1])
    for pair in """
    렌트카/렌터카 메세/메시 컨/콘 카달/카탈 비지니/비즈니 바베/바비 쥬/주 쟈/자 져/저 쳐/처
    쵸/초 츄/추 젼/전 케쥴/케줄 비넷/비닛 지움/지엄 렛/릿 켓/킷 에프/애프 악세/액세 레포/리포
    데이타/데이터 모니타/모니터 밧데/배터 퓨타/퓨터 센타/센터 소세/소시 수퍼/슈퍼 로얄/로열
    다드/더드 락/록 샵/숍 화일/파일 썬/선 쏘/소 싸이/사이 써/서 티브/티비 테레/텔레
    보일라/보일러 렌탈/렌털 플렉스/플릭스 겔/갤
    """.split()  # noqa: SIM905 - a list of words
)


def spelt_alike(one: str, other: str) -> bool:
    """Return whether two words are one loan word, spelt in two ways."""
    return _standard(one) == _standard(other)


def _standard(word: str) -> str:
    return reduce(lambda text, pair: text.replace(*pair), _SPELT, word)
