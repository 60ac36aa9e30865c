"""Numbers that the call has, and that belong to another thing, day or bound in it."""

import datetime as dt

import pytest

from scoring.outcomes import flags_of

ON = dt.date(2026, 11, 5)  # a Thursday
COT = (
    "고객: 아기 침대는요\n"
    "상담사: 아기 침대는 하루 만 원이신데 이번에는 무료로 넣어 드리겠습니다\n"
    "고객: 정말요 감사합니다\n"
    "상담사: 혹시 조식도 추가하시겠어요? 성인 이만 팔천 원입니다\n고객: 아니요\n"
)
GYM = (
    "고객: 그럼 얼마 돌려받아요?\n"
    "상담사: 하루 삼천 원으로 쳐서 십칠만 천 원 빠지고 위약금 사만 이천 원 빠집니다\n"
    "고객: 양도는요?\n상담사: 양도는 수수료 삼만 원만 내시면 돼요\n고객: 네\n"
)
WARD = (
    "상담사: 십일월 사일 퇴원하셨네요. 어떤 항목이 이상하신가요?\n고객: 이인실 요금이요\n"
    "상담사: 십일월 이일부터 육인실이 맞으시네요\n고객: 그렇죠?\n"
)
MATURED = (
    "상담사: 팔월 십칠일에 만기됐고요, 지금은 연 영 점 오 퍼센트입니다\n"
    "고객: 그럼 그날부터 쳐 주실 수 있어요?\n상담사: 원칙은 팔월 이십칠일 접수분부터 적용됩니다\n"
)
TOUR = (
    "고객: 얼마 돌려받아요?\n상담사: 성인 칠십오만 원에서 수수료 빼고 돌려드려요\n"
    "고객: 아동 요금은 얼마였죠?\n상담사: 이십구만 원이요\n고객: 네\n"
)
FEE = (
    "고객: 설치비가 얼마예요?\n상담사: 오만 원이요\n"
    "고객: 철거비도 있어요?\n상담사: 네, 철거비 칠만 원 따로 나와요\n고객: 네\n"
)


@pytest.mark.parametrize(
    ("call", "told", "wrong"),
    [
        (COT, "아기 침대는 원래 하루 10,000원이지만 무료로 제공하기로 했습니다.", False),
        (COT, "아기 침대는 원래 하루 28,000원이지만 무료로 제공하기로 했습니다.", True),
        (GYM, "위약금 4만 2천 원을 뺀다고 안내했습니다.", False),
        (GYM, "위약금 3만 원을 뺀다고 안내했습니다.", True),
        (GYM, "양도 수수료는 3만 원이라고 안내했습니다.", False),
        (GYM, "양도 수수료는 4만 2천 원이라고 안내했습니다.", True),
        (WARD, "11월 4일 퇴원한 환자의 요금을 확인했습니다.", False),
        (WARD, "11월 2일 퇴원한 환자의 요금을 확인했습니다.", True),
        (MATURED, "8월 17일 만기된 적금을 확인했습니다.", False),
        (MATURED, "8월 27일 만기된 적금을 확인했습니다.", True),
        (TOUR, "아동 요금은 29만 원이라고 안내했습니다.", False),
        (TOUR, "아동 요금은 75만 원이라고 안내했습니다.", True),
        (FEE, "설치비 5만 원을 안내했습니다.", False),
        (FEE, "설치비 7만 원을 안내했습니다.", True),
        (FEE.replace("칠만", "사만"), "설치비가 4만 원인 줄 알았다고 했습니다.", False),
    ],
)
def test_a_number_stands_with_the_word_that_the_call_says_it_with(call, told, wrong):
    assert ("unbound_number" in flags_of(call, told, ON)) is wrong


@pytest.mark.parametrize("agreed", ["십만 원이요", "음 그럼 십만 원으로 맞춰 드릴게요"])
def test_a_figure_that_was_agreed_later_needs_no_word_of_its_own(agreed):
    call = (
        "고객: 수리비 십오만 원은 비싸요\n상담사: 그러면 얼마를 생각하세요\n"
        f"고객: {agreed}\n상담사: 네 그렇게 해 드릴게요\n"
    )
    assert "unbound_number" not in flags_of(call, "수리비 10만 원에 합의했습니다.")


