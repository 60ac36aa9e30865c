"""Who is let in, by arithmetic over measured speeds and a fake clock."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.consultation.admission import Admission
from edgebox.engine_client import RoleHealth
from edgebox.errors import BoxBusy
from edgebox.settings import QuickSettings

SMALL_CPU = RoleHealth("slm", "m", 16384, 180.0, 40.0, 70.0, 0.6, 8, 1, 1)
GPU = RoleHealth("slm", "m", 16384, 8000.0, 150.0, 1500.0, 0.6, 16, 1, 1)


class Clock:
    now = 50.0

    def __call__(self):
        return self.now


class Monitor:
    def __init__(self, health):
        self.health = health

    def role(self, _role):
        return self.health


def door(health, **settings):
    clock = Clock()
    return Admission(QuickSettings(**settings), Monitor(health), clock), clock


def test_a_small_box_takes_one_and_refuses_the_second_with_a_time():
    admission, clock = door(SMALL_CPU)
    admission.admit("가" * 2000, "normal", clock())
    with pytest.raises(BoxBusy) as refused:
        admission.admit("가" * 2000, "normal", clock())
    assert 1 <= refused.value.retry_after <= 3


def test_a_big_box_takes_twenty_at_once():
    admission, clock = door(GPU)
    for _ in range(20):
        admission.admit("가" * 600, "normal", clock())
    assert len(admission) == 20


def test_the_place_is_free_again_when_the_first_is_done():
    admission, clock = door(SMALL_CPU)
    ticket = admission.admit("가" * 2000, "normal", clock())
    clock.now += 1.0
    ticket.release()
    ticket.release()
    admission.admit("가" * 2000, "normal", clock())


def test_work_that_turns_out_small_lets_another_in():
    admission, clock = door(RoleHealth("slm", "m", 16384, 180.0, 100.0, 400.0, 0.6, 8, 1, 1))
    ticket = admission.admit("가" * 5000, "normal", clock())
    admission.revise(ticket, 0.3)
    admission.admit("가" * 100, "high", clock())
    assert len(admission) == 2


def test_nobodys_slack_is_taken():
    """The newcomer's work has to fit before the deadline of whoever is in already."""
    admission, clock = door(SMALL_CPU)
    first = admission.admit("가" * 300, "normal", clock())
    clock.now += first.work * 0.9
    with pytest.raises(BoxBusy):
        admission.admit("가" * 3000, "normal", clock())


def test_a_summary_that_takes_longer_gives_none_of_the_others_time_away():
    admission, clock = door(RoleHealth("slm", "m", 16384, 1000.0, 100.0, 100.0, 1.0, 8, 1, 1))
    _late, second, third = (admission.admit("가" * 200, "normal", clock()) for _ in range(3))
    clock.now += second.work + third.work + 0.05
    second.release()
    # The third has nearly all of its work before it, and the first one's deadline is near.
    with pytest.raises(BoxBusy):
        admission.admit("가" * 200, "normal", clock())


def test_low_priority_is_refused_before_high():
    admission, clock = door(RoleHealth("slm", "m", 16384, 180.0, 100.0, 400.0, 0.6, 8, 1, 1))
    admission.admit("가" * 200, "normal", clock())
    with pytest.raises(BoxBusy):
        admission.admit("가" * 2000, "low", clock())
    admission.admit("가" * 2000, "high", clock())


def test_an_engine_of_unknown_speed_is_limited_by_number_only():
    admission, clock = door(None, max_in_flight=3)
    for _ in range(3):
        admission.admit("가" * 100_000, "normal", clock())
    with pytest.raises(BoxBusy):
        admission.admit("가", "normal", clock())


def test_answers_teach_their_length():
    admission, _ = door(SMALL_CPU)
    before = admission.expected_tokens
    for _ in range(60):
        admission.answered(20)
    assert admission.expected_tokens < before
    for _ in range(200):
        admission.answered(5000)
    assert admission.expected_tokens == QuickSettings().max_tokens


@given(
    steps=st.lists(
        st.tuples(st.floats(0, 4), st.sampled_from(["admit", "release", "look"])), max_size=30
    )
)
def test_a_place_ends_by_itself_whoever_holds_it(steps):
    admission, clock = door(SMALL_CPU)
    held = []
    for seconds, what in steps:
        clock.now += seconds
        if what == "admit":
            with suppress(BoxBusy):
                held.append(admission.admit("가" * 2000, "normal", clock()))
        elif what == "release" and held:
            held.pop().release()
        live = [ticket for ticket in held if ticket.arrived + admission.budget > clock()]
        assert len(admission) == len(live)
    clock.now += admission.budget
    admission.admit("가" * 2000, "normal", clock())  # however many were never released
    assert len(admission) == 1


def test_what_gives_way_takes_nothing_from_others():
    admission, clock = door(SMALL_CPU)
    alone, _ = door(SMALL_CPU)
    admission.admit("가" * 2000, "low", clock(), gives_way=True)
    clock.now += 0.5
    first = admission.admit("가" * 600, "normal", clock())
    assert first.work == alone.admit("가" * 600, "normal", 50.0).work
    assert admission.is_alone(first)
    assert admission.readable_tokens(first, SMALL_CPU) > 200


def test_what_gives_way_is_given_up_where_it_cannot_be_whole_and_stays_where_it_can():
    given_up = []
    for health, characters in ((SMALL_CPU, 2000), (GPU, 300)):
        admission, clock = door(health)
        draft = admission.admit("가" * characters, "low", clock(), gives_way=True)
        draft.on_given_up = lambda health=health: given_up.append(health)
        admission.admit("가" * characters, "normal", clock())
        assert len(admission) == (1 if health is SMALL_CPU else 2)
    assert given_up == [SMALL_CPU]


def test_what_gives_way_is_refused_where_there_is_no_time_for_it():
    admission, clock = door(SMALL_CPU)
    admission.admit("가" * 2000, "normal", clock())
    with pytest.raises(BoxBusy):
        admission.admit("가" * 2000, "low", clock(), gives_way=True)


def test_places_are_kept_for_what_does_not_give_way():
    admission, clock = door(None, max_in_flight=1)
    admission.admit("가", "low", clock(), gives_way=True)
    admission.admit("가", "normal", clock())
    with pytest.raises(BoxBusy):
        admission.admit("가", "low", clock(), gives_way=True)


def test_what_was_reserved_for_reading_stays_so_when_more_answers_are_written_together():
    """Five answers at once take longer than four: none of that is the reading's time."""
    role = RoleHealth("slm", "m", 16384, 8000.0, 40.0, 400.0, 0.6, 4, 1, 1)
    admission, clock = door(role, deadline_seconds=60.0)
    tickets = [admission.admit("가" * 300, "normal", clock()) for _ in range(8)]
    readable = [admission.readable_tokens(ticket, role) for ticket in tickets]
    assert min(readable) >= 180, readable


def test_whoever_is_admitted_in_a_burst_can_be_read():
    """Their answers are written together: none of them counts twice against a reading."""
    role = RoleHealth("slm", "m", 16384, 2000.0, 200.0, 400.0, 0.5, 4, 1, 1)
    admission, clock = door(role)
    tickets = []
    with suppress(BoxBusy):
        while True:
            tickets.append(admission.admit("가" * 200, "normal", clock()))
    assert len(tickets) > 8
    readable = [admission.readable_tokens(ticket, role) for ticket in tickets]
    assert min(readable) >= 100, readable
