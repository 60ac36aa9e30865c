import random
import re
import sqlite3
from contextlib import closing

import pytest

from edgebox.errors import NotFound, Removed
from edgebox.store.batches import NewConsultation
from edgebox.store.retention import Ages, Removals
from support.boxes.store import analysis, consultations, submit

DAY = 86_400
AGES = Ages(transcripts=30 * DAY, results=90 * DAY, records=365 * DAY, keys=DAY)


def finish(store, batch, *, fail=()):
    """End every consultation of a batch that has just been submitted."""
    with store._connections.transaction():
        for row in store.consultations.claim(10_000, 600, 3):
            assert row.batch_id == batch
            if row.consultation_id in fail:
                store.consultations.fail(row.row_id, row.lease_token, "refused", "It is too long.")
            else:
                store.consultations.finish(row.row_id, row.lease_token, analysis())


def ended(store, names=("CL-1",), **more):
    fail = more.pop("fail", ())
    batch = submit(store, names, **more).batch_id
    finish(store, batch, fail=fail)
    return batch


def deliver(store, clock):
    for delivery in store.outbox.due(clock(), 100):
        store.outbox.delivered(delivery, 200)


def pass_(store, clock, ages=AGES):
    """Steps until nothing is due; what they removed in all."""
    store.retention.remember(trusted_at=clock(), seen_at=clock(), steady_since=None)
    removals = Removals()
    while step := store.retention.step(clock(), ages):
        removals += step
    return removals


def texts(store, batch):
    with closing(sqlite3.connect(store.path)) as db:
        return db.execute(
            "SELECT transcript, result, metadata FROM consultations WHERE batch_id = ?", [batch]
        ).fetchall()


@pytest.mark.parametrize("url", ["http://centerlink.example:9000/hook", None])
def test_the_words_of_a_batch_go_in_their_order_and_what_is_left_says_when(store, clock, url):
    batch = ended(store, ("CL-1", "CL-2"), url=url, fail=("CL-2",))
    deliver(store, clock)
    began = clock()
    clock.now = began + 30 * DAY - 1
    assert not pass_(store, clock)
    clock.now = began + 30 * DAY
    assert pass_(store, clock) == Removals(transcripts=1)
    assert not pass_(store, clock), "and twice is once"
    view = store.batches.get(batch)
    assert (view.transcripts_removed_at, view.results_removed_at) == (clock(), None)
    assert [(t, m) for t, _, m in texts(store, batch)] == [
        ("", '{"번호":"CL-1"}'),
        ("", '{"번호":"CL-2"}'),
    ]
    assert store.batches.consultations(batch)[0].entry()["quality_score"] == 0.91
    clock.now = began + 90 * DAY
    assert pass_(store, clock) == Removals(results=1)
    assert texts(store, batch) == [("", "{}", "{}"), ("", None, "{}")]
    view = store.batches.get(batch)
    assert (view.done, view.failed, view.results_removed_at) == (1, 1, clock())
    clock.now = began + 365 * DAY
    assert pass_(store, clock) == Removals(records=1)
    assert store.batches.get(batch) is None
    with closing(sqlite3.connect(store.path)) as db:
        for table in ("batches", "consultations", "outbox"):
            assert db.execute(f"SELECT COUNT(*) FROM {table}").fetchone() == (0,)
    assert submit(store).batch_id > batch, "an id is never given twice"


def test_none_is_for_ever(store, clock):
    batch = ended(store, url=None)
    clock.advance(100_000 * DAY)
    kept = Ages(transcripts=None, results=None, records=1.0, keys=None)
    assert not pass_(store, clock, kept)
    assert texts(store, batch)[0][0]


def test_results_may_go_before_transcripts(store, clock):
    batch = ended(store, url=None)
    clock.advance(10 * DAY)
    ages = Ages(transcripts=30 * DAY, results=7 * DAY, records=8 * DAY, keys=None)
    assert pass_(store, clock, ages) == Removals(results=1), "its record stays with its words"
    assert texts(store, batch)[0][0]
    with pytest.raises(Removed, match="results"):
        store.batches.retry(batch)


def waiting(store, clock):
    return submit(store, url=None).batch_id


def running(store, clock):
    batch = submit(store, url=None).batch_id
    store.consultations.claim(1, 600, 3)
    return batch


def half_done(store, clock):
    batch = submit(store, ["CL-1", "CL-2"], url=None).batch_id
    [row] = store.consultations.claim(1, 600, 3)
    store.consultations.finish(row.row_id, row.lease_token, analysis())
    return batch


