"""Which list of a document is talk, and which only holds what was found in it."""

import json
import random

import pytest

from edgebox.contract.texts import transcript_text
from edgebox.reading.call import read

CALL = [
    ("agent", "네 고객님 무엇을 도와드릴까요"),
    ("customer", "카드를 잃어버려서 정지하려고요"),
    ("agent", "네 정지해 드렸습니다"),
    ("customer", "네 감사합니다"),
]
MARKED = [{"speaker": side, "text": text} for side, text in CALL]
PLAIN = [{"text": text} for _, text in CALL]
TEXTS = [("unknown", text) for _, text in CALL]
HEARD = [(side, text.replace("네", "예")) for side, text in CALL]
SHORT = [("customer", "환불해 주세요"), ("agent", "네 접수했습니다")]
CHAT = [{"role": "user", "content": "환불해 주세요"},
        {"role": "assistant", "content": "네 접수했습니다"}]  # fmt: skip
ENTITIES = [
    ("PERSON", "김민수"),
    ("PERSON", "박서준"),
    ("ORG", "한국카드주식회사"),
    ("PERSON", "이하나"),
    ("LOCATION", "서울특별시 강남구 역삼동"),
]


def said(value):
    text = json.dumps(value, ensure_ascii=False)
    return [(one.speaker, one.text) for one in read(transcript_text(text, 100_000)).utterances]


def words(value):
    return " ".join(text for _, text in said(value))


def found(label, values=ENTITIES):
    return [{label: kind, "text": text} for kind, text in values]


@pytest.mark.parametrize("name", ["entities", "results", "data", "ner"])
@pytest.mark.parametrize("label", ["type", "label", "name", "role"])
def test_a_list_of_entities_does_not_take_the_place_of_a_short_call(name, label):
    entities = found(label)
    assert said({"messages": CHAT, name: entities}) == SHORT
    assert said({name: entities, "messages": CHAT}) == SHORT
    assert said({"messages": CHAT, "analysis": {name: entities}}) == SHORT
    plain = [{"text": text} for _, text in SHORT]
    assert [text for _, text in said({"segments": plain, name: entities})] == [
        text for _, text in SHORT
    ]


@pytest.mark.parametrize("name", ["sentiments", "results"])
def test_sentences_with_their_sentiment_do_not_take_the_place_of_the_call(name):
    found_in_it = [("negative", SHORT[0][1]), ("neutral", SHORT[1][1])] * 2
    assert said({"messages": CHAT, name: found("label", found_in_it)}) == SHORT
    moods = [{"label": "neutral", "text": one["text"]} for one in MARKED]
    moods[1]["label"] = "negative"
    assert said({name: moods, "data": {"turns": MARKED}}) == CALL


def test_keywords_of_several_words_do_not_take_the_place_of_the_call():
    keywords = [
        ("환불", "환불 요청 접수 처리 안내"),
        ("환불", "환불 지연 안내 문의"),
        ("접수", "접수 완료"),
    ]
    assert said({"messages": CHAT, "keywords": found("label", keywords)}) == SHORT


def test_what_was_found_is_read_where_nothing_else_is_there():
    assert said({"summary": {"sentences": ["환불을 요청했습니다.", "접수했습니다."]}}) == [
        ("unknown", "환불을 요청했습니다."),
        ("unknown", "접수했습니다."),
    ]


def test_speakers_with_foreign_names_are_talk():
    chat = [("Sarah", "안녕하세요"), ("Tom", "환불해 주세요"), ("Sarah", "네 접수했습니다")]
    turns = [{"speaker": who, "text": text} for who, text in chat]
    got = read(json.dumps({"turns": turns, "results": found("label")})).utterances
    assert [(one.label, one.text) for one in got] == chat


def test_a_call_of_foreign_names_in_a_prompt_is_read_with_them():
    names = {"agent": "Sarah", "customer": "Tom"}
    turns = [{"speaker": names[side], "text": text} for side, text in CALL]
    asked = "\n".join(f"{names[side]}: {text}" for side, text in CALL)
    messages = [{"role": "system", "content": "요약해 주세요."}, {"role": "user", "content": asked}]
    got = read(json.dumps({"messages": messages, "transcript": turns})).utterances
    assert [(one.label, one.text) for one in got] == [(names[side], text) for side, text in CALL]


