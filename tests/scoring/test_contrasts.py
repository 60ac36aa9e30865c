"""Figures that a call sets against each other, and that an analysis tells the other way round."""

import pytest

from scoring.outcomes import flags_of

RATES = "상담사: 변동금리는 연 사 점 이 프로이고 고정금리는 사 점 팔 프로입니다"
ENTRY = "상담사: 어른은 만오천 원이고 애들은 팔천 원이세요"
ASKED = "고객: 어른은 얼마예요\n상담사: 만오천 원이요\n고객: 애는요\n상담사: 팔천 원이세요"
FREE = "상담사: 앱으로 하시면 면제고 창구로 하시면 천 원 부과돼요"
NIGHT = "상담사: 주간은 만이천 원 야간은 만오천 원입니다"
PLANS = "상담사: 지금이 육만 구천 원이고 바꾸시면 오만 오천 원이세요"
MONTHLY = "상담사: 월정액은 구천구백 원이고 연간은 구만 구천 원이에요"
STAY = "상담사: 체크인은 세 시 체크아웃은 열한 시입니다"
COVERED = "상담사: 급여는 만이천 원이고 비급여가 팔만 원 나왔어요"
FRUIT = "상담사: 사과 만오천 원 배 만팔천 원 포도 만이천 원이세요"
SALES = "상담사: 작년 전년 실적이 육백만 원인데 올해는 사백십만 원이세요"
AGREED = "상담사: 설치비는 삼만 원이고 철거비는 오만 원인데 오늘은 설치비 오만 원이에요"

TALL = "상담사: 어른은 만오천 원이고 애들은 팔천 원인데 애들도 키가 백사십 넘으면 만오천 원이에요"


@pytest.mark.parametrize(
    ("said", "told", "wrong"),
    [
        (RATES, "변동금리 4.2%, 고정금리 4.8%를 안내했습니다.", False),
        (RATES, "고정금리 4.2%로 신청했습니다.", True),
        (ENTRY, "성인 15,000원, 어린이 8,000원을 안내했습니다.", False),
        (ENTRY, "성인 8,000원, 어린이 15,000원을 안내했습니다.", True),
        (ASKED, "성인 15,000원, 소아 8,000원을 안내했습니다.", False),
        (ASKED, "성인 8,000원, 소아 15,000원을 안내했습니다.", True),
        (FREE, "앱은 면제, 창구는 1,000원 부과된다고 안내했습니다.", False),
        (FREE, "앱은 1,000원 부과, 창구는 면제된다고 안내했습니다.", True),
        (NIGHT, "야간 시급 15,000원을 안내했습니다.", False),
        (NIGHT, "야간 시급은 12,000원이라고 안내했습니다.", True),
        (PLANS, "현재 요금 69,000원, 변경 후 55,000원을 안내했습니다.", False),
        (PLANS, "현재 요금 55,000원, 변경 후 69,000원을 안내했습니다.", True),
        (MONTHLY, "연간 99,000원을 안내했습니다.", False),
        (MONTHLY, "월 99,000원, 연 9,900원을 안내했습니다.", True),
        (STAY, "입실 3시, 퇴실 11시라고 안내했습니다.", False),
        (STAY, "입실 11시, 퇴실 3시라고 안내했습니다.", True),
        (COVERED, "급여 12,000원, 비급여 80,000원을 안내했습니다.", False),
        (COVERED, "급여 80,000원, 비급여 12,000원을 안내했습니다.", True),
        (FRUIT, "사과 15,000원, 배 18,000원을 안내했습니다.", False),
        (FRUIT, "사과 18,000원, 배 15,000원을 안내했습니다.", True),
        (SALES, "올해 실적 410만 원을 안내했습니다.", False),
        (RATES, "연 4.8% 금리를 안내했습니다.", False),
        (TALL, "키 140cm 이상 어린이는 15,000원이라고 안내했습니다.", False),
        (TALL, "성인은 8,000원이라고 안내했습니다.", True),
        (AGREED, "설치비는 5만 원이라고 안내했습니다.", False),
    ],
)
def test_a_label_has_the_figure_that_it_was_said_with(said, told, wrong):
    call = said if said.startswith("고객") else f"고객: 얼마예요\n{said}"
    flags = flags_of(f"{call}\n고객: 네\n", told)
    assert ("unbound_number" in flags) is wrong
