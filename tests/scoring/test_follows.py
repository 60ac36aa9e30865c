"""Figures that follow from what was said, or were said in another way."""

import datetime as dt

import pytest

from scoring.outcomes import flags_of

ON = dt.date(2026, 8, 24)
RICE = "고객: 엠알 육공일에스라고 돼 있네요\n상담원: 네 리콜 대상은 아니세요\n"
TEETH = "고객: 다른 데는 90만 원에 해 준대서요. 여기는 130이잖아요.\n상담사: 네.\n"
LEAK = "상담원: 네 시쯤 가면 될까요\n고객: 네 시에 애 데리러 가야 되는데 네 시 반은요\n"
FRAUD = "고객: 두 번 보냈어요 300만 원하고 280만 원\n상담사: 네 정지했습니다\n"
BILL = "고객: 얼마예요\n상담사: 할인반환금이 21만 6천 원 나옵니다\n고객: 네\n"
PENSION = "고객: 올해 예순하난디 연금을 받을라고\n상담원: 네 어르신\n고객: 육오 년생이여\n"
SLOTS = "상담원: 내일 오전 열 시 반하고 오후 네 시가 있습니다\n고객: 열 시 반이요\n"
DINNER = "고객: 어른 열하나에 애가 셋이요\n상담원: 네 매화실 쓰시면 됩니다\n"
SEWING = "고객: 수선비는 이만오천 원이었죠\n점원: 늦었으니까 이만 원만 주세요\n고객: 네\n"
VISIT = "상담원: 지금 세 시로 돼 있네요\n고객: 한 시 좋아요\n상담원: 네 한 시로 옮겼습니다\n"
SHOW = "고객: 8월 26일 공연인데 표가 아직 안 왔어요\n상담원: 현장에서 받으실 수 있습니다\n"
ROLL = "고객: 출석 십사 일 다 채웠어요\n상담원: 십삼 일 기록돼 있네요\n"
TWICE = "고객: 2월분 관리비가 두 번 나갔어요\n상담원: 돌려드릴게요\n"
CLASH = "고객: 접촉사고 접수하려고요\n상담원: 네 접수했습니다\n"
STAY = "고객: 7월 25일부터 27일까지요\n상담원: 네 잡았습니다\n"


@pytest.mark.parametrize(
    ("call", "told", "wrong"),
    [
        (RICE, "MR-601S 밥솥의 리콜을 문의함.", False),
        (RICE, "MR-602S 밥솥의 리콜을 문의함.", True),
        (TEETH, "130만 원이 비싸다고 함.", False),
        (TEETH, "140만 원이 비싸다고 함.", True),
        (LEAK, "시간을 30분 늦추어 달라고 함.", False),
        (LEAK, "시간을 50분 늦추어 달라고 함.", True),
        (FRAUD, "사기 580만 원 피해를 신고함.", False),
        (FRAUD, "사기 590만 원 피해를 신고함.", True),
        (BILL, "위약금이 20만 원을 넘는다고 안내함.", False),
        (BILL, "위약금이 20만 원대라고 안내함.", False),
        (BILL, "위약금이 30만 원을 넘는다고 안내함.", True),
        (BILL, "위약금이 20만 원이라고 안내함.", True),
        (PENSION, "예순한 살인 고객이 연금을 문의함.", False),
        (PENSION, "61세 고객이 연금을 문의함.", False),
        (PENSION, "71세 고객이 연금을 문의함.", True),
        (VISIT, "두 시간 이르게 방문하기로 함.", False),
        (VISIT, "세 시간 이르게 방문하기로 함.", True),
        (SHOW, "공연이 이틀 남았는데 표가 오지 않았다고 함.", False),
        (SHOW, "공연이 나흘 남았는데 표가 오지 않았다고 함.", True),
        (ROLL, "하루가 빠진 출석을 확인함.", False),
        (ROLL, "사흘이 빠진 출석을 확인함.", True),
        (TWICE, "한 달 치 관리비를 돌려주기로 함.", False),
        (TWICE, "두 달 치 관리비를 돌려주기로 함.", True),
        (CLASH, "접수하기로 한 주차 사고를 확인함.", False),
        (SLOTS, "두 시간대를 제시함.", False),
        (DINNER, "14명 룸을 예약함.", False),
        (DINNER, "15명 룸을 예약함.", True),
        (SEWING, "늦은 만큼 5천 원 깎아 주기로 함.", False),
        (SEWING, "늦은 만큼 7천 원 깎아 주기로 함.", True),
    ],
)
def test_figures_that_follow_from_what_was_said_are_borne_out(call, told, wrong):
    assert ("ungrounded_number" in flags_of(call, told, ON)) is wrong
