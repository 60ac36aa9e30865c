"""A denial that nobody in the call makes is flagged, whatever verb it has; a true one is not."""

from __future__ import annotations

import pytest

from scoring.outcomes import flags_of

BILL = (
    "상담사: 검침값 다시 확인했고요 요금을 다시 계산해서 구만 원으로 정정했습니다\n"
    "고객: 네 감사합니다\n상담사: 가산금은 안 붙습니다\n고객: 네\n"
)
DRONE = "고객: 그럼 언제 받아요\n상담사: 십팔일에 시험비행하고 십구일에 택배로 나갑니다\n고객: 네\n"
PASSPORT = (
    "고객: 급한데 어디로 가요\n"
    "상담사: 네 저희 구청에서는 긴급여권을 당일 오후 다섯 시까지 발급해 드리고요\n고객: 네\n"
)
RENTER = (
    "상담사: 렌터카 쓰실 수 있고요 아니면 교통비로 받으세요\n"
    "고객: 그럼 교통비로 할게요\n상담사: 네 교통비로 접수하겠습니다\n"
)
PHONE = (
    "고객: 기사님 오기 전에 전화 주시나요\n상담사: 네 기사님이 전화드릴게요\n"
    "고객: 아니에요 전화는 안 하셔도 돼요\n상담사: 네 알겠습니다\n"
)
CARD = (
    "고객: 그럼 지금 카드로 결제하겠습니다\n상담사: 네 한도가 부족하다고 나오세요\n"
    "고객: 아 그래요 그럼 다음에 할게요\n상담사: 네\n"
)
BOOK = (
    "고객: 환불해 주세요\n상담사: 내려받으신 책은 환불이 안 되는 게 원칙이에요\n고객: 몰랐어요\n"
    "상담사: 그럼 이번 한 번만 적립금으로 돌려드릴게요\n고객: 네\n"
)
LOTTERY = (
    "고객: 누나 계좌로 받을 수 있나요\n상담사: 당첨금은 본인 명의 계좌로만 나갑니다\n"
    "고객: 위임장이 있으면요\n상담사: 위임장이 있어도 지급이 안 되세요\n고객: 네\n"
)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (BILL, "요금이 9만 원으로 정정되지 않음"),
        (BILL, "요금은 9만 원으로 바로잡지 않기로 함"),
        (DRONE, "19일에 택배로 보내지 않기로 함"),
        (PASSPORT, "긴급여권은 당일 오후 5시까지 발급되지 않는다고 안내함"),
        (PASSPORT, "긴급여권을 오후 5시까지 발급할 수 없다고 안내함"),
    ],
)
def test_a_denial_of_what_the_call_only_affirms_is_flagged(call, result):
    assert "polarity" in flags_of(call, result)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (BILL, "요금은 9만 원으로 정정되었고 가산금은 붙지 않음"),
        (DRONE, "19일에 택배로 보내기로 함"),
        (RENTER, "고객은 렌터카를 쓰지 않고 교통비를 받기로 함"),
        (PHONE, "기사가 방문 전에 전화하지 않기로 함"),
        (CARD, "카드로 결제하지 않기로 함"),
        (BOOK, "내려받은 책은 환불이 안 된다고 했다가 적립금으로 돌려주기로 함"),
        (LOTTERY, "당첨금은 본인 명의 계좌로만 지급된다고 안내함"),
        (LOTTERY, "위임장이 있어도 안 된다고 안내함"),
    ],
)
def test_a_true_result_is_not_flagged(call, result):
    assert "polarity" not in flags_of(call, result)
