"""Ordinary nouns: what a word is made of that no shop, product or person is named.

A name that is wrong by a syllable (달임분식 for 달님분식) is told from another word of the trade
(결재일 for 결제일, 환급금 for 환불금) by its parts: those of a name are no words.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from edgebox.language.paraphrase import listed_words
from edgebox.language.words import REPORT_WORDS

_NOUNS: Final = """
    가격 가맹 가산 가상 가입 가정 가족 가치 감독 감량 감소 감식 감정 강사 강의 강좌 개별 개선 개설
    개시 개인 개정 객실 거래 거리 거주 건강 건물 검수 검역 검진 검침 검토 게시 결과 결속 결손 결원
    결재 결제 결함 결혼 경고 경과 경기 경력 경로 경비 경유 경쟁 경조 계산 계약 계정 계좌 계획 고시
    고정 고지 공간 공고 공공 공급 공동 공매 공문 공사 공연 공용 공임 공장 공제 공증 공지 과목 과세
    과정 과태 관람 관련 관리 관절 관할 광고 교복 교사 교육 교재 교정 교통 구간 구독 구분 구성 구역
    구제 구조 국가 국내 국외 규격 규정 근거 근로 근무 금리 급여 기간 기계 기관 기구 기기 기능 기관
    기본 기사 기술 기업 기준 기타 기한 기획 납기 납세 납입 내용 내역 냉방 노선 녹음 녹화 단가 단계
    단독 단속 단순 단위 단자 단지 단체 담당 담보 당일 당직 대금 대기 대납 대상 대여 대장 대출 대표
    대행 도로 도배 도색 도수 도시 도어 도장 독촉 동일 동행 등급 등본 등원 렌즈 만기 만료 매각 매도
    매매 매수 매입 매장 면담 면접 면허 명세 명의 명칭 모델 모집 목록 목적 무게 무단 무인 무효 묶음
    물건 물량 물품 미납 미리 미용 민원 반대 반려 반영 반응 반장 반주 발매 발생 발주 발행 방법 방송
    방식 방안 방역 방지 방향 배관 배당 배선 배수 배정 배차 배출 번역 번호 범위 법원 법인 변동 변상
    변색 변제 변호 별도 보고 보관 보급 보상 보수 보습 보안 보유 보장 보정 보조 보존 보증 보청 보충
    보험 보호 복사 복지 봉사 부가 부과 부담 부대 부동 부속 부인 부재 부착 부품 분기 분납 분류 분리
    분석 분양 분쟁 분할 불만 불법 비교 비밀 비상 비율 비자 빌라 사건 사고 사람 사례 사무 사본 사실
    사업 사용 사은 사전 사정 사진 사항 사후 산정 산출 상가 상금 상담 상대 상속 상여 상자 상점 상조
    상품 상해 상환 상황 색상 생일 생활 서명 서식 선납 선별 선수 선정 선택 설계 설명 설비 설정 성격
    성과 성능 성명 성분 성인 세대 세무 세액 세척 세탁 센터 소견 소득 소멸 소명 소모 소비 소송 소유
    소음 소지 소포 속도 손상 손실 손해 송금 송장 수강 수거 수급 수납 수단 수당 수도 수량 수면 수속
    수수 수술 수신 수업 수요 수익 수입 수정 수준 수집 수출 수취 수표 수하 수확 숙박 숙소 순번 순서
    순위 승객 승급 승차 시간 시공 시료 시범 시설 시세 시술 시스 시일 시작 시점 시행 시험 식당 식사
    식품 신고 신분 신용 신원 신정 신체 신축 신호 실내 실비 실손 실수 실습 실시 실적 실제 실패 심사
    심의 안전 안정 액수 약관 약속 약정 약제 양식 양육 언어 업무 업소 업자 업종 업체 여객 여권 여부
    여행 역할 연결 연계 연금 연도 연락 연령 연봉 연습 연식 연장 연차 연체 연회 열람 영수 영업 영향
    예금 예방 예보 예비 예산 예상 예식 예약 예정 오류 오전 오후 온도 온수 외래 외부 외출 요건 요금
    요양 요율 용도 용량 용역 용지 우대 우선 우체 우편 운송 운영 운임 운전 운행 원금 원단 원리 원본
    원서 원생 원장 원칙 월급 월세 위치 위탁 위험 유료 유지 유형 유효 은행 음료 음식 응급 응시 의견
    의뢰 의료 의사 의심 이동 이력 이름 이메 이수 이용 이율 이자 이체 이행 이후 인감 인도 인상 인수
    인식 인원 인증 인출 인쇄 일괄 일반 일시 일자 일정 임금 임대 임시 임신 임원 임차 입고 입국 입금
    입력 입소 입장 입주 입증 입찰 입학 자금 자동 자료 자비 자산 자세 자수 자재 자택 작업 작품 잔고
    잔금 잔량 잔여 장비 장소 장애 장치 재고 재난 재산 재질 재학 저장 저축 적금 적용 전기 전량 전문
    전선 전세 전자 전체 전출 전화 점수 점유 점포 접근 접속 접종 정가 정기 정량 정비 정산 정상 정식
    정액 정원 정품 정책 제도 제목 제조 제작 제품 제한 제휴 조건 조립 조명 조사 조작 조정 조제 조직
    조합 조항 조회 졸업 종목 종류 종목 좌석 주말 주민 주방 주소 주식 주야 주의 주차 주행 준비 중고
    중단 중복 중재 증감 증거 증권 증명 증상 증세 증정 증지 지금 지급 지도 지명 지문 지방 지사 지속
    지시 지역 지연 지원 지점 지정 지체 지출 지표 직계 직불 직원 직장 직접 진단 진료 진입 진행 질문
    질병 질환 집중 징수 차감 차량 차림 차액 차이 착불 참가 참석 참여 창구 창고 채권 책임 처리 처방
    처분 첨부 청결 청구 청소 청약 청산 체결 체납 체류 체크 체험 초과 초기 촬영 총액 최고 최대 최소
    최저 최종 추가 추첨 추천 추후 축하 출결 출고 출국 출금 출력 출발 출석 출입 출장 충격 충전 취급
    취득 취소 취업 층간 치과 치료 친구 친권 침구 침수 타행 탁송 탐지 택배 토지 통관 통보 통신 통장
    통학 통행 퇴거 퇴실 퇴원 퇴직 투약 투자 특약 특정 파손 판결 판단 판매 판정 편도 평가 평일 포인
    포장 폐기 폐업 폐차 표시 표준 품목 품절 품질 피해 필수 필요 하자 하차 학기 학년 학력 학생 학습
    학원 한도 한정 할부 할인 함량 합격 합산 합의 항공 항목 해결 해당 해명 해상 해석 해약 해외 해제
    해지 해촉 행사 허가 허위 현금 현상 현장 현황 혈압 혜택 호실 호출 화면 화물 화재 확보 확약 확인
    확장 확정 환경 환급 환불 환송 환수 환승 환율 환자 환전 회계 회복 회선 회수 회원 회의 회전 회차
    회신 효력 후기 후불 후원 휴가 휴대 휴무 휴식 휴일 휴학 흡연 기사 마을 공원 사랑 사람 하늘 바다
    예술 나라 세상 행복 우리 가게 마당 정원 나무 가구 이불 신발 가방 시계 화장 세제 음악 영화 미술
    월요일 화요일 수요일 목요일 금요일 토요일 일요일 어린이 어머니 아버지 할머니 할아버지 시어머니
    장모님 며느리 아주머니 고관절 유치원 요양원 갑상선 내시경 물리치료 냉장고 세탁기 정수기 청소기
    건조기 계량기 변기 수도꼭지 싱크대 상견례 집들이 자전거 오토바이 지하철 고속도로 신호등
    백내장 녹내장 다초점 추간판 탈출 탈출증 협착 협착증 절개 절제 골절 염좌 인대 연골 척추 경추 요추
    관절 관절염 디스크 당뇨 고혈압 폐렴 위염 장염 용종 종양 결석 치질 탈장 맹장 충수 편도 갑상선
    대상포진 자궁 근종 제왕 분만 마취 봉합 초음파 조영 부정맥 협심증 뇌졸중 백혈병
