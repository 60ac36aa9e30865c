"""An example leaked only if it says what the call does not."""

import pytest

from edgebox.consultation.prompts import EXAMPLE_WORDS, SUMMARY_EXAMPLES, example_texts
from edgebox.scoring.leak import leaks_example

SHOES = (
    "고객: 운동화를 시켰는데 사이즈가 작아요 교환하고 싶어요\n"
    "상담사: 이백오십으로 교환 접수해 드렸고 월요일에 회수합니다"
)
AIRCON = (
    "고객: 에어컨이 하나도 안 시원해요 수리 좀 받고 싶은데요\n"
    "상담사: 내일 오전 열 시에 기사님이 방문하셔서 무상으로 점검해 드리겠습니다"
)
YOGA = (
    "고객: 요가 회원권을 중간에 그만두고 싶은데 얼마나 돌려받아요\n"
    "상담사: 두 달 남으셔서 위약금 빼고 이십만 원 환불되고 닷새 안에 입금됩니다\n"
    "고객: 해지해 주세요\n상담사: 해지 접수해 드렸습니다"
)
GAS = (
    "고객: 보일러에서 물이 새요 어제부터요\n"
    "상담사: 모레 오후 두 시에 기사님이 방문하시고 수리비는 삼만 원입니다"
)
PURIFIER = (
    "고객: 정수기에서 물이 계속 새요 그제부터요\n"
    "상담사: 내일 오전 열 시에 기사님이 방문하시고 무상 수리입니다"
)
_WATER = (
    (
        "고객: 어 저기 정수기에서 물이 계속 새는데요\n"
        "상담사: 네 불편 드려 죄송합니다 언제부터 그러셨어요\n"
        "고객: 그제부터요 바닥이 다 젖었어요\n"
        "상담사: 내일 오전 열 시에 기사님이 방문하시고 수리비는 무상입니다\n"
        "고객: 네 알겠습니다"
    ),
    (
        "고객이 그제부터 정수기에서 물이 샌다고 문의했고, 내일 오전 10시에 "
        "기사가 방문해 무상으로 수리하기로 했습니다."
    ),
)
_GYM = (
    (
        "상담사: 네 고객센터입니다\n"
        "고객: 회원권을 중간에 그만두면 얼마나 돌려받아요\n"
        "상담사: 석 달 남으셔서 위약금 빼고 십이만 원 환불됩니다\n"
        "고객: 그럼 해지해 주세요\n"
        "상담사: 네 해지 접수했고 사흘 안에 입금됩니다"
    ),
    (
        "고객이 회원권 중도 해지를 요청했고, 위약금을 뺀 12만 원이 사흘 안에 "
        "입금되도록 해지가 접수됐습니다."
    ),
)
ANALYSED = (
    "회원권을 중도에 해지하면 환불이 얼마인지 묻고 해지를 요청했습니다.\n"
    "석 달이 남아 위약금을 빼고 12만 원이 환불된다고 안내했습니다.\n"
    "해지가 접수됐고 12만 원이 사흘 안에 입금될 예정입니다.\n회원권 중도 해지와 12만 원 환불 접수"
)
EVERYDAY = (*("\n".join(pair) for pair in (_WATER, _GYM)), ANALYSED)
"""Examples as they happen in many calls, which is harder than rare ones."""
WATER, GYM = _WATER[1], _GYM[1]
OWN = (
    (
        "고객: 어항 여과기 소음이 커요\n상담사: 수요일 저녁에 택배로 새 부품을 보내 드립니다",
        "고객이 어항 여과기의 소음을 문의했고, 수요일 저녁에 택배로 새 부품을 보내기로 했습니다.",
    ),
    (
        "고객: 악기 대여 연장이요\n상담사: 첼로 대여를 두 달 연장하고 사만 원 결제했습니다",
        "고객이 첼로 대여 연장을 요청했고, 두 달 연장하고 4만 원을 결제했습니다.",
    ),
)


