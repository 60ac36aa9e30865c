"""The JSON of recognisers that say who speaks in their own ways, and where its words stand."""

import json

import pytest

from edgebox.contract.texts import transcript_text
from edgebox.reading.call import read
from edgebox.reading.recognisers import is_foreign_json, turns_of

ASKS = ("agent", "네 고객님 무엇을 도와드릴까요")
LOST = ("customer", "카드를 잃어버려서 정지하려고요")
DONE = ("agent", "네 정지해 드렸습니다")
CALL = (ASKS, LOST, DONE)
WHOLE = " ".join(text for _, text in CALL)


def words(key, speaker="speaker", names=(0, 1), start="start", **more):
    """Every word of the call, with its speaker and time."""
    found = []
    for side, text in CALL:
        for word in text.split():
            one = {key: word, speaker: names[side == "customer"], **more}
            if start:
                one[start] = len(found) * 0.5
            found.append(one)
    return found


def items(side=None, **more):
    """Amazon's items: a word in the first of its hypotheses, signs without a time."""
    found, at = [], 0
    for speaker, text in CALL:
        for word in text.split():
            at += 1
            if side in {None, speaker}:
                name = "spk_0" if speaker == "agent" else "spk_1"
                label = {"speaker_label": name} if more.get("labels") else {}
                content = [{"confidence": "0.9", "content": word}]
                found.append({"start_time": f"{at}.0", "alternatives": content} | label)
    return found


def segments():
    """Amazon's older list of who speaks when."""
    return [
        {
            "speaker_label": one["speaker_label"],
            "items": [{"start_time": one["start_time"], "speaker_label": one["speaker_label"]}],
        }
        for one in items(labels=True)
    ]


def by_side(of):
    return {side: [{"text": t, "start": n} for n, (s, t) in enumerate(CALL) if s == side]
            for side in of}  # fmt: skip


def said(value):
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return [(one.speaker, one.text) for one in read(transcript_text(text, 100_000)).utterances]


GOOGLE = {"results": [
    *({"alternatives": [{"transcript": text, "confidence": 0.9}]} for _, text in CALL),
    {"alternatives": [{"words": words("word", "speakerTag", (1, 2), "startTime")}]},
]}  # fmt: skip
DEEPGRAM = {"results": {"channels": [{"alternatives": [
    {"transcript": WHOLE, "words": words("word")}, {"transcript": "다른 말"},
]}]}}  # fmt: skip
SENTENCES = [
    {"speaker": int(side == "customer"), "sentences": [{"text": text, "start": n}], "start": n}
    for n, (side, text) in enumerate(CALL)
]
AZURE = [
    {"DisplayText": text, "SpeakerId": f"Guest-{1 + (side == 'customer')}", "Offset": n * 10**7}
    for n, (side, text) in enumerate(CALL)
]
PHRASES = [
    {"channel": int(side == "customer"), "offset": f"PT{n * 61.5}S", "nBest": [{"display": text}]}
    for n, (side, text) in enumerate(CALL)
]


