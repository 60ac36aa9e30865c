"""Figures that a call sets against each other, and that an analysis tells the other way round."""

import datetime as dt

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

GIFT = "상담사: 음식은 그대로 받으시고 배달비 삼천오백 원하고 쿠폰 오천 원을 드릴게요"
DOUBLE = "고객: 이번 달 가스비가 십팔만 원이 나왔어요 지난달은 구만 원이었는데"
CLASSES = (
    "상담사: 수채화는 월요일 저녁 일곱 시, 십이 주에 십팔만 원이고요, "
    "기타는 목요일 오전 열 시, 십 주에 십오만 원이에요"
)
FRIDGE = "상담사: 전환 가능하신 게 냉장고 오십사만 원 하고 치과 이십사만 원 두 건이세요"
REVIEW = "상담사: 심사에 삼 일에서 오 일 걸립니다"
LATE = "상담사: 수요일은 십이 분, 금요일은 십팔 분 늦으셨네요"
COUPON = "상담사: 접속 보상이 삼십일일까지고 쿠폰이 이십칠일까지예요"
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
        (GIFT, "배달비 환급과 5,000원 쿠폰을 제안했습니다.", False),
        (GIFT, "배달비 5,000원을 취소하고 3,500원 쿠폰을 제안했습니다.", True),
        (DOUBLE, "가스비가 지난달의 두 배인 18만 원으로 나왔다고 항의했습니다.", False),
        (DOUBLE, "지난달은 18만 원이었다고 항의했습니다.", True),
        (CLASSES, "수채화는 18만 원, 기타는 15만 원이라고 안내했습니다.", False),
        (CLASSES, "수채화는 15만 원, 기타는 18만 원이라고 안내했습니다.", True),
        (FRIDGE, "치과 24만 원과 냉장고 54만 원을 안내했습니다.", False),
        (FRIDGE, "치과 54만 원을 할부로 전환했습니다.", True),
        (REVIEW, "3~5일 심사한다고 안내했습니다.", False),
        (LATE, "수요일 12분, 금요일 18분 늦었다고 확인했습니다.", False),
        (LATE, "수요일 18분, 금요일 12분 늦었다고 확인했습니다.", True),
        (COUPON, "쿠폰이 31일까지인 줄 알았다고 했습니다.", False),
        (COUPON, "쿠폰은 27일까지라고 안내했습니다.", False),
        (COUPON, "쿠폰은 31일까지라고 안내했습니다.", True),
    ],
)
def test_a_label_has_the_figure_that_it_was_said_with(said, told, wrong):
    call = said if said.startswith("고객") else f"고객: 얼마예요\n{said}"
    flags = flags_of(f"{call}\n고객: 네\n", told)
    assert ("unbound_number" in flags) is wrong


FIRST = (
    "고객: 예약을 바꾸려고요\n상담사: 다음 주 화요일 오전 열한 시 본뜨는 날이시네요\n"
    "고객: 그날이 안 돼서요\n상담사: 그럼 수요일 오후 네 시 반은 어떠세요\n고객: 좋아요\n"
    "상담사: 네 십일월 십일일 수요일 네 시 반으로 옮겼습니다\n"
)
REPAIR = (
    "고객: 세 번이나 신고했는데 안 오셨잖아요\n"
    "상담사: 십일월 이십육일 오전에 수리 방문 예약해 드렸습니다\n고객: 그때 보고요\n"
    "상담사: 네, 결과를 보시죠\n고객: 그다음에는요\n상담사: 십이월 이일에 전화드릴게요\n고객: 네\n"
)
BILL = (
    "고객: 이번 달에는 얼마예요\n상담사: 육십만 원에 이자 오천 사백 원 정도세요\n"
    "고객: 원래 삼만 삼천 원인데 왜 만 구천 원이 더 나왔어요\n상담사: 할인이 끝나셨어요\n"
)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (REPAIR, "수리 방문 뒤 12월 2일에 통화하기로 했습니다."),
        (FIRST, "화요일 오전 11시 예약을 옮겨 수요일 4시 반으로 변경했습니다."),
        (BILL, "이번 달 납부액은 60만 원과 이자라고 안내했습니다."),
        (BILL, "원래보다 1만 9천 원이 더 나왔다고 항의했습니다."),
    ],
)
def test_what_is_listed_compared_or_done_with_a_noun_is_no_word_of_a_number(call, told):
    assert "unbound_number" not in flags_of(call, told, dt.date(2026, 11, 5))


MONTH = (
    "고객: 얼마나 감면돼요\n"
    "상담사: 이번 달 요금 삼만 삼천 원 중에 절반 만 육천오백 원 감면해 드릴게요\n고객: 네\n"
)
LATE_TRAIN = (
    "고객: 배상이요\n상담사: 지연배상은 20분 이상 40분 미만이 12.5퍼센트고"
    " 40분 이상 60분 미만이 25퍼센트세요\n고객: 네\n"
)
LEFT = (
    "고객: 환불은요\n상담사: 환불은 정상가 기준이라 한 달 9만 원씩 45만 원 빠지고"
    " 위약금 6만 6천 원 빠져서 14만 4천 원 나오세요\n고객: 네\n"
)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (MONTH, "이번 달 요금 1만 6천 5백 원 감면을 약속함."),
        (LATE_TRAIN, "20분 이상 40분 미만은 12.5퍼센트라고 안내함."),
        (LEFT, "환불액은 14만 4천 원이라고 안내함."),
    ],
)
def test_a_verb_a_bound_and_what_points_to_a_month_are_no_labels(call, told):
    assert "unbound_number" not in flags_of(call, told, dt.date(2026, 11, 5))
