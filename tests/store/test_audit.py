"""The audit: written with each act, kept as written, and any change is found."""

import hashlib
import json
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from edgebox.errors import NotFound, StoreError
from edgebox.store.acts import FIRST, Act, Actor
from edgebox.store.audit import LEEWAY_SECONDS, MOST_ROWS
from edgebox.store.backup import write_backup
from edgebox.store.db import Store
from edgebox.store.restore import restore_backup
from edgebox.store.retention import Ages
from support.boxes.store import analysis, submit

DAY = 86_400.0
KIM = Actor("kim", "shell")
PEER = Actor(None, "10.0.0.7")
NEVER = Ages(transcripts=None, results=None, records=None, keys=None)


def acts(store):
    return [(row.operator, row.address, row.action, row.subject) for row in store.audit.rows()]


def raw(store, sql, *values):
    with closing(sqlite3.connect(store.path)) as db, db:
        return db.execute(sql, values).fetchall()


def tampered(store, sql):
    """Run SQL as somebody who knows how to remove the triggers."""
    store.close()
    with closing(sqlite3.connect(store.path)) as db, db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            db.execute(f"DROP TRIGGER {name}")
        db.execute(sql)


def failed_batch(store):
    batch = submit(store, ["CL-1"]).batch_id
    [row] = store.consultations.claim(1, 600, 3)
    store.consultations.fail(row.row_id, row.lease_token, "refused", "no")
    return batch


def test_every_act_on_a_client_is_a_row_with_its_person(store):
    store.clients.create("new", allowed_callbacks=["a.example"], by=KIM)
    store.clients.rotate("new", by=KIM)
    store.clients.disable("new", by=KIM)
    store.clients.enable("new", by=KIM)
    store.clients.set_callbacks("new", ["b.example:9"], by=KIM)
    rows = store.audit.list(client="new")
    assert [row.action for row in reversed(rows)] == [
        "keys.create",
        "keys.rotate",
        "keys.disable",
        "keys.enable",
        "keys.callbacks",
    ]
    assert {(row.operator, row.address) for row in rows} == {("kim", "shell")}
    assert rows[0].detail == {"allowed_callbacks": ["b.example:9"]}
    secrets = store.clients.get("new").secrets
    assert not any(secret in repr(rows) for secret in secrets)


def test_batches_and_callbacks_are_rows_of_their_client(store, clock):
    batch = failed_batch(store)
    clock.advance(1)
    [callback] = store.outbox.list()
    store.outbox.resend(callback.id, by=KIM)
    clock.advance(1)
    store.batches.retry(batch, by=KIM)
    resent, retried = store.audit.list(limit=2)[::-1]
    assert (resent.action, resent.subject, resent.client_id) == (
        "callbacks.resend",
        batch,
        "centerlink",
    )
    assert (retried.action, retried.subject, retried.at) == ("batches.retry", batch, clock())
    assert retried.detail == {"consultations": 1}
    assert "CL-1" not in repr(store.audit.list()), "not even the id of a consultation"


def test_an_act_that_does_not_happen_is_no_row(store):
    before = acts(store)
    for fails in (
        lambda: store.clients.create("centerlink", by=KIM),
        lambda: store.clients.rotate("nobody", by=KIM),
        lambda: store.clients.disable("nobody", by=KIM),
        lambda: store.outbox.resend(99, by=KIM),
    ):
        with pytest.raises((StoreError, NotFound)):
            fails()
    batch = submit(store, ["CL-1"], idempotency=("k", "s")).batch_id
    assert submit(store, ["CL-1"], idempotency=("k", "s")).replayed
    assert store.batches.retry(batch, by=KIM) == 0
    assert acts(store) == [*before, (None, None, "batches.submit", batch)]


