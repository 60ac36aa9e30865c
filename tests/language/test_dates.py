from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.language.korean import numbers_in
from edgebox.language.number import supports
from edgebox.language.possible import possible_numbers

THURSDAY = date(2025, 9, 11)


def _provides(text, on=THURSDAY):
    return frozenset().union(*(number.provides for number in numbers_in(text, on)))


def _borne_out(claim, source, on=THURSDAY):
    claims = numbers_in(claim, on)
    return bool(claims) and all(supports(_provides(source, on), number) for number in claims)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("오늘", "2025-09-11"),
        ("금일 중으로", "2025-09-11"),
        ("내일 오전 열 시에", "2025-09-12"),
        ("모레요", "2025-09-13"),
        ("내일모레", "2025-09-13"),
        ("내일 모레", "2025-09-13"),
        ("글피에", "2025-09-14"),
        ("어제", "2025-09-10"),
        ("어저께요", "2025-09-10"),
        ("그저께", "2025-09-09"),
        ("그제 신청했는데", "2025-09-09"),
        ("그끄저께", "2025-09-08"),
        ("다음 주 화요일", "2025-09-16"),
        ("다음주 화욜", "2025-09-16"),
        ("담주 목요일", "2025-09-18"),
        ("차주 월요일", "2025-09-15"),
        ("다음 주에 금요일", "2025-09-19"),
        ("다다음 주 화요일", "2025-09-23"),
        ("이번 주 금요일", "2025-09-12"),
        ("이번 주 월요일", "2025-09-08"),
        ("이번 주 일요일", "2025-09-14"),
        ("금주 토요일", "2025-09-13"),
        ("지난주 월요일", "2025-09-01"),
        ("저번 주 금요일", "2025-09-05"),
        ("지지난 주 수요일", "2025-08-27"),
        ("다음 주 화요일이나 수요일", "2025-09-17"),
        ("다음 주 화요일 아니면 목요일", "2025-09-18"),
        ("돌아오는 토요일", "2025-09-13"),
        ("오는 월요일", "2025-09-15"),
        ("이번 토요일", "2025-09-13"),
        ("지난 토요일", "2025-09-06"),
        ("월요일에 방문해 주세요", "2025-09-15"),
        ("목요일까지요", "2025-09-11"),
        ("화요일에 받으셨는데", "2025-09-09"),
        ("다음 달 5일", "2025-10-05"),
        ("다음 달 오일", "2025-10-05"),
        ("다음달 십오일까지", "2025-10-15"),
        ("내달 1일", "2025-10-01"),
        ("이달 이십팔일", "2025-09-28"),
        ("지난달 삼십일", "2025-08-30"),
        ("이번 달 말", "2025-09-30"),
        ("다음 달 말일", "2025-10-31"),
        ("지난달 말에", "2025-08-31"),
        ("말일까지", "2025-09-30"),
        ("월말에", "2025-09-30"),
        ("사흘 뒤", "2025-09-14"),
        ("3일 후에", "2025-09-14"),
        ("삼 일 뒤", "2025-09-14"),
        ("열흘 뒤", "2025-09-21"),
        ("일주일 뒤", "2025-09-18"),
        ("이 주 뒤에", "2025-09-25"),
        ("2주 후", "2025-09-25"),
        ("2주 뒤 목요일에", "2025-09-25"),
        ("2주 후 화요일", "2025-09-23"),
        ("이 주 뒤 월요일", "2025-09-22"),
        ("두 주 뒤에 금요일로", "2025-09-26"),
        ("일주일 뒤 월요일", "2025-09-15"),
        ("여섯 주 뒤쯤 월요일", "2025-10-20"),
        ("삼 주 전 월요일에", "2025-08-18"),
        ("이일에 결제했는데", "2025-09-02"),
        ("오일에 출금됐어요", "2025-09-05"),
        ("십칠일날 방문", "2025-09-17"),
        ("한 달 뒤", "2025-10-11"),
        ("석 달 뒤", "2025-12-11"),
        ("일주일 전에", "2025-09-04"),
        ("이틀 전에", "2025-09-09"),
        ("이틀 전부터", "2025-09-09"),
        ("내년 3월 5일", "2026-03-05"),
        ("내년 삼월 오일", "2026-03-05"),
        ("작년 십이월 이십이일", "2024-12-22"),
        ("십칠일에", "2025-09-17"),
        ("5일에 빠져나가는", "2025-10-05"),
        ("16일 화요일", "2025-09-16"),
        ("14일 화요일", "2025-10-14"),
        ("24일(수)", "2025-09-24"),
    ],
)
def test_a_relative_date_bears_out_the_date(said, day):
    when = date.fromisoformat(day)
    assert _borne_out(f"{when.month}월 {when.day}일", said)
    assert _borne_out(f"{when.year}년 {when.month}월 {when.day}일", said)


