import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from edgebox.errors import InvalidFields, NotFound, StoreError
from edgebox.store.batches import NewConsultation
from edgebox.store.retention import Ages, Removals
from support.boxes.store import URL, analysis, consultations, submit


def test_a_submitted_batch_waits_in_order(store, clock):
    made = submit(store, ["CL-2", "CL-1", "CL-3"])
    assert (made.batch_id, made.total, made.created_at, made.replayed) == (
        "BATCH-20250913-001",
        3,
        clock.now,
        False,
    )
    view = store.batches.get(made.batch_id)
    assert (view.state, view.total, view.pending, view.done) == ("queued", 3, 3, 0)
    assert (view.callback_url, view.callback_state, view.callback_attempts) == (URL, "waiting", 0)
    rows = store.batches.consultations(made.batch_id)
    assert [row.consultation_id for row in rows] == ["CL-2", "CL-1", "CL-3"]
    assert [row.entry() for row in rows] == [None] * 3


def test_batches_are_counted_per_day_over_all_clients(store):
    store.clients.create("erp")
    ids = [
        submit(store, date="20250913").batch_id,
        submit(store, client="erp", date="20250913").batch_id,
        submit(store, date="20250914").batch_id,
        submit(store, date="20250913").batch_id,
    ]
    assert ids == [
        "BATCH-20250913-001",
        "BATCH-20250913-002",
        "BATCH-20250914-001",
        "BATCH-20250913-003",
    ]


def test_the_thousandth_batch_of_a_day_has_four_digits(store):
    with store._connections.transaction() as db:
        db.execute("INSERT INTO counters VALUES ('batch/20250913', 999)")
    assert submit(store).batch_id == "BATCH-20250913-1000"


def test_text_and_metadata_come_back_unchanged(store):
    metadata = {
        "call_date": "2025-09-13",
        "duration": 180,
        "비율": 0.1,
        "none": None,
        "nested": [{"ok": True}, "이모지 😀", "\x00"],
        "big": 2**70,
    }
    transcript = "고객: 안녕하세요\n상담원: 네\x00😀\u2028'\";DROP TABLE batches;--"
    item = NewConsultation("CL-1", transcript, metadata)
    made = store.batches.submit("centerlink", [item], None, idempotency=None, local_date="20250913")
    [claimed] = store.consultations.claim(1, 60, 3)
    assert (claimed.transcript, claimed.metadata) == (transcript, metadata)
    store.consultations.finish(claimed.row_id, claimed.lease_token, analysis())
    [row] = store.batches.consultations(made.batch_id)
    assert json.dumps(row.metadata) == json.dumps(metadata), "order of keys included"


def test_what_cannot_be_stored_is_named_by_field_and_nothing_is_written(store):
    broken = [
        NewConsultation("a", "텍스트 \ud800", {}),
        NewConsultation("b", "텍스트", {"x": "\udfff"}),
        NewConsultation("c", "텍스트", {"x": float("nan")}),
        NewConsultation("d", "텍스트", {}),
        NewConsultation("d", "텍스트", {}),
        NewConsultation("e\ud800", "텍스트", {}),
    ]
    with pytest.raises(InvalidFields) as caught:
        store.batches.submit("centerlink", broken, None, idempotency=None, local_date="20250913")
    assert [pointer for pointer, _ in caught.value.errors] == [
        "/consultations/0/conversation_text",
        "/consultations/1/metadata",
        "/consultations/2/metadata",
        "/consultations/4/consultation_id",
        "/consultations/5/consultation_id",
    ]
    assert store.batches.page()[0] == []


def test_an_empty_batch_is_refused(store):
    with pytest.raises(InvalidFields) as caught:
        submit(store, [])
    assert caught.value.errors[0][0] == "/consultations"


def test_an_unknown_client_cannot_submit(store):
    with pytest.raises(StoreError):
        submit(store, client="nobody")


