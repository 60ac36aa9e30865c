"""Words of a role that head a field of a form: 예약자: 김민수 in a message is nobody's turn."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from edgebox.reading.roles import ANONYMOUS, is_person, role_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.reading.candidates import Candidate, Pair

_FIELDS_LISTED: Final = """
    예약자 계약자 신청인 신청자 회원 환자 보호자 담당자 담당 본사 지점 기사 가입자 이용자 주문자
    구매자 피보험자 점주 문의자 발신자 발신인 수신자 소비자 민원인 세입자 임차인 승객 학부모 입주민
    매니저 팀장 실장 과장 대리 주임 관리자 주무관 설계사 보험설계사 간호사 코디네이터 담당직원
    상담팀 고객센터 콜센터 창구 정비사 엔지니어 안내 상담 consumer patient guest manager technician
    역무원 집배원 관리인 관리소장 관리사무소 프런트 프론트 데스크 컨시어지 승무원 검침원 원무과
    약사 사서 접수처 손해사정사 세무사 법무사 중개사 복지사 사회복지사 강사 튜터 코치 코디 플래너
    딜러 조교 미용사
    supervisor representative 수리기사 설치기사 방문기사 배송기사 택배기사 현장기사
"""
_FIELDS: Final = frozenset(_FIELDS_LISTED.split())
_ASIDE: Final = re.compile(r"[(\[].*|[ _#-]?\d{1,2}$")


def heads_fields(word: str) -> bool:
    """Return whether a word of a role is also what heads a field of a form."""
    return _ASIDE.sub("", word.lower()).strip().removesuffix("님") in _FIELDS


def fields(candidates: Sequence[Candidate | None], learned: set[Pair]) -> set[Pair]:
    """Return the labels that are words of a role and head fields here.

    Where other words mark both sides with the same sign, such a word is a field if every line of
    it holds a value or stands beside another heading. Where they mark one, it needs both.

    Args:
        candidates: of every line, in order.
        learned: the labels by their words.
    """
    places: dict[Pair, list[int]] = defaultdict(list)
    sides: dict[str, set[str | None]] = defaultdict(set)
    for index, one in enumerate(candidates):
        if one is None or (pair := (one.label.lower(), one.form)) not in learned:
            continue
        if heads_fields(pair[0]):
            places[pair].append(index)
        else:
            sides[one.form].add(role_of(pair[0]))
    found: set[Pair] = set()
    for pair, lines in places.items():
        marked = sides[pair[1]]
        both = {"customer", "agent"} <= marked
        signs = [(candidates[at], _beside_a_heading(candidates, at)) for at in lines]
        if all(
            one is not None
            and not one.stamped
            and ((one.value or beside) if both else (bool(marked) and one.value and beside))
            for one, beside in signs
        ):
            found.add(pair)
    return found


def _beside_a_heading(candidates: Sequence[Candidate | None], at: int) -> bool:
    """Return whether a line beside this one begins with a word that names no speaker."""
    here = candidates[at]
    return any(
        one is not None
        and here is not None
        and one.form == here.form
        and role_of(one.label.lower()) is None
        and not is_person(one.label)
        and ANONYMOUS.fullmatch(one.label) is None
        for one in (*candidates[max(0, at - 1) : at], *candidates[at + 1 : at + 2])
    )


_HEADINGS_LISTED: Final = """
    주소 이름 성함 성명 전화 전화번호 연락처 휴대폰 번호 주문번호 접수번호 예약번호 비고 참고
    메모 날짜 일시 시간 금액 총액 합계 상품 상품명 품목 옵션 수량 가격 제목 내용 결과 요약 사유
    원인 조치 유형 분류 상태 특이사항 상담일시 상담내용 통화시간 녹취 링크 주의 답변 질문 문의
    요청 처리 결론 예시
    처리결과 상담결과 상담요약 통화요약 처리내용 조치사항 후속조치 상담유형 summary note notes date
    time subject title total price address name phone http
    https url re ps q&a language kind
"""
_HEADINGS: Final = frozenset(_HEADINGS_LISTED.split())


def is_heading(word: str) -> bool:
    """Return whether a word heads a field, or one of several does."""
    return word in _HEADINGS or not _HEADINGS.isdisjoint(word.split())


_NOTES_LISTED: Final = """
    요약 처리결과 상담결과 상담요약 통화요약 처리내용 조치사항 후속조치 상담유형 특이사항 비고 메모
    상담내용 summary note notes
"""
_NOTES: Final = frozenset(_NOTES_LISTED.split())
_VALUES_LISTED: Final = """
    주소 이름 성함 성명 전화 전화번호 연락처 휴대폰 번호 주문번호 접수번호 예약번호 날짜 일시 시간
    금액 총액 합계 상품 상품명 품목 옵션 수량 가격 링크 date time total price address name
    phone http https url re ps
"""
_VALUES: Final = frozenset(_VALUES_LISTED.split())


def heads_a_note(word: str, *, ruler: bool) -> bool:
    """Return whether a word heads what was written about a call, and no field of a message.

    Args:
        word: before a colon.
        ruler: a ruler stands above it, so that other headings do too.
    """
    if ruler:
        return is_heading(word) and _VALUES.isdisjoint([word, *word.split()])
    return word in _NOTES or "".join(word.split()) in _NOTES
