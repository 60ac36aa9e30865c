"""What fits, what is dropped, and that nothing is lost silently."""

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edgebox.consultation.budget import (
    ASK_TOKENS,
    GAP,
    LEAST_WORTH,
    PromptLength,
    Reading,
    needed,
    parts,
    plan_reading,
    shorten,
)
from edgebox.consultation.excerpts import LONGEST_CUT
from edgebox.language import landmarks
from edgebox.reading.call import read, render

LINES = [
    f"{'고객' if i % 2 else '상담사'}: {i}번째 말씀입니다 네 그렇게 하겠습니다" for i in range(60)
]
TEXT = "\n".join(LINES)


def test_a_transcript_that_fits_is_untouched():
    utterances = read(TEXT).said
    kept = shorten(utterances, len(TEXT), 10_000)
    assert kept.text == render(utterances)
    assert kept.characters_used == len(TEXT)


def test_the_middle_goes_first_and_whole_utterances_stay():
    kept = shorten(read(TEXT).said, len(TEXT), 400)
    lines = kept.text.split("\n")
    assert lines[0] == LINES[0]
    assert lines[-1] == LINES[-1]
    gap = lines.index(GAP)
    assert lines[:gap] == LINES[:gap]
    assert lines[gap + 1 :] == LINES[len(LINES) - (len(lines) - gap - 1) :]
    assert len(kept.text) <= 400


@pytest.mark.parametrize("known", [0, 40])
def test_a_settlement_that_comes_early_leaves_the_room_to_the_end(known):
    lines = [
        "고객: 카드를 잃어버려서 정지 좀 해 주세요",
        "상담사: 네 지금 정지해 드렸고 재발급은 사흘 걸립니다",
        *[f"{'상담사' if n % 2 else '고객'}: {n}번 서류를 말씀하시는 거죠" for n in range(200)],
    ]
    text = "\n".join(lines)
    kept = shorten(read(text).said, len(text), 1000, known)
    assert kept.ends
    assert kept.text.startswith("\n".join(lines[:2]))
    assert kept.text.endswith("\n".join(lines[-20:]))
    assert 900 < len(kept.text) <= 1000 + known


def test_characters_used_counts_what_is_left_of_the_original():
    kept = shorten(read(TEXT).said, len(TEXT), 400)
    shown = [line for line in kept.text.split("\n") if line != GAP]
    assert kept.characters_used == pytest.approx(sum(len(line) + 1 for line in shown), abs=1)


def test_an_end_that_is_one_long_turn_is_cut_inside_it_not_dropped():
    long = " ".join(f"카드를 잃어버렸는데요 {n}번째예요" for n in range(20, 40))
    text = f"고객: {long}\n상담사: 네\n고객: 네\n상담사: 정지했습니다"
    kept = shorten(read(text).said, len(text), 300)
    assert kept.text.startswith("고객: 카드를 잃어버렸는데요")
    assert kept.text.endswith("상담사: 정지했습니다")
    assert 200 < len(kept.text) <= 300
    assert kept.characters_used < len(text)


def test_what_the_model_has_read_already_is_kept_on_top_of_the_room():
    utterances = read(TEXT).said
    fresh = shorten(utterances, len(TEXT), 300)
    growing = shorten(utterances, len(TEXT), 300, known=900)
    assert growing.characters_used > fresh.characters_used + 700
    head = growing.text.split(GAP)[0].strip().split("\n")
    assert head == LINES[: len(head)]
    assert growing.text.endswith(LINES[-1])


@settings(deadline=None)
@given(st.integers(30, 3000), st.integers(1, 60), st.sampled_from(["\n", " "]))
def test_shortening_never_exceeds_its_room_nor_its_input(keep, lines, glue):
    text = glue.join(LINES[:lines])
    utterances = read(text).said
    kept = shorten(utterances, len(text), keep)
    assert len(kept.text) <= max(keep, len(GAP) + 4)
    assert 0 < kept.characters_used <= len(text)
    if len(render(utterances)) > keep:
        assert GAP in kept.text


@settings(deadline=None)
@given(st.integers(60, 2000), st.integers(0, 300))
def test_parts_cover_every_utterance_in_order_and_overlap(size, overlap):
    utterances = read(TEXT).said
    found = parts(utterances, size, overlap)
    seen = [line for part in found for line in part.split("\n")]
    assert list(dict.fromkeys(seen)) == LINES
    if overlap and len(found) > 1:
        for left, right in itertools.pairwise(found):
            if "\n" in left:
                assert right.split("\n")[0] in left.split("\n")


LENGTH = PromptLength(empty=400, total=2400, unread=1000, per_character=0.5)


@pytest.mark.parametrize("alone", [True, False])
def test_a_prompt_that_can_be_read_in_time_is_read_whole(alone):
    assert plan_reading(LENGTH, 1000, 4000, alone=alone) == Reading(1000)


def test_a_prompt_that_takes_too_long_keeps_what_was_read_before_and_what_fits():
    planned = plan_reading(LENGTH, 500, 4000, alone=False)
    assert planned == Reading(500, shortened=True, keep=2 * (500 - ASK_TOKENS), known=2 * 1000)


def test_a_prompt_that_the_context_cannot_hold_is_shortened_though_there_is_time():
    planned = plan_reading(LENGTH, 5000, 2000, alone=True)
    assert planned.keep + planned.known == 2 * (2000 - 400)


def test_with_time_for_next_to_nothing_the_model_is_asked_only_while_no_other_request_waits():
    assert plan_reading(LENGTH, 40, 4000, alone=False) is None
    planned = plan_reading(LENGTH, 40, 4000, alone=True)
    assert planned.tokens == LEAST_WORTH + ASK_TOKENS


