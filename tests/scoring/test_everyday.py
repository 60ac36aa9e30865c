"""True lines of everyday calls, that a check of one kind or another had flagged."""

from __future__ import annotations

import pytest

from scoring.outcomes import flags_of

OTHERS = {"no_outcome", "copied_sentences"}
"""Flags of the other lines, which say nothing."""

SHOES = (
    "고객: 운동화 주문한 거 이백사십오로 왔는데 이백오십으로 바꾸고 싶어요\n"
    "상담사: 지금 검정만 있고 흰색은 품절이네요\n"
    "고객: 그럼 그냥 환불해 주세요\n"
    "상담사: 네 환불로 접수할게요 사이즈 사유라 반품비 육천 원은 고객님 부담이세요\n"
    "고객: 네 그건 괜찮아요 상자는 버렸는데 괜찮나요\n"
    "상담사: 신발 상자가 없으시면 환불이 어려우세요\n"
    "고객: 아 신발 상자는 있고 택배 상자만 버렸어요\n"
    "상담사: 그럼 괜찮으세요 모레 기사님이 가지러 가시고 검수 끝나면 카드 취소됩니다\n"
    "고객: 적립금은 안 없어지죠\n"
    "상담사: 쓰신 적립금 삼천 원은 그대로 돌려 드려요\n"
)
LEAK = (
    "고객: 싱크대 밑에서 물이 새는데 물을 써도 되나요\n"
    "상담사: 밸브부터 잠그시고요 기사님 가실 때까지 물은 쓰지 마세요\n"
    "고객: 바닥이 다 젖어요\n"
    "상담사: 바닥 안 젖게 수건 좀 대 주세요 오늘 네 시에 기사님 보내 드릴게요\n"
    "고객: 네 알겠습니다\n"
)
PARCEL = (
    "고객: 받는 사람 주소를 바꿀 수 있어요 제가 이사 전 주소를 적어서\n"
    "상담사: 수거 전이면 바꿔 드릴 수 있어요 주소 문자로 보내 주시겠어요\n"
    "고객: 네 지금 보낼게요\n"
    "상담사: 네 주소 오면 바로 수정하고 문자 드릴게요\n"
)
CARD = (
    "고객: 카드 결제일을 이십오 일에서 십사 일로 바꾸고 싶어요\n"
    "상담사: 네 이번 달 청구는 이미 마감돼서 다음 달부터 바뀌세요\n"
    "고객: 네 그건 괜찮아요\n"
)
HOTEL = (
    "고객: 체크인을 두 시에 할 수 있어요\n"
    "상담사: 체크인은 세 시인데 방이 비면 두 시에도 돼요 당일에 연락드릴게요\n"
    "고객: 네 못 하면 짐만 맡길게요\n"
)
LINE = (
    "고객: 인터넷이 자꾸 끊겨서 해지하려고요\n"
    "상담사: 해지하시면 위약금이 십이만 원 나오세요 기사님 한번 보내 드릴까요\n"
    "고객: 고쳐지면 그냥 쓸게요 안 고쳐지면 그때 해지할 거예요\n"
)
WASHER = (
    "고객: 수평만 맞추면 되는 거면 제가 해 볼게요\n"
    "상담사: 네 다리를 돌려서 맞추시는 영상을 문자로 보내 드릴게요 "
    "해 보시고 안 되시면 다시 전화 주세요\n"
    "고객: 그럼 오늘은 접수 안 할게요\n"
)
GYM = (
    "고객: 회원권 정지하고 싶어요 다리를 다쳐서요\n"
    "상담사: 네 십일 일부터 두 달 정지해 드릴게요 락커는 어떻게 하시겠어요\n"
    "고객: 락커는 계속 쓸게요 짐이 있어서\n"
    "상담사: 락커는 정지 중에도 월 만 원 나오세요\n"
)
RENTAL = (
    "고객: 시간은 열 시에서 열한 시 반으로 늦춰 주세요\n"
    "상담사: 네 열한 시 반으로 바꿔 드렸고 반납 시간은 그대로 여섯 시예요\n"
    "고객: 네 알겠습니다\n"
)
ROOM = (
    "고객: 엑스트라로 해 주세요 조식은 애가 안 먹으니까 빼고요\n"
    "상담사: 네 엑스트라 베드 추가했고 조식은 어른 두 분만 넣었어요\n"
    "고객: 네\n"
)
FEE = (
    "고객: 연회비가 왜 빠졌어요 작년에 해지한다고 했는데\n"
    "상담사: 해지 접수가 안 돼 있어요 연회비 만 오천 원 빠지셨네요\n"
    "고객: 저는 분명히 전화했어요 작년 십이월에요\n"
    "상담사: 통화 기록을 확인해 보고 사실이면 돌려 드릴게요 지금 해지해 드릴까요\n"
    "고객: 네 해지하고 연회비도 돌려주세요\n"
    "상담사: 해지는 지금 처리했고요 연회비는 안 쓰신 기간만큼은 오늘 바로 돌려 드려요 "
    "나머지는 확인 후에 내일까지 연락드릴게요\n"
)