VISIT = (
    "고객: 언제 와요?\n상담사: 내일 오후 두 시하고 모레 오전 열 시가 비어 있는데요\n"
    "고객: 모레 열 시로 해 주세요\n상담사: 네 모레 토요일 오전 열 시로 방문 예약 잡았습니다\n"
)
EVENING = "고객: 언제 알 수 있어요?\n상담사: 오늘 저녁 일곱 시 전에 제가 다시 전화드리겠습니다\n"
CLINIC = (
    "상담사: 십일월 십삼일 금요일 오후 세 시 반 진료 맞으시죠\n고객: 네, 다음 주로 바꿔 주세요\n"
    "상담사: 십일월 십칠일 화요일 오전 열한 시 이십 분으로 바꿔 드렸어요\n고객: 네\n"
)
REPLY = (
    "고객: 언제요?\n상담사: 답변이 오면 내일 오후까지 연락드리겠습니다\n고객: 오늘은 기다릴게요\n"
)


@pytest.mark.parametrize(
    ("call", "told", "wrong"),
    [
        (VISIT, "11월 7일 토요일 오전 10시 방문이 예약됐습니다.", False),
        (VISIT, "토요일 오전 10시 방문이 예약됐습니다.", False),
        (VISIT, "11월 6일 오전 10시 방문이 예약됐습니다.", True),
        (VISIT, "내일 오전 10시 방문이 예약됐습니다.", True),
        (EVENING, "오늘 저녁 7시 전에 전화하기로 했습니다.", False),
        (EVENING, "11월 5일 저녁 7시 전에 전화하기로 했습니다.", False),
        (EVENING, "내일 저녁 7시 전에 전화하기로 했습니다.", True),
        (CLINIC, "11월 17일 화요일 오전 11시 20분으로 변경됐습니다.", False),
        (CLINIC, "11월 17일 화요일 오후 3시 30분으로 변경됐습니다.", True),
        (REPLY, "내일 오후까지 연락하기로 했습니다.", False),
        (REPLY, "오늘 오후까지 연락하기로 했습니다.", True),
    ],
)
def test_a_time_stands_with_the_day_that_the_call_says_it_on(call, told, wrong):
    assert ("unbound_number" in flags_of(call, told, ON)) is wrong


def test_the_time_of_one_day_may_be_said_to_be_that_of_another():
    call = "고객: 삼일 아홉 시 이십 분 거요 십일월 십일 같은 시간으로 바꿔 주세요\n상담사: 네\n"
    told = "11월 10일 9시 20분으로 변경했습니다."
    assert "unbound_number" not in flags_of(call, told, ON)
    assert "unbound_number" in flags_of(call.replace("같은 시간", "열 시"), told, ON)


def test_a_time_of_a_day_that_is_not_read_is_left_alone():
    call = "고객: 언제 돼요?\n상담사: 그날 세 시요\n고객: 내일 말고 그날 세 시로 할게요\n"
    assert "unbound_number" not in flags_of(call, "11월 8일 3시로 예약됐습니다.", ON)


REDUCTION = (
    "고객: 일주일이나 못 썼잖아요\n"
    "상담사: 고장 접수일부터 십사 일 넘게 수리가 안 되면 감면이 되는데 그전에는 안 됩니다\n"
    "고객: 네\n"
)
TEACHER = (
    "상담사: 수요일은 팔 분, 금요일은 십이 분 늦으셨네요\n고객: 선생님을 바꿔 주세요\n"
    "상담사: 수요일부터 리나 선생님으로 배정했습니다\n고객: 네\n"
)


@pytest.mark.parametrize(
    ("call", "told", "wrong"),
    [
        (REDUCTION, "접수일부터 14일 넘게 수리가 안 되면 감면된다고 안내했습니다.", False),
        (REDUCTION, "접수일부터 7일 넘게 수리가 안 되면 감면된다고 안내했습니다.", True),
        (TEACHER, "수요일부터 리나 선생님으로 배정했습니다.", False),
        (TEACHER, "금요일부터 리나 선생님으로 배정했습니다.", True),
    ],
)
def test_a_bound_stands_with_its_number(call, told, wrong):
    assert ("unbound_number" in flags_of(call, told, ON)) is wrong


TERMS = (
    "상담사: 삼 년 약정하시면 만 구천 원 할인이 들어가고요, 일 년은 팔천 원 할인입니다\n"
    "고객: 그럼 삼 년으로 해 주세요\n"
)
SAVINGS = (
    "상담사: 지금은 만기 후 금리 연 영 점 오 퍼센트로 들어가 있습니다\n고객: 다시 넣으면요?\n"
    "상담사: 일 년제 연 삼 점 이 퍼센트입니다\n고객: 네, 그렇게 해 주세요\n"
)
TRUCKS = (
    "상담사: 오 톤 백십만 원, 사다리차 이십오만 원 별도시네요\n고객: 더 작은 차로 될까요?\n"
    "상담사: 삼 점 오 톤으로 가능하고요. 그건 팔십오만 원이에요\n고객: 사다리차는 그대로죠?\n"
)


