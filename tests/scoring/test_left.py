"""What is left as it is, found undone and done at once, or asked about and then asked for."""

from __future__ import annotations

import pytest

from scoring.outcomes import flags_of

TIME = (
    "고객: 예약 시간을 바꾸고 싶은데요\n상담사: 몇 시로요\n고객: 다섯 시요\n"
    "상담사: 다섯 시는 찼고 여섯 시는 돼요\n고객: 그럼 그냥 둘게요\n상담사: 네 그대로 두겠습니다\n"
)
PLAN = "고객: 요금제 바꾸고 싶은데\n상담사: 더 싼 게 없어요\n고객: 그럼 그냥 쓸게요\n상담사: 네\n"
OTHER = "고객: 주소를 바꿔 주세요\n상담사: 네 바꿨습니다\n고객: 다른 건 그냥 둘게요\n"
RETURNED = (
    "고객: 셋톱박스 반납했는데 미납이 떴어요\n"
    "상담사: 확인해 보니까 반납 처리가 안 돼 있었네요 지금 처리해 드렸어요\n고객: 네\n"
)
POINTS = "고객: 포인트가 없어요\n상담사: 적립이 안 됐었네요 방금 넣어 드렸어요\n고객: 네\n"
NOT_YET = (
    "고객: 반품 접수했는데요\n"
    "상담사: 반품 접수가 안 돼 있네요 기간이 지나서 진행은 못 해 드립니다\n고객: 네\n"
)
LOCKED = "고객: 차단을 풀어 주세요\n상담사: 네 풀었습니다 이전 메시지는 복구가 안 돼요\n고객: 네\n"
LOWER = (
    "고객: 요금제 낮추면 위약금 있어요\n상담사: 여섯 달 지나셔서 괜찮으세요\n"
    "고객: 그럼 낮춰 주세요\n상담사: 네 다음 달부터 적용돼요\n"
)
STUDENT = (
    "고객: 딸이 학생이 돼요\n상담사: 만 열네 살이면 학생 할인은 학생증이 있어야 돼요\n고객: 네\n"
)
ASKED_FOR = (
    "고객: 약을 바꿔 주실 수 있나요\n상담사: 처방전이 있어야 하는데 선생님께 여쭤볼게요\n"
    "고객: 네 기다릴게요\n상담사: 선생님이 괜찮다고 하시네요 바꿔 드리겠습니다\n"
)
ASKED_ONLY = (
    "고객: 약을 바꿔 주실 수 있나요\n상담사: 처방전이 있어야 하는데 선생님께 여쭤볼게요\n"
    "고객: 네\n상담사: 되면 전화드리겠습니다\n"
)
ONLY_ASKED = (
    "고객: 요금제 낮추면 위약금 있어요\n상담사: 네 삼만 원이요\n고객: 그럼 생각해 볼게요\n"
    "상담사: 아니요 그러시면 혜택이 안 돼요\n"
)

ELSEWHERE = (
    "고객: 요금제 낮추면 위약금 있어요\n상담사: 여섯 달 지나셔서 괜찮으세요\n"
    "고객: 그럼 낮춰 주세요\n상담사: 그건 지점에 오셔서 하셔야 돼요\n고객: 아\n"
)
PAPERS = (
    "고객: 반품 접수했는데요\n"
    "상담사: 반품 접수가 안 돼 있네요 영수증 주시면 접수해 드릴게요\n고객: 그게 없어요\n"
)
ROUTER = "고객: 인터넷 느려요\n상담사: 신호를 다시 잡아 드렸어요\n고객: 네 티브이는 그냥 둘게요\n"
BASKET = (
    "고객: 꽃바구니 내일 오전에 가게 되죠\n상담사: 네 열한 시까지 도착하게 해 놨어요\n"
    "고객: 네 그럼 리본은 그냥 둘게요\n"
)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (TIME, "예약은 변경하지 않았습니다."),
        (PLAN, "요금제를 변경하지 않기로 했습니다."),
        (RETURNED, "셋톱박스 반납이 처리됐습니다."),
        (RETURNED, "반납 처리가 누락되어 있어 바로 처리했습니다."),
        (POINTS, "누락된 포인트를 적립 처리했습니다."),
        (LOCKED, "차단을 해제했습니다."),
        (LOWER, "위약금 없이 요금제를 변경했습니다."),
        (ASKED_FOR, "의사 확인 후 약을 변경해 주기로 했습니다."),
        (ASKED_FOR, "약을 변경하기로 했습니다."),
        (STUDENT, "딸의 학생 할인을 문의했습니다."),
        (STUDENT, "학생 할인 적용을 요청했습니다."),
    ],
)
def test_what_the_call_bears_out_in_its_own_way_is_not_flagged(call, told):
    assert not {"polarity", "conditional"} & set(flags_of(call, told))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (OTHER, "주소는 변경되지 않았습니다."),
        (ELSEWHERE, "위약금 없이 요금제를 변경했습니다."),
        (PAPERS, "반품이 접수됐습니다."),
        (ROUTER, "인터넷 속도 문제는 해결되지 않았습니다."),
        (BASKET, "꽃바구니는 내일 오전에 도착하지 않습니다."),
        (NOT_YET, "반품이 접수됐습니다."),
        (ASKED_ONLY, "약을 변경하기로 했습니다."),
        (STUDENT, "딸의 학생 할인이 적용됐습니다."),
        (ONLY_ASKED, "위약금 없이 요금제를 변경했습니다."),
    ],
)
def test_and_what_it_does_not_still_is(call, told):
    assert {"polarity", "conditional"} & set(flags_of(call, told))