@pytest.mark.parametrize(
    ("text", "transcript"),
    [
        (
            "고객이 에어컨 고장을 문의했고, 내일 오전 10시에 기사가 방문해 점검하기로 했습니다.",
            AIRCON,
        ),
        ("내일 오전 10시에 기사가 방문해 무상으로 점검하기로 했습니다.", AIRCON),
        ("내일 오전 10시에 기사가 방문해 무상으로 수리하기로 했습니다.", AIRCON),
        (
            (
                "고객이 요가 회원권 중도 해지를 요청했고, 위약금을 뺀 20만 원이 닷새 안에 "
                "입금되도록 해지가 접수됐습니다."
            ),
            YOGA,
        ),
        ("고객이 회원권 중도 해지를 요청했고 해지가 접수됐습니다.", YOGA),
        ("20만 원이 닷새 안에 입금되도록 해지가 접수됐습니다.", YOGA),
        ("해지가 접수됐고 20만 원이 닷새 안에 입금될 예정입니다.", YOGA),
        ("회원권을 중도에 해지하면 환불이 얼마인지 묻고 해지를 요청했습니다.", YOGA),
        ("고객이 보일러에서 물이 샌다고 문의했고, 기사가 방문해 수리하기로 했습니다.", GAS),
        ("모레 오후 2시에 기사가 방문해 3만 원에 수리하기로 했습니다.", GAS),
        (WATER, PURIFIER),
        ("고객이 그제부터 정수기에서 물이 샌다고 문의했고", PURIFIER),
        ("고객이 운동화 교환을 요청했고, 월요일에 회수하기로 했습니다.", SHOES),
        ("상담사가 안내했습니다.", SHOES),
        ("해지가 접수됐습니다.", YOGA),
        ("통화 내용이 없습니다.", SHOES),
        ("", SHOES),
    ],
)
def test_a_right_summary_worded_as_an_example_is_no_leak(text, transcript):
    assert not leaks_example(text, transcript, EVERYDAY)


@pytest.mark.parametrize(
    ("text", "transcript"),
    [
        (WATER, SHOES),
        (GYM, SHOES),
        (WATER, YOGA),
        (GYM, AIRCON),
        (GYM, YOGA),  # its own amount and days
        ("고객이 그제부터 정수기에서 물이 샌다고 문의했습니다.", SHOES),
        ("고객이 운동화 교환을 요청했고, 내일 오전 10시에 기사가 방문해 처리합니다.", SHOES),
        ("내일 오전 10시에 기사가 방문해 무상으로 수리합니다.", SHOES),
        ("정수기 누수로 기사 방문 예약, 무상 수리 예정임.", SHOES),
        ("고객이 회원권 중도 해지를 요청했고 위약금을 뺀 금액이 입금됩니다.", SHOES),
        ("위약금을 뺀 12만 원이 사흘 안에 입금되도록 해지가 접수됐습니다.", SHOES),
        ("위약금을 뺀 12만 원이 사흘 안에 입금되도록 접수했습니다.", YOGA),
        ("석 달이 남아 위약금을 빼고 12만 원이 환불된다고 안내했습니다.", SHOES),
        ("운동화를 교환하기로 했습니다. 정수기에서 물이 새서 기사가 방문해 수리합니다.", SHOES),
        ("회원권을 중도에 해지하면 환불이 얼마인지 묻고 해지를 요청했습니다.", SHOES),
        ("회원권 해지와 위약금 환불을 안내했습니다.\0운동화 교환", GAS),
    ],
)
def test_what_only_an_example_says_is_a_leak(text, transcript):
    assert leaks_example(text, transcript, EVERYDAY)


@pytest.mark.parametrize("example", OWN)
@pytest.mark.parametrize("transcript", [SHOES, AIRCON, YOGA, GAS])
def test_an_example_of_any_content_is_found_in_every_other_call_and_not_in_its_own(
    example, transcript
):
    texts = [f"{one}\n{answer}" for one, answer in OWN]
    call, answer = example
    assert leaks_example(answer, transcript, texts)
    for clause in answer.split(", "):
        assert leaks_example(clause, transcript, texts)
    assert not leaks_example(answer, call, texts)


@pytest.mark.parametrize("transcript", [SHOES, AIRCON, YOGA, GAS])
def test_the_prompts_own_examples_are_found_in_every_call(transcript):
    for _, answer in SUMMARY_EXAMPLES:
        assert leaks_example(answer, transcript, example_texts())


CARD = (
    "상담사: 한빛카드입니다\n고객: 카드를 잃어버려서 정지해 주세요\n"
    "상담사: 네 정지됐고 재발급은 삼 일 걸립니다\n고객: 감사합니다"
)
PIANO = (
    "상담사: 네 악기점입니다\n고객: 피아노 조율 비용이 얼마예요\n상담사: 십이만 원입니다\n"
    "고객: 그럼 접수해 주세요\n상담사: 네 이십일에 방문합니다"
)
RESTAURANT = (
    "고객: 식당 예약 인원을 늘리고 싶은데요\n상담사: 몇 분이세요\n고객: 네 명에서 여섯 명이요\n"
    "상담사: 네 여섯 명으로 변경했습니다"
)
EXCHANGED = """
고객이 맡긴 피아노의 현 교체 비용을 문의했고, 교체하기로 접수해 찾아가기로 했습니다.
고객이 맡긴 카드의 현 교체 비용을 문의했고, 36줄을 94만 원에 교체하기로 했습니다.
고객이 식당 야간 관측 예약을 늘려 달라고 했으나 돔 정원이 차서 예약을 그대로 두기로 했습니다.
맡긴 카드의 현을 모두 갈면 얼마인지 묻고 교체를 요청했습니다.
12만 원이고 조율비는 따로 없다고 안내했습니다.
카드 교체가 접수됐고 고객이 찾아갈 예정입니다.
현 교체가 접수됐고 고객이 찾아갈 예정입니다.
하프 현 교체 접수
하프_현교체_비용
카드_현교체_비용
고객이 악기 공방에 하프를 맡겼습니다.
현을 다 갈아 달라고 요청했습니다.
고객이 천문대 야간 관측 예약 취소를 요청했습니다.
고객이 카드를 정지했습니다. 고객이 천문대 예약을 늘려 달라고 했습니다.
돔 정원이 차서 8명 예약을 유지하기로 했습니다.
정원이 차서 어려워 예약을 그대로 두기로 했습니다.
"""


