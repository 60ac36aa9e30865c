"""Who does something, where to, in which year, and what is granted: no predicate of a part."""

from __future__ import annotations

import pytest

from scoring.outcomes import flags_of

FILTER = """\
고객: 필터 갈러 온다더니 아무도 안 왔어요
상담사: 죄송해요 기사님이 교통사고가 나서 못 가셨어요 이번 달 요금 빼 드릴게요
상담사: 내일 아침 열 시에 다른 분 보내고요
고객: 네 그렇게 해 줘요
"""
TAXI = """\
고객: 십오 분 전에 불렀는데 아직도 안 와요
상담사: 기사님이 골목을 못 찾으셨대요 큰길로 나와 주실 수 있어요?
고객: 다리가 아파서 못 나가요
상담사: 그럼 다시 들어가시라고 할게요 오 분이면 가요
고객: 알았어요
"""
SHOP = """\
고객: 매장을 못 찾겠어요 어디로 가면 돼요
상담사: 이 층 승강기 앞이에요
고객: 아 그럼 올라갈게요
"""
FEE = """\
고객: 연회비 이거 작년엔 안 냈는데요
상담사: 작년엔 실적이 넘어서 면제됐고요 올핸 안 넘으셨어요
고객: 그럼 해지할래요
상담사: 포인트 삼만 점이 사라져요 쓰고 하시는 게 어때요
고객: 아 그럼 쓰고 다시 전화할게요
"""
MEAL = """\
고객: 급식비가 왜 다 나갔어요
상담사: 지난달엔 할인됐는데 이번 달은 신청을 늦게 하셔서요
고객: 아 그렇군요
"""
SCAN = """\
고객: 엠알아이 결과 나왔나요
상담사: 나오긴 했는데 전화로는 말씀 못 드려요
고객: 아니 그냥 괜찮은지만
상담사: 원장님 만나셔야 돼요 내일 세 시 비는데
고객: 내일 갈게요
"""
STOCK = """\
고객: 물건 들어왔어요?
상담사: 들어오기는 했는데 오늘은 못 보내 드려요
고객: 그럼 내일 보내 주세요
상담사: 네 내일 보낼게요
"""
SHIPPING = """\
고객: 배송비 내야 돼요?
상담사: 저희가 잘못 보낸 거라 배송비는 빼 드릴게요
고객: 네 감사합니다
"""

PREMIUM = """\
고객: 보험료 환급됐나요
상담사: 네 이번 달에 환급됐습니다
고객: 네
"""
VISIT = """\
고객: 기사 언제 와요
상담사: 오늘은 기사가 방문 못 해요
고객: 네
"""


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (FILTER, "내일 오전 10시 다른 기사가 방문하고 마무리됨"),
        (FILTER, "이달 요금은 청구하지 않기로 함"),
        (TAXI, "기사가 5분 안에 골목으로 들어가기로 함"),
        (SHOP, "고객이 2층 매장으로 올라가기로 함"),
        (FEE, "올해는 실적이 모자라 면제되지 않았음"),
        (MEAL, "이번 달은 급식비가 할인되지 않았음"),
        (SCAN, "결과는 나왔으나 전화로는 알릴 수 없어 내원하기로 함"),
        (STOCK, "물건은 들어왔으나 오늘은 보내지 못해 내일 발송하기로 함"),
        (SHIPPING, "배송비는 받지 않기로 함"),
    ],
)
def test_a_true_result_is_not_flagged(call, result):
    assert "polarity" not in flags_of(call, result)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (FEE, "작년에는 면제되지 않았음"),
        (PREMIUM, "올해는 보험료가 환급되지 않았음"),
        (VISIT, "오늘 기사가 방문하기로 함"),
        (MEAL, "지난달은 급식비가 할인되지 않았음"),
    ],
)
def test_its_opposite_is_flagged(call, result):
    assert "polarity" in flags_of(call, result)
