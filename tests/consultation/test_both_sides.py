"""A figure that a call bears out can be written and is not flagged; another can not, and is.

Each row: what was said | what is borne out | what is not.
"""

import datetime as dt

import pytest

from edgebox.consultation.grounding import Figures
from edgebox.scoring.evidence import Heard, Text
from edgebox.scoring.faults import ungrounded
from support.expressions import lets_through

ON = dt.date(2025, 9, 11)

ARTICLES = """
법 제이십삼조 이항에 따라 철회돼요 | 제23조 2항 · 제23조 제2항 · 23조 | 제32조 · 24조
특별법 제칠조의 이에 해당해요 | 제7조의2 · 제7조 · 제7조의 2 | 제17조
상법 제 이백 십칠 조요 | 제217조 · 217조 | 제207조
약관 제23조 보시면요 | 제23조 · 23조 · 23조 2항에 따라 | 제24조
제이차 접종은 십이월 구일이에요 | 2차 접종 · 제2차 | 3차 접종 · 12차 접종
제이십이회 정기공연이요 | 제22회 · 22회 | 제12회 · 32회
매출 일조 이천억 원이래요 | 1조 2천억 원 · 1조 2,000억 · 1.2조 원 | 12조 원 · 1,200억 원
십오조 삼천사백억이요 | 15조 3,400억 · 15조 3천4백억 원 | 15조 원 · 153조
"""

OF_YEARS = """
이십사년도분 종합소득세요 | 2024년 · 24년도 · 2024년도분 · 24년도분 | 2025년 · 2014년
25년 1분기 실적이요 | 2025년 1분기 · 25년 1분기 · 2025년 1/4분기 | 2분기 · 2024년 1분기
이십삼년 하반기에 가입했어요 | 2023년 하반기 · 23년 하반기 · 2023년 | 2032년 · 2013년 · 23개월
십이 년 여름에 샀어요 | 2012년 여름 · 12년 여름 | 2011년 · 2002년
24년 귀속분이요 | 2024년 귀속 · 24년 귀속 | 2023년 귀속
공삼년 오월생이고 스물두 살이요 | 2003년 5월 · 03년생 · 2003년 5월생 | 2003년 6월 · 2030년
팔십육년 시월생이에요 | 1986년 10월 · 1986년 10월생 · 86년 10월생 | 1986년 1월 · 1968년
이십 년 된 여름 집이요 | 20년 | 2020년
"""
PARTS_OF_NUMBERS = """
예순다섯부터고 육십만 원 정도요 | 65세 · 60만 원 | 60세
마흔다섯 살이에요 | 45세 | 40세
스물 세 명이고 서른 다섯 개예요 | 23명 · 35개 | 20명 · 30개
마흔 집이요 | 40집 | 45집
이천 오백만 원이요 | 2,500만 원 | 500만 원
구천 구백 원이에요 | 9,900원 | 9,000원 · 900원
이십에서 삼십만 원 사이예요 | 20~30만 원 | 20원 · 23만 원
이백 포대랑 삼백 천막이요 | 200포대 · 300 | 500포대
"""

DECIMALS = """
제네시스 지 팔십 이점오 터보예요 | 2.5 | 25 · 5.2
시력 일 점 오 양쪽 다요 | 1.5 · 시력 1.5 | 15 · 0.5
당화혈색소 칠 점 이 공복혈당 백삼십오요 | 7.2 · 135 | 7.5 · 72
학점은 사 점 오 만점에 삼 점 팔이고 | 4.5 만점 · 3.8 · 4.5점 만점 | 4.3 만점 · 3.9
평점 사 점 삼 나왔는데 | 4.3 | 3.4 · 43
수학은 구십 점 이 학생은 칠십 점 | 90점 | 90.2
아이는 구십 점 오 학년은 팔십 점 | 90점 · 5학년 | 90.5
"""
BARE_SUMS = """
진단금 삼천 오백에 수술비 오십 나오는 거죠 | 3,500만 원 · 50만 원 | 350만 원 · 5,500만 원
천이백에 월 육십오요 | 1,200만 원 · 65만 원 | 12만 원 · 1,265만 원
"""

WORDS = """
갱신정보 확인이요 신정동 살아요 성탄절특집 보고요 | 0원 | 1월 1일 · 12월 25일
한글날까지요 성탄절에는 쉬고 어린이날하고요 | 10월 9일 · 12월 25일 · 5월 5일 | 12월 24일
삼일절날은 열고 신정엔 닫아요 제헌절인데요 | 3월 1일 · 1월 1일 · 7월 17일 | 1월 11일
아이원 상품 지원은 시원하네요 | 0원 | I1 · G1 · C1
에이원 씨투요 | A1 · C2 | A3 · C4
"""


def rows(*blocks):
    for row in "".join(blocks).split("\n"):
        if row:
            said, *texts = row.split(" | ")
            yield said, *(text.split(" · ") for text in texts)


@pytest.mark.parametrize(
    ("said", "may", "may_not"),
    [*rows(ARTICLES, OF_YEARS, PARTS_OF_NUMBERS, DECIMALS, BARE_SUMS, WORDS)],
)
def test_what_may_be_written_is_not_flagged_and_nothing_else_may(said, may, may_not):
    texts = [*may, *may_not]
    expected = dict.fromkeys(may, True) | dict.fromkeys(may_not, False)
    passed = lets_through(Figures(said, ON).expression, *[f"고객이 {one} 문의" for one in texts])
    assert dict(zip(texts, passed, strict=True)) == expected
    call = Heard(said, ON)
    assert {one: not ungrounded(Text(f"{one} 문의", ON), call) for one in texts} == expected