@pytest.mark.parametrize(
    ("said", "month"),
    [("다음 달", "10월"), ("다음 달 초", "10월"), ("지난달에", "8월"), ("이번 달부터", "9월")],
)
def test_a_relative_month_bears_out_the_month(said, month):
    assert _borne_out(month, said)
    assert not _borne_out(f"{month} 1일", said)


@pytest.mark.parametrize(
    ("said", "year"),
    [("내년에", "2026년"), ("작년", "2024년"), ("2년 전", "2023년")],
)
def test_a_relative_year_bears_out_the_year(said, year):
    assert _borne_out(year, said)
    assert not _borne_out(f"{year} 9월 11일", said)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("내일", "구월 십이일에"),
        ("다음 주 화요일", "구월 십육일이요"),
        ("다음 달 5일", "시월 오일"),
        ("3일 뒤", "사흘 뒤에"),
        ("3일 뒤", "삼 일 후"),
        ("3일 뒤", "9월 14일"),
        ("모레", "13일에"),
        ("다음 주 화요일", "다음 주 화요일에 두 시로"),
        ("내년 3월", "2026년 3월"),
    ],
)
def test_a_date_bears_out_what_is_written_relatively(claim, source):
    assert _borne_out(claim, source)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("다음 주 화요일 아니 금요일이요", "9월 19일"),
        ("다음 주 월요일이요 아 아니 수요일이요", "9월 17일"),
        ("다음 주 월요일 말고 토요일로요", "9월 20일"),
        ("다음 주요\n무슨 요일이요\n금요일 세 시요", "9월 19일"),
        ("이번 주는 찼고요\n그럼 다음 주는요\n화요일 가능하세요", "9월 16일"),
        ("다다음 주로 할게요\n네 월요일 가능하세요", "9월 22일"),
        ("다음 주말에요\n토요일이요", "9월 20일"),
        ("다음 주 화요일은 안 되고 수요일은 됩니다", "9월 17일"),
        ("다음 주에 이사 가는데 토요일에 와 주세요", "9월 20일"),
        ("다음 주에 이사 가는데 토요일에 와 주세요", "9월 13일"),
        ("지난주 월요일에 신청했는데 화요일에 연락이 왔어요", "9월 2일"),
        ("지난주 월요일에 신청했는데 화요일에 연락이 왔어요", "9월 9일"),
        ("지난주에 신청했고 금요일에 오신대요", "9월 12일"),
        ("이번 주 금요일 말고 월요일에 와 주세요", "9월 15일"),
        ("이번 주 토요일은 휴무니까 월요일에 오세요", "9월 15일"),
        ("지난주 토요일에서 월요일 사이에요", "9월 8일"),
        ("다음 주 토요일에서 금요일까지요", "9월 26일"),
        ("다음 주는 안 됩니다\n금요일은요", "9월 12일"),
    ],
)
def test_a_weekday_alone_may_be_of_the_week_named_before(said, day):
    assert _borne_out(day, said)


@pytest.mark.parametrize(
    "said",
    [
        "시월 십오일 아니 십육일이요",
        "시월 십오일에서 십육일로 바꿔 주세요",
        "10월 15일 말고 16일이요",
        "시월 십오일이나 십육일이요",
    ],
)
def test_a_day_instead_of_another_is_of_the_same_month(said):
    assert _borne_out("10월 16일", said)
    assert not _borne_out("9월 16일", said)


