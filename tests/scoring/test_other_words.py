"""Results and claims in other words than the call's, and those of which it says nothing."""

from __future__ import annotations

import pytest

from edgebox.language.things import things
from edgebox.reading.call import read
from edgebox.scoring.outcome import tells_an_act
from edgebox.scoring.quality import score
from edgebox.scoring.types import Analysis, Summary, Titles
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


def _flags(customer, agent, result):
    analysis = Analysis(
        summary=Summary(customer=customer, agent=agent, result=result),
        keywords=["안마의자", "수리"],
        titles=Titles(keyword="안마의자_수리", descriptive="안마의자 다리 고장"),
    )
    return score(analysis, read(CHAIR)).flags


OTHERWISE = "고쳐 주러 가기로 하고 그동안 값은 그대로 치르게 함"


def test_a_colleague_in_free_words_says_how_a_call_ended():
    flags = _flags(
        "안마의자가 시원찮아 속상해하며 돈을 덜 내고 싶어 함",
        "기사님이 손봐 주되 값을 덜어 주지는 못한다고 함",
        OTHERWISE,
    )
    assert "no_outcome" not in flags


def test_a_result_without_the_words_that_the_rest_of_its_record_has_is_of_no_call():
    flags = _flags(
        "안마의자 다리 쪽이 안 움직인다며 렌탈료를 빼 달라고 함",
        "에어펌프 고장일 수 있어 기사 방문이 필요하고 수리비는 없다고 안내함",
        OTHERWISE,
    )
    assert "no_outcome" in flags


@pytest.mark.parametrize(
    "result",
    [
        "고객이 안내를 받고 통화를 마쳤습니다.",
        "환불 관련 문의에 대해 상담이 진행됨",
        "요금 문의에 대한 답변을 들음",
        "관련 절차를 안내받고 종료",
        "해지를 문의하고 위약금을 안내받았습니다.",
        "이야기를 나누고 통화가 끝났다",
        "양측이 원만히 대화를 마침",
    ],
)
def test_what_was_asked_and_explained_is_no_act(result):
    assert not tells_an_act(result)


@pytest.mark.parametrize(
    "result",
    [
        "접수 완료",
        "다시 전화하기로 함",
        "확인 후 다시 연락 주기로 함",
        "통화 중에 인증 문제가 풀렸고 자료도 제대로 나타났습니다",
        "리콜 접수 없이 안내만 하고 끝남",
        "위약금이 없다고 안내함",
        "결론 없이 끝남",
    ],
)
def test_what_was_agreed_or_came_of_it_is_an_act(result):
    assert tells_an_act(result)


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


@pytest.mark.parametrize(
    ("result", "flagged"),
    [
        ("렌탈료 감면은 적용되지 않음", False),
        ("수리비 부과 없이 조치됨", False),
        ("안마의자 수리가 접수됨", False),
        ("화물차가 새것을 싣고 오기로 함", True),
    ],
)
def test_a_result_that_denies_in_words_of_the_call_says_how_it_ended(result, flagged):
    flags = _flags(
        "안마의자 다리 쪽이 안 움직인다며 렌탈료를 빼 달라고 함",
        "에어펌프 고장일 수 있어 기사 방문이 필요하고 수리비는 없다고 안내함",
        result,
    )
    assert ("no_outcome" in flags) is flagged