def test_an_object_with_what_each_side_says_is_two_turns():
    rows = [{"user": "환불해 주세요", "assistant": "네 접수했습니다"},
            {"user": "감사합니다", "assistant": ""}]  # fmt: skip
    assert said({"history": rows, "entities": found("type")}) == [
        *SHORT,
        ("customer", "감사합니다"),
    ]


CUT = [
    ("agent", "네 안녕하세요 한국통신"),
    ("agent", "상담사 김나래입니다"),
    ("customer", "인터넷이 어제부터"),
    ("customer", "자꾸 끊겨서 전화드렸는데"),
    ("agent", "아 그러셨군요 제가"),
    ("agent", "바로 확인을 해 보고"),
    ("agent", "처리해 드릴 테니까"),
    ("customer", "네 그럼 언제쯤"),
    ("customer", "기사님이 오시는지"),
    ("agent", "내일 오전 중에"),
    ("agent", "방문하도록 하겠습니다"),
]
WHOLE = " ".join(text for _, text in CUT)


@pytest.mark.parametrize(
    "whole",
    [WHOLE, WHOLE.replace("입니다", "입니다.").replace("는데", "는데요.").replace("네", "네,")],
)
@pytest.mark.parametrize(
    "labels", [("A", "B"), (0, 1), ("SPEAKER_00", "SPEAKER_01"), ("channel 0", "channel 1")]
)
def test_segments_cut_in_the_middle_of_sentences_have_their_speakers(whole, labels):
    names = dict(zip(("agent", "customer"), labels, strict=True))
    for field in ("speaker", "spk"):
        segments = [{field: names[side], "text": text} for side, text in CUT]
        assert said({"text": whole, "segments": segments}) == CUT
        assert [text for _, text in said({"text": whole, "segments": segments[:6]})] != [
            text for _, text in CUT[:6]
        ]


def test_the_names_of_both_sides_are_no_talk():
    calls = [{"agent": "김나래", "customer": "박도윤"}, {"agent": "김나래", "customer": "이하나"}]
    assert said({"messages": CHAT, "results": calls}) == SHORT


@pytest.mark.parametrize(
    "value",
    [
        {"engineA": {"turns": MARKED}, "engineB": {"turns": HEARD}},
        {"raw": MARKED, "normalized": [{"speaker": side, "text": text} for side, text in HEARD]},
        {"results": [{"engine": "A", "turns": MARKED},
                     {"engine": "B", "turns": [list(one) for one in HEARD]}]},
        [{"engine": "A", "segments": MARKED},
         {"engine": "B", "segments": [{"speaker": side, "text": text} for side, text in HEARD]}],
        {"A": {"turns": MARKED}, "B": {"turns": [list(one) for one in HEARD]}},
        {"1": MARKED, "2": [list(one) for one in HEARD]},
        {"channels": [{"segments": MARKED}, {"segments": [list(one) for one in HEARD]}]},
    ],
    ids=["engines", "edited", "results", "list", "letters", "numbers", "one microphone"],
)  # fmt: skip
def test_a_call_that_two_engines_heard_is_read_once(value):
    assert said(value) == CALL


def test_a_call_that_two_engines_heard_without_speakers_is_read_once():
    heard = [{"text": text} for _, text in HEARD]
    assert said([{"engine": "A", "segments": PLAIN}, {"segments": heard}]) == TEXTS
    whole, other = ("\n".join(one["text"] for one in texts) for texts in (PLAIN, heard))
    assert said([{"engine": "A", "text": whole}, {"engine": "B", "text": other}]) == TEXTS


def test_what_both_sides_repeat_is_read_of_each():
    agent = [(0, "공일공 일이삼사 오육칠팔 맞으세요"), (4, "네 카드는 정지했습니다")]
    customer = [(2, "네 공일공 일이삼사 오육칠팔요"), (6, "네 정지해 주셔서 감사합니다")]
    sides = [
        {"segments": [{"start": at, "text": text} for at, text in side]}
        for side in (agent, customer)
    ]
    assert len(said({"channels": sides})) == 4


GREETING = "네 감사합니다 하나은행 상담사 김나래입니다 무엇을 도와드릴까요"
WAIT = "네 고객님 확인해 드리겠습니다 잠시만 기다려 주세요"
LEGS = [
    [GREETING, "결제가 두 번 됐는데 확인 좀 해 주세요", WAIT, "여보세요 안 들려요"],
    [GREETING.replace("김나래", "이도윤"), "아까 전화했는데 끊어져서요 결제가 두 번 됐어요", WAIT,
     "네", "오만 원 결제가 두 건 확인되어 한 건 취소해 드렸습니다", "감사합니다"],
]  # fmt: skip
TRANSFER = [
    [GREETING, "카드 재발급이요", "담당 부서로 연결해 드리겠습니다"],
    [GREETING.replace("김나래", "이도윤"), "카드 재발급이요", "네 재발급 접수되었습니다"],
]
AGAIN = [
    [*(text for leg in TRANSFER for text in leg), WAIT, "네 알겠습니다", last]
    for last in ("연체 금액은 삼만 원입니다", "아까 그 건은 취소했습니다")
]


