"""Whole exports of products, with what they hold beside the call."""

import json
from itertools import accumulate

import pytest

from edgebox.contract.texts import transcript_text
from edgebox.reading.call import read
from edgebox.reading.recognisers import turns_of

CALL = [
    ("agent", "네 고객님 무엇을 도와드릴까요?"),
    ("customer", "카드를 잃어버려서 정지하려고요."),
    ("agent", "네, 박도윤 고객님 방금 정지해 드렸습니다."),
    ("customer", "네 감사합니다."),
]
STARTS = [0.5, 4.25, 8.0, 13.5]
WHOLE = " ".join(text for _, text in CALL)
TEXTS = {
    which: " ".join(text for side, text in CALL if side == which) for which in ("agent", "customer")
}


def said(value):
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return [(one.speaker, one.text) for one in read(transcript_text(text, 100_000)).utterances]


def each(of, only=("agent", "customer")):
    calls = zip(CALL, STARTS, strict=True)
    return [of(side, text, start) for (side, text), start in calls if side in only]


def spoken(of, only=("agent", "customer")):
    """Every word of the call with its side and start."""
    return [
        of(side, word, start + at * 0.3)
        for side, text, start in each(lambda *one: one, only)
        for at, word in enumerate(text.split())
    ]


def deepgram(side):
    return {"alternatives": [{
        "transcript": TEXTS[side],
        "words": spoken(lambda _, word, start: {"word": word, "start": start}, [side]),
        "paragraphs": {"transcript": TEXTS[side], "paragraphs": each(
            lambda _, text, start: {"sentences": [{"text": text, "start": start}],
                                    "start": start}, [side])}}]}  # fmt: skip


def genesys(side, purpose):
    return {
        "phrases": each(lambda _, text, start: {
            "text": text, "startTimeMs": 1_600_000_000_000 + int(start * 1000),
            "words": [{"word": word} for word in text.split()], "decoratedText": text,
            "participantPurpose": purpose}, [side]),
        "analytics": {
            "topics": [{"topicName": "분실", "transcriptPhrase": "카드를 잃어버려서"}],
            "sentiment": each(lambda _, text, __: {
                "participant": purpose, "phrase": text, "sentiment": 0.1})}}  # fmt: skip


EXPORTS = {
    "amazon segments": {"results": {
        "transcripts": [{"transcript": WHOLE}],
        "speaker_labels": {"segments": [
            {"items": [{"start_time": f"{start}", "speaker_label": f"spk_{side}"}]}
            for side, _, start in spoken(lambda *one: one)]},
        "items": [
            part for _, word, start in spoken(lambda *one: one) for part in (
                {"start_time": f"{start}", "alternatives": [{"content": word.rstrip(",.?")}]},
                {"type": "punctuation", "alternatives": [{"content": word[-1]}]},
            )[:1 + (word[-1] in ",.?")]]}},
    "deepgram stereo": {"results": {"channels": [deepgram("agent"), deepgram("customer")]}},
    "genesys communications": {"transcripts": [
        genesys("agent", "internal"), genesys("customer", "external")]},
    "google, several results": {"results": [
        {"alternatives": [{"transcript": " ".join(text for _, text in CALL[:2])}]},
        {"alternatives": [{"transcript": " ".join(text for _, text in CALL[2:])}]},
        {"alternatives": [{"words": spoken(
            lambda side, word, _: {"word": word, "speakerTag": len(side)})}]}]},
    "rev": {"monologues": each(lambda side, text, _: {"speaker": len(side), "elements": [
        {"type": "text", "value": text[:-1]}, {"type": "punct", "value": text[-1]}]})},
    "zendesk": {"comments": each(lambda side, text, _: {
        "type": "Comment", "author_id": len(side), "body": text, "plain_body": text})},
    "sendbird": {"messages": each(lambda side, text, _: {
        "type": "MESG", "message": text, "user": {"user_id": side[:1], "nickname":
            "상담사 김나래" if side == "agent" else "박도윤"}})},
    "slack": {"messages": each(lambda side, text, start: {
        "type": "message", "user": "U02" if side == "agent" else "U07", "text": text,
        "ts": f"16000000{start:05.2f}"})},
    "salesforce": {"conversationEntries": each(lambda side, text, _: {
        "messageText": text, "sender": {"role": "Agent" if side == "agent" else "EndUser"}})},
    "channels with their texts": [
        {"channel": at, "text": TEXTS[side], "segments": each(
            lambda _, text, start: {"start": start, "text": text}, [side])}
        for at, side in enumerate(TEXTS)],
    "labels in the text": {"sentences": each(lambda _, text, __: {"text": text}), "transcript":
        "\n".join(f"{'Agent' if side == 'agent' else 'User'}: {text}" for side, text in CALL)},
    "assembly": {
        "text": WHOLE, "utterances": each(lambda side, text, start: {
            "speaker": side[0].upper(), "text": text, "start": int(start * 1000)}),
        "chapters": [{"headline": "카드 정지", "summary": "고객이 카드를 정지했습니다. " * 9}],
        "entities": [{"entity_type": "person_name", "text": "박도윤"}] * 9,
        "sentiment_analysis_results": each(lambda side, text, _: {
            "text": text, "sentiment": "NEUTRAL", "speaker": side[0].upper()}),
        "iab_categories_result": {"results": [{"text": WHOLE, "labels": [{"label": "Finance"}]}]}},
}  # fmt: skip