def test_a_day_until_which_something_lasts_may_be_of_the_next_month():
    assert _borne_out("10월 2일", "구월 삼십일에서 이일까지요")


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("다음 주 화요일 아니 금요일이요", "9월 12일"),
        ("다음 주 월요일 말고 토요일로요", "9월 13일"),
        ("이번 주문은 토요일에 온대요", "9월 20일"),
        ("이번 주 금요일 말고 월요일에 와 주세요", "9월 8일"),
        ("이번 주는 자리가 없어요\n그럼 월요일이요", "9월 8일"),
        ("다음 주에 가도 돼요\n오늘이 목요일이니까 괜찮습니다", "9월 18일"),
        ("다음 주에 가도 돼요\n내일 금요일에는 안 되세요", "9월 19일"),
        ("다다음 주 월요일 아니 화요일로요\n구월 이십삼일 화요일이요", "9월 16일"),
        ("다음 주요" + " 그건 확인해 보고 말씀드릴게요" * 6 + " 토요일에 고장 났어요", "9월 20일"),
    ],
)
def test_a_weekday_is_of_no_other_week(said, day):
    assert not _borne_out(day, said)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("9월 17일", "다음 주 화요일"),
        ("9월 13일", "내일"),
        ("2024년 9월 12일", "내일"),
        ("내일", "구월 십삼일에"),
        ("9월 30일", "다음 달 말일"),
        ("10월 16일", "16일 화요일"),
        ("9월 10일", "월요일에 방문해 주세요"),
        ("9월 11일", "2주 뒤 목요일에"),
        ("9월 25일", "2주 뒤 월요일"),
        ("9월 20일", "사용한 지 이십 일 됐어요"),
        ("9월 20일", "산 지 20일"),
        ("10월 7일", "칠 일 지나면"),
        ("9월 30일", "삼십 일 무료 체험"),
        ("9월 15일", "십오 일 걸려요"),
        ("9월 15일", "십오 일 넘게"),
        ("9월 15일", "십오일이나 기다렸어요"),
        ("9월 21일", "이십일 동안"),
        ("9월 14일", "3일 안에"),
        ("9월 14일", "3일 동안"),
    ],
)
def test_another_date_is_not_borne_out(claim, source):
    assert not _borne_out(claim, source)


@pytest.mark.parametrize(
    "text",
    [
        "다음 주 초에",
        "다음 주 중에",
        "이번 주말",
        "주말에",
        "매주 월요일마다",
        "매주 화요일",
        "둘째 주 수요일",
        "평일 월요일부터 금요일까지",
        "엊그제",
        "오늘날",
        "내일배움카드",
        "그제서야",
        "내 일이 많아서",
        "그다음 주 금요일",
        "그 다음 달",
        "매달 말일",
        "방문 일정",
        "0일",
        "다음 달 0일",
        "다음 달 40일",
    ],
)
def test_what_names_no_day_is_no_date(text):
    assert [number for number in numbers_in(text, THURSDAY) if number.kind == "date"] == []


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("화요일, 구월 십칠일이요", ["9-17"]),
        ("다음 주 화요일 9월 17일", ["9-17"]),
        ("다음 주 화요일 구월 십육일", ["2025-9-16", "9-16"]),
        ("구월 십칠일 화요일", ["9-17"]),
        ("내일 십이일", ["2025-9-12", "12d"]),
        ("내년 삼월 십육일 화요일", ["2026-3-16"]),
        ("다음 달 칠일 화요일", ["2025-10-7"]),
        ("다음 달 칠일 수요일", ["2025-10-7"]),
        ("내일 십삼일", ["13d"]),
    ],
)
def test_an_explicit_date_beside_a_relative_one_is_right(text, days):
    assert [number.value for number in numbers_in(text, THURSDAY)] == days


def test_a_weekday_after_what_has_passed_is_none_of_last_week():
    assert _borne_out("9월 15일", "연휴가 지난 월요일에 오세요")
    assert _borne_out("9월 8일", "제가 지난 월요일에 갔어요")


def test_without_the_day_of_the_call_nothing_is_read():
    assert numbers_in("내일 다음 주 화요일 이번 달 말일") == []
    assert [number.value for number in numbers_in("3일 뒤")] == ["3d"]


def test_a_relative_date_says_that_it_is_one():
    numbers = numbers_in("내일 3만 원을 9월 13일에", THURSDAY)
    assert [number.relative for number in numbers] == [True, False, False]


def test_the_figures_of_a_resolved_date_alone_were_not_said():
    assert not _borne_out("9", "내일")
    assert not _borne_out("2025", "내일")