@pytest.mark.parametrize("call", [CARD, PIANO, RESTAURANT])
def test_an_example_with_a_noun_exchanged_has_leaked(call):
    missed = [
        line
        for line in EXCHANGED.strip().split("\n")
        if not leaks_example(line, call, example_texts())
    ]
    assert missed == []


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (CARD, "카드 정지가 접수됐고 재발급은 3일 걸릴 예정입니다."),
        (CARD, "고객의 표현을 확인했고 현 주소로 재발급 카드를 보내기로 했습니다."),
        (PIANO, "조율이 접수됐고 상담사가 20일에 방문할 예정입니다."),
        (PIANO, "고객이 피아노 조율 비용을 문의했고, 12만 원에 조율하기로 접수했습니다."),
        (RESTAURANT, "고객이 식당 예약을 4명에서 6명으로 늘려 달라고 했고 변경하기로 했습니다."),
        ("고객: 바이올린 현이 끊어져서요\n상담사: 교체하시면 이만 원입니다",
         "현을 2만 원에 교체하기로 했습니다."),
        ("고객: 냉장고 교체한 거 찾아갈게요\n상담사: 교체 접수됐습니다",
         "교체가 접수됐고 고객이 찾아갈 예정입니다."),
        ("고객: 천문대 예약한 거 취소요 별 관측이요\n상담사: 취소했습니다",
         "천문대 관측 예약을 취소했습니다."),
    ],
)  # fmt: skip
def test_what_the_call_bears_out_has_not_leaked_whatever_the_examples_say(call, text):
    assert not leaks_example(text, call, example_texts())


_ALIKE = """
고객: 캠핑장 예약한 거 인원을 늘리고 싶은데요 네 명에서 여섯 명이요
상담사: 사이트 정원이 다섯 명이라 추가는 어렵습니다
고객: 그럼 그냥 네 명으로 둘게요
= 고객이 캠핑장 예약을 4명에서 6명으로 늘려 달라고 했으나, 사이트 정원이 5명이라
= 어려워 4명 예약을 그대로 두기로 했습니다.

고객: 돌잔치 예약한 거 인원을 늘리고 싶은데요 여덟 명에서 열세 명이요
상담사: 룸 정원이 열 명이라 추가는 어렵습니다
고객: 그럼 그냥 여덟 명으로 둘게요
= 고객이 예약 인원을 8명에서 13명으로 늘려 달라고 했으나, 정원이 10명이라 어려워
= 8명 예약을 그대로 두기로 했습니다.

고객: 이불 맡긴 거 솜을 갈면 얼마죠
상담사: 팔만 원이고요 세탁비는 안 받아요
고객: 그럼 갈아 주세요
상담사: 이십일 찾으러 오세요
= 맡긴 이불의 솜 교체 비용을 문의했고, 8만 원에 교체하기로 접수해 20일에 찾아가기로
= 했습니다.

고객: 노트북 배터리 바꾸는 데 얼마 들어요
상담사: 십이만 원이고 공임비 포함입니다
= 12만 원이고 공임비는 따로 없다고 안내했습니다.

고객: 고척돔 콘서트 표 환불되나요
상담사: 공연 사흘 전까지만 됩니다
= 고객이 돔 콘서트 표의 환불을 문의했고 3일 전까지만 된다고 안내했습니다.
"""


@pytest.mark.parametrize("row", _ALIKE.strip().split("\n\n"))
def test_a_call_that_goes_as_an_example_does_may_be_told_as_the_example_is(row):
    lines = row.split("\n")
    call = "\n".join(line for line in lines if line[0] != "=")
    text = " ".join(line[2:] for line in lines if line[0] == "=")
    assert not leaks_example(text, call, example_texts())
    assert leaks_example(text, CARD, example_texts())


def test_the_rare_words_are_those_of_the_examples():
    said = "".join("".join(pair) for pair in SUMMARY_EXAMPLES)
    written = " ".join(example_texts()[: -len(EXAMPLE_WORDS)])
    assert all(word.rstrip("을의") in f"{said} {written}" for word in EXAMPLE_WORDS)
    assert example_texts()[-len(EXAMPLE_WORDS) :] == EXAMPLE_WORDS
