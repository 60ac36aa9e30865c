"""A call beside its translation: the Korean one is read, once."""

import json

import pytest

from edgebox.reading.call import read

SIDES = ("agent", "customer")
KOREAN = [
    "네 감사합니다 하나은행 상담사입니다 무엇을 도와드릴까요", "카드를 다시 만들려고요",
    "네 어떤 카드인지 말씀해 주세요", "파란색 신용카드요", "네 사흘 뒤에 도착합니다",
    "네 감사합니다",
]  # fmt: skip
ENGLISH = [
    "Hello, thank you for calling Hana Bank. How may I help you?", "I need a new card.",
    "Sure, which card is it, please?", "The blue credit card.", "It arrives in three days.",
    "Okay, thank you.",
]  # fmt: skip


def turns(texts, begin=None):
    return [
        {"speaker": SIDES[at % 2], "text": text}
        | ({} if begin is None else {"start": begin + 5 * at})
        for at, text in enumerate(texts)
    ]


def said(value):
    return [one.text for one in read(json.dumps(value, ensure_ascii=False)).utterances]


@pytest.mark.parametrize(
    "names",
    [("first", "second"), ("original", "translated"), ("ko", "en"), ("source", "target"),
     ("before", "after"), ("primary", "secondary"), ("원문", "번역")],
)  # fmt: skip
@pytest.mark.parametrize("begin", [None, 0])
def test_a_translation_is_not_read(names, begin):
    for texts in ((KOREAN, ENGLISH), (ENGLISH, KOREAN)):
        both = dict(zip(names, (turns(one, begin) for one in texts), strict=True))
        assert said(both) == said({"id": 7, "call": both}) == KOREAN


@pytest.mark.parametrize(
    "legs",
    [
        (turns(KOREAN), turns(ENGLISH[:4])),
        (turns(KOREAN[:4]), turns(ENGLISH[:4])),
        (turns(KOREAN, 0), turns(ENGLISH, 100)),
        (turns(KOREAN), turns(ENGLISH[1:] + ENGLISH[:1])),
        (turns(ENGLISH), turns(KOREAN)[1:]),
    ],
    ids=["fewer", "short", "later", "lengths", "sides"],
)
def test_a_leg_in_another_language_is_kept(legs):
    texts = [turn["text"] for leg in legs for turn in leg]
    assert said(dict(zip(("first", "second"), legs, strict=True))) == texts


def test_a_call_in_two_languages_is_kept():
    mixed = KOREAN[:2] + ENGLISH[2:4] + KOREAN[4:]
    assert said({"turns": turns(mixed)}) == said({"ko": turns(mixed)}) == mixed
    assert said({"en": turns(ENGLISH)}) == ENGLISH
