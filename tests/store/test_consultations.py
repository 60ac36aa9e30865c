import multiprocessing
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date

import pytest

from edgebox.errors import LeaseLost
from edgebox.store import connection, migrations
from edgebox.store.batches import NewConsultation
from edgebox.store.consultations import MAX_CRASHES
from edgebox.store.db import Store
from support.boxes.store import analysis, claim_and_die, claim_everything, submit, submit_forever


def test_claims_take_the_oldest_first_and_no_more_than_asked(store):
    submit(store, ["a", "b"])
    submit(store, ["c"])
    first = store.consultations.claim(2, 60, 3)
    assert [one.consultation_id for one in first] == ["a", "b"]
    assert [one.attempts for one in first] == [1, 1]
    assert first[0].client_id == "centerlink"
    assert [one.consultation_id for one in store.consultations.claim(2, 60, 3)] == ["c"]
    assert store.consultations.claim(2, 60, 3) == []


def test_the_day_of_a_call_is_still_known_after_a_restart(store):
    known = NewConsultation("a", "고객: 내일 와 주세요", {}, date(2025, 9, 13))
    unknown = NewConsultation("b", "고객: 내일 와 주세요", {})
    store.batches.submit(
        "centerlink", [known, unknown], None, idempotency=None, local_date="20250913"
    )
    store.close()
    other = Store(store.path)
    claimed = other.consultations.claim(2, 600, 3)
    assert [one.call_date for one in claimed] == [date(2025, 9, 13), None]
    other.close()


def test_a_claim_makes_the_batch_run(store):
    first, second = submit(store, ["a"]).batch_id, submit(store, ["b"]).batch_id
    store.consultations.claim(1, 60, 3)
    assert store.batches.get(first).state == "running"
    assert store.batches.get(second).state == "queued"


def test_finish_keeps_the_result_and_the_last_one_ends_the_batch(store, clock):
    batch_id = submit(store, ["a", "b"]).batch_id
    first, second = store.consultations.claim(2, 60, 3)
    store.consultations.finish(second.row_id, second.lease_token, analysis())
    assert store.batches.get(batch_id).state == "running"
    assert store.outbox.list() == [], "nothing is sent before the last"
    clock.advance(5)
    store.consultations.finish(first.row_id, first.lease_token, analysis(processing_time=2.5))
    view = store.batches.get(batch_id)
    assert (view.state, view.done, view.completed_at) == ("completed", 2, clock.now)
    [row] = store.outbox.list("pending")
    assert (row.batch_id, row.attempts, row.next_attempt_at) == (batch_id, 0, clock.now)
    assert row.webhook_id.startswith("msg_")


def test_one_success_completes_a_batch_and_none_fails_it(store):
    mixed = submit(store, ["a", "b"]).batch_id
    bad = submit(store, ["c"]).batch_id
    a, b, c = store.consultations.claim(3, 60, 3)
    store.consultations.fail(b.row_id, b.lease_token, "invalid", "no JSON")
    store.consultations.finish(a.row_id, a.lease_token, analysis())
    store.consultations.fail(c.row_id, c.lease_token, "invalid", "no JSON")
    assert store.batches.get(mixed).state == "completed"
    assert store.batches.get(bad).state == "failed"
    assert {row.batch_id for row in store.outbox.list()} == {mixed, bad}, "both are told"


def test_a_batch_without_url_has_no_callback(store):
    batch_id = submit(store, ["a"], url=None).batch_id
    [one] = store.consultations.claim(1, 60, 3)
    store.consultations.finish(one.row_id, one.lease_token, analysis())
    assert store.outbox.list() == []
    view = store.batches.get(batch_id)
    assert (view.state, view.callback_state) == ("completed", None)


