"""What fits, what is dropped, and that nothing is lost silently."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.consultation.budget import GAP, Speeds, parts, shorten
from edgebox.consultation.transcript import render, split_utterances

LINES = [
    f"{'고객' if i % 2 else '상담사'}: {i}번째 말씀입니다 네 그렇게 하겠습니다" for i in range(60)
]
TEXT = "\n".join(LINES)


def test_a_transcript_that_fits_is_untouched():
    utterances = split_utterances(TEXT)
    kept = shorten(utterances, len(TEXT), 10_000)
    assert kept.text == render(utterances)
    assert kept.characters_used == len(TEXT)


def test_the_middle_goes_first_and_whole_utterances_stay():
    kept = shorten(split_utterances(TEXT), len(TEXT), 400)
    lines = kept.text.split("\n")
    assert lines[0] == LINES[0]
    assert lines[-1] == LINES[-1]
    gap = lines.index(GAP)
    assert lines[:gap] == LINES[:gap]
    assert lines[gap + 1 :] == LINES[len(LINES) - (len(lines) - gap - 1) :]
    assert len(kept.text) <= 400


def test_characters_used_counts_what_is_left_of_the_original():
    kept = shorten(split_utterances(TEXT), len(TEXT), 400)
    shown = [line for line in kept.text.split("\n") if line != GAP]
    assert kept.characters_used == pytest.approx(sum(len(line) + 1 for line in shown), abs=1)


def test_an_end_that_is_one_long_turn_is_cut_inside_it_not_dropped():
    long = "카드를 잃어버렸는데요 " * 40
    text = f"고객: {long}\n상담사: 네\n고객: 네\n상담사: 정지했습니다"
    kept = shorten(split_utterances(text), len(text), 300)
    assert kept.text.startswith("고객: 카드를 잃어버렸는데요")
    assert kept.text.endswith("상담사: 정지했습니다")
    assert 200 < len(kept.text) <= 300
    assert kept.characters_used < len(text)


def test_what_the_model_has_read_already_is_kept_on_top_of_the_room():
    utterances = split_utterances(TEXT)
    fresh = shorten(utterances, len(TEXT), 300)
    growing = shorten(utterances, len(TEXT), 300, known=900)
    assert growing.characters_used > fresh.characters_used + 700
    head = growing.text.split(GAP)[0].strip().split("\n")
    assert head == LINES[: len(head)]
    assert growing.text.endswith(LINES[-1])


@given(st.integers(30, 3000), st.integers(1, 60), st.sampled_from(["\n", " "]))
def test_shortening_never_exceeds_its_room_nor_its_input(keep, lines, glue):
    text = glue.join(LINES[:lines])
    utterances = split_utterances(text)
    kept = shorten(utterances, len(text), keep)
    assert len(kept.text) <= max(keep, len(GAP) + 4)
    assert 0 < kept.characters_used <= len(text)
    if len(render(utterances)) > keep:
        assert GAP in kept.text


@given(st.integers(60, 2000), st.integers(0, 300))
def test_parts_cover_every_utterance_in_order_and_overlap(size, overlap):
    utterances = split_utterances(TEXT)
    found = parts(utterances, size, overlap)
    seen = [line for part in found for line in part.split("\n")]
    assert list(dict.fromkeys(seen)) == LINES
    if overlap and len(found) > 1:
        for left, right in itertools.pairwise(found):
            if "\n" in left:
                assert right.split("\n")[0] in left.split("\n")


def test_one_more_answer_costs_less_than_the_first_where_batching_pays():
    speeds = Speeds(prefill_tps=200, decode_tps=40, batch_decode_tps=120, parallel=4)
    first, second = speeds.answering_seconds(60, 1), speeds.answering_seconds(60, 2)
    assert first == pytest.approx(1.5)
    assert 0 < second < first


def test_batching_that_does_not_pay_costs_a_whole_answer():
    speeds = Speeds(prefill_tps=70, decode_tps=20, batch_decode_tps=20, parallel=8)
    assert speeds.answering_seconds(40, 3) == pytest.approx(2.0)
