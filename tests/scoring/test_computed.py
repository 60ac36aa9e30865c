"""Figures that nobody said and that follow from what was said."""

import pytest

from scoring.outcomes import flags_of

FRUIT = "고객: 얼마예요\n상담사: 사과 만오천 원 배 만팔천 원 포도 만이천 원이세요\n고객: 네\n"
RENTAL = "고객: 밀린 게요\n상담사: 월 삼만 팔천 원이고 석 달 밀리셨어요\n고객: 오늘 낼게요\n"
TAX = "고객: 견적이요\n상담사: 자재비 백이십만 원 인건비 팔십만 원이고 부가세 별도예요\n고객: 네\n"
REFUND = (
    "고객: 취소하면요\n"
    "상담사: 결제하신 삼십오만 원에서 수수료 삼만 오천 원 빼고 환불돼요\n고객: 해 주세요\n"
)
SHARE = (
    "고객: 취소요\n상담사: 삼십 퍼센트 공제하고 돌려드려요 결제하신 건 이십만 원이세요\n고객: 네\n"
)
PEOPLE = "고객: 어른 둘 아이 둘이요\n상담사: 어른 이만 원 아이 만이천 원이세요\n고객: 네\n"
VISITS = "고객: 횟수 남았나요\n상담사: 이십 회 중에 여덟 회 쓰셨어요\n고객: 네\n"
SPLIT = "고객: 육 개월 할부요\n상담사: 총 구십육만 원이고 육 개월 무이자세요\n고객: 네\n"
CHEAPER = (
    "고객: 바꾸면요\n상담사: 지금이 육만 구천 원이고 바꾸시면 오만 오천 원이세요\n고객: 바꿔요\n"
)
PIZZA = (
    "고객: 얼마예요\n"
    "상담사: 피자 이만 삼천 원 파스타 만육천 원 합쳐서 삼만 구천 원이세요\n고객: 네\n"
)
BOTH = "고객: 둘 다 환불이요\n상담사: 치킨 이만 원은 되는데 콜라 삼천 원은 안 되세요\n고객: 네\n"


@pytest.mark.parametrize(
    ("call", "told", "wrong"),
    [
        (FRUIT, "총 3건 45,000원 주문을 접수했습니다.", False),
        (FRUIT, "사과 15,000원, 배 18,000원, 포도 12,000원으로 총 45,000원입니다.", False),
        (FRUIT, "총 3건 48,000원 주문을 접수했습니다.", True),
        (FRUIT, "총 3건 54,000원 주문을 접수했습니다.", True),
        (FRUIT, "사과 45,000원을 주문했습니다.", True),
        (RENTAL, "월 38,000원씩 3개월분 114,000원을 납부하기로 했습니다.", False),
        (RENTAL, "월 114,000원을 납부하기로 했습니다.", True),
        (RENTAL, "3개월분 124,000원을 납부하기로 했습니다.", True),
        (RENTAL, "연 456,000원이라고 안내했습니다.", False),
        (TAX, "합계 200만 원, 부가세 포함 220만 원이라고 안내했습니다.", False),
        (TAX, "부가세 포함 230만 원이라고 안내했습니다.", True),
        (REFUND, "수수료 35,000원을 뺀 315,000원을 환불하기로 했습니다.", False),
        (REFUND, "수수료 35,000원을 뺀 325,000원을 환불하기로 했습니다.", True),
        (REFUND, "385,000원을 환불하기로 했습니다.", True),
        (REFUND, "31만 5천 원에서 수수료를 빼고 환불하기로 했습니다.", True),
        (SHARE, "30%인 6만 원을 공제하고 14만 원을 환불하기로 했습니다.", False),
        (SHARE, "30%인 14만 원을 공제하고 6만 원을 환불하기로 했습니다.", True),
        (PEOPLE, "총 4명 64,000원이라고 안내했습니다.", False),
        (PEOPLE, "총 4명 46,000원이라고 안내했습니다.", True),
        (VISITS, "남은 횟수는 12회라고 안내했습니다.", False),
        (VISITS, "남은 횟수는 10회라고 안내했습니다.", True),
        (SPLIT, "월 16만 원씩 6개월 납부하기로 했습니다.", False),
        (SPLIT, "월 18만 원씩 6개월 납부하기로 했습니다.", True),
        (CHEAPER, "월 14,000원 저렴한 요금제로 변경했습니다.", False),
        (CHEAPER, "월 24,000원 저렴한 요금제로 변경했습니다.", True),
        (PIZZA, "피자, 파스타 총 39,000원을 주문했습니다.", False),
        (PIZZA, "피자 39,000원을 주문했습니다.", True),
        (BOTH, "총 23,000원을 환불하기로 했습니다.", True),
    ],
)
def test_a_figure_that_follows_is_borne_out_and_no_other(call, told, wrong):
    flags = set(flags_of(call, told))
    assert bool(flags & {"ungrounded_number", "unbound_number"}) is wrong
