"""JSON that holds a call in parts: pages, channels, chunks, the events of a stream."""

import json

import pytest

from edgebox.contract.texts import transcript_text
from edgebox.reading import listed
from edgebox.reading.call import read
from edgebox.reading.recognisers import is_foreign_json

CALL = [
    ("agent", "네 고객님 무엇을 도와드릴까요"),
    ("customer", "카드를 잃어버려서 정지하려고요"),
    ("agent", "네 정지해 드렸습니다"),
    ("customer", "네 감사합니다"),
]
TEXTS = [("unknown", text) for _, text in CALL]
MARKED = [{"speaker": side, "text": text} for side, text in CALL]


def said(value):
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return [(one.speaker, one.text) for one in read(transcript_text(text, 100_000)).utterances]


def lines(values):
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in values)


def side(which):
    return [
        {"start": at, "end": at + 0.9, "text": text}
        for at, (speaker, text) in enumerate(CALL)
        if speaker == which
    ]


def events(of, *, partial=True):
    """What a stream sends: every utterance twice, at first as far as it was understood."""
    return [
        of(at, speaker, text if final else text[:5], final)
        for at, (speaker, text) in enumerate(CALL)
        for final in ((False, True) if partial else (True,))
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"Segments": [
            *({"Transcript": {"ParticipantRole": speaker.upper(), "Content": text,
                              "BeginOffsetMillis": at, "Id": "a"}}
              for at, (speaker, text) in enumerate(CALL)),
            {"Categories": {"MatchedCategories": ["카드 분실", "정지"], "MatchedDetails": {}}},
            {"PostContactSummary": {"Content": "고객이 카드를 잃어버려 정지를 요청했습니다."}},
        ]},
        {"hits": {"total": 4, "hits": [
            {"_id": str(at), "_source": {"speaker": speaker, "text": text}}
            for at, (speaker, text) in enumerate(CALL)]}},
        {"data": {"call": {"utterances": {"edges": [{"node": one} for one in MARKED]}}}},
        [{"speaker": speaker, "result": {"text": text, "confidence": 0.9}}
         for speaker, text in CALL],
        [{"speaker": speaker, "text": {"content": text}} for speaker, text in CALL],
        [{"page": 1, "utterances": MARKED[:2]}, {"page": 2, "utterances": MARKED[2:]}],
        [MARKED[:2], MARKED[2:]],
        lines([{"chunk": at, "result": {"segments": [
            {"start": 0.0, **MARKED[2 * at]}, {"start": 1.5, **MARKED[2 * at + 1]}]}}
            for at in (0, 1)]),
        lines([{"text": f"{CALL[2 * at][1]} {CALL[2 * at + 1][1]}", "segments": [
            {"start": 0.0, **MARKED[2 * at]}, {"start": 1.5, **MARKED[2 * at + 1]}]}
            for at in (0, 1)]),
        {"SPEAKER_00": side("agent"), "SPEAKER_01": side("customer")},
        {"tx": {"text": "네", "segments": side("agent")},
         "rx": {"text": "네", "segments": side("customer")}},
        {"left": side("agent"), "right": side("customer")},
        {"0": side("agent"), "1": side("customer")},
        [{"channel": 0, "segments": side("agent")}, {"channel": 1, "segments": side("customer")}],
        [{"speaker": "상담사", "segments": side("agent")},
         {"speaker": "고객", "segments": side("customer")}],
    ],
    ids=["contact lens", "hits", "edges", "around", "text object", "pages", "lists", "chunks",
         "whisper chunks", "speakers", "documents", "left and right", "numbers", "channels",
         "speaker documents"],
)  # fmt: skip
def test_every_part_of_a_call_is_read(value):
    assert said(value) == CALL


@pytest.mark.parametrize(
    "of",
    [
        lambda at, _, text, final: {
            "seq": at, "start_at": at, "final": final, "alternatives": [{"text": text}]},
        lambda _, __, text, final: {
            "results": [{"alternatives": [{"transcript": text}], "isFinal": final}]},
    ],
    ids=["rtzr", "google"],
)  # fmt: skip
def test_a_stream_is_read_without_what_was_not_final(of):
    found = events(of)
    assert said(found) == said(lines(found)) == TEXTS


def test_a_stream_of_pieces_is_read():
    found = [
        {"uid": "a", "responseType": ["transcription"], "transcription": {
            "text": text, "position": at, "epFlag": False, "startTimestamp": at * 1000,
            "alignInfos": [{"word": word, "start": 0} for word in text.split()]}}
        for at, (_, text) in enumerate(CALL)
    ]  # fmt: skip
    assert said(lines([{"responseType": ["config"], "config": {"status": "Success"}}, *found])) == (
        TEXTS
    )


@pytest.mark.parametrize(
    "of",
    [
        lambda at, speaker, text, final: {"UtteranceEvent": {
            "UtteranceId": str(at), "IsPartial": not final, "ParticipantRole": speaker.upper(),
            "Transcript": text, "Items": [{"Content": word} for word in text.split()]}},
        lambda at, speaker, text, final: {"Transcript": {"Results": [{
            "Alternatives": [{"Transcript": text}], "IsPartial": not final, "StartTime": at,
            "ChannelId": f"ch_{int(speaker == 'customer')}"}]}},
        lambda at, speaker, text, final: {
            "type": "Results", "channel_index": [int(speaker == "customer"), 2], "start": at,
            "is_final": final, "channel": {"alternatives": [{"transcript": text}]},
            "metadata": {"request_id": "a"}},
        lambda _, speaker, text, final: {
            "type": "finalResult" if final else "partialResult", "value": text,
            "speaker": speaker},
    ],
    ids=["call analytics", "amazon", "deepgram", "kakao"],
)  # fmt: skip
def test_a_stream_with_speakers_has_them(of):
    assert said(events(of)) == CALL
    assert said(lines(events(of, partial=False))) == CALL


