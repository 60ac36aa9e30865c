"""What a call only supposes is no fact in a record, and what follows from a fact is one."""

from __future__ import annotations

import pytest

from scoring.outcomes import flags_of

CHECK = (
    "고객: 도수치료비가 덜 나왔어요\n"
    "상담원: 소견서를 보고 심사해서 치료 목적이 확인되면 자기부담금 3만 원 빼고 지급됩니다.\n"
    "고객: 그럼 금요일에 병원에서 받아 올릴게요\n상담원: 네, 기다리겠습니다.\n"
)
PIPE = (
    "고객: 계량기가 얼었어요\n상담원: 현장반이 오늘 오후에 계량기를 교체합니다.\n"
    "상담원: 다만 배관까지 얼었으면 해빙은 건물주 쪽에서 업체를 부르셔야 합니다.\n고객: 네\n"
)
FAULT = (
    "고객: 전기가 나가서 냉동고가 다 녹았어요\n"
    "상담원: 설비 결함으로 밝혀지면 그때 보상 심사를 해요.\n고객: 네\n"
)
FOUND = (
    "고객: 환불은요\n상담원: 검수가 끝나면 18만 3천 원이 취소됩니다.\n고객: 아직이에요?\n"
    "상담원: 확인하니 조금 전에 상품 검수가 끝나서 18만 3천 원 취소됐습니다.\n고객: 네\n"
)
COSTS = (
    "고객: 얼마나 걸려요\n"
    "상담원: 도착하고 일주일인데 명절 전이라 열흘까지 늘어날 수 있습니다.\n고객: 네\n"
)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (CHECK, "치료 목적이 확인되어 자기부담금 3만 원을 뺀 금액이 지급되었습니다."),
        (PIPE, "배관까지 얼어 건물주가 해빙 업체를 부름."),
        (FAULT, "설비 결함으로 밝혀져 보상 심사에 들어갔음."),
        (COSTS, "명절 전이라 늘어나서 열흘까지 걸렸음."),
    ],
)
def test_what_the_call_supposes_did_not_happen(call, result):
    assert "conditional" in flags_of(call, result)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (CHECK, "치료 목적이 확인되면 자기부담금 3만 원을 뺀 금액이 지급될 예정입니다."),
        (CHECK, "소견서를 받아 올리기로 하였습니다."),
        (PIPE, "배관까지 얼었을 때는 건물주가 업체를 불러야 함."),
        (FOUND, "상품 검수가 끝나 18만 3천 원이 취소되었습니다."),
    ],
)
def test_what_was_told_or_is_left_open_is_true(call, result):
    assert "conditional" not in flags_of(call, result)
