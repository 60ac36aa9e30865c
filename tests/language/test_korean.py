from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.language.korean import numbers_in
from edgebox.language.names import names_in
from edgebox.language.number import supports
from edgebox.language.possible import possible_numbers


def _read(text):
    return [(number.kind, number.value) for number in numbers_in(text)]


def _borne_out(claim, source):
    provides = frozenset().union(*(number.provides for number in numbers_in(source)))
    return all(supports(provides, number) for number in numbers_in(claim))


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        # money: figures, words, both
        ("487,000원", "amount", "487000"),
        ("487000원을", "amount", "487000"),
        ("48만 7천원", "amount", "487000"),
        ("48만 7천 원", "amount", "487000"),
        ("48만7,000원", "amount", "487000"),
        ("48 만 원", "amount", "480000"),
        ("1억 2천만 원", "amount", "120000000"),
        ("3천5백원", "amount", "3500"),
        ("1.5만 원", "amount", "15000"),
        ("사십팔만 칠천 원", "amount", "487000"),
        ("사십팔만칠천원", "amount", "487000"),
        ("이천오백만 원이요", "amount", "25000000"),
        ("만 원", "amount", "10000"),
        ("천원이에요", "amount", "1000"),
        ("오백 원인데요", "amount", "500"),
        ("총삼만원", "amount", "30000"),
        ("구만 구천 구백 원", "amount", "99900"),
        ("삼사십만 원", "amount", "400000"),
        # the unit ends in a vowel, which swallows the 이 of 이다
        ("십 프로면", "percent", "10%"),
        ("사 점 이 프로고 우대는 별도예요", "percent", "4.2%"),
        ("세로 삼십 센티고요", "count", "30"),
        ("연 삼 점 오 퍼센트라 세전이에요", "percent", "3.5%"),
        ("오십 기가라 넉넉해요", "count", "50"),
        ("1만km2", "count", "10000"),
        ("3천m3", "count", "3000"),
        ("십오 킬로며", "count", "15"),
        ("두 개네요 그럼", "count", "2"),
        ("밤 아홉 시 반인데", "time", "21:30"),
        ("한 시간 반째 안 와요", "count", "90min"),
        ("약관 7조를", "plain", "7"),
        ("예산 7조 원", "amount", "7000000000000"),
        ("예산이 제 7조 원 맞죠", "amount", "7000000000000"),
        ("어제 7조를 넘었어요", "count", "7000000000000"),
        ("민법 제7조를", "plain", "7"),
        ("밤 아홉 시 반도체 공장", "time", "21:00"),
        ("밤 아홉 시 반도 돼요", "time", "21:30"),
        ("밤 아홉 시 반요리", "time", "21:00"),
        ("밤 아홉 시 반입됩니다", "time", "21:00"),
        ("밤 아홉 시 반입니다", "time", "21:30"),
        ("밤 아홉 시 반인원", "time", "21:00"),
        ("일곱 개네", "count", "7"),
        ("네 시면 돼요", "time", "4:00"),
        ("오후 네 시고 체크아웃은", "time", "16:00"),
        ("폭이 이십 미터셔서", "count", "20"),
        ("이십 도여야 해요", "count", "20"),
        ("이천사백이면", "count", "2400"),
        ("천구백이시면", "count", "1900"),
        # dates
        ("2025-09-13", "date", "2025-9-13"),
        ("2025.9.13", "date", "2025-9-13"),
        ("2025년 9월 13일", "date", "2025-9-13"),
        ("25년 9월 13일", "date", "2025-9-13"),
        ("이천이십오년 구월 십삼일", "date", "2025-9-13"),
        ("이천이십오 년 구월 십삼 일에", "date", "2025-9-13"),
        ("9월 13일", "date", "9-13"),
        ("9/13", "date", "9-13"),
        ("구월 십삼일까지", "date", "9-13"),
        ("구월십삼일", "date", "9-13"),
        ("시월 삼일", "date", "10-3"),
        ("유월 육일", "date", "6-6"),
        ("이월 이십팔일", "date", "2-28"),
        ("십이월 이십오일", "date", "12-25"),
        ("9월", "date", "9mo"),
        ("오월부터", "date", "5mo"),
        ("삼백 개짜린데", "count", "300"),
        ("일 년제 연", "count", "12m"),
        ("이 년제로", "count", "24m"),
        ("오 분 이상이면", "count", "5min"),
        ("팔 분 늦으셨네요", "count", "8min"),
        ("삼만 원짜린가", "amount", "30000"),
        ("2026년 5월", "date", "2026-5"),
        ("2014년에", "date", "2014y"),
        # times of day
        ("15:00", "time", "15:00"),
        ("오후 세 시", "time", "15:00"),
        ("오후 3시", "time", "15:00"),
        ("오후 3:20", "time", "15:20"),
        ("15시 30분", "time", "15:30"),
        ("오전 열 시 삼십 분부터", "time", "10:30"),
        ("열두 시 반", "time", "12:30"),
        ("두시이십분", "time", "2:20"),
        ("세 시", "time", "3:00"),
        ("밤 열두 시", "time", "0:00"),
        ("정오", "time", "12:00"),
        # durations
        ("하루", "count", "1d"),
        ("이틀", "count", "2d"),
        ("사흘", "count", "3d"),
        ("열흘 안에", "count", "10d"),
        ("보름", "count", "15d"),
        ("일주일", "count", "7d"),
        ("2주", "count", "14d"),
        ("사 일 이내", "count", "4d"),
        ("삼일 뒤", "count", "3d"),
        ("이삼일 뒤", "count", "3d"),
        ("두 달", "count", "2m"),
        ("석 달", "count", "3m"),
        ("팔 개월", "count", "8m"),
        ("일 년", "count", "12m"),
        ("3년", "count", "36m"),
        ("한 시간", "count", "60min"),
        ("두 시간 반", "count", "150min"),
        ("1시간 30분", "count", "90min"),
        ("오 분 정도", "count", "5min"),
        # counts
        ("세 개", "count", "3"),
        ("3개", "count", "3"),
        ("스물두 살", "count", "22"),
        ("서른다섯 명", "count", "35"),
        ("두세 개", "count", "3"),
        ("이십층", "count", "20"),
        ("삼백이 호", "count", "302"),
        ("만 이십 세", "count", "20"),
        ("첫 번째", "count", "1"),
        ("셋째", "count", "3"),
        ("10GB", "count", "10"),
        ("일점오 킬로", "count", "1.5"),
        # rates
        ("15%", "percent", "15%"),
        ("3.5 %", "percent", "3.5%"),
        ("십오 퍼센트", "percent", "15%"),
        ("삼 프로", "percent", "3%"),
        ("사점일오 프로", "percent", "4.15%"),
        ("영점팔 프로", "percent", "0.8%"),
        # what is copied
        ("010-1234-5678", "phone", "01012345678"),
        ("01012345678", "phone", "01012345678"),
        ("공일공 일이삼사 오육칠팔", "phone", "01012345678"),
        ("공일공에 일이삼사에 오육칠팔로", "phone", "01012345678"),
        ("영이 오오오 일이삼사", "phone", "025551234"),
        ("1588-1234", "phone", "15881234"),
        ("A12-3456", "code", "A123456"),
        ("CL-2025091301234", "code", "CL2025091301234"),
        ("110-234-567890", "code", "110234567890"),
        ("국민-110-234-567890", "code", "110234567890"),
        ("12가 3456", "code", "12가3456"),
        ("사팔 마 이칠일구요", "code", "48마2719"),
        ("1234 5678 9012 3456", "code", "1234567890123456"),
        ("일이삼사", "code", "1234"),
        # no unit
        ("1,234", "plain", "1234"),
        ("1.50", "plain", "1.5"),
        ("12345678901234567890123", "plain", "12345678901234567890123"),
        ("사십팔만 칠천", "count", "487000"),
        ("백이십삼", "count", "123"),
    ],
)
def test_a_number_is_read(text, kind, value):
    assert _read(text) == [(kind, value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("열 한 시", "11:00"),
        ("오후 열 한 시 반", "23:30"),
        ("열 두 시", "12:00"),
        ("스물 세 살", "23"),
        ("서른 여섯 개월", "36m"),
        ("마흔 다섯 평", "45"),
        ("쉰 네 명", "54"),
        ("예순 한 대", "61"),
        ("일흔 두 개", "72"),
        ("여든 일곱 세트", "87"),
        ("아흔 아홉 칸", "99"),
        ("열 네 시간", "840min"),
        ("열 네 문제", "14"),
        ("열 세트", "10"),
        # as an answer
        ("연세가요\n일흔여덟이요", "78"),
        ("스물셋이에요", "23"),
        ("서른다섯입니다", "35"),
        ("쉰둘", "52"),
        ("열하나요", "11"),
        ("열 다섯이에요", "15"),
        ("마흔 다섯이요", "45"),
        ("여든이세요", "80"),
        ("서른 넘었어요", "30"),
        ("마흔이 넘어서", "40"),
        ("만 스물여덟 맞으시네요", "28"),
        # years fully lived
        ("만28", "28"),
        ("만 28세", "28"),
        ("만28세", "28"),
        ("만 이십팔 세", "28"),
        ("만이십팔 세예요", "28"),
        ("만 500원", "10500"),
        ("만 5천 원", "15000"),
        ("만오천까진 괜찮아요", "15000"),
        ("만오천부턴 무료예요", "15000"),
        # decimals
        ("체온 삼십팔 점 이 도", "38.2"),
        ("당화혈색소 칠 점 이", "7.2"),
        ("당화혈색소 칠 점 이에요", "7.2"),
        ("삼십팔 점 이까지 올랐어요", "38.2"),
        ("삼십팔 점 오 나왔어요", "38.5"),
        ("일 점 오 킬로", "1.5"),
        ("육 점 칠 인치", "6.7"),
        ("평점 사 점 오 점", "4.5"),
        ("이 점 오 배", "2.5"),
        ("일점 오 리터", "1.5"),
        ("일쩜오", "1.5"),
        ("일쩜오예요", "1.5"),
        ("키 백칠십육 점 삼", "176.3"),
        ("학점이 삼 점 칠오요", "3.75"),
        ("사점육이에요", "4.6"),
        ("영점이", "0.2"),
        ("이 점 오억 원", "250000000"),
        ("한 영점 오만 내려가도", "0.5"),
        ("38 점 2 도", "38.2"),
        ("팔십오점이요", "85"),
        ("백 점 이요", "100"),
        ("구십 점 이상", "90"),
        ("구십 점 이 분이", "90"),
        ("구십 점 일 거예요", "90"),
        # after a word that ends in 수
        ("신용점수 팔백오십 점", "850"),
        ("키로수 육만 팔천 킬로", "68000"),
        ("가입 일수 삼백 일", "300d"),
        ("횟수 이십 번", "20"),
        ("환자 수 오십 명", "50"),
        ("직원 수 백 명", "100"),
        ("접수 오만 원", "50000"),
        ("회수 십오일에", "15d"),
        ("복수 삼십만 원", "300000"),
        ("특수 3만 원", "30000"),
        # a unit and no word
        ("이십일 동안", "20d"),
        ("십오일날", "15d"),
        ("이일에 결제했는데", "2d"),
        ("사 기가", "4"),
        ("물류관리 이급", "2"),
        ("물류관리 2급", "2"),
        ("두 사람", "2"),
        ("이십오만", "250000"),
    ],
)
def test_what_is_written_apart_or_without_a_unit_is_one_number(text, value):
    assert [number.value for number in numbers_in(text)] == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # the last digit apart
        ("이십 오 프로", "25%"),
        ("구월 이십 사일에 결제", "9-24"),
        ("이십 삼일까지", "23d"),
        ("삼십 일일까지", "31d"),
        ("이십 오 분", "25min"),
        ("오십 이 개월", "52m"),
        ("백 이십 칠 건", "127"),
        ("오후 두시 삼십 오분", "14:35"),
        ("십 이월 이십 오일", "12-25"),
        ("사 백 이십 오 킬로", "425"),
        ("삼 백 오 호", "305"),
        # the multiplier apart
        ("칠 천 원", "7000"),
        ("오 십 만 원", "500000"),
        ("오천팔 백 원", "5800"),
        ("48 만 7 천 원", "487000"),
        ("3 만 5 천원", "35000"),
        ("삼 십분 정도요", "30min"),
        ("2 백 개", "200"),
        ("오 만 명", "50000"),
        ("이 천 원", "2000"),
        # signs apart
        ("4 . 5 퍼센트", "4.5%"),
        ("4 .5 퍼센트", "4.5%"),
        ("이율은 3 . 25 프로예요", "3.25%"),
        ("12, 000원", "12000"),
        ("12 , 000 원", "12000"),
        ("3, 000건", "3000"),
        ("1, 234, 500원", "1234500"),
        ("010 - 1234 - 5678", "01012345678"),
        ("02 - 123 - 4567", "021234567"),
        ("110 - 234 - 567890 계좌", "110234567890"),
    ],
)
def test_a_numeral_with_spaces_between_its_parts_is_one(text, value):
    assert [number.value for number in numbers_in(text)] == [value]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("이십 일까지 주세요", ["20d"]),
        ("이십 일 회의에 갔어요", ["20d"]),
        ("이십 일 월요일에", ["20d"]),
        ("이십 일 동안", ["20d"]),
        ("십 일 만에 왔어요", ["10d"]),
        ("이 천장에서 물이 새요", []),
        ("이 천안에서", []),
        ("이 백화점에서 샀어요", []),
        ("이 백일 사진", []),
        ("이 십자가 백 개", ["100"]),
        ("이 십분 이해합니다", []),
        ("이 만나서 얘기해요", []),
        ("보증금 백 이 분이 내셨어요", []),
        ("4. 5퍼센트", ["4", "5%"]),
        ("1, 2, 3번", ["1", "2", "3"]),
        ("월드컵로 12, 301호", ["12", "301"]),
        ("429, 120.5원", ["429", "120.5"]),
        ("500 - 120 - 80 = 300", ["500", "120", "80", "300"]),
        ("10 - 20만원", ["10", "200000"]),
    ],
)
def test_a_space_before_a_word_that_is_none_of_its_parts_ends_a_numeral(text, values):
    assert [number.value for number in numbers_in(text)] == values


