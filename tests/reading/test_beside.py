"""What stands beside the turns of a recogniser's JSON, and what is odd in it."""

import json
from typing import Any

import pytest

from edgebox.reading.call import read
from edgebox.reading.recognisers import turns_of

TURNS = [
    {"speaker": "고객", "text": "해지해 주세요"},
    {"speaker": "상담사", "text": "네 해지했습니다"},
]
LONG = "고객이 해지를 요청했고 상담사가 위약금을 안내한 다음 바로 처리했습니다"


@pytest.mark.parametrize(
    "document",
    [
        {"segments": TURNS, "keywords": ["해지", "환불", "위약금", "약정", "해지방어", LONG]},
        {"segments": TURNS, "metadata": {"tags": ["a" * 36, "b" * 36, "c" * 36]}},
        {"turns": TURNS, "summary": {"sentences": [{"text": LONG}]}},
        {"transcript": TURNS, "metadata": {"note": {"text": LONG}}},
        {"utterances": TURNS, "messages": [{"role": "system", "content": LONG}]},
        {"response": {"turns": TURNS}, "summary": {"sentences": [LONG]}},
    ],
)
def test_turns_are_read_and_not_what_stands_beside_them(document: dict[str, Any]) -> None:
    found = turns_of(json.dumps(document)) or []
    assert [(one.speaker, one.text) for one in found] == [
        (one["speaker"], one["text"]) for one in TURNS
    ]


def test_a_list_with_speakers_under_another_name_is_read() -> None:
    plain = [{"text": one["text"]} for one in TURNS]
    found = turns_of(json.dumps({"segments": plain, "speaker_segments": TURNS})) or []
    assert [one.speaker for one in found] == ["고객", "상담사"]


def test_from_is_no_start() -> None:
    said = [("01012345678", "왜요"), ("15881234", "확인할게요"), ("01012345678", "네")]
    text = json.dumps([{"from": who, "text": what} for who, what in said])
    assert [(one.speaker, one.text) for one in turns_of(text) or []] == said


def test_a_voice_tag_leaves_no_mark() -> None:
    turns = [{"speaker": "1", "text": "<v 상담사>네 안녕"}, {"speaker": "2", "text": "네"}]
    assert read(json.dumps(turns)).utterances[0].text == "상담사: 네 안녕"


def test_a_voice_tag_in_a_table_leaves_no_mark() -> None:
    found = read('speaker,text\n고객,"<v 상담사>네 안녕"\n상담사,네\n').utterances
    assert [one.text for one in found] == ["상담사: 네 안녕", "네"]


def test_the_name_of_a_voice_may_hold_a_colon() -> None:
    found = read("WEBVTT\n\n<v Kim: A>네 안녕하세요\n\n<v Lee: B>네 문의드려요\n").utterances
    assert [(one.label, one.text) for one in found] == [
        ("Kim: A", "네 안녕하세요"),
        ("Lee: B", "네 문의드려요"),
    ]


def test_a_name_of_thousands_of_digits_is_no_number() -> None:
    turns_of(json.dumps({"1" * 5000: {"speaker": "고객", "text": "네"}}))


def test_rows_of_two_texts_are_all_read() -> None:
    found = turns_of('[["고객","네"],["상담사","요"]]') or []
    assert [(one.speaker, one.text) for one in found] == [("고객", "네"), ("상담사", "요")]