@pytest.mark.parametrize("legs", [LEGS, TRANSFER, AGAIN], ids=["cut off", "transfer", "again"])
def test_a_second_leg_of_a_call_is_read_though_it_begins_alike(legs):
    first, second = (
        [{"speaker": ("agent", "customer")[at % 2], "text": text} for at, text in enumerate(leg)]
        for leg in legs
    )
    whole = [text for leg in legs for text in leg]
    for value in (
        [{"turns": first}, {"turns": second}],
        {"1": {"turns": first}, "2": {"turns": second}},
        {"part1": first, "part2": second},
        {"calls": [{"id": 1, "utterances": first}, {"id": 2, "utterances": second}]},
    ):
        assert [text for _, text in said(value)] == whole


LONGER = [
    "네 하나은행 상담사 김나래입니다 무엇을 도와드릴까요",
    "신용카드를 잃어버려서 재발급 신청하려고요",
    "네 담당 부서로 확인해 보겠습니다 잠시만 기다려 주세요",
    "새 카드는 화요일까지 자택으로 보내 드리겠습니다",
    "네 감사합니다",
]
MISHEARD = [
    "네 하나은행 상담사 김나래입니다 무엇을 도와드릴까요",
    "시뇽가드를 이러버려서 제발금 신청하려고요",
    "네 단단 부서러 확인해 보겠습니다 잠시만 기다려 주세요",
    "새 카드는 하요이까지 자태그로 보내 드리겠습니다",
    "네 감사합니다",
]
SECOND = [
    LONGER[0].replace("김나래", "이도윤"),
    *LONGER[1:3],
    LONGER[3].replace("화요일", "토요일"),
    LONGER[4],
]


@pytest.mark.parametrize("labels", [None, ("agent", "customer"), ("A", "B")])
def test_words_of_which_another_engine_misheard_most_syllables_are_read_once(labels):
    one, other = (
        [{"text": text, **({"speaker": labels[at % 2]} if labels else {})}
         for at, text in enumerate(heard)] for heard in (LONGER, MISHEARD)
    )  # fmt: skip
    hidden = [{**turn, "text": turn["text"].replace("김나래", "○○○")} for turn in one]
    for again in (other, hidden):
        for value in (
            [{"engine": "A", "turns": one}, {"engine": "B", "turns": again}],
            {"1": one, "2": again},
            {"results": [{"engine": "A", "segments": one}, {"engine": "B", "segments": again}]},
        ):
            assert words(value) == " ".join(LONGER)


@pytest.mark.parametrize(
    "second",
    [
        SECOND,
        [*LONGER[:2], "네 취소했습니다", *LONGER[3:]],
        [*LONGER[:3], "네 기다릴게요", *LONGER[3:]],
        [*LONGER[:3], LONGER[3].replace("화요일까지", "오후 세 시쯤"), LONGER[4]],
        [LONGER[0], LONGER[1].replace("재발급", "한도 상향"), *LONGER[2:]],
    ],
)
def test_a_leg_whose_words_sound_otherwise_is_read_though_most_are_the_same(second):
    legs = [[{"text": text} for text in leg] for leg in (LONGER, second)]
    both = " ".join([*LONGER, *second])
    assert words([{"turns": leg} for leg in legs]) == words({"1": legs[0], "2": legs[1]}) == both


LIMIT = [
    "네 하나은행 상담사 김나래입니다 무엇을 도와드릴까요",
    "이체 한도를 삼만 원으로 바꿔 주세요",
    "네 삼만 원으로 접수해 드리겠습니다 맞으십니까",
    "네 맞아요 맞아요",
    "네 화요일 세 시까지 처리됩니다 감사합니다",
]


