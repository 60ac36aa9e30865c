from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.consultation.transcript import (
    MAX_UTTERANCE_CHARACTERS,
    Utterance,
    render,
    split_utterances,
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
    return [(utterance.speaker, utterance.text) for utterance in split_utterances(text)]


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
        speakers = [
            utterance.speaker for utterance in split_utterances(call.format(one, other, one))
        ]
        assert speakers == ["agent", "customer", "agent"]


def test_anonymous_labels_stay_unknown_where_nobody_talks_like_an_agent():
    assert [u.speaker for u in split_utterances("A: 네\nB: 그렇죠\nA: 네")] == ["unknown"] * 3


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
    assert split_utterances(text) == []


def test_a_monologue_is_cut_at_sentences_and_words():
    sentence = "제가 지난주에 주문한 상품이 아직도 안 왔어요. "
    utterances = split_utterances("고객: " + sentence * 60 + "가" * 1500)
    assert {utterance.speaker for utterance in utterances} == {"customer"}
    assert all(len(utterance.text) <= MAX_UTTERANCE_CHARACTERS for utterance in utterances)
    assert "".join(utterance.text for utterance in utterances).count("왔어요.") == 60
    assert utterances[0].text.endswith("왔어요.")


def test_offsets_tile_the_original_with_labels():
    text = "\n[00:01] 고객: 네\n\n[00:02] 상담사: 여보세요\n  \n"
    one, other = split_utterances(text)
    assert (one.start, other.end) == (0, len(text))
    assert one.end == other.start
    assert text[other.start : other.end].startswith("[00:02] 상담사:")


_LABELS = [
    "고객: ",
    "상담사:",
    "[고객]",
    "A: ",
    "customer:",
    "(상담원) ",
    "00:12 ",
    "[00:12] ",
    "1. ",
]
_WORDS = ["네", "했습니다", "필요", ". ", "가나다라마바사" * 30, "é", "\0"]
_PIECES = st.sampled_from([*_LABELS, *_WORDS, "\n", "\r\n", " ", "\u2028"])


@given(st.one_of(st.text(), st.lists(_PIECES).map("".join)))
def test_spans_always_tile_the_text(text):
    utterances = split_utterances(text)
    if not utterances:
        return
    assert "".join(text[u.start : u.end] for u in utterances) == text
    for utterance in utterances:
        assert 0 < len(utterance.text) <= MAX_UTTERANCE_CHARACTERS
        assert utterance.text == " ".join(utterance.text.split())


def test_render_is_canonical_and_reads_back():
    utterances = split_utterances("[고객] 네\n(상담원) 여보세요\n")
    assert render(utterances) == "고객: 네\n상담사: 여보세요"
    again = split_utterances(render(utterances))
    assert [(u.speaker, u.text) for u in again] == [(u.speaker, u.text) for u in utterances]
    assert render([Utterance("unknown", "네", 0, 1)]) == "네"
    assert render([]) == ""


def test_appending_to_a_call_keeps_what_was_rendered():
    call = "고객: 네 여보세요\n상담사: 무엇을 도와드릴까요\n고객: 카드를 잃어버렸어요\n상담사: 네\n"
    whole = render(split_utterances(call))
    for end in (i for i, char in enumerate(call) if char == "\n"):
        assert whole.startswith(render(split_utterances(call[:end])))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=[path.stem for path in TRANSCRIPTS])
def test_every_style_of_recorded_call_is_read(path):
    call = json.loads(path.read_text("utf-8"))
    utterances = split_utterances(call["transcript"])
    speakers = {utterance.speaker for utterance in utterances}
    if call["style"] == "none":
        assert speakers == {"unknown"}
    else:
        assert {"customer", "agent"} <= speakers
    assert len(utterances) >= 6


def test_hostile_spacing_takes_no_quadratic_time():
    for text in (" " * 200_000 + "x", "- " * 100_000, "고객 김" * 50_000, "12:34 " * 30_000):
        assert split_utterances(text)
