"""Loan words that are spelt in two ways: 메세지 and 메시지, 도어락 and 도어록."""

from __future__ import annotations

from functools import reduce
from typing import Final

_SPELT: Final[tuple[tuple[str, str], ...]] = tuple(
    (pair.split("/")[0], pair.split("/")[1])
    for pair in """
    렌트카/렌터카 메세/메시 카달/카탈 비지니/비즈니 바베/바비 케쥴/케줄 비넷/비닛 에프/애프
    악세/액세 레포/리포 데이타/데이터 모니타/모니터 밧데/배터 퓨타/퓨터 센타/센터 소세/소시
    쏘세/소시 수퍼/슈퍼 로얄/로열 다드/더드 화일/파일 싸이/사이 티브/티비 테레/텔레 보일라/보일러
    렌탈/렌털 플렉스/플릭스 컨텐/콘텐 컨셉/콘셉 컨퍼/콘퍼 컨서트/콘서트 컨테이/콘테이 컨디/콘디
    포지움/포지엄 나지움/나지엄 쥬니/주니 쥬스/주스 쥬얼/주얼 쟈켓/자켓 쟈스민/자스민 레져/레저
    이져/이저 니져/니저 신져/신저 벤져/벤저 벤쳐/벤처 캡쳐/캡처 피쳐/피처 스쳐/스처 래쳐/래처
    쵸코/초코 쵸콜/초콜 츄러/추러 비젼/비전 버젼/버전 퓨젼/퓨전 콜렛/콜릿 블렛/블릿 플렛/플릿
    자켓/재킷 쟈켓/재킷 재켓/재킷 라켓/래킷 도어락/도어록 락앤/록앤 디지털락/디지털록
    커피샵/커피숍 네일샵/네일숍 헤어샵/헤어숍 미용샵/미용숍 워크샵/워크숍 포토샵/포토숍 펫샵/펫숍
    애견샵/애견숍 라인샵/라인숍 스킨샵/스킨숍 타투샵/타투숍 뷰티샵/뷰티숍 썬크림/선크림 썬글/선글
    썬루프/선루프 썬팅/선팅 썬블/선블 썬캡/선캡 썬케어/선케어 썬스틱/선스틱 쏘스/소스
    쏘나타/소나타 쏘파/소파 쏘렌토/소렌토 써비스/서비스 써클/서클 써머/서머 써치/서치 써포/서포
    써핑/서핑 세써/세서 센써/센서 겔럭/갤럭 겔러/갤러 부페/뷔페
    """.split()  # noqa: SIM905 - a list of words
)
"""Parts of loan words, none of one syllable: 샵 and 숍 are two names before 마니아."""


def spelt_alike(one: str, other: str) -> bool:
    """Return whether two words are one loan word, spelt in two ways."""
    return _standard(one) == _standard(other)


def _standard(word: str) -> str:
    return reduce(lambda text, pair: text.replace(*pair), _SPELT, word)