def test_a_lease_that_ran_out_is_claimed_by_another(store, clock):
    submit(store, ["a"])
    [first] = store.consultations.claim(1, 60, 3)
    clock.advance(59)
    assert store.consultations.claim(1, 60, 3) == []
    clock.advance(1)
    assert store.consultations.pending_count() == 1
    [second] = store.consultations.claim(1, 60, 3)
    assert (second.row_id, second.attempts) == (first.row_id, 2)
    assert second.lease_token != first.lease_token


def test_a_stale_token_changes_nothing(store, clock):
    batch_id = submit(store, ["a"]).batch_id
    [stale] = store.consultations.claim(1, 60, 3)
    clock.advance(60)
    [live] = store.consultations.claim(1, 60, 3)
    before = store.batches.consultations(batch_id)
    for late in (
        lambda: store.consultations.finish(stale.row_id, stale.lease_token, analysis()),
        lambda: store.consultations.fail(stale.row_id, stale.lease_token, "x", "x"),
        lambda: store.consultations.renew(stale.row_id, stale.lease_token, 60),
        lambda: store.consultations.release(stale.row_id, stale.lease_token, refund_attempt=True),
    ):
        with pytest.raises(LeaseLost):
            late()
    assert store.batches.consultations(batch_id) == before
    store.consultations.finish(live.row_id, live.lease_token, analysis())
    with pytest.raises(LeaseLost):
        store.consultations.finish(live.row_id, live.lease_token, analysis())
    assert len(store.outbox.list()) == 1


def test_a_late_worker_that_nobody_replaced_still_finishes(store, clock):
    batch_id = submit(store, ["a"]).batch_id
    [one] = store.consultations.claim(1, 60, 3)
    clock.advance(3600)
    store.consultations.finish(one.row_id, one.lease_token, analysis())
    assert store.batches.get(batch_id).state == "completed"


def test_renewing_keeps_the_lease(store, clock):
    submit(store, ["a"])
    [one] = store.consultations.claim(1, 60, 3)
    clock.advance(50)
    store.consultations.renew(one.row_id, one.lease_token, 60)
    clock.advance(50)
    assert store.consultations.claim(1, 60, 3) == []
    clock.advance(10)
    assert len(store.consultations.claim(1, 60, 3)) == 1


@pytest.mark.parametrize(("refund", "attempts"), [(True, 1), (False, 2)])
def test_a_released_consultation_waits_again(store, refund, attempts):
    batch_id = submit(store, ["a"]).batch_id
    [one] = store.consultations.claim(1, 60, 3)
    store.consultations.release(one.row_id, one.lease_token, refund_attempt=refund)
    assert store.batches.get(batch_id).state == "queued"
    [again] = store.consultations.claim(1, 60, 3)
    assert again.attempts == attempts


def test_a_released_one_leaves_a_batch_with_results_running(store):
    batch_id = submit(store, ["a", "b"]).batch_id
    a, b = store.consultations.claim(2, 60, 3)
    store.consultations.finish(a.row_id, a.lease_token, analysis())
    store.consultations.release(b.row_id, b.lease_token, refund_attempt=True)
    assert store.batches.get(batch_id).state == "running"


def test_a_consultation_that_kills_its_worker_three_times_is_poison(store, clock):
    batch_id = submit(store, ["poison", "good"]).batch_id
    good_done = False
    for attempt in (1, 2, 3):
        claimed = {one.consultation_id: one for one in store.consultations.claim(9, 60, 3)}
        assert claimed["poison"].attempts == attempt
        if not good_done:
            good = claimed["good"]
            store.consultations.finish(good.row_id, good.lease_token, analysis())
            good_done = True
        clock.advance(60)  # the worker died with its lease
    assert store.consultations.claim(9, 60, 3) == []
    poison, good = store.batches.consultations(batch_id)
    assert (poison.state, poison.error_code, poison.attempts) == ("failed", "poison", 3)
    assert good.state == "done"
    assert store.batches.get(batch_id).state == "completed"
    assert len(store.outbox.list("pending")) == 1


