"""What a question is about is found in the call without a model."""

import time

import pytest

from edgebox.ask.evidence import choose
from edgebox.ask.readings import as_read
from edgebox.ask.retrieve import MOST, Index
from edgebox.ask.wanted import question_words, wants
from edgebox.reading.call import read

CALL = """상담사: 안녕하세요 한빛카드 고객센터 김서연입니다
고객: 카드를 잃어버렸어요 정지 좀 해주세요
상담사: 네 성함이 어떻게 되세요
고객: 김민지요
상담사: 확인되셨고요 바로 정지해 드렸습니다
고객: 재발급은 얼마나 걸려요
상담사: 영업일로 사흘 걸립니다 수수료는 오천 원이고요
고객: 주소가 바뀌었는데 서울시 마포구 월드컵로 12예요
상담사: 네 그 주소로 보내드리겠습니다
고객: 아 그리고 지난번에 산 청소기 환불은 언제까지 돼요
상담사: 칠 일 안에 신청하시면 됩니다 판매처 번호는 02-1234-5678이고요
고객: 없어요 감사합니다"""


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("환불 기한을 뭐라고 안내했지?", 10),
        ("재발급 며칠", 6),
        ("수수료얼마", 6),
        ("고객이 부른 주소 다시", 7),
        ("고객 이름이 뭐였지", 3),
        ("청소기 반품 언제까지?", 10),
        ("판매처 전화번호", 10),
        ("5,000원은 뭐야", 6),
        ("카드 분실 신고했나", 1),
    ],
)
def test_the_utterance_that_answers_is_among_the_first(question, place):
    found = Index(read(CALL).said).search(question).best
    assert place in [one.place for one in found[:3]]


@pytest.mark.parametrize("question", ["우산 대여 되나", "작년에 방문했었나", "?", "   "])
def test_what_the_call_does_not_name_is_not_found(question):
    findings = Index(read(CALL).said).search(question)
    assert not findings.best or not findings.words


def test_the_words_that_the_call_does_not_hold_are_known():
    findings = Index(read(CALL).said).search("재발급 쿠폰 얼마")
    assert (findings.words, findings.held) == ({"재발급", "쿠폰"}, {"재발급"})


def test_an_empty_call_and_one_utterance_can_be_searched():
    assert Index([]).search("환불").best == ()
    assert Index(read("고객: 환불이요").said).search("환불").best[0].place == 0


def test_a_long_call_is_searched_in_time():
    long = read("\n".join(CALL.splitlines() * 90)).said
    index = Index(long)
    began = time.monotonic()
    found = index.search("환불 기한을 뭐라고 안내했지?")
    assert time.monotonic() - began < 2  # ten milliseconds on a quiet machine
    assert len(found.best) == MOST


def test_what_a_question_asks_for():
    assert wants("수수료 얼마야").kinds == {"amount", "percent"}
    assert "date" in wants("언제 온대").kinds
    assert wants("고객이 말한 거").speaker == "customer"
    assert wants("뭐라고 안내했지").speaker == "agent"
    assert question_words("그거 뭐라고 안내했지?") == []


def shown_of(question, characters):
    reading = as_read(CALL)
    return choose(reading.places, reading.index.search(question), characters, None)


def test_a_short_call_is_shown_whole():
    shown = shown_of("환불", 10_000)
    assert shown.whole
    assert "중간 생략" not in shown.text
    assert len(shown.places) == 12


def test_of_a_long_one_the_best_utterances_and_their_neighbours_in_order():
    shown = shown_of("환불 기한", 170)
    numbers = [place.number for place in shown.places]
    assert not shown.whole
    assert numbers == sorted(numbers)
    assert {9, 10} <= set(numbers)
    assert "칠 일 안에" in shown.text
    assert len(shown.text) <= 260
    assert "(중간 생략)" in shown.text or numbers == list(range(numbers[0], numbers[-1] + 1))


def test_the_numbers_are_those_of_the_call_as_it_was_read():
    call = "[통화 연결음]\n시스템: 상담원을 연결합니다\n고객: 환불이요\n상담사: 칠 일 안에 됩니다"
    reading = as_read(call)
    for place in reading.places:
        assert read(call).utterances[place.number] == place.utterance
