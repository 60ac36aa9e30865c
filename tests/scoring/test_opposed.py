"""Endings told in other words than the call's that it settled the other way, and true ones."""

from __future__ import annotations

import pytest

from scoring.outcomes import flags_of

DRYER = """\
고객: 건조기를 지난달에 샀는데요 소리가 너무 커서 전화드렸어요
상담사: 네 불편하셨겠어요 모델명 말씀해 주시겠어요
고객: DX20이요 빨래가 하나도 안 말라요
상담사: 확인해 보니 구입하신 지 한 달이 안 되셨네요
고객: 새 제품으로 바꿔 주시면 안 돼요
상담사: 기사가 점검해서 불량 판정이 나와야 교환이 됩니다
고객: 그럼 세탁비로 쓴 3만 원은요 그것도 물어 주셔야죠
상담사: 죄송하지만 세탁비는 보상이 어렵습니다
고객: 너무하네요
상담사: 대신 점검은 무료로 잡아 드리겠습니다 언제가 좋으세요
고객: 금요일 오전이요
상담사: 금요일은 마감이고요 토요일 오전 10시가 있습니다
고객: 그럼 토요일로 해 주세요
상담사: 네 토요일 오전 10시로 방문 예약했습니다
고객: 필터도 하나 더 받을 수 있어요
상담사: 네 필터는 기사가 갈 때 하나 드리겠습니다
고객: 설명서도 잃어버렸는데요
상담사: 설명서는 문자로 보내 드렸습니다
고객: 네 받았어요 감사합니다
상담사: 네 토요일에 뵙겠습니다
"""

COURSE = """\
고객: 영어 강의 듣고 있는데요 회사가 바빠져서요
상담사: 네 수강생님 성함이 어떻게 되세요
고객: 진하루예요 환불하면 얼마 나와요
상담사: 지금 하시면 31만 원 중에 12만 원이 나옵니다
고객: 생각보다 적네요 그럼 쉬는 건 되나요
상담사: 네 두 달까지 정지가 됩니다
고객: 그럼 정지해 주세요 환불은 안 할게요
상담사: 네 두 달 정지 처리했습니다 종료일이 9월 30일로 바뀌었고요
고객: 반도 좀 옮길 수 있나요 저녁반으로요
상담사: 네 저녁반 변경 가능합니다 옮겨 드릴까요
고객: 네 7시 반이요
상담사: 네 7시 반으로 변경했습니다
고객: 교재도 바뀌나요
상담사: 아니요 교재는 같습니다
고객: 녹화 강의는요
상담사: 녹화 강의는 따로 파는 상품입니다
고객: 알겠습니다
상담사: 네 감사합니다
"""


@pytest.mark.parametrize(
    ("call", "result"),
    [
        pytest.param(DRYER, "통화 중에 건조기가 새 제품으로 교환됨", id="not done during the call"),
        pytest.param(DRYER, "세탁비 3만 원을 그 자리에서 지급함", id="not on the spot"),
        pytest.param(DRYER, "세탁비 3만 원을 물어 주기로 함", id="not promised"),
        pytest.param(DRYER, "건조기 값을 돌려받기로 함", id="no word of it"),
        pytest.param(COURSE, "환불을 받고 강의를 그만둠", id="another way was chosen"),
        pytest.param(COURSE, "강의를 해지하기로 함", id="nobody ends it"),
    ],
)
def test_another_ending_than_the_calls_is_flagged(call, result):
    assert "polarity" in flags_of(call, result)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        pytest.param(DRYER, "점검 방문이 토요일 오전 10시로 예약됨", id="done"),
        pytest.param(DRYER, "통화 중에 설명서를 보냄", id="done during the call"),
        pytest.param(DRYER, "기사가 갈 때 필터를 하나 주기로 함", id="promised"),
        pytest.param(DRYER, "불량 판정이 나오면 교환하기로 함", id="under a condition"),
        pytest.param(DRYER, "세탁비는 보상하지 않기로 함", id="refused"),
        pytest.param(COURSE, "강의가 두 달 정지되고 저녁반으로 변경됨", id="chosen"),
        pytest.param(COURSE, "고객이 금액을 듣고 환불을 포기함", id="given up"),
        pytest.param(COURSE, "7시 반으로 바로 변경해 줌", id="at once"),
    ],
)
def test_the_calls_own_ending_is_not_flagged(call, result):
    assert "polarity" not in flags_of(call, result)
