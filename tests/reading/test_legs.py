"""A call before and after a transfer, in fields of one document."""

import json

import pytest

from edgebox.contract.texts import transcript_text
from edgebox.reading.call import read

GREETING = "네 감사합니다 하나은행 상담사 김나래입니다 무엇을 도와드릴까요"
LEGS = [
    [GREETING, "카드 재발급이요", "담당 부서로 연결해 드리겠습니다"],
    [GREETING.replace("김나래", "이도윤"), "카드 재발급이요",
     "네 재발급 접수되었습니다 사흘 걸립니다", "네 감사합니다 수고하세요"],
    ["네 카드 센터 박하늘입니다", "한도 올려 주세요", "네 오백만 원으로 올렸습니다"],
]  # fmt: skip
SIDES = ("agent", "customer")
LABELS = {"agent": "상담사", "customer": "고객"}


def turns(leg, sides=SIDES, **more):
    return [{"speaker": sides[at % 2], "text": text, **more} for at, text in enumerate(leg)]


def said(value):
    text = json.dumps(value, ensure_ascii=False)
    return [(one.speaker, one.text) for one in read(transcript_text(text, 100_000)).utterances]


def call(*legs):
    return [(SIDES[at % 2], text) for leg in legs for at, text in enumerate(leg)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("beforeTransfer", "afterTransfer"), ("before_transfer", "after_transfer"),
        ("leg1", "leg2"), ("legA", "legB"), ("first", "second"), ("firstCall", "secondCall"),
        ("ivr", "agent"), ("bot", "agent"), ("initial", "transferred"), ("pre", "post"),
        ("transfer_from", "transfer_to"), ("call", "transfer"), ("main", "transfer"),
        ("primary", "secondary"), ("turns", "turnsAfterTransfer"), ("turns", "afterTransfer"),
        ("transcript", "transferTranscript"), ("segments_before", "segments_after"),
        ("firstAgent", "secondAgent"), ("agent1", "agent2"), ("virtualAgent", "liveAgent"),
        ("이전", "이후"), ("전환전", "전환후"), ("첫번째 통화", "두번째 통화"), ("챗봇", "상담사"),
    ],
)  # fmt: skip
def test_both_legs_are_read_in_their_order(first, second):
    one, other = LEGS[:2]
    for wrap in (lambda found: found, lambda found: {"id": "a", "turns": found}):
        value = {first: wrap(turns(one)), second: wrap(turns(other))}
        assert said(value) == said({"id": 1, "call": value}) == call(one, other)
        assert said({second: value[second], "id": 3, first: value[first]}) == call(one, other)


@pytest.mark.parametrize("names", [("ivr", "agent"), ("legA", "legB"), ("before", "after")])
def test_legs_that_count_from_their_own_beginnings_are_not_mixed(names):
    timed = [[{**turn, "start": 4 * at} for at, turn in enumerate(turns(leg))] for leg in LEGS[:2]]
    assert said(dict(zip(names, timed, strict=True))) == call(*LEGS[:2])


def test_three_legs_are_read():
    names = ["first", "second", "third"]
    assert said({name: turns(leg) for name, leg in zip(names, LEGS, strict=True)}) == call(*LEGS)


def test_legs_without_speakers_are_read():
    value = {f"{name}Transfer": [{"text": text} for text in leg]
             for name, leg in zip(("before", "after"), LEGS, strict=False)}  # fmt: skip
    assert " ".join(text for _, text in said(value)) == " ".join(LEGS[0] + LEGS[1])


@pytest.mark.parametrize("names", [("leg1", "leg2"), ("beforeTransfer", "afterTransfer")])
def test_legs_may_be_texts_with_labels(names):
    texts = ["\n".join(f"{LABELS[side]}: {text}" for side, text in call(leg)) for leg in LEGS[:2]]
    assert said(dict(zip(names, texts, strict=True))) == call(*LEGS[:2])


ANY_NAMES = [
    ("reception", "billing"),
    ("sales", "support"),
    ("대표번호", "카드팀"),
    ("ivr", "claims"),
]


@pytest.mark.parametrize("names", ANY_NAMES)
def test_legs_of_any_name_are_read_where_one_ends_with_the_transfer(names):
    one, other = (turns(leg) for leg in LEGS[:2])
    for value in (dict(zip(names, legs, strict=True)) for legs in ((one, other), (other, one))):
        assert said(value) == said({"id": 1, "call": value}) == call(*LEGS[:2])
    assert said(dict(zip("xyz", map(turns, LEGS), strict=True))) == call(*LEGS)


@pytest.mark.parametrize("names", ANY_NAMES)
def test_legs_of_any_name_are_read_where_one_begins_after_the_other_has_ended(names):
    later, earlier = (
        [{**turn, "start": begin + 4 * at} for at, turn in enumerate(turns(leg))]
        for begin, leg in ((100, LEGS[1]), (0, LEGS[2]))
    )
    assert said(dict(zip(names, (later, earlier), strict=True))) == call(LEGS[2], LEGS[1])


@pytest.mark.parametrize(
    "name", ["botHistory", "chatbot_history", "botTalkHistory", "챗봇 이력", "봇대화이력"]
)
def test_what_a_bot_said_before_a_person_is_a_leg(name):
    bot = [turn | {"speaker": "bot" if turn["speaker"] == "agent" else "user"}
           for turn in turns(LEGS[0])]  # fmt: skip
    value = {"chat": turns(LEGS[1]), name: bot}
    whole = [("system" if side == "agent" else side, text) for side, text in call(LEGS[0])]
    assert said(value) == whole + call(LEGS[1])
    earlier = {"chat": turns(LEGS[1]), name: bot[:-1]}  # nothing tells that it went on
    assert said(earlier) == call(LEGS[1])