def undelivered(store, clock):
    return ended(store)


def tried_again_and_again(store, clock):
    batch = ended(store)
    [delivery] = store.outbox.due(clock(), 1)
    store.outbox.retry_at(delivery, clock() + 100, "500")
    return batch


def of_a_disabled_client(store, clock):
    batch = ended(store)
    store.clients.disable("centerlink")
    return batch


def sent_again_by_hand(store, clock):
    batch = ended(store)
    deliver(store, clock)
    store.outbox.resend(store.outbox.list()[0].id)
    return batch


def analysed_again(store, clock):
    batch = ended(store, ("CL-1", "CL-2"), fail=("CL-2",))
    deliver(store, clock)
    assert store.batches.retry(batch) == 1
    return batch


@pytest.mark.parametrize(
    "make",
    [
        waiting,
        running,
        half_done,
        undelivered,
        tried_again_and_again,
        of_a_disabled_client,
        sent_again_by_hand,
        analysed_again,
    ],
)
def test_what_is_not_finished_and_delivered_is_never_touched(store, clock, make):
    batch = make(store, clock)
    before = texts(store, batch)
    clock.advance(3650 * DAY)
    assert not pass_(store, clock)
    assert texts(store, batch) == before
    assert before[0][0]


def test_a_dead_callback_can_be_sent_again_until_its_results_are_removed(store, clock):
    batch = ended(store)
    clock.advance(50 * DAY)  # the worker was off: it was given up only now
    [delivery] = store.outbox.due(clock(), 1)
    store.outbox.dead(delivery, "410")
    given_up = clock()
    assert not pass_(store, clock), "the time begins when it was given up"
    clock.now = given_up + 89 * DAY
    assert pass_(store, clock) == Removals(transcripts=1)
    assert store.retention.resendable() == 1
    store.outbox.resend(delivery.id)
    clock.advance(1000 * DAY)
    assert not pass_(store, clock), "it waits to be sent"
    assert store.outbox.body(batch)["results"][0]["status"] == "success"
    [again] = store.outbox.due(clock(), 1)
    assert again.webhook_id == delivery.webhook_id
    store.outbox.dead(again, "410")
    clock.advance(90 * DAY)
    assert pass_(store, clock) == Removals(results=1)
    assert store.retention.resendable() == 0
    with pytest.raises(Removed, match=rf"results of {batch} were removed at 20"):
        store.outbox.resend(delivery.id)
    assert store.outbox.counts() == {"pending": 0, "delivered": 0, "dead": 1}, "nothing changed"
    with pytest.raises(NotFound):
        store.outbox.resend(999)


def test_failed_consultations_can_be_analysed_again_until_the_transcripts_are_removed(store, clock):
    batch = ended(store, fail=("CL-1",))
    assert store.batches.get(batch).state == "failed"
    deliver(store, clock)
    clock.advance(30 * DAY)
    pass_(store, clock)
    with pytest.raises(Removed, match=rf"transcripts of {batch} were removed at 20"):
        store.batches.retry(batch)
    assert store.batches.get(batch).state == "failed"


def test_keys_and_runs_are_bounded_and_the_last_run_stays(store, clock):
    first = submit(store, idempotency=("k", "a" * 64))
    runs = [store.runs.start("time", clock()) for _ in range(3)]
    clock.advance(DAY)
    assert pass_(store, clock) == Removals(keys=1)
    assert submit(store, idempotency=("k", "b" * 64)).batch_id != first.batch_id
    clock.advance(365 * DAY)
    assert pass_(store, clock) == Removals(keys=1, runs=2)
    assert [run.run_id for run in store.runs.recent(9)] == runs[-1:]


def test_thousands_go_in_bounded_steps(store, clock):
    for n in range(30):
        ended(store, [f"CL-{n}-{m}" for m in range(100)], url=None)
    clock.advance(30 * DAY)
    store.retention.remember(trusted_at=clock(), seen_at=clock(), steady_since=None)
    steps = []
    while step := store.retention.step(clock(), AGES):
        steps.append(step.transcripts)
    assert steps == [20, 10], "2,000 consultations a step"


def test_large_transcripts_make_small_steps(store, clock):
    for n in range(3):
        large = [NewConsultation(f"CL-{n}", "가" * 2_500_000, {})]
        batch = store.batches.submit(
            "centerlink", large, None, idempotency=None, local_date="20250913"
        ).batch_id
        finish(store, batch)
    clock.advance(30 * DAY)
    store.retention.remember(trusted_at=clock(), seen_at=clock(), steady_since=None)
    assert [store.retention.step(clock(), AGES).transcripts for _ in range(4)] == [1, 1, 1, 0]