"""
_LOANS: Final = """
    프라이팬 인덕션 보일러 컨트롤러 리모컨 에어컨 콘센트 배터리 액세서리 매뉴얼 셋톱박스 블랙박스
    프린터 프린트 카트리지 라우터 디스플레이 모니터 컴퓨터 노트북 태블릿 스피커 이어폰 헤드폰
    마이크 카메라 렌즈 필터 밸브 모터 펌프 히터 쿨러 센서 스위치 버튼 케이블 어댑터 충전기 커넥터
    메시지 메신저 콘텐츠 카탈로그 비즈니스 바비큐 스케줄 텔레비전 주니어 캐비닛 심포지엄 초콜릿
    애프터 서비스 리포트 데이터 소시지 슈퍼마켓 렌터카 오피스텔 아파트 엘리베이터 에스컬레이터
    인터넷 와이파이 홈페이지 사이트 애플리케이션 소프트웨어 업데이트 업그레이드 다운로드 프로그램
    패스워드 아이디 비밀번호 계정 로그인 로그아웃 이벤트 프로모션 쿠폰 포인트 마일리지 멤버십
    패키지 옵션 세트 사이즈 컬러 디자인 브랜드 매장 스토어 마켓 쇼핑 온라인 오프라인 캠페인
    브레이크 타이어 엔진 오일 핸들 범퍼 미션 에어백 내비게이션 하이브리드 트렁크 와이퍼 라이트
    임플란트 스케일링 크라운 보톡스 레이저 마사지 필라테스 헬스 트레이닝 요가 피티 샴푸 트리트먼트
    매트리스 소파 테이블 커튼 블라인드 카펫 타일 도어락 디지털 스크래치 케이스 플라스틱 스테인리스
    콘서트 뮤지컬 티켓 패스 스튜디오 이미지 파일 스캔 팩스 이메일 메일 링크 채팅 챗봇 콜센터
    샌드위치 햄버거 피자 파스타 케이크 커피 주스 샐러드 스테이크 돈가스 짜장면 짬뽕 떡볶이
    리조트 호텔 펜션 콘도 캠핑 글램핑 가이드 투어 크루즈 체크인 체크아웃 라운지 게이트 캐리어
    백신 바이러스 알레르기 비타민 칼슘 인슐린 항생제 시럽 캡슐 로타바이러스 퍼센트 센티미터