def test_poison_is_found_even_when_the_claim_is_for_others(store, clock):
    submit(store, ["poison"])
    store.consultations.claim(1, 60, 1)
    clock.advance(60)
    submit(store, ["next"])
    assert [one.consultation_id for one in store.consultations.claim(1, 60, 1)] == ["next"]
    assert store.consultations.counts() == {"pending": 0, "running": 1, "done": 0, "failed": 1}


def test_the_oldest_waiting_is_when_it_was_submitted(store, clock):
    assert store.consultations.oldest_pending_at() is None
    started = clock.now
    submit(store, ["a"])
    clock.advance(100)
    submit(store, ["b"])
    assert store.consultations.oldest_pending_at() == started
    store.consultations.claim(1, 60, 3)
    assert store.consultations.oldest_pending_at() == started + 100
    clock.advance(60)  # the first lease has run out: it waits again
    assert store.consultations.oldest_pending_at() == started
    assert store.consultations.pending_count() == 2


def test_a_failed_one_is_told_without_invented_fields(store):
    batch_id = submit(store, ["a", "b"]).batch_id
    a, b = store.consultations.claim(2, 60, 3)
    store.consultations.fail(a.row_id, a.lease_token, "invalid", "no JSON", processing_time=0.5)
    store.consultations.fail(b.row_id, b.lease_token, "poison", "gave up")
    assert [row.entry() for row in store.batches.consultations(batch_id)] == [
        {
            "consultation_id": "a",
            "status": "failed",
            "error": {"code": "invalid", "detail": "no JSON"},
            "processing_time": 0.5,
            "metadata": {"번호": "a"},
        },
        {
            "consultation_id": "b",
            "status": "failed",
            "error": {"code": "poison", "detail": "gave up"},
            "metadata": {"번호": "b"},
        },
    ]


def test_results_keep_hangul_readable_in_the_file(store):
    submit(store, ["a"])
    [one] = store.consultations.claim(1, 60, 3)
    store.consultations.finish(one.row_id, one.lease_token, analysis())
    store.close()
    assert "재발급".encode() in store.path.read_bytes()


def test_threads_never_claim_the_same_consultation(store):
    submit(store, [f"CL-{n}" for n in range(60)])

    def worker(_):
        taken = []
        while claimed := store.consultations.claim(2, 600, 3):
            taken += [one.row_id for one in claimed]
        return taken

    with ThreadPoolExecutor(6) as pool:
        taken = [row for rows in pool.map(worker, range(6)) for row in rows]
    assert len(taken) == len(set(taken)) == 60


def test_processes_never_claim_the_same_consultation(store):
    submit(store, [f"CL-{n}" for n in range(90)])
    spawn = multiprocessing.get_context("spawn")
    wires, processes = [], []
    for _ in range(2):
        here, there = spawn.Pipe()
        process = spawn.Process(target=claim_everything, args=(store.path, there))
        process.start()
        wires.append(here)
        processes.append(process)
    assert [wire.recv() for wire in wires] == ["ready", "ready"]
    for wire in wires:
        wire.send("go")
    taken = [wire.recv() for wire in wires]
    for process in processes:
        process.join()
    together = taken[0] + taken[1]
    assert len(together) == len(set(together)) == 90


def test_a_killed_worker_is_an_expired_lease(tmp_path, clock):
    store = Store(tmp_path / "edgebox.db")  # the child has the real clock, so has this one
    store.migrate()
    store.clients.create("centerlink")
    submit(store, ["a"])
    process = multiprocessing.get_context("spawn").Process(target=claim_and_die, args=(store.path,))
    process.start()
    process.join()
    assert process.exitcode == -9
    assert store.consultations.claim(1, 600, 3) == []
    clock.now = store.batches.page()[0][0].created_at + 700
    later = Store(store.path, clock=clock)
    [one] = later.consultations.claim(1, 600, 3)
    assert one.attempts == 2
    store.close()
    later.close()


