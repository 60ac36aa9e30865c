"""Relative dates in a prompt."""

import datetime as dt

import pytest

from edgebox.consultation.dated import with_dates
from edgebox.reading.call import read

THURSDAY = dt.date(2025, 9, 11)


def shown(text, on):
    return [one.text for one in with_dates(read(f"고객: {text}").utterances, on)]


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("내일 오전 열 시에 와 주세요", "내일(9월 12일) 오전 열 시에 와 주세요"),
        (
            "다음 주 화요일에서 모레로 바꿔요",
            "다음 주 화요일(9월 16일)에서 모레(9월 13일)로 바꿔요",
        ),
        ("이번 달 말까지 내면 되죠", "이번 달 말(9월 30일)까지 내면 되죠"),
        ("접수하고 사흘 뒤에 입금된대요", "접수하고 사흘 뒤에 입금된대요"),
        ("절반만 돌려받았어요", "절반만 돌려받았어요"),
        (
            "이번 주 토요일 말고 월요일에 와요",
            "이번 주 토요일(9월 13일) 말고 월요일(9월 15일)에 와요",
        ),
        ("다음 주 토요일에서 금요일로요", "다음 주 토요일(9월 20일)에서 금요일로요"),
        ("이번 주까지요. 월요일에 온다고 하셨어요", "이번 주까지요. 월요일에 온다고 하셨어요"),
        ("다음 주는 안 돼요. 금요일은요", "다음 주는 안 돼요. 금요일은요"),
        ("다음 주요. 네 토요일에 나가서 다음 주예요", "다음 주요. 네 토요일에 나가서 다음 주예요"),
        ("다음 주요. 내일 금요일은요", "다음 주요. 내일(9월 12일) 금요일(9월 12일)은요"),
        ("지난 연말까지 썼고요", "지난 연말까지 썼고요"),
        ("연말까지 쓰고 해지했는데", "연말까지 쓰고 해지했는데"),
        ("연말까지 쓸게요", "연말(12월 31일)까지 쓸게요"),
        ("구월 십육일에 샀어요", "구월 십육일에 샀어요"),
    ],
)
def test_a_relative_date_has_its_date_behind_it(said, seen):
    assert shown(said, THURSDAY) == [seen]


def test_a_weekday_in_answer_to_a_week_is_of_that_week():
    call = "고객: 다음 주는요\n상담사: 화요일 가능하세요\n고객: 이사는 이번 주고 토요일이요"
    assert [one.text for one in with_dates(read(call).utterances, THURSDAY)] == [
        "다음 주는요",
        "화요일(9월 16일) 가능하세요",
        "이사는 이번 주고 토요일(9월 13일)이요",
    ]


def test_a_weekday_that_may_be_of_either_week_has_no_date_behind_it():
    assert shown("다음 주에 이사 가는데 토요일에 와요", THURSDAY) == [
        "다음 주에 이사 가는데 토요일에 와요"
    ]


def test_a_date_of_another_year_names_it():
    assert shown("내일 갈게요", dt.date(2025, 12, 31)) == ["내일(2026년 1월 1일) 갈게요"]


def test_a_day_of_another_turn_is_not_beside_a_relative_date():
    call = "고객: 내일\n상담사: 십삼일은 쉬는 날입니다\n"
    assert [one.text for one in with_dates(read(call).utterances, THURSDAY)] == [
        "내일(9월 12일)",
        "십삼일은 쉬는 날입니다",
    ]


def test_without_the_day_of_the_call_nothing_changes():
    assert shown("내일 갈게요", None) == ["내일 갈게요"]