@pytest.mark.parametrize("text", ["이십 오 프로", "칠 천 원", "48 만 7 천 원", "삼 십 분 뒤"])
def test_a_part_of_a_numeral_that_is_written_apart_is_not_borne_out(text):
    read = [*numbers_in(text), *possible_numbers(text)]
    provided = frozenset().union(*(number.provides for number in read))
    for part in ("5%", "1,000원", "7,000원" if "48" in text else "1,000원", "10분"):
        [claim] = numbers_in(part)
        assert not supports(provided, claim), part


@pytest.mark.parametrize("text", ["이 천 원은 뭐예요", "100, 200원"])
def test_numbers_that_may_be_one_or_two_bear_out_both(text):
    [number] = numbers_in(text)
    assert len(number.requires) > 1


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("열 개 두 개", ["10", "2"]),
        ("7점 5점", ["7", "5"]),
        ("일곱 시 십 분 전화", ["7:10"]),
        ("두 점 오 천 원", ["2", "5000"]),
    ],
)
def test_two_numbers_stay_two(text, values):
    assert [number.value for number in numbers_in(text)] == values


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("6시 50분", "일곱 시 십 분 전"),
        ("7시 10분", "일곱 시 십 분 전"),
        ("12시 50분", "한 시 십 분 전에"),
        ("85점", "팔십오 점 이에요"),
        ("85.2점", "팔십오 점 이에요"),
        ("250,000원", "보증금 이십오만이요"),
        ("만 28세", "만 스물여덟이요"),
    ],
)
def test_either_reading_is_borne_out(claim, source):
    assert _borne_out(claim, source)


