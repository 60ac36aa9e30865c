"""Longest shared beginnings, and which of them are kept."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from edgebox.engine.pool import Pool, Retained, common_length, evictable, longest
from edgebox.engine.sequence import Sequence
from engine.toy_model import ToyModel


def asked(tokens, *, max_tokens=10, arrived=0.0, priority=100, **rest):
    return Sequence.of(
        tokens,
        role="slm",
        max_tokens=max_tokens,
        arrived=arrived,
        emit=lambda _: None,
        text=None,
        sampler=None,
        priority=priority,
        **rest,
    )


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


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.lists(st.integers(1, 3), min_size=40, max_size=60)),
        min_size=1,
        max_size=8,
    ),
    st.lists(st.integers(1, 3), min_size=40, max_size=60),
)
def test_another_salt_shares_no_more_than_a_pinned_prefix(calls, pinned):
    model = ToyModel(slots=8)
    pool = Pool(model, parallel=2, retained=3)
    now = 0.0

    def run(tokens, salt, pin=False):
        nonlocal now
        now += 1.0
        sequence = asked(tokens, max_tokens=1, arrived=now, priority=0, salt=salt, pin=pin)
        assert pool.start(sequence, [], now)
        sequence.position = len(tokens)
        model.cells[sequence.slot] = list(tokens)
        pool.retain(sequence, now)
        return sequence.cached

    run(pinned, "", pin=True)
    earlier = []
    for salt, tokens in calls:
        own = [known for one, known in earlier if one == salt]
        most = max(
            common_length(array("i", tokens), array("i", known), len(tokens) - 1)
            for known in [pinned, *own]
        )
        assert pool.peek(array("i", tokens), salt) <= most
        assert run(tokens, salt) <= most
        earlier.append((salt, tokens))


def test_a_client_with_many_calls_does_not_push_out_the_few_of_another():
    few = Retained(1, array("i", [1]), used=1.0, salt="a")
    many = [Retained(slot, array("i", [1]), used=float(slot), salt="b") for slot in (2, 3)]
    assert evictable([few, *many]) is many[0]
    assert evictable([few, many[0]]) is few


def test_patient_sequences_have_slots_beside_those_of_the_other_classes():
    parallel, model = 2, ToyModel(slots=Pool.slots_needed(2, 1, 0), context_tokens=10_000)
    pool = Pool(model, parallel=parallel, retained=1)
    running = []
    for priority in (100, 30, 0):
        for number in range(parallel):
            one = asked([priority + number] * 40, priority=priority)
            assert pool.start(one, running, 0.0)
            running.append(one)
        assert not pool.start(asked([7] * 40, priority=priority), running, 0.0)


def test_the_cells_of_a_pinned_prefix_count_once():
    """As many run as their own cells have room for, not as if each read the prefix again."""
    prefix, own, room = [1] * 100, 40 + 10, 100 + 5 * 50
    model = ToyModel(slots=Pool.slots_needed(16, 1, 1), context_tokens=room)
    pool = Pool(model, parallel=16, retained=1)

    beginning = asked(prefix, max_tokens=0, pin=True)
    assert pool.start(beginning, [], 0.0)
    beginning.position = len(prefix)
    model.cells[beginning.slot] = list(prefix)
    pool.retain(beginning, 0.0)

    running = []
    for number in range(5):
        one = asked([*prefix, *[number + 2] * 40])
        assert one.need - len(prefix) == own
        assert pool.start(one, running, 0.0)
        running.append(one)
    assert not pool.start(asked([*prefix, *[9] * 40]), running, 0.0)


def test_the_backlog_leaves_what_was_read_for_people_its_room():
    model = ToyModel(slots=Pool.slots_needed(8, 2, 0), context_tokens=400)
    pool = Pool(model, parallel=8, retained=2)

    call = asked([1] * 90, priority=30)
    assert pool.start(call, [], 0.0)
    call.position = 90
    model.cells[call.slot] = [1] * 90
    pool.retain(call, 0.0)
    running = []
    for number in range(6):
        one = asked([number + 2] * 40)
        assert pool.start(one, running, 0.0)
        running.append(one)
    assert not pool.start(asked([9] * 40), running, 0.0)
    assert pool.start(asked([9] * 40, priority=30), running, 0.0), (
        "people may push the backlog aside"
    )
