"""Endings of records: one form for each meaning, and nouns left alone."""

from __future__ import annotations

import time

import pytest

from edgebox.language.endings import ends_in_a_noun, sentence_of


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("환불 접수됨.", "환불 접수됐습니다."),
        ("일정을 옮김", "일정을 옮겼습니다"),
        ("고지서를 보냄", "고지서를 보냈습니다"),
        ("납기를 늦춤", "납기를 늦췄습니다"),
        ("서류를 만듦", "서류를 만들었습니다"),
        ("확인서를 받음", "확인서를 받았습니다"),
        ("연장되지 않음", "연장되지 않습니다"),
        ("고객이 내야 함", "고객이 내야 합니다"),
        ("서류를 내면 환불됨", "서류를 내면 환불됩니다"),
        ("세 대째는 등록 불가,", "세 대째는 등록 불가합니다,"),
        ("환불하지 않는다", "환불하지 않습니다"),
        ("수요일에 방문할 예정이며", "수요일에 방문하기로 했으며"),
        ("보내지 않을 예정임", "보내지 않기로 했습니다"),
        ("기사 방문 예정", "기사 방문하기로 했습니다"),
        ("내일 발송될 예정이며", "내일 발송되며"),
        ("금요일에 입금될 예정임", "금요일에 입금됩니다"),
        ("새로 만들 예정입니다", "새로 만들기로 했습니다"),
        ("해지하기로 결정했으나", "해지하기로 했으나"),
        ("취소하는 것으로 정리됐습니다", "취소하기로 했습니다"),
        ("자리는 확보되지 않은 상태입니다", "자리는 확보되지 않았습니다"),
        ("접수된 것으로 확인됨", "접수됐습니다"),
        ("연장이 어려운 것으로 안내했습니다", "연장이 어렵다고 안내했습니다"),
        ("오늘은 안 되는 것으로 안내됨", "오늘은 안 된다고 안내했습니다"),
        ("앞으로 쓰지 못하게 됐습니다", "앞으로 쓰지 못했습니다"),
        ("안 된다는 답변을 받았습니다", "안 된다고 안내했습니다"),
    ],
)
def test_an_ending_is_read_in_one_form(written, read):
    assert sentence_of(written) == read


@pytest.mark.parametrize(
    "written",
    [
        "비용 포함",
        "고객 책임",
        "통화 녹음",
        "처음",
        "이번 달 요금",
        "사전 점검",
        "클레임",
        "마감",
        "예정",
        "방문이 예약됐습니다.",
        "",
    ],
)
def test_nouns_and_sentences_are_left_alone(written):
    assert sentence_of(written) == written
    assert not ends_in_a_noun(written)


@pytest.mark.parametrize("line", ["가" * 100_000, "지" * 99_999 + "함", "하면 " * 30_000 + ",함"])
def test_an_ending_is_read_in_linear_time(line):
    began = time.process_time()
    ends_in_a_noun(line)
    assert sentence_of(f"{line} 방문 예정").endswith(" 방문하기로 했습니다")
    assert time.process_time() - began < 1
