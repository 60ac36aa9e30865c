from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.consultation.fallback import extractive_summary

TRANSCRIPTS = sorted((Path(__file__).parents[1] / "data" / "transcripts").glob("*.json"))
CALL = """상담사: 안녕하세요 한빛쇼핑 상담사 김하늘입니다. 무엇을 도와드릴까요?
고객: 네 안녕하세요. 지난주에 산 청소기가요, 소음이 너무 심해서 환불받고 싶어요.
상담사: 불편을 드려 죄송합니다. 주문번호 말씀해 주시겠어요?
고객: A12-3456이요.
상담사: 네 확인되었습니다. 반품 접수해 드렸고요, 내일 오후 세 시에 기사님이 방문하실 예정입니다.
고객: 네 알겠습니다. 감사합니다.
상담사: 더 궁금하신 점 있으실까요? 이용해 주셔서 감사합니다. 좋은 하루 되세요."""


ENGLISH = """Agent: Thank you for calling. How can I help you?
Customer: Hi, I was charged twice for my order.
Agent: I've refunded it, it will arrive within 3 days.
Customer: thanks bye
Agent: Have a nice day!"""


def test_request_and_outcome_are_taken_from_the_transcript():
    assert extractive_summary(CALL) == (
        "지난주에 산 청소기가요, 소음이 너무 심해서 환불받고 싶어요. "
        "반품 접수해 드렸고요, 내일 오후 세 시에 기사님이 방문하실 예정입니다."
    )


def test_clauses_go_first_where_it_is_too_long():
    short = extractive_summary(CALL, 60)
    assert len(short) <= 60
    assert "환불받고 싶어요." in short
    assert short.endswith("내일 오후 세 시에 기사님이 방문하실 예정입니다.")


def test_too_short_for_two_gives_the_request():
    assert extractive_summary(CALL, 24) == "…소음이 너무 심해서 환불받고 싶어요."


@pytest.mark.parametrize(
    ("transcript", "summary"),
    [
        (
            "카드를 잃어버렸는데요 어떻게 하나요 네 정지해 드렸습니다 더 필요하신 거 있으세요",
            "카드를 잃어버렸는데요. 정지해 드렸습니다.",
        ),
        (
            ENGLISH,
            "I was charged twice for my order. I've refunded it, it will arrive within 3 days.",
        ),
        ("고객: 요금제를 바꾸고 싶어요", "요금제를 바꾸고 싶어요."),
        ("상담사: 환불 처리해 드렸습니다", "환불 처리해 드렸습니다."),
        ("안녕하세요", "안녕하세요."),
        ("고객: 네\n상담사: 네 네", "네 네."),
        ("", ""),
        (" \n\t", ""),
    ],
)
def test_any_kind_of_text_is_answered(transcript, summary):
    assert extractive_summary(transcript) == summary


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=[path.stem for path in TRANSCRIPTS])
def test_recorded_calls_give_their_own_words_and_no_greeting(path):
    transcript = json.loads(path.read_text("utf-8"))["transcript"]
    summary = extractive_summary(transcript, 400)
    source = "".join(transcript.split())
    for sentence in re.split(r"(?<=[.?!…]) ", summary):
        assert "".join(sentence.split()).rstrip(".") in source
    assert "무엇을 도와드릴까요" not in summary
    assert not summary.startswith("안녕하세요")


@given(
    st.one_of(st.text(), st.text("고객상담사:네 \n.환불했습니다김")).filter(str.strip),
    st.integers(1, 300),
)
def test_never_empty_and_never_too_long(transcript, limit):
    assert 0 < len(extractive_summary(transcript, limit)) <= limit


def test_only_the_ends_of_a_very_long_call_are_read():
    long = CALL.replace("고객: A12", "고객: 음 그게 뭐였더라\n" * 12_000 + "고객: A12")
    assert extractive_summary(long) == extractive_summary(CALL)