def marks(path):
    """The numbers of the consultations whose words stand anywhere in the file's bytes."""
    data = b"".join(
        file.read_bytes() for file in path.parent.iterdir() if file.name.startswith(path.name)
    )
    return {int(n) for n in re.findall(rb"MARK(\d{5})", data)}


def marked(store, clock, chance, first):
    """300 consultations with words of every length, finished in no order while more arrive.

    Rows that grow between others move from page to page, and leave copies behind.
    """
    for number in range(first, first + 300, 20):
        made = [
            NewConsultation(
                f"CL-{n:05d}",
                f"MARK{n:05d} 고객 " * chance.choice([1, 3, 10, 50, 90, 180, 500]),
                {"memo": f"MARK{n:05d}"},
            )
            for n in range(number, number + 20)
        ]
        store.batches.submit("centerlink", made, None, idempotency=None, local_date="20250913")
        if number % 100 == 80:
            rows = store.consultations.claim(100, 600, 3)
            chance.shuffle(rows)
            with store._connections.transaction():
                for row in rows:
                    words = f"MARK{row.consultation_id[3:]} " * chance.choice([1, 5, 30, 100])
                    store.consultations.finish(row.row_id, row.lease_token, analysis(summary=words))


@pytest.mark.parametrize("wal", [False, True])
def test_no_removed_word_is_in_the_file_or_its_log_after_a_compaction(
    store, clock, monkeypatch, wal
):
    monkeypatch.setattr("edgebox.store.connection.wal_is_safe", lambda _version: wal)
    store.close()
    chance = random.Random(4)
    marked(store, clock, chance, 0)
    clock.advance(DAY)
    marked(store, clock, chance, 300)
    assert marks(store.path) == set(range(600))
    clock.advance(89 * DAY)
    assert pass_(store, clock).results == 15
    print(f"overwriting alone left {len(marks(store.path)) - 300} of 300")
    store.retention.compact(clock)
    assert marks(store.path) == set(range(300, 600))
    log = store.path.with_name("edgebox.db-wal")
    assert log.exists() is wal
    assert not wal or log.stat().st_size == 0
    assert store.retention.state().compaction_wanted_at is None
    clock.advance(DAY)
    before = store.path.stat().st_size
    pass_(store, clock)
    store.retention.compact(clock)
    assert marks(store.path) == set()
    assert store.path.stat().st_size < before, "and its room goes back to the disk"


def test_a_step_that_fails_changes_nothing(store, clock):
    batch = ended(store, url=None)
    clock.advance(30 * DAY)
    with closing(sqlite3.connect(store.path)) as raw:
        raw.execute(
            "CREATE TRIGGER stop BEFORE UPDATE OF transcripts_removed_at ON batches"
            " BEGIN SELECT RAISE(ABORT, 'stop'); END"
        )
    with pytest.raises(Exception, match="stop"):
        pass_(store, clock)
    assert texts(store, batch)[0][0] == consultations("CL-1")[0].transcript


def test_thumbs_go_with_the_records_counted_from_the_latest_word(store, clock):
    began = clock()
    for what, subject in (("ask", "ask_1"), ("summary", "CL-1"), ("record", "CL-1")):
        store.feedback.put("centerlink", what, subject, liked=True, reason="")
    clock.advance(100 * DAY)
    store.feedback.put("centerlink", "ask", "ask_1", liked=False, reason="wrong")
    store.feedback.put("centerlink", "ask", "ask_2", liked=True, reason="")
    clock.now = began + 365 * DAY - 1
    assert not pass_(store, clock)
    clock.now = began + 365 * DAY
    assert pass_(store, clock) == Removals(feedback=2)
    assert [row["subject"] for row in store.feedback.rows()] == ["ask_1", "ask_2"]
    clock.now = began + 465 * DAY
    assert not pass_(store, clock, Ages(transcripts=1.0, results=1.0, records=None, keys=1.0))
    assert pass_(store, clock) == Removals(feedback=2)
    assert store.feedback.counted() == []


def test_many_thumbs_go_in_steps(store, clock):
    for number in range(5):
        store.feedback.put("centerlink", "ask", f"ask_{number}", liked=True, reason="")
    clock.advance(366 * DAY)
    store.retention.remember(trusted_at=clock(), seen_at=clock(), steady_since=None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edgebox.store.retention.MOST_ROWS", 2)
        steps = [store.retention.step(clock(), AGES).feedback for _ in range(4)]
    assert steps == [2, 2, 1, 0]
