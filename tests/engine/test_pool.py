"""Longest shared beginnings, and which of them are kept."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from edgebox.engine.pool import Retained, common_length, evictable, longest

tokens = st.lists(st.integers(0, 3), max_size=40).map(lambda values: array("i", values))


@given(tokens, tokens, st.integers(0, 50))
def test_common_length_agrees_with_counting(left, right, limit):
    counted = 0
    for a, b in zip(left, right, strict=False):
        if a != b or counted == limit:
            break
        counted += 1
    assert common_length(left, right, limit) == counted


def test_the_longest_wins_and_the_last_prompt_token_is_always_read():
    prompt = array("i", [1, 2, 3, 4])
    held = [(5, array("i", [1, 2]), 2), (7, array("i", [1, 2, 3, 4, 9]), 5)]
    assert longest(prompt, held) == (7, 3)


def test_only_cells_that_exist_are_shared():
    prompt = array("i", [1, 2, 3, 4])
    assert longest(prompt, [(5, array("i", [1, 2, 3, 4]), 1)]) == (5, 1)
    assert longest(prompt, [(5, array("i", [9]), 1)]) == (None, 0)


def test_the_least_recently_used_goes_first_and_pinned_ones_stay():
    old = Retained(1, array("i", [1]), used=1.0, pinned=True)
    older = Retained(2, array("i", [1]), used=5.0)
    newest = Retained(3, array("i", [1]), used=9.0)
    assert evictable([old, newest, older]) is older
    assert evictable([old]) is None
