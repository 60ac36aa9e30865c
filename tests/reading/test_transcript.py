from __future__ import annotations

import json
from pathlib import Path

import pytest

from edgebox.reading.call import (
    MAX_UTTERANCE_CHARACTERS,
    Utterance,
    read,
    render,
)

TRANSCRIPTS = sorted((Path(__file__).parents[1] / "data" / "transcripts").glob("*.json"))


SUBTITLES = """1
00:00:01,000 --> 00:00:03,000
고객: 카드를 잃어버렸어요

2
00:00:04,000 --> 00:00:05,000
상담사: 정지해 드렸습니다
"""


def _said(text):
    return [(utterance.speaker, utterance.text) for utterance in read(text).said]


CUSTOMER, AGENT = ("customer", "카드를 잃어버렸어요"), ("agent", "정지해 드렸습니다")


@pytest.mark.parametrize(
    "text",
    [
        "고객: 카드를 잃어버렸어요\n상담사: 정지해 드렸습니다",
        "고객 : 카드를 잃어버렸어요\r\n상담원 : 정지해 드렸습니다\r\n",
        "[고객] 카드를 잃어버렸어요\n[상담사] 정지해 드렸습니다",
        "(고객) 카드를 잃어버렸어요\n(상담원): 정지해 드렸습니다",
        "【고객】카드를 잃어버렸어요\n【상담사】정지해 드렸습니다",
        "고객님：카드를 잃어버렸어요\n상담사：정지해 드렸습니다",
        "고객\t카드를 잃어버렸어요\n상담사\t정지해 드렸습니다",
        "고객1: 카드를 잃어버렸어요\n상담사 2: 정지해 드렸습니다",
        "- 고객: 카드를 잃어버렸어요\n- 상담사: 정지해 드렸습니다",
        "1. 고객: 카드를 잃어버렸어요\n2. 상담사: 정지해 드렸습니다",
        "고객(홍길동): 카드를 잃어버렸어요\n상담사 김민지: 정지해 드렸습니다",
        "손님: 카드를 잃어버렸어요\n직원: 정지해 드렸습니다",
        "Customer: 카드를 잃어버렸어요\nAGENT: 정지해 드렸습니다",
        "[00:12] 고객: 카드를 잃어버렸어요\n[00:15] 상담사: 정지해 드렸습니다",
        "00:00:12 고객: 카드를 잃어버렸어요\n00:00:15 상담사: 정지해 드렸습니다",
        "고객 [00:12]: 카드를 잃어버렸어요\n상담사 (00:15): 정지해 드렸습니다",
        "고객 00:12\n카드를 잃어버렸어요\n상담사 00:15\n정지해 드렸습니다",
        "2025-09-13 10:21 고객: 카드를 잃어버렸어요\n2025-09-13 10:22 상담사: 정지해 드렸습니다",
        SUBTITLES,
        "고객: 카드를 잃어버렸어요 상담사: 정지해 드렸습니다",
        "고객: 카드를\n잃어버렸어요\n\n상담사:\n정지해 드렸습니다",
        "고객: 카드를   잃어버렸어요\n상담사:\n고객:\n상담사: 정지해 드렸습니다\n고객: ",
    ],
)
def test_labels_are_read_in_every_form(text):
    assert _said(text) == [CUSTOMER, AGENT]


def test_anonymous_labels_are_told_by_how_they_talk():
    call = "{}: 네 고객님 무엇을 도와드릴까요\n{}: 카드를 잃어버렸어요\n{}: 정지해 드렸습니다"
    for one, other in (("A", "B"), ("화자 2", "화자 1"), ("Speaker 1", "Speaker 2")):
        speakers = [utterance.speaker for utterance in read(call.format(one, other, one)).said]
        assert speakers == ["agent", "customer", "agent"]


def test_anonymous_labels_stay_unknown_where_nobody_talks_like_an_agent():
    assert [u.speaker for u in read("A: 네\nB: 그렇죠\nA: 네").said] == ["unknown"] * 3


def test_headings_of_a_form_are_no_speakers():
    text = "고객 정보: 김철수\n상담사 의견: 없음\n고객: 여보세요"
    assert _said(text) == [
        ("unknown", "고객 정보: 김철수"),
        ("unknown", "상담사 의견: 없음"),
        ("customer", "여보세요"),
    ]


def test_a_line_without_a_label_belongs_to_who_was_speaking():
    assert _said("상담사: 네\n확인해 보겠습니다\n고객: 네") == [
        ("agent", "네 확인해 보겠습니다"),
        ("customer", "네"),
    ]


def test_running_text_is_cut_at_sentence_ends():
    text = "카드를 잃어버렸는데요 정지해 주세요. 네 정지해 드렸습니다 더 필요 없어요?\n네!"
    assert _said(text) == [
        ("unknown", "카드를 잃어버렸는데요"),
        ("unknown", "정지해 주세요."),
        ("unknown", "네 정지해 드렸습니다"),
        ("unknown", "더 필요 없어요?"),
        ("unknown", "네!"),
    ]


@pytest.mark.parametrize("text", ["", " \n\t", "\n\n\n", "고객:", "고객:\n상담사: \n", "[00:12]"])
def test_text_without_a_word_has_no_utterance(text):
    assert read(text).said == []


def test_a_monologue_is_cut_at_sentences_and_words():
    sentence = "제가 지난주에 주문한 상품이 아직도 안 왔어요. "
    utterances = read("고객: " + sentence * 60 + "가" * 1500).said
    assert {utterance.speaker for utterance in utterances} == {"customer"}
    assert all(len(utterance.text) <= MAX_UTTERANCE_CHARACTERS for utterance in utterances)
    assert "".join(utterance.text for utterance in utterances).count("왔어요.") == 60
    assert utterances[0].text.endswith("왔어요.")


def test_offsets_are_those_of_the_original_with_labels():
    text = "\n[00:01] 고객: 네\n\n[00:02] 상담사: 여보세요\n  \n"
    one, other = read(text).said
    assert text[one.start : one.end] == "[00:01] 고객: 네"
    assert text[other.start : other.end] == "[00:02] 상담사: 여보세요"


def test_render_is_canonical_and_reads_back():
    utterances = read("[고객] 네\n(상담원) 여보세요\n").said
    assert render(utterances) == "고객: 네\n상담사: 여보세요"
    again = read(render(utterances)).said
    assert [(u.speaker, u.text) for u in again] == [(u.speaker, u.text) for u in utterances]
    assert render([Utterance("unknown", "네", 0, 1)]) == "네"
    assert render([]) == ""


def test_appending_to_a_call_keeps_what_was_rendered():
    call = "고객: 네 여보세요\n상담사: 무엇을 도와드릴까요\n고객: 카드를 잃어버렸어요\n상담사: 네\n"
    whole = render(read(call).said)
    for end in (i for i, char in enumerate(call) if char == "\n"):
        assert whole.startswith(render(read(call[:end]).said))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=[path.stem for path in TRANSCRIPTS])
def test_every_style_of_recorded_call_is_read(path):
    call = json.loads(path.read_text("utf-8"))
    utterances = read(call["transcript"]).said
    speakers = {utterance.speaker for utterance in utterances}
    if call["style"] == "none":
        assert speakers == {"unknown"}
    else:
        assert {"customer", "agent"} <= speakers
    assert len(utterances) >= 6


def test_hostile_spacing_takes_no_quadratic_time():
    for text in (" " * 200_000 + "x", "- " * 100_000 + "x", "고객 김" * 50_000, "12:34 " * 30_000):
        assert read(text).said