"""
_AFFIXES_BEFORE: Final = frozenset("재미오무유선후총본신구고초비불각매전현타정반부가사준")
_AFFIXES_BEHIND: Final = frozenset(
    "사액비일금분자기원인서지점장실권료값건식형용품물자증률율량수제법판과부팀소처측간차초급순중후전내외상"
    "계국군급단대별본성세안어업월위의적주처층칸편폭표호회교관구도로생가객기집석"
)
"""What a noun is made longer with: 환불+액, 재+발급."""


@lru_cache(maxsize=1)
def _nouns() -> frozenset[str]:
    listed = (*_NOUNS.split(), *_LOANS.split(), *listed_words(), *REPORT_WORDS)
    return frozenset(word for word in listed if len(word) > 1 and "가" <= word[0] <= "힣")


def is_ordinary(word: str, at: int) -> bool:
    """Return whether a word is a compound of which the part at a syllable is an ordinary noun.

    Args:
        word: of Hangul.
        at: the place of a syllable.
    """
    nouns = _nouns()
    size = len(word)
    if at == 0 and size > 2 and word[0] in _AFFIXES_BEFORE and is_noun(word[1:]):
        return True
    if at == size - 1 and size > 2 and word[-1] in _AFFIXES_BEHIND and is_noun(word[:-1]):
        return True
    for start in range(at + 1):
        if start == 1 and word[0] not in _AFFIXES_BEFORE:
            continue
        for end in range(max(at + 1, start + 2), size + 1):
            if end == size - 1 and word[-1] not in _AFFIXES_BEHIND:
                continue
            if word[start:end] in nouns:
                return True
    return False


_LONGEST: Final = 12
"""Syllables of an ordinary noun, at most."""


def is_noun(word: str) -> bool:
    """Return whether a word is an ordinary noun or a compound of two."""
    nouns = _nouns()
    if len(word) > 2 * _LONGEST:
        return False
    return word in nouns or any(
        word[:cut] in nouns and word[cut:] in nouns for cut in range(2, len(word) - 1)
    )


def is_affix(syllable: str) -> bool:
    """Return whether a syllable makes a longer noun of one: 액 of 환불액."""
    return syllable in _AFFIXES_BEHIND
