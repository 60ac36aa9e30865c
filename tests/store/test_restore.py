import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime

import pytest

from edgebox.errors import BackupError
from edgebox.store import migrations
from edgebox.store.acts import BOX
from edgebox.store.backup import scratch, write_backup
from edgebox.store.db import Store
from edgebox.store.operators import NewOperator
from edgebox.store.restore import kept_aside, restore_backup, users_of
from edgebox.store.spending import Item
from edgebox.system import worker_lock
from support.boxes.store import analysis, submit


@pytest.fixture
def backup(store, tmp_path, clock):
    """Of a box in the midst of it: one waits, one is worked on, one is being delivered."""
    submit(store, ["DONE"])
    [row] = store.consultations.claim(1, 600, 3)
    store.consultations.finish(row.row_id, row.lease_token, analysis())
    submit(store, ["RUNNING", "WAITING"])
    store.consultations.claim(1, 600, 3)
    assert len(store.outbox.due(clock(), 1)) == 1
    write_backup(store.path, tmp_path / "b.db")
    return tmp_path / "b.db"


@pytest.fixture
def fresh(tmp_path):
    return tmp_path / "fresh" / "edgebox.db"


def restored(path, clock):
    store = Store(path, clock=clock)
    assert store.migrate() == []
    return store


def test_into_a_fresh_folder_and_the_work_goes_on(store, backup, fresh, clock):
    ids = [row.webhook_id for row in store.outbox.list()]
    done = restore_backup(backup, fresh, now=clock())
    assert (done.pending, done.callbacks, done.kept_aside) == (2, 1, None)
    assert done.newest_at == clock()
    assert done.contents.rows == {"clients": 1, "batches": 2, "consultations": 3, "outbox": 1}
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o600
    assert stat.S_IMODE(fresh.parent.stat().st_mode) == 0o700
    assert sorted(path.name for path in fresh.parent.iterdir()) == ["edgebox.db", "worker.lock"]
    box = restored(fresh, clock)
    assert [(d.webhook_id, d.attempts) for d in box.outbox.due(clock(), 9)] == [(ids[0], 1)]
    rows = box.consultations.claim(9, 600, 3)
    assert [(row.consultation_id, row.attempts) for row in rows] == [("RUNNING", 1), ("WAITING", 1)]
    assert box.clients.get("centerlink").secrets == store.clients.get("centerlink").secrets
    box.close()


def test_accounts_come_back_and_nobody_is_logged_in(store, fresh, tmp_path, clock):
    """A session of the backup may have ended since: by logging out, or with its account."""
    store.operators.add(NewOperator("kim01", "agent", "centerlink", "김민지", "H"))
    assert store.sessions.start("t" * 64, store.operators.get("kim01"), by=BOX)
    write_backup(store.path, tmp_path / "people.db")
    restore_backup(tmp_path / "people.db", fresh, now=clock())
    box = restored(fresh, clock)
    assert box.operators.get("kim01") == store.operators.get("kim01")
    assert store.sessions.find("t" * 64) is not None
    assert box.sessions.find("t" * 64) is None
    box.close()


def test_no_counter_of_another_machine_is_gone_on_from(store, fresh, tmp_path, clock):
    """A GPU counts since its driver was loaded: the difference to another one's means nothing."""
    item = Item("joules", "gpu0", "nvml")
    store.spending.add("2025-09-14", {item: 5.0}, source="engine", started=1.0, totals={item: 1e9})
    write_backup(store.path, tmp_path / "counted.db")
    restore_backup(tmp_path / "counted.db", fresh, now=clock())
    box = restored(fresh, clock)
    assert box.spending.sums("2025-09-14", "2025-09-14") == {item: 5.0}
    assert box.spending.read_of("engine") is None
    box.close()