@pytest.mark.parametrize(
    ("on", "said", "day", "meant"),
    [
        ("2025-09-14", "이번 주 금요일에 방문하겠습니다", "9월 19일", True),
        ("2025-09-14", "이번 주 금요일에 주문한 건데요", "9월 12일", True),
        ("2025-09-14", "이번 주 화요일이나 수요일에 와 주세요", "9월 17일", True),
        ("2025-09-14", "이번 주 금요일에 왔었어요", "9월 19일", False),
        ("2025-09-14", "이번 주 일요일이요", "9월 21일", False),
        ("2025-09-14", "지난주 금요일이요", "9월 12일", False),
        ("2025-09-13", "이번 주 금요일에 방문하겠습니다", "9월 19일", False),
    ],
)
def test_on_a_sunday_this_week_may_be_the_one_that_begins(on, said, day, meant):
    assert _borne_out(day, said, date.fromisoformat(on)) == meant


@pytest.mark.parametrize(
    ("on", "said", "day"),
    [
        ("2025-12-29", "다음 주 목요일", "2026-01-08"),
        ("2025-12-29", "이번 주 금요일", "2026-01-02"),
        ("2025-12-29", "2주 뒤 월요일", "2026-01-12"),
        ("2025-12-29", "사흘 뒤", "2026-01-01"),
        ("2025-12-29", "다음 달 3일", "2026-01-03"),
        ("2025-12-29", "5일에 출금", "2026-01-05"),
        ("2025-12-29", "한 달 뒤", "2026-01-29"),
        ("2025-12-29", "내년 1월 2일", "2026-01-02"),
        ("2026-01-02", "지난주 월요일", "2025-12-22"),
        ("2026-01-02", "어제", "2026-01-01"),
        ("2026-01-02", "지난달 31일", "2025-12-31"),
        ("2024-02-28", "내일", "2024-02-29"),
        ("2024-02-28", "모레", "2024-03-01"),
        ("2024-02-28", "이번 달 말일", "2024-02-29"),
        ("2024-02-28", "2주 뒤 목요일", "2024-03-14"),
        ("2024-01-30", "다음 달 29일", "2024-02-29"),
        ("2024-02-29", "한 달 뒤", "2024-03-29"),
        ("2025-02-28", "내일", "2025-03-01"),
        ("2025-01-31", "다음 달 말일", "2025-02-28"),
        ("2025-01-31", "다음 달 이십팔일", "2025-02-28"),
    ],
)
def test_a_relative_date_crosses_the_ends_of_months_and_years(on, said, day):
    on, when = date.fromisoformat(on), date.fromisoformat(day)
    assert _borne_out(f"{when.year}년 {when.month}월 {when.day}일", said, on)
    assert not _borne_out(f"{when.year - 1}년 {when.month}월 {when.day}일", said, on)


@pytest.mark.parametrize(
    ("on", "said", "last"),
    [
        ("2025-01-31", "다음 달 31일", "2월 28일"),
        ("2025-01-31", "다음 달 29일", "2월 28일"),
        ("2024-01-30", "다음 달 30일", "2월 29일"),
        ("2025-12-05", "지난달 31일", "11월 30일"),
    ],
)
def test_a_day_that_the_named_month_does_not_have_is_no_other_day(on, said, last):
    assert not _borne_out(last, said, date.fromisoformat(on))


def test_a_month_later_is_at_most_the_last_of_the_month():
    assert _borne_out("2월 28일", "한 달 뒤", date(2025, 1, 31))
    assert _borne_out("2월 28일", "다음 달 말일", date(2025, 1, 31))


_WORDS_LISTED = """
    오늘 내일 모레 3일 이틀 뒤 전 다음 이번 지난 주 달 월요일 일요일 말일 말 초 5일 십오일 내년 작년
    0일 00일 40일 0 13 999 9999 개월 년 시 분 몇 수 만 천 억 영시 - / ~ :
    3월 9월 , . 이나 2주 점 쩜 삼십팔 이 도 열 한 일흔여덟 이요 이일에 지
"""
_WORDS = st.sampled_from(_WORDS_LISTED.split())