@pytest.mark.parametrize(
    "text",
    [
        "열 두통이 있어요",
        "열 한 번 쟀어요",
        "열이 있어요",
        "열이요",
        "열 하나도 안 나요",
        "쉰 적 없어요",
        "서른 두통",
        "이 점 이해 부탁드려요",
        "이 점 오해 없으시길",
        "이 점 이용하실 때",
        "이 점 구체적으로",
        "이점이 있어요",
        "오점이 남아서",
        "두 지점 이요",
        "만점이에요",
        "이 일에 대해",
        "이일에 대해서",
        "오일에 문제가",
        "일기가 없어요",
        "사기가 아닌지",
        "손해가 수 십만 원",
        "수 백만 원",
    ],
)
def test_words_beside_those_numbers_are_none(text):
    assert numbers_in(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "일단 이번에 오늘 사용하고 구매했는데 만약 천천히 하시면",
        "이번 달 이월 요금",
        "이 분이 이 건을 이 점에서",
        "사원 구원 이원 사회 일회용",
        "만일 천만에요 백만장자",
        "네 번호 네 주소 네 시스템 네 분실 네 편의점",
        "한번 확인해 주세요",
        "한 번 더, 한 가지, 한 분",
        "두통 세대 두부 세부",
        "일이 많아서 그 일이 사실",
        "몇만 원 수십만 원 몇 만 원 수천 명",
        "원인이 뭔지",
        "장점이 많고 이점이 있어",
        "두세요 하세요 보내세요",
        "이 분기 실적",
        "반려견 한 두부의 네 주차는",
        "이사 오이 구이",
        "내일 모레 오전에",
        "시월드 유월절",
        "천천히 만만하게 백수",
        "이 억울한 기억, 이 인용문",
        "",
    ],
)
def test_a_word_is_no_number(text):
    assert _read(text) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("9월 13일에 사십팔만 칠천 원을 결제", ["9-13", "487000"]),
        ("오전 열 시에서 열두 시 사이", ["10:00", "12:00"]),
        ("시월 십일 금요일 오후 세 시 이십 분", ["10-10", "15:20"]),
        ("한 건 사십팔만 칠천 원", ["1", "487000"]),
        ("세 시 십삼 분에 사십팔만 칠천 원", ["3:13", "487000"]),
        ("삼 년 약정 중에 십구 개월", ["36m", "19m"]),
        ("오만 이번 달", []),
        ("2만 이번 달", ["20000"]),
        ("천원 이천원", ["1000", "2000"]),
        ("1, 2, 3", ["1", "2", "3"]),
        ("삼십인용, 삼 인용이요", ["30", "3"]),
        ("이억에서 이억 천오백으로", ["200000000", "215000000"]),
        ("접수 15일, 횟수 3회, 수 15시", ["15d", "3", "15:00"]),
        ("몇 11월에 몇 1,500원, 12월", ["12mo"]),
    ],
)
def test_numbers_beside_each_other_are_told_apart(text, numbers):
    assert [number.value for number in numbers_in(text)] == numbers


