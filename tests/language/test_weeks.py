"""Weekdays that are counted in a month."""

import datetime as dt

import pytest

from edgebox.consultation.dated import with_dates
from edgebox.language.korean import numbers_in
from edgebox.language.weeks import another_week
from edgebox.reading.call import read

THURSDAY = dt.date(2025, 9, 11)


def days_of(text, on=THURSDAY):
    return {
        form for one in numbers_in(text, on) for form in one.provides if form.startswith("20")
        and form.count("-") == 2
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("다음 달 첫째 주 화요일", "2025-10-7"),
        ("다음 달 첫 번째 화요일에", "2025-10-7"),
        ("다음달의 첫째 월욜", "2025-10-6"),
        ("이번 달 마지막 주 금요일", "2025-9-26"),
        ("이번 달은 마지막 금요일이요", "2025-9-26"),
        ("시월 둘째 주 토요일", "2025-10-11"),
        ("12월 세 번째 수요일", "2025-12-17"),
        ("일월 첫째 목요일", "2026-1-1"),
        ("팔월 둘째 토요일에 갔어요", "2025-8-9"),
        ("삼월 둘째 토요일", "2026-3-14"),
        ("다음 주 오늘", "2025-9-18"),
        ("지난주 오늘", "2025-9-4"),
        ("다음다음 주 수요일", "2025-9-24"),
        ("저저번 주 화요일", "2025-8-26"),
        ("낼모레", "2025-9-13"),
        ("낼 오전에", "2025-9-12"),
        ("엊저녁에", "2025-9-10"),
        ("그제께", "2025-9-9"),
        ("익월 십오일", "2025-10-15"),
    ],
)
def test_a_day_that_is_counted_in_its_month_or_week_is_that_day(said, day):
    assert days_of(said) == {day}


def test_a_row_of_the_calendar_begins_on_monday_or_on_sunday():
    assert days_of("다음 달 둘째 주 일요일") == {"2025-10-5", "2025-10-12"}
    assert days_of("다음 달 첫째 주 월요일") == {"2025-10-6"}  # no day of September


def test_two_ways_to_count_are_two_days_and_neither_is_shown():
    said = "다음 달 둘째 주 화요일에 갈게요"
    assert days_of(said) == {"2025-10-7", "2025-10-14"}
    assert with_dates(read(f"고객: {said}").utterances, THURSDAY)[0].text == said


@pytest.mark.parametrize(
    "said",
    [
        "첫 번째 화요일이요",
        "매달 첫째 화요일에 쉬어요",
        "10월 다섯째 월요일",
        "다음 달 첫째 주에 갈게요",
        "요금은 낼 수 있어요",
        "한 달 보름 전에요",
        "영업일 기준 삼 일 뒤에요",
        "영업일로 삼 일 뒤에요",
        "13월 첫째 화요일",
    ],
)
def test_what_may_be_any_day_is_none(said):
    assert days_of(said) == set()


def test_the_week_after_counts_from_the_week_named_before():
    assert "2025-9-23" in days_of("다음 주 화요일은 차서 그다음 주 화요일로 잡을게요")


def test_a_week_that_was_named_long_before_is_no_beginning():
    far = "다음 주 화요일이요 " + "네 그렇게 하시면 되고요 다른 것도 봐 드릴게요 " * 3
    assert "2025-9-24" not in days_of(f"{far}그다음 주 수요일이요")


def test_about_the_end_of_a_month_is_no_day_in_a_prompt():
    shown = with_dates(read("고객: 이번 달 말쯤 되고 다음 달 말까지요").utterances, THURSDAY)
    assert shown[0].text == "이번 달 말쯤 되고 다음 달 말(10월 31일)까지요"


@pytest.mark.parametrize(
    ("told", "said", "other"),
    [
        ("다음 달 셋째 주 화요일", "다음 달 첫째 주 화요일", True),
        ("10월 첫 주 화요일", "다음 달 첫째 주 화요일", False),
        ("매달 둘째, 넷째 화요일", "매달 첫째 화요일하고 셋째 화요일", True),
        ("매달 첫째, 셋째 화요일", "매달 첫째 화요일하고 셋째 화요일", False),
        ("첫째로 점검했습니다", "두 번째 화요일", False),
        ("둘째 주 토요일", "12일에요", False),
        ("두 번째 주문을 취소", "첫째 주 화요일이요", False),
        ("둘째 주차장을 이용", "첫째 주 화요일이요", False),
        ("마지막 주소로 발송", "첫째 주 화요일이요", False),
        ("첫 주유 할인", "셋째 주 화요일이요", False),
        ("2주차 화요일", "셋째 주 화요일이요", True),
        ("둘째 주에 방문", "셋째 주 화요일이요", True),
        ("넷째 주 금요일", "마지막 주 금요일이요", False),
        ("마지막 금요일", "넷째 주 금요일이요", False),
        ("셋째 주 금요일", "마지막 주 금요일이요", True),
    ],
)
def test_a_week_that_was_counted_otherwise_is_another(told, said, other):
    assert another_week(told, said, {}) is other


def test_the_later_end_of_a_range_is_no_day():
    assert "2025-9-16" not in days_of("삼 일에서 오 일 뒤에요")