@pytest.mark.parametrize(
    "changed",
    [
        {"삼만": "사만"}, {"접수": "취소"}, {"화요일": "토요일"}, {"세 시": "네 시"},
        {"맞아요 맞아요": "아니요 아니요"}, {"처리됩니다": "처리 안 됩니다"},
        {"삼만": "팔만", "김나래": "김다래"}, {"삼만": "이만", "이체": "결제"},
    ],
    ids=str,
)  # fmt: skip
def test_calls_that_differ_in_a_number_a_day_or_a_no_are_both_read(changed):
    second = LIMIT
    for before, after in changed.items():
        second = [text.replace(before, after) for text in second]
    both = " ".join([*LIMIT, *second])
    legs = [[{"speaker": "상담사" if at % 2 == 0 else "고객", "text": text}
             for at, text in enumerate(leg)] for leg in (LIMIT, second)]  # fmt: skip
    for value in (
        [{"turns": leg} for leg in legs],
        {"calls": [{"id": at, "turns": leg} for at, leg in enumerate(legs)]},
        {"leg1": legs[0], "leg2": legs[1]},
        {"beforeTransfer": legs[0], "afterTransfer": legs[1]},
        {"ivr": legs[0], "agent": legs[1]},
    ):
        assert words(value) == both


def test_a_letter_x_hides_nothing():
    second = [text.replace("이체 한도", "Xbox 결제 카드") for text in LIMIT]
    value = [{"segments": [{"text": text} for text in leg]} for leg in (LIMIT, second)]
    assert words(value) == " ".join([*LIMIT, *second])


TERMS = [
    "지금부터 상품의 중요한 내용을 안내해 드리겠습니다 끝까지 들어 주시기 바랍니다",
    "보험료는 매달 삼만 이천 원이고 이십 년 동안 내시며 보장은 백 세까지 받으십니다",
    "암 진단을 받으시면 처음 한 번 삼천만 원을 드리고 갑상선암은 그 가운데 이십 퍼센트를 드립니다",
    "가입하신 날부터 구십 일이 지나야 보장이 시작되고 일 년 안에는 절반만 지급됩니다",
    "고혈압이나 당뇨로 최근 석 달 안에 병원에 가신 적이 있으면 꼭 말씀해 주셔야 합니다",
    "중도에 해지하시면 돌려받는 돈이 그동안 내신 보험료보다 적거나 없을 수 있습니다",
    "증권을 받으신 날부터 십오 일 안에는 언제든지 청약을 철회하실 수 있습니다",
    "설명이 부족했거나 약관을 받지 못하셨다면 석 달 안에 계약을 취소하실 수 있습니다",
    "상담 내용은 녹음되며 분쟁이 생기면 금융감독원에 조정을 신청하실 수 있습니다",
    "보험금을 청구하실 때에는 진단서와 신분증 사본을 앱이나 팩스로 보내 주시면 됩니다",
    "갱신할 때에는 나이와 손해율에 따라 보험료가 오를 수 있다는 점을 꼭 알아 두시기 바랍니다",
]
LAST = [
    ["잠깐만요 지금 누가 왔는데 이따가 다시 전화해 주실 수 있나요",
     "네 그럼 다섯 시에 다시 걸겠습니다"],
    ["작년에 위염 때문에 약을 한 달쯤 먹었는데 그것도 이야기해야 하나요",
     "네 그 내용은 심사부에 알리고 결과를 내일 오후까지 문자로 보내 드리도록 하겠습니다",
     "그리고 계좌는 농협에서 바꾸고 싶어요 우체국 통장으로 매달 이십오일에 빠지게 해 주세요"],
]  # fmt: skip


def test_a_long_leg_is_read_though_most_of_it_was_read_out_before():
    legs = [[*TERMS, *last] for last in LAST]
    turns = [[{"speaker": "agent", "text": text} for text in leg] for leg in legs]
    both = " ".join(text for leg in legs for text in leg)
    assert words([{"turns": one} for one in turns]) == both
    assert words({"part1": turns[0], "part2": turns[1]}) == both


def test_a_long_call_that_two_engines_heard_is_read_once():
    whole = [*TERMS, *LAST[1]]
    chance = random.Random(7)
    misheard = "".join(
        chance.choice("".join(whole)) if sign != " " and chance.random() < 0.1 else sign
        for sign in "\n".join(whole)
    ).split("\n")  # fmt: skip
    heard = [[{"speaker": "agent", "text": text} for text in leg] for leg in (whole, misheard)]
    assert words([{"engine": at, "turns": one} for at, one in enumerate(heard)]) == " ".join(whole)


ADDRESS = "서울시 강남구 역삼동 육백사십육 다시 일 번지"
FURTHER = "테헤란로 백이십삼 나래빌딩 십이 층 천이백일 호 앞 "
READ_BACK = [[f"{ADDRESS} 맞으신가요"], [f"네 {ADDRESS}예요"]]