def test_spans_are_those_of_the_number_with_its_unit():
    text = "네 구월 십삼일에 사십팔만 칠천 원이요"
    assert [text[n.start : n.end] for n in numbers_in(text)] == ["구월 십삼일", "사십팔만 칠천 원"]


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("487,000원", "사십팔만 칠천 원"),
        ("오후 3시", "세 시에"),
        ("3시", "오후 세 시에"),
        ("15:00", "오후 세 시"),
        ("2025년 9월 13일", "구월 십삼일"),
        ("9월 13일", "이천이십오년 구월 십삼일"),
        ("13일", "구월 십삼일"),
        ("1주일", "칠 일"),
        ("1년", "십이 개월"),
        ("90분", "한 시간 반"),
        ("3일", "이삼 일"),
        ("A12-3456", "에이 일이삼사오육이요"),
        ("뒷번호 5678", "공일공 일이삼사 오육칠팔"),
        ("2억 1,500만 원", "이억 천오백으로"),
        ("연봉 4,600만 원", "사천육백으로"),
        ("890123번", "팔구공일이삼이요"),
        ("1,200명", "천이백이 오면"),
        ("2~3일", "이삼일"),
    ],
)
def test_what_was_said_bears_out_what_is_written(claim, source):
    provides = frozenset().union(*(number.provides for number in numbers_in(source)))
    last = numbers_in(claim)[-1]
    assert supports(provides, last)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("487,000원", "사십칠만 팔천 원"),
        ("오전 3시", "오후 세 시"),
        ("4시", "오후 세 시"),
        ("3시 30분", "세 시"),
        ("2024년 9월 13일", "이천이십오년 구월 십삼일"),
        ("9월 14일", "구월 십삼일"),
        ("9월 13일", "십삼일에"),
        ("3개월", "사흘"),
        ("30%", "삼십 분"),
        ("B12-3456", "A12-3456"),
        ("A12-3457", "A12-3456"),
        ("010-1234-5679", "공일공 일이삼사 오육칠팔"),
        ("48,700원", "사십팔만 칠천 원"),
    ],
)
def test_another_number_is_not_borne_out(claim, source):
    assert not _borne_out(claim, source)


