"""What a call refuses of what a line affirms, and what it refuses of something else."""

from __future__ import annotations

import pytest

from scoring.outcomes import flags_of

REPORT = (
    "고객: 허위 매물 신고하려고요.\n"
    "상담사: 신고자 정보는 전달되지 않습니다.\n"
    "고객: 그럼 해 주세요.\n"
    "상담사: 네 올려 두었습니다.\n"
)
PICKED_UP = (
    "고객: 의자는 오늘 가져가시죠?\n"
    "상담사: 네 수거 기사님이 아직 처리를 안 하셔서 오늘 안에 가십니다.\n"
    "고객: 네.\n"
)
ENDED = (
    "고객: 전화를 해지하면 사진이 없어지나요?\n"
    "상담사: 저장된 사진은 해지해도 없어지지 않습니다.\n"
    "고객: 그럼 그렇게 해 주세요.\n"
    "상담사: 네 처리했습니다.\n"
)
REORDERED = (
    "고객: 새로 샀어요. 원래 거는 취소해 주세요.\n"
    "상담사: 8840 주문은 방금 취소했습니다.\n"
    "고객: 감사합니다.\n"
)
BORNE = (
    "고객: 배송비라도 빼 주면 고맙지.\n"
    "상담사: 대신 배송비 12만 원을 저희가 안을게요.\n"
    "고객: 네 그렇게 해요.\n"
)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        pytest.param(REPORT, "허위 매물 신고가 접수되었습니다.", id="whose information"),
        pytest.param(PICKED_UP, "의자는 오늘 수거됩니다.", id="who has not done it"),
        pytest.param(ENDED, "해지되었습니다.", id="in spite of it"),
        pytest.param(REORDERED, "고객이 다시 주문했습니다.", id="done once more"),
        pytest.param(BORNE, "배송비 12만 원을 부담하겠다고 했습니다.", id="안다"),
    ],
)
def test_what_is_refused_of_something_else_is_not_flagged(call, result):
    assert "polarity" not in flags_of(call, result)


@pytest.mark.parametrize(
    ("said", "result"),
    [
        pytest.param("펀드는 옮길 수 없습니다.", "펀드를 옮길 수 있다고 확인했습니다.", id="able"),
        pytest.param("신고는 접수가 안 됩니다.", "신고가 접수되었습니다.", id="taken"),
        pytest.param("오늘 수거는 안 됩니다.", "오늘 수거됩니다.", id="picked up"),
        pytest.param("해지는 안 됩니다.", "해지되었습니다.", id="ended"),
    ],
)
def test_what_is_refused_itself_is_flagged(said, result):
    assert "polarity" in flags_of(f"고객: 가능한가요?\n상담사: {said}\n고객: 네.\n", result)
