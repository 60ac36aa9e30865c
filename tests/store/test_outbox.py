import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from edgebox.errors import LeaseLost, NotFound
from support.boxes.store import URL, analysis, submit


def ended(store, *names, bad=(), url=URL):
    """A batch that has ended, ``bad`` ones as failed."""
    batch_id = submit(store, names, url=url).batch_id
    for one in store.consultations.claim(99, 600, 3):
        if one.consultation_id in bad:
            store.consultations.fail(one.row_id, one.lease_token, "invalid", "no JSON")
        else:
            store.consultations.finish(one.row_id, one.lease_token, analysis())
    return batch_id


def test_what_is_due_is_leased_to_one(store, clock):
    batch_id = ended(store, "a")
    [delivery] = store.outbox.due(clock.now, 5)
    assert (delivery.batch_id, delivery.client_id, delivery.url, delivery.attempts) == (
        batch_id,
        "centerlink",
        URL,
        1,
    )
    assert store.outbox.due(clock.now, 5) == []
    assert store.outbox.next_due() == clock.now + 300


def test_a_worker_that_died_while_sending_is_an_expired_lease(store, clock):
    ended(store, "a")
    [first] = store.outbox.due(clock.now, 5, lease_seconds=60)
    clock.advance(60)
    [second] = store.outbox.due(clock.now, 5, lease_seconds=60)
    assert (second.id, second.webhook_id, second.attempts) == (first.id, first.webhook_id, 2)


def test_delivered_is_the_end(store, clock):
    batch_id = ended(store, "a")
    [delivery] = store.outbox.due(clock.now, 5)
    assert store.outbox.delivered(delivery, 204)
    [row] = store.outbox.list("delivered")
    assert (row.last_status, row.last_error, row.delivered_at) == (204, None, clock.now)
    assert store.batches.get(batch_id).callback_state == "delivered"
    clock.advance(1e6)
    assert store.outbox.due(clock.now, 5) == []
    assert store.outbox.next_due() is None


def test_a_retry_comes_at_its_time_under_the_same_webhook_id(store, clock):
    ended(store, "a")
    [first] = store.outbox.due(clock.now, 5)
    assert store.outbox.retry_at(first, clock.now + 30, "HTTP 503", status=503)
    [row] = store.outbox.list()
    assert (row.state, row.last_status, row.last_error) == ("pending", 503, "HTTP 503")
    assert store.outbox.next_due() == clock.now + 30
    clock.advance(29)
    assert store.outbox.due(clock.now, 5) == []
    clock.advance(1)
    [second] = store.outbox.due(clock.now, 5)
    assert (second.webhook_id, second.attempts) == (first.webhook_id, 2)


def test_what_was_not_sent_does_not_count_and_keeps_its_time(store, clock):
    ended(store, "a")
    [row] = store.outbox.list()
    clock.advance(7)
    for _ in range(3):
        [delivery] = store.outbox.due(clock.now, 5)
        assert delivery.attempts == 1
        assert store.outbox.unclaim(delivery, "the worker stopped")
    [after] = store.outbox.list()
    assert (after.state, after.attempts, after.last_error) == ("pending", 0, "the worker stopped")
    assert after.next_attempt_at == store.outbox.next_due() == row.next_attempt_at
    store.outbox.due(clock.now, 5)
    store.outbox.unclaim(delivery, "disabled", when=clock.now + 300)
    assert store.outbox.next_due() == clock.now + 300


def test_what_was_delivered_meanwhile_cannot_be_taken_back(store, clock):
    ended(store, "a")
    [delivery] = store.outbox.due(clock.now, 5)
    store.outbox.delivered(delivery, 200)
    assert store.outbox.unclaim(delivery, "x") is False
    assert [(row.state, row.attempts) for row in store.outbox.list()] == [("delivered", 1)]