def flags_of_line(call, field, text):
    lines = {"result": "마쳤습니다."} | {field: text}
    return set(flags_of(call, **lines)) - OTHERS


@pytest.mark.parametrize(
    ("call", "field", "text"),
    [
        pytest.param(
            SHOES,
            "result",
            "반품비 6,000원은 고객이 부담하고 적립금 3,000원은 돌려주기로 함",
            id="another topic that is a figure",
        ),
        pytest.param(
            SHOES,
            "customer",
            "택배 상자만 버렸고 신발 상자는 버리지 않았다고 함",
            id="only the other one",
        ),
        pytest.param(
            PARCEL,
            "agent",
            "고객이 주소를 문자로 보내면 바로 수정하고 문자로 알려 주겠다고 함",
            id="what one side does if the other did",
        ),
        pytest.param(WASHER, "result", "상담사가 영상을 문자로 보내기로 함", id="of what is shown"),
        pytest.param(CARD, "customer", "결제일을 14일로 변경해 달라고 요청함", id="from and to"),
        pytest.param(
            HOTEL, "customer", "2시 체크인이 안 되면 짐만 맡기겠다고 함", id="of either figure"
        ),
        pytest.param(LINE, "customer", "인터넷이 자주 끊겨 해지를 문의함", id="adverb"),
        pytest.param(LINE, "customer", "고쳐지지 않으면 해지하겠다고 함", id="verb denied"),
        pytest.param(
            SHOES,
            "agent",
            "신발 상자가 없으면 환불이 어렵다고 안내함",
            id="denied under a condition",
        ),
        pytest.param(
            GYM, "result", "11일부터 2개월 정지했고 락커는 정지하지 않음", id="goes on as it was"
        ),
        pytest.param(
            RENTAL,
            "result",
            "인수 시간을 11시 30분으로 변경했고 반납 시간은 변경하지 않음",
            id="stays as it was",
        ),
        pytest.param(
            ROOM, "result", "엑스트라 베드를 추가했고 아이 조식은 추가하지 않음", id="left out"
        ),
        pytest.param(
            SHOES, "customer", "적립금이 없어지지 않게 해 달라고 요청함", id="what it is asked for"
        ),
        pytest.param(
            LEAK, "agent", "기사가 올 때까지 물을 쓰지 말라고 안내함", id="asked not to do"
        ),
        pytest.param(
            LEAK, "agent", "바닥이 젖지 않게 수건을 대 달라고 안내함", id="what something is for"
        ),
        pytest.param(
            FEE,
            "result",
            "연회비 나머지는 통화 기록을 확인한 뒤 환급 여부를 연락할 예정",
            id="whether it will be",
        ),
    ],
)
def test_a_true_line_is_left_alone(call, field, text):
    assert flags_of_line(call, field, text) == set()


@pytest.mark.parametrize(
    ("call", "field", "text"),
    [
        pytest.param(CARD, "customer", "결제일을 24일로 변경해 달라고 요청함", id="no such day"),
        pytest.param(GYM, "result", "회원권은 정지하지 않음", id="stopped"),
        pytest.param(RENTAL, "result", "인수 시간은 변경하지 않음", id="changed"),
    ],
)
def test_a_false_one_is_flagged(call, field, text):
    assert flags_of_line(call, field, text)