def test_the_database_from_before_is_kept_aside_and_whole(store, backup, clock):
    later = submit(store, ["LATER"]).batch_id
    store.close()
    done = restore_backup(backup, store.path, now=clock())
    assert done.kept_aside.name.startswith("edgebox.db.before-restore-2025091")
    assert stat.S_IMODE(done.kept_aside.stat().st_mode) == 0o600
    assert kept_aside(store.path) == [done.kept_aside]
    assert store.batches.get(later) is None
    before = Store(done.kept_aside)
    assert before.batches.get(later).total == 1
    before.close()


def test_what_a_backup_is_writing_is_no_copy_that_was_left(store):
    folder = store.path.parent
    left = folder / ".edgebox-backup-old"
    left.touch()
    with scratch(folder, ".edgebox-restore-") as fresh:
        assert kept_aside(store.path) == [left]
        assert fresh.exists()


def test_no_batch_id_is_given_twice_on_the_day_of_a_restore(store, backup, clock):
    today = f"{datetime.fromtimestamp(clock(), tz=UTC).astimezone():%Y%m%d}"
    lost = submit(store, date=today).batch_id
    store.close()
    restore_backup(backup, store.path, now=clock())
    assert lost.endswith("-003")
    assert submit(store, date=today).batch_id == f"BATCH-{today}-1001"
    store.close()
    restore_backup(backup, store.path, now=clock() + 1)
    assert submit(store, date=today).batch_id == f"BATCH-{today}-2001"


def test_a_damaged_database_can_be_replaced(store, backup, clock):
    store.close()
    store.path.write_bytes(b"damaged" * 1000)
    store.path.with_name("edgebox.db-journal").write_bytes(b"left by a crash")
    done = restore_backup(backup, store.path, now=clock())
    assert done.kept_aside.read_bytes().startswith(b"damaged")
    assert not store.path.with_name("edgebox.db-journal").exists()
    assert len(store.batches.page()[0]) == 2


def test_what_is_in_the_journal_of_a_killed_box_is_not_applied_to_the_backup(store, backup, clock):
    store.close()
    code = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('PRAGMA cache_size = 5'); c.execute('BEGIN IMMEDIATE');"
        "c.execute('UPDATE consultations SET transcript = hex(randomblob(200000))');"
        "os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", code, store.path], check=False)
    beside = [store.path.with_name(f"edgebox.db-{kind}") for kind in ("journal", "wal")]
    assert any(path.exists() and path.stat().st_size for path in beside), "what was half written"
    done = restore_backup(backup, store.path, now=clock())
    for path in (store.path, done.kept_aside):
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert (
                db.execute("SELECT MAX(length(transcript)) FROM consultations").fetchone()[0] < 99
            )


def test_an_older_schema_is_brought_up_to_date(store, backup, fresh, clock):
    with closing(sqlite3.connect(backup, isolation_level=None)) as db:
        db.executescript(
            "DROP TABLE retention; DROP INDEX batches_with_transcripts;"
            "DROP INDEX batches_with_results;"
            "ALTER TABLE batches DROP COLUMN transcripts_removed_at;"
            "ALTER TABLE batches DROP COLUMN results_removed_at;"
            "ALTER TABLE outbox DROP COLUMN dead_at;"
            "ALTER TABLE consultations DROP COLUMN call_date;"
            "DROP INDEX consultations_by_id; DROP TABLE feedback;"
            "DROP TRIGGER audit_is_kept; DROP TRIGGER audit_start_is_kept;"
            "DROP TABLE audit; DROP TABLE audit_start;"
            "ALTER TABLE clients DROP COLUMN allowed_from;"
            "ALTER TABLE clients DROP COLUMN key_version;"
            "DROP TABLE web_sessions; DROP TABLE operators; DROP TABLE reviews; DROP TABLE drafts;"
            "DROP INDEX consultations_wanted; DROP INDEX consultations_listed;"
            "DROP TABLE scores; DROP TABLE spending; DROP TABLE spending_read;"
            "ALTER TABLE consultations DROP COLUMN operator;"
            "ALTER TABLE consultations DROP COLUMN wanted;"
            "DELETE FROM _sqlite_migrations WHERE name >= '0003';"
            "PRAGMA user_version = 2"
        )
    assert restore_backup(backup, fresh, now=clock()).migrated == [
        "0003_retention",
        "0004_call_date",
        "0005_asks",
        "0006_audit",
        "0007_allowed_from",
        "0008_key_version",
        "0009_people",
        "0010_reviews",
        "0011_wanted",
        "0012_spending",
    ]
    restored(fresh, clock).close()


