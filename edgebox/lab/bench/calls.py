"""Generated consultations: speed depends on their length, not on their story.

The same seed gives the same call everywhere. The first line of every call holds a different
number, so two seeds share no beginning, and no server answers one call from another call's cells.
"""

from __future__ import annotations

import random

_TOPICS: tuple[tuple[str, ...], ...] = (
    (
        "고객: 지난달 카드 명세서에 {shop}에서 {won}원이 두 번 찍혔는데요 확인 좀 해 주세요",
        "상담사: 네 고객님 {day}일자 승인 내역을 보니 {won}원이 두 건으로 접수돼 있습니다",
        "고객: 저는 한 번만 결제했거든요 그날 {shop}에 간 것도 한 번이고요",
        "상담사: 가맹점에 확인해서 중복 승인이면 한 건을 취소 처리해 드리겠습니다",
        "고객: 그럼 돈은 언제 들어와요",
        "상담사: 영업일로 {few}일 안에 결제 계좌로 입금됩니다",
    ),
    (
        "고객: 인터넷이 어제 저녁부터 자꾸 끊겨요 공유기도 껐다 켜 봤는데 똑같아요",
        "상담사: 불편 드려 죄송합니다 회선을 점검해 보니 신호가 약하게 잡히고 있습니다",
        "고객: 아이가 수업을 들어야 해서 급한데 오늘 와 주실 수 있나요",
        "상담사: 오늘은 일정이 다 찼고 내일 오전 {hour}시에 기사님 방문이 가능합니다",
        "고객: 방문비가 있나요",
        "상담사: 회선 문제라서 비용은 없고 장애 시간만큼 요금 {won}원이 감면됩니다",
    ),
    (
        "고객: {shop}에서 주문한 상품이 배송 완료로 뜨는데 저는 못 받았어요",
        "상담사: 송장 번호 {number}번으로 조회하니 {day}일 경비실에 맡긴 것으로 나옵니다",
        "고객: 경비실에도 물어봤는데 없다고 하셨어요",
        "상담사: 배송 기사님께 연락해서 위치를 확인하고 {hour}시까지 다시 연락드리겠습니다",
        "고객: 못 찾으면 어떻게 되나요",
        "상담사: 분실로 확인되면 {won}원 전액을 환불해 드리거나 새 상품을 보내 드립니다",
    ),
    (
        "고객: 실손 보험금을 청구했는데 {few}주가 지나도록 소식이 없어서요",
        "상담사: 접수 번호 {number}번으로 심사 중이고 진단서 한 장이 빠져 있습니다",
        "고객: 진단서는 병원에서 처음에 같이 보냈다고 했는데요",
        "상담사: 팩스 상태가 흐려서 다시 필요합니다 앱으로 사진을 올려 주셔도 됩니다",
        "고객: 올리면 얼마나 걸릴까요",
        "상담사: 서류가 확인되면 {few}일 안에 {won}원 한도에서 지급됩니다",
    ),
    (
        "고객: 여권을 재발급받으려고 하는데 {day}일에 출국이라 시간이 될지 모르겠어요",
        "상담사: 보통 {few}일 걸리고 긴급 여권은 당일 발급도 가능합니다",
        "고객: 긴급 여권은 뭐가 더 필요한가요",
        "상담사: 항공권 예약 내역과 신분증 그리고 수수료 {won}원을 준비해 주세요",
        "고객: 구청에서도 되나요",
        "상담사: 가까운 구청 여권과에서 오전 {hour}시부터 접수하실 수 있습니다",
    ),
)
_SHOPS = ("한빛마트", "가온서점", "도담식당", "누리전자", "새봄약국", "아라카페", "다온의류")


def utterances(seed: int, count: int, salt: int = 0) -> list[str]:
    """Return the first ``count`` lines of a call, each "speaker: words".

    Args:
        seed: of the story.
        count: of lines.
        salt: another salt gives the same story another beginning of the same length.
    """
    number = random.Random(f"{seed} {salt}").randrange(10**7, 10**8)  # noqa: S311 - see below
    chance = random.Random(seed)  # noqa: S311 - reproducible, not secret
    lines = [f"고객: 안녕하세요 고객 번호 {number}번인데요"]
    topics = chance.sample(_TOPICS, len(_TOPICS))
    while len(lines) < count:
        facts = {
            "shop": chance.choice(_SHOPS),
            "won": f"{chance.randrange(3, 480) * 1000:,}",
            "day": chance.randrange(1, 29),
            "few": chance.randrange(2, 8),
            "hour": chance.randrange(9, 12),
            "number": chance.randrange(10**9, 10**10),
        }
        topic = topics.pop() if topics else chance.choice(_TOPICS)
        lines += [line.format(**facts) for line in topic]
    return lines[:count]


def call(seed: int, count: int = 13, salt: int = 0) -> str:
    """Return a whole call, by default of a minute or two."""
    return "\n".join(utterances(seed, count, salt))