@pytest.mark.parametrize("value", EXPORTS.values(), ids=EXPORTS)
def test_what_was_said_is_read_once_in_order_and_of_its_side(value):
    assert said(value) == CALL


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_subtitles_that_are_objects_are_what_these_say(end):
    cues = each(lambda side, text, start: [
        f"00:00:{start:06.3f} --> 00:00:30.000",
        json.dumps({"startDateTime": "2025-09-13T05:12:00Z", "spokenText": text,
                    "speakerName": "김나래" if side == "agent" else "박도윤"},
                   ensure_ascii=False), ""])  # fmt: skip
    received = end.join(["WEBVTT", "", *(line for cue in cues for line in cue)])
    assert said(received) == CALL
    call = read(received)
    assert [received[one.start : one.end] for one in call.utterances] == [t for _, t in CALL]


def test_subtitles_in_which_an_object_is_read_out_are_text():
    text = (
        'WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n{"a": 1}\n\n00:00:03.000 --> 00:00:04.000\n네\n'
    )
    assert turns_of(text) is None


def test_a_transcript_that_grows_is_read_once():
    marked = each(lambda side, text, _: {"speaker": side, "text": text})
    grown = [{"turns": turns} for turns in accumulate([one] for one in marked)]
    assert said(grown) == said("\n".join(map(json.dumps, grown))) == CALL


MARKED = [{"speaker": side, "text": text} for side, text in CALL]
SIDES = [side for side, _ in CALL]
SAYINGS = [text for _, text in CALL]


@pytest.mark.parametrize(
    "value",
    [
        {"utterances": {f"-Nx{at}": one for at, one in enumerate(MARKED)}},
        {"speaker": SIDES, "text": SAYINGS, "start": STARTS},
        {"speakers": SIDES, "texts": SAYINGS},
        {"speaker": dict(enumerate(SIDES)), "text": dict(enumerate(SAYINGS))},
        [["text", "speaker"], *([text, side] for side, text in CALL)],
        {"columns": ["text", "speaker"], "index": [0, 1, 2, 3],
         "data": [[text, side] for side, text in CALL]},
    ],
    ids=["keys", "lists", "lists of several", "columns", "head", "split"],
)  # fmt: skip
def test_turns_under_keys_and_in_tables_are_read(value):
    assert said(value) == CALL


def test_who_takes_part_is_no_column_of_what_was_said():
    assert said({"speakers": ["A", "B"], "utterances": SAYINGS[:2]}) == [
        ("unknown", text) for text in SAYINGS[:2]
    ]


@pytest.mark.parametrize(
    "more",
    [{"name": "상담사 김나래"}, {"user": "recorder"}, {"username": "stt"}, {"label": "문의"}],
)
def test_a_field_with_one_word_in_every_turn_is_not_who_speaks(more):
    apart = [{**more, "speaker": len(side), "text": text} for side, text in CALL]
    assert said(apart) == CALL
    assert said([{**more, "type": side, "text": text} for side, text in CALL]) == CALL


def test_a_side_in_which_several_voices_were_heard_stays_a_side():
    sides = {
        which: each(lambda side, text, start: {
            "role": side, "speaker": int(start) % 2, "text": text, "start": start}, [which])
        for which in ("agent", "customer")
    }  # fmt: skip
    assert said(sides) == CALL


@pytest.mark.parametrize(
    "value",
    [
        {"part1": {"turns": MARKED[:3]}, "part2": {"turns": MARKED[3:]}},
        {"call_2": MARKED[2:], "call_1": MARKED[:2]},
        {"analysis": {"utterances": MARKED}, "text": WHOLE},
        {"candidates": MARKED},
        {"topics": [{"name": "분실", "utterances": MARKED[:2]},
                    {"name": "정지", "utterances": MARKED[2:]}]},
        {"contents": [{"role": "model" if side == "agent" else "user", "parts": [{"text": text}]}
                      for side, text in CALL]},
    ],
    ids=["parts", "numbers", "analysis", "candidates", "topics", "contents"],
)  # fmt: skip
def test_a_call_under_another_name_is_read_whole(value):
    assert said(value) == CALL


@pytest.mark.parametrize("field", ["startMs", "start_at", "offsetMilliseconds", "start"])
@pytest.mark.parametrize("unit", [1, 1000])
def test_starts_of_any_unit_put_turns_in_order(field, unit):
    found = [{**one, field: at * unit} for one, at in zip(MARKED, STARTS, strict=True)]
    assert said([*found[::2], *found[1::2]]) == CALL


def test_a_chat_of_long_messages_with_its_newest_first_is_turned():
    long = "네 고객님 안내해 드리겠습니다. " * 20
    found = [
        {**one, "text": f"{one['text']} {long}", "timestamp": 1_600_000_000_000 + at * 3000}
        for at, one in enumerate(MARKED)
    ]
    received = json.dumps(found[::-1], ensure_ascii=False)
    assert [one.text[:4] for one in turns_of(received)] == [text[:4] for _, text in CALL]