# Kinds of number that are said in many ways: what is written, and what was said.
_SAID = {
    "a rate with its point apart": """
        4.5% | 사점 오 퍼센트
        0.5% | 영점 오 프로
        4.5% | 사 점 오 프로요
        3.9% | 연 삼 점 구 퍼센트로
        3.25% | 삼 점 이 오 프로입니다
        12.5% | 십이 점 오 퍼센트고요
        0.3% | 공점 삼 프로라서
        3.9% | 연 3점 9프로
        6.4% | 연 육점사 프로세요
        5.7% | 오쩜 칠 프로대예요
    """,
    "digits in either set of words": """
        010-1234-5678 | 공일공 하나둘삼사 오육칠팔
        010-1234-5678 | 공일공에 하나둘셋넷에 오육칠팔이요
        1234 | 하나둘삼사 번이요
        010-2211-4433 | 공일공 둘둘하나하나 넷넷셋셋
        02-123-4567 | 공이 하나둘셋 넷오육칠
        7714 | 칠칠하나넷이에요
        010-9812-3454 | 공일공 구팔일이 삼사오넷입니다
    """,
    "fillers among digits": """
        010-1234-5678 | 공일공 어 일이삼사 음 오육칠팔
        010-1234-5678 | 공일공, 어, 일이삼사, 오육칠팔입니다
        010-1234-5678 | 공일공에 네 일이삼사에 네 오육칠팔이요
        010-1234-5678 | 공일공… 그 일이삼사… 저 오육칠팔
        031-555-1234 | 공삼일 음 오오오 어 일이삼사
        010-1234-5678 | 공일공에⏎네⏎일이삼사에⏎네⏎오육칠팔이요
        110-234-567890 | 일일공 아 이삼사 다시 오육칠팔구공
    """,
    "a year and a half": """
        1년 6개월 | 일 년 반
        18개월 | 일 년 반 됐어요
        2년 6개월 | 이 년 반 썼는데
        42개월 | 삼 년 반이면
        15개월 | 일 년 삼 개월 되셨네요
        2년 3개월 | 이 년 삼 개월째
        6개월 | 반 년
    """,
    "weeks": """
        2주 | 이 주 안에 처리
        14일 | 이 주 정도 걸려요
        2주 | 이 주 뒤에
        1주 | 한 주 뒤에
        7일 | 한 주 동안
        1주 | 한 주 안에
        3주 | 삼 주 후에
    """,
    "half": """
        50% | 절반만 돌려받고
        50% | 반값에
        50% | 반 값으로
        50% | 반액이요
        50% | 절반값
        50% | 요금이 절반으로
    """,
    "about so much": """
        157,000원 | 십오만 칠팔천 원
        158,000원 | 십오만 칠팔천
        24만 원 | 이십삼사만 원
        17명 | 십칠팔 명
        1,300원 | 천이삼백 원
        12,000원 | 만 일이천 원
        56만 원 | 오십오륙만 원
        2,034,000원 | 이백삼만 삼사천 원
    """,
    "만 left out": """
        1억 2,500만 원 | 일억 이천오백
        125,000,000원 | 일억 이천오백이요
        2억 5천만 원 | 이억 오천이요
        1억 7,200만 원 | 일억 칠천이백이세요
        3억 1,500만 원 | 삼억 천오백에
        4,600만 원 | 연봉 사천육백으로
    """,
    "a telephone number with a thousand": """
        1588-1234 | 천오백팔십팔에 일이삼사
        1588-1234 | 1588에 1234
        1577-0000 | 천오백칠십칠에 공공공공이요
        1644-3300 | 천육백사십사 국에 삼삼공공
        1899-5678 | 천팔백구십구 오육칠팔로
        1566-9009 | 천오백육십육에 구공공구
        1600-1234 | 천육백에 하나둘셋넷
    """,
    "where somebody lives": """
        101동 | 백일동
        103동 1602호 | 백삼동 천육백이호요
        102동 903호 | 백이동 구백삼호신데
        701호 | 칠공일호요
        1204호 | 일이공사호입니다
        302동 | 삼공이동이에요
        1001동 | 천일동
    """,
    "which time": """
        3차 | 삼차
        2차 | 이차 접종
        3차 | 삼차까지
        4차 | 사차 납부
        12차 | 십이 차
        3교시 | 삼 교시니까
        6차 | 육차로
    """,
    "how many there are": """
        4 | 네 식구
        3 | 세 식구가
        5 | 다섯 식구요
        2 | 두 자매
        3 | 삼 남매예요
        3 | 세 가구
        2분기 | 이 분기 말고 2분기
    """,
    "all of them": """
        2명 | 둘이 가는데
        2건 | 둘 다요
        3명 | 셋이서
        4명 | 이렇게 넷이 가려고
        2개 | 그럼 둘이면
        3개 | 셋 다 취소해 주세요
    """,
    "how much of it": """
        50 | 오십 미리요
        12 | 십이 키로
        45인치 | 사십오 인치
        2과목 | 두 과목이
        2급 | 물류관리 이급 접수
        24 | 스물네 제곱미터라고
    """,
    "a model": """
        S24 | 에스이십사
        S24 | 갤럭시 에스 이십사 울트라
        S24 | 갤럭시에스이십사요
        A35 | 에이 삼십오
        KE701 | 케이이 칠공일편
        OZ102 | 오제트 일공이편
        PU-200 | 피유 이백 흰색
        VOC-0913-4072 | 브이오씨 공구일삼 다시 사공칠이세요
        KE17 | 케이이 십칠편
    """,
    "a plan": """
        69 요금제 | 육구 요금제
        55 요금제 | 오오 요금제로
        79 요금제 | 칠구 요금제요
        110 요금제 | 일일공 요금제
        89 요금제 | 팔구 요금제에서
        33 요금제 | 삼삼요금제
    """,
    "digits and an ending": """
        3729 | 삼칠이구요
        372 | 삼칠이구요
        1234 | 일이삼사이구요
        1234 | 일이삼사이에요
        5562 | 오오육이이고요
        8800 | 팔팔공공이세요
        0419 | 공사일구라고
    """,
    "a product": """
        15 | 아이폰 십오 프로 맥스
        15 | 아이폰 십오 프로
        16 | 아이폰 16 프로
        11 | 아이패드 프로 말고 아이패드 십일 프로
        4 | 버즈 4 프로
        14 | 십사 프로 맥스요
    """,
    "a repair": """
        7721 | 칠칠이공, 아니 칠칠이일이요
        7720 | 칠칠이공, 아니 칠칠이일이요
        16일 | 십오일 아니 십육일
        4시 | 세 시, 아니 네 시요
        25개월 | 스물네 달… 아니 스물다섯 달
        30,000원 | 이만 원이 아니라 삼만 원
        5일 | 3일, 아니다 5일
    """,
    "a date with points": """
        2025년 9월 13일 | 2025. 9. 13.
        2025년 9월 13일 | 2025.9.13
        2025년 9월 13일 | 2025. 09. 13
        2025년 9월 13일 | 25.09.13
        2025년 9월 13일 | 25. 9. 13.에
        2025년 9월 13일 | 25/09/13
        9월 13일 | 9. 13. 오후
        9월 13일 | 09.13까지
        9월 13일 | 9.13(토)
        2025년 9월 13일 | 결제일 20250913
        2025년 9월 13일 | 20250913까지
        12월 1일 | 12. 1. 자로
    """,
    "a year of birth": """
        1942년 | 사이년생
        1942년생 | 사이년 말띠
        1988년 | 팔팔년생이고요
        2003년 | 공삼년생
        1997년 | 구칠년 생
    """,
    "from and to": """
        오후 2시 | 오후 2~4시
        오후 4시 | 오후 2~4시
        3일 | 3~5일
        10만 원 | 10~20만 원
        9시 | 09~18시
        50% | 50~70%
    """,
    "an ending behind a unit": """
        50% | 오십 프로라서
        11월 17일 | 십일월 십칠일부로
        84세 | 팔십사 세시고
        903호 | 구백삼호라고는
        20% | 이십 프로니까
        100% | 백 프로라고
        매월 1일 | 매달 일일로
    """,
}


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        tuple(row.split(" | "))
        for rows in _SAID.values()
        for row in map(str.strip, rows.strip().splitlines())
    ],
)
def test_however_it_is_said_it_bears_out_what_is_written(claim, source):
    assert numbers_in(claim)
    assert _borne_out(claim, source.replace("⏎", "\n"))


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("15%", "아이폰 십오 프로 맥스"),
        ("2주", "이 주소로 보내 주세요"),
        ("156,000원", "십오만 칠팔천 원"),
        ("1588-1235", "천오백팔십팔에 일이삼사"),
        ("102동", "백일동"),
        ("S23", "에스이십사"),
        ("9월 14일", "2025. 9. 13."),
        ("2024년 9월 13일", "25.09.13"),
        ("1년 7개월", "일 년 반"),
        ("5.4%", "사 점 오 프로"),
        ("3728", "삼칠이구요"),
    ],
)
def test_a_number_that_was_said_otherwise_is_not_borne_out(claim, source):
    assert not _borne_out(claim, source)


