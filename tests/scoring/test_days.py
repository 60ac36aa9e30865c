"""Days that an analysis tells, where the call said them relative to its date."""

import datetime as dt

import pytest

from edgebox.scoring.evidence import Text
from edgebox.scoring.faults import ungrounded
from scoring.outcomes import flags_of

CALL = """
고객: 엊그제 주문했고 점검은 언제 오세요
상담사: 다음 달 첫째 화요일에 방문하고 결제는 익월 십오일이에요
고객: 환불은요
상담사: 삼 영업일 뒤에 입금되고 한 달 보름 전 건은 안 되세요 다음 주 오늘 다시 전화드릴게요
고객: 네
"""


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ("10월 7일에 방문하기로 했습니다.", False),
        ("10월 첫째 화요일에 방문하기로 했습니다.", False),
        ("9월 16일에 방문하기로 했습니다.", True),
        ("다음 달 셋째 화요일에 방문하기로 했습니다.", True),
        ("다음 달 15일에 결제된다고 안내했습니다.", False),
        ("다음 달 25일에 결제된다고 안내했습니다.", True),
        ("영업일 기준 3일 뒤 입금된다고 안내했습니다.", False),
        ("3영업일 뒤 입금된다고 안내했습니다.", False),
        ("5영업일 뒤 입금된다고 안내했습니다.", True),
        ("9월 14일에 입금된다고 안내했습니다.", True),
        ("8월 27일 건은 환불되지 않는다고 안내했습니다.", True),
        ("9월 18일에 다시 전화하기로 했습니다.", False),
        ("9월 11일에 다시 전화하기로 했습니다.", True),
    ],
)
def test_a_day_is_compared_with_what_was_said(told, wrong):
    flags = flags_of(CALL, told, dt.date(2025, 9, 11))
    assert ("ungrounded_number" in flags) is wrong


ON = dt.date(2026, 11, 5)  # a Thursday


@pytest.mark.parametrize(
    ("said", "told", "wrong"),
    [
        ("일요일에 찾으러 갈게요", "일요일에 찾으러 오기로 했습니다.", False),
        ("일요일에 찾으러 갈게요", "토요일에 찾으러 오기로 했습니다.", True),
        ("모레 찾으러 갈게요", "토요일에 찾으러 오기로 했습니다.", False),
        ("구일에 찾으러 갈게요", "월요일에 찾으러 오기로 했습니다.", False),
        ("주말에 찾으러 갈게요", "토요일에 찾으러 오기로 했습니다.", False),
        ("일요일 다음 날 찾으러 갈게요", "월요일에 찾으러 오기로 했습니다.", False),
        ("화목에 찾으러 갈게요", "목요일에 찾으러 오기로 했습니다.", False),
        ("사흘 뒤에 찾으러 갈게요", "일요일에 찾으러 오기로 했습니다.", False),
        ("칠일에 찾으러 갈게요", "모레 찾으러 오기로 했습니다.", False),
        ("모레 찾으러 갈게요", "내일 찾으러 오기로 했습니다.", True),
        ("내일 찾으러 갈게요", "모레 찾으러 오기로 했습니다.", True),
        ("어제 맡겼어요", "어제 맡겼다고 했습니다.", False),
        ("어제 맡겼어요", "그제 맡겼다고 했습니다.", True),
        ("낼 찾으러 갈게요", "내일 찾으러 오기로 했습니다.", False),
        ("모래 찾으러 갈게요", "모레 찾으러 오기로 했습니다.", False),
        ("익일에 되죠", "내일 된다고 안내했습니다.", False),
        ("내일 아니 하루 더 있다 갈게요", "모레 찾으러 오기로 했습니다.", False),
        ("어제그제 맡겼어요", "그제 맡겼다고 했습니다.", False),
        ("평일에는 안 되고 내일 갈게요", "모레 찾으러 오기로 했습니다.", True),
        ("내년 유월 말까지 됩니다", "내년 6월 말까지 된다고 안내했습니다.", False),
        ("내년 유월 말까지 됩니다", "내년 5월 말까지 된다고 안내했습니다.", True),
        ("다음 달 말까지 됩니다", "올해 12월 말까지 된다고 안내했습니다.", False),
    ],
)
def test_a_weekday_or_month_that_nobody_said_is_ungrounded(said, told, wrong):
    call = f"상담사: 보관해 두었습니다\n고객: {said}\n상담사: 네 알겠습니다\n"
    assert ("ungrounded_number" in flags_of(call, told, ON)) is wrong