def test_a_row_that_cannot_be_written_undoes_its_act(store):
    raw(store, "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(StoreError):
        store.clients.create("new", by=KIM)
    assert store.clients.get("new") is None


def test_the_chain_is_as_the_documentation_says(store):
    store.clients.disable("centerlink", by=KIM)
    previous = FIRST
    for row in store.audit.rows():
        content = [
            row.id,
            row.at,
            row.operator,
            row.address,
            row.action,
            row.client_id,
            row.subject,
            json.dumps(row.detail, ensure_ascii=False, separators=(",", ":")),
        ]
        line = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        assert row.previous == previous
        previous = hashlib.sha256(f"{previous}\n{line}".encode()).hexdigest()
        assert row.hash == previous
    assert store.audit.verify().last_hash == previous


def test_sql_may_not_change_or_remove_a_row(store):
    for sql in (
        "UPDATE audit SET operator = 'lee'",
        "DELETE FROM audit",
        "UPDATE audit_start SET removed_through = -1",
        "DELETE FROM audit_start",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            raw(store, sql)
    assert store.audit.verify().fault is None


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE audit SET operator = 'lee' WHERE id = 3", "Row 3 is not as it was written"),
        ("UPDATE audit SET detail = '{}' WHERE id = 1", "Row 1 is not as it was written"),
        ("UPDATE audit SET at = at + 0.001 WHERE id = 3", "Row 3 is not"),
        ("DELETE FROM audit WHERE id = 3", "missing between 2 and 4"),
        ("DELETE FROM audit WHERE id <= 2", "Row 3 is not as it was written, or rows are missing"),
        ("DELETE FROM audit WHERE id >= 4", "Rows from 4 to 5 are missing at the end"),
        ("DELETE FROM audit", "Rows from 1 to 5 are missing"),
        (
            "INSERT INTO audit (at, action, detail, hash) VALUES (0, 'keys.create', '{}', 'x')",
            "Row 6 is not as it was written",
        ),
    ],
)
def test_what_was_tampered_with_is_found(store, sql, words):
    for _ in range(2):
        store.clients.disable("centerlink", by=KIM)
        store.clients.enable("centerlink", by=KIM)
    verdict = store.audit.verify()
    assert (verdict.rows, verdict.first, verdict.last, verdict.fault) == (5, 1, 5, None)
    tampered(store, sql)
    assert words in store.audit.verify().fault


def test_a_look_at_the_newest_rows_finds_what_is_wrong_there(store):
    store.audit.append([Act(1.0, PEER, "results.read", "centerlink", f"B-{n}") for n in range(50)])
    verdict = store.audit.verify(newest=10)
    assert (verdict.rows, verdict.first, verdict.fault) == (10, 42, None)
    tampered(store, "UPDATE audit SET subject = 'B-0' WHERE id = 45")
    assert store.audit.verify(newest=10).fault
    assert store.audit.verify(newest=5).fault is None


def test_list_filters_by_client_action_and_time(store, clock):
    store.clients.create("other", by=KIM)
    clock.advance(10)
    submit(store)
    store.clients.rotate("other", by=KIM)

    def listed(**wanted):
        return [row.action for row in store.audit.list(**wanted)]

    assert listed(client="other") == ["keys.rotate", "keys.create"]
    assert listed(action="keys") == ["keys.rotate", "keys.create", "keys.create"]
    assert listed(action="keys.rotate") == ["keys.rotate"]
    assert listed(since=clock()) == ["keys.rotate", "batches.submit"]
    assert listed(limit=1) == ["keys.rotate"]
    assert listed(action="key") == []


def test_names_that_are_not_unicode_are_written_all_the_same(store):
    store.audit.note(KIM, "audit.export", subject="/tmp/\udcff.jsonl")
    assert store.audit.list(limit=1)[0].subject == "/tmp/\\udcff.jsonl"
    assert store.audit.verify().fault is None


def test_retention_removes_from_the_beginning_and_the_chain_holds(store, clock):
    old = [Act(clock(), PEER, "results.read", "centerlink", f"B-{n}") for n in range(MOST_ROWS)]
    store.audit.append(old)
    clock.advance(5 * DAY)
    store.clients.disable("centerlink", by=KIM)
    ages = Ages(transcripts=None, results=None, records=None, keys=None, audit=5 * DAY)
    assert not store.retention.step(clock(), ages), "not at every tick: once a day"
    clock.advance(LEEWAY_SECONDS)
    assert store.retention.step(clock(), NEVER).audit == 0
    assert store.retention.step(clock(), ages).audit == MOST_ROWS
    assert store.retention.step(clock(), ages).audit == 1
    assert not store.retention.step(clock(), ages)
    assert acts(store) == [
        ("kim", "shell", "keys.disable", None),
        (None, None, "audit.remove", f"1-{MOST_ROWS}"),
        (None, None, "audit.remove", f"{MOST_ROWS + 1}-{MOST_ROWS + 1}"),
    ]
    verdict = store.audit.verify()
    assert (verdict.first, verdict.rows, verdict.fault) == (MOST_ROWS + 2, 3, None)
    tampered(store, f"DELETE FROM audit WHERE id = {MOST_ROWS + 2}")
    assert store.audit.verify().fault


