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

RENTAL = """\
고객: 렌터카 예약한 거 취소하고 싶은데요
상담사: 예약자 성함이요
고객: 오세훈입니다
상담사: 네 12월 3일 제주 아반떼 이틀이시네요
고객: 취소하면 수수료 있어요
상담사: 72시간 전이면 없고 지금은 사흘 안쪽이라 10퍼센트 9,800원이 빠집니다
고객: 애가 아파서 그런데 좀 봐주시면 안 돼요
상담사: 진단서 보내 주시면 수수료는 면제해 드릴 수 있어요
고객: 그럼 병원 갔다 와서 보낼게요 취소는 지금 해 주세요
상담사: 네 취소 처리했고요 우선 88,200원이 환불됩니다
고객: 나머지는 서류 보내면 주시는 거죠
상담사: 네 확인되면 9,800원도 돌려드려요
고객: 며칠 안에 보내야 해요
상담사: 일주일 안에 보내 주세요
고객: 네
상담사: 얼른 낫길 바랍니다
"""

MOVE = """\
고객: 인터넷 해지하려고 전화했는데요
상담사: 네 고객님 어떤 점이 불편하셨을까요
고객: 요금이 너무 비싸고 이사도 가거든요
상담사: 이사 가시는 곳에서도 이전 설치가 가능하십니다
고객: 아니 그냥 끊고 싶어요 약정이 언제까지예요
상담사: 약정은 내년 3월까지이고 지금 해지하시면 위약금이 8만 4천 원 나옵니다
고객: 위약금이 그렇게나 나와요
상담사: 네 대신 이전 설치하시면 석 달 동안 5천 원씩 빼 드릴 수 있어요
고객: 음 그럼 일단 옮기는 걸로 할게요
상담사: 네 이사 날짜가 언제세요
고객: 다음 달 12일이요
상담사: 12일 오전 10시로 기사 방문 잡아 드렸습니다
고객: 설치비도 있어요
상담사: 설치비는 제가 빼 드렸고요 공유기는 쓰시던 거 그대로 쓰시면 됩니다
고객: 네 알겠습니다
상담사: 감사합니다
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
        pytest.param(
            RENTAL, "예약을 그 자리에서 취소하고 88,200원을 돌려받기로 함", id="done in few words"
        ),
        pytest.param(
            MOVE, "고객이 해지를 포기하고 이전 설치를 하기로 함", id="took something else instead"
        ),
    ],
)
def test_the_calls_own_ending_is_not_flagged(call, result):
    assert "polarity" not in flags_of(call, result)
