"""What rules for rare forms of calls take from none of the others: turns, words and sides."""

import json

import pytest

from edgebox.reading.call import read


def said(text):
    return [(one.speaker, one.text) for one in read(text).utterances]


@pytest.mark.parametrize(
    "tail",
    ["도와드릴까요", "네", "저기요", "여보세요", "부탁드려요", "네네", "알겠습니다", "드릴게요"],
)
@pytest.mark.parametrize("stamp", ["", "00:04 "])
def test_the_end_of_a_line_before_a_label_is_no_part_of_a_name(tail, stamp):
    first = f"상담사: 무엇을\n{stamp}{tail} 고객: 카드 분실이요\n"
    turns = said(first + f"상담사: 네 정지해\n{stamp}{tail} 고객: 네")
    assert [side for side, _ in turns] == ["agent", "customer", "agent", "customer"]
    asked = said(f"고객: 카드 정지\n{stamp}{tail} 상담사: 네 정지합니다\n고객: 네\n상담사: 네")
    assert [side for side, _ in asked] == ["customer", "agent", "customer", "agent"]


AGENT, CALLER = "네 무엇을 도와드릴까요", "카드를 잃어버려서 정지하려고요"
CALL = [("agent", AGENT), ("customer", CALLER), ("agent", "네 정지해 드릴게요")]


@pytest.mark.parametrize("name", ["sent", "cont"])
@pytest.mark.parametrize("other", ["2025-09-13T10:00:00Z", "Y", "10:00:01", True])
@pytest.mark.parametrize(
    "inside",
    [
        lambda said: {"parts": [{"text": said}]},
        lambda said: {"payload": said},
        lambda said: {"value": said},
        lambda said: {"data": {"text": said}},
        lambda said: {"words": [{"word": one} for one in said.split()]},
        lambda said: {"tokens": [{"text": one} for one in said.split()]},
        lambda said: {"stmt": said},
        lambda said: {"answer": said},
    ],
)
def test_a_time_or_a_flag_under_a_name_of_texts_is_not_said(name, other, inside):
    call = [{"from": side, name: other, **inside(words)} for side, words in CALL]
    plain = [{"from": side, **inside(words)} for side, words in CALL]
    assert said(json.dumps(call)) == said(json.dumps(plain))


@pytest.mark.parametrize("name", ["sent", "cont", "ctnt", "sttCtnt"])
def test_what_stands_under_such_a_name_is_said_where_it_is_speech(name):
    assert said(json.dumps([{"from": side, name: words} for side, words in CALL])) == CALL