class TestIdempotency:
    def test_the_same_key_and_body_give_the_same_batch(self, store, clock):
        first = submit(store, ["a", "b"], idempotency=("key-1", "sha-1"))
        clock.advance(60)
        again = submit(store, ["a", "b"], idempotency=("key-1", "sha-1"), date="20250914")
        assert again.replayed
        assert (again.batch_id, again.total, again.created_at) == (
            first.batch_id,
            first.total,
            first.created_at,
        )
        assert store.consultations.pending_count() == 2

    def test_the_same_key_with_another_body_is_refused(self, store):
        submit(store, ["a"], idempotency=("key-1", "sha-1"))
        with pytest.raises(InvalidFields) as caught:
            submit(store, ["b"], idempotency=("key-1", "sha-2"))
        assert caught.value.errors[0][0] == ""
        assert len(store.batches.page()[0]) == 1

    def test_a_key_belongs_to_its_client(self, store):
        store.clients.create("erp")
        first = submit(store, idempotency=("key-1", "sha-1"))
        other = submit(store, client="erp", idempotency=("key-1", "sha-2"))
        assert not other.replayed
        assert other.batch_id != first.batch_id

    def test_a_clock_that_is_wrong_for_a_while_costs_the_others_nothing(self, store, clock):
        store.clients.create("erp")
        first = submit(store, idempotency=("key-1", "sha-1"))
        clock.advance(25 * 3600)
        submit(store, client="erp", idempotency=("key-1", "sha-3"))
        submit(store, idempotency=("key-2", "sha-4"))
        clock.advance(-25 * 3600)
        again = submit(store, idempotency=("key-1", "sha-1"))
        assert again.replayed
        assert again.batch_id == first.batch_id

    def test_a_clock_that_is_wrong_for_a_while_costs_those_that_are_used_then_nothing(
        self, store, clock
    ):
        first = submit(store, idempotency=("key-1", "sha-1"))
        for step in (25 * 3600, 0, -25 * 3600, 365 * 86_400, -366 * 86_400):
            clock.advance(step)
            again = submit(store, idempotency=("key-1", "sha-1"))
            assert (again.replayed, again.batch_id) == (True, first.batch_id)

    def test_a_key_is_forgotten_by_the_retention_alone(self, store, clock):
        first = submit(store, idempotency=("key-1", "sha-1"))
        clock.advance(24 * 3600)
        with pytest.raises(InvalidFields):
            submit(store, idempotency=("key-1", "sha-2"))
        ages = Ages(transcripts=None, results=None, records=None, keys=24 * 3600)
        assert store.retention.step(clock(), ages) == Removals(keys=1)
        second = submit(store, idempotency=("key-1", "sha-2"))
        assert not second.replayed
        assert second.batch_id != first.batch_id

    def test_a_refused_submission_does_not_use_up_the_key(self, store):
        with pytest.raises(StoreError):
            submit(store, client="nobody", idempotency=("key-1", "sha-1"))
        with pytest.raises(InvalidFields):
            submit(store, ["a", "a"], idempotency=("key-1", "sha-1"))
        assert not submit(store, ["a"], idempotency=("key-1", "sha-2")).replayed

    def test_eight_threads_with_one_key_make_one_batch(self, store):
        together = threading.Barrier(8)

        def one(_):
            together.wait()
            return submit(store, ["a", "b"], idempotency=("key-1", "sha-1"))

        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(one, range(8)))
        assert len({one.batch_id for one in made}) == 1
        assert [one.replayed for one in made].count(False) == 1
        assert store.consultations.pending_count() == 2


def test_threads_that_submit_at_once_get_different_batches(store):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: submit(store, [f"CL-{n}"]).batch_id, range(24)))
    assert sorted(made) == [f"BATCH-20250913-{n:03d}" for n in range(1, 25)]


def test_a_client_sees_only_its_own(store):
    store.clients.create("erp")
    mine, theirs = submit(store).batch_id, submit(store, client="erp").batch_id
    assert store.batches.get(theirs, "centerlink") is None
    assert store.batches.get(mine, "centerlink").batch_id == mine
    assert [v.batch_id for v in store.batches.page("centerlink")[0]] == [mine]
    assert [v.batch_id for v in store.batches.page("erp")[0]] == [theirs]
    assert [v.batch_id for v in store.batches.page(None)[0]] == [theirs, mine]
    assert store.batches.get("BATCH-20250913-999") is None


def test_pages_run_from_the_newest_and_miss_nothing_while_batches_arrive(store):
    made = [submit(store, [f"CL-{n}"]).batch_id for n in range(7)]
    seen, cursor = [], None
    for _ in range(10):
        views, cursor = store.batches.page("centerlink", limit=3, cursor=cursor)
        seen += [view.batch_id for view in views]
        submit(store, date="20250914")
        if cursor is None:
            break
    assert seen == made[::-1]


def test_a_page_that_ends_exactly_has_no_next(store):
    for n in range(4):
        submit(store, [f"CL-{n}"])
    assert store.batches.page(limit=4)[1] is None
    assert store.batches.page(limit=3)[1] is not None


