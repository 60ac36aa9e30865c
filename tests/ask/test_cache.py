"""An answer is given again to the same question of the same client only, and not for long."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.ask.cache import LARGEST, AnswerCache, normalised
from edgebox.ask.question import Answer, Question

ASKED = Question("환불은 7일 안에 가능한가요?", "고객: 환불요", 0.0, 15.0, client_id="a")
CLEAN = Answer("success", "됩니다. [1]", "mid", None)


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def cache(clock):
    return AnswerCache(3, 60, clock)


def known(cache, question, models="m"):
    return cache.get(cache.key(question, models))


def put(cache, question, answer=CLEAN):
    cache.put(cache.key(question, "m"), answer)


def test_the_same_question_is_known_with_its_age(cache, clock):
    put(cache, ASKED)
    clock.now += 12
    assert known(cache, ASKED) == replace(CLEAN, age=12.0)
    again = replace(ASKED, text="  환불은 7일  안에 가능한가요", arrived=9.0)
    assert known(cache, again) is not None


@pytest.mark.parametrize(
    "other",
    [
        "환불은 7일 안에 불가능한가요?",
        "환불은 17일 안에 가능한가요?",
        "환불은 14일 안에 가능한가요?",
        "환불은 7일 뒤에 가능한가요?",
        "환불은 안 되나요?",
        "환불은 7일 안에 가능한가요? 아니면",
    ],
)
def test_the_opposite_question_or_another_digit_is_not(cache, other):
    put(cache, ASKED)
    assert known(cache, replace(ASKED, text=other)) is None


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "b"},
        {"consultation_id": "x"},
        {"transcript": "고객: 환불요 "},
        {"history": (("a", "b"),)},
        {"deadline": 14.0},
        {"sources": frozenset({"general"})},
        {"call_date": date(2026, 1, 2)},
    ],
)
def test_whatever_else_the_answer_depends_on_makes_another_one(cache, change):
    put(cache, ASKED)
    assert known(cache, replace(ASKED, **change)) is None
    assert known(cache, ASKED, models="another") is None


questions = st.builds(
    Question,
    text=st.text(min_size=1, max_size=12),
    transcript=st.text(max_size=4),
    arrived=st.just(0.0),
    deadline=st.sampled_from([10.0, 15.0]),
    client_id=st.sampled_from(["a", "b", "ab", ""]),
    consultation_id=st.sampled_from(["", "a", "b"]),
    history=st.lists(st.tuples(st.text(max_size=2), st.text(max_size=2)), max_size=2).map(tuple),
)


@given(questions, questions)
def test_two_keys_are_equal_only_if_everything_is(one, other):
    cache = AnswerCache(3, 60, Clock())
    same = (
        (one.client_id, one.consultation_id, one.transcript, one.history, one.deadline)
        == (other.client_id, other.consultation_id, other.transcript, other.history, other.deadline)
    ) and normalised(one.text) == normalised(other.text)
    assert (cache.key(one, "m") == cache.key(other, "m")) == same


def test_it_is_forgotten_after_its_time(cache, clock):
    put(cache, ASKED)
    clock.now += 61
    assert known(cache, ASKED) is None
    assert len(cache) == 0


def test_the_one_that_was_used_longest_ago_goes_first(cache):
    made = [replace(ASKED, text=f"질문 {letter}") for letter in "가나다라"]
    for one in made[:3]:
        put(cache, one)
    assert known(cache, made[0]) is not None
    put(cache, made[3])
    assert [known(cache, one) is not None for one in made] == [True, False, True, True]


@pytest.mark.parametrize(
    "answer",
    [
        replace(CLEAN, status="partial"),
        replace(CLEAN, status="no_evidence"),
        replace(CLEAN, flags=("no_citation",)),
        replace(CLEAN, general=True),
        replace(CLEAN, markdown="가" * LARGEST),
    ],
)
def test_only_a_clean_answer_is_kept(cache, answer):
    put(cache, ASKED, answer)
    assert len(cache) == 0


def test_none_is_kept_where_none_may_be(clock):
    cache = AnswerCache(0, 60, clock)
    put(cache, ASKED)
    assert len(cache) == 0


def test_all_together_keep_within_their_room(clock):
    cache = AnswerCache(100_000, 60, clock)
    for number in range(1200):
        put(cache, replace(ASKED, text=f"질문 {number}"), replace(CLEAN, markdown="a" * 32_000))
    assert len(cache) == 32 * 1024 * 1024 // 32_000
