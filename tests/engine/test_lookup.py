"""What is guessed to follow, from what followed before."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from edgebox.engine.lookup import LONGEST, SHORTEST, Lookup


def draft(tokens, most=8):
    return Lookup(array("i", tokens)).draft(most)


def test_what_followed_the_last_tokens_before_is_the_guess():
    found = draft([1, 2, 3, 4, 5, 9, 1, 2, 3], 2)
    assert found.tokens == (4, 5)
    assert found.repeated == 3
    assert found.rows == ()


def test_where_more_was_repeated_goes_before_what_is_nearer_and_the_nearer_of_equals_first():
    assert draft([7, 1, 2, 3, 8, 1, 2, 4, 7, 1, 2], 1).tokens == (3,)
    assert draft([7, 1, 2, 3, 7, 1, 2, 4, 7, 1, 2], 1).tokens == (4,)


def test_nothing_is_guessed_where_nothing_was_repeated_or_nothing_may_be_written():
    assert draft([1, 2, 3, 4, 5]) is None
    assert draft([1]) is None
    assert draft([]) is None
    assert draft([1, 2, 3, 1, 2], 0) is None


def test_a_loop_goes_on_as_far_as_its_text_does():
    assert draft([5, 5, 5, 5]).tokens == (5,)
    assert draft([1, 2, 1, 2, 1, 2]).tokens == (1, 2)


def test_the_guess_follows_the_text_as_it_grows():
    tokens = array("i", [1, 2, 3, 9])
    lookup = Lookup(tokens)
    assert lookup.draft(4) is None
    tokens.extend([1, 2])
    assert lookup.draft(4).tokens == (3, 9, 1, 2)
    tokens.extend([3])
    assert lookup.draft(4).tokens == (9, 1, 2, 3)


class Counted(array):
    """Tokens that count how often one is looked at."""

    looks = 0

    def __getitem__(self, at):
        self.looks += 1
        return super().__getitem__(at)


def test_a_long_loop_is_indexed_once_and_each_guess_looks_at_few_tokens():
    tokens = Counted("i", [1, 2] * 4000)
    lookup = Lookup(tokens)
    assert lookup.draft(8).repeated == LONGEST
    tokens.looks = 0
    for token in (1, 2) * 5:
        tokens.append(token)
        assert lookup.draft(8).repeated == LONGEST
    assert tokens.looks < 10 * 25


@given(st.lists(st.integers(0, 3), max_size=60), st.integers(1, 6))
def test_it_is_the_longest_repetition_of_all(tokens, most):
    def repeated(place):
        size = 0
        while size < place and tokens[place - size - 1] == tokens[len(tokens) - size - 1]:
            size += 1
        return min(size, LONGEST)

    places = [place for place in range(SHORTEST, len(tokens)) if repeated(place) >= SHORTEST]
    found = draft(tokens, most)
    if not places:
        assert found is None
    elif len(places) <= 16:
        best = max(places, key=lambda place: (repeated(place), place))
        assert found.repeated == repeated(best)
        assert found.tokens == tuple(tokens[best : best + most])
