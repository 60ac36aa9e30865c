"""Names that are known by the words around them, or by all but one of their syllables."""

from __future__ import annotations

import pytest

from edgebox.language.frames import misframed
from edgebox.language.lost import lost_or_added
from edgebox.language.misheard import misheard
from edgebox.language.vocabulary import Vocabulary
from edgebox.language.words import squeeze

PLACES = (
    "네 홍대 주차장에 있는 하늘색 차 맞으시죠\n예비 타이어는 별도 비용이에요\n"
    "동백 코스로 할게요 동백 코스요\n마포 지점도 되고요\n"
)
THINGS = (
    "라일락 셔링 원피스요 이월에 받았어요\n가입하신 한마음 든든종신이시죠\n"
    "자꾸 늦게 들어오시는 선생님이요\n이 옷은 전체 안감이 달라요\n"
)


def _vocabulary(said: str) -> Vocabulary:
    return Vocabulary(said, squeeze(said))


@pytest.mark.parametrize(
    ("said", "text", "name"),
    [
        (PLACES, "홍제 주차장의 차를 바꿔 줌", "홍제"),
        (PLACES, "동박 코스로 예약함", "동박"),
        (PLACES, "동벽 코스를 취소함", "동벽"),
        (PLACES, "목포 지점에서 처리함", "목포"),
        (THINGS, "라일락 셔틀 원피스의 반품을 원함", "셔틀"),
        (THINGS, "라일락 셔츠 원피스를 받음", "셔츠"),
        (THINGS, "한마음 튼튼종신을 해지하려 함", "튼튼종신을"),
        (THINGS, "한마음 탄탄종신 보험을 깨려 함", "탄탄종신"),
    ],
)
def test_another_name_in_the_same_place_is_found(said, text, name):
    assert list(misframed(text, _vocabulary(said))) == [name]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (PLACES, "홍대 주차장의 차를 바꿔 줌"),
        (PLACES, "공영 주차장이 가깝다고 안내함"),
        (PLACES, "전체 코스와 당일 코스를 설명함"),
        (PLACES, "별로 비용이 들지 않음"),
        (PLACES, "예쁜 타이어를 원함"),
        (PLACES, "여섯 타이어와 나갈 비용"),
        (PLACES, "빌릴 코스와 내릴 지점을 확인함"),
        (PLACES, "가까운 지점에서 처리함"),
        (THINGS, "라일락 색 원피스의 반품을 원함"),
        (THINGS, "한마음 종신보험을 해지하려 함"),
        (THINGS, "자꾸 늦게 들어온 수업을 보충함"),
        (THINGS, "전부 안감이 다르다고 함"),
        ("부페 예약이요\n네 부페 예약요", "뷔페 예약함"),
        ("자켓 교환이요\n네 자켓 교환요", "재킷 교환 접수함"),
    ],
)
def test_other_true_words_in_the_same_place_are_no_names(said, text):
    assert list(misframed(text, _vocabulary(said))) == []


SHOPS = (
    "맑은샘정수기 고객센터입니다\n"
    "은하수치킨에서 시켰고 새벽별항공 탔고 구름호텔에 묵었고 한빛은행 서초지점 갔어요\n"
    "산들펫병원이요\n"
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("맑은정수기 수리를 접수함", "맑은정수기"),
        ("은하치킨에서 주문함", "은하치킨에서"),
        ("새벽항공을 이용함", "새벽항공을"),
        ("구름빛호텔에 묵음", "구름빛호텔에"),
        ("산들병원을 방문함", "산들병원을"),
        ("한빛솔은행에 갔음", "한빛솔은행에"),
    ],
)
def test_a_lost_or_added_syllable_is_found(text, name):
    assert list(lost_or_added(text, _vocabulary(SHOPS))) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "맑은샘 정수기 수리를 접수함",
        "구름호텔 숙박과 새벽별 항공권을 문의함",
        "한빛은행지점에서 처리함",
        "은하수 치킨과 산들펫 병원을 확인함",
        "국민은행과 동물병원을 방문함",
        "정수기를 수리함",
    ],
)
def test_a_name_in_another_spacing_is_none(text):
    said = _vocabulary(SHOPS)
    assert [*lost_or_added(text, said), *misheard(text, said)] == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("새벽달 항공을 이용함", "새벽달항공을"),
        ("한밭 은행을 방문함", "한밭은행을"),
        ("구름 호탤에 묵고 구른 호텔을 나옴", "구른호텔을"),
    ],
)
def test_a_wrong_name_written_apart_is_found(text, name):
    assert name in list(misheard(text, _vocabulary(SHOPS)))


def test_a_short_name_said_once_before_its_word_is_known_by_it():
    said = _vocabulary("코핀 소파 다리가 부러졌어요\n네\n그래요\n네\n")
    assert list(misframed("코판 소파의 다리를 고침", said)) == ["코판"]
    assert list(misframed("코핀 소파의 다리를 고치고 나갈 소파를 봄", said)) == []


def test_what_answers_a_question_for_a_name_is_one():
    said = _vocabulary(
        "캐릭터명이 어떻게 되시나요?\n눈꽃마녀요. 서버는 아르카.\n네\n그래요\n네\n네\n"
    )
    assert list(misheard("눈꽃마법 캐릭터의 정지를 풀어 달라고 함", said)) == ["눈꽃마법"]
    assert list(misheard("눈꽃마녀 캐릭터의 정지를 풀어 달라고 함", said)) == []


def test_a_name_that_ends_like_a_particle_is_whole():
    said = _vocabulary("달맞이역에서 새롬마을까지요\n저녁에 새롬마을로 가져다주신대요\n")
    assert list(misheard("새론마을로 가방을 가져다줌", said)) == ["새론마을로"]


def test_keywords_are_compared_with_names_only():
    said = _vocabulary("맑은샘정수기 고객센터입니다\n배송물이 왔는데 선물이에요\n배송물이요\n네\n")
    assert list(misheard("맑은생정수기\n배선물", said, listed=True)) == ["맑은생정수기"]