def test_one_receiver_gets_no_more_than_its_share_of_what_is_given(store, clock):
    one = [
        ended(store, name, url=f"http://{host}")
        for name, host in [
            ("a", "one.test:1/x"),
            ("b", "ONE.test:1?y"),
            ("c", "one.test:1"),
            ("d", "one.test:1/z"),
        ]
    ]
    other = ended(store, "e", url="http://one.test:2/x")
    first = store.outbox.due(clock.now, 9, per_receiver=2)
    assert [delivery.batch_id for delivery in first] == [*one[:2], other]
    assert store.outbox.due(clock.now, 9, per_receiver=2, sending=[d.id for d in first]) == []
    store.outbox.delivered(first[0], 200)
    [third] = store.outbox.due(clock.now, 9, per_receiver=2, sending=[d.id for d in first])
    assert third.batch_id == one[2]


def test_dead_is_kept_shown_and_sent_only_when_asked(store, clock):
    batch_id = ended(store, "a")
    [delivery] = store.outbox.due(clock.now, 5)
    assert store.outbox.dead(delivery, "HTTP 410", status=410)
    assert store.batches.get(batch_id).callback_state == "dead"
    clock.advance(1e6)
    assert store.outbox.due(clock.now, 5) == []
    store.outbox.resend(delivery.id)
    [again] = store.outbox.due(clock.now, 5)
    assert (again.webhook_id, again.attempts) == (delivery.webhook_id, 1)


def test_a_delivered_one_can_be_sent_again(store, clock):
    ended(store, "a")
    [delivery] = store.outbox.due(clock.now, 5)
    store.outbox.delivered(delivery, 200)
    store.outbox.resend(delivery.id)
    assert [one.id for one in store.outbox.due(clock.now, 5)] == [delivery.id]


def test_resend_does_not_send_twice_at_once(store, clock):
    ended(store, "a")
    [delivery] = store.outbox.due(clock.now, 5, lease_seconds=60)
    store.outbox.resend(delivery.id)
    assert store.outbox.due(clock.now, 5) == []
    clock.advance(60)
    assert len(store.outbox.due(clock.now, 5)) == 1


ENDS = {
    "delivered": lambda outbox, one, now: outbox.delivered(one, 200),
    "retry": lambda outbox, one, now: outbox.retry_at(one, now + 300, "HTTP 500", status=500),
    "unsent": lambda outbox, one, now: outbox.unclaim(one, "stopped"),
    "put off": lambda outbox, one, now: outbox.unclaim(one, "disabled", when=now + 300),
    "dead": lambda outbox, one, now: outbox.dead(one, "HTTP 500", status=500),
}


@pytest.mark.parametrize("attempt", [1, 3])
@pytest.mark.parametrize("how", ENDS)
def test_resend_during_an_attempt_is_not_lost_however_that_ends(store, clock, how, attempt):
    ended(store, "a")
    for _ in range(attempt - 1):
        store.outbox.retry_at(store.outbox.due(clock.now, 5)[0], clock.now, "HTTP 500")
    [hanging] = store.outbox.due(clock.now, 5)
    assert hanging.attempts == attempt
    store.outbox.resend(hanging.id)
    assert ENDS[how](store.outbox, hanging, clock.now) is False
    assert store.outbox.next_due() == clock.now
    [again] = store.outbox.due(clock.now, 5)
    assert (again.id, again.attempts) == (hanging.id, 1)
    assert store.outbox.delivered(again, 200)


@pytest.mark.parametrize("how", ENDS)
def test_an_attempt_whose_lease_ran_out_does_not_end_that_of_another(store, clock, how):
    ended(store, "a")
    [slow] = store.outbox.due(clock.now, 5, lease_seconds=60)
    clock.advance(60)
    [fast] = store.outbox.due(clock.now, 5, lease_seconds=60)
    assert ENDS[how](store.outbox, slow, clock.now) is (how == "delivered")
    assert store.outbox.due(clock.now, 5) == []
    assert store.outbox.delivered(fast, 200)


def test_an_attempt_from_before_a_resend_is_not_taken_for_the_one_after_it(store, clock):
    ended(store, "a")
    [before] = store.outbox.due(clock.now, 5, lease_seconds=60)
    store.outbox.resend(before.id)
    clock.advance(60)
    [after] = store.outbox.due(clock.now, 5, lease_seconds=60)
    assert after.attempts == before.attempts
    assert store.outbox.dead(before, "HTTP 410", status=410) is False
    assert store.outbox.retry_at(before, clock.now + 300, "HTTP 500") is False
    assert store.outbox.due(clock.now, 5) == []
    assert store.outbox.retry_at(after, clock.now, "HTTP 500")