@pytest.mark.parametrize(
    "text",
    [
        "네 동의합니다",
        "그대로 두시고요 두시는 게",
        "이 차로 오세요 오차 범위 이 주소",
        "하나 둘 셋 넷",
        "오지 이유 티비 아이디",
        "에이 그게 아니고",
        "동안 동네 이동 통신",
        "잡아 둘 수 있어요",
        "네 미리 말씀해 주세요",
        "열 가지고는 안 되고 다섯 주면 돼요",
    ],
)
def test_more_words_are_no_numbers(text):
    assert _read(text) == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("20250913", ["plain"]),
        ("버전 1.25.09.13", ["plain", "plain"]),
        ("1. 2. 3. 순서로", ["plain", "plain", "plain"]),
        ("총 3.5. 그리고", ["plain"]),
        ("9.13 점", ["count"]),
    ],
)
def test_figures_with_points_are_dates_only_where_they_look_like_one(text, kinds):
    assert [kind for kind, _ in _read(text)] == kinds


def test_a_word_that_is_relative_is_marked():
    marked = {text: numbers_in(text)[0].relative for text in ("절반", "둘 다", "50%", "두 개")}
    assert marked == {"절반": True, "둘 다": True, "50%": False, "두 개": False}


def test_of_a_repair_the_last_reading_is_the_number():
    assert _read("칠칠이공, 아니 칠칠이일이요") == [("code", "7721")]
    assert _read("3일, 아니다 5일") == [("count", "5d")]
    assert _read("3일 아니면 5일") == [("count", "3d"), ("count", "5d")]


