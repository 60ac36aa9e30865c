"""What fits, what is dropped, and that nothing is lost silently."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.consultation.budget import (
    ASK_TOKENS,
    GAP,
    LEAST_WORTH,
    PromptLength,
    Reading,
    parts,
    plan_reading,
    shorten,
)
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


@given(st.integers(30, 3000), st.integers(1, 60), st.sampled_from(["\n", " "]))
def test_shortening_never_exceeds_its_room_nor_its_input(keep, lines, glue):
    text = glue.join(LINES[:lines])
    utterances = read(text).said
    kept = shorten(utterances, len(text), keep)
    assert len(kept.text) <= max(keep, len(GAP) + 4)
    assert 0 < kept.characters_used <= len(text)
    if len(render(utterances)) > keep:
        assert GAP in kept.text


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
