"""Sides whose words alone tell when they were said, and fields that name their unit."""

import json

import pytest

from edgebox.reading.call import read

CALL = (
    ("agent", "네 고객님 무엇을 도와드릴까요"),
    ("customer", "카드를 잃어버려서 정지하려고요"),
    ("agent", "네 바로 정지해 드렸습니다"),
    ("customer", "네 감사합니다 수고하세요"),
)


def timed(side):
    """The words of a side with the seconds at which they were said."""
    words = [(speaker, word) for speaker, text in CALL for word in text.split()]
    listed = [(speaker, {"word": word, "start": at}) for at, (speaker, word) in enumerate(words)]
    return [word for speaker, word in listed if speaker == side]


def one_text(side):
    return {"transcript": " ".join(t for s, t in CALL if s == side), "words": timed(side)}


def turns(**fields):
    """Objects of the call, the newest first: their fields made of (side, text, second)."""
    at, found = 0, []
    for side, text in CALL:
        found.append({name: make(side, text, at) for name, make in fields.items()})
        at += len(text.split())
    return found[::-1]


def watson():
    results, labels, at = [], [], 0
    for side, text in CALL:
        words = [[word, at + n, at + n + 0.5] for n, word in enumerate(text.split())]
        labels += [{"from": word[1], "speaker": int(side == "agent")} for word in words]
        results.append({"final": True, "alternatives": [{"transcript": text, "timestamps": words}]})
        at += len(words)
    return {"results": results, "speaker_labels": labels}


SHAPES = {
    "Deepgram, two channels": {
        "channels": [{"alternatives": [one_text(side)]} for side in ("agent", "customer")]
    },
    "channels by name": {"channels": {"left": one_text("agent"), "right": one_text("customer")}},
    "Watson": watson(),
    "milliseconds in the name": {
        "segments": turns(
            speakerRole=lambda side, _, __: side.upper(),
            startTimeMillis=lambda _, __, at: str(at * 1000),
            recognizedText=lambda _, text, __: text,
        )
    },
    "spkNo and beginMsec": turns(
        spkNo=lambda side, _, __: int(side == "agent"),
        beginMsec=lambda _, __, at: at * 1000,
        sttText=lambda _, text, __: text,
    ),
    "seconds in the name": turns(
        spk=lambda side, _, __: side,
        start_in_seconds=lambda _, __, at: at,
        msg=lambda _, text, __: text,
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_both_sides_are_put_together_by_time(shape):
    found = read(json.dumps(SHAPES[shape], ensure_ascii=False)).utterances
    said = []
    for one in found:
        if said and said[-1][0] == one.speaker:
            said[-1] = (one.speaker, f"{said[-1][1]} {one.text}")
        else:
            said.append((one.speaker, one.text))
    assert said == list(CALL)


def test_the_words_of_one_channel_are_no_turns_of_their_own():
    said = [(speaker, word) for speaker, text in CALL for word in text.split()]
    words = [{"word": word, "start": at} for at, (_, word) in enumerate(said)]
    whole = " ".join(text for _, text in CALL)
    call = {"results": {"channels": [{"alternatives": [{"transcript": whole, "words": words}]}]}}
    found = read(json.dumps(call, ensure_ascii=False)).utterances
    assert len(found) < len(words) / 2
    assert " ".join(one.text for one in found) == whole