_DIGITS = " 일이삼사오육칠팔구"


def _spell(n: int, gap: str, *, one: bool) -> str:
    """Sino-Korean words for ``n``; ``gap`` between groups of 만, ``one`` writes 일만 for 만."""
    groups = []
    for name in ("", "만", "억"):
        n, group = divmod(n, 10_000)
        words = "".join(
            ("" if digit == 1 and unit else _DIGITS[digit]) + unit
            for digit, unit in zip((int(c) for c in f"{group:04d}"), "천백십 ", strict=True)
            for unit in [unit.strip()]
            if digit
        )
        if group == 1 and name == "만" and not n and not one:
            words = ""
        if group:
            groups.append(words + name)
    return gap.join(reversed(groups))


# From ten on: 일 원 … 구 원 are never said of money, and 사원, 구원 are words.
@given(
    st.integers(10, 10**9), st.sampled_from(["", " "]), st.booleans(), st.sampled_from(["", " "])
)
def test_any_amount_spelt_out_reads_back(n, gap, one, before_unit):
    text = f"요금이 {_spell(n, gap, one=one)}{before_unit}원입니다"
    assert _read(text) == [("amount", str(n))]


@given(st.integers(1, 10**9))
def test_any_amount_in_figures_reads_back(n):
    mixed = f"{n // 10_000}만 {n % 10_000:,}원" if n >= 10_000 and n % 10_000 else f"{n:,}원"
    assert _read(mixed) == [("amount", str(n))]