def test_resending_what_is_not_there_says_so(store):
    with pytest.raises(NotFound, match="edgebox callbacks list"):
        store.outbox.resend(7)


def test_a_late_failure_does_not_undo_a_delivery(store, clock):
    ended(store, "a")
    [slow] = store.outbox.due(clock.now, 5, lease_seconds=60)
    clock.advance(60)
    [fast] = store.outbox.due(clock.now, 5, lease_seconds=60)
    assert store.outbox.delivered(fast, 200)
    assert store.outbox.retry_at(slow, clock.now, "timed out") is False
    assert store.outbox.dead(slow, "timed out") is False
    assert [row.state for row in store.outbox.list()] == ["delivered"]


def test_the_longest_due_goes_first_and_the_limit_holds(store, clock):
    batches = []
    for name in "abc":
        batches.append(ended(store, name))
        clock.advance(10)
    assert [one.batch_id for one in store.outbox.due(clock.now, 2)] == batches[:2]
    assert [one.batch_id for one in store.outbox.due(clock.now, 2)] == batches[2:]


def test_the_list_is_newest_first_and_counts_name_every_state(store, clock):
    first, second = ended(store, "a"), ended(store, "b")
    assert [row.batch_id for row in store.outbox.list()] == [second, first]
    assert [row.batch_id for row in store.outbox.list(limit=1)] == [second]
    store.outbox.delivered(store.outbox.due(clock.now, 1)[0], 200)
    assert store.outbox.counts() == {"pending": 1, "delivered": 1, "dead": 0}


def test_an_error_is_kept_short(store, clock):
    ended(store, "a")
    [delivery] = store.outbox.due(clock.now, 5)
    store.outbox.retry_at(delivery, clock.now, "x" * 10_000)
    assert len(store.outbox.list()[0].last_error) == 300


def test_the_body_is_the_contracts(store, clock):
    clock.now = 1757773725.9  # 2025-09-13T14:28:45.9Z
    batch_id = ended(store, "CL-2", "CL-1", "CL-3", bad=["CL-1"])
    assert store.outbox.body(batch_id) == {
        "batch_id": batch_id,
        "results": [
            {
                "consultation_id": "CL-2",
                **analysis(),
                "status": "success",
                "metadata": {"번호": "CL-2"},
            },
            {
                "consultation_id": "CL-1",
                "status": "failed",
                "error": {"code": "invalid", "detail": "no JSON"},
                "metadata": {"번호": "CL-1"},
            },
            {
                "consultation_id": "CL-3",
                **analysis(),
                "status": "success",
                "metadata": {"번호": "CL-3"},
            },
        ],
        "total_processing_time": 3.6,
        "completed_at": "2025-09-13T14:28:45Z",
    }


def test_a_body_of_an_unended_batch_is_not_made(store):
    batch_id = submit(store, ["a"]).batch_id
    with pytest.raises(LeaseLost):
        store.outbox.body(batch_id)
    with pytest.raises(NotFound):
        store.outbox.body("BATCH-x")


def test_threads_never_get_the_same_delivery(store, clock):
    for n in range(20):
        ended(store, f"CL-{n}")
    together = threading.Barrier(5)

    def worker(_):
        together.wait()
        taken = []
        while due := store.outbox.due(clock.now, 2):
            taken += [one.id for one in due]
        return taken

    with ThreadPoolExecutor(5) as pool:
        taken = [one for some in pool.map(worker, range(5)) for one in some]
    assert len(taken) == len(set(taken)) == 20


def test_a_resend_outlives_the_worker_that_was_sending(store, clock):
    ended(store, "a")
    [delivery] = store.outbox.due(clock.now, 5)
    store.outbox.resend(delivery.id)
    clock.advance(1)
    assert store.outbox.recover(lambda attempts: 1000.0 * attempts) == 1
    assert [one.attempts for one in store.outbox.due(clock.now, 5)] == [1]
