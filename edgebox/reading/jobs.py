"""What people work as, where no list of roles has it: 트레이너, 캐디, 도배사, 김민지 플래너.

Of a word that is not listed here either only its form says that it may be a job: 주차관리원.
Places, companies, things and the people of a form (대학병원, 카드사, 정류장, 수령인) end as such
words do, so that most endings need the syllables before them.
"""

from __future__ import annotations

import re
from typing import Final

from edgebox.reading.roles import NOT_NAMES, OTHERS, ROLES, is_name, is_person

_LISTED: Final = """
    트레이너 셰프 쉐프 캐디 큐레이터 스태프 스탭 바리스타 소믈리에 바텐더 디자이너 에디터 가이드
    도슨트 크루 파트너 리셉셔니스트 캡틴 파일럿 어시스턴트 프로듀서 피디 인스트럭터 라이프가드
    브로커 에이전트 오퍼레이터 어드바이저 애널리스트 아티스트 프로그래머 개발자 기획자 라이더
    드라이버 헬퍼 도우미 시터 베이비시터 펫시터 벨보이 벨맨 도어맨 매니져 수퍼바이저 디렉터 팀리더
    리더 호스트 마케터 세일즈 카운슬러 아나운서 리포터 멘토 마스터 총무 사감 교감 교장 이장 반장
    소장 국장 서장 이사 상무 전무 대표 회장 조합장 위원장 본부장 주방장 조리장 공장장 현장소장
    작업반장 형사 순경 경찰 경찰관 소방관 소방대원 구급대원 교도관 군무원 세무사 회계사 변호사
    노무사 변리사 법무관 감정사 감정평가사 측량사 조율사 통역가 번역가 작가 화가 기자 수의사 의사
    한의사 치과의사 치위생사 치기공사 물리치료사 작업치료사 방사선사 임상병리사 조무사 간병인
    요양보호사 훈련사 조련사 사육사 미화원 청소원 경비원 방역사 배관공 도배사 목수 용접공 열쇠공
    전기공 타일공 미장공 정원사 조경사 운전원 승무원 선장 기장 사무장 객실장 점원 캐셔 계산원
    판매원 영업사원 사원 인턴 대원 요원 교수 조교 학원장 원감 유치원장 스님 목사 목사님 신부님 쌤
    강사 튜터 영양사 조리사 조리원 파출부 가사도우미 산후도우미 바이어 셀러 MD 엠디 쿠리어
    코디네이터 점장 사장 원장 부장 차장
"""
_JOBS: Final = frozenset(_LISTED.lower().split())
_ENDS: Final = re.compile(
    r"[가-힣]{1,6}(?:니스트|리스트|피스트|디자이너|트레이너|매니저|매니져|코치|셰프|강사|튜터|플래너|컨설턴트"
    r"|코디네이터|코디|마스터|가이드|딜러|스태프|도우미|기사|반장|소장|팀장|실장|엔지니어|어드바이저|시터"
    r"|디렉터|큐레이터|에이전트|치료사|훈련사|상담사|관리사|지도사|공인중개사)"
)
_NO_JOB: Final = re.compile(r"(?<!네일)(?<!플로)(?<!스페셜)(?<!스타일)(?<!카)리스트$")
"""체크리스트 and 위시리스트, not 스타일리스트."""
_ADDRESS: Final = re.compile(r"(?: ?(?:님|씨))?(?: ?\(.*\))?[0-9A-D]?$")

_JOB: Final = re.compile(
    r"[가-힣]{1,8}(?:[리비달화배내무매침담구요직송호사]원|[소과부팀실반원점국단조처터]장"
    r"|(?:중개|관리|대리|통역|변호|경비)인"
    r"|(?:소방|경찰|교도|조사|감독|심사|조정|수사|사무|주무|지도|담당|감사|집행|관찰|검역|면접|상담)관"
    r"|사|니어|담당|팀|과장|대리|센터)"
    r"|[가-힣]{0,8}(?:(?:관리|담당|기술|작업|근무|운전|책임|운영|개발|판매|보호|통역|감독|시공|설치|수리"
    r"|교육|인솔|안내|접수|상담|조리|배달|설계|당직|점검|진행)자|상황실|관리실|경비실)"
    r"|(?:소방|경찰|교도|조사|감독|심사|조정|수사|사무|주무|지도|담당|감사|집행|관찰|검역|면접|상담)관"
)
_NONE: Final = re.compile(
    r"(?:회|본|검|조|행|공|감|식|이|복|심|의료|제조|판매|통신|보험|운송|택배|배송|물류|카드|제작|제휴"
    r"|협력|시공|개발|운영|대행|유통|출판|방송|금융|보증|손보|생보|증권|렌탈|쇼핑|렌터카|거래|게임"
    r"|플랫폼|건설|분양|신탁|정유|광고|언론|신문|위탁|외주|공급|납품|제약|가맹|결제|주관|주최|발행"
    r"|발급|캐피탈|은행)사$(?<!복지사)(?<!상담사)(?<!이발사)(?<!영양사)"
    r"|(?:주민|복지|문화|체육|쇼핑|건강|검진|접수|방문|가까운)센터$"
)
"""Companies, things and places that end as words for people who work do."""


def may_be_a_job(word: str) -> bool:
    """Return whether a word of three syllables may be what somebody works as: 주차관리원."""
    return len(word) > 2 and _JOB.fullmatch(word) is not None and _NONE.search(word) is None


def is_job(word: str) -> bool:
    """Return whether a word is surely what somebody works as, with or without 님."""
    bare = _ADDRESS.sub("", word.strip().lower())
    if not bare or bare in ROLES:
        return bare in ROLES and ROLES[bare] == "agent"
    return bare in _JOBS or (_ENDS.fullmatch(bare) is not None and not _NO_JOB.search(bare))


def works(label: str) -> bool:
    """Return whether a label is a job, alone or with a name: 플래너, 김민지 플래너, 셰프 한별."""
    parts = label.split()
    if len(parts) == 2 and parts[1] not in {"님", "씨"}:
        for name, job in (parts, parts[::-1]):
            if _named(name) and (is_job(job) or may_be_a_job(job) or job == "프로"):
                return True
        if is_job(parts[1]) and _WHERE.fullmatch(parts[0]):
            return True
    return is_job(label)


_WHERE: Final = re.compile(r"[가-힣A-Za-z/]{1,5}[가-힣A-Za-z](?<![은는이가을를의에도요다까죠네니])")
"""Where somebody works, or at what: 보험사 직원, 견인 기사; 부탁드려요 is said."""


def _named(word: str) -> bool:
    return word not in NOT_NAMES and word not in OTHERS and (is_name(word) or is_person(word))
