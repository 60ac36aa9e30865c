"""Events of a stream: what later ones replace is read once."""

import json

import pytest

from edgebox.contract.texts import transcript_text
from edgebox.reading.call import read

CALL = [
    ("agent", "네 고객님 무엇을 도와드릴까요?"),
    ("customer", "카드를 잃어버려서 정지하려고요."),
    ("agent", "네 정지해 드렸습니다."),
]
TEXTS = [text for _, text in CALL]


def words(side, text):
    speaker = "S1" if side == "agent" else "S2"
    return [
        {"type": "word", "alternatives": [{"content": word, "speaker": speaker}]}
        for word in text.split()
    ]


def said(events):
    for received in (
        json.dumps(events, ensure_ascii=False),
        "\n".join(json.dumps(one, ensure_ascii=False) for one in events),
    ):
        yield [
            (one.speaker, one.text) for one in read(transcript_text(received, 90_000)).utterances
        ]


SPEECHMATICS = [
    {"message": "RecognitionStarted", "id": "1"},
    *(
        {"message": name, "metadata": {"transcript": heard}, "results": words(side, heard)}
        for side, text in CALL
        for name, heard in (("AddPartialTranscript", text[:4]), ("AddTranscript", text))
    ),
    {"message": "EndOfTranscript"},
]
SEGMENTS = [
    {"type": "transcript.text.segment", "text": text, "speaker": side[0].upper()}
    for side, text in CALL
]
OPENAI = [
    {"type": "transcript.text.delta", "delta": "네 고"},
    *SEGMENTS,
    {"type": "transcript.text.done", "text": " ".join(TEXTS)},
]


@pytest.mark.parametrize("events", [SPEECHMATICS, OPENAI], ids=["speechmatics", "openai"])
def test_turns_are_read_once_with_their_speakers(events):
    assert list(said(events)) == [CALL, CALL]


def test_a_turn_that_stands_again_when_more_was_heard_is_read_once():
    events = [
        {"type": "Turn", "turn_order": at, "end_of_turn": ends, "transcript": text[:size]}
        for at, text in enumerate(TEXTS)
        for ends, size in ((False, 5), (True, 99), (True, 99))
    ]
    for found in said([{"type": "Begin", "id": "1"}, *events, {"type": "Termination"}]):
        assert " ".join(text for _, text in found) == " ".join(TEXTS)


def test_what_was_not_finished_is_not_lost():
    events = [
        {"type": "Turn", "turn_order": at, "end_of_turn": False, "transcript": text}
        for at, text in enumerate(TEXTS)
    ]
    deltas = [*OPENAI[1:3], {"type": "order.completed", "text": TEXTS[2], "speaker": "A"}]
    for found in said(events):
        assert " ".join(text for _, text in found) == " ".join(TEXTS)
    assert [text for _, text in next(said(deltas))] == TEXTS