@pytest.mark.parametrize(
    ("call", "told", "wrong"),
    [
        (TERMS, "3년 약정하면 19,000원 할인된다고 안내했습니다.", False),
        (TERMS, "3년 약정하면 8,000원 할인된다고 안내했습니다.", True),
        (TERMS, "1년 약정하면 19,000원 할인된다고 안내했습니다.", True),
        (SAVINGS, "연 3.2% 1년제로 재예치했습니다.", False),
        (SAVINGS, "연 0.5% 1년제로 재예치했습니다.", True),
        (TRUCKS, "3.5톤은 85만 원이라고 안내했습니다.", False),
        (TRUCKS, "3.5톤은 110만 원이라고 안내했습니다.", True),
        (TRUCKS, "사다리차는 25만 원으로 그대로라고 안내했습니다.", False),
        (TRUCKS, "사다리차는 85만 원으로 그대로라고 안내했습니다.", True),
    ],
)
def test_a_figure_stands_with_what_the_call_counts_beside_it(call, told, wrong):
    assert ("unbound_number" in flags_of(call, told, ON)) is wrong


PLANS = (
    "고객: 요금제 바꾸고 싶은데요\n상담사: 지금 오만 오천 원 요금제 쓰시고 데이터 십 기가예요\n"
    "고객: 삼만 원대 있나요\n"
    "상담사: 삼만 삼천 원에 데이터 오 기가, 삼만 구천 원에 칠 기가 있습니다\n고객: 칠 기가요\n"
)
BREAKFAST = (
    "상담사: 이박 디럭스 십팔만 원이세요\n고객: 조식은요\n"
    "상담사: 조식은 세 분이면 칠만 원이고 두 분이면 오만 원입니다 하루에\n고객: 추가해 주세요\n"
    "상담사: 네 그럼 총 이십삼만 원입니다\n"
)


@pytest.mark.parametrize(
    ("call", "told", "wrong"),
    [
        (PLANS, "33,000원 5GB와 39,000원 7GB 요금제를 안내했습니다.", False),
        (PLANS, "33,000원 7GB 요금제로 변경했습니다.", True),
        (PLANS, "55,000원 요금제에서 39,000원 요금제로 변경했습니다.", False),
        (PLANS, "월 16,000원 저렴한 39,000원 요금제로 변경했습니다.", False),
        (BREAKFAST, "2박 18만 원 예약에 2인 조식 5만 원을 더해 23만 원입니다.", False),
        (BREAKFAST, "조식은 3인 5만 원이라고 안내했습니다.", True),
    ],
)
def test_what_is_counted_may_stand_behind_its_figure_and_mean_the_same(call, told, wrong):
    assert ("unbound_number" in flags_of(call, told, ON)) is wrong


RAISED = "상담사: 사만 이천 원이셨는데 오만 천 원이 되셨어요\n고객: 왜 올랐어요\n상담사: 갱신돼서\n"


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ("보험료가 42,000원에서 51,000원으로 오른 이유를 문의했습니다.", False),
        ("보험료가 51,000원에서 42,000원으로 오른 이유를 문의했습니다.", True),
        ("보험료가 51,000원에서 42,000원으로 인상됐다고 안내했습니다.", True),
        ("보험료가 42,000원에서 51,000원으로 인하됐다고 안내했습니다.", True),
        ("보험료를 51,000원에서 42,000원으로 내려 달라고 했습니다.", False),
    ],
)
def test_what_rises_is_more_behind_it_and_what_falls_is_less(told, wrong):
    assert ("unbound_number" in flags_of(RAISED, told, ON)) is wrong


SOFA = (
    "상담사: 밀라노 4인 소파 그레이 한 개 주문하셨네요\n고객: 네 내일 오죠?\n"
    "상담사: 가죽이 늦어져서 생산이 일주일 밀렸습니다\n고객: 아이고\n"
)
REPAY = (
    "고객: 상환하려고요 천오백만 원이요\n"
    "상담사: 상환하시면 중도상환수수료가 구만 칠천 원 나옵니다\n고객: 왜요\n"
    "상담사: 한도를 초과하는 육백오십만 원에 붙은 금액입니다\n고객: 상환은 그럼 나눠서요\n"
    "상담사: 상환 방식은요\n고객: 매월 상환이요\n"
)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (SOFA, "소파는 일주일가량 늦게 오게 되었습니다."),
        (REPAY, "650만 원은 이번에 상환하지 않기로 했습니다."),
    ],
)
def test_one_word_and_what_counts_something_else_bind_no_number(call, told):
    assert "unbound_number" not in flags_of(call, told, ON)