def test_a_page_of_one_state(store):
    first, second = submit(store, ["a"]).batch_id, submit(store, ["b"]).batch_id
    [claimed] = store.consultations.claim(1, 60, 3)
    store.consultations.finish(claimed.row_id, claimed.lease_token, analysis())
    assert [v.batch_id for v in store.batches.page(state="completed")[0]] == [first]
    assert [v.batch_id for v in store.batches.page(state="queued")[0]] == [second]
    assert store.batches.page(state="failed") == ([], None)


def test_a_view_counts_the_work_that_comes_first(store):
    size = len(consultations("CL-1")[0].transcript)
    first = submit(store, ["CL-1", "CL-2"]).batch_id
    second = submit(store, ["CL-3"]).batch_id
    view = store.batches.get(second)
    assert (view.ahead, view.ahead_characters) == (2, 2 * size)
    assert (view.remaining, view.remaining_characters) == (1, size)
    [one] = store.consultations.claim(1, 60, 3)
    store.consultations.finish(one.row_id, one.lease_token, analysis())
    assert store.batches.get(second).ahead == 1
    assert store.batches.get(first).remaining == 1
    for one in store.consultations.claim(9, 60, 3):
        store.consultations.finish(one.row_id, one.lease_token, analysis())
    view = store.batches.get(second)
    assert (view.ahead, view.ahead_characters, view.remaining) == (0, 0, 0)


class TestRetry:
    @staticmethod
    def ended(store, *, delivered=True):
        """A batch with one analysed, two failed, its callback delivered."""
        batch_id = submit(store, ["ok", "bad", "worse"]).batch_id
        good, *bad = store.consultations.claim(3, 60, 3)
        store.consultations.finish(good.row_id, good.lease_token, analysis())
        for one in bad:
            store.consultations.fail(one.row_id, one.lease_token, "invalid", "no JSON")
        [delivery] = store.outbox.due(1e12, 5)
        if delivered:
            store.outbox.delivered(delivery, 200)
        return batch_id, delivery

    def test_failed_consultations_run_again_and_the_callback_under_a_new_id(self, store):
        batch_id, before = self.ended(store)
        assert store.batches.retry(batch_id) == 2
        view = store.batches.get(batch_id)
        assert (view.state, view.pending, view.done, view.failed) == ("running", 2, 1, 0)
        assert (view.completed_at, view.callback_state) == (None, "waiting")
        claimed = store.consultations.claim(9, 60, 3)
        assert [(one.consultation_id, one.attempts) for one in claimed] == [
            ("bad", 1),
            ("worse", 1),
        ]
        for one in claimed:
            store.consultations.finish(one.row_id, one.lease_token, analysis())
        view = store.batches.get(batch_id)
        assert (view.state, view.done, view.callback_state) == ("completed", 3, "pending")
        [again] = store.outbox.due(1e12, 5)
        assert again.webhook_id.startswith("msg_")
        assert again.webhook_id != before.webhook_id
        assert again.attempts == 1

    def test_a_delivery_under_way_cannot_stand_for_the_new_results(self, store):
        batch_id, stale = self.ended(store, delivered=False)
        store.batches.retry(batch_id)
        assert store.outbox.delivered(stale, 200) is False
        for one in store.consultations.claim(9, 60, 3):
            store.consultations.finish(one.row_id, one.lease_token, analysis())
        assert store.outbox.delivered(stale, 200) is False
        assert store.batches.get(batch_id).callback_state == "pending"

    def test_nothing_failed_means_nothing_happens(self, store):
        batch_id, _ = self.ended(store)
        store.batches.retry(batch_id)
        for one in store.consultations.claim(9, 60, 3):
            store.consultations.finish(one.row_id, one.lease_token, analysis())
        before = store.batches.get(batch_id)
        assert store.batches.retry(batch_id) == 0
        assert store.batches.get(batch_id) == before

    def test_a_batch_still_running_keeps_running(self, store):
        batch_id = submit(store, ["bad", "open"]).batch_id
        bad, _ = store.consultations.claim(2, 60, 3)
        store.consultations.fail(bad.row_id, bad.lease_token, "invalid", "no JSON")
        assert store.batches.retry(batch_id) == 1
        assert store.batches.get(batch_id).state == "running"

    def test_a_batch_that_failed_whole_is_queued_again(self, store):
        batch_id = submit(store, ["bad"]).batch_id
        [bad] = store.consultations.claim(1, 60, 3)
        store.consultations.fail(bad.row_id, bad.lease_token, "invalid", "no JSON")
        assert store.batches.get(batch_id).state == "failed"
        store.batches.retry(batch_id)
        assert store.batches.get(batch_id).state == "queued"

    def test_an_unknown_batch_is_named(self, store):
        with pytest.raises(NotFound, match="BATCH-x"):
            store.batches.retry("BATCH-x")
