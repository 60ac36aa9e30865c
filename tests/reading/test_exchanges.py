"""Lists of which each object holds what a customer asked and what was answered."""

import json

import pytest

from edgebox.reading.call import read
from edgebox.reading.recognisers import turns_of

ASKED = ["요금이 왜 올랐나요?", "그럼 상담원 연결해 주세요."]
ANSWERED = ["할인이 끝나서 올랐습니다.", "상담원에게 연결하겠습니다."]


def both(side):
    pairs = zip(ASKED, ANSWERED, strict=True)
    return [turn for asked, said in pairs for turn in (("customer", asked), (side, said))]


def said(value):
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return [(one.speaker, one.text) for one in read(text).utterances]


def rows(made):
    return [made(one, other) for one, other in zip(ASKED, ANSWERED, strict=True)]


def of_dialogflow(asked, answered):
    return {
        "name": f"projects/p/conversations/{len(asked)}",
        "request": {"queryInput": {"text": {"text": asked}, "languageCode": "ko"}},
        "response": {
            "queryResult": {
                "transcript": asked,
                "intent": {"displayName": "요금.문의"},
                "responseMessages": [{"text": {"text": [answered]}}, {"payload": {"a": 1}}],
            }
        },
    }


@pytest.mark.parametrize(
    "made",
    [
        of_dialogflow,
        lambda q, a: {"queryText": q, "fulfillmentText": a, "intent": {"displayName": "요금"}},
        lambda q, a: {"inputTranscript": q, "messages": [{"content": a, "type": "PlainText"}]},
        lambda q, a: {"request": {"text": q}, "response": {"text": a}},
        lambda q, a: {"utterance": q, "reply": a},
        lambda q, a: {"user": "u-31", "utterance": q, "response": a},
        lambda q, a: {"userMessage": q, "botMessage": a},
        lambda q, a: {"userRequest": {"utterance": q},
                      "response": {"template": {"outputs": [{"simpleText": {"text": a}}]}}},
        lambda q, a: {"input": q, "output": a},
        lambda q, a: {"사용자발화": q, "챗봇응답": a},
    ],
)  # fmt: skip
def test_a_bots_answers_and_the_customers_questions_are_both_read(made):
    found = rows(made)
    expected = both("system")
    assert said(found) == said({"interactions": found}) == expected
    assert said("\n".join(json.dumps(one, ensure_ascii=False) for one in found)) == expected


@pytest.mark.parametrize(("asked", "answered"), [("question", "answer"), ("질문", "답변")])
def test_a_written_question_is_answered_by_a_person(asked, answered):
    assert said(rows(lambda q, a: {asked: q, answered: a})) == both("agent")


def test_one_exchange_may_be_the_whole_document():
    assert said({"request": {"text": ASKED[0]}, "response": {"text": ANSWERED[0]}}) == [
        ("customer", ASKED[0]),
        ("system", ANSWERED[0]),
    ]


def test_the_person_who_takes_over_stands_in_the_same_list():
    bot = rows(lambda q, a: {"request": {"text": q}, "response": {"text": a}})
    expected = [(one["speaker"], one["text"]) for one in CALL]
    assert said([*bot, *CALL]) == both("system") + expected


def test_what_a_customer_may_choose_is_not_said():
    found = rows(
        lambda q, a: {
            "userRequest": {"utterance": q},
            "response": {"text": a, "quickReplies": [{"label": "처음으로", "message": "처음"}]},
        }
    )
    assert said(found) == both("system")


def test_what_was_not_answered_is_there_and_of_several_answers_each():
    found = [
        {"request": {"text": "해지요"}, "response": {"texts": []}},
        {
            "request": {"text": "해지할게요"},
            "response": [{"text": "확인합니다."}, {"text": "됐습니다."}],
        },
    ]
    assert said(found) == [
        ("customer", "해지요"),
        ("customer", "해지할게요"),
        ("system", "확인합니다."),
        ("system", "됐습니다."),
    ]


def test_a_bot_that_speaks_first_is_read_too():
    welcome = {"request": {"event": "WELCOME"}, "response": {"text": "안녕하세요, 챗봇입니다."}}
    found = [welcome, *rows(lambda q, a: {"request": {"text": q}, "response": {"text": a}})]
    assert said(found) == [("system", "안녕하세요, 챗봇입니다."), *both("system")]


def test_what_dialogflow_heard_stands_beside_what_it_answered():
    found = rows(of_dialogflow)
    for one in found:
        one["request"] = {"queryInput": {"audio": {"config": {"sampleRateHertz": 8000}}}}
    assert said(found) == both("system")


def test_the_newest_first_is_turned():
    found = rows(of_dialogflow)
    times = ["2026-03-20T01:00:03Z", "2026-03-20T01:00:33Z"]
    dated = [{**one, "createTime": at} for one, at in zip(found, times, strict=True)]
    assert said(dated[::-1]) == both("system")


CALL = [
    {"speaker": "agent", "text": "무엇을 도와드릴까요?"},
    {"speaker": "customer", "text": "카드를 잃어버렸어요."},
    {"speaker": "agent", "text": "네, 정지해 드리겠습니다."},
]


@pytest.mark.parametrize("name", ["faqs", "suggestions", "knowledge", "related", "history"])
@pytest.mark.parametrize(
    ("asked", "answered"), [("query", "response"), ("question", "answer"), ("input", "output")]
)
def test_questions_that_stand_beside_a_call_are_not_the_call(name, asked, answered):
    found = rows(lambda q, a: {asked: q * 5, answered: a * 5})
    expected = [(one["speaker"], one["text"]) for one in CALL]
    assert said({"turns": CALL, name: found}) == expected
    assert said({name: found, "turns": CALL}) == expected


def test_turns_with_what_the_product_answered_beside_them_are_turns():
    found = [
        {"speaker": one["speaker"], "utterance": one["text"], "response": "추천 답변입니다."}
        for one in CALL
    ]
    assert said(found) == [(one["speaker"], one["text"]) for one in CALL]


@pytest.mark.parametrize(
    "silence", [{"turns": []}, {"transcript": ""}, {"segments": [], "text": ""}]
)
def test_a_form_beside_a_call_in_which_nothing_was_said_is_not_the_call(silence):
    form = [{"question": "친절하게 응대했습니까?", "answer": "예"}] * 2
    assert said(silence | {"evaluation": form}) == []
    assert said({"evaluation": form} | silence) == []


def test_the_short_answers_of_a_form_are_no_call():
    form = [
        {"question": "친절했습니까?", "answer": "예"},
        {"question": "됐습니까?", "answer": "네"},
    ]
    assert turns_of(json.dumps({"survey": form}, ensure_ascii=False)) is None


def test_a_call_that_an_interface_answered_with_keeps_its_speakers():
    logged = {"request": {"text": "call-31.wav"}, "response": {"segments": CALL}}
    expected = [(one["speaker"], one["text"]) for one in CALL]
    assert said(logged) == said([logged]) == expected
