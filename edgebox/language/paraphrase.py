"""Other words for the same thing in Korean calls: what a caller says and what a record says.

A caller says 먹통, 물에 빠트렸어요, 공짜; the record says 고장, 침수, 무료. Each line of the table
is one meaning. Its forms are compared without spaces, as substrings, so that verbs are listed by
their stems. Forms that mean something else inside other words (내, 오, 사) are longer here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_MEANINGS_LISTED: Final = """
    고장 먹통 안켜 안되 안돼 안눌 안나와 안나오 멈췄 망가 불량 작동하지 작동안 오작동 꺼져 꺼지
    침수 물에빠 물에젖 물이들어 물들어 빠트 빠뜨
    파손 깨졌 깨져 깨진 부서 금이가 금이갔 찌그러
    유상 무상이안 무상은안 무상으로안 비용이나 비용이발생 수리비가 수리비는
    무상 무료 공짜 비용없 비용은없 비용이없 요금은없 요금이없 돈안 그냥해
    분실 잃어버 없어졌 없어진 흘렸 놓고내 두고내
    도난 훔쳐 도둑
    구매 구입 샀는 샀어 산거 산건 샀던 주문 시켰 시킨
    결제 긁었 긁혔 긁었 승인 찍혔 찍힌 빠져나 나갔
    청구 나왔 나온 빠져나 부과 과금
    과다 많이 너무 비싸 더나갔 더나왔 더나온
    납부 내야 내면 낼게 내셔 내시 냈어 내려고 내는 납입 입금 내고
    환불 돌려 환급 토해 반환 빼드
    환급 환불 돌려
    반환 반납 토해 돌려 회수
    지급 드려 드렸 나가 나갑 들어가 들어옵 입금 넣어 받으 받아 나옵
    입금 들어 넣어 지급 보내
    적립 넣어 적립금 쌓
    감면 빼드 빼주 빼서 깎아 할인 면제 감액 줄여 차감
    감액 감면 빼드 빼주 깎아 차감
    차감 빼드 빼주 빼고 빠지 빠져 감면
    할인 빼드 빼주 깎아 감면 저렴
    면제 빼드 빼주 안내셔 안내도 없으세 감면 없습니
    증액 올려 올라 올렸 더받
    인상 올라 올랐 올려 오른 비싸
    연기 미뤄 미루 늦춰 늦추 연장
    연장 미뤄 늘려 늘리 더쓰 계속쓰
    지연 늦어 늦게 늦었 안왔 안와 안오 밀려 밀리 기다렸
    변경 바꿔 바꾸 바꿨 바뀌 바뀐 옮겨 옮기 고쳐 수정 돌려
    전환 바꿔 바꾸 바뀌 변경
    수정 고쳐 바꿔 정정 바로잡
    교체 바꿔 바꾸 갈아 갈으 교환 새걸로 새거
    교환 바꿔 바꾸 새걸로 교체
    해지 끊으 끊고 끊어 끊는 끊을라 없애 안쓰 그만 탈퇴 정리
    탈퇴 그만두 해지 없애
    중단 멈춰 멈추 그만 끊어 정지 스톱
    정지 멈춰 막아 막았 중지 세워 잠가
    차단 막아 막았 막혀 거부 안오게
    해제 풀어 풀었 풀리 풀고
    제외 빼고 빼달 빼주 빠지 빼드 빼서
    누락 빠졌 빠진 빠뜨 빼먹 안왔 안들어
    설치 달아 깔아 까는
    방문 오세 오시 갑니 와주 와서 와서 오신 옵니 들르 가서 가야 갈게 가겠 가면 나가 찾아 뵐게 출동
    출동 와주 나가 보내드 도착
    도착 와요 왔는 왔어 옵니 들어가 배송 받으
    배송 배달 오는 옵니 와요 왔는 왔어 왔다 보내 택배 도착 받아 받으
    오배송 다른게 잘못온 잘못보
    발송 보내 출고 나갔 나갑 부쳐 전송 갑니다 갔어 갔습 드렸
    전송 보내 발송 갔어
    출고 보내 나갔 나갑 발송
    회수 가져가 수거 찾으러 가지러 반납
    수거 가져가 회수 가지러
    반품 돌려보 회수 환불
    반납 돌려 가져오 갖다 회수
    제출 내시 내야 내면 내겠 낼게 올려 올리 보내 보낼 가져오 주셔야 떼오 첨부 갖고오 내라
    접수 신청 올려 넣어 넣었 등록 잡아 신고
    신청 접수 가입 넣어 하겠다 등록 해주세요
    등록 올려 넣어 접수 신청 해놨
    예약 잡아 잡혀 잡았 잡을 잡겠 예매 그걸로 비어
    예매 예약
    발급 떼 나옵 나와 뽑 끊어 만들어
    재발급 다시만들 다시받 새로받 새카드
    연락 전화 통화 문자 드릴게 회신 알려
    회신 연락 전화 답변 알려 답을
    통보 알려 안내 문자 전화
    재통화 다시전화 다시연락
    확인 보니 조회 보겠 알아
    조회 찾아 봐드 보니 확인
    점검 봐주 봐드 보러 검사 확인 살펴
    수리 고쳐 고치 고장 as 손봐
    자비 제돈 내돈 자기돈 직접내
    누수 물이새 물새 새는 샜 새요 샌다
    소음 소리 시끄 덜덜 윙윙
    악취 냄새
    단절 끊겨 끊기 끊어
    불통 안터 안돼 안되 끊겨 먹통 안나
    오류 에러 안돼 안되 안떠 떠요 뜨는 튕 거절 안켜
    잠김 잠겼 잠긴 잠금 막혔
    이사 옮겨 옮기
    이전 옮겨 옮기 바꿔
    양도 넘겨 넘기
    동거 같이살
    자녀 아이 애가 애기 아들 딸
    아기 애기 아이
    배우자 남편 아내 와이프 신랑 집사람
    부모 어머니 아버지 엄마 아빠
    모친 어머니 엄마
    부친 아버지 아빠
    임대인 집주인
    주택 집
    자택 집으로 댁으로
    사유 이유 왜 때문
    이유 왜 때문 어째
    원인 이유 왜 때문
    비용 돈 얼마 요금 수수료 값
    금액 얼마 돈
    요금 돈 얼마 비용
    위약금 반환금 물어내 깨면
    수수료 비용
    보상 물어 배상 변상
    배상 물어 보상 변상
    항의 화가 화나 말이안 어이없 어이가 짜증 따지 열받 억울 왜이렇게
    불만 화가 화나 어이없 짜증 억울 열받
    불편 힘들 못자 고생 죽겠
    기한 안에 늦어도
    기간 동안 얼마나
    일정 날짜 시간
    소요 걸려 걸리 걸립 정도
    예상 나올 될것 정도
    만료 끝나 끝났 지나
    종료 끝나 끝났 끝내 끊
    삭제 지워 지우 지웠 없애
    확정 정해 정했 결정
    결정 정해 정하 정했
    합의 동의 그러기로
    승인 허락 통과
    인정 맞습 과실
    수령 받으 받았 찾으
    송금 보내 보냈 이체
    이체 보내 송금
    상향 올려 올리 올렸
    하향 내려 내리 낮춰
    인하 내려 내리 깎
    충전 넣어 채워
    정정 고쳐 바꿔
    작성 적어 적으 쓰시 써서 써야
    첨부 붙여 올려
    유예 미뤄 늦춰
    복구 되돌 다시넣 살려
    재개 다시시작 다시켜
    퇴원 나왔 나오
    입원 들어가
    내원 오셔 오시 병원에오 병원가
    진료 보러 보시 병원
    진단서 진단
    처방 약을
    부상 다쳤 다치
    사고 박았 부딪 긁었
    견적 얼마
    대기 기다
    기록 적어 적으 남겨 메모
    메모 적어 적으 남겨
    전달 얘기해 말해 말씀드 넘겨
    이관 넘겨 연결
    연결 바꿔 돌려
    상속 물려
    사망 돌아가
    출금 찾으 찾아
    개통 켜 살려
    퇴실 나갈 나가
    입실 들어가
    철거 떼 뜯
    폐기 버리 버려
    아내 와이프 집사람 마누라
    남편 신랑 애아빠
    상의 물어보 의논 얘기해
    상의한 물어보 의논
    못받 안들어 안왔
    낙상 넘어
    거동 움직
    일부 부분 조금
    못했 안돼 안되
    완료 했습 됐습 됐어 했어 끝났 드렸
    보류 멈춰 미뤄 나중 일단 생각해
    철회 안할 안하 취소 됐어 없던걸로
    취소 안할 안하 없던걸로
    포기 안할 그냥 됐어
    유지 그대로 계속 그냥쓰 안바꾸 놔두
    동의 네그렇게 그렇게해 알겠 좋아 그걸로
    수락 네그렇게 그렇게해 알겠 좋아 그걸로
    선택 그걸로 걸로 로할게 로해
    거절 안된다 안돼 안되 불가 거부 됐어요 됐습니다
    불가 안되 안돼 안됩 어렵 못하 못해 안나 없습
    불가능 안되 안돼 안됩 어렵 못하 못해
    가능 되세 됩니 돼요 되고 되는 되죠
    필요 있어야 내야 해야 주셔야 하셔야 가져
    불필요 없어도 안해도 필요없
    미납 안냈 못냈 안내 밀렸 밀린 연체
    연체 밀렸 밀린 안냈 못냈
    미수령 못받 안왔
    미도착 안왔 안와 안오
    사용 쓰시 쓰실 쓸수 써도 쓰고
    미사용 안썼 안쓴 쓰지
    재방문 다시오 또오
    심야 밤에 밤늦
    익일 다음날 내일
    당일 오늘 그날
    명일 내일
    금일 오늘
    전액 다돌려
    절반 반 반값
    잔여 남은 남아
    잔액 남은 남아
    이중 두번 두개 두건
    중복 두번 두개 이중
    과실 실수 잘못
    착오 잘못 실수 헷갈
    실수 잘못
    본인 저 제가
    대리 대신
    대체 대신
    서류 등본 사본 증명서 진단서 계약서 확인서
    증빙 서류 영수증 사진
    링크 문자
    온라인 인터넷 앱 홈페이지 사이트
    홈페이지 사이트 인터넷
    애플리케이션 앱 어플
    앱 어플
    어플 앱
    휴대폰 핸드폰 폰이 폰을 전화기 단말기 휴대전화
    단말기 폰 핸드폰 휴대폰 기계
    텔레비전 티비
    tv 티비 텔레비전
    티비 tv
    mri 엠알아이
    엠알아이 mri
    ct 씨티
    otp 오티피
    오티피 otp
    cd 시디
    시디 cd
    usb 유에스비
    qr 큐알
    큐알 qr
    esim 이심
    이심 esim
    iphone 아이폰
    아이폰 iphone
    galaxy 갤럭시
    pro 프로
    max 맥스
    plus 플러스
    mini 미니
    sns 에스엔에스 인스타
    as 에이에스 수리
    wifi 와이파이
    와이파이 wifi 무선
    pc 피씨 컴퓨터
    컴퓨터 피씨 노트북
    pt 피티
    피티 pt
    kt 케이티
    lte 엘티이
    ars 에이알에스
    pin 핀
    vip 브이아이피
    gps 지피에스
    led 엘이디