def test_a_newer_schema_is_refused(store, backup, clock):
    with closing(sqlite3.connect(backup)) as db:
        db.execute(f"PRAGMA user_version = {migrations.SCHEMA_VERSION + 1}")
    refused(backup, store, clock, "newer EdgeBox.*Upgrade")


def refused(backup, store, clock, words):
    """The restore is refused, and nothing of the present box has changed."""
    store.close()
    before = store.path.read_bytes()
    with pytest.raises(BackupError, match=words):
        restore_backup(backup, store.path, now=clock())
    assert store.path.read_bytes() == before
    names = {path.name for path in store.path.parent.iterdir()}
    beside = {f"edgebox.db-{kind}" for kind in ("journal", "wal", "shm")}
    assert names - beside <= {"edgebox.db", "worker.lock"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not of EdgeBox"),
        (b"hello" * 1000, "file is not a database"),
        (None, "There is no"),
    ],
)
def test_what_is_not_a_backup_is_refused(store, tmp_path, clock, content, words):
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    refused(file, store, clock, words)


def test_another_programs_database_is_refused(store, tmp_path, clock):
    with closing(sqlite3.connect(tmp_path / "other.db")) as db:
        db.execute("CREATE TABLE batches (x)")
        db.execute("PRAGMA user_version = 1")
    refused(tmp_path / "other.db", store, clock, "not of EdgeBox")


@pytest.mark.parametrize("how", ["overwritten", "cut short"])
def test_a_damaged_backup_is_refused(store, tmp_path, clock, how):
    for n in range(20):
        submit(store, [f"{n}-{m}" for m in range(20)])
    backup = tmp_path / "b.db"
    write_backup(store.path, backup)
    with backup.open("r+b") as file:
        if how == "cut short":
            file.truncate(backup.stat().st_size // 2)
        else:
            file.seek(backup.stat().st_size // 2)
            file.write(b"\xff" * 20_000)
    refused(backup, store, clock, "damaged|malformed")


def test_the_database_itself_is_no_backup(store, clock):
    refused(store.path, store, clock, "database itself")


def test_a_box_at_work_is_refused(store, backup, clock):
    with worker_lock.hold(store.path.parent, RuntimeError("held")):
        refused(backup, store, clock, "its worker")
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
        "c.execute('PRAGMA user_version').fetchone(); print('open', flush=True); sys.stdin.read()"
    )
    api = subprocess.Popen(
        [sys.executable, "-c", code, store.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert api.stdout.readline() == b"open\n"
        assert users_of(store.path) == [api.pid]
        refused(backup, store, clock, f"process {api.pid} uses the database")
    finally:
        api.stdin.close()
        api.wait()
        api.stdout.close()
    assert users_of(store.path) == []
    restore_backup(backup, store.path, now=clock())


def test_a_box_that_starts_meanwhile_keeps_its_database(store, backup, clock, monkeypatch):
    found = iter([[], [4711]])
    monkeypatch.setattr("edgebox.store.restore.users_of", lambda _path: next(found))
    refused(backup, store, clock, "started meanwhile")


def test_a_disk_without_room_is_told_before_the_work(store, backup, clock, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": 1000}))
    refused(backup, store, clock, r"no room in .* MB are free\. Make room\.$")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_another_users_box_is_refused(store, backup, clock):
    os.chown(store.path.parent, 65534, -1)
    refused(backup, store, clock, "sudo -u '#65534'")
