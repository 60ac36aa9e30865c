"""What was asked or depends is settled where the agent says soon, in short, that it is done."""

from __future__ import annotations

import pytest

from scoring.outcomes import flags_of

REFUND = (
    "상담원: 착오송금 반환 요청을 접수하면 다온은행이 연락을 합니다 지금 접수해 드릴까요\n"
    "고객: 네 해 주세요\n{answer}\n고객: 네 알겠어요\n"
)
DONE = REFUND.format(answer="상담원: 접수했습니다 결과는 금요일까지 문자로 드립니다")
OPEN = REFUND.format(answer="상담원: 그럼 오늘 지점에 방문하시면 접수해 드릴게요")
CARD = (
    "상담사: 카드를 해지하시면 남은 기간만큼 일할로 돌려드립니다\n고객: 그럼 해지할래요 지금 되죠\n"
    "상담사: 네 마일리지는 사라지는데 괜찮으세요\n고객: 그건 됐어요\n"
    "상담사: 네 해지 완료됐고 환급금은 다음 주 수요일에 입금됩니다\n고객: 네\n"
)
ANSWER = (
    "고객: 반품되나요\n상담사: 담당 부서 답변이 오면 내일 오후까지 연락드리겠습니다\n고객: 네\n"
)
SUM = (
    "고객: 날짜를 바꾸면 얼마예요\n"
    "상담사: 일요일이면 할증이 붙어서 계약금 빼면 잔금이 구십오만 원이에요\n고객: 네\n"
)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (DONE, "다온은행을 통한 착오송금 반환 요청을 접수함"),
        (DONE, "착오송금 반환 요청이 접수됨"),
        (CARD, "카드를 해지 처리함"),
        (CARD, "카드 해지가 완료되어 환급금이 입금될 예정임"),
        (ANSWER, "담당 부서 답변이 오면 내일 오후까지 연락하기로 함"),
        (SUM, "잔금은 95만 원이 됨"),
    ],
)
def test_what_is_done_in_short_is_settled(call, result):
    assert "conditional" not in flags_of(call, result)


def test_what_is_only_offered_under_a_condition_is_not():
    assert "conditional" in flags_of(OPEN, "착오송금 반환 요청을 접수했습니다.")


PILLS = (
    "고객: 가방이 안 와서 약을 못 먹었어요\n"
    "상담사: 병원에서 다시 처방받으시면 영수증을 심사해서 배상해 드립니다\n"
    "고객: 화장품도 되나요\n상담사: 화장품은 세면도구만 인정됩니다\n"
    "고객: 일단 약부터 처방받을게요\n상담사: 네\n"
)
LOAN = (
    "고객: 통장을 연장하려고요\n"
    "상담사: 연장 약정은 앱이나 영업점에서 전자서명하셔야 합니다. 링크 보내 드릴까요?\n"
    "고객: 네 언제까지 하면 돼요?\n상담사: 금요일까지 하시면 됩니다.\n"
    "고객: 네 오늘 저녁에 할게요.\n상담사: 네\n"
)
POINTS = (
    "고객: 포인트는 현금으로 바꿀 수 있어요?\n"
    "상담사: 계좌로 입금 신청하시면 1점에 1원으로 됩니다\n고객: 그럼 카드는 그냥 둘게요\n"
    "상담사: 네\n고객: 포인트도 계좌로 넣어 주세요\n상담사: 네 내일 입금됩니다\n"
)
READ = (
    "고객: 회사에서 제 이력서를 봤을까요\n"
    "상담사: 열람 기록을 보면 최근 30일 동안 네 곳이 열람했는데 그 회사는 없으세요\n고객: 네\n"
)
OFFER = (
    "고객: 이체는 4월에 할게요\n상담사: 4월 초에 안내 전화 드려도 될까요?\n"
    "고객: 아니요 전화는 괜찮아요\n상담사: 네\n"
)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (PILLS, "고객은 우선 약부터 다시 처방받기로 함"),
        (LOAN, "고객이 앱으로 연장 약정을 하기로 함"),
        (POINTS, "포인트 입금이 신청됨"),
        (READ, "최근 30일 동안 네 곳이 이력서를 열람한 것으로 확인됨"),
        (OFFER, "4월 초 안내 전화는 고객이 사양함"),
    ],
)
def test_what_is_taken_up_later_in_a_call_is_settled(call, result):
    assert "conditional" not in flags_of(call, result)


SEDAN = (
    "고객: 범퍼가 덜렁거리는데 타도 돼요\n상담사: 운행하시면 안 되고요 대차해 드려야 될 것 같아요\n"
    "고객: 성산일출봉 주차장이요\n상담사: 성산이면 대차가 한 시간 반 정도 걸리는데 괜찮으세요\n"
    "고객: 저희 네 시에 예약이 있는데요\n"
    "상담사: 그럼 세 시 반까지 도착하도록 요청하겠습니다 다만 확답은 어렵습니다\n"
    "고객: 네 차종은 같은 거예요\n상담사: 지금 소나타로 가요\n"
    "고객: 네 그럼 여기서 기다릴게요\n상담사: 네\n"
)
LESSON = (
    "고객: 선생님을 바꿀 수 있나요\n상담사: 네 나 선생님은 화목 일곱 시로 가능하세요\n"
    "고객: 일곱 시면 괜찮아요\n상담사: 네 다음 주 화요일부터 나 선생님으로 시작합니다\n"
    "고객: 그리고 교재를 잃어버렸는데요\n상담사: 네 무료로 보내 드릴게요\n고객: 감사해요\n"
    "상담사: 네 내일 발송합니다\n고객: 동생도 영어 하나 등록할까 하는데\n"
    "상담사: 초등 영어는 먼저 레벨 테스트를 보셔야 반 배정이 됩니다\n"
    "고객: 그건 다음에 할게요\n상담사: 네\n"
)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (SEDAN, "성산일출봉 주차장으로 소나타 대차를 보내기로 함"),
        (LESSON, "나 선생님을 배정해 드림"),
    ],
)
def test_who_waits_where_it_comes_has_taken_it_and_a_condition_of_another_thing_is_none(
    call, result
):
    assert "conditional" not in flags_of(call, result)


def test_a_condition_of_the_thing_itself_is_one():
    assert "conditional" in flags_of(LESSON, "초등 영어 반을 배정해 드림")


def test_what_nobody_takes_up_is_not():
    call = POINTS.replace("포인트도 계좌로 넣어 주세요", "네")
    assert "conditional" in flags_of(call, "포인트 입금이 신청됨")