def test_what_was_understood_last_is_kept_where_nothing_final_follows():
    value = [*MARKED[:3], {**MARKED[3], "is_final": False}]
    assert said(value) == CALL
    assert said([{**one, "is_final": False} for one in MARKED]) == CALL


def test_a_side_of_which_nothing_was_final_is_kept():
    """A mark alone says little: what was heard of a side and never written again is the call."""
    assert said([{**one, "isFinal": at == 3} for at, one in enumerate(MARKED)]) == CALL
    other = [*MARKED[:3], {"speaker": "customer", "text": "네, 수수료는요"}, MARKED[3]]
    assert len(said([{**one, "isFinal": at == 4} for at, one in enumerate(other)])) == 5
    grown = [MARKED[0], *({**MARKED[1], "text": text} for text in ("카드를", CALL[1][1]))]
    turns = [*({**one, "isFinal": False} for one in grown), *MARKED[2:]]
    assert said(turns) == CALL


@pytest.mark.parametrize("field", ["recipientType", "toRole", "nextSpeaker"])
def test_whom_it_is_said_to_is_not_who_says_it(field):
    other = {"agent": "CUSTOMER", "customer": "AGENT"}
    value = [{"from": f"u{len(side)}", field: other[side], "text": text} for side, text in CALL]
    assert said(value) == CALL


def test_a_part_in_which_no_speaker_is_told_is_kept():
    parts = [{"segments": MARKED[:2]}, {"segments": [{"text": CALL[2][1]}]}]
    assert [text for _, text in said({"segments": parts})] == [text for _, text in CALL[:3]]


def test_an_empty_line_of_json_lines_is_none():
    assert said(f"{lines(MARKED)}\nnull") == CALL


@pytest.mark.parametrize("name", ["label", "name"])
def test_what_was_found_in_a_chat_does_not_take_its_place(name):
    chat = [{"role": "assistant", "content": CALL[0][1]}, {"role": "user", "content": CALL[1][1]}]
    found = [{name: "intent", "text": "분실"}, {name: "sentiment", "text": "부정"}]
    assert said({"messages": chat, "results": found}) == CALL[:2]


def test_the_number_of_a_line_is_not_its_text():
    sides = [{"line": at, "화자": side, "내용": text} for at, (side, text) in enumerate(CALL)]
    assert said(sides) == CALL


def test_who_the_sides_are_is_no_part_of_the_call():
    agent, customer = {"id": 1, "skills": ["카드"]}, {"id": 2, "tags": ["VIP", "분실"]}
    assert said({"agent": agent, "customer": customer, "segments": MARKED}) == CALL


@pytest.mark.parametrize(
    "value",
    [
        {"a": [], "b": {"c": "네"}},
        {"redactionSegments": [], "sentenceSegments": [{"who": 1, "said": "네"}]},
        {"errors": [], "detail": "not found"},
    ],
)
def test_an_empty_list_makes_no_call_of_other_json(value):
    assert is_foreign_json(json.dumps(value))


@pytest.mark.parametrize("value", [{"segments": []}, {"results": [], "status": "done"}, []])
def test_a_known_list_that_is_empty_is_a_call_without_words(value):
    assert said(value) == []


PROMPT = [
    {"role": "system", "content": "당신은 콜센터 상담을 요약하는 도우미입니다. " * 20},
    {"role": "user", "content": "아래 통화를 세 문장으로 요약해 주세요."},
]


@pytest.mark.parametrize(
    "call",
    [
        MARKED,
        [f"{'고객' if speaker == 'customer' else '상담사'}: {text}" for speaker, text in CALL],
        "\n".join(f"{'고객' if one == 'customer' else '상담사'}: {text}" for one, text in CALL),
    ],
)
def test_a_prompt_beside_the_call_is_not_read_in_its_place(call):
    assert said({"messages": PROMPT, "transcript": call}) == CALL
    assert said({"transcript": call, "request": {"messages": PROMPT}}) == CALL


def test_a_chat_history_alone_is_the_call():
    found = said({"messages": [{"role": "user", "content": "환불해 주세요"},
                               {"role": "assistant", "content": "네 접수했습니다"}]})  # fmt: skip
    assert found == [("customer", "환불해 주세요"), ("agent", "네 접수했습니다")]


@pytest.mark.parametrize("names", [["a", "b"], ["channels"]])
def test_what_is_nested_is_searched_once(names, monkeypatch):
    searched = []
    monkeypatch.setattr(listed, "turns_of_list", searched.append)
    value = [{"text": f"네 {n}"} for n in range(8)]
    for _ in range(7):
        value = {name: [value] if name == "channels" else value for name in names}
    listed.turns_in_document(value)
    assert len(searched) == len({id(one) for one in searched})