@pytest.mark.parametrize(
    ("said", "told", "wrong"),
    [
        ("십이월 이일 수요일 두 시에 갑니다", "12월 2일(수) 2시 방문 예정", False),
        ("십이월 이일 수요일 두 시에 갑니다", "12월 2일(목) 2시 방문 예정", True),
        ("십이월 이일 수요일 두 시에 갑니다", "12월 2일 금요일 방문 예정", True),
        ("십이월 이일 두 시 목요일은 안 돼요", "12월 2일(목) 2시 방문 예정", True),
        ("십이월 이일 두 시 목요일은 안 돼요", "수요일(12월 2일) 방문 예정", False),
        ("십이월 이일 두 시 목요일은 안 돼요", "목요일(12월 2일) 방문 예정", True),
        ("십이월 이일 목요일이요", "12월 2일(목) 방문 예정", False),  # as the call has it
        ("이천이십육년 십이월 이일이요", "2026년 12월 2일(수) 방문", False),
        ("이천이십육년 십이월 이일이요", "2026.12.02(목) 방문", True),
        ("이천이십오년 십이월 이일에 샀어요", "12월 2일(화) 구매", False),
        ("음력 십이월 이일 아침 금요일이고요", "음력 12월 2일 금요일", False),
        ("작년 십이월 이일에 샀어요", "12월 2일(화) 구매", False),
        ("작년 십이월 이일에 샀어요", "12월 2일(금) 구매", True),
        ("내년 일월 이일에 갈게요", "1월 2일(토) 방문", False),
        ("재작년 크리스마스에 샀어요", "12월 25일(수) 구매", False),
        ("목요일에 갈게요 십이월 이일이요", "12월 2일(목) 방문 예정", False),  # as the call has it
        ("토요일 십이월 이일이요", "12월 2일(토) 방문 예정", False),
        ("목요일은 안 되고 십이월 이일이요", "12월 2일(목) 방문 예정", True),
        ("목요일 말고 십이월 이일 수요일이요", "12월 2일(목) 방문 예정", True),
        ("목요일 말고 십이월 이일이요", "12월 2일(목) 방문 예정", True),
        ("다음 주 화요일이요", "11월 10일(화) 방문 예정", False),
        ("다음 주 화요일이요", "11월 10일(수) 방문 예정", True),
    ],
)
def test_a_date_is_on_its_own_day_of_the_week(said, told, wrong):
    call = f"상담사: 언제로 할까요\n고객: {said}\n상담사: 네 알겠습니다\n"
    assert ("ungrounded_number" in flags_of(call, told, ON)) is wrong


def test_a_weekday_beside_a_date_of_another_year_is_no_other_day():
    call = "고객: 내년 삼월이요\n상담사: 내년 삼월 십육일 화요일 아홉 시 십 분이요\n"
    assert "unbound_number" not in flags_of(call, "2027년 3월 16일 화요일 9시 10분.", ON)


def test_a_time_is_of_the_day_that_it_was_changed_from():
    call = "고객: 내일 오전 열 시에서 모레 오후 두 시로 바꿔 주세요\n상담사: 네 변경했습니다\n"
    assert "unbound_number" in flags_of(call, "11월 7일 오전 10시로 변경함.", ON)
    assert "unbound_number" not in flags_of(call, "11월 7일 오후 2시로 변경함.", ON)
    assert "unbound_number" not in flags_of(call, "11월 6일 오전 10시에서 변경함.", ON)


