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


def rows(*blocks):
    for row in "".join(blocks).split("\n"):
        if row:
            said, *texts = row.split(" | ")
            yield said, *(text.split(" · ") for text in texts)


@pytest.mark.parametrize(("said", "may", "may_not"), [*rows(ARTICLES)])
def test_what_may_be_written_is_not_flagged_and_nothing_else_may(said, may, may_not):
    texts = [*may, *may_not]
    expected = dict.fromkeys(may, True) | dict.fromkeys(may_not, False)
    passed = lets_through(Figures(said, ON).expression, *[f"고객이 {one} 문의" for one in texts])
    assert dict(zip(texts, passed, strict=True)) == expected
    call = Heard(said, ON)
    assert {one: not ungrounded(Text(f"{one} 문의", ON), call) for one in texts} == expected