@given(
    st.lists(_WORDS, max_size=12),
    st.lists(st.sampled_from(["", " "]), min_size=12, max_size=12),
    st.dates(),
)
def test_any_words_are_read_without_overlap(words, gaps, on):
    text = "".join(word + gap for word, gap in zip(words, gaps, strict=False))
    numbers = numbers_in(text, on)
    ends = [0, *(number.end for number in numbers)]
    for number, end in zip(numbers, ends[:-1], strict=True):
        assert end <= number.start < number.end <= len(text)
        assert number.requires
        assert number.provides


@given(st.dates(date(1990, 1, 1), date(2080, 1, 1)), st.integers(0, 6))
def test_weeks_begin_on_monday(on, weekday):
    name = "월화수목금토일"[weekday]
    day = on - timedelta(on.weekday()) + timedelta(7 + weekday)
    [number] = numbers_in(f"다음 주 {name}요일", on)
    assert number.value == f"{day.year}-{day.month}-{day.day}"


def borne_out(claim, source, on=None):
    provided = frozenset().union(
        *(one.provides for one in [*numbers_in(source, on), *possible_numbers(source)])
    )
    return all(supports(provided, one) for one in numbers_in(claim, on))


@pytest.mark.parametrize(
    ("source", "claim", "other"),
    [
        ("팔월 삼 일부터 육 일까지 신청", "8월 6일", "8월 7일"),
        ("팔월 삼 일부터 오 일까지 신청", "8월 5일", "9월 5일"),
        ("구월 이십육일 금요일은요\n이십칠일 토요일은 예약이 다 차셨어요", "9월 27일", "9월 28일"),
        ("9월 26일, 27일 중에요", "9월 27일", "10월 27일"),
        ("9/26이요, 27일은 안 돼요", "9월 27일", "8월 27일"),
        ("2025년 9월 26일과 27일", "2025년 9월 27일", "2024년 9월 27일"),
        ("이십칠일 토요일이요. 구월 예약이요", "9월 27일", "10월 27일"),
        ("이십칠일 토요일이요. 구월 예약이고 다음 달은 안 돼요", "9월 27일", "10월 27일"),
        ("팔월 삼일 신청, 구월 칠일 취소", "9월 7일", "8월 7일"),
        ("팔월 삼일 신청, 구월 칠일 취소, 십오일 환급", "9월 15일", "8월 15일"),
        ("구월 오일 결제는 다음 달에 환급", "10월", "11월"),
        ("구월 오일 결제는 다음 달 십오일에 환급", "10월 15일", "9월 15일"),
        ("십이월 오일 결제는 내달 환급", "1월", "2월"),
    ],
)
def test_a_day_said_alone_is_one_of_the_month_named_before(source, claim, other):
    assert numbers_in(other)
    assert borne_out(claim, source)
    assert not borne_out(other, source)


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("구월 오일에 주문, 삼일 이내 배송", "9월 3일"),
        ("9월에 신청, 3일 뒤 설치", "9월 3일"),
        ("9월부터 매월 20일 출금", "9월 20일"),
        ("9월 안에 31일이면", "9월 31일"),
        ("팔월과 구월 사이는 아니고, 십일에", "8월 10일"),
        ("9월에 보시면 이 일에 대해", "9월 2일"),
        ("9월이고 내일까지요", "9월 1일"),
        ("다음 달인 9월에 환급", "10월"),
        ("다음 달에 환급, 9월 결제", "10월"),
        ("이번 달 환급, 9월 결제", "10월"),
    ],
)
def test_what_is_no_day_of_the_month_named_before_bears_out_none(source, claim):
    assert not borne_out(claim, source)


def test_a_day_of_the_next_month_is_still_checked():
    numbers = numbers_in("구월 오일 결제는 다음 달 십오일에 환급")
    assert [(one.value, one.relative) for one in numbers] == [
        ("9-5", False),
        ("10mo", True),
        ("15d", False),
    ]


def test_the_date_of_the_call_says_which_month_is_the_next():
    call = "구월 오일 결제는 다음 달에 환급"
    assert not borne_out("10월", call, date(2025, 8, 20))
    assert borne_out("10월", call, date(2025, 9, 20))


def test_a_day_after_the_next_month_is_one_of_it():
    assert borne_out("10월 6일", "다음 달 3일부터 6일까지", date(2025, 9, 20))
