"""What was said in a call stands, whatever was decided later, and what was done is not denied."""

from __future__ import annotations

import pytest

from scoring.outcomes import flags_of

OUTCOME = {"polarity", "conditional"}

REFUND = (
    "고객: 강의 환불이요\n"
    "상담사: 네 십이만 원이 환불되세요\n"
    "고객: 교재는요\n상담사: 교재는 뜯으셔서 안 되세요\n고객: 네 알겠습니다\n"
)
GIFT = (
    "고객: 곰탕 주문 취소할라고요\n상담사: 아직 출고 전이라 취소됩니다\n"
    "고객: 아 그럼 언니한테 보내지 뭐 취소하지 말고\n"
    "상담사: 네 주소 바꿔 드렸어요 모레 도착하세요\n"
)
SEDATION = (
    "고객: 위내시경을 수면으로 바꿔 주세요\n상담사: 네 수면 내시경으로 변경했습니다\n고객: 네\n"
)
DOCTOR = (
    "고객: 금리 인하 결과요\n"
    "상담사: 카드론 때문에 등급이 그대로라서요 이번에는 수용이 안 되셨어요\n고객: 네\n"
)
DEPOSIT = (
    "고객: 재예치할 때 이자까지 다 넣어 주세요\n상담사: 원칙은 오늘부터만 되는데 해 드릴게요\n"
    "상담사: 네 오백십팔만 삼천 원으로 재예치했습니다\n고객: 네\n"
)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        pytest.param(REFUND, "강의 12만 원은 환불되지 않았습니다.", id="만 is a numeral"),
        pytest.param(
            SEDATION, "수면 내시경으로 변경해 주지 않았습니다.", id="수면 is no condition"
        ),
        pytest.param(
            SEDATION, "일정을 안내하고 수면으로 변경해 주지 않았습니다.", id="a part for each verb"
        ),
        pytest.param(GIFT, "배송 주소는 변경되지 않았습니다.", id="done"),
    ],
)
def test_what_was_done_is_not_denied(call, result):
    assert "polarity" in flags_of(call, result)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        pytest.param(GIFT, "주문은 취소되지 않고 모레 언니에게 배송될 예정입니다.", id="left out"),
        pytest.param(GIFT, "출고 전이라 취소된다고 안내했습니다.", id="what was said stands"),
        pytest.param(
            DOCTOR, "등급이 그대로라 수용되지 않았다고 안내했습니다.", id="a reason in 그대로라"
        ),
        pytest.param(DEPOSIT, "이자까지 합쳐 다시 맡기기로 했습니다.", id="오백십팔만 is no only"),
    ],
)
def test_what_was_said_or_left_out_stands(call, result):
    assert not OUTCOME & set(flags_of(call, result))
