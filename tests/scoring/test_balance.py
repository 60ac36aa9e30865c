"""What the signs together make of a denial in a call of a dozen utterances or more."""

from __future__ import annotations

import pytest

from scoring.outcomes import flags_of

LOST = (
    "상담사: 네 새봄카드 분실센터입니다\n"
    "고객: 지갑을 통째로 잃어버렸어요 카드 좀 막아 주세요\n"
    "상담사: 성함하고 생년월일 말씀해 주세요\n"
    "고객: 추영달이고요 79년 3월 2일이요\n"
    "상담사: 신용카드랑 체크카드 두 장 갖고 계시네요 두 장 다 정지할까요\n"
    "고객: 체크카드는 집에 있어요 신용카드만요\n"
    "상담사: 네 신용카드 지금 바로 정지했습니다\n"
    "고객: 새 카드는 회사로 보내 주세요\n"
    "상담사: 유성구 테크노로로 등록돼 있는데 맞으세요\n"
    "고객: 네 맞아요\n"
    "상담사: 영업일로 5일 걸립니다 동료분이 대신 받으실 수는 없습니다\n"
    "고객: 연회비도 좀 돌려주세요\n"
    "상담사: 카드를 쓰시는 동안 연회비를 돌려드리는 건 어렵습니다\n"
    "고객: 그럼 해지하면 돌려줘요\n"
    "상담사: 해지하시면 남은 기간만큼 돌려드려요\n"
    "고객: 알겠습니다\n"
)
TAX = (
    "상담사: 소득세과입니다\n"
    "고객: 작년 소득세 신고를 깜빡했는데요\n"
    "상담사: 성함 말씀해 주세요\n"
    "고객: 황보석이요\n"
    "상담사: 본세가 127만 원이고 지금 신고하시면 가산세가 줄어듭니다\n"
    "고객: 가산세를 안 내는 방법은 없어요\n"
    "상담사: 몰랐다는 사유로는 면제가 안 됩니다\n"
    "고객: 나눠서 내는 것도 안 돼요\n"
    "상담사: 본세가 적어서 분납은 어렵습니다\n"
    "고객: 신고는 앱으로 하면 되죠\n"
    "상담사: 네 6월 30일까지 기한후신고 메뉴에서 하시면 50퍼센트 감면받으세요\n"
    "고객: 그럼 이달 안에 하는 게 낫네 내가 주말에 할게요\n"
    "상담사: 네 감사합니다\n"
)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        pytest.param(LOST, "새 카드는 집으로 보내지 않습니다.", id="sent elsewhere"),
        pytest.param(LOST, "카드를 쓰는 동안 연회비는 돌려줄 수 없습니다.", id="granted otherwise"),
    ],
)
def test_a_denial_that_the_call_bears_out_is_not_flagged(call, result):
    assert "polarity" not in flags_of(call, result)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        pytest.param(
            TAX, "고객이 6월 30일까지 직접 기한후신고를 하지 않기로 했습니다.", id="decided"
        ),
        pytest.param(LOST, "신용카드는 정지되지 않았습니다.", id="done"),
    ],
)
def test_a_denial_of_what_the_call_says_or_does_is_flagged(call, result):
    assert "polarity" in flags_of(call, result)
