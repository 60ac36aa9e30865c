import pytest

from edgebox.store.clock import TOLERANCE
from edgebox.store.outbox import LONGEST_WAIT
from support.boxes.store import analysis, submit


def ended(store):
    submit(store, ["a"])
    (one,) = store.consultations.claim(1, 60, 3)
    store.consultations.finish(one.row_id, one.lease_token, analysis())
    return store.outbox.due(store.outbox.next_due(), 1)[0]


def test_a_clock_that_goes_on_or_is_stepped_a_little_changes_nothing(store, clock):
    assert store.clock.look() == 0
    clock.advance(3600)
    assert store.clock.look() == 0
    clock.advance(-TOLERANCE)
    assert store.clock.look() == 0


def test_a_callback_waits_as_long_as_it_should_though_the_clock_was_put_right(store, clock):
    store.clock.look()
    delivery = ended(store)
    store.outbox.retry_at(delivery, clock.now + 300, "HTTP 500")
    clock.advance(-9 * 3600)  # the hardware clock stood in local time
    back = store.clock.look()
    assert abs(back - 9 * 3600) < 1
    assert abs(store.outbox.next_due() - (clock.now + 300)) <= 1
    assert store.outbox.due(clock.now + 290, 1) == []
    assert [one.webhook_id for one in store.outbox.due(clock.now + 301, 1)] == [delivery.webhook_id]


def test_what_no_schedule_would_set_so_far_ahead_is_due(store, clock):
    delivery = ended(store)
    store.outbox.retry_at(delivery, clock.now + 300, "HTTP 500")
    clock.advance(-LONGEST_WAIT - 3600)  # nobody looked before: the box was off
    assert store.outbox.next_due() <= clock.now
    assert len(store.outbox.due(clock.now, 1)) == 1


@pytest.mark.parametrize("how", ["retry_at", "unclaim", "dead"])
def test_an_attempt_during_which_the_clock_was_set_back_is_recorded(store, clock, how):
    delivery = ended(store)
    store.clock.look()
    clock.advance(-3600)
    assert store.clock.look() == pytest.approx(3600, abs=1)
    outbox = store.outbox
    if how == "retry_at":
        assert outbox.retry_at(delivery, clock.now + 30, "HTTP 500")
        clock.advance(30)
        [again] = outbox.due(clock.now, 1)
        assert again.attempts == 2
    elif how == "unclaim":
        assert outbox.unclaim(delivery, "stopped")
        [again] = outbox.due(clock.now, 1)
        assert again.attempts == 1
    else:
        assert outbox.dead(delivery, "HTTP 410")
        assert [row.id for row in outbox.list("dead")] == [delivery.id]


def test_an_attempt_that_outlived_its_lease_ends_no_other_ones_though_the_clock_was_set_back(
    store, clock
):
    store.clock.look()
    first = ended(store)
    clock.advance(3600)
    store.clock.look()
    [second] = store.outbox.due(clock.now, 1, 200)
    clock.advance(-3600)
    store.clock.look()
    assert not store.outbox.retry_at(first, clock.now + 30, "HTTP 500")
    assert store.outbox.due(clock.now, 1) == []
    assert store.outbox.dead(second, "HTTP 410")


def test_an_attempt_from_before_a_resend_ends_its_lease_though_the_clock_was_set_back(store, clock):
    delivery = ended(store)
    store.clock.look()
    clock.advance(-3600)
    store.clock.look()
    store.outbox.resend(delivery.id)
    assert not store.outbox.dead(delivery, "HTTP 410")
    assert [one.id for one in store.outbox.due(clock.now, 1)] == [delivery.id]