@pytest.mark.parametrize(
    "value",
    [
        GOOGLE,
        DEEPGRAM,
        {"results": {"channels": [{"alternatives": [
            {"transcript": WHOLE, "paragraphs": {"paragraphs": SENTENCES}}]}]}},
        {"results": {"channels": [{"alternatives": [{"transcript": WHOLE}]}], "utterances": [
            {"channel": 0, "transcript": text, "speaker": int(side == "customer"), "start": n}
            for n, (side, text) in enumerate(CALL)]}},
        {"results": {"utterances": [
            {"channel": int(side == "customer"), "speaker": 0, "transcript": text, "start": n}
            for n, (side, text) in enumerate(CALL)]}},
        {"sttResults": [{"transcript": WHOLE, "words": [
            {**one, "startTime": {"seconds": str(n), "nanos": 5}}
            for n, one in enumerate(words("word", names=("1", "2"), start=None))]}]},
        {"results": [
            {"type": "word", "start_time": n, "alternatives": [
                {"content": one["content"], "speaker": one["speaker"]}]}
            for n, one in enumerate(words("content", names=("S1", "S2")))]},
        {"results": {"transcripts": [{"transcript": WHOLE}], "items": items(labels=True)}},
        {"results": {"transcripts": [{"transcript": WHOLE}], "items": items(),
                     "speaker_labels": {"speakers": 2, "segments": segments()}}},
        {"results": {"transcripts": [{"transcript": WHOLE}], "channel_labels": {"channels": [
            {"channel_label": "ch_0", "items": items("agent")},
            {"channel_label": "ch_1", "items": items("customer")}]}}},
        AZURE,
        {"recognizedPhrases": [PHRASES[0], PHRASES[2], PHRASES[1]]},
        {"phrases": [
            {"channel": int(side == "customer"), "offset": f"00:0{n}:05.100", "text": text}
            for n, (side, text) in reversed(list(enumerate(CALL)))]},
        {"status": "completed", "text": WHOLE, "words": words("text", names=("A", "B"))},
        {"text": WHOLE, "words": [
            part for one in words("text", "speaker_id", ("speaker_0", "speaker_1"))
            for part in (one, {**one, "text": " ", "type": "spacing"})]},
    ],
    ids=["google", "deepgram words", "deepgram paragraphs", "deepgram utterances",
         "deepgram channels", "daglo", "speechmatics", "aws", "aws segments", "aws channels",
         "azure live", "azure periods", "azure clocks", "assembly words", "spaces"],
)  # fmt: skip
def test_speakers_are_known_wherever_a_recogniser_names_them(value):
    assert said(value) == list(CALL)


@pytest.mark.parametrize(
    "value",
    [
        [[side, text] for side, text in CALL],
        [[n * 1.5, n + 1.0, side, text] for n, (side, text) in enumerate(CALL)],
        by_side(("agent", "customer")),
        by_side(("상담사", "고객")) | {"상담사": by_side(["agent"])["agent"],
                                  "고객": by_side(["customer"])["customer"]},
        {str(n): {"speaker": side, "text": text} for n, (side, text) in enumerate(CALL)},
        [{"상담사" if side == "agent" else "고객": text} for side, text in CALL],
        [{"화자": "상담사" if side == "agent" else "고객", "내용": text} for side, text in CALL],
        [{"type": "finalResult", "value": text, "speaker": side} for side, text in CALL],
        {"통화": [{"발화자": side, "발화": text} for side, text in CALL]},
        {"Participants": [{"ParticipantId": "p1", "ParticipantRole": "AGENT"},
                          {"ParticipantId": "p2", "ParticipantRole": "CUSTOMER"}],
         "Transcript": [{"ParticipantId": "p1" if side == "agent" else "p2", "Content": text}
                        for side, text in CALL]},
        {"segments": [{"text": "잘못 들은 말", "textEdited": text, "speaker":
                       {"label": "1", "name": "상담사" if side == "agent" else "고객"}}
                      for side, text in CALL]},
    ],
    ids=["pairs", "rows", "sides", "sides in Korean", "numbered", "one field", "Korean fields",
         "kakao", "Korean list", "participants", "clova edited"],
)  # fmt: skip
def test_no_turn_is_lost_and_a_role_that_is_named_is_known(value):
    call = read(json.dumps(value))
    assert [(one.speaker, one.text) for one in call.utterances] == list(CALL)
    assert call.speakers == "both"


@pytest.mark.parametrize("noted", ["positive_sentiment", "call.hold_start"])
def test_what_a_product_notes_among_the_turns_is_not_said(noted):
    lines = [
        {"name": "이수민", "type": "transcript", "content": "무엇을 도와드릴까요"},
        {"name": "홍길동", "type": "transcript", "content": "아이디 hong_gildong 정지요"},
        {"name": "이수민", "type": "moment", "content": noted},
        {"name": "홍길동", "type": "transcript", "content": "hong_gildong"},
    ]
    assert [text for _, text in said({"lines": lines})] == [
        lines[0]["content"],
        lines[1]["content"],
        "hong_gildong",
    ]