def test_what_was_accepted_is_whole_after_a_kill(store):
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=submit_forever, args=(store.path, there))
    process.start()
    there.close()
    accepted = [here.recv() for _ in range(15)]
    process.kill()
    process.join()
    with closing(sqlite3.connect(store.path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    views = {view.batch_id: view for view in store.batches.page(limit=200)[0]}
    assert set(accepted) <= set(views)
    assert {view.pending for view in views.values()} == {5}, "no half batch"


def test_a_worker_that_starts_takes_back_what_the_last_one_held_and_counts_its_crash(store):
    batch_id = submit(store, ["a", "b"]).batch_id
    lost, _ = store.consultations.claim(2, 600, 3)
    assert store.recover() == (2, 0)
    assert store.recover() == (0, 0), "once"
    assert store.consultations.pending_count() == 2
    again = store.consultations.claim(2, 600, 3)
    assert [(one.attempts, one.crashes) for one in again] == [(1, 1), (1, 1)]
    with pytest.raises(LeaseLost):
        store.consultations.finish(lost.row_id, lost.lease_token, analysis())
    for one in again:
        store.consultations.finish(one.row_id, one.lease_token, analysis())
    assert store.batches.get(batch_id).state == "completed"


def test_a_consultation_that_ends_ten_workers_is_poison_and_can_be_retried(store):
    batch_id = submit(store, ["a"]).batch_id
    for crashes in range(MAX_CRASHES):
        assert store.consultations.claim(1, 600, 3)[0].crashes == crashes
        store.recover()
    assert store.consultations.claim(1, 600, 3) == []
    (row,) = store.batches.consultations(batch_id)
    assert (row.error_code, row.error_detail) == (
        "poison",
        "The worker ended 10 times while it was analysed.",
    )
    assert store.batches.retry(batch_id) == 1
    assert store.consultations.claim(1, 600, 3)[0].crashes == 0


def test_a_clock_that_jumps_does_not_give_a_worker_its_own_work_again(store, clock):
    submit(store, ["a", "b"])
    (held,) = store.consultations.claim(1, 60, 3)
    clock.advance(86_400)
    (other,) = store.consultations.claim(9, 60, 3, holding=[held.row_id])
    assert other.consultation_id == "b"
    store.consultations.finish(held.row_id, held.lease_token, analysis())


def test_what_was_queued_before_there_was_a_call_date_has_that_of_its_metadata(
    tmp_path, monkeypatch
):
    store = Store(tmp_path / "edgebox.db")
    older = migrations.Migrations("edgebox")
    for step in migrations.migrations._migrations[:3]:
        older(name=step.name)(step.fn)
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "migrations", older)
        for module in (migrations, connection):
            patch.setattr(module, "SCHEMA_VERSION", 3)
        store.migrate()
        store.close()
    with closing(sqlite3.connect(store.path)) as raw, raw:
        raw.execute(
            "INSERT INTO clients (client_id, created_at, allowed_callbacks)"
            " VALUES ('centerlink', 0, '[]')"
        )
        raw.execute(
            "INSERT INTO batches (batch_id, client_id, total, created_at, webhook_id)"
            " VALUES ('BATCH-1', 'centerlink', 3, 0, 'w')"
        )
        raw.executemany(
            "INSERT INTO consultations (batch_id, position, consultation_id, characters,"
            " created_at, metadata, transcript) VALUES ('BATCH-1', ?, ?, 1, 0, ?, 'a')",
            [
                (1, "time", '{"call_date": "2025-09-14T08:00:00+09:00"}'),
                (2, "unreadable", '{"call_date": "last week"}'),
                (3, "other", '{"call_date": {"day": 14}}'),
            ],
        )
    assert "0004_call_date" in store.migrate()
    found = {one.consultation_id: one.call_date for one in store.consultations.claim(9, 60, 3)}
    assert found == {"time": date(2025, 9, 14), "unreadable": None, "other": None}
    store.close()