@pytest.mark.parametrize("longer", ["", FURTHER])
def test_a_side_is_read_though_the_other_one_reads_it_back(longer):
    sides = [[longer + one for one in side] for side in READ_BACK]
    agent, customer = ([{"text": one} for one in side] for side in sides)
    texts = [text for side in sides for text in side]
    for value in (
        {"agent": agent, "customer": customer},
        {"channels": [{"segments": agent}, {"segments": customer}]},
        {"ch0": agent, "ch1": customer},
        {"results": {"channels": [{"alternatives": [{"transcript": one}]} for one in texts]}},
    ):
        assert words(value) == " ".join(texts)


def test_a_side_that_repeats_what_the_other_says_is_read():
    repeated = f"{FURTHER}{ADDRESS}"
    texts = [" ".join([repeated, *LEGS[0], *LEGS[1]]), repeated]
    sides = dict(zip(("agent", "customer"), ([{"text": one}] for one in texts), strict=True))
    assert words(sides) == " ".join(texts)


def test_one_speech_on_both_channels_is_read_once():
    turns = [{"text": text} for text in LEGS[0]]
    assert words({"agent": turns, "customer": turns}) == " ".join(LEGS[0])


@pytest.mark.parametrize("name", ["analysis", "translations"])
def test_what_is_noted_about_turns_does_not_take_their_place(name):
    english = ["How may I help you today, dear customer", "I lost my card and want to block it"]
    notes = [{"text": text} for text in english]
    if name == "translations":
        notes = [[{"lang": "en", **one}, {"lang": "ja", "text": "はい" * 9}] for one in notes]
    turns = [{**one, name: note} for one, note in zip(MARKED[:2], notes, strict=True)]
    assert said({"turns": turns}) == CALL[:2]


def test_words_with_speakers_of_the_last_result_replace_only_what_they_repeat():
    words = [{"word": word, "speakerTag": 1 + (side == "customer")}
             for side, text in CALL[2:] for word in text.split()]  # fmt: skip
    first = {"alternatives": [{"transcript": "여보세요"}]}
    last = {"alternatives": [{"transcript": " ".join(t for _, t in CALL[2:]), "words": words}]}
    assert [text for _, text in said({"results": [first, last]})] == [
        "여보세요", *(text for _, text in CALL[2:])]  # fmt: skip


HYPOTHESES = [
    "카드를 잃어버려서 정지하려고요",
    "카드를 잃어 버려서 정지 하려고요",
    "가드를 이러버려서 정지하려고요",
]


@pytest.mark.parametrize(
    "name", ["candidates", "alternatives", "hypotheses", "nBest", "translations", "variants"]
)
def test_one_of_several_versions_of_an_utterance_is_said(name):
    scored = [{"text": text, "confidence": 0.9 - at / 10} for at, text in enumerate(HYPOTHESES)]
    first = [("unknown", HYPOTHESES[0])]
    for versions in (scored, HYPOTHESES, scored[:2]):
        assert said({name: versions}) == first
        assert said({"results": [{name: versions}]}) == first
        assert said({"result": {name: versions}}) == first
    assert said({"results": [{"speaker": "고객", name: scored},
                             {"speaker": "고객", name: ["네 감사합니다", "네 감사"]}]}) == [
        ("customer", HYPOTHESES[0]), ("customer", "네 감사합니다")]  # fmt: skip


def test_the_surest_version_is_said_where_the_list_has_no_rank():
    scored = [{"text": text, "confidence": 0.7 + at / 10} for at, text in enumerate(HYPOTHESES)]
    assert said({"results": [{"candidates": scored}]}) == [("unknown", HYPOTHESES[-1])]
    for name in ("nBest", "alternatives", "hypotheses", "NBestResults"):
        assert said({"results": [{name: scored}]}) == [("unknown", HYPOTHESES[0])]


@pytest.mark.parametrize("name", ["alternatives", "candidates", "translations"])
@pytest.mark.parametrize("depth", [20, 200, 400])
def test_versions_of_versions_take_no_time(name, depth):
    deep = f'{{"{name}": [' * depth + '{"text": "네"}' + "]}" * depth
    received = f'{{"turns": [{{"text": "네 여보세요", "more": {deep}}}, {deep}]}}'
    assert [one.text for one in read(received).utterances][:1] == ["네 여보세요"]