@pytest.mark.parametrize(
    ("said", "told", "wrong"),
    [
        ("다음 달 초에 청구됩니다", "12월 초 청구 예정", False),
        ("다음 달 초에 청구됩니다", "12월 말 청구 예정", True),
        ("다음 달 초에 청구됩니다", "다음 달 중순 청구 예정", True),
        ("십이월 중순쯤이요", "12월 초 예정", True),
        ("십일월 말까지 되고 십이월 초는 안 돼요", "11월 말까지, 12월 초는 불가", False),
        ("십이월 초에 신청하고 이십오일에 지급돼요", "12월 말 지급", False),
        ("십이월 이십팔일에 끝나요", "12월 말 종료", False),
        ("이번 달 말일에 나가요", "11월 초 출금", True),
        ("십이월 둘째 주에 발송됩니다", "12월 둘째 주 발송 예정", False),
        ("십이월 둘째 주에 발송됩니다", "12월 셋째 주 발송 예정", True),
        ("십이월 이십일에 발송이고 둘째 주에 접수예요", "12월 셋째 주 발송 예정", False),
        ("십이월 마지막 주에요", "12월 넷째 주", False),
        ("십이월 넷째 주에요", "12월 마지막 주", False),
        ("십이월 셋째 주에 나오고 넷째 주부터 팔아요", "12월 넷째 주부터 판매", False),
        ("월말에 정산되고 다음 달 첫날에 들어와요", "12월 초 입금", False),
        ("이달 말일이요 다음 달 초하루에 나가요", "다음 달 초 출금", False),
        ("다음 달 마지막 주에 갈게요 초에는 안 돼요", "다음 달 말 방문", False),
        ("다음 달 중간쯤에요 말에는 바빠서요", "12월 중순 방문", False),
        ("다음 달 중간쯤에요 말에는 바빠서요", "12월 초 방문", True),
        ("십이월 셋째 주 지나고 다음 주에 갈게요", "12월 넷째 주 방문", False),
        ("매월 말 결제고 다음 달은 초에 나가요", "12월 초 결제", False),
        ("첫 주는 무료고 십이월 둘째 주에 결제돼요", "첫 주 무료, 12월 둘째 주 결제", False),
    ],
)
def test_a_part_of_a_month_is_compared_with_what_was_said(said, told, wrong):
    call = f"상담사: 언제로 할까요\n고객: {said}\n상담사: 네 알겠습니다\n"
    assert ("ungrounded_number" in flags_of(call, told, ON)) is wrong


def test_without_the_day_of_the_call_no_weekday_is_wrong():
    call = "고객: 모레 찾으러 갈게요\n상담사: 네 알겠습니다\n"
    assert "ungrounded_number" not in flags_of(call, "토요일에 찾으러 오기로 했습니다.")


def test_the_last_week_is_compared_by_its_day_where_the_month_is_known():
    on = dt.date(2025, 9, 11)
    said = Text("시월 마지막 금요일이요", on)
    assert not ungrounded(Text("10월 다섯째 금요일에 방문", on), said)
    assert ungrounded(Text("10월 넷째 금요일에 방문", on), said)


@pytest.mark.parametrize("on", [dt.date(1, 1, 1), dt.date(9999, 12, 31)])
def test_no_weekday_is_counted_from_a_date_that_stands_for_none(on):
    said = "고객: 일요일에 사오고요 삼 일 뒤에 이십 일 걸려요"
    assert "ungrounded_number" not in flags_of(said, "토요일에 찾으러 오기로 했습니다.", on)


@pytest.mark.parametrize(
    ("said", "told", "wrong"),
    [
        ("공연은 십이월 일일이고 전날 다섯 시까지 됩니다", "11월 30일 5시까지 됩니다.", False),
        ("공연은 십이월 일일이고 전날 다섯 시까지 됩니다", "12월 2일 5시까지 됩니다.", True),
        ("공연은 십이월 일일이고 하루 전까지 됩니다", "11월 30일까지 취소됩니다.", False),
        ("공연은 십일월 삼십일이고 다음 날 환불됩니다", "12월 1일 환불됩니다.", False),
        ("공연은 십일월 삼십일이고 다음 날 환불됩니다", "11월 29일 환불됩니다.", True),
        ("공연은 십일월 삼십일이고 그 주에 환불됩니다", "12월 1일 환불됩니다.", True),
    ],
)
def test_the_day_beside_one_that_was_named_may_be_written_as_its_date(said, told, wrong):
    assert ("ungrounded_number" in flags_of(f"상담사: {said}\n", told, ON)) is wrong