def test_two_streams_that_number_their_turns_alike_are_both_read():
    events = [
        {"type": "Turn", "turn_order": at // 2, "end_of_turn": True, "transcript": text}
        for at, text in enumerate([*TEXTS, "네 감사합니다."])
    ]
    for channels in ({}, {"channel": 0}):
        for found in said([{**one, **channels} for one in events]):
            assert " ".join(text for _, text in found) == " ".join([*TEXTS, "네 감사합니다."])


def test_words_of_events_have_the_channel_of_their_event():
    words = [
        {"message": "AddTranscript", "channel": side, "results": [
            {"type": "word", "alternatives": [{"content": word}]} for word in text.split()]}
        for side, text in CALL
    ]  # fmt: skip
    assert list(said(words)) == [CALL, CALL]


@pytest.mark.parametrize(
    ("agent", "customer"),
    [
        ({"type": "response.output_audio_transcript.done"}, {"type": "input.segment"}),
        ({"type": "agent.done", "speaker": "agent"}, {"type": "user.delta", "speaker": "customer"}),
        ({"type": "turn.done", "speaker": "agent"}, {"type": "turn.delta", "speaker": "customer"}),
        ({"event": "turn.completed"}, {"event": "turn.segment"}),
        ({"event": "turn.completed", "item_id": "1"}, {"event": "turn.segment", "item_id": "2"}),
    ],
)
def test_events_of_another_kind_speaker_or_text_replace_nothing(agent, customer):
    events = [{**(agent if side == "agent" else customer), "text": text} for side, text in CALL]
    for found in said(events):
        assert [text for _, text in found] == TEXTS


def test_an_item_is_replaced_by_its_own_turns_only():
    name = "conversation.item.input_audio_transcription"
    events = [
        {"type": f"{name}.segment", "item_id": "1", "text": TEXTS[0]},
        {"type": f"{name}.completed", "item_id": "1", "transcript": TEXTS[0]},
        {"type": f"{name}.completed", "item_id": "2", "transcript": TEXTS[1]},
        {"type": "response.output_audio_transcript.done", "transcript": TEXTS[2]},
    ]
    for found in said(events):
        assert [text for _, text in found] == TEXTS


@pytest.mark.parametrize("field", ["speaker", "session_id"])
def test_turns_of_two_speakers_that_begin_alike_are_both_read(field):
    texts = ["안녕하세요 한빛통신입니다", "안녕하세요 요금 때문에요", "네 확인하겠습니다", "네"]
    events = [
        {"type": "Turn", "turn_order": at // 2, "end_of_turn": True, field: side, "transcript": one}
        for at, (side, one) in enumerate(zip(("상담사", "고객") * 2, texts, strict=True))
    ]
    for found in said(events):
        assert [text for _, text in found] == texts


def test_pieces_of_an_item_are_no_turns():
    name = "conversation.item.input_audio_transcription"
    events = [
        {"type": f"{name}.{kind}", "item_id": str(at), field: said}
        for at, text in enumerate(TEXTS)
        for kind, field, said in (
            ("delta", "delta", text[:2]),
            ("delta", "delta", text[2:]),
            ("completed", "transcript", text),
        )
    ]
    for found in said(events):
        assert [text for _, text in found] == TEXTS


@pytest.mark.parametrize("first", [None, "UNKNOWN"])
def test_who_speaks_may_be_known_only_when_a_turn_ends(first):
    events = [
        {"turn_order": at, "end_of_turn": ends, "speaker_label": label, "transcript": words}
        for at, (side, text) in enumerate(CALL)
        for ends, label, words in ((False, first, text[:5]), (True, side, text))
    ]
    assert list(said(events)) == [CALL, CALL]


PIECES = [
    ("안녕", "1"), ("하", "1"), ("세요", "1"), (".", "1"), (" 무엇", "1"), ("을", "1"),
    (" 도와", "1"), ("드릴", "1"), ("까요", "1"), ("?", "1"), (" 요금", "2"), ("이", "2"),
    (" 왜", "2"), (" 올랐", "2"), ("나요", "2"), ("?", "2"), (" 할인", "1"), ("이", "1"),
    (" 끝", "1"), ("났", "1"), ("습니다", "1"), (".", "1"),
]  # fmt: skip
"""Soniox's tokens, with their speakers."""
TALK = [
    ("agent", "안녕하세요. 무엇을 도와드릴까요?"),
    ("customer", "요금이 왜 올랐나요?"),
    ("agent", "할인이 끝났습니다."),
]


def tokens(final, *, timed):
    return [
        {"text": text, "speaker": speaker, "is_final": final}
        | ({"start_ms": 200 * at, "end_ms": 200 * at + 150} if timed else {})
        for at, (text, speaker) in enumerate(PIECES)
    ]


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("ahead", [0, 1, 2, 5, 30])
@pytest.mark.parametrize("each", [1, 2, 3, 4, 7, 22])
def test_tokens_that_are_not_final_are_written_again(each, ahead, timed):
    final, open_ = tokens(True, timed=timed), tokens(False, timed=timed)
    events = [
        {"tokens": final[at : at + each] + open_[at + each : at + each + ahead]}
        for at in range(0, len(PIECES), each)
    ]
    assert all(found == TALK for found in said(events))


def test_tokens_of_a_stream_that_broke_off_are_read_once():
    open_ = tokens(False, timed=True)
    events = [{"tokens": open_[:at]} for at in range(8, len(PIECES), 3)]
    assert all(found[:2] == TALK[:2] for found in said(events))