def test_retention_may_empty_the_audit(store, clock):
    clock.advance(10 * DAY)
    ages = Ages(transcripts=None, results=None, records=None, keys=None, audit=DAY)
    assert store.retention.step(clock(), ages).audit == 1
    assert [row.action for row in store.audit.rows()] == ["audit.remove"]
    assert store.audit.verify().fault is None


def test_a_backup_has_the_audit_as_it_is(store, tmp_path):
    write_backup(store.path, tmp_path / "b.db")
    copy = Store(tmp_path / "b.db")
    assert copy.audit.verify() == store.audit.verify()
    copy.close()


def test_a_restore_loses_no_row_and_is_one(store, tmp_path, clock):
    write_backup(store.path, tmp_path / "b.db")
    store.clients.disable("centerlink", by=KIM)
    before = acts(store)
    store.close()
    done = restore_backup(tmp_path / "b.db", store.path, now=clock(), by=KIM)
    assert done.audit_continues
    assert not store.clients.get("centerlink").disabled, "everything else is the backup's"
    assert acts(store) == [*before, ("kim", "shell", "restore", str(tmp_path / "b.db"))]
    assert store.audit.verify().fault is None


def test_a_restore_after_retention_continues_the_audit(store, tmp_path, clock):
    write_backup(store.path, tmp_path / "b.db")
    clock.advance(10 * DAY)
    ages = Ages(transcripts=None, results=None, records=None, keys=None, audit=DAY)
    store.retention.step(clock(), ages)  # removes exactly what the backup has
    store.close()
    assert restore_backup(tmp_path / "b.db", store.path, now=clock()).audit_continues
    assert [action for _, _, action, _ in acts(store)] == ["keys.create", "audit.remove", "restore"]
    assert store.audit.verify().fault is None


def test_a_backup_without_an_audit_gets_the_present_one(store, tmp_path, clock):
    write_backup(store.path, tmp_path / "b.db")
    with closing(sqlite3.connect(tmp_path / "b.db")) as db, db:
        db.executescript(
            "DROP TABLE audit; DROP TABLE audit_start; PRAGMA user_version = 5;"
            "DELETE FROM _sqlite_migrations WHERE name = '0006_audit'"
        )
    before = acts(store)
    store.close()
    done = restore_backup(tmp_path / "b.db", store.path, now=clock())
    assert (done.migrated, done.audit_continues) == (["0006_audit"], True)
    assert acts(store)[:-1] == before
    assert store.audit.verify().fault is None


@pytest.mark.parametrize("how", ["another machine", "damaged"])
def test_a_restore_says_that_the_audit_does_not_continue(store, tmp_path, clock, how):
    write_backup(store.path, tmp_path / "b.db")
    if how == "damaged":
        store.close()
        store.path.write_bytes(b"damaged" * 1000)
    else:
        tampered(store, "UPDATE audit SET hash = 'x'")
    done = restore_backup(tmp_path / "b.db", store.path, now=clock())
    assert not done.audit_continues
    assert store.audit.list(limit=1)[0].detail == {"audit_continues": False}
    assert store.audit.verify().fault is None


def test_processes_that_write_together_make_one_chain(store):
    code = (
        "import sys; from pathlib import Path; from edgebox.store.db import Store;"
        "from edgebox.store.acts import Act, Actor; s = Store(Path(sys.argv[1]), busy_timeout=60);"
        "[s.audit.append([Act(1.0, Actor(), 'batches.list', sys.argv[2])]) for _ in range(40)]"
    )
    workers = [
        subprocess.Popen([sys.executable, "-c", code, str(store.path), name]) for name in "abc"
    ]
    assert [worker.wait() for worker in workers] == [0, 0, 0]
    verdict = store.audit.verify()
    assert (verdict.rows, verdict.fault) == (121, None)


def test_the_worker_writes_nothing_of_its_own_work(store):
    submit(store)
    [row] = store.consultations.claim(1, 600, 3)
    store.consultations.finish(row.row_id, row.lease_token, analysis())
    assert [action for _, _, action, _ in acts(store)] == ["keys.create", "batches.submit"]
