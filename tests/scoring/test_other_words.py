"""Results and claims in other words than the call's, and those of which it says nothing."""

from __future__ import annotations

import pytest

from edgebox.language.things import things
from scoring.outcomes import flags_of

CHAIR = (
    "고객: 안마의자 다리 쪽이 안 움직여요 공기가 안 차는 느낌이에요\n"
    "상담사: 에어펌프 고장일 수 있어서 기사 방문이 필요합니다 수리비는 없어요\n"
    "고객: 고장 나서 못 쓴 기간은 렌탈료 빼 주세요\n"
    "상담사: 이 주 넘게 수리가 안 되면 감면이 되는데 그전에는 안 됩니다\n"
    "고객: 그럼 쿠폰이라도 주세요\n"
    "상담사: 필터 할인 쿠폰밖에 없는데 안마의자에는 못 쓰세요\n"
    "고객: 됐어요 그건 화요일로 잡아 주세요\n"
    "상담사: 네 화요일 오후로 접수했고 기사님이 출발 전에 전화드릴 거예요\n"
    "고객: 네\n"
)
PARTY = (
    "상담원: 예약자 성함이요\n고객: 생일 파티 예약인데 애들이 늘었어요\n"
    "상담원: 토끼방은 열 명까지라 코끼리방으로 옮기셔야 해요\n고객: 더 비싸요?\n"
    "상담원: 삼만 원 차이인데 그건 받아야 돼요\n고객: 할 수 없죠 뭐\n"
    "상담원: 그럼 옮겨 드렸고요 풍선은 저희가 해 드려요 따로 안 내셔도 되고요\n고객: 네\n"
)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (CHAIR, "수리비는 들지 않지만 렌탈료는 깎이지 않음"),
        (CHAIR, "못 쓴 날은 쳐 주지 않고 와서 손보기로"),
        (CHAIR, "고쳐 주되 값은 그대로 치러야 함"),
        (PARTY, "넓은 데로 가고 그만큼 더 치르기로 함"),
        (PARTY, "하던 대로 함"),
        (PARTY, "다음에 다시 걸기로"),
        (CHAIR, "그냥 두기로"),
        (PARTY, "큰 방으로 바뀜. 풍선은 거저 얻음"),
    ],
)
def test_a_result_in_other_words_is_an_outcome(call, result):
    assert not {"no_outcome", "invented_claim"} & set(flags_of(call, result))


@pytest.mark.parametrize("call", [CHAIR, PARTY])
@pytest.mark.parametrize(
    "result",
    [
        "상담이 종료되었습니다.",
        "고객이 감사 인사를 하고 전화를 끊음",
        "문의에 친절하게 응대하고 통화를 마침",
        "궁금한 점이 모두 해소됨",
        "불편 사항을 듣고 상담을 마무리함",
        "고객 문의에 대해 안내를 완료했습니다.",
        "서로 고맙다는 말을 나눔",
        "안내를 듣고 수긍함",
        "문의 내용을 확인하고 도움을 드림",
        "별다른 문제 없이 대화를 끝냄",
        "고객 불만을 경청하고 공감함",
        "고객이 알겠다고 하고 끊음",
    ],
)
def test_talk_about_the_talk_is_no_outcome(call, result):
    assert "no_outcome" in flags_of(call, result)


@pytest.mark.parametrize(
    "claim",
    [
        "성탄 전날 묵을 방을 물러야 하는 사정이 생겼다고 했습니다.",
        "손보러 올 때까지 참고 기다리는 수밖에 없다며 달랬습니다.",
        "날씨 걱정으로 가려던 곳을 물리고 싶어 한 손님이었습니다.",
        "까닭을 찬찬히 일러 주고 나중에 다시 해 볼 수 있으나 장담은 못 한다고 했습니다.",
        "얼른 들여다봐 달라며 애태우는 분을 다독였습니다.",
    ],
)
def test_other_verbs_are_no_invention(claim):
    assert "invented_claim" not in flags_of(CHAIR, claim)


@pytest.mark.parametrize("call", [CHAIR, PARTY])
@pytest.mark.parametrize(
    "claim",
    [
        "비즈니스 좌석 승급권과 공항 라운지 이용권을 증정함",
        "청약 통장 신규 개설과 신용카드 발급을 권유함",
        "경찰 유실물 신고와 폐쇄회로 영상 제공을 대행함",
        "평생 멤버십 혜택과 사은품 상품권을 제공하기로 했습니다.",
        "시력 교정 수술과 안과 무료 검진을 연결해 줌",
    ],
)
def test_things_of_which_the_call_says_nothing_are_invented(call, claim):
    assert "invented_claim" in flags_of(call, claim)


def test_things_are_nouns_without_particles():
    named = things("공항 라운지 이용권을 받아 친구에게 넘기고 화분과 예매 내역은 그대로 둠")
    assert list(named) == ["공항", "라운지", "이용권", "화분", "예매"]


@pytest.mark.parametrize(
    "text", ["들어가 보라고 함", "물러야 하는 방으로 옮김", "갚은 뒤 올라가 볼 수 있다고 했습니다"]
)
def test_verbs_are_no_things(text):
    assert list(things(text)) == []
