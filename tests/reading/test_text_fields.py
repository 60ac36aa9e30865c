"""What was said in fields whose names do not tell, and which of them it is."""

import json

import pytest

from edgebox.contract.texts import transcript_text
from edgebox.reading.call import read
from edgebox.reading.recognisers import is_foreign_json

CALL = [
    ("customer", "네 여보세요"),
    ("agent", "안녕하세요"),
    ("customer", "저번에 말한 거요"),
    ("agent", "네 됐습니다"),
]
"""A call in which nobody talks like one side."""


def said(value):
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return [(one.speaker, one.text) for one in read(transcript_text(text, 100_000)).utterances]


def entries(field, text, customer="customer", agent="agent", call=CALL):
    names = {"agent": agent, "customer": customer}
    return [{field: names[side], text: words} for side, words in call]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("from", "value"), ("from", "text"), ("sender", "body"), ("sender", "value"),
        ("author", "message"), ("role", "value"), ("speaker", "says"), ("who", "said"),
        ("sender", "reply"), ("speaker", "stt"), ("speakerType", "value"), ("화자", "말"),
        ("role", "payload"), ("speaker", "asr_result"), ("speaker", "ko"), ("화자", "들은말"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("customer", "agent"),
    [("human", "gpt"), ("user", "assistant"), ("human", "chatgpt"), ("Human", "Assistant"),
     ("고객", "상담사"), ("human", "agent")],
)  # fmt: skip
def test_a_chat_of_any_dataset_has_its_speakers_and_texts(field, text, customer, agent):
    found = entries(field, text, customer, agent)
    assert said(found) == said({"conversations": found}) == CALL
    assert said("\n".join(json.dumps(one) for one in found)) == CALL
    assert said([{"message": one} for one in found]) == CALL


@pytest.mark.parametrize("text", ["value", "reply", "says", "말"])
def test_a_chat_is_read_in_parts_of_two_turns(text):
    found = entries("from", text, "human", "gpt")
    assert said([{"id": "1", "conversations": found[:2]}, {"conversations": found[2:]}]) == CALL


def test_a_bot_is_the_system_beside_a_human():
    found = said(entries("from", "value", "human", "bot"))
    assert [side for side, _ in found] == ["customer", "system"] * 2


def test_a_human_beside_a_customer_and_a_bot_is_the_agent():
    sides = ["bot", "customer", "human", "customer"]
    turns = [{"from": side, "value": text} for side, (_, text) in zip(sides, CALL, strict=True)]
    assert [side for side, _ in said(turns)] == ["system", "customer", "agent", "customer"]
    assert said(entries("from", "value", "customer", "human")) == CALL


def test_a_model_beside_both_sides_is_no_agent():
    text = "GPT: 환불 요청입니다.\n상담사: 네 여보세요\n고객: 환불이요\n상담사: 네 됐습니다"
    assert [side for side, _ in said(text)] == ["system", "agent", "customer", "agent"]


def test_what_a_human_and_an_assistant_write_is_read_in_a_text():
    assert said("Human: 네 여보세요\nAssistant: 안녕하세요\nHuman: 저번에 말한 거요") == CALL[:3]


def test_names_and_signs_that_tell_speakers_apart_are_read_where_they_talk():
    for labels in (("u1", "u2"), ("Sarah", "Tom"), ("김나래", "박도윤")):
        found = said(entries("from", "value", *labels))
        assert [text for _, text in found] == [text for _, text in CALL]


@pytest.mark.parametrize("text", ["value", "말한내용"])
def test_the_offsets_are_those_of_the_texts(text):
    received = json.dumps(entries("from", text, "human", "gpt"), ensure_ascii=False)
    found = [received[one.start : one.end] for one in read(received).utterances]
    assert found == [words for _, words in CALL]