@given(st.from_regex(r"010[0-9]{8}", fullmatch=True))
def test_any_telephone_number_spoken_reads_back(digits):
    spoken = "".join("공일이삼사오육칠팔구"[int(digit)] for digit in digits)
    text = f"번호는 {spoken[:3]} {spoken[3:7]} {spoken[7:]} 입니다"
    assert _read(text) == [("phone", digits)]


@given(
    st.one_of(st.text(), st.text("일이삼사오육칠팔구십백천만억조원월일시분 0123456789,.-:/%점공"))
)
def test_any_text_is_read_without_overlap(text):
    numbers = numbers_in(text)
    ends = [0, *(number.end for number in numbers)]
    for number, end in zip(numbers, ends[:-1], strict=True):
        assert end <= number.start < number.end <= len(text)
        assert number.requires
        assert number.provides


def test_codes_are_what_is_copied():
    text = "주문번호 A12-3456 전화 010-1234-5678 금액 3만 원 9월 13일"
    codes = [n.value for n in numbers_in(text) if n.kind in {"code", "phone"}]
    assert codes == ["A123456", "01012345678"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("네 홍길동 고객님 맞으시죠", ["홍길동"]),
        ("김하늘님 안녕하세요", ["김하늘"]),
        ("상담사 김하늘입니다", ["김하늘"]),
        ("제 이름은 박준호이고요", ["박준호"]),
        ("LTE 요금제에서 iPhone으로", ["lte", "iphone"]),
        ("고객님 선생님 기사님 담당자님 이용자님 신청자님", []),
        ("감사합니다 고객님", []),
        ("", []),
    ],
)
def test_only_certain_names_are_read(text, names):
    assert names_in(text) == names


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("처음 십 분은 무료예요", "10min"),
        ("오 분쯤 기다리세요", "5min"),
        ("오일로 바꼈거든요", "5d"),
        ("삼 인용이요", "3"),
        ("영시부터 적용됩니다", "0:00"),
        ("이 주쯤 전에요", "14d"),
        ("구 월 말에요", "9mo"),
        ("두 시간 말고 삼 시간이요", "180min"),
        ("그게 유월이라", "6mo"),
        ("시월부터 오른대요", "10mo"),
        ("불고기 육십네 개요", "64"),
        ("이십두 명이서요", "22"),
        ("보증금을 오백 더 올리면", "5000000"),
        ("백구십만 원 중에 구십은 빠져나갔고요", "900000"),
        ("월세는 천에 오십오로 할게요", "550000"),
        ("퇴비 이백 포대", "200"),
        ("두레마트이십오 염리점", "25"),
        ("버전이 오 점 이 점 일사요", "14"),
    ],
)
def test_what_may_be_a_number_bears_one_out(text, value):
    assert value in {value for number in possible_numbers(text) for value in number.provides}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("백이십 기가요", "120"),
        ("오백 유로요", "5000000"),
        ("시월드 유월절", "6mo"),
        ("이백으로 해 주세요", "2000000"),
        ("요금 삼만 원입니다 천만에요", "10000000"),
        ("나이가 오십이요 요금은 오만 원 나왔어요", "520000"),
        ("자리가 오십이요 " + "그건 그렇고 " * 6 + "오만 원이요", "500000"),
    ],
)
def test_another_unit_or_a_word_bears_no_number_out(text, value):
    assert value not in {value for number in possible_numbers(text) for value in number.provides}


def test_a_word_that_goes_on_before_is_no_possible_number():
    assert list(possible_numbers("사이 분위기는 좋았고 고향 친구의 오빠가 층층이")) == []


@pytest.mark.parametrize("text", ["수 만6개월", "몇 만 30세", "몇만 7세부터"])
def test_an_age_behind_a_vague_word_is_read(text):
    assert [one.provides for one in numbers_in(text)]
