"""Numbers that a record has as the call, so that nothing can have been exchanged, and others."""

import datetime as dt

import pytest

from scoring.outcomes import flags_of

ON = dt.date(2026, 8, 24)
ROOMS = (
    "손님: 두 방을 붙여서 주실 수 있어요?\n"
    "상담원: 칠 층에 713호 714호가 나란히 있는데 이걸로 배정해 드릴게요\n손님: 네\n"
    "상담원: 713호에 침대를 하나 더 넣을까요?\n손님: 네\n"
)
STROLLER = (
    "손님: 일주일만 더 쓸 수 있을까요\n상담원: 27일에 다음 예약자분이 계셔서요\n"
    "손님: 그럼 언제까지 돼요\n"
    "상담원: 소독하는 데 하루 걸려서 26일 아침 아홉 시까지는 주셔야 돼요 하루만 연장 가능하세요\n"
)
FAMILY = (
    "고객: 네 명 다 묶으면요\n"
    "상담사: 한 분당 월 5,500원씩 할인됩니다 네 분이면 2만 2천 원이요\n고객: 해 주세요\n"
)
LATE = (
    "고객: 기사님 온다는 시간이 두 시였어요. 지금 네 시 이십 분이에요.\n상담사: 죄송합니다.\n"
    "고객: 내일은요?\n상담사: 내일 금요일은 오전 아홉 시 첫 시간이 있습니다.\n고객: 네, 그때요.\n"
)
BRAKES = (
    "상담원: 앞 패드가 9만 5천 원 디스크 두 장이 18만 원이요\n고객: 비싸네요\n"
    "상담원: 디스크는 연마하면 6만 원에도 돼요\n고객: 그럼 패드 갈고 디스크는 연마로 해 주세요\n"
    "상담원: 그럼 9만 5천 원에 6만 원 해서 15만 5천 원이고요\n고객: 네\n"
)
LIMIT = (
    "상담사: 현재 한도 400만 원이시고 얼마까지 원하세요\n고객: 1,200만 원이요\n"
    "상담사: 지금 올려 드릴 수 있는 한도가 700만 원까지네요\n고객: 그럼 700으로 올려 주세요\n"
)
WASTE = (
    "고객: 만삼천 원 냈어요 둘이 합해서\n"
    "상담원: 소파가 구천 원 책상이 사천 원 해서 13,000원 맞고요\n고객: 소파만 남았어요\n"
)
NUMBERS = (
    "고객: 접수 번호 알려 주세요\n"
    "상담사: 전입신고 접수 번호는 이사공칠이고요 확정일자 번호는 팔팔일삼입니다\n고객: 네\n"
)


@pytest.mark.parametrize(
    ("call", "told", "wrong"),
    [
        (ROOMS, "나란히 있는 713호와 714호를 배정했습니다.", False),
        (STROLLER, "27일에 다음 예약자가 있어 26일 9시까지 하루만 연장된다고 함.", False),
        (FAMILY, "한 명당 월 5,500원씩 네 명이면 2만 2천 원이 할인된다고 안내했습니다.", False),
        (LATE, "오후 2시에 오기로 한 기사가 4시 20분까지 오지 않는다고 항의함.", False),
        (BRAKES, "패드와 디스크 연마를 15만 5천 원에 하기로 함.", False),
        (LIMIT, "한도를 1,200만 원까지 올려 달라고 요청함.", False),
        (WASTE, "소파와 책상을 13,000원 내고 내놓았다고 함.", False),
        (WASTE, "소파는 9,000원이라고 안내함.", False),
        (WASTE, "소파는 4,000원이라고 안내함.", True),
        (NUMBERS, "전입신고 접수 번호는 2407, 확정일자 번호는 8813입니다.", False),
        (NUMBERS, "전입신고 접수 번호는 8813, 확정일자 번호는 2407입니다.", True),
    ],
)
def test_a_number_that_stands_as_in_the_call_is_not_exchanged(call, told, wrong):
    assert ("unbound_number" in flags_of(call, told, ON)) is wrong