def test_a_chat_is_read_beside_what_was_found_in_it():
    chat = entries("from", "value", "human", "gpt")
    more = [{"name": "intent", "value": "환불"}, {"name": "mood", "value": "부정입니다"}]
    assert said({"id": "a", "conversations": chat, "results": more}) == CALL
    named = [{"speaker": side, "text": text} for side, text in CALL]
    notes = [{"role": "customer", "memo": "환불을 길게 길게 요청했습니다."},
             {"role": "agent", "memo": "규정을 길게 길게 안내했습니다."}]  # fmt: skip
    assert said({"turns": named, "results": notes}) == CALL


NOTES = [
    ("customer", "불만을 길게 길게 말했습니다."),
    ("agent", "규정을 안내했습니다."),
    ("customer", "기다린다고 했습니다."),
    ("agent", "다시 전화 드리기로 했습니다."),
]


@pytest.mark.parametrize("of", ["segments", "text"])
def test_a_few_turns_beside_a_call_without_speakers_do_not_take_its_place(of):
    texts = [words for _, words in CALL]
    call = [{"text": words} for words in texts] if of == "segments" else " ".join(texts)
    chat = entries(
        "from",
        "value",
        "human",
        "gpt",
        [
            ("customer", "이 통화를 요약해 주세요."),
            ("agent", "고객이 길게 길게 요청했습니다. " * 9),
        ],
    )
    for name in ("memo", "guide", "llm"):
        assert said({of: call, name: chat}) == said({of: call})
    more = {"conversations": entries("from", "value"), "summary": {"text": "요청했습니다."}}
    assert said(more) == CALL


@pytest.mark.parametrize(
    "name",
    [
        "memo",
        "action",
        "status",
        "notes",
        "comment",
        "summary",
        "intent",
        "translation",
        "en",
        "평가",
        "비고",
    ],
)
def test_what_was_written_about_the_sides_is_no_talk(name):
    notes = entries("role", name, call=NOTES)
    for value in (notes, {"history": notes}, notes[:2], {"qa": notes[:2]}):
        assert is_foreign_json(json.dumps(value, ensure_ascii=False))
    for text in ("들은말", "value"):
        both = [one | {text: words} for one, (_, words) in zip(notes, CALL, strict=True)]
        assert said(both) == CALL


def test_which_of_two_fields_was_said_is_not_guessed():
    both = [one | {"둘째": words} for one, (_, words) in zip(
        entries("role", "첫째"), NOTES, strict=True)]  # fmt: skip
    assert is_foreign_json(json.dumps(both, ensure_ascii=False))
    same = [{**one, "둘째": "고객이 길게 길게 요청했습니다."} for one in entries("role", "첫째")]
    assert said(same) == CALL
    assert (
        said([{**one, "value": "고객이 요청했습니다."} for one in entries("role", "첫째")]) == CALL
    )


@pytest.mark.parametrize(
    "value",
    [
        [{"name": "accept", "value": "text/html"}, {"name": "host", "value": "example.com"}],
        [{"label": "나이", "value": "서른이에요"}, {"label": "사는 곳", "value": "부산이에요"}],
        {"settings": [{"role": "admin", "value": "yes"}, {"role": "guest", "value": "no"}]},
        [{"author": "김하늘", "title": "좋아요"}, {"author": "박바다", "title": "별로예요"}],
        [{"from": "2025-01-01", "value": "30"}, {"from": "2025-02-01", "value": "40"}],
        [{"role": "agent", "count": "3"}, {"role": "customer", "count": "4"}],
        [{"role": "agent", "note": "접수했습니다"}, {"role": "agent", "note": "안내했습니다"}],
        {"participants": [{"role": "agent", "value": "김나래"}, {"role": "user", "value": "홍길"}]},
        [{"role": "agent", "value": "12.5%"}, {"role": "customer", "value": "87.5%"}],
        [{"speaker": "agent", "result": "positive"}, {"speaker": "user", "result": "negative"}],
        [{"role": "agent", "result": "안내했습니다."}, {"role": "user", "result": "만족합니다."}],
        [
            {"type": "고객", "뜻": "전화를 건 사람입니다."},
            {"type": "상담사", "뜻": "받습니다."},
        ],
    ],
)
def test_other_lists_are_no_talk(value):
    assert is_foreign_json(json.dumps(value, ensure_ascii=False))
