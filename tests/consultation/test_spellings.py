"""What may be written of a number, by kind: as people say it, and as people write it.

Each row: what was said | what may be written | what may not.
"""

import datetime as dt

import pytest

from edgebox.consultation.grounding import Figures
from support.expressions import lets_through

ON = dt.date(2025, 9, 11)

RANGES = """
이 삼일 걸립니다 | 2~3일 | 3~4일
오 내지 칠 일 걸려요 | 5~7일 · 5-7일 | 6~7일
이삼일 걸립니다 | 2~3일 · 2-3일 | 3~4일 · 3-4일 · 23일
십에서 십오일 사이요 | 10~15일 · 10-15일 | 10~16일
한두 시간 걸려요 | 1~2시간 · 1-2시간 | 2~3시간
두세 시쯤 갈게요 | 2~3시 | 3~4시
팔구월에요 | 8~9월 · 8월 | 7~8월
서너 달 됐어요 | 3~4개월 · 3~4달 | 4~5개월
두 세 번 전화했어요 | 2~3회 · 2-3번 | 12~13회
스물두세 명 정도요 | 22~23명 · 22-23명 | 23~24명
이삼만 원 차이 나요 | 2~3만 원 · 2만~3만 원 · 20,000~30,000원 | 3~4만 원 · 23만 원
십오만 칠팔천 원 나와요 | 15만 7~8천 원 · 157,000~158,000원 | 15만 8~9천 원 · 8천 원
십오만 칠천에서 팔천 원이요 | 15만 7~8천 원 · 15만 7,000~8,000원 | 15만 6~8천 원
오후 세 시에서 다섯 시 사이요 | 15~17시 · 오후 3~5시 | 15~16시
구월 십삼일에서 십오일까지요 | 9월 13~15일 · 9월 13일~15일 · 9월 13-15일 | 9월 13~16일
"""
UNITS = """
팔십사 제곱미터예요 | 84㎡ · 84m² · 84제곱미터 | 84평 · 85㎡
전용 오십구 점 구 제곱이에요 | 59.9㎡ | 59㎡ · 9㎡
삼십이 평이에요 | 32평 | 32㎡ · 23평
오십 킬로미터요 | 50km · 50킬로미터 | 15km
이 점 오 기가요 | 2.5GB · 2.5기가 | 5GB · 25GB
영 점 오 프로포인트 올랐어요 | 0.5%p · 0.5%포인트 · 0.5%P | 5%p
천삼백팔십오 점 오 원이에요 | 1,385.5원 | 1,385원
오백 파운드요 | 500파운드 | 500원 · 500달러
백이십 헤르츠요 | 120Hz | 12Hz
십이 회차요 | 12회차 | 2회차 · 12주차
삼십이 주차예요 | 32주 · 32주차 | 23주
오 만 구 천 구 백 원 | 59,900원 · 5만 9,900원 | 19,900원
사십팔 만 칠 천 원 | 487,000원 | 17,000원
"""
NAMED = """
차량 번호는 십이 가 삼사오육이에요 | 12가 3456 · 12가3456 · 3456 | 12나 3456 · 21가 3456 · 12가 3465
차 번호 12가 3456입니다 | 12가 3456 · 12가3456 | 12나 3456 · 12가 3465
차 번호 백이십삼 나 사오육칠이요 | 123나 4567 | 124나 4567
서울 삼십이 바 사천오백육십칠이요 | 서울 32바 4567 | 32사 4567
차 번호 육십팔 두에 삼공일이입니다 | 68두3012 | 86두3012
공일공 어 일이삼사 오육칠팔이요 | 010-1234-5678 | 101어 2345
오지 요금제 쓰고 있어요 | 5G 요금제 | 4G 요금제 · 5GB
파이브지로 바꾸려고요 | 5G로 | 6G로 · 5분
기사님이 오지를 않아요 오지 마세요 | 기사 | 5G
"""
PARTS = """
위약금의 삼분의 일만 내시면 됩니다 | 1/3 · 3분의 1 · 3분의 1만 | 2/3 · 3분의 2 · 1/4 · 3분
위약금의 사분의 삼이에요 | 3/4 · 4분의 3 | 4/3 · 3/5 · 32/4
위약금의 1/3만 내시면 됩니다 | 1/3 · 3분의 1 | 3분의 2
삼사분기예요 | 3분기 · 3/4분기 · 3사분기 | 4분기 · 3분
일분기 실적이요 | 1분기 · 1/4분기 | 2분기
"""


def rows(*blocks):
    for row in "".join(blocks).split("\n"):
        if not row:
            continue
        said, may, may_not = row.split(" | ")
        yield said, may.split(" · "), may_not.split(" · ")


@pytest.mark.parametrize(("said", "may", "may_not"), [*rows(RANGES, UNITS, NAMED, PARTS)])
def test_what_was_said_may_be_written_as_people_write_it_and_nothing_else(said, may, may_not):
    figures = Figures(said, ON)
    lines = [f"고객이 {text} 안내를 요청했습니다." for text in (*may, *may_not)]
    passed = dict(zip((*may, *may_not), lets_through(figures.expression, *lines), strict=True))
    assert passed == dict.fromkeys(may, True) | dict.fromkeys(may_not, False)
    assert [text for text in may if not figures.bear_out(text)] == []
