"""Dates of a record that are on the wrong side of the call."""

import datetime as dt

import pytest

from scoring.outcomes import flags_of

ON = dt.date(2026, 11, 5)
CALL = (
    "고객: 시월 이십일에 본 시험 성적이 안 나왔는데요 이십일에 산 교재도 안 왔고요\n"
    "상담사: 확인하고 십일월 십팔일까지 연락드릴게요\n"
    "고객: 네 십일월 십팔일이요\n상담사: 시월 이십일에 결제하셨고 방문은 십일월 십팔일 맞으시죠\n"
)
NEW_YEAR = (
    "고객: 십이월 이십팔일에 샀어요 일월 삼일에 온다면서요\n"
    "상담사: 네 십이월 이십팔일에 결제하셨고 일월 삼일에 도착해요\n"
)


def wrong(on=ON, call=CALL, **lines):
    lines = {"result": "안내했습니다.", **lines}
    return "unbound_number" in flags_of(call, call_date=on, **lines)


@pytest.mark.parametrize(
    ("right", "other", "line"),
    [
        ("10월 20일", "11월 18일", "{}에 본 시험의 성적이 나오지 않았다고 했습니다."),
        ("10월 20일", "11월 18일", "{}에 산 교재가 오지 않았다고 했습니다."),
        ("10월 20일", "11월 18일", "{}에 교재를 결제했다고 했습니다."),
        ("10월 20일", "11월 18일", "{}부터 성적이 나오지 않아 불편하다고 했습니다."),
        ("11월 18일", "10월 20일", "{}에 찾아갈 예정이라고 했습니다."),
    ],
)
def test_a_customer_tells_of_days_before_the_call_what_happened(right, other, line):
    assert not wrong(customer=line.format(right))
    assert wrong(customer=line.format(other))


@pytest.mark.parametrize(
    "line",
    [
        "{}까지 확인해 연락하기로 했습니다.",
        "{} 오전 방문이 접수됐습니다.",
        "{} 오후 2시 방문이 예약됐습니다.",
        "{}까지 배송이 보류됩니다.",
    ],
)
def test_what_is_agreed_is_not_before_the_call(line):
    assert not wrong(result=line.format("11월 18일"))
    assert wrong(result=line.format("10월 20일"))


@pytest.mark.parametrize(
    "line",
    [
        "{}에 예약한 수업이 취소됐습니다.",
        "{}까지 연락하기로 했으나 연락이 없었습니다.",
        "{}까지 신청하기로 했습니다만 기한이 지나 접수하지 못했습니다.",
    ],
)
def test_what_was_agreed_before_may_be_over(line):
    assert not wrong(result=line.format("10월 20일"))


def test_a_customer_may_tell_of_what_was_to_come():
    assert not wrong(customer="10월 20일까지 보내 주기로 했다며 항의했습니다.")
    assert not wrong(customer="11월 18일에 도착한 뒤 결제하겠다고 했습니다.")
    assert not wrong(customer="11월 18일에 도착한다고 들었다고 했습니다.")


def test_nothing_is_known_without_the_day_of_the_call():
    assert not wrong(None, customer="11월 18일에 본 시험을 물었습니다.")


def test_a_year_ends_between_a_call_and_its_days():
    for on in (dt.date(2026, 12, 30), dt.date(2027, 1, 2)):
        assert not wrong(on, NEW_YEAR, customer="12월 28일에 결제했다고 했습니다.")
        assert not wrong(on, NEW_YEAR, result="1월 3일까지 보내기로 했습니다.")
    assert wrong(dt.date(2027, 1, 2), NEW_YEAR, customer="1월 3일에 결제했다고 했습니다.")


def test_a_day_of_another_half_of_the_year_may_be_of_any_year():
    call = "고객: 오월 이일에 샀어요 오월 이일이요\n상담사: 네\n"
    assert not wrong(call=call, customer="5월 2일에 샀다고 했습니다.")
    call = "고객: 사월 삼십일에 샀어요 작년에요\n상담사: 네\n"
    assert not wrong(call=call, customer="작년 4월 30일에 샀다고 했습니다.")
