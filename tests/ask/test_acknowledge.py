"""The acknowledgement: whatever the small model names, our sentence promises nothing."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.ask.acknowledge import sentence_of
from edgebox.language.korean import numbers_in

NOUNS = [
    "환불",
    "기한",
    "카드",
    "분실",
    "재발급",
    "수수료",
    "배송",
    "일정",
    "주소",
    "변경",
    "요금",
    "청구",
    "해지",
]


def named(topic, question):
    return sentence_of(json.dumps({"topic": topic}, ensure_ascii=False), question)


@pytest.mark.parametrize(
    ("topic", "question", "sentence"),
    [
        ("환불 기한", "환불 기한을 뭐라고 안내했지?", "'환불 기한'을 찾아보고 있습니다."),
        (
            "카드 재발급 수수료",
            "카드 재발급 수수료 얼마?",
            "'카드 재발급 수수료'를 찾아보고 있습니다.",
        ),
        ("VIP 요금제", "VIP 요금제가 뭐였지", "'VIP 요금제'를 찾아보고 있습니다."),
        ("해지", "해지되나", "'해지'를 찾아보고 있습니다."),
    ],
)
def test_a_topic_gets_our_sentence_with_its_particle(topic, question, sentence):
    assert named(topic, question) == sentence


@pytest.mark.parametrize(
    "topic",
    [
        "환불 칠 일",
        "환불 가능",
        "환불 불가",
        "환불해 드립니다",
        "전액 환불 보장",
        "환불은 됩니다",
        "날씨",
        "질문이 무엇에 관한 것인지",
        "환",
        "refund policy",
        "환불\n기한 7일",
    ],
)
def test_a_topic_that_answers_promises_or_is_about_something_else_is_of_no_use(topic):
    assert named(topic, "환불 기한을 뭐라고 안내했지?") is None


def test_a_thousand_topics_hold_no_digit_and_no_promise():
    rng = random.Random(7)
    for _ in range(1000):
        words = rng.sample(NOUNS, rng.randint(1, 3))
        topic = " ".join(words)
        sentence = named(topic, f"{topic} 어떻게 됐지?")
        if sentence is None:
            continue
        assert not numbers_in(sentence)
        consonant = (ord(topic[-1]) - ord("가")) % 28
        assert f"'{'을' if consonant else '를'} 찾아보고 있습니다." in sentence


@given(st.text(max_size=60), st.text(min_size=1, max_size=60))
def test_whatever_a_model_writes_there_is_a_sentence_of_ours_or_none(written, question):
    for answer in (written, json.dumps({"topic": written})):
        sentence = sentence_of(answer, question)
        assert sentence is None or not any(char.isdigit() for char in sentence)
        assert sentence is None or sentence.endswith(" 찾아보고 있습니다.")
