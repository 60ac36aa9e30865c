"""Numbers that a record has as the call, so that nothing can have been exchanged, and others."""

import datetime as dt
import time

import pytest

from edgebox.reading.call import read
from edgebox.scoring.alignment import statements
from edgebox.scoring.anchored import is_anchored
from edgebox.scoring.quality import Scorer
from edgebox.scoring.types import Analysis, Summary, Titles
from scoring.outcomes import flags_of

SYLLABLES = "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허고노도로모보소오조초코토포호"

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
AUCTION = (
    "상담원: 지금 입찰하신 금액이 35만 원이신데요\n"
    "고객: 아니 그러니까 3만 5천 치려던 게 35만이 된 거예요\n상담원: 심사팀에 올려볼게요\n"
)
EARLY = (
    "손님: 저희가 아침 일찍 도착하거든요. 열한 시쯤. 혹시 일찍 들어갈 수 있을까 해서요.\n"
    "상담원: 얼리 체크인은 당일 객실 상황에 따라 되고요.\n"
    "손님: 얼리 체크인 되면 연락 주시는 거죠?\n"
    "상담원: 당일 오전 열 시에 객실 상황 보고 문자로 알려 드리겠습니다.\n"
)
CLAIM = (
    "상담사: 4월 22일에 도수치료 여섯 번 청구하셨네요.\n고객: 네.\n"
    "상담사: 의사 소견서가 빠져 있어서 4월 24일에 보완 문자를 보내드렸거든요.\n"
    "고객: 못 받았는데요.\n"
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
        (AUCTION, "35,000원을 쓰려다 35만 원으로 잘못 입찰했다고 함.", False),
        (EARLY, "얼리 체크인 여부는 당일 오전 10시에 문자로 알려 주기로 함.", False),
        (EARLY, "얼리 체크인 여부는 당일 오전 11시에 문자로 알려 주기로 함.", True),
        (CLAIM, "4월 22일에 청구한 도수치료 실비가 안 나온다고 함.", False),
        (CLAIM, "4월 24일에 청구한 도수치료 실비가 안 나온다고 함.", True),
        (NUMBERS, "전입신고 접수 번호는 2407, 확정일자 번호는 8813입니다.", False),
        (NUMBERS, "전입신고 접수 번호는 8813, 확정일자 번호는 2407입니다.", True),
    ],
)
def test_a_number_that_stands_as_in_the_call_is_not_exchanged(call, told, wrong):
    assert ("unbound_number" in flags_of(call, told, ON)) is wrong


def test_a_figure_that_is_said_all_the_time_takes_no_longer():
    lines = [
        f"고객: {one}{two} 결제는 십만 원 승인됐어요" for one in SYLLABLES for two in SYLLABLES
    ]
    scorer = Scorer(read("\n".join([*lines, "상담사: 결제는 이십만 원 승인됐어요"])))
    analysis = Analysis(
        summary=Summary(customer="결제는 10만 원 승인됨", agent="안내함", result="마침"),
        keywords=["결제"],
        titles=Titles(keyword="결제", descriptive="결제"),
    )
    made = statements(analysis, scorer._spoken, None)
    began = time.process_time()
    for _ in range(4):
        is_anchored(made[0].numbers[0], 0, made, scorer._spoken)
    assert time.process_time() - began < 2
