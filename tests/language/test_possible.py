"""What words of a call may be as numbers, beyond what they surely are."""

import datetime as dt

import pytest

from edgebox.scoring.evidence import Heard, Text
from edgebox.scoring.faults import unsaid

ON = dt.date(2026, 3, 10)


@pytest.mark.parametrize(
    ("call", "told", "other"),
    [
        ("여기는 130이잖아요 다른 데는 90만 원인데", "130만 원", "150만 원"),
        ("월급이 한 240 받제", "240만 원", "250만 원"),
        ("금리 5.7은 언제부터예요", "5.7%", "5.8%"),
        ("삼 점 팔오로 해 드릴게요", "3.85%", "3.95%"),
        ("에이포 용지 백 장", "A4", "A5"),
        ("엠알 육공일에스라고 돼 있네요", "MR-601S", "MR-602S"),
        ("퇴비 이백포 하셨네요", "200포", "300포"),
        ("총 육십 강 중에", "60강", "70강"),
        ("어른 여덟에 아이 넷이요", "12명 예약", "13명 예약"),
        ("어른 열하나에 애가 셋이요", "14명 예약", "16명 예약"),
        ("아버지 칠순이라서요", "70세", "75세"),
        ("아버지가 칠순인데요", "70세", "75세"),
        ("가방이 130이잖아요 다른 데는 90만 원인데", "130만 원", "150만 원"),
        ("생년월일이 칠칠공삼공육이요", "1977년 3월 6일", "1977년 3월 7일"),
        ("육오 년 사월 이일생이여", "61세", "71세"),
        ("내가 예순하난디", "61세", "62세"),
        ("칠십서이여", "73세", "74세"),
        ("한글날까지 해 드릴게요", "10월 9일까지", "10월 8일까지"),
        ("사십팔 시간 안에요", "이틀 안에", "사흘 안에"),
        ("다음 주 이일이요", "4월 2일", "4월 3일"),
    ],
)
def test_a_call_bears_out_what_its_words_may_be(call, told, other):
    source = Heard(call, ON)
    assert not unsaid(Text(told, ON), source)
    assert unsaid(Text(other, ON), source)


@pytest.mark.parametrize(
    "text",
    ["", "이", "십", "점", "에이", "어른", "공공공공공공", "999999", "0.0", "만", "어른 아이 둘"],
)
def test_no_words_are_too_few(text):
    assert Heard(text, ON).provides is not None


@pytest.mark.parametrize(
    ("call", "other"),
    [
        ("버스 130이요 만 원 냈어요", "130만 원"),
        ("좌석은 120이고 월급날 탈게요", "120만 원"),
        ("혈압이 130에 90이요 월급이 안 들어왔어요", "90만 원"),
        ("호실이 302이고 월세는 나중에요", "302만 원"),
        ("시력이 0.8이에요", "0.8%"),
        ("버전이 3.5로 돼 있어요", "3.5%"),
        ("접수번호가 750306이에요", "1975년 3월 6일"),
        ("접수번호가 칠오공삼공육이요", "1975년 3월 6일"),
        ("팔공공일이삼 번으로 예약했어요", "1980년 1월 23일"),
        ("미수금이 있어요", "88세"),
        ("백수연 씨 바꿔 주세요", "99세"),
        ("김칠순이라고 해요", "70세"),
    ],
)
def test_figures_of_something_else_are_no_money_births_or_ages(call, other):
    assert unsaid(Text(other, ON), Heard(call, ON))
