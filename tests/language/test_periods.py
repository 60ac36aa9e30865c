"""Periods said in words: what a call bears out of them, and what may be written."""

import datetime as dt

import pytest

from edgebox.consultation.grounding import Figures
from edgebox.language.korean import numbers_in
from support.expressions import lets_through

ON = dt.date(2025, 9, 11)

# Each line: what was said, what may be written of it, and what may not.
ROWS = """
보름 안에 입금됩니다 | 15일 안에 · 약 2주 · 2주 정도 · 2주가량 | 2주 안에 · 약 3주 · 14일
보름 뒤에 입금됩니다 | 약 2주 뒤 · 15일 뒤 · 9월 26일 | 2주 뒤 · 약 3주 뒤
한 이 주 쯤 걸려요 | 2주 · 약 2주 · 14일 · 2주가량 | 보름 · 15일 · 3주
열흘 안으로 처리돼요 | 10일 이내 · 약 10일 | 9월 10일 · 2주
달포쯤 걸려요 | 1개월 이상 · 약 1개월 · 한 달 남짓 · 약 4주 | 2개월
반달 치예요 | 15일 · 약 2주 | 1개월
반년 약정이에요 | 6개월 | 1년
한 달 반 걸려요 | 1개월 반 · 1.5개월 · 약 45일 · 6주가량 | 45일 뒤 · 2개월
한 주 반이요 | 1주 반 · 1.5주 · 약 10일 | 2주
일 주일 안에 드릴게요 | 7일 이내 · 1주일 | 2주
두어 달 걸려요 | 2개월 · 약 2개월 · 2~3개월 · 두 달 | 4개월
60일만 멈춰 주세요 | 60일 · 두 달가량 · 약 2개월 | 석 달가량
90일까지 돼요 | 약 3개월 · 석 달 정도 | 4개월가량
두어 주요 | 2주 · 2~3주 | 4주
하루이틀 걸려요 | 1~2일 | 3일
한 나흘 닷새 걸려요 | 4~5일 | 6일
이틀 반이요 | 2.5일 | 3일
두 달 보름 썼어요 | 75일 · 2개월 반 | 3개월
영업일 기준 사흘이요 | 영업일 기준 3일 · 3영업일 · 영업일 3일 | 4영업일
영업일로 사흘에서 닷새 걸려요 | 3~5영업일 · 3~5 영업일 · 5영업일 | 6영업일
"""


@pytest.mark.parametrize("row", ROWS.strip().split("\n"))
def test_a_period_is_written_as_it_was_said_or_as_about_as_long(row):
    said, may, may_not = row.split(" | ")
    figures = Figures(f"고객: {said}", ON)
    for texts, right in ((may, True), (may_not, False)):
        listed = [f"상담사가 {text} 걸린다고 안내" for text in texts.split(" · ")]
        written = [text for text in listed if any(char.isdigit() for char in text)]
        assert lets_through(figures.expression, *written) == [right] * len(written)
        assert [figures.bear_out(text) for text in listed] == [right] * len(listed)


LONG = """약 15일 걸려요 · 영업일 기준 삼 일이에요 · 영업일로 3일 · 15일가량 · 15일 안팎 · 15일 남짓
최대 15일 · 총 15일 · 꼬박 15일 · 유예기간 15일 · 한 15일쯤 걸려요 · 15일 경과 · 처리기간은 15일"""
DAYS = "15일에 와요 · 15일까지 · 결제일 15일 · 15일쯤 갈게요 · 예약 15일 · 영업일이 15일부터예요"


def dated(text):
    return any("-" in value for number in numbers_in(text, ON) for value in number.provides)


def test_how_long_it_lasts_is_no_day_of_a_month():
    assert [text for text in LONG.replace("\n", " · ").split(" · ") if dated(text)] == []
    assert [text for text in DAYS.split(" · ") if not dated(text)] == []