@pytest.mark.parametrize(
    "name", ["examples", "similarCase", "script", "result", "과거이력", "history", "callHistory"]
)
def test_another_call_beside_one_that_ends_with_a_transfer_is_no_leg(name):
    whole = LEGS[1] + LEGS[0]
    assert said({"conversation": turns(whole), name: turns(LEGS[2])}) == call(whole)
    assert said({"talk": turns(whole), name: turns(LEGS[2])}) == call(whole)


def test_what_two_engines_heard_of_a_leg_is_read_once():
    heard = [text.replace("카드 재발급", "카드 제발급") for text in LEGS[0]]
    assert said({"google": turns(LEGS[0]), "clova": turns(heard)}) == call(LEGS[0])


NOTED = [
    "고객이 카드 재발급을 요청하였고 사흘 뒤 도착한다고 안내함.",
    "지갑 분실로 요청함. 불만 없음.",
]


@pytest.mark.parametrize("name", ["transfer", "afterTransfer", "이관", "transferMemo", "billing"])
def test_notes_with_the_labels_of_both_sides_are_no_leg(name):
    for first in ("turns", "main", "call"):
        assert said({first: turns(LEGS[0]), name: turns(NOTED)}) == call(LEGS[0])
    assert said({name: turns(NOTED)}) == call(NOTED)


@pytest.mark.parametrize("leg", [LEGS[1][2:], ["네 성함", "김하나요", "음", "네 처음"]])
def test_a_short_leg_is_not_taken_for_notes(leg):
    assert said({"call": turns(LEGS[0]), "transfer": turns(leg)}) == call(LEGS[0], leg)


def test_one_call_before_and_after_it_was_worked_on_is_read_once():
    whole = LEGS[0] + LEGS[1]
    masked = [text.replace("이도윤", "***") for text in whole]
    for names in (("beforeMasking", "afterMasking"), ("first", "second"), ("initial", "final")):
        value = dict(zip(names, (turns(whole), turns(masked)), strict=True))
        assert [text for _, text in said(value)] == whole


def test_what_was_told_about_the_call_is_no_leg():
    value = {"turns": turns(LEGS[0]), "next": [{"title": "재발급", "text": "카드를 보냅니다."}],
             "last": {"summary": "재발급을 접수했습니다."}}  # fmt: skip
    assert said(value) == call(LEGS[0])


NOTES = "고객이 재발급을 요청하였고 상담사가 사흘 걸린다고 안내했습니다."


@pytest.mark.parametrize(
    "name",
    ["after", "next", "back", "end", "post", "rest", "last", "이후", "다음", "afterTransfer",
     "transfer", "이관", "secondary", "consultation", "afterCallWork", "transferNote"],
)  # fmt: skip
@pytest.mark.parametrize("first", ["turns", "call", "main"])
@pytest.mark.parametrize(
    "notes",
    [
        [NOTES, "문자도 보냈습니다."],
        [
            {"author": "김나래", "text": NOTES},
            {"author": "이도윤", "text": "전화 드리기로 했습니다."},
        ],
        {"summary": NOTES, "text": NOTES},
        "고객: 재발급을 요청함\n상담사: 사흘 걸린다고 안내함",
    ],
    ids=["texts", "authors", "object", "labels"],
)
def test_notes_beside_a_call_are_no_leg(name, first, notes):
    assert said({first: turns(LEGS[0]), name: notes}) == call(LEGS[0])
    if name != "afterCallWork" and not isinstance(notes, str):
        plain = [{"text": text} for text in LEGS[0]]
        alone = said({first: plain})
        assert said({first: plain, name: [{"role": "agent", "text": NOTES}]}) == alone


@pytest.mark.parametrize(
    "names",
    [("beforeTranslation", "afterTranslation"), ("initial", "final"), ("raw", "final"),
     ("original", "final"), ("beforeCorrection", "afterCorrection"), ("교정전", "교정후")],
)  # fmt: skip
def test_another_version_of_a_call_is_no_leg(names):
    whole = LEGS[0] + LEGS[1]
    other = [text.replace("네 ", "예 ").replace("카드", "체크카드").replace("접수", "처리")
             .replace("무엇을", "어떻게") for text in whole]  # fmt: skip
    assert said(dict(zip(names, (turns(whole), turns(other)), strict=True))) == call(whole)


def test_a_side_of_which_the_recogniser_heard_the_other_one_too_is_no_leg():
    """Each side is a channel with times: what the other one says is heard in it, too."""
    sides = {side: [{"speaker": side, "text": text, "start": 4 * at}
                    for at, text in enumerate(LEGS[1]) if SIDES[at % 2] == side]
             for side in SIDES}  # fmt: skip
    sides["agent"].append({"speaker": "customer", "text": "네네", "start": 20})
    assert [text for _, text in said(sides)] == [*LEGS[1], "네네"]
    ivr = {"bot": [{"speaker": "bot", "text": "자동 안내입니다.", "start": -4}], **sides}
    assert [text for _, text in said(ivr)] == ["자동 안내입니다.", *LEGS[1], "네네"]
