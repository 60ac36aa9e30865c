"""Four made-up consultations for the demo: short, so that a small machine answers soon."""

from __future__ import annotations

QUICK = (
    "DEMO-1",
    """\
고객: 목요일 오후 2시 정형외과 예약을 바꾸고 싶어요. 회사 일이 생겼어요.
상담사: 다음 주 화요일 오전 10시 30분에 자리가 있습니다.
고객: 네, 그때로 바꿔 주세요.
상담사: 화요일 오전 10시 30분으로 변경해 드렸습니다.""",
)

QUESTION = "예약이 언제로 바뀌었지?"
"""About the first one."""

BATCH = (
    (
        "DEMO-2",
        """\
고객: 주문한 신발이 아직 안 왔어요.
상담사: 오늘 오후 6시까지 배송됩니다.""",
    ),
    (
        "DEMO-3",
        """\
고객: 일본 로밍을 신청해 주세요.
상담사: 하루 9,900원 요금제로 신청했습니다.""",
    ),
    (
        "DEMO-4",
        """\
고객: 인터넷 해지 위약금이 얼마예요?
상담사: 위약금은 3만 원입니다.""",
    ),
)