"""
_STEM: Final = re.compile(r".+(?:[내치꾸추키미루]|(?<![말애화])기)")
"""Forms that are the stem of a verb; 전화기, 단말기 and 얘기 are none."""

_R: Final = 8
"""Place of ㄹ among the final consonants."""


def _with_future(forms: list[str]) -> tuple[str, ...]:
    """Return forms with those of what will be: 보낼 beside 보내, 고칠 beside 고치."""
    future = [f"{one[:-1]}{chr(ord(one[-1]) + _R)}" for one in forms if _STEM.fullmatch(one)]
    return tuple(dict.fromkeys([*forms, *future]))


_TABLE: Final = {
    line.split()[0]: _with_future(line.split()[1:])
    for line in _MEANINGS_LISTED.strip().splitlines()
}
_LONGEST: Final = max(map(len, _TABLE))


def listed_words() -> frozenset[str]:
    """Return the words that have paraphrases: ordinary nouns of records."""
    return frozenset(_TABLE)


@lru_cache(maxsize=20_000)
def paraphrases(word: str) -> tuple[str, ...]:
    """Return other forms of a stem of a record, without spaces; none for most stems.

    A compound has those of its parts: 환불금 those of 환불, 단말기고장 those of both.
    """
    found: list[str] = []
    at = 0
    while at < len(word):
        for size in range(min(_LONGEST, len(word) - at), 1, -1):
            forms = _TABLE.get(word[at : at + size])
            if forms is not None:
                found += forms
                at += size
                break
        else:
            at += 1
    return tuple(dict.fromkeys(found))
