"""JSON in other wrappings: several documents, fences, strings that are documents."""

import json
import unicodedata

import pytest

from edgebox.contract.texts import transcript_text
from edgebox.reading.call import read
from edgebox.reading.recognisers import damaged_at, is_foreign_json, turns_of

CALL = [("agent", "네 무엇을 도와드릴까요"), ("customer", '"환불" 해 주세요'), ("agent", "네")]
MARKED = [{"speaker": side, "text": text} for side, text in CALL]
ROWS = [[side, text] for side, text in CALL]


def written(values, between, indent=None):
    return between.join(json.dumps(one, ensure_ascii=False, indent=indent) for one in values)


@pytest.mark.parametrize(
    "received",
    [
        written(MARKED, "\n"),
        written(MARKED, "\n\n", indent=2),
        written(MARKED, " "),
        written(MARKED, ",\n"),
        written(ROWS, "\n"),
        f"```json\n{json.dumps(MARKED)}\n```",
        f"\ufeff```\n{written(MARKED, chr(10))}\n```\n",
        json.dumps({"id": 1, "transcript": json.dumps(MARKED)}),
        json.dumps({"result": [json.dumps(one) for one in MARKED]}),
        json.dumps({"data": json.dumps({"segments": MARKED})}),
        json.dumps(json.dumps(json.dumps(MARKED))),
        json.dumps({"Records": [{"body": json.dumps({"Message": json.dumps({"turns": MARKED})})}]}),
        "\n\n".join(f"data: {json.dumps(one)}" for one in MARKED) + "\n\ndata: [DONE]\n\n",
        "\r\n".join(f"event: turn\r\nid: 1\r\ndata:{json.dumps(one)}\r\n" for one in MARKED),
        "\n".join(f"09-13 05:12:0{at} [stt] {json.dumps(MARKED[at])}" for at in range(3)),
        f"null\n{written(MARKED, chr(10))}\nnull",
        json.dumps(json.dumps({"segments": MARKED}, ensure_ascii=False), ensure_ascii=False)[1:-1],
        unicodedata.normalize(
            "NFD",
            json.dumps(
                [
                    {unicodedata.normalize("NFD", "화자"): one["speaker"], "text": one["text"]}
                    for one in MARKED
                ]
            ),
        ),
        unicodedata.normalize("NFD", written([{"화자": a, "발화": b} for a, b in CALL], "\n")),
    ],
)
def test_documents_are_read_in_any_wrapping(received):
    kept = transcript_text(received, 10_000)
    call = read(kept)
    assert [(one.speaker, one.text) for one in call.utterances] == CALL
    assert damaged_at(received) is None
    assert all(0 <= one.start < one.end <= len(kept) for one in call.utterances)


@pytest.mark.parametrize(
    "text",
    [
        "[1]\n[2]",
        "[고객] 네\n[상담사] 네",
        "[1] 고객: 네",
        '["네"] 네',
        '고객: {"text": "네"}\n상담사: {"text": "아니요"}',
        '네 고객님 {"channel": 0, "text": "네"}\n카드요 {"channel": 1, "text": "카드"}',
        'Agent: Hi {"label": "A", "text": "Hi"}\nCustomer: Hi {"label": "B", "text": "Hi"}',
        '[00:01] Speaker 1: Hi {"id": "A", "text": "Hi"}\n[00:02] S2: Hi {"id": "B", "text": "Hi"}',
        'data: {"a": 1}\n네 고객님',
    ],
)
def test_brackets_in_speech_are_no_documents(text):
    assert turns_of(text) is None
    assert not is_foreign_json(text)


@pytest.mark.parametrize("depth", [10, 480, 900])
def test_a_string_that_is_nested_deeply_is_read(depth):
    deep = "[" * depth + "]" * depth
    received = json.dumps(f'{{"turns": [{{"speaker": "agent", "text": "네"}}], "a": {deep}}}')
    assert [one.text for one in read(received).utterances] == ["네"]
    received = json.dumps({"turns": MARKED, "raw": f'[{{"a": {deep}}}]'})
    assert [one.text for one in read(received).utterances] == [text for _, text in CALL]


@pytest.mark.parametrize(
    "text", ['{"a": 1}', '[{"a": 1}]', '{"text": "네"}', '[{"text": "네"}]', "[]", "{}", "[[1, 2]]"]
)
def test_what_was_said_and_looks_like_a_document_stays(text):
    customer = ("customer", text)
    for calls in ([CALL[0], customer, CALL[2]], [customer, CALL[0]]):
        turns = [{"speaker": side, "text": words} for side, words in calls]
        rows = [[side, words] for side, words in calls]
        timed = [[at, side, words] for at, (side, words) in enumerate(calls)]
        named = [{side: words} for side, words in calls]
        around = [{"turn": one} for one in turns]
        for value in (turns, rows, timed, named, {"turns": turns}, around):
            call = read(transcript_text(json.dumps(value), 10_000))
            assert [(one.speaker, one.text) for one in call.utterances] == calls


def test_a_turn_alone_that_looks_like_a_document_stays():
    call = read(json.dumps({"turns": [{"speaker": "customer", "text": '{"a": 1}'}]}))
    assert [(one.speaker, one.text) for one in call.utterances] == [("customer", '{"a": 1}')]


@pytest.mark.parametrize("name", ["message", "value", "body"])
def test_records_that_each_hold_a_document_are_what_these_say(name):
    records = [{"offset": at, name: json.dumps(one)} for at, one in enumerate(MARKED)]
    for received in (json.dumps(records), written(records, "\n")):
        call = read(transcript_text(received, 10_000))
        assert [(one.speaker, one.text) for one in call.utterances] == CALL


def test_decomposed_names_and_speakers_are_read_as_composed():
    sides = {"agent": "상담원", "customer": "고객"}
    for value in (
        [{"화자": sides[side], "내용": text} for side, text in CALL],
        [{sides[side]: text} for side, text in CALL],
        [{"발화구분": sides[side], "text": text} for side, text in CALL],
    ):
        received = unicodedata.normalize("NFD", json.dumps(value, ensure_ascii=False))
        call = read(received)
        assert [(one.speaker, one.text) for one in call.utterances] == CALL
        assert [one.start for one in call.utterances] == sorted(
            one.start for one in call.utterances
        )
        assert call.utterances[0].end < call.utterances[1].end <= len(received)


@pytest.mark.parametrize("end", ["\n", "\r\n", " \n\n"])
def test_lines_that_are_strings_are_the_lines(end):
    lines = ["고객: 카드를 잃어버렸어요", '상담사: "네" 정지해 드리겠습니다']
    call = read(end.join(json.dumps(one, ensure_ascii=False) for one in lines) + end)
    assert [(one.speaker, one.text) for one in call.utterances] == [
        ("customer", "카드를 잃어버렸어요"),
        ("agent", '"네" 정지해 드리겠습니다'),
    ]