CALLS = [
    call
    for path in sorted((Path(__file__).parents[1] / "data" / "calls").glob("*.json"))
    if not (call := json.loads(path.read_text("utf-8")))["held_out"]
    and call["outcome_kind"] != "내용 없음"
]


@pytest.mark.parametrize("call", CALLS, ids=[call["id"] for call in CALLS])
def test_with_the_least_room_the_request_and_the_settlement_are_still_read(call):
    text = call["transcript"]
    utterances = read(text).said
    asked = landmarks.request(utterances)
    found = [asked, landmarks.settlement(utterances, asked)]
    least = needed(utterances)
    for keep in (least, least + 40, 2 * least):
        kept = shorten(utterances, len(text), keep)
        assert kept.ends
        assert len(kept.text) <= max(keep, len(render(utterances)))
        for sentence in found:
            if sentence and len(sentence.text) < LONGEST_CUT - 20:
                assert sentence.text in kept.text


GREETED = (
    "상담사: 안녕하세요 한빛쇼핑 상담사 김하늘입니다 무엇을 도와드릴까요\n"
    "고객: 네 안녕하세요\n"
    "상담사: 본인 확인을 위해 성함과 생년월일 부탁드립니다\n"
    "고객: 이보라 구공일공일이요\n"
    "고객: 청소기가 고장 나서 환불받고 싶어요\n"
    + "".join(
        f"상담사: {n}번 모델은 부품을 확인해 보겠습니다\n고객: 네 네\n" for n in range(10, 30)
    )
    + "상담사: 십이만 원 환불 접수해 드렸습니다\n"
    "고객: 네 감사합니다\n"
    "상담사: 더 궁금하신 점 있으실까요 이용해 주셔서 감사합니다\n"
    "고객: 네 수고하세요\n"
    "상담사: 좋은 하루 되세요"
)


def test_greetings_and_closing_courtesies_go_before_the_request_and_the_settlement():
    utterances = read(GREETED).said
    kept = shorten(utterances, len(GREETED), needed(utterances))
    assert kept.text.split("\n") == [
        "고객: 청소기가 고장 나서 환불받고 싶어요",
        GAP,
        "상담사: 십이만 원 환불 접수해 드렸습니다",
    ]
    assert kept.ends


def test_greetings_and_courtesies_stay_where_there_is_time_for_both():
    utterances = read(GREETED).said
    kept = shorten(utterances, len(GREETED), 500)
    assert kept.text.startswith("상담사: 안녕하세요")
    assert kept.text.endswith("상담사: 좋은 하루 되세요")
    assert "환불받고 싶어요" in kept.text
    assert "환불 접수해 드렸습니다" in kept.text


@pytest.mark.parametrize("keep", [20, 30, 45])
def test_a_transcript_of_which_both_ends_do_not_fit_says_so(keep):
    assert not shorten(read(GREETED).said, len(GREETED), keep).ends


def test_a_request_that_is_not_known_yet_is_read_behind_what_is_known():
    utterances = read(GREETED).said
    known = len(render(utterances[:2])) + 1
    kept = shorten(utterances, len(GREETED), needed(utterances, known), known)
    lines = kept.text.split("\n")
    assert lines[:2] == render(utterances[:2]).split("\n")
    assert "고객: 청소기가 고장 나서 환불받고 싶어요" in lines
    assert "상담사: 십이만 원 환불 접수해 드렸습니다" in lines
    assert kept.ends


def test_a_known_request_leaves_all_room_to_the_ending():
    utterances = read(GREETED).said
    known = len(render(utterances[:8])) + 1
    assert needed(utterances, known) < needed(utterances)
    kept = shorten(utterances, len(GREETED), needed(utterances, known), known)
    assert kept.text.startswith(render(utterances[:8]))
    assert "상담사: 십이만 원 환불 접수해 드렸습니다" in kept.text
    assert kept.ends


def test_a_call_that_goes_on_begins_with_what_was_read_of_it():
    utterances = read(GREETED).said
    for count in range(6, len(utterances)):
        before = shorten(utterances[:count], 9999, 300).text.split(GAP)[0]
        after = shorten(utterances, 9999, 300, known=len(before) + 1).text
        assert after.startswith(before.rstrip("\n"))


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([*GREETED.split("\n"), *LINES[:9]]), min_size=1, max_size=40),
    st.integers(2, 900),
    st.integers(0, 400),
)
@example(
    [GREETED.split("\n")[place] for place in (0, 3, 0)]
    + ["고객: 네 수고하세요", "고객: 네 네", "고객: 네 네"],
    2,
    92,
)
def test_whatever_the_call_what_is_kept_is_of_the_call_and_in_order(lines, keep, known):
    text = "\n".join(lines)
    utterances = read(text).said
    if not utterances:
        return
    kept = shorten(utterances, len(text), keep, known)
    whole = render(utterances)
    place = 0
    for piece in kept.text.split("\n"):
        if piece != GAP:
            words = piece.split(": ", 1)[-1]
            assert words in whole[place:]
            place += whole[place:].index(words)
    assert 0 < kept.characters_used <= len(text)


def test_without_time_for_both_ends_the_model_is_asked_only_while_no_other_request_waits():
    assert plan_reading(LENGTH, 100, 4000, alone=False, least=lambda _known: 200) is None
    planned = plan_reading(LENGTH, 100, 4000, alone=True, least=lambda _known: 200)
    assert planned.keep == 200


def test_what_is_known_gives_way_to_the_ending_where_it_fills_the_context():
    length = PromptLength(empty=400, total=5000, unread=1000, per_character=0.5)
    planned = plan_reading(length, 3000, 2000, alone=False, least=lambda _known: 100)
    assert planned.keep >= 100
    assert planned.known + planned.keep <= 2 * (2000 - 400)
