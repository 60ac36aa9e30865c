"""JSON whose speakers stand in its texts, and JSON behind what is not printed."""

import json

import pytest

from edgebox.consultation.call_reader import read_within
from edgebox.contract.texts import transcript_text
from edgebox.reading.call import read
from edgebox.reading.recognisers import damaged_at, is_foreign_json, turns_of

TURNS = [
    ("agent", "네 무엇을 도와드릴까요"),
    ("customer", '"환불" 해 주세요'),
    ("agent", "네 접수됐습니다"),
]
LINES = [f"{'상담사' if side == 'agent' else '고객'}: {text}" for side, text in TURNS]
TEXT = "\n".join(LINES)
MARKED = [{"speaker": side, "text": text} for side, text in TURNS]


def said(text):
    return [(one.speaker, one.text) for one in read(text).said]


@pytest.mark.parametrize(
    "value",
    [
        LINES,
        [TEXT],
        {"transcript": TEXT},
        {"text": TEXT},
        {"turns": [{"text": line} for line in LINES]},
        {"turns": [{"speaker": "", "text": TEXT}]},
        {"turns": [{"speaker": "unknown", "text": line} for line in LINES]},
        {"messages": [{"role": "user", "content": TEXT}]},
        {"messages": [{"role": "system", "content": "요약"}, {"role": "user", "content": TEXT}]},
        {"messages": [{"role": "user", "content": line} for line in LINES]},
        {"segments": [{"start": at, "text": line} for at, line in enumerate(LINES)]},
        {"utterances": [{"spk": 0, "msg": line} for line in LINES]},
        {"transcript": TEXT.replace("\n", "\r\n")},
        {"transcript": " ".join(LINES)},
        {"transcript": TEXT.replace("상담사:", "[상담사]").replace("고객:", "[고객]")},
    ],
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_labels_in_the_texts_of_json_are_its_speakers(value, ascii_only):
    received = json.dumps(value, ensure_ascii=ascii_only)
    call = read(received)
    assert said(received) == TURNS
    assert call.speakers == "both"
    for one in call.said:
        written = json.loads(f'"{received[one.start : one.end]}"')
        assert written.strip().endswith(one.text)


@pytest.mark.parametrize(("one", "other"), [("화자 1", "화자 2"), ("[A]", "[B]"), ("TX", "RX")])
def test_labels_of_any_kind_are_read_where_json_names_no_speaker(one, other):
    names = {"agent": one, "customer": other}
    lines = [f"{names[side]}: {text}" for side, text in TURNS]
    assert said(json.dumps(lines)) == said(json.dumps({"transcript": "\n".join(lines)})) == TURNS


@pytest.mark.parametrize(
    "value",
    [
        MARKED,
        [{"speaker": side, "text": f"{text}\n주소: 서울\n고객: 없음"} for side, text in TURNS],
    ],
)
def test_speakers_that_json_names_are_kept(value):
    assert [side for side, _ in said(json.dumps(value))] == [side for side, _ in TURNS]


@pytest.mark.parametrize("text", ["네\n주소: 서울", "담당자: 김철수", "고객: 네\n여보세요"])
def test_one_turn_without_the_labels_of_both_sides_is_its_speakers(text):
    received = json.dumps([{"speaker": "customer", "text": text}])
    assert said(received) == [("customer", text.replace("\n", " "))]


@pytest.mark.parametrize("before", ["\ufeff", "\u200b", " \ufeff\n", "\u2060\u200e", "\u00a0"])
@pytest.mark.parametrize("behind", ["", "\ufeff", "\u200b\n"])
def test_json_behind_what_is_not_printed_is_json(before, behind):
    received = f"{before}{json.dumps(MARKED)}{behind}"
    assert said(transcript_text(received, 10_000)) == TURNS
    assert len(turns_of(received)) == len(TURNS)
    lines = "\n".join(f"{before}{json.dumps(one)}{behind}" for one in MARKED)
    assert said(transcript_text(lines, 10_000)) == TURNS
    assert is_foreign_json(f'{before}{{"a": 1}}{behind}')
    assert damaged_at(f'{before}[{{"speaker": "agent", "te') == len(before) + 23


def test_signs_that_are_not_printed_between_brackets_are_damage():
    assert damaged_at("[\u200b" + json.dumps(MARKED)[1:]) == 2


def test_json_that_was_made_a_string_is_json():
    assert said(json.dumps(json.dumps(MARKED))) == TURNS
    assert said(json.dumps(json.dumps(LINES))) == TURNS
    assert said('"환불해 주세요"') == [("unknown", '"환불해 주세요"')]


def test_a_long_call_in_one_text_of_json_keeps_its_speakers():
    lines = [LINES[at % 3] + f" {at}번" for at in range(600)]
    shown = read_within(json.dumps({"transcript": "\n".join(lines)}), 4_000)
    assert {one.speaker for one in shown.said} >= {"agent", "customer"}