@pytest.mark.parametrize(
    ("kinds", "answer"),
    [
        (("agent", "customer"), "hong_gildong"),
        (("OPERATOR_MESSAGE", "CUSTOMER_MESSAGE"), "hong_gildong"),
        (("상담사", "고객"), "hong_gildong"),
        (("tx", "rx"), "hong_gildong"),
        (("first", "second"), "4.5"),
        (("first", "second"), "hanbit.co.kr"),
        (("text", "link"), "hanbit.shop"),
    ],
)
def test_what_a_type_tells_of_one_side_or_an_answer_of_figures_is_said(kinds, answer):
    one, other = kinds
    lines = [
        {"type": one, "text": "말씀해 주세요 고객님"},
        {"type": other, "text": answer},
        {"type": one, "text": "네 확인했습니다"},
    ]
    assert answer in [text for _, text in said(lines)]


def test_a_field_that_tables_have_too_holds_what_was_said():
    turns = [
        {"no": 1, "ch": "T", "stime": 0, "txt": "무엇을 도와드릴까요"},
        {"no": 2, "ch": "R", "stime": 900, "txt": "카드를 잃어버려서 정지해 주세요"},
    ]
    assert said({"rec_key": "20250913", "stt_list": turns}) == [
        ("agent", "무엇을 도와드릴까요"),
        ("customer", "카드를 잃어버려서 정지해 주세요"),
    ]


def test_words_that_lack_much_of_a_text_do_not_stand_for_it():
    value = [{"text": WHOLE, "words": words("word")[:3]}, {"text": "네", "speaker": "고객"}]
    assert [one.text for one in turns_of(json.dumps(value))] == [WHOLE, "네"]


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("value", [DEEPGRAM, GOOGLE, {"result": words("word", "conf", (1, 1))}])
def test_offsets_of_joined_words_are_those_of_the_first_and_the_last(value, ascii_only):
    received = json.dumps(value, ensure_ascii=ascii_only)
    utterances = read(received).utterances
    assert utterances
    for one in utterances:
        written = received[one.start : one.end]
        first, last = one.text.split()[0], one.text.split()[-1]
        for word, found in ((first, written.startswith), (last, written.endswith)):
            assert found(json.dumps(word, ensure_ascii=ascii_only).strip('"'))


def test_equal_texts_are_found_where_each_stands():
    turns = [{"text": "네", "textEdited": "네", "speaker": n % 2} for n in range(3)]
    received = json.dumps({"segments": turns}, ensure_ascii=False)
    starts = [one.place[0] for one in turns_of(received)]
    assert starts == [at + 1 for at, sign in enumerate(received) if sign == '"' and
                      received[:at].endswith('"textEdited": ')]  # fmt: skip


@pytest.mark.parametrize(
    "value", [{"a": 1}, {"error": "no", "message": "failed"}, [1, 2], [["가", 1, "나", 2, "다"]]]
)
def test_other_json_is_no_call(value):
    assert is_foreign_json(json.dumps(value, ensure_ascii=False))


def test_a_document_with_something_nested_deeply_is_read():
    deep = "[" * 900 + "]" * 900
    received = f'{{"turns": [{{"speaker": "agent", "text": "네"}}], "metadata": {deep}}}'
    assert said(received) == [("agent", "네")]


def test_a_few_words_are_joined_in_their_order_though_people_talk_at_once():
    lines = (("네 고객님 말씀하세요", 0), ("카드를 잃어버렸어요", 1))
    spoken = [
        {"word": word, "speaker": who, "start": at * 0.1}
        for text, who in lines
        for at, word in enumerate(text.split())
    ]
    call = {"results": {"channels": [{"alternatives": [{"words": spoken}]}]}}
    assert said(call) == [("agent", lines[0][0]), ("customer", lines[1][0])]
