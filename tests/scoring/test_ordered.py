"""Numbers of a sentence whose order its words say, and numbers whose unit does not fit."""

import datetime as dt

import pytest

from edgebox.reading.call import read
from edgebox.scoring.alignment import statements
from edgebox.scoring.evidence import Source
from edgebox.scoring.misfits import misfits
from edgebox.scoring.relations import contradicts
from edgebox.scoring.spoken import Spoken
from edgebox.scoring.types import Analysis, Summary, Titles

CALL = "고객: 문의드려요\n상담사: 네\n"


def made_of(line, call=CALL):
    read_call = read(call)
    spoken = Spoken(Source(read_call, dt.date(2026, 11, 5)), read_call)
    analysis = Analysis(
        summary=Summary(customer="문의했습니다.", agent=line, result="안내했습니다."),
        keywords=["문의"],
        titles=Titles(keyword="문의", descriptive="문의"),
    )
    return statements(analysis, spoken, None), spoken


@pytest.mark.parametrize(
    ("line", "one", "other"),
    [
        ("최소 {}인데 {}만 모였다고 알렸습니다.", "12명", "9명"),
        ("정원 {}이 필요한데 {}뿐이라고 했습니다.", "10명", "7명"),
        ("지난달 {}이던 요금이 {} 나와 말이 안 된다고 했습니다.", "86,000원", "241,300원"),
        ("{}에 출발해 {}에 돌아오는 표로 바꿨습니다.", "11월 26일", "12월 3일"),
        ("{}부터 {}까지 정지했습니다.", "11월 26일", "12월 3일"),
        ("소파 {}과 의자 3,000원을 더해 {}이라고 안내했습니다.", "8,000원", "11,000원"),
    ],
)
def test_the_order_of_two_numbers_is_seen(line, one, other):
    assert not contradicts(*made_of(line.format(one, other)))
    assert contradicts(*made_of(line.format(other, one)))


def test_what_is_something_else_is_not_the_same():
    assert not contradicts(*made_of("102동이 아니라 101동으로 갔다고 했습니다."))
    assert contradicts(*made_of("102동이 아니라 102동으로 갔다고 했습니다."))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("30일이 지나지 않았다고 했습니다.", "640포인트가 지나지 않았다고 했습니다."),
        ("두 달 전부터 안내했습니다.", "3,000포인트 전부터 안내했습니다."),
        ("30분 안에 전화하기로 했습니다.", "두 곳 안에 전화하기로 했습니다."),
        ("7년 동안 낸 회차가 없어집니다.", "840만 동안 낸 회차가 없어집니다."),
        ("12개월 할부로 냈습니다.", "5번 할부로 냈습니다."),
        ("만 3세부터 요금을 냅니다.", "만 4명부터 요금을 냅니다."),
        ("6개월권을 환불했습니다.", "4번권을 환불했습니다."),
        ("석 달 치를 환불했습니다.", "3번 치를 환불했습니다."),
        ("비밀번호를 5번 틀려 막혔습니다.", "비밀번호를 두 달 틀려 막혔습니다."),
        ("6월 말부터 나오지 않습니다.", "6월 26일 말부터 나오지 않습니다."),
        ("9월 26일 오전에 방문합니다.", "9월 오전에 방문합니다."),
        ("2월 첫째 주에 방문합니다.", "2월 3일 첫째 주에 방문합니다."),
        ("오전 9~12시에 방문합니다.", "오전 12시~9 방문합니다."),
        ("60분 넘게 늦었다고 했습니다.", "2 넘게 늦었다고 했습니다."),
        ("2~3일 걸립니다.", "2급~3일 걸립니다."),
    ],
)
def test_a_unit_that_does_not_fit_is_seen(right, wrong):
    assert not misfits(*made_of(right))
    assert misfits(*made_of(wrong))


@pytest.mark.parametrize(
    "line",
    [
        "조식 2인권을 받기로 했습니다.",
        "두 개 늦게 왔다고 했습니다.",
        "보증금 3,000만 원이 걸려 있다고 했습니다.",
        "상위 10명 안에 들면 받습니다.",
        "아이폰 16 프로로 바꿨습니다.",
        "진도 50%가 지나 환불되지 않습니다.",
        "두 정거장을 지나 내렸습니다.",
        "12월 26일부터 1월 3일까지 정지했습니다.",
        "3회가 지나면 환불되지 않습니다.",
        "1월 20일~2월 3일에 방문합니다.",
        "2~3인실로 배정했습니다.",
        "30분~1시간 걸립니다.",
        "3만 원이 지난달 청구됐습니다.",
        "두 명이 지난주에 왔습니다.",
        "카드 5장이 지난번에 왔습니다.",
    ],
)
def test_units_that_fit_are_left_alone(line):
    made, spoken = made_of(line)
    assert not misfits(made, spoken)
    assert not contradicts(made, spoken)
